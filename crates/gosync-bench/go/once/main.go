// Command once is Go's part of the benchmark `once`: see src/bin/once.rs.
package main

import (
	"log"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

func nothing() {}

// many calls f(1024) until told to stop: few looks at the flag, and few calls
// through a variable, as the loops are written out.
func many(f func(times int)) func(int, *atomic.Bool) (int64, time.Duration) {
	return func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for !stop.Load() {
			f(1024)
			n += 1024
		}
		return n, 0
	}
}

func contended() func(int, *atomic.Bool) (int64, time.Duration) {
	row := make([]sync.Once, 200_000)
	for i := range row {
		// So that the memory is there.
		row[i] = sync.Once{}
	}
	return func(thread int, _ *atomic.Bool) (int64, time.Duration) {
		for i := range row {
			row[i].Do(nothing)
		}
		if thread == 0 {
			return int64(len(row)), 0
		}
		return 0, 0
	}
}

func main() {
	workload, threads, length := race.Arguments()
	var done sync.Once
	done.Do(nothing)
	onceFunc := sync.OnceFunc(nothing)
	onceValue := sync.OnceValue(func() uint64 { return 1 })
	sum := uint64(0)
	var body func(int, *atomic.Bool) (int64, time.Duration)
	switch workload {
	case "done":
		body = many(func(times int) {
			for range times {
				done.Do(nothing)
			}
		})
	case "first":
		body = many(func(times int) {
			for range times {
				var once sync.Once
				once.Do(nothing)
			}
		})
	case "func":
		body = many(func(times int) {
			for range times {
				onceFunc()
			}
		})
	case "value":
		body = many(func(times int) {
			for range times {
				sum += onceValue()
			}
		})
	case "contended":
		length = 0
		body = contended()
	default:
		log.Fatal("no workload ", workload)
	}
	race.Print(race.Run(threads, length, body))
	if sum == 1 {
		log.Fatal("so that the values are used")
	}
}
