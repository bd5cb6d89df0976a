// Goroutines that write what they capture, each another element.
package main

import (
	"fmt"
	"sync"
)

func main() {
	words := []string{"from", "Go", "to Rust"}
	lengths := make([]int, len(words))
	var wg sync.WaitGroup
	for i, word := range words {
		wg.Go(func() {
			lengths[i] = len(word)
		})
	}
	wg.Wait()
	for i, word := range words {
		fmt.Println(word, lengths[i])
	}
}
