// The workloads of the benchmark `map`, on Go's sync.Map. Run by it:
//
//	map WORKLOAD THREADS MILLISECONDS
//
// prints millions of operations a second. Each workload is that of the same
// name in src/bin/map.rs, which says what it does.
package main

import (
	"log"
	"runtime"
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

// How many operations there are over all threads, with one new map after the
// other, where it is not one map and as many as get done.
var operations = map[string][]int{
	"LoadOrStoreBalanced": {500_000, 595_000, 707_000, 841_000},
	"LoadOrStoreUnique":   {500_000, 595_000, 707_000, 841_000},
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

// With one map, so many operations, or for so long if that is not 0.
func run(workload string, threads, total int, length time.Duration) (float64, time.Duration) {
	var m sync.Map
	for i := range before[workload] {
		m.LoadOrStore(i, i)
	}
	return race.Run(threads, length, func(thread int, stop *atomic.Bool) (int64, time.Duration) {
		do := operation(workload, &m)
		begin := thread << 40
		end := begin + total/threads
		i := begin
		for ; length == 0 && i < end || length != 0 && !stop.Load(); i++ {
			do(i)
		}
		return int64(i - begin), 0
	})
}

func main() {
	workload, threads, length := race.Arguments()
	// As many of Go's threads as there are processors, as it is by default: so
	// the collector may use what the others leave.
	counts, limited := operations[workload]
	if !limited {
		race.Print(run(workload, threads, 0, length))
		return
	}
	var total, time float64
	for _, count := range counts {
		// The map before is not to be collected in this one's time.
		runtime.GC()
		rate, _ := run(workload, threads, count, 0)
		total += float64(count)
		time += float64(count) / rate
	}
	race.Print(total/time, 0)
}
