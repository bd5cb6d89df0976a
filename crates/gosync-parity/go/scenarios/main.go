// The Go side of the scenarios: each says what it observed, a line at a time, to standard output.
// The Rust side has the same scenarios under the same names in the same order.
//
// A line is `scenario: observation`. One that begins with `go: ` shows something that is different
// in Rust on purpose; there is a `rust: ` line in its place.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A scenario's function runs on a goroutine of its own. What it says must not depend on luck.
type scenario struct {
	name string
	run  func()
}

var groups = [][]scenario{
	mutexScenarios,
	rwmutexScenarios,
	onceScenarios,
	waitgroupScenarios,
	condScenarios,
	poolScenarios,
	mapScenarios,
	atomicScenarios,
	valueScenarios,
	randomScenarios,
}

// limit is how long a scenario may take. None takes a hundredth of it.
const limit = time.Minute

var (
	// current is the scenario that runs.
	current scenario
	// ends counts the calls of ending in it.
	ends int
	// dies, if not 0, says which call of ending this process is there to make.
	dies int
)

func main() {
	// What is in a Pool stays in it.
	debug.SetGCPercent(-1)
	if len(os.Args) == 3 {
		dies, _ = strconv.Atoi(os.Args[2])
		child(os.Args[1])
		return
	}
	fmt.Printf("# What Go observes, as of %s. The Rust side is compared with it.\n", runtime.Version())
	for _, group := range groups {
		for _, current = range group {
			ends = 0
			ended := make(chan bool)
			go func() {
				current.run()
				close(ended)
			}()
			select {
			case <-ended:
				if left := waiting(); left != 0 {
					say("it has left %d goroutines waiting", left)
					os.Exit(1)
				}
			case <-time.After(limit):
				say("it has not ended within %v", limit)
				os.Exit(1)
			}
		}
	}
}

// child runs one scenario up to the call of ending that this process is there for. Nothing else
// is going on in it, not even a timer, so that Go notices when all goroutines wait.
func child(name string) {
	for _, group := range groups {
		for _, current = range group {
			if current.name == name {
				current.run()
			}
		}
	}
	panic("no such end")
}

var saying sync.Mutex

// say prints an observation that must be the same in Rust.
func say(format string, arguments ...any) {
	if dies != 0 {
		return
	}
	saying.Lock()
	defer saying.Unlock()
	fmt.Printf("%s: %s\n", current.name, fmt.Sprintf(format, arguments...))
}

// only prints an observation that is another in Rust, on purpose.
func only(format string, arguments ...any) {
	say("go: "+format, arguments...)
}

// message returns what f panics with.
func message(f func()) (text string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			text = fmt.Sprint(panicked)
		}
	}()
	f()
	return "no panic"
}

// ending runs f in a process of its own, which f ends, and returns Go's last words and how it
// ended. What the scenario did before is done there, too.
func ending(f func()) (words string, end string) {
	ends++
	if dies == ends {
		f()
		fmt.Fprintln(os.Stderr, "panic: f has returned")
		os.Exit(0)
	}
	if dies != 0 {
		return "", ""
	}
	timeout, cancel := context.WithTimeout(context.Background(), limit/2)
	defer cancel()
	command := exec.CommandContext(timeout, os.Args[0], current.name, strconv.Itoa(ends))
	var stderr bytes.Buffer
	command.Stderr = &stderr
	_ = command.Run()
	line, _, _ := strings.Cut(stderr.String(), "\n")
	kind, words, _ := strings.Cut(line, ": ")
	return words, fmt.Sprintf("%s, exit status %d", kind, command.ProcessState.ExitCode())
}

// fatal shows with which message f ends the process, and that it does.
func fatal(f func()) {
	words, end := ending(f)
	say("message: %s", words)
	only("%s", end)
}

var waits = regexp.MustCompile(`(?m)^goroutine \d+ (?:gp=\S+ m=\S+ )?\[(?:sync\.|semacquire)[^\]]*\]:$`)

// waiting returns how many goroutines wait in package sync, as the runtime sees it: in a queue, all
// of them.
func waiting() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return len(waits.FindAll(stacks, -1))
}

// tasks are goroutines that a scenario started.
type tasks struct{ sync.WaitGroup }

// start runs f on a goroutine.
func (t *tasks) start(f func()) {
	t.Go(f)
}

// queue runs f on a goroutine, and returns when that waits in a queue of package sync.
func (t *tasks) queue(f func()) {
	before := waiting()
	t.Go(f)
	for waiting() != before+1 {
		runtime.Gosched()
	}
}

// until waits for a condition.
func until(condition func() bool) {
	for !condition() {
		runtime.Gosched()
	}
}

// journal is what several goroutines write down, in order.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) add(entry string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
}

func (j *journal) length() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.entries)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.entries, " ")
}
