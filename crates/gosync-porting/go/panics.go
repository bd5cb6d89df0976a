// Panics that are recovered from.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func attempt(f func()) {
	defer func() {
		fmt.Println("recovered:", recover())
	}()
	f()
}

func main() {
	var wg sync.WaitGroup
	attempt(func() { wg.Done() })

	var v atomic.Value
	v.Store(1)
	attempt(func() { v.Store("one") })

	load := sync.OnceFunc(func() { panic("no configuration") })
	attempt(load)
	attempt(load)

	var mu sync.Mutex
	attempt(func() {
		mu.Lock()
		defer mu.Unlock()
		panic("in the section")
	})
	fmt.Println("the lock is free:", mu.TryLock())
}
