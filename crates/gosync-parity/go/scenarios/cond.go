package main

import (
	"sync"
	"sync/atomic"
)

var condScenarios = []scenario{
	{"cond/signal-wakes-one", condSignalWakesOne},
	{"cond/order-of-signals", condOrderOfSignals},
	{"cond/broadcast-wakes-all", condBroadcast},
	{"cond/nobody-waits", condNobodyWaits},
	{"cond/l-while-waiting", condLWhileWaiting},
	{"cond/signal-with-l-held", condSignalWithLHeld},
	{"cond/a-later-one-cannot-steal", condSteal},
	{"cond/l-is-a-write-lock", condWriteLock},
	{"cond/l-is-a-read-lock", condReadLock},
	{"cond/hand-over", condHandOver},
	{"cond/wait-with-l-unlocked", condWaitUnlocked},
}

func condSignalWakesOne() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var woken atomic.Int32
	for range 3 {
		t.queue(func() {
			c.L.Lock()
			c.Wait()
			woken.Add(1)
			c.L.Unlock()
		})
	}
	for i := range 3 {
		c.Signal()
		until(func() bool { return woken.Load() > int32(i) && waiting() == 2-i })
		say("woken: %d", woken.Load())
	}
	t.Wait()
}

func condOrderOfSignals() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var woken journal
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		t.queue(func() {
			c.L.Lock()
			c.Wait()
			woken.add(name)
			c.L.Unlock()
		})
	}
	for i := range 5 {
		c.Signal()
		until(func() bool { return woken.length() > i })
	}
	t.Wait()
	say("waited a b c d e, woken %v", &woken)
}

func condBroadcast() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var woken atomic.Int32
	for range 2 {
		for range 4 {
			t.queue(func() {
				c.L.Lock()
				c.Wait()
				woken.Add(1)
				c.L.Unlock()
			})
		}
		c.Broadcast()
		t.Wait()
		say("woken: %d", woken.Load())
	}
}

func condNobodyWaits() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var woken atomic.Bool
	c.Signal()
	c.Broadcast()
	t.queue(func() {
		c.L.Lock()
		c.Wait()
		woken.Store(true)
		c.L.Unlock()
	})
	say("an earlier Signal and Broadcast have woken it: %v", woken.Load())
	c.Signal()
	t.Wait()
	say("a later Signal has: %v", woken.Load())
}

func condLWhileWaiting() {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	var t tasks
	say("free: %v", mu.TryLock())
	t.queue(func() {
		mu.Lock()
		c.Wait()
		say("L held after Wait: %v", !mu.TryLock())
		mu.Unlock()
	})
	mu.Unlock()
	until(func() bool { return waiting() == 1 && mu.TryLock() })
	say("L free during Wait: true")
	mu.Unlock()
	c.Signal()
	t.Wait()
}

func condSignalWithLHeld() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var events journal
	t.queue(func() {
		c.L.Lock()
		c.Wait()
		events.add("woken")
		c.L.Unlock()
	})
	c.L.Lock()
	c.Signal()
	events.add("signalled")
	events.add("unlocked")
	c.L.Unlock()
	t.Wait()
	say("%v", &events)
}

func condSteal() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var queued atomic.Int32
	var woken journal
	wait := func(name string) func() {
		return func() {
			c.L.Lock()
			queued.Add(1)
			c.Wait()
			woken.add(name)
			c.L.Unlock()
		}
	}
	t.queue(wait("early"))
	c.L.Lock()
	c.Signal()
	t.start(wait("late"))
	c.L.Unlock()
	until(func() bool { return queued.Load() == 2 && woken.length() == 1 })
	say("after one Signal: %v", &woken)
	c.L.Lock()
	c.Signal()
	c.L.Unlock()
	t.Wait()
	say("after two: %v", &woken)
}

func condWriteLock() {
	var rw sync.RWMutex
	c := sync.NewCond(&rw)
	var t tasks
	t.queue(func() {
		c.L.Lock()
		c.Wait()
		tries("after Wait", &rw)
		c.L.Unlock()
	})
	tries("during Wait", &rw)
	c.Signal()
	t.Wait()
}

func condReadLock() {
	var rw sync.RWMutex
	c := sync.NewCond(rw.RLocker())
	var t tasks
	var in atomic.Int32
	for range 3 {
		t.queue(func() {
			c.L.Lock()
			c.Wait()
			in.Add(1)
			until(func() bool { return in.Load() == 3 })
			c.L.Unlock()
		})
	}
	tries("3 wait", &rw)
	c.Broadcast()
	t.Wait()
	say("in at once after Wait: %d", in.Load())
	tries("they have left", &rw)
}

func condHandOver() {
	c := sync.NewCond(&sync.Mutex{})
	var t tasks
	var turns journal
	next := 0
	for i, name := range []string{"a", "b", "c"} {
		t.start(func() {
			for range 2 {
				c.L.Lock()
				for next%3 != i {
					c.Wait()
				}
				next++
				turns.add(name)
				c.Broadcast()
				c.L.Unlock()
			}
		})
	}
	t.Wait()
	say("%v", &turns)
}

func condWaitUnlocked() {
	c := sync.NewCond(&sync.Mutex{})
	fatal(c.Wait)
}
