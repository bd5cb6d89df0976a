// Package race is what the Go programs of the benchmarks share: the twin of
// `race` in src/lib.rs.
package race

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Arguments are those of a program of this module: the workload, the number of
// goroutines, and for how long they run.
func Arguments() (workload string, threads int, length time.Duration) {
	if len(os.Args) != 4 {
		log.Fatalf("usage: %s WORKLOAD THREADS MILLISECONDS", os.Args[0])
	}
	threads, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	milliseconds, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	return os.Args[1], threads, time.Duration(milliseconds) * time.Millisecond
}

// Run runs body(thread, stop) on so many goroutines at once for about length.
// The body returns how many operations it did and the longest that one took.
// Returned are millions of operations a second over all, and the longest.
// Time runs from the first one's start to the last one's end.
func Run(threads int, length time.Duration, body func(thread int, stop *atomic.Bool) (int64, time.Duration)) (float64, time.Duration) {
	var stop atomic.Bool
	var ready, done sync.WaitGroup
	var mu sync.Mutex
	var total int64
	var longest time.Duration
	var first, last time.Time
	start := make(chan struct{})
	ready.Add(threads)
	for thread := range threads {
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-start
			begin := time.Now()
			times, waited := body(thread, &stop)
			end := time.Now()
			mu.Lock()
			defer mu.Unlock()
			total += times
			longest = max(longest, waited)
			if first.IsZero() || begin.Before(first) {
				first = begin
			}
			if end.After(last) {
				last = end
			}
		}()
	}
	ready.Wait()
	close(start)
	time.Sleep(length)
	stop.Store(true)
	done.Wait()
	return float64(total) / last.Sub(first).Seconds() / 1e6, longest
}

// Print prints the figures of a run as the benchmark reads them: millions of
// operations a second, and milliseconds.
func Print(rate float64, longest time.Duration) {
	fmt.Println(rate, longest.Seconds()*1e3)
}
