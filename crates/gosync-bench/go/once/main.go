// Command once is Go's part of the benchmark `once`: see src/bin/once.rs.
package main

import (
	"log"
	"sync"
	"sync/atomic"
	"time"

	"gosync/bench/race"
)

func main() {
	workload, threads, length := race.Arguments()
	nothing := func() {}
	var done sync.Once
	done.Do(nothing)
	body := map[string]func(){
		"done": func() { done.Do(nothing) },
		"first": func() {
			var once sync.Once
			once.Do(nothing)
		},
	}[workload]
	if body == nil {
		log.Fatal("no workload ", workload)
	}
	race.Print(race.Run(threads, length, func(_ int, stop *atomic.Bool) (int64, time.Duration) {
		n := int64(0)
		for !stop.Load() {
			// Few looks at the flag and few calls through a variable: the loops
			// are written out.
			if workload == "done" {
				for range 1024 {
					done.Do(nothing)
				}
			} else {
				for range 1024 {
					body()
				}
			}
			n += 1024
		}
		return n, 0
	}))
}
