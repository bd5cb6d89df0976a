package main

import (
	"sync"
	"sync/atomic"
)

var rwmutexScenarios = []scenario{
	{"rwmutex/try-forms", rwmutexTryForms},
	{"rwmutex/try-forms-while-a-writer-waits", rwmutexTryFormsWriterWaits},
	{"rwmutex/try-forms-while-a-reader-waits", rwmutexTryFormsReaderWaits},
	{"rwmutex/readers-together", rwmutexReadersTogether},
	{"rwmutex/excludes", rwmutexExcludes},
	{"rwmutex/unlock-elsewhere", rwmutexUnlockElsewhere},
	{"rwmutex/a-waiting-writer-stops-new-readers", rwmutexWaitingWriter},
	{"rwmutex/queued-readers-before-the-next-writer", rwmutexQueuedReaders},
	{"rwmutex/order-of-service", rwmutexOrderOfService},
	{"rwmutex/order-of-writers", rwmutexOrderOfWriters},
	{"rwmutex/rlocker", rwmutexRLocker},
	{"rwmutex/unlock-of-unlocked", rwmutexUnlockOfUnlocked},
	{"rwmutex/unlock-of-read-locked", rwmutexUnlockOfReadLocked},
	{"rwmutex/runlock-of-unlocked", rwmutexRUnlockOfUnlocked},
	{"rwmutex/runlock-of-write-locked", rwmutexRUnlockOfWriteLocked},
	{"rwmutex/runlock-twice", rwmutexRUnlockTwice},
	{"rwmutex/rlocker-unlock-of-unlocked", rwmutexRLockerUnlock},
	{"rwmutex/runlock-too-many-beside-a-reader", rwmutexSurplusBesideReader},
	{"rwmutex/runlock-while-a-reader-waits", rwmutexSurplusWhileReaderWaits},
	{"rwmutex/unlock-while-a-writer-waits", rwmutexUnlockWhileWriterWaits},
}

// tries says what both try forms return, and gives back what they took.
func tries(state string, rw *sync.RWMutex) {
	read := rw.TryRLock()
	if read {
		rw.RUnlock()
	}
	write := rw.TryLock()
	if write {
		rw.Unlock()
	}
	say("%s: TryRLock %v, TryLock %v", state, read, write)
}

func rwmutexTryForms() {
	var rw sync.RWMutex
	tries("new", &rw)
	rw.RLock()
	tries("a reader in", &rw)
	rw.RLock()
	tries("two readers in", &rw)
	rw.RUnlock()
	tries("one has left", &rw)
	rw.RUnlock()
	tries("both have left", &rw)
	rw.Lock()
	tries("a writer in", &rw)
	rw.Unlock()
	tries("it has left", &rw)
	rw.TryRLock()
	tries("a reader in by TryRLock", &rw)
	rw.RUnlock()
	rw.TryLock()
	tries("a writer in by TryLock", &rw)
}

func rwmutexTryFormsWriterWaits() {
	var rw sync.RWMutex
	var t tasks
	rw.RLock()
	t.queue(rw.Lock)
	tries("a reader in, a writer waits", &rw)
	t.queue(rw.RLock)
	tries("and a reader behind it", &rw)
	rw.RUnlock()
	until(func() bool { return waiting() == 1 })
	tries("the writer in, the reader waits", &rw)
	rw.Unlock()
	t.Wait()
	tries("the reader in", &rw)
	rw.RUnlock()
	tries("all have left", &rw)
}

func rwmutexTryFormsReaderWaits() {
	var rw sync.RWMutex
	var t tasks
	rw.Lock()
	t.queue(rw.RLock)
	tries("a writer in, a reader waits", &rw)
	t.queue(rw.Lock)
	tries("and a writer behind it", &rw)
	rw.Unlock()
	until(func() bool { return waiting() == 1 })
	tries("the reader in, the writer waits", &rw)
	rw.RUnlock()
	t.Wait()
	tries("the writer in", &rw)
}

func rwmutexReadersTogether() {
	var rw sync.RWMutex
	var t tasks
	var in atomic.Int32
	for range 3 {
		t.start(func() {
			rw.RLock()
			in.Add(1)
			until(func() bool { return in.Load() == 3 })
			rw.RUnlock()
		})
	}
	t.Wait()
	say("in at once: %d", in.Load())
	tries("they have left", &rw)
}

func rwmutexExcludes() {
	var rw sync.RWMutex
	var t tasks
	n, torn := 0, atomic.Int32{}
	for range 2 {
		t.start(func() {
			for range 1000 {
				rw.Lock()
				n++
				n++
				rw.Unlock()
			}
		})
		t.start(func() {
			for range 1000 {
				rw.RLock()
				if n%2 != 0 {
					torn.Add(1)
				}
				rw.RUnlock()
			}
		})
	}
	t.Wait()
	say("2 times 1000 times 2: %d, seen half done: %d", n, torn.Load())
}

func rwmutexUnlockElsewhere() {
	var rw sync.RWMutex
	var t tasks
	rw.Lock()
	t.start(rw.Unlock)
	t.Wait()
	tries("a writer left on another", &rw)
	rw.RLock()
	t.start(rw.RUnlock)
	t.Wait()
	tries("a reader left on another", &rw)
}

func rwmutexWaitingWriter() {
	var rw sync.RWMutex
	var t tasks
	var served journal
	rw.RLock()
	t.queue(func() {
		rw.Lock()
		served.add("writer")
		rw.Unlock()
	})
	t.queue(func() {
		rw.RLock()
		served.add("reader")
		rw.RUnlock()
	})
	say("a reader in, a writer and a reader queued, served nobody: %v", served.length() == 0)
	rw.RUnlock()
	t.Wait()
	say("served %v", &served)
}

func rwmutexQueuedReaders() {
	var rw sync.RWMutex
	var t tasks
	var served journal
	rw.Lock()
	t.queue(func() {
		rw.Lock()
		served.add("writer")
		rw.Unlock()
	})
	t.queue(func() {
		rw.RLock()
		served.add("reader")
		rw.RUnlock()
	})
	rw.Unlock()
	t.Wait()
	say("a writer in, a writer and then a reader queued, served %v", &served)
}

func rwmutexOrderOfService() {
	var rw sync.RWMutex
	var t tasks
	var served journal
	write := func(name string) func() {
		return func() {
			rw.Lock()
			served.add(name)
			rw.Unlock()
		}
	}
	read := func() {
		rw.RLock()
		served.add("R")
		rw.RUnlock()
	}
	rw.RLock()
	t.queue(write("W1"))
	t.queue(read)
	t.queue(write("W2"))
	t.queue(read)
	t.queue(read)
	rw.RUnlock()
	t.Wait()
	say("a reader in, queued W1 R W2 R R, served %v", &served)
}

func rwmutexOrderOfWriters() {
	var rw sync.RWMutex
	var t tasks
	var served journal
	rw.Lock()
	for _, name := range []string{"a", "b", "c"} {
		t.queue(func() {
			rw.Lock()
			served.add(name)
			rw.Unlock()
		})
	}
	rw.Unlock()
	t.Wait()
	say("queued a b c, served %v", &served)
}

func rwmutexRLocker() {
	var rw sync.RWMutex
	l := rw.RLocker()
	l.Lock()
	tries("locked", &rw)
	l.Lock()
	l.Unlock()
	tries("twice, unlocked once", &rw)
	rw.RUnlock()
	tries("and once by RUnlock", &rw)
	rw.Lock()
	var t tasks
	t.queue(l.Lock)
	rw.Unlock()
	t.Wait()
	tries("it has waited for a writer", &rw)
}

func rwmutexUnlockOfUnlocked() {
	var rw sync.RWMutex
	fatal(rw.Unlock)
}

func rwmutexUnlockOfReadLocked() {
	var rw sync.RWMutex
	rw.RLock()
	fatal(rw.Unlock)
}

func rwmutexRUnlockOfUnlocked() {
	var rw sync.RWMutex
	fatal(rw.RUnlock)
}

func rwmutexRUnlockOfWriteLocked() {
	var rw sync.RWMutex
	rw.Lock()
	fatal(rw.RUnlock)
}

func rwmutexRUnlockTwice() {
	var rw sync.RWMutex
	rw.RLock()
	rw.RUnlock()
	fatal(rw.RUnlock)
}

func rwmutexRLockerUnlock() {
	var rw sync.RWMutex
	fatal(rw.RLocker().Unlock)
}

func rwmutexSurplusBesideReader() {
	var rw sync.RWMutex
	rw.RLock()
	rw.RLock()
	rw.RUnlock()
	say("one too many, of two: %s", message(rw.RUnlock))
	tries("it took the other's", &rw)
	fatal(rw.RUnlock)
}

func rwmutexSurplusWhileReaderWaits() {
	words, end := ending(func() {
		var rw sync.RWMutex
		var t tasks
		rw.Lock()
		t.queue(rw.RLock)
		rw.RUnlock()
		rw.Unlock()
		t.Wait()
	})
	only("not noticed; the writer leaves, the reader never gets in: %s (%s)", words, end)
}

func rwmutexUnlockWhileWriterWaits() {
	words, end := ending(func() {
		var rw sync.RWMutex
		var t tasks
		rw.RLock()
		t.queue(rw.Lock)
		rw.Unlock()
		rw.RUnlock()
		t.Wait()
	})
	only("not noticed; the reader leaves, the writer never gets in: %s (%s)", words, end)
}
