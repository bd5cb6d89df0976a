// The workloads of the benchmark `rwmutex`, on Go's sync.RWMutex. Run by it:
//
//	rwmutex WORKLOAD THREADS MILLISECONDS
//
// Each workload is that of the same name in src/bin/rwmutex.rs, which says what
// it does. Printed are millions of operations a second, or the median of the
// waits in microseconds and the longest in milliseconds.
package main

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

// On cache lines of its own.
type padded struct {
	_ [256]byte
	sync.RWMutex
	_ [256]byte
}

func hold(length time.Duration) {
	for begin := time.Now(); time.Since(begin) < length; {
	}
}

// Runs once on one goroutine, for as long as the others of the benchmark do.
func alone(once func()) {
	const times = 4_000_000
	begin := time.Now()
	for range times {
		once()
	}
	race.Print(times/time.Since(begin).Seconds()/1e6, 0)
}

func mixed(threads int, length time.Duration, once func(i uint64)) {
	race.Print(race.Run(threads, length, func(thread int, stop *atomic.Bool) (int64, time.Duration) {
		first := uint64(thread) * 37
		i := first
		for ; !stop.Load(); i++ {
			once(i)
		}
		return int64(i - first), 0
	}))
}

func waits(threads int, length, pause time.Duration, wait func(begin time.Time) time.Duration, others func()) {
	var waited []time.Duration
	race.Run(threads, length, func(thread int, stop *atomic.Bool) (int64, time.Duration) {
		for thread != 0 && !stop.Load() {
			others()
		}
		for thread == 0 && !stop.Load() {
			time.Sleep(pause)
			waited = append(waited, wait(time.Now()))
		}
		return 0, 0
	})
	slices.Sort(waited)
	race.Print(waited[len(waited)/2].Seconds()*1e6, waited[len(waited)-1])
}

func main() {
	workload, threads, length := race.Arguments()
	var lock padded
	read := func() { lock.RLock(); lock.RUnlock() }
	write := func() { lock.Lock(); lock.Unlock() }

	var oneIn uint64
	if _, after, found := strings.Cut(workload, "1in"); found {
		number, _, _ := strings.Cut(after, "-")
		oneIn, _ = strconv.ParseUint(number, 10, 64)
	}
	kind, _, _ := strings.Cut(workload, "-")
	switch {
	case workload == "read-alone":
		alone(read)
	case workload == "write-alone":
		alone(write)
	case kind == "locks":
		locks := make([]padded, 1000)
		mixed(threads, length, func(i uint64) {
			lock := &locks[i%1000]
			if oneIn != 0 && (i+i/1000)%oneIn == 0 {
				lock.Lock()
				lock.Unlock()
			} else {
				lock.RLock()
				lock.RUnlock()
			}
		})
	case oneIn != 0:
		mixed(threads, length, func(i uint64) {
			if i%oneIn == 0 {
				lock.Lock()
				lock.Unlock()
			} else {
				lock.RLock()
				lock.RUnlock()
			}
		})
	case kind == "readers":
		mixed(threads, length, func(uint64) { lock.RLock(); lock.RUnlock() })
	case kind == "writer":
		waits(threads, length, time.Millisecond, func(begin time.Time) time.Duration {
			lock.Lock()
			defer lock.Unlock()
			return time.Since(begin)
		}, func() {
			lock.RLock()
			defer lock.RUnlock()
			hold(50 * time.Microsecond)
		})
	case kind == "reader":
		waits(threads, length, 100*time.Microsecond, func(begin time.Time) time.Duration {
			lock.RLock()
			defer lock.RUnlock()
			return time.Since(begin)
		}, func() {
			lock.Lock()
			defer lock.Unlock()
			hold(20 * time.Microsecond)
		})
	default:
		panic("no workload " + workload)
	}
}
