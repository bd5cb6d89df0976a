// One account, to which several goroutines have a pointer.
package main

import (
	"fmt"
	"sync"
)

type Account struct {
	mu      sync.Mutex
	balance int
}

func pay(a *Account, wg *sync.WaitGroup) {
	for amount := 1; amount <= 4; amount++ {
		wg.Go(func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.balance += amount
		})
	}
}

func main() {
	a := &Account{}
	b := a
	var wg sync.WaitGroup
	pay(a, &wg)
	pay(b, &wg)
	wg.Wait()
	fmt.Println("the same:", a == b)
	fmt.Println("balance:", a.balance)
}
