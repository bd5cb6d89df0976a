package main

import (
	"sync"
	"sync/atomic"
)

var mutexScenarios = []scenario{
	{"mutex/try-forms", mutexTryForms},
	{"mutex/try-while-another-waits", mutexTryWhileAnotherWaits},
	{"mutex/unlock-elsewhere", mutexUnlockElsewhere},
	{"mutex/excludes", mutexExcludes},
	{"mutex/order-of-service", mutexOrderOfService},
	{"mutex/a-hog-cannot-keep-it", mutexHog},
	{"mutex/locker", mutexLocker},
	{"mutex/panic-while-locked", mutexPanicWhileLocked},
	{"mutex/unlock-of-unlocked", mutexUnlockOfUnlocked},
	{"mutex/unlock-twice", mutexUnlockTwice},
}

func mutexTryForms() {
	var mu sync.Mutex
	say("new: %v", mu.TryLock())
	say("locked: %v", mu.TryLock())
	mu.Unlock()
	mu.Lock()
	say("locked by Lock: %v", mu.TryLock())
	mu.Unlock()
	say("unlocked: %v", mu.TryLock())
	mu.Unlock()
}

func mutexTryWhileAnotherWaits() {
	var mu sync.Mutex
	var t tasks
	mu.Lock()
	t.queue(func() {
		mu.Lock()
		mu.Unlock()
	})
	say("locked, another waits: %v", mu.TryLock())
	mu.Unlock()
	t.Wait()
	say("after both: %v", mu.TryLock())
}

func mutexUnlockElsewhere() {
	var mu sync.Mutex
	var t tasks
	mu.Lock()
	t.start(mu.Unlock)
	t.Wait()
	say("unlocked on another: %v", mu.TryLock())
	t.queue(mu.Lock)
	mu.Unlock()
	t.Wait()
	say("locked on another: %v", mu.TryLock())
	mu.Unlock()
	say("unlocked here: %v", mu.TryLock())
}

func mutexExcludes() {
	var mu sync.Mutex
	var t tasks
	n := 0
	for range 4 {
		t.start(func() {
			for range 1000 {
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	t.Wait()
	say("4 times 1000: %d", n)
}

func mutexOrderOfService() {
	var mu sync.Mutex
	var t tasks
	var served journal
	mu.Lock()
	for _, name := range []string{"a", "b", "c", "d"} {
		t.queue(func() {
			mu.Lock()
			served.add(name)
			mu.Unlock()
		})
	}
	mu.Unlock()
	t.Wait()
	say("queued a b c d, served %v", &served)
}

func mutexHog() {
	var mu sync.Mutex
	var t tasks
	var in atomic.Bool
	mu.Lock()
	t.queue(func() {
		mu.Lock()
		in.Store(true)
		mu.Unlock()
	})
	for !in.Load() {
		mu.Unlock()
		mu.Lock()
	}
	mu.Unlock()
	t.Wait()
	say("who waits gets in: %v", in.Load())
}

func mutexLocker() {
	var mu sync.Mutex
	var l sync.Locker = &mu
	l.Lock()
	say("locked: %v", mu.TryLock())
	l.Unlock()
	say("unlocked: %v", mu.TryLock())
}

func mutexPanicWhileLocked() {
	var mu sync.Mutex
	say("%s", message(func() {
		mu.Lock()
		panic("between Lock and Unlock")
	}))
	say("still locked: %v", mu.TryLock())
	mu.Unlock()
	say("%s", message(func() {
		mu.Lock()
		defer mu.Unlock()
		panic("after defer Unlock")
	}))
	say("unlocked: %v", mu.TryLock())
}

func mutexUnlockOfUnlocked() {
	var mu sync.Mutex
	fatal(mu.Unlock)
}

func mutexUnlockTwice() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	fatal(mu.Unlock)
}
