// Who closes a connection removes it, unless another one has come in its place, be it to the same address.
package main

import (
	"fmt"
	"sync"
)

type Conn struct {
	addr string
}

func main() {
	var conns sync.Map
	old, fresh := &Conn{"gopher"}, &Conn{"gopher"}
	conns.Store("gopher", old)
	conns.Store("gopher", fresh)
	fmt.Println("old removed:", conns.CompareAndDelete("gopher", old))
	fmt.Println("fresh removed:", conns.CompareAndDelete("gopher", fresh))
}
