// Two goroutines count with a Load and a Store. There is no data race, and yet a count gets lost.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func incr(n *atomic.Int64, between func()) {
	old := n.Load()
	between()
	n.Store(old + 1)
}

func main() {
	// The unlucky order, by force: both load before either stores.
	var n atomic.Int64
	var loads, wg sync.WaitGroup
	loads.Add(2)
	for range 2 {
		wg.Go(func() {
			incr(&n, func() {
				loads.Done()
				loads.Wait()
			})
		})
	}
	wg.Wait()
	fmt.Println("n may be", n.Load())

	// The lucky one: one after the other.
	n.Store(0)
	for range 2 {
		incr(&n, func() {})
	}
	fmt.Println("n may be", n.Load())
}
