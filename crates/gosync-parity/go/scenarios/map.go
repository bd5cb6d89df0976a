package main

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

var mapScenarios = []scenario{
	{"map/store-and-load", mapStoreAndLoad},
	{"map/load-or-store", mapLoadOrStore},
	{"map/load-and-delete", mapLoadAndDelete},
	{"map/delete", mapDelete},
	{"map/swap", mapSwap},
	{"map/compare-and-swap", mapCompareAndSwap},
	{"map/compare-and-swap-of-a-missing-key", mapCompareAndSwapMissing},
	{"map/compare-and-delete", mapCompareAndDelete},
	{"map/range", mapRange},
	{"map/range-stops", mapRangeStops},
	{"map/range-deletes", mapRangeDeletes},
	{"map/range-stores", mapRangeStores},
	{"map/range-inside-range", mapRangeNested},
	{"map/clear", mapClear},
	{"map/clear-inside-range", mapClearInsideRange},
	{"map/clear-of-many-inside-range", mapClearOfManyInsideRange},
	{"map/concurrent-load-or-store", mapConcurrentLoadOrStore},
	{"map/concurrent-compare-and-swap", mapConcurrentCompareAndSwap},
	{"map/concurrent-delete", mapConcurrentDelete},
	{"map/pointers", mapPointers},
	{"map/write-to-what-was-loaded", mapWriteToWhatWasLoaded},
	{"map/what-cannot-be-compared", mapNotComparable},
}

// found writes what a key has.
func found(value any, ok bool) string {
	if !ok {
		return "nil"
	}
	return fmt.Sprint(value)
}

// content writes all that Range shows, in the order of the keys.
func content(m *sync.Map) string {
	var entries []string
	m.Range(func(key, value any) bool {
		entries = append(entries, fmt.Sprintf("%v=%v", key, value))
		return true
	})
	sort.Strings(entries)
	return "[" + strings.Join(entries, " ") + "]"
}

// filled is 0=0 1=10 2=20 ...
func filled(n int) *sync.Map {
	m := new(sync.Map)
	for i := range n {
		m.Store(i, 10*i)
	}
	return m
}

func mapStoreAndLoad() {
	var m sync.Map
	say("new: %s", found(m.Load("a")))
	m.Store("a", 1)
	say("stored a=1: %s", found(m.Load("a")))
	m.Store("a", 2)
	say("stored a=2: %s", found(m.Load("a")))
	say("another key: %s", found(m.Load("b")))
}

func mapLoadOrStore() {
	var m sync.Map
	for _, value := range []int{1, 2} {
		actual, loaded := m.LoadOrStore("a", value)
		say("a=%d: %v, loaded %v", value, actual, loaded)
	}
	m.Delete("a")
	actual, loaded := m.LoadOrStore("a", 3)
	say("a=3 after Delete: %v, loaded %v", actual, loaded)
}

func mapLoadAndDelete() {
	var m sync.Map
	say("missing: %s", found(m.LoadAndDelete("a")))
	m.Store("a", 1)
	say("there: %s", found(m.LoadAndDelete("a")))
	say("again: %s", found(m.LoadAndDelete("a")))
	say("Load: %s", found(m.Load("a")))
}

func mapDelete() {
	m := filled(3)
	m.Delete(7)
	say("of a missing key: %s", content(m))
	m.Delete(1)
	say("of 1: %s", content(m))
	m.Delete(1)
	say("again: %s", content(m))
}

func mapSwap() {
	var m sync.Map
	say("missing: %s", found(m.Swap("a", 1)))
	say("there: %s", found(m.Swap("a", 2)))
	say("now: %s", content(&m))
}

func mapCompareAndSwap() {
	m := filled(2)
	say("1, 11 to 12: %v", m.CompareAndSwap(1, 11, 12))
	say("1, 10 to 12: %v", m.CompareAndSwap(1, 10, 12))
	say("1, 12 to 12: %v", m.CompareAndSwap(1, 12, 12))
	say("now: %s", content(m))
}

func mapCompareAndSwapMissing() {
	m := filled(1)
	say("never there: %v", m.CompareAndSwap(7, 0, 1))
	m.Delete(0)
	say("deleted: %v", m.CompareAndSwap(0, 0, 1))
	say("now: %s", content(m))
}

func mapCompareAndDelete() {
	m := filled(2)
	say("missing: %v", m.CompareAndDelete(7, 0))
	say("another value: %v", m.CompareAndDelete(1, 11))
	say("now: %s", content(m))
	say("its value: %v", m.CompareAndDelete(1, 10))
	say("again: %v", m.CompareAndDelete(1, 10))
	say("now: %s", content(m))
}

func mapRange() {
	say("new: %s", content(new(sync.Map)))
	say("5 keys: %s", content(filled(5)))
	seen := make(map[any]int)
	filled(1000).Range(func(key, _ any) bool {
		seen[key]++
		return true
	})
	twice := 0
	for _, times := range seen {
		if times != 1 {
			twice++
		}
	}
	say("of 1000 keys seen %d, more than once %d", len(seen), twice)
}

func mapRangeStops() {
	calls := 0
	filled(10).Range(func(_, _ any) bool {
		calls++
		return calls < 3
	})
	say("calls: %d", calls)
}

func mapRangeDeletes() {
	m := filled(100)
	calls := 0
	m.Range(func(key, _ any) bool {
		calls++
		m.Delete(key)
		return true
	})
	say("calls: %d, left: %s", calls, content(m))
}

func mapRangeStores() {
	m := filled(5)
	calls := 0
	m.Range(func(key, value any) bool {
		calls++
		m.Store(key, value.(int)+1)
		return true
	})
	say("calls: %d, left: %s", calls, content(m))
}

func mapRangeNested() {
	m := filled(10)
	calls := 0
	m.Range(func(_, _ any) bool {
		m.Range(func(_, _ any) bool {
			calls++
			return true
		})
		return true
	})
	say("calls: %d", calls)
}

func mapClear() {
	m := filled(100)
	m.Clear()
	say("cleared: %s, Load %s", content(m), found(m.Load(1)))
	m.Clear()
	m.Store("a", 1)
	say("used on: %s", content(m))
}

// clearWhileWalking tells how many calls there are if each clears the map.
func clearWhileWalking(m *sync.Map) int {
	calls := 0
	m.Range(func(_, _ any) bool {
		calls++
		m.Clear()
		return true
	})
	return calls
}

func mapClearInsideRange() {
	m := filled(100)
	say("calls: %d", clearWhileWalking(m))
	say("left: %s", content(m))
}

func mapClearOfManyInsideRange() {
	m := filled(2000)
	only("calls: %d", clearWhileWalking(m))
	say("left: %s", content(m))
}

func mapConcurrentLoadOrStore() {
	var m sync.Map
	var t tasks
	var stored, different atomic.Int32
	var first atomic.Int32
	first.Store(-1)
	for i := range 8 {
		t.start(func() {
			actual, loaded := m.LoadOrStore("a", int32(i))
			if !loaded {
				stored.Add(1)
			}
			if !first.CompareAndSwap(-1, actual.(int32)) && first.Load() != actual.(int32) {
				different.Add(1)
			}
		})
	}
	t.Wait()
	say("stored by %d of 8, got another: %d", stored.Load(), different.Load())
}

func mapConcurrentCompareAndSwap() {
	m := filled(1)
	var t tasks
	for range 4 {
		t.start(func() {
			for range 100 {
				for {
					old, _ := m.Load(0)
					if m.CompareAndSwap(0, old, old.(int)+1) {
						break
					}
				}
			}
		})
	}
	t.Wait()
	say("%s", content(m))
}

func mapConcurrentDelete() {
	m := filled(100)
	var t tasks
	var deleted atomic.Int32
	for range 4 {
		t.start(func() {
			for i := range 100 {
				if _, loaded := m.LoadAndDelete(i); loaded {
					deleted.Add(1)
				}
			}
		})
	}
	t.Wait()
	say("deleted: %d, left: %s", deleted.Load(), content(m))
}

func mapNotComparable() {
	var m sync.Map
	m.Store("a", []int{1})
	only("CompareAndSwap: %s", message(func() { m.CompareAndSwap("a", []int{1}, []int{2}) }))
	words, end := ending(func() {
		text := message(func() { m.CompareAndDelete("a", []int{1}) })
		m.Store("a", text)
	})
	only("CompareAndDelete, caught, and then a Store waits for ever: %s (%s)", words, end)
}

func mapPointers() {
	var m sync.Map
	a, b := new(int), new(int)
	m.Store("x", b)
	only("CompareAndSwap of another: %v", m.CompareAndSwap("x", a, a))
	m.Store("x", b)
	only("CompareAndDelete of another: %v", m.CompareAndDelete("x", a))
	m.Store("x", b)
	say("CompareAndDelete of its own: %v", m.CompareAndDelete("x", b))
}

func mapWriteToWhatWasLoaded() {
	var m sync.Map
	m.Store("a", map[string]int{})
	load := func() map[string]int {
		value, _ := m.Load("a")
		return value.(map[string]int)
	}
	load()["b"] = 1
	only("a map of maps has then: %d", len(load()))
	m.Store("a", &map[string]int{})
	shared := func() map[string]int {
		value, _ := m.Load("a")
		return *value.(*map[string]int)
	}
	shared()["b"] = 1
	say("one of pointers: %d", len(shared()))
}
