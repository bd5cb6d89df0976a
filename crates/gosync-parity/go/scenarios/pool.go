package main

import (
	"runtime"
	"sort"
	"sync"
)

// What is put on one P cannot always be had on another: there is one P only in these scenarios.
var poolScenarios = []scenario{
	{"pool/empty-without-new", poolEmptyWithoutNew},
	{"pool/put-then-get", poolPutThenGet},
	{"pool/new-when-empty", poolNewWhenEmpty},
	{"pool/each-item-once", poolEachItemOnce},
	{"pool/new-panics", poolNewPanics},
	{"pool/what-is-put-is-kept-as-it-is", poolKeptAsItIs},
	{"pool/get-without-new", poolGetWithoutNew},
}

func poolEmptyWithoutNew() {
	var p sync.Pool
	say("new: %v", show(p.Get()))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p.Put(1)
	say("put 1: %v", show(p.Get()))
	say("empty again: %v", show(p.Get()))
}

func poolPutThenGet() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := sync.Pool{New: func() any { return "new" }}
	say("%v", p.Get())
	p.Put("put")
	say("%v", p.Get())
	say("%v", p.Get())
}

func poolNewWhenEmpty() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	made := 0
	p := sync.Pool{New: func() any {
		made++
		return made
	}}
	say("made: %d", made)
	a, b := p.Get(), p.Get()
	say("got %v, %v, made: %d", a, b, made)
	p.Put(a)
	c := p.Get()
	say("put back and got %v, made: %d", c, made)
	d := p.Get()
	say("got %v, made: %d", d, made)
}

func poolEachItemOnce() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var p sync.Pool
	for i := range 8 {
		p.Put(i)
	}
	var got []int
	for range 8 {
		got = append(got, p.Get().(int))
	}
	sort.Ints(got)
	say("in some order: %v", got)
	say("then: %v", show(p.Get()))
}

func poolNewPanics() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := sync.Pool{New: func() any { panic("cannot make one") }}
	say("%s", message(func() { p.Get() }))
	p.Put("put")
	say("%v", p.Get())
	say("%s", message(func() { p.Get() }))
}

func poolKeptAsItIs() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := sync.Pool{New: func() any { return []int{} }}
	p.Put(append(p.Get().([]int), 1, 2))
	say("%v", p.Get())
	say("%v", p.Get())
}

func poolGetWithoutNew() {
	var p sync.Pool
	only("Get: %v", show(p.Get()))
}
