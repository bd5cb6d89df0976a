package main

import (
	"errors"
	"sync"
	"sync/atomic"
)

var onceScenarios = []scenario{
	{"once/do", onceDo},
	{"once/first-function-only", onceFirstFunctionOnly},
	{"once/concurrent", onceConcurrent},
	{"once/do-returns-when-f-has", onceDoReturnsWhenFHas},
	{"once/panic", oncePanic},
	{"once/panic-while-another-waits", oncePanicWhileAnotherWaits},
	{"once/another-once-inside", onceAnotherInside},
	{"once/inside-its-own-f", onceInsideItsOwn},
	{"oncefunc/calls", oncefuncCalls},
	{"oncefunc/concurrent", oncefuncConcurrent},
	{"oncefunc/panic", oncefuncPanic},
	{"oncefunc/panic-while-another-waits", oncefuncPanicWhileAnotherWaits},
	{"oncefunc/panic-with-another-value", oncefuncPanicValue},
	{"oncefunc/inside-its-own-f", oncefuncInsideItsOwn},
	{"oncevalue/calls", oncevalueCalls},
	{"oncevalue/panic", oncevaluePanic},
	{"oncevalues/calls", oncevaluesCalls},
	{"oncevalues/an-error-is-kept", oncevaluesError},
	{"oncevalues/panic", oncevaluesPanic},
}

func onceDo() {
	var once sync.Once
	calls := 0
	for range 3 {
		once.Do(func() { calls++ })
		say("calls: %d", calls)
	}
}

func onceFirstFunctionOnly() {
	var once sync.Once
	once.Do(func() { say("first f") })
	once.Do(func() { say("second f") })
	say("done")
}

func onceConcurrent() {
	var once sync.Once
	var t tasks
	var calls, late atomic.Int32
	for range 8 {
		t.start(func() {
			once.Do(func() { calls.Add(1) })
			if calls.Load() != 1 {
				late.Add(1)
			}
		})
	}
	t.Wait()
	say("calls: %d, returned before it: %d", calls.Load(), late.Load())
}

func onceDoReturnsWhenFHas() {
	var once sync.Once
	var t tasks
	var events journal
	running, end := make(chan bool), make(chan bool)
	t.start(func() {
		once.Do(func() {
			close(running)
			<-end
			events.add("f")
		})
	})
	<-running
	for range 2 {
		t.queue(func() {
			once.Do(func() {})
			events.add("Do")
		})
	}
	close(end)
	t.Wait()
	say("ended: %v", &events)
}

func oncePanic() {
	var once sync.Once
	calls := 0
	f := func() {
		calls++
		panic("in f")
	}
	say("first: %s", message(func() { once.Do(f) }))
	say("second: %s", message(func() { once.Do(f) }))
	say("calls: %d", calls)
}

func oncePanicWhileAnotherWaits() {
	var once sync.Once
	var t tasks
	running, end := make(chan bool), make(chan bool)
	var first, waiter string
	t.start(func() {
		first = message(func() {
			once.Do(func() {
				close(running)
				<-end
				panic("in f")
			})
		})
	})
	<-running
	t.queue(func() {
		waiter = message(func() { once.Do(func() {}) })
	})
	close(end)
	t.Wait()
	say("first: %s, who waited: %s", first, waiter)
}

func onceAnotherInside() {
	var outer, inner sync.Once
	var events journal
	outer.Do(func() {
		events.add("outer")
		inner.Do(func() { events.add("inner") })
	})
	inner.Do(func() { events.add("again") })
	say("%v", &events)
}

func onceInsideItsOwn() {
	var once sync.Once
	words, end := ending(func() {
		once.Do(func() {
			once.Do(func() {})
		})
	})
	only("%s (%s)", words, end)
}

func oncefuncCalls() {
	calls := 0
	f := sync.OnceFunc(func() { calls++ })
	say("made: %d", calls)
	f()
	f()
	again := f
	again()
	say("called 3 times: %d", calls)
}

func oncefuncConcurrent() {
	var t tasks
	var calls, late atomic.Int32
	f := sync.OnceFunc(func() { calls.Add(1) })
	for range 8 {
		t.start(func() {
			f()
			if calls.Load() != 1 {
				late.Add(1)
			}
		})
	}
	t.Wait()
	say("calls: %d, returned before it: %d", calls.Load(), late.Load())
}

func oncefuncPanic() {
	calls := 0
	f := sync.OnceFunc(func() {
		calls++
		panic("in f")
	})
	for range 3 {
		say("%s", message(f))
	}
	say("calls: %d", calls)
}

func oncefuncPanicWhileAnotherWaits() {
	var t tasks
	running, end := make(chan bool), make(chan bool)
	var first, waiter string
	f := sync.OnceFunc(func() {
		close(running)
		<-end
		panic("in f")
	})
	t.start(func() { first = message(f) })
	<-running
	t.queue(func() { waiter = message(f) })
	close(end)
	t.Wait()
	say("first: %s, who waited: %s", first, waiter)
}

func oncefuncPanicValue() {
	f := sync.OnceFunc(func() { panic(42) })
	say("first: %s", message(f))
	only("second: %s", message(f))
}

func oncefuncInsideItsOwn() {
	words, end := ending(func() {
		var f func()
		f = sync.OnceFunc(func() { f() })
		f()
	})
	only("%s (%s)", words, end)
}

func oncevalueCalls() {
	calls := 0
	f := sync.OnceValue(func() int {
		calls++
		return 10 * calls
	})
	say("made: %d", calls)
	say("called: %d, %d", f(), f())
	say("calls: %d", calls)
}

func oncevaluePanic() {
	calls := 0
	f := sync.OnceValue(func() int {
		calls++
		panic("no value")
	})
	for range 3 {
		say("%s", message(func() { f() }))
	}
	say("calls: %d", calls)
}

func oncevaluesCalls() {
	calls := 0
	f := sync.OnceValues(func() (int, string) {
		calls++
		return calls, "two"
	})
	for range 2 {
		a, b := f()
		say("%d, %s", a, b)
	}
	say("calls: %d", calls)
}

func oncevaluesError() {
	calls := 0
	f := sync.OnceValues(func() (int, error) {
		calls++
		return 0, errors.New("cannot")
	})
	for range 2 {
		_, err := f()
		say("%v", err)
	}
	say("calls: %d", calls)
}

func oncevaluesPanic() {
	calls := 0
	f := sync.OnceValues(func() (int, int) {
		calls++
		panic("no values")
	})
	for range 3 {
		say("%s", message(func() { f() }))
	}
	say("calls: %d", calls)
}
