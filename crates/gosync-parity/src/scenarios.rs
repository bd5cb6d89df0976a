//! The Rust side of the scenarios, and what they have in common.
//!
//! Each has the name and says the same as its counterpart in `go/scenarios`, a line at a time,
//! through the Go face of `gosync`. A line said with `only!` is another in Go, on purpose; the
//! scenario then has a reason. What is said must not depend on luck: threads are in a queue before
//! the scenario goes on.

mod atomic;
mod cond;
mod map;
mod mutex;
mod once;
mod pool;
mod random;
mod rwmutex;
mod value;
mod waitgroup;

use std::{
    cell::RefCell,
    fmt,
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use crate::limit::{self, text};

/// All scenarios, in Go's order.
pub static ALL: &[&[Scenario]] = &[
    mutex::SCENARIOS,
    rwmutex::SCENARIOS,
    once::SCENARIOS,
    waitgroup::SCENARIOS,
    cond::SCENARIOS,
    pool::SCENARIOS,
    map::SCENARIOS,
    atomic::SCENARIOS,
    value::SCENARIOS,
    random::SCENARIOS,
];

/// What is done in Go and in Rust.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// `primitive/what-is-shown`.
    pub name: &'static str,
    /// Why Rust is different from Go, if it is.
    pub reason: Option<&'static str>,
    run: fn(&Log),
}

/// What is the same in Go.
const fn same(name: &'static str, run: fn(&Log)) -> Scenario {
    Scenario {
        name,
        reason: None,
        run,
    }
}

/// What is different in Go, in part or as a whole.
const fn differs(name: &'static str, reason: &'static str, run: fn(&Log)) -> Scenario {
    Scenario {
        name,
        reason: Some(reason),
        run,
    }
}

/// An observation.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The other language has it too, or there is a mistake.
    Both(String),
    /// Of this language alone, on purpose.
    Only(String),
}

/// What a scenario says.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    fn add(&self, line: Line) {
        self.0.lock().expect("a log").push(line);
    }

    fn said(&self) -> Vec<Line> {
        self.0.lock().expect("a log").clone()
    }
}

/// Says what must be the same in Go.
macro_rules! say {
    ($log:expr, $($format:tt)+) => {
        $log.add($crate::scenarios::Line::Both(format!($($format)+)))
    };
}

/// Says what is another in Go, on purpose.
macro_rules! only {
    ($log:expr, $($format:tt)+) => {
        $log.add($crate::scenarios::Line::Only(format!($($format)+)))
    };
}

use {only, say};

/// Runs all scenarios, one after the other, and returns what they have said, and what went wrong
/// with those that panicked or did not come to their end. Panics that they catch are not printed.
#[must_use]
pub fn run() -> (Vec<(Scenario, Vec<Line>)>, Vec<String>) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let (mut outputs, mut mistakes) = (Vec::new(), Vec::new());
    for scenario in ALL.iter().copied().flatten() {
        let log = Log::default();
        let its_log = log.clone();
        if let Err(wrong) = limit::run(move || (scenario.run)(&its_log)) {
            mistakes.push(format!("{} {wrong}", scenario.name));
        }
        outputs.push((*scenario, log.said()));
    }
    panic::set_hook(hook);
    (outputs, mistakes)
}

/// The message with which `f` panics.
fn message<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => String::from("no panic"),
        Err(panic) => text(&*panic),
    }
}

/// Writes `None` as the Go side does.
fn show<T: fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| String::from("nil"), |value| value.to_string())
}

/// Writes a list as the Go side does.
fn list<T: fmt::Display>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(" "))
}

/// Threads that a scenario starts. They may borrow, and are joined in the end.
struct Tasks<'scope, 'env> {
    scope: &'scope thread::Scope<'scope, 'env>,
    handles: RefCell<Vec<thread::ScopedJoinHandle<'scope, ()>>>,
}

/// Runs `f`, which may start threads.
fn tasks<'env>(f: impl for<'scope> FnOnce(&Tasks<'scope, 'env>)) {
    thread::scope(|scope| {
        f(&Tasks {
            scope,
            handles: RefCell::default(),
        });
    });
}

impl<'scope> Tasks<'scope, '_> {
    /// Runs `f` on a thread.
    fn start(&self, f: impl FnOnce() + Send + 'scope) {
        let handle = self.scope.spawn(f);
        self.handles.borrow_mut().push(handle);
    }

    /// Runs `f` on a thread, and returns when that waits in a queue: it does nothing before which
    /// could make it sleep.
    fn queue(&self, f: impl FnOnce() + Send + 'scope) {
        let (begins, begun) = mpsc::sync_channel(1);
        self.start(move || {
            begins.send(asleep::this_thread()).expect("it is awaited");
            drop(begins);
            f();
        });
        let thread = begun.recv().expect("it begins");
        asleep::wait_for(&[thread]);
    }

    /// Waits for all.
    fn join(&self) {
        for handle in self.handles.take() {
            if let Err(panic) = handle.join() {
                panic::resume_unwind(panic);
            }
        }
    }
}

/// Waits for a condition.
fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

/// Seeing that a thread sleeps: what Go's runtime says of its goroutines, Linux says of threads.
#[cfg(target_os = "linux")]
mod asleep {
    use std::{fs, path::PathBuf, thread, time::Duration};

    /// The thread's folder in `/proc`.
    pub(super) struct Thread(PathBuf);

    pub(super) fn this_thread() -> Thread {
        let link = fs::read_link("/proc/thread-self").expect("/proc/thread-self");
        Thread(PathBuf::from("/proc").join(link))
    }

    /// Waits until the threads sleep, all at once. Three looks at them must agree and find that none
    /// has run in between, so that a moment's wait for memory is not taken for it.
    pub(super) fn wait_for(threads: &[Thread]) {
        let look = |Thread(folder): &Thread| {
            let status = fs::read_to_string(folder.join("status")).expect("the thread lives");
            let line = |name| status.lines().find(|line: &&str| line.starts_with(name));
            let sleeps = line("State:").is_some_and(|state| state.contains("S (sleeping)"));
            let slept = line("voluntary_ctxt_switches:").map(String::from);
            slept.filter(|_| sleeps)
        };
        loop {
            let looks = [(); 3].map(|()| {
                thread::sleep(Duration::from_millis(1));
                threads.iter().map(look).collect::<Option<Vec<_>>>()
            });
            if looks[0].is_some() && looks[0] == looks[1] && looks[1] == looks[2] {
                break;
            }
        }
    }
}

/// Where nothing tells it, there is time enough for the threads to fall asleep.
#[cfg(not(target_os = "linux"))]
mod asleep {
    use std::{thread, time::Duration};

    pub(super) struct Thread;

    pub(super) fn this_thread() -> Thread {
        Thread
    }

    pub(super) fn wait_for(_: &[Thread]) {
        thread::sleep(Duration::from_millis(200));
    }
}

/// What several threads write down, in order.
#[derive(Default)]
struct Journal(Mutex<Vec<String>>);

impl Journal {
    fn add(&self, entry: impl Into<String>) {
        self.0.lock().expect("a journal").push(entry.into());
    }

    fn len(&self) -> usize {
        self.0.lock().expect("a journal").len()
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.lock().expect("a journal").join(" "))
    }
}
