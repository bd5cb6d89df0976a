// A function that returns in its middle, and cleans up on every way out.
package main

import (
	"fmt"
	"sync"
)

var (
	mu      sync.Mutex
	balance = 100 // protected by mu
)

func withdraw(amount int) bool {
	mu.Lock()
	defer mu.Unlock()
	defer fmt.Println("leaving, still locked")

	if amount > balance {
		return false
	}
	balance -= amount
	return true
}

func main() {
	fmt.Println(withdraw(70))
	fmt.Println(withdraw(70))

	for i := range 2 {
		func() { // a defer waits for the end of the function, not of the block
			defer fmt.Println("after round", i)
			fmt.Println("round", i)
		}()
	}
}
