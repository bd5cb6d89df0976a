// A goroutine for each task.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func main() {
	var sum atomic.Int64
	var wg sync.WaitGroup
	for task := range int64(100) {
		wg.Go(func() {
			sum.Add(task * task)
		})
	}
	wg.Wait()
	fmt.Println("sum:", sum.Load())
}
