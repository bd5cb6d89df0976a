//! Each primitive guards plain memory while threads run at it: a program for `ThreadSanitizer`,
//! which reports a race where a primitive does not order two accesses.
//!
//! `cargo xtask test-all tsan:races` runs it. The test suites cannot take its place, unless std
//! is compiled for `ThreadSanitizer` too: it does not see how the std that comes with a toolchain
//! synchronizes, so the end of a `thread::scope`, a `Barrier`, a channel, an `Arc` and the test
//! harness itself look like races. Therefore the rules of this program:
//!
//! - Threads are joined one by one, which it does see.
//! - Nothing but the primitive orders the accesses: no lock, channel, `Arc` or barrier of std.
//! - What std a primitive itself uses is listed, with the reason, in `xtask/tsan.supp`.
//! - First of all a race on purpose must be found, by this same program in another process.

use std::{
    cell::UnsafeCell,
    env,
    process::{Command, ExitCode, Stdio},
    thread,
};

use gosync_atomic::{Bool, Int64};
use gosync_cond::Cond;
use gosync_mutex::{Mutex, RawMutex};
use gosync_once::{Once, OnceValue};
use gosync_pool::Pool;
use gosync_rwmutex::{RawRwMutex, RwMutex};
use gosync_waitgroup::WaitGroup;

const THREADS: usize = 4;
const TIMES: usize = 5_000;
const ROUNDS: usize = 200;

/// `ThreadSanitizer` ends a program with this status if it found a race.
const RACE_FOUND: i32 = 66;

/// Plain memory, which anybody may touch at any time. That is the point: what is tested must
/// prevent it.
struct Plain(UnsafeCell<usize>);

// SAFETY: not so in itself. Each test claims that the primitive orders the accesses, and
// ThreadSanitizer checks the claim.
unsafe impl Sync for Plain {}

impl Plain {
    const fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn add(&self) {
        // SAFETY: see `Sync` above.
        unsafe { *self.0.get() += 1 }
    }

    fn get(&self) -> usize {
        // SAFETY: see `Sync` above.
        unsafe { *self.0.get() }
    }
}

/// Runs `f` on some threads, with the number of the thread.
fn run(threads: usize, f: impl Fn(usize) + Sync) {
    let f = &f;
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|number| scope.spawn(move || f(number)))
            .collect();
        for handle in handles {
            handle.join().expect("a thread panicked");
        }
    });
}

fn mutex() {
    let sum = Mutex::new(0);
    run(THREADS, |_| (0..TIMES).for_each(|_| *sum.lock() += 1));
    assert_eq!(sum.into_inner(), THREADS * TIMES);

    let (mutex, plain, tried) = (RawMutex::new(), Plain::new(), Int64::new(0));
    run(THREADS, |number| {
        for _ in 0..TIMES {
            if number % 2 == 0 {
                mutex.lock();
            } else if !mutex.try_lock() {
                continue;
            } else {
                tried.add(1);
            }
            plain.add();
            mutex.unlock();
        }
    });
    let tried = usize::try_from(tried.load()).expect("a count");
    assert_eq!(plain.get(), THREADS / 2 * TIMES + tried);
}

fn rwmutex() {
    let pair = RwMutex::new((0, 0));
    run(THREADS, |number| {
        for _ in 0..TIMES {
            if number % 2 == 0 {
                let mut pair = pair.write();
                pair.0 += 1;
                pair.1 += 1;
            } else {
                let pair = pair.read();
                assert_eq!(pair.0, pair.1);
            }
        }
    });
    assert_eq!(pair.into_inner().0, THREADS / 2 * TIMES);

    let (lock, plain) = (RawRwMutex::new(), Plain::new());
    run(THREADS, |_| {
        for _ in 0..TIMES {
            lock.lock_exclusive();
            plain.add();
            let written = plain.get();
            lock.downgrade();
            assert_eq!(plain.get(), written);
            lock.unlock_shared();
        }
    });
    assert_eq!(plain.get(), THREADS * TIMES);
}

fn once() {
    for _ in 0..ROUNDS {
        let (once, plain) = (Once::new(), Plain::new());
        let value = OnceValue::new(|| Box::new(7));
        run(THREADS, |_| {
            once.call_once(|| plain.add());
            assert_eq!(plain.get(), 1);
            assert_eq!(**value.get(), 7);
        });
    }
}

fn waitgroup() {
    for _ in 0..ROUNDS {
        let group = WaitGroup::new();
        let plains = [const { Plain::new() }; THREADS];
        group.add(THREADS.cast_signed());
        run(2 * THREADS, |number| match plains.get(number) {
            Some(plain) => {
                plain.add();
                group.done();
            }
            None => {
                group.wait();
                assert!(plains.iter().all(|plain| plain.get() == 1));
            }
        });
    }
}

/// The notifier touches the memory without the mutex: it is the notification that orders.
fn cond() {
    for _ in 0..ROUNDS {
        let (mutex, cond, plain) = (Mutex::new(()), Cond::new(), Plain::new());
        run(2, |number| {
            if number == 0 {
                cond.wait(&mut mutex.lock());
                assert_eq!(plain.get(), 1);
            } else {
                plain.add();
                while !cond.notify_one() {
                    thread::yield_now();
                }
            }
        });
    }
}

fn pool() {
    let pool = Pool::builder().max_idle(150).build(|| Box::new(0_usize));
    // Three at a time, and far more than a thread keeps at hand: those go through the depot. The
    // next threads have the numbers, and so the items, of those that ended.
    for _ in 0..2 {
        run(THREADS, |number| {
            for turn in 0..TIMES {
                let many = if turn.is_multiple_of(50) { 100 } else { 3 };
                let mut items: Vec<_> = (0..many).map(|_| pool.get()).collect();
                items.iter_mut().for_each(|item| **item += 1);
                items.into_iter().for_each(|item| pool.put(item));
                if number == 0 && turn.is_multiple_of(100) {
                    gosync_pool::collect();
                }
            }
        });
    }

    // One gives, the other takes: the items go by the depot and by theft.
    run(2, |number| {
        for _ in 0..TIMES {
            if number == 0 {
                pool.put(Box::new(1));
            } else if let Some(mut item) = pool.try_get() {
                *item += 1;
            }
        }
    });
}

fn atomic() {
    let (number, flag, plains) = (Int64::new(0), Bool::new(false), [const { Plain::new() }; 2]);
    run(3, |thread| match thread {
        0 => {
            plains[0].add();
            number.store(1);
        }
        1 => {
            while number.load() == 0 {
                thread::yield_now();
            }
            plains[0].add();
            plains[1].add();
            flag.store(true);
        }
        _ => {
            while !flag.load() {
                thread::yield_now();
            }
            assert_eq!(plains[0].get() + plains[1].get(), 3);
        }
    });
}

fn race_on_purpose() {
    let plain = Plain::new();
    run(2, |_| plain.add());
}

fn main() -> ExitCode {
    const ON_PURPOSE: &str = "on-purpose";
    if env::args()
        .nth(1)
        .is_some_and(|argument| argument == ON_PURPOSE)
    {
        race_on_purpose();
        return ExitCode::SUCCESS;
    }
    let program = env::current_exe().expect("the path of this program");
    let status = Command::new(program)
        .arg(ON_PURPOSE)
        .stderr(Stdio::null())
        .status();
    if status.expect("this program runs").code() != Some(RACE_FOUND) {
        eprintln!("a race on purpose was not found: is this built for ThreadSanitizer?");
        return ExitCode::FAILURE;
    }
    let tests: [(&str, fn()); 7] = [
        ("mutex", mutex),
        ("rwmutex", rwmutex),
        ("once", once),
        ("waitgroup", waitgroup),
        ("cond", cond),
        ("pool", pool),
        ("atomic", atomic),
    ];
    for (name, test) in tests {
        println!("{name}");
        test();
    }
    ExitCode::SUCCESS
}
