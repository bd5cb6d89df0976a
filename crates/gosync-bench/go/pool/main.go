// The workloads of the benchmark `pool`, on Go's sync.Pool. Run by it:
//
//	pool WORKLOAD THREADS MILLISECONDS
//
// Each workload is that of the same name in src/bin/pool.rs, which says what
// it does. In place of the longest wait it prints how many items were made.
package main

import (
	"fmt"
	"log"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

const (
	batch = 32
	burst = 64
)

var made atomic.Int64

func newPool(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		made.Add(1)
		b := make([]byte, size)
		return &b
	}}
}

func touch(b *[]byte) { (*b)[0]++ }

func pairs(p *sync.Pool, stop *atomic.Bool) int64 {
	n := int64(0)
	for !stop.Load() {
		for range 64 {
			b := p.Get().(*[]byte)
			touch(b)
			p.Put(b)
		}
		n += 64
	}
	return n
}

func batches(p *sync.Pool, stop *atomic.Bool) int64 {
	n := int64(0)
	held := make([]*[]byte, 0, batch)
	for !stop.Load() {
		for range batch {
			b := p.Get().(*[]byte)
			touch(b)
			held = append(held, b)
		}
		for _, b := range held {
			p.Put(b)
		}
		held = held[:0]
		n += batch
	}
	return n
}

func main() {
	workload, threads, length := race.Arguments()
	var body func(thread int, stop *atomic.Bool) int64
	switch workload {
	case "pair":
		p := newPool(256)
		body = func(_ int, stop *atomic.Bool) int64 { return pairs(p, stop) }
	case "large":
		p := newPool(64 << 10)
		body = func(_ int, stop *atomic.Bool) int64 { return pairs(p, stop) }
	case "batch":
		p := newPool(256)
		body = func(_ int, stop *atomic.Bool) int64 { return batches(p, stop) }
	case "pipeline":
		p := newPool(256)
		full, empty := make(chan []*[]byte, 8), make(chan []*[]byte, 8)
		for range 8 {
			empty <- make([]*[]byte, 0, burst)
		}
		body = func(thread int, stop *atomic.Bool) int64 {
			n := int64(0)
			if thread == 0 {
				for !stop.Load() {
					items := <-empty
					for range burst {
						b := p.Get().(*[]byte)
						touch(b)
						items = append(items, b)
					}
					full <- items
				}
				close(full)
				return 0
			}
			for items := range full {
				for _, b := range items {
					p.Put(b)
				}
				n += burst
				empty <- items[:0]
			}
			return n
		}
	default:
		log.Fatalf("no workload %q", workload)
	}
	rate, _ := race.Run(threads, length, func(thread int, stop *atomic.Bool) (int64, time.Duration) {
		return body(thread, stop), 0
	})
	fmt.Println(rate, made.Load())
}
