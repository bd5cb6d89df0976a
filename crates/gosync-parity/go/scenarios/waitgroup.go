package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

var waitgroupScenarios = []scenario{
	{"waitgroup/wait-on-zero", waitgroupWaitOnZero},
	{"waitgroup/add-done-wait", waitgroupAddDoneWait},
	{"waitgroup/wait-sees-the-work", waitgroupWaitSeesTheWork},
	{"waitgroup/add-a-negative-number", waitgroupAddNegative},
	{"waitgroup/add-while-another-waits", waitgroupAddWhileAnotherWaits},
	{"waitgroup/all-who-wait-go-on", waitgroupAllGoOn},
	{"waitgroup/reuse", waitgroupReuse},
	{"waitgroup/go", waitgroupGo},
	{"waitgroup/go-inside-go", waitgroupGoInsideGo},
	{"waitgroup/negative-counter", waitgroupNegative},
	{"waitgroup/negative-counter-by-add", waitgroupNegativeByAdd},
	{"waitgroup/reused-before-wait-returned", waitgroupReusedTooEarly},
	{"waitgroup/panic-in-go", waitgroupPanicInGo},
	{"waitgroup/a-count-too-large", waitgroupTooLarge},
}

func waitgroupWaitOnZero() {
	var wg sync.WaitGroup
	wg.Wait()
	wg.Wait()
	say("returned")
	wg.Add(0)
	wg.Wait()
	say("returned after Add(0)")
}

func waitgroupAddDoneWait() {
	var wg sync.WaitGroup
	var t tasks
	var events journal
	wg.Add(2)
	t.queue(func() {
		wg.Wait()
		events.add("Wait")
	})
	events.add("Done")
	wg.Done()
	events.add("Done")
	wg.Done()
	t.Wait()
	say("%v", &events)
}

func waitgroupWaitSeesTheWork() {
	var wg sync.WaitGroup
	done := make([]int, 8)
	wg.Add(len(done))
	for i := range done {
		go func() {
			defer wg.Done()
			done[i] = i * i
		}()
	}
	wg.Wait()
	say("%v", done)
}

func waitgroupAddNegative() {
	var wg sync.WaitGroup
	var t tasks
	var events journal
	wg.Add(5)
	wg.Add(-2)
	t.queue(func() {
		wg.Wait()
		events.add("Wait")
	})
	events.add("Add(-3)")
	wg.Add(-3)
	t.Wait()
	say("%v", &events)
}

func waitgroupAddWhileAnotherWaits() {
	var wg sync.WaitGroup
	var t tasks
	var events journal
	wg.Add(1)
	t.queue(func() {
		wg.Wait()
		events.add("Wait")
	})
	wg.Add(1)
	events.add("Add")
	wg.Done()
	events.add("Done")
	events.add("Done")
	wg.Done()
	t.Wait()
	say("%v", &events)
}

func waitgroupAllGoOn() {
	var wg sync.WaitGroup
	var t tasks
	var gone atomic.Int32
	wg.Add(1)
	for range 3 {
		t.queue(func() {
			wg.Wait()
			gone.Add(1)
		})
	}
	say("before: %d", gone.Load())
	wg.Done()
	t.Wait()
	say("after: %d", gone.Load())
}

func waitgroupReuse() {
	var wg sync.WaitGroup
	var n atomic.Int32
	for range 3 {
		wg.Add(2)
		for range 2 {
			go func() {
				n.Add(1)
				wg.Done()
			}()
		}
		wg.Wait()
		say("%d", n.Load())
	}
}

func waitgroupGo() {
	var wg sync.WaitGroup
	var n atomic.Int32
	for range 4 {
		wg.Go(func() { n.Add(1) })
	}
	wg.Wait()
	say("%d", n.Load())
	wg.Go(func() { n.Add(1) })
	wg.Wait()
	say("%d", n.Load())
}

func waitgroupGoInsideGo() {
	var wg sync.WaitGroup
	var n atomic.Int32
	wg.Go(func() {
		for range 3 {
			wg.Go(func() {
				wg.Go(func() { n.Add(1) })
			})
		}
	})
	wg.Wait()
	say("%d", n.Load())
}

func waitgroupNegative() {
	var wg sync.WaitGroup
	say("%s", message(wg.Done))
	_, end := ending(func() {
		var t tasks
		t.queue(wg.Wait)
		t.Wait()
	})
	only("it is -1 now, and Wait waits for ever: %s", end)
	wg.Add(1)
	wg.Wait()
	only("Add(1) makes it 0")
}

func waitgroupNegativeByAdd() {
	var wg sync.WaitGroup
	wg.Add(1)
	say("%s", message(func() { wg.Add(-3) }))
	only("it is -2 now, Add(1): %s", message(func() { wg.Add(1) }))
}

// Each round is one chance for this goroutine to be faster than the one that it wakes.
func waitgroupReusedTooEarly() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	seen := "no panic"
	for range 10_000 {
		var wg sync.WaitGroup
		var t tasks
		wg.Add(1)
		t.queue(func() { seen = message(wg.Wait) })
		wg.Done()
		wg.Add(1)
		t.Wait()
		if seen != "no panic" {
			break
		}
	}
	say("%s", seen)
}

func waitgroupPanicInGo() {
	var wg sync.WaitGroup
	words, end := ending(func() {
		wg.Go(func() { panic("in a task") })
		wg.Wait()
	})
	only("%s (%s)", words, end)
}

func waitgroupTooLarge() {
	var wg sync.WaitGroup
	large := 1
	only("Add(1<<32): %s", message(func() { wg.Add(large << 32) }))
	say("Add(1<<31): %s", message(func() { wg.Add(large << 31) }))
	only("it is -1<<31 now, and Wait would wait for ever")
}
