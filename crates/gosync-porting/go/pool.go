// Lines that are put together in buffers of a pool.
package main

import (
	"bytes"
	"fmt"
	"sync"
)

var buffers = sync.Pool{
	New: func() any { return new(bytes.Buffer) },
}

func put(b *bytes.Buffer) {
	if b.Cap() <= 64<<10 { // one long line must not hold its memory for ever
		buffers.Put(b)
	}
}

func line(key, val string) string {
	b := buffers.Get().(*bytes.Buffer)
	defer put(b)
	b.Reset()
	fmt.Fprintf(b, "%s=%s", key, val)
	return b.String()
}

func main() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { line("path", "/elsewhere") })
	}
	wg.Wait()
	fmt.Println(line("path", "/"))
	fmt.Println(line("q", "go"))
}
