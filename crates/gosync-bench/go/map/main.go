// The workloads of the benchmark `map`, on Go's sync.Map. Run by it:
//
//	map WORKLOAD THREADS MILLISECONDS
//
// prints millions of operations a second. Each workload is that of the same
// name in src/bin/map.rs, which says what it does.
package main

import (
	"log"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

// How many keys there are at the beginning.
var before = map[string]int{
	"LoadMostlyHits":           1023,
	"LoadMostlyMisses":         1,
	"LoadOrStoreBalanced":      128,
	"LoadAndDeleteBalanced":    128,
	"Range":                    1024,
	"DeleteCollision":          1,
	"SwapMostlyHits":           1023,
	"CompareAndSwapCollision":  1,
	"CompareAndSwapMostlyHits": 1023,
}

// How many operations there are over all threads, where it is not as many as
// get done.
var operations = map[string]int{
	"LoadOrStoreBalanced": 1_000_000,
	"LoadOrStoreUnique":   1_000_000,
}

// What a thread does, one operation at a time. i is another number each time.
func operation(workload string, m *sync.Map) func(i int) {
	switch workload {
	case "LoadMostlyHits", "LoadMostlyMisses":
		return func(i int) { m.Load(i % 1024) }
	case "LoadOrStoreBalanced":
		return func(i int) {
			if j := i % 256; j < 128 {
				m.LoadOrStore(j, i)
			} else {
				m.LoadOrStore(i, i)
			}
		}
	case "LoadOrStoreUnique":
		return func(i int) { m.LoadOrStore(i, i) }
	case "LoadAndDeleteBalanced":
		return func(i int) {
			if j := i % 256; j < 128 {
				m.LoadAndDelete(j)
			} else {
				m.LoadAndDelete(i)
			}
		}
	case "Range":
		return func(int) { m.Range(func(_, _ any) bool { return true }) }
	case "AdversarialAlloc":
		stores, since := 0, 0
		return func(i int) {
			m.Load(i)
			if since++; since > stores {
				m.LoadOrStore(i, stores)
				since = 0
				stores++
			}
		}
	case "DeleteCollision":
		return func(int) { m.Delete(0) }
	case "SwapMostlyHits":
		return func(i int) {
			if j := i % 1024; j < 1023 {
				m.Swap(j, j)
			} else {
				m.Swap(i, i)
				m.Delete(i)
			}
		}
	case "CompareAndSwapCollision":
		return func(int) {
			if m.CompareAndSwap(0, 0, 42) {
				m.CompareAndSwap(0, 42, 0)
			}
		}
	case "CompareAndSwapMostlyHits":
		return func(i int) {
			if j := i % 1024; j < 1023 {
				m.CompareAndSwap(j, j, j)
			} else {
				m.CompareAndSwap(i, i, i)
			}
		}
	case "Clear":
		return func(i int) {
			m.Clear()
			m.Store(i%256, i%256)
		}
	}
	log.Fatalf("no workload %q", workload)
	return nil
}

func main() {
	workload, threads, length := race.Arguments()
	// As many of Go's threads as there are processors, as it is by default: so
	// the collector may use what the others leave.
	var m sync.Map
	for i := range before[workload] {
		m.LoadOrStore(i, i)
	}
	total, limited := operations[workload]
	if limited {
		length = 0
	}
	race.Print(race.Run(threads, length, func(thread int, stop *atomic.Bool) (int64, time.Duration) {
		do := operation(workload, &m)
		begin := thread << 40
		end := begin + total/threads
		i := begin
		for ; limited && i < end || !limited && !stop.Load(); i++ {
			do(i)
		}
		return int64(i - begin), 0
	}))
}
