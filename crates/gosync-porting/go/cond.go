// Three who wait for a ticket, and one who brings three.
package main

import (
	"fmt"
	"sync"
)

var (
	cond    = sync.NewCond(new(sync.Mutex))
	tickets int // protected by cond.L
)

func take() {
	cond.L.Lock()
	defer cond.L.Unlock()
	for tickets == 0 {
		cond.Wait()
	}
	tickets--
}

func bring() {
	cond.L.Lock()
	tickets++
	cond.L.Unlock()
	cond.Signal()
}

func main() {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(take)
	}
	for range 3 {
		bring()
	}
	wg.Wait()
	fmt.Println("left:", tickets)
}
