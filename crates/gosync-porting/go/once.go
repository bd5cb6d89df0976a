// Two values that are made at their first use, whoever comes first.
package main

import (
	"fmt"
	"sync"
)

var (
	once sync.Once
	name string
)

func getName() string {
	once.Do(func() {
		fmt.Println("making the name")
		name = "gopher"
	})
	return name
}

var sum = sync.OnceValue(func() int {
	fmt.Println("making the sum")
	return 40 + 2
})

func main() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { getName() })
	}
	wg.Wait()
	fmt.Println(getName())
	fmt.Println(sum(), sum())
}
