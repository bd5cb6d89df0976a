// A counter with a mutex, passed by value: each call counts in a copy.
package main

import (
	"fmt"
	"sync"
)

type Counter struct {
	mu sync.Mutex
	n  int
}

func incr(c Counter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func main() {
	c := Counter{n: 40}
	incr(c)
	incr(c)
	fmt.Println("n:", c.n)
}
