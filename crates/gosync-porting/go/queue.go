// A shelf with room for two: who brings waits for room, who takes waits for goods.
package main

import (
	"fmt"
	"sync"
)

const room = 2

type Shelf struct {
	mu       sync.Mutex
	goods    int // protected by mu
	notFull  *sync.Cond
	notEmpty *sync.Cond
}

func NewShelf() *Shelf {
	s := new(Shelf)
	s.notFull = sync.NewCond(&s.mu)
	s.notEmpty = sync.NewCond(&s.mu)
	return s
}

func (s *Shelf) Bring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.goods == room {
		s.notFull.Wait()
	}
	s.goods++
	s.notEmpty.Signal()
}

func (s *Shelf) Take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.goods == 0 {
		s.notEmpty.Wait()
	}
	s.goods--
	s.notFull.Signal()
}

func main() {
	s := NewShelf()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				s.Bring()
			}
		})
		wg.Go(func() {
			for range 99 {
				s.Take()
			}
		})
		s.Take()
	}
	wg.Wait()
	fmt.Println("left:", s.goods)
}
