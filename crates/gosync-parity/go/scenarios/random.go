package main

import (
	"math"
	"strings"
	"sync"
	"sync/atomic"
)

var randomScenarios = []scenario{
	{"random/mutex", randomMutex},
	{"random/rwmutex", randomRWMutex},
	{"random/cond", randomCond},
	{"random/cond-of-readers", randomCondOfReaders},
	{"random/waitgroup", randomWaitGroup},
}

// A crew does what dice decide, a step after the other. After each it is shown what the workers are
// at: `.` nothing, a small letter what is theirs, a capital one what they wait for.
type crew struct {
	dice    uint64
	workers []*worker
	line    []string
}

type worker struct {
	calls chan func()
	waits atomic.Bool
	// what it has, or what it waits for.
	what byte
}

// A place is what a crew works at.
type place struct {
	// step is something that a worker does, if it does not wait, or that is done to all.
	step func(*crew, *worker)
	// leave takes a worker that is at something a step further, in the end.
	leave func(*worker)
}

// random runs a few programs.
func random(workers int, build func() place) {
	for seed := range uint64(6) {
		c, place := &crew{dice: seed}, build()
		for range workers {
			w := &worker{calls: make(chan func()), what: '.'}
			c.workers = append(c.workers, w)
			go func() {
				for f := range w.calls {
					f()
					w.waits.Store(false)
				}
			}()
		}
		for range 25 {
			place.step(c, c.workers[c.roll(workers)])
			c.show()
		}
		say("%d: %s", seed, strings.Join(c.line, " "))
		for strings.Trim(c.show(), ".") != "" {
			for _, w := range c.workers {
				if w.what != '.' {
					place.leave(w)
				}
			}
		}
		for _, w := range c.workers {
			close(w.calls)
		}
	}
}

// roll returns a number below n, the next one of those that the seed stands for.
func (c *crew) roll(n int) int {
	c.dice = c.dice*6364136223846793005 + 1442695040888963407
	return int(c.dice >> 33 % uint64(n))
}

func (c *crew) note(text string) {
	c.line = append(c.line, text)
}

// show notes what all are at when nobody moves any more, and returns it.
func (c *crew) show() string {
	busy := func() (n int) {
		for _, w := range c.workers {
			if w.waits.Load() {
				n++
			}
		}
		return n
	}
	until(func() bool {
		before := busy()
		return waiting() == before && busy() == before
	})
	var states []byte
	for _, w := range c.workers {
		state := w.what
		if w.waits.Load() {
			state -= 'a' - 'A'
		}
		states = append(states, state)
	}
	c.note(string(states))
	return string(states)
}

// start has the worker call f, after which what is its own.
func (w *worker) start(what byte, f func()) {
	w.what = what
	w.waits.Store(true)
	w.calls <- f
}

// A way is a way into a lock.
type way struct {
	what   byte
	lock   func()
	try    func() bool
	unlock func()
}

func randomLock(build func() []way) {
	random(6, func() place {
		ways := build()
		leave := func(w *worker) {
			for _, way := range ways {
				if way.what == w.what && !w.waits.Load() {
					w.what = '.'
					way.unlock()
				}
			}
		}
		return place{leave: leave, step: func(c *crew, w *worker) {
			way, tries := ways[c.roll(len(ways))], c.roll(4) == 0
			switch {
			case w.waits.Load():
			case w.what != '.':
				leave(w)
			case !tries:
				w.start(way.what, way.lock)
			case way.try():
				w.what = way.what
				c.note("try")
			default:
				c.note("fail")
			}
		}}
	})
}

func randomMutex() {
	randomLock(func() []way {
		mu := new(sync.Mutex)
		return []way{{'w', mu.Lock, mu.TryLock, mu.Unlock}}
	})
}

func randomRWMutex() {
	randomLock(func() []way {
		rw := new(sync.RWMutex)
		return []way{{'r', rw.RLock, rw.TryRLock, rw.RUnlock}, {'w', rw.Lock, rw.TryLock, rw.Unlock}}
	})
}

// randomCondWith has workers that return from Wait with the lock, and keep it for a while.
func randomCondWith(build func() sync.Locker) {
	random(5, func() place {
		cond := sync.NewCond(build())
		leave := func(w *worker) {
			cond.Signal()
			if !w.waits.Load() {
				w.what = '.'
				cond.L.Unlock()
			}
		}
		return place{leave: leave, step: func(c *crew, w *worker) {
			switch {
			case c.roll(3) == 0:
				cond.Signal()
				c.note("signal")
			case w.waits.Load():
			case w.what == '.':
				w.start('c', func() {
					cond.L.Lock()
					cond.Wait()
				})
			default:
				w.what = '.'
				cond.L.Unlock()
			}
		}}
	})
}

func randomCond() {
	randomCondWith(func() sync.Locker { return new(sync.Mutex) })
}

func randomCondOfReaders() {
	randomCondWith(func() sync.Locker { return new(sync.RWMutex).RLocker() })
}

func randomWaitGroup() {
	random(4, func() place {
		var wg sync.WaitGroup
		count := 0
		deltas := []int{-2, -1, -1, 1, 1, 2, math.MaxInt32, math.MinInt32}
		leave := func(w *worker) {
			wg.Add(-count)
			count = 0
			if !w.waits.Load() {
				w.what = '.'
			}
		}
		return place{leave: leave, step: func(c *crew, w *worker) {
			delta := deltas[c.roll(len(deltas))]
			switch {
			case c.roll(3) == 0:
				if !w.waits.Load() {
					w.start('w', wg.Wait)
				}
			case message(func() { wg.Add(delta) }) == "no panic":
				count += delta
				c.note("add")
			default:
				// In Rust the count has stayed what it was.
				wg.Add(-delta)
				c.note("panic")
			}
		}}
	})
}
