package main

import (
	"fmt"
	"sync/atomic"
)

var valueScenarios = []scenario{
	{"value/store-and-load", valueStoreAndLoad},
	{"value/swap", valueSwap},
	{"value/compare-and-swap", valueCompareAndSwap},
	{"value/compare-and-swap-from-nil", valueCompareAndSwapNil},
	{"value/compared-by-content", valueComparedByContent},
	{"value/store-of-another-type", valueStoreOther},
	{"value/swap-of-another-type", valueSwapOther},
	{"value/compare-and-swap-of-another-type", valueCompareAndSwapOther},
	{"value/compare-and-swap-of-two-types", valueCompareAndSwapTwo},
	{"value/load-as-another-type", valueLoadOther},
	{"value/nil", valueNil},
	{"value/what-cannot-be-compared", valueNotComparable},
	{"pointer/load-and-store", pointerLoadAndStore},
	{"pointer/swap", pointerSwap},
	{"pointer/compare-and-swap", pointerCompareAndSwap},
	{"pointer/compared-by-identity", pointerIdentity},
	{"pointer/functions", pointerFunctions},
}

// show writes nil as the Rust side does.
func show(value any) string {
	if value == nil {
		return "nil"
	}
	return fmt.Sprint(value)
}

func valueStoreAndLoad() {
	var v atomic.Value
	say("new: %s", show(v.Load()))
	v.Store(1)
	say("stored 1: %s", show(v.Load()))
	v.Store(2)
	say("stored 2: %s", show(v.Load()))
	var text atomic.Value
	text.Store("text")
	say("stored text: %s", show(text.Load()))
}

func valueSwap() {
	var v atomic.Value
	say("first: %s", show(v.Swap(1)))
	say("second: %s", show(v.Swap(2)))
	say("now: %s", show(v.Load()))
}

func valueCompareAndSwap() {
	var v atomic.Value
	say("new, 1 to 2: %v", v.CompareAndSwap(1, 2))
	say("now: %s", show(v.Load()))
	v.Store(1)
	say("1, 2 to 3: %v", v.CompareAndSwap(2, 3))
	say("1, 1 to 2: %v", v.CompareAndSwap(1, 2))
	say("now: %s", show(v.Load()))
}

func valueCompareAndSwapNil() {
	var v atomic.Value
	say("new, nil to 1: %v", v.CompareAndSwap(nil, 1))
	say("1, nil to 2: %v", v.CompareAndSwap(nil, 2))
	say("now: %s", show(v.Load()))
}

func valueComparedByContent() {
	type pair struct {
		a int
		b string
	}
	var v atomic.Value
	v.Store(pair{1, "x"})
	say("another content: %v", v.CompareAndSwap(pair{1, "y"}, pair{2, "z"}))
	say("the same content: %v", v.CompareAndSwap(pair{1, "x"}, pair{2, "z"}))
	now := v.Load().(pair)
	say("now: %d %s", now.a, now.b)
}

func valueStoreOther() {
	var v atomic.Value
	v.Store(int32(1))
	say("%s", message(func() { v.Store(int64(2)) }))
	say("%s", message(func() { v.Store("2") }))
	say("now: %s", show(v.Load()))
	v.Store(int32(3))
	say("now: %s", show(v.Load()))
}

func valueSwapOther() {
	var v atomic.Value
	v.Store(int32(1))
	say("%s", message(func() { v.Swap(int64(2)) }))
	say("now: %s", show(v.Swap(int32(3))))
}

func valueCompareAndSwapOther() {
	var v atomic.Value
	v.Store(int32(1))
	say("%s", message(func() { v.CompareAndSwap(int64(1), int64(2)) }))
	say("%s", message(func() { v.CompareAndSwap(nil, int64(2)) }))
	say("now: %s", show(v.Load()))
}

func valueCompareAndSwapTwo() {
	var v atomic.Value
	say("new: %s", message(func() { v.CompareAndSwap(int32(1), "2") }))
	v.Store(int32(1))
	say("1: %s", message(func() { v.CompareAndSwap(int32(1), "2") }))
	say("now: %s", show(v.Load()))
}

func valueLoadOther() {
	var v atomic.Value
	v.Store(int32(1))
	_, ok := v.Load().(int64)
	say("as another type: %v", ok)
	_, ok = v.Load().(int32)
	say("as its own: %v", ok)
}

func valueNil() {
	var v atomic.Value
	only("Store: %s", message(func() { v.Store(nil) }))
	only("Swap: %s", message(func() { v.Swap(nil) }))
	only("CompareAndSwap: %s", message(func() { v.CompareAndSwap(nil, nil) }))
}

func valueNotComparable() {
	var v atomic.Value
	old := []int{1}
	v.Store(old)
	only("%s", message(func() { v.CompareAndSwap(old, []int{2}) }))
	only("now: %s", show(v.Load()))
}

// showPointer writes a pointer's target.
func showPointer(p *string) string {
	if p == nil {
		return "nil"
	}
	return *p
}

func pointerLoadAndStore() {
	var p atomic.Pointer[string]
	say("new: %s", showPointer(p.Load()))
	a := "a"
	p.Store(&a)
	say("stored a: %s, the same: %v", showPointer(p.Load()), p.Load() == &a)
	p.Store(nil)
	say("stored nil: %s", showPointer(p.Load()))
}

func pointerSwap() {
	var p atomic.Pointer[string]
	a, b := "a", "b"
	say("first: %s", showPointer(p.Swap(&a)))
	say("second: %s", showPointer(p.Swap(&b)))
	say("nil: %s", showPointer(p.Swap(nil)))
	say("now: %s", showPointer(p.Load()))
}

func pointerCompareAndSwap() {
	var p atomic.Pointer[string]
	a, b := "a", "b"
	say("nil, a to b: %v", p.CompareAndSwap(&a, &b))
	say("nil, nil to a: %v", p.CompareAndSwap(nil, &a))
	say("a, nil to b: %v", p.CompareAndSwap(nil, &b))
	say("a, b to nil: %v", p.CompareAndSwap(&b, nil))
	say("a, a to b: %v", p.CompareAndSwap(&a, &b))
	say("now: %s", showPointer(p.Load()))
	say("b, b to nil: %v", p.CompareAndSwap(&b, nil))
	say("now: %s", showPointer(p.Load()))
}

func pointerIdentity() {
	var p atomic.Pointer[string]
	a, same := "a", "a"
	p.Store(&a)
	say("an equal one: %v", p.CompareAndSwap(&same, nil))
	say("itself: %v", p.CompareAndSwap(&a, &same))
}
