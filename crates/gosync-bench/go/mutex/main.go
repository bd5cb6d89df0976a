// Command mutex is Go's part of the benchmark `mutex`: see src/bin/mutex.rs.
//
// The workload is its kind and its times, in nanoseconds: sections-150-150.
package main

import (
	"log"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

// A lock on cache lines of its own.
type padded struct {
	_ [256]byte
	sync.Mutex
	_ [256]byte
}

// Some work: see work in src/lib.rs.
//
//go:noinline
func work(before uint64, rounds int) uint64 {
	for range rounds {
		before = (before ^ before>>32) * 0xD1342543DE82EF95
	}
	return before
}

var sink atomic.Uint64

// How many rounds of work take so long.
func roundsOf(length time.Duration) int {
	const rounds = 100_000
	fastest := time.Hour
	for range 20 {
		begin := time.Now()
		sink.Add(work(1, rounds))
		fastest = min(fastest, time.Since(begin))
	}
	return int(rounds * length.Seconds() / fastest.Seconds())
}

// What a goroutine does until it is told to stop: how often, and the longest wait.
type body = func(thread int, stop *atomic.Bool) (int64, time.Duration)

func alone(lock *padded) body {
	return func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for ; !stop.Load(); n += 64 {
			for range 64 {
				lock.Lock()
				lock.Unlock()
			}
		}
		return n, 0
	}
}

func sections(lock *padded, inside, outside int) body {
	return func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n, x := int64(0), uint64(1)
		for ; !stop.Load(); n++ {
			lock.Lock()
			x = work(x, inside)
			lock.Unlock()
			x = work(x, outside)
		}
		sink.Add(x)
		return n, 0
	}
}

func waits(lock *padded, inside, outside int) body {
	return func(_ int, stop *atomic.Bool) (n int64, longest time.Duration) {
		x := uint64(1)
		for ; !stop.Load(); n++ {
			begin := time.Now()
			lock.Lock()
			waited := time.Since(begin)
			x = work(x, inside)
			lock.Unlock()
			x = work(x, outside)
			longest = max(longest, waited)
		}
		sink.Add(x)
		return n, longest
	}
}

func hog(lock *padded, hold, pause time.Duration) body {
	return func(thread int, stop *atomic.Bool) (n int64, longest time.Duration) {
		if thread == 0 {
			for !stop.Load() {
				lock.Lock()
				for begin := time.Now(); time.Since(begin) < hold; {
				}
				lock.Unlock()
			}
			return 0, 0
		}
		for ; !stop.Load(); n++ {
			time.Sleep(pause)
			begin := time.Now()
			lock.Lock()
			longest = max(longest, time.Since(begin))
			lock.Unlock()
		}
		return n, longest
	}
}

func main() {
	workload, threads, length := race.Arguments()
	words := strings.Split(workload, "-")
	if len(words) != 3 {
		log.Fatal("no workload ", workload)
	}
	var times [2]time.Duration
	for i := range times {
		ns, err := strconv.Atoi(words[i+1])
		if err != nil {
			log.Fatal(err)
		}
		times[i] = time.Duration(ns)
	}
	lock := new(padded)
	var run body
	switch words[0] {
	case "alone":
		run = alone(lock)
	case "sections":
		run = sections(lock, roundsOf(times[0]), roundsOf(times[1]))
	case "waits":
		run = waits(lock, roundsOf(times[0]), roundsOf(times[1]))
	case "hog":
		run = hog(lock, times[0], times[1])
	default:
		log.Fatal("no workload ", workload)
	}
	race.Print(race.Run(threads, length, run))
}
