// Counts by name. The mutex is embedded: its Lock and Unlock are the struct's own.
package main

import (
	"fmt"
	"sync"
)

type Counters struct {
	sync.Mutex // protects n
	n          map[string]int
}

func (c *Counters) Incr(name string) {
	c.Lock()
	defer c.Unlock()
	c.n[name]++
}

func (c *Counters) Get(name string) int {
	c.Lock()
	defer c.Unlock()
	return c.n[name]
}

func main() {
	c := &Counters{n: make(map[string]int)}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				c.Incr("gopher")
			}
		})
	}
	wg.Wait()
	fmt.Println("gopher:", c.Get("gopher"))
}
