// A counter with a mutex, passed by pointer.
package main

import (
	"fmt"
	"sync"
)

type Counter struct {
	mu sync.Mutex
	n  int
}

func NewCounter(n int) *Counter {
	return &Counter{n: n}
}

func incr(c *Counter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func main() {
	c := NewCounter(40)
	incr(c)
	incr(c)
	fmt.Println("n:", c.n)
}
