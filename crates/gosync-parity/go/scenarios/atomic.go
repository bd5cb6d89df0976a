package main

import (
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"
)

var atomicScenarios = []scenario{
	{"atomic/int32-methods", func() { integerMethods(new(atomic.Int32), math.MinInt32, math.MaxInt32) }},
	{"atomic/int64-methods", func() { integerMethods(new(atomic.Int64), math.MinInt64, math.MaxInt64) }},
	{"atomic/uint32-methods", func() { integerMethods(new(atomic.Uint32), 0, math.MaxUint32) }},
	{"atomic/uint64-methods", func() { integerMethods(new(atomic.Uint64), 0, math.MaxUint64) }},
	{"atomic/uintptr-methods", func() { integerMethods(new(atomic.Uintptr), 0, ^uintptr(0)) }},
	{"atomic/int32-functions", func() { integerMethods(int32Functions(), math.MinInt32, math.MaxInt32) }},
	{"atomic/int64-functions", func() { integerMethods(int64Functions(), math.MinInt64, math.MaxInt64) }},
	{"atomic/uint32-functions", func() { integerMethods(uint32Functions(), 0, math.MaxUint32) }},
	{"atomic/uint64-functions", func() { integerMethods(uint64Functions(), 0, math.MaxUint64) }},
	{"atomic/uintptr-functions", func() { integerMethods(uintptrFunctions(), 0, ^uintptr(0)) }},
	{"atomic/subtract-from-unsigned", atomicSubtract},
	{"atomic/bool", atomicBool},
	{"atomic/concurrent-add", atomicConcurrentAdd},
	{"atomic/concurrent-compare-and-swap", atomicConcurrentCompareAndSwap},
	{"atomic/concurrent-or", atomicConcurrentOr},
}

type integer interface {
	int32 | int64 | uint32 | uint64 | uintptr
}

// methods are what all integers of sync/atomic have.
type methods[T integer] interface {
	Load() T
	Store(val T)
	Swap(new T) T
	CompareAndSwap(old, new T) bool
	Add(delta T) T
	And(mask T) T
	Or(mask T) T
}

// functions has as methods what sync/atomic has as functions.
type functions[T integer] struct {
	n              T
	load           func(*T) T
	store          func(*T, T)
	swap           func(*T, T) T
	compareAndSwap func(*T, T, T) bool
	add            func(*T, T) T
	and            func(*T, T) T
	or             func(*T, T) T
}

func (f *functions[T]) Load() T                        { return f.load(&f.n) }
func (f *functions[T]) Store(val T)                    { f.store(&f.n, val) }
func (f *functions[T]) Swap(new T) T                   { return f.swap(&f.n, new) }
func (f *functions[T]) CompareAndSwap(old, new T) bool { return f.compareAndSwap(&f.n, old, new) }
func (f *functions[T]) Add(delta T) T                  { return f.add(&f.n, delta) }
func (f *functions[T]) And(mask T) T                   { return f.and(&f.n, mask) }
func (f *functions[T]) Or(mask T) T                    { return f.or(&f.n, mask) }

func int32Functions() *functions[int32] {
	return &functions[int32]{
		0, atomic.LoadInt32, atomic.StoreInt32, atomic.SwapInt32,
		atomic.CompareAndSwapInt32, atomic.AddInt32, atomic.AndInt32, atomic.OrInt32,
	}
}

func int64Functions() *functions[int64] {
	return &functions[int64]{
		0, atomic.LoadInt64, atomic.StoreInt64, atomic.SwapInt64,
		atomic.CompareAndSwapInt64, atomic.AddInt64, atomic.AndInt64, atomic.OrInt64,
	}
}

func uint32Functions() *functions[uint32] {
	return &functions[uint32]{
		0, atomic.LoadUint32, atomic.StoreUint32, atomic.SwapUint32,
		atomic.CompareAndSwapUint32, atomic.AddUint32, atomic.AndUint32, atomic.OrUint32,
	}
}

func uint64Functions() *functions[uint64] {
	return &functions[uint64]{
		0, atomic.LoadUint64, atomic.StoreUint64, atomic.SwapUint64,
		atomic.CompareAndSwapUint64, atomic.AddUint64, atomic.AndUint64, atomic.OrUint64,
	}
}

func uintptrFunctions() *functions[uintptr] {
	return &functions[uintptr]{
		0, atomic.LoadUintptr, atomic.StoreUintptr, atomic.SwapUintptr,
		atomic.CompareAndSwapUintptr, atomic.AddUintptr, atomic.AndUintptr, atomic.OrUintptr,
	}
}

func integerMethods[T integer](n methods[T], min, max T) {
	// How large a uintptr is depends on the machine: those near the end are shown by complement.
	show := func(value T) string {
		if isUintptr := fmt.Sprintf("%T", value) == "uintptr"; isUintptr && value > max/2 {
			return fmt.Sprintf("^%d", ^value)
		}
		return fmt.Sprint(value)
	}
	say("new: %s", show(n.Load()))
	n.Store(max)
	say("Store %s, Load %s", show(max), show(n.Load()))
	say("Add 1 returns %s, Load %s", show(n.Add(1)), show(n.Load()))
	say("Add -1 returns %s, Load %s", show(n.Add(^T(0))), show(n.Load()))
	n.Store(min)
	say("Store %s, Add -1 returns %s", show(min), show(n.Add(^T(0))))
	n.Store(max)
	say("Add the largest to itself: %s", show(n.Add(max)))
	n.Store(min)
	say("Add the smallest to itself: %s", show(n.Add(min)))
	n.Store(1)
	say("Swap of 1 by %s returns %s, Load %s", show(max), show(n.Swap(max)), show(n.Load()))
	say("CompareAndSwap, another: %v, Load %s", n.CompareAndSwap(1, 2), show(n.Load()))
	say("CompareAndSwap, the same: %v, Load %s", n.CompareAndSwap(max, min), show(n.Load()))
	say("CompareAndSwap, by itself: %v, Load %s", n.CompareAndSwap(min, min), show(n.Load()))
	n.Store(0b1100)
	say("And 1010 returns %s, Load %s", show(n.And(0b1010)), show(n.Load()))
	say("And of all bits returns %s, Load %s", show(n.And(^T(0))), show(n.Load()))
	say("Or 0001 returns %s, Load %s", show(n.Or(0b0001)), show(n.Load()))
	say("Or of all bits returns %s, Load %s", show(n.Or(^T(0))), show(n.Load()))
	say("And of none returns %s, Load %s", show(n.And(0)), show(n.Load()))
	say("Or of the smallest returns %s, Load %s", show(n.Or(min)), show(n.Load()))
}

func atomicSubtract() {
	var a atomic.Uint32
	a.Store(10)
	say("uint32, 10 less 3: %d", a.Add(^uint32(3-1)))
	var b atomic.Uint64
	say("uint64, 0 less 1: %d", b.Add(^uint64(1-1)))
	c := uint64(10)
	say("uint64 by function, 10 less 10: %d", atomic.AddUint64(&c, ^uint64(10-1)))
}

func atomicBool() {
	var b atomic.Bool
	say("new: %v", b.Load())
	b.Store(true)
	say("stored: %v", b.Load())
	say("Swap by true: %v", b.Swap(true))
	say("Swap by false: %v, Load %v", b.Swap(false), b.Load())
	say("CompareAndSwap true to true: %v", b.CompareAndSwap(true, true))
	say("CompareAndSwap false to true: %v, Load %v", b.CompareAndSwap(false, true), b.Load())
	say("CompareAndSwap true to true: %v, Load %v", b.CompareAndSwap(true, true), b.Load())
}

func atomicConcurrentAdd() {
	var t tasks
	var n atomic.Int64
	var m int64
	for range 4 {
		t.start(func() {
			for range 1000 {
				n.Add(1)
				atomic.AddInt64(&m, -1)
			}
		})
	}
	t.Wait()
	say("%d, %d", n.Load(), atomic.LoadInt64(&m))
}

func atomicConcurrentCompareAndSwap() {
	var t tasks
	var n atomic.Uint32
	for range 4 {
		t.start(func() {
			for range 1000 {
				for {
					if old := n.Load(); n.CompareAndSwap(old, old+1) {
						break
					}
				}
			}
		})
	}
	t.Wait()
	say("%d", n.Load())
}

func atomicConcurrentOr() {
	var t tasks
	var n atomic.Uint32
	for bit := range 32 {
		t.start(func() { n.Or(1 << bit) })
	}
	t.Wait()
	say("%d", n.Load())
}

func pointerFunctions() {
	var p unsafe.Pointer
	a, b := 1, 2
	say("new is nil: %v", atomic.LoadPointer(&p) == nil)
	atomic.StorePointer(&p, unsafe.Pointer(&a))
	say("stored: %d", *(*int)(atomic.LoadPointer(&p)))
	say("swapped: %d", *(*int)(atomic.SwapPointer(&p, unsafe.Pointer(&b))))
	say("compared with another: %v", atomic.CompareAndSwapPointer(&p, unsafe.Pointer(&a), nil))
	say("compared with itself: %v", atomic.CompareAndSwapPointer(&p, unsafe.Pointer(&b), nil))
	say("now nil: %v", atomic.LoadPointer(&p) == nil)
}
