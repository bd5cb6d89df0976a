// Command waitgroup is Go's part of the benchmark `waitgroup`: see
// src/bin/waitgroup.rs.
package main

import (
	"log"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

const (
	workers = 2
	tasks   = 8
)

func addDone(wg *sync.WaitGroup) func(int, *atomic.Bool) (int64, time.Duration) {
	return func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for !stop.Load() {
			for range 16 {
				wg.Add(1)
				wg.Done()
			}
			n += 16
		}
		return n, 0
	}
}

func handOut(wg *sync.WaitGroup) func(int, *atomic.Bool) (int64, time.Duration) {
	var channels [workers]chan struct{}
	for i := range channels {
		channels[i] = make(chan struct{}, tasks)
		go func() {
			for range channels[i] {
				wg.Done()
			}
		}()
	}
	return func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for ; !stop.Load(); n++ {
			for i := range tasks {
				wg.Add(1)
				channels[i%workers] <- struct{}{}
			}
			wg.Wait()
		}
		return n, 0
	}
}

func main() {
	workload, threads, length := race.Arguments()
	var wg sync.WaitGroup
	switch workload {
	case "add-done":
		race.Print(race.Run(threads, length, addDone(&wg)))
	case "tasks":
		race.Print(race.Run(1, length, handOut(&wg)))
	default:
		log.Fatal("no workload ", workload)
	}
}
