// Command cond is Go's part of the benchmark `cond`: see src/bin/cond.rs.
package main

import (
	"log"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

func nobody(_ int, stop *atomic.Bool) (int64, time.Duration) {
	cond := sync.NewCond(&sync.Mutex{})
	n := int64(0)
	for !stop.Load() {
		for range 1024 {
			cond.Signal()
		}
		n += 1024
	}
	return n, 0
}

func pingPong() func(int, *atomic.Bool) (int64, time.Duration) {
	var mu sync.Mutex
	conds := [2]*sync.Cond{sync.NewCond(&mu), sync.NewCond(&mu)}
	turn, ended := 0, false
	return func(thread int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for over := false; !over; n++ {
			mu.Lock()
			for !ended && turn != thread {
				conds[thread].Wait()
			}
			ended = ended || stop.Load()
			over = ended
			turn = 1 - turn
			mu.Unlock()
			conds[1-thread].Signal()
		}
		return n, 0
	}
}

func broadcast(waiters int) func(int, *atomic.Bool) (int64, time.Duration) {
	var mu sync.Mutex
	begin, seen := sync.NewCond(&mu), sync.NewCond(&mu)
	round, left := 0, 0
	for range waiters {
		go func() {
			for mine := 0; ; {
				mu.Lock()
				for round == mine {
					begin.Wait()
				}
				mine = round
				left--
				last := left == 0
				mu.Unlock()
				if last {
					seen.Signal()
				}
			}
		}()
	}
	return func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for ; !stop.Load(); n++ {
			mu.Lock()
			for left > 0 {
				seen.Wait()
			}
			round++
			left = waiters
			mu.Unlock()
			begin.Broadcast()
		}
		return n, 0
	}
}

func main() {
	workload, threads, length := race.Arguments()
	switch workload {
	case "nobody":
		race.Print(race.Run(1, length, nobody))
	case "ping-pong":
		race.Print(race.Run(2, length, pingPong()))
	case "broadcast":
		race.Print(race.Run(1, length, broadcast(threads)))
	default:
		log.Fatal("no workload ", workload)
	}
}
