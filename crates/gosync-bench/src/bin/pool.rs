//! The pool against its peers, against malloc, and against Go's:
//! `cargo xtask bench pool [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what each thread does |
//! |---|---|
//! | `pair` | gets a buffer of 256 bytes and puts it back |
//! | `batch` | gets 32 of them, then puts the 32 back |
//! | `pipeline` | one thread gets, another one puts back, 64 at a time; hits in percent |
//! | `large` | as `pair`, with 64 KiB; malloc has to zero them |
//! | `short-lived` | 1000 threads get and put once, 8 at a time: hits, and bytes that stay |
//! | `instructions` | how many a get and a put take, if there is a valgrind |
//!
//! The peers take turns within each round. Shown are millions of items a second over all threads:
//! medians over the rounds, with the spread in brackets. Of the ratios the median is taken over the
//! rounds. Each touches the buffer's first byte. Go's pool holds pointers to slices, as Go's users
//! have it, and is `go/pool/main.go`, built and run if there is a `go`. The column `nothing` is the
//! workload without a pool and without buffers: what is not the pools' fault.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    collections::VecDeque,
    hint::{black_box, spin_loop},
    process::Command,
    sync::{
        Mutex,
        atomic::{
            AtomicBool, AtomicIsize, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread,
    time::Duration,
};

use gosync_bench::{Options, Padded, Sample, Spread, go, race, ratio};

const SMALL: usize = 256;
const LARGE: usize = 64 << 10;
const BATCH: usize = 32;
/// What goes down the pipeline at once.
const BURST: usize = 64;
const LENGTH: Duration = Duration::from_millis(100);

/// Buffers that were made.
static MADE: Padded<AtomicU64> = Padded(AtomicU64::new(0));

fn make(size: usize) -> Vec<u8> {
    MADE.0.fetch_add(1, Relaxed);
    vec![0; size]
}

type Init = Box<dyn Fn() -> Vec<u8> + Send + Sync>;

trait Peer: Sync + Sized {
    type Item<'a>: Send
    where
        Self: 'a;

    fn new(size: usize) -> Self;
    fn get(&self) -> Self::Item<'_>;
    fn put(&self, item: Self::Item<'_>);
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8;
}

impl Peer for gosync_pool::Pool<Vec<u8>, Init> {
    type Item<'a> = Vec<u8>;

    fn new(size: usize) -> Self {
        Self::new(Box::new(move || make(size)))
    }

    #[inline]
    fn get(&self) -> Vec<u8> {
        self.get()
    }

    #[inline]
    fn put(&self, item: Vec<u8>) {
        self.put(item);
    }

    #[inline]
    fn first(item: &mut Vec<u8>) -> &mut u8 {
        &mut item[0]
    }
}

/// No pool: a buffer each time.
struct Malloc(usize);

impl Peer for Malloc {
    type Item<'a> = Vec<u8>;

    fn new(size: usize) -> Self {
        Self(size)
    }

    #[inline]
    fn get(&self) -> Vec<u8> {
        let size = black_box(self.0);
        // Small ones as they come: to zero them costs as much again. A large one from a pool is
        // zeroed too.
        let mut buffer = if size == LARGE {
            vec![0; size]
        } else {
            Vec::with_capacity(size)
        };
        // So that there is a first byte.
        if buffer.is_empty() {
            buffer.push(0);
        }
        buffer
    }

    #[inline]
    fn put(&self, item: Vec<u8>) {
        drop(item);
    }

    #[inline]
    fn first(item: &mut Vec<u8>) -> &mut u8 {
        &mut item[0]
    }
}

/// Neither a pool nor a buffer: what the workload itself takes.
struct Nothing;

impl Peer for Nothing {
    /// As large as a `Vec`.
    type Item<'a> = [u8; size_of::<Vec<u8>>()];

    fn new(_: usize) -> Self {
        Self
    }

    #[inline]
    fn get(&self) -> Self::Item<'_> {
        [0; _]
    }

    #[inline]
    fn put(&self, item: Self::Item<'_>) {
        black_box(item);
    }

    #[inline]
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8 {
        &mut item[0]
    }
}

struct Allocator(usize);

impl opool::PoolAllocator<Vec<u8>> for Allocator {
    fn allocate(&self) -> Vec<u8> {
        make(self.0)
    }
}

impl Peer for opool::Pool<Allocator, Vec<u8>> {
    type Item<'a> = opool::RefGuard<'a, Allocator, Vec<u8>>;

    fn new(size: usize) -> Self {
        Self::new(1024, Allocator(size))
    }

    #[inline]
    fn get(&self) -> Self::Item<'_> {
        self.get()
    }

    #[inline]
    fn put(&self, item: Self::Item<'_>) {
        drop(item);
    }

    #[inline]
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8 {
        &mut item[0]
    }
}

struct ObjectPool(object_pool::Pool<Vec<u8>>, usize);

impl Peer for ObjectPool {
    type Item<'a> = object_pool::Reusable<'a, Vec<u8>>;

    fn new(size: usize) -> Self {
        Self(object_pool::Pool::from_vec(Vec::new()), size)
    }

    #[inline]
    fn get(&self) -> Self::Item<'_> {
        self.0.pull(|| make(self.1))
    }

    #[inline]
    fn put(&self, item: Self::Item<'_>) {
        drop(item);
    }

    #[inline]
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8 {
        &mut item[0]
    }
}

impl Peer for lockfree_object_pool::LinearObjectPool<Vec<u8>> {
    type Item<'a> = lockfree_object_pool::LinearReusable<'a, Vec<u8>>;

    fn new(size: usize) -> Self {
        Self::new(move || make(size), |_| ())
    }

    #[inline]
    fn get(&self) -> Self::Item<'_> {
        self.pull()
    }

    #[inline]
    fn put(&self, item: Self::Item<'_>) {
        drop(item);
    }

    #[inline]
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8 {
        &mut item[0]
    }
}

// Always: whether a call stands between is not the pools' merit.
#[expect(clippy::inline_always, reason = "as said above")]
#[inline(always)]
fn take<P: Peer>(pool: &P) -> P::Item<'_> {
    let mut item = pool.get();
    let first = P::first(&mut item);
    *first = first.wrapping_add(1);
    black_box(first);
    item
}

fn pairs<P: Peer>(pool: &P, times: u64) {
    for _ in 0..times {
        pool.put(take(pool));
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Workload {
    Pair,
    Batch,
    Pipeline,
    Large,
}

use Workload::*;

impl Workload {
    fn name(self) -> &'static str {
        match self {
            Pair => "pair",
            Batch => "batch",
            Pipeline => "pipeline",
            Large => "large",
        }
    }
}

/// One round: the rate, and what part of the gets found an item, in percent.
fn run<P: Peer>(workload: Workload, threads: usize) -> (f64, f64) {
    let pool = Padded(P::new(if workload == Large { LARGE } else { SMALL }));
    let pool = &pool.0;
    let before = MADE.0.load(Relaxed);
    let sample = match workload {
        Pair | Large => race(threads, LENGTH, |_, stop| {
            let mut done = 0;
            while !stop.load(Relaxed) {
                pairs(pool, 64);
                done += 64;
            }
            (done, Duration::ZERO)
        }),
        Batch => race(threads, LENGTH, |_, stop| {
            let mut held = Vec::with_capacity(BATCH);
            let mut done = 0;
            while !stop.load(Relaxed) {
                held.extend((0..BATCH).map(|_| take(pool)));
                held.drain(..).for_each(|item| pool.put(item));
                done += BATCH as u64;
            }
            (done, Duration::ZERO)
        }),
        Pipeline => pipeline(pool),
    };
    let made = MADE.0.load(Relaxed) - before;
    let items = sample.rate * LENGTH.as_secs_f64() * 1e6;
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    (sample.rate, 100.0 * (1.0 - made as f64 / items))
}

/// Items on their way from one thread to another. It takes the cheapest hand-over that there is
/// to measure the pool by: a ring of places, each read and written by one thread at a time, and
/// its word polled by nobody but who waits for this one place. (Go's does the same with a channel,
/// which is twice as fast there.)
struct Place<I> {
    full: Padded<AtomicBool>,
    items: Padded<Mutex<Vec<I>>>,
}

impl<I> Place<I> {
    fn new() -> Self {
        Self {
            full: Padded(AtomicBool::new(false)),
            items: Padded(Mutex::new(Vec::with_capacity(BURST))),
        }
    }

    /// Uses the items when the place is full, or empty, and leaves it the other way; unless it is
    /// time to `stop`.
    fn when(&self, full: bool, stop: &AtomicBool, use_it: impl FnOnce(&mut Vec<I>)) -> bool {
        let mut looks = 0_u32;
        while self.full.0.load(Acquire) != full {
            looks += 1;
            if looks.is_multiple_of(1000) {
                if stop.load(Relaxed) {
                    return false;
                }
                thread::yield_now();
            }
            spin_loop();
        }
        // Never waits: the other thread has left.
        use_it(&mut self.items.0.lock().expect("nobody panics"));
        self.full.0.store(!full, Release);
        true
    }
}

fn pipeline<P: Peer>(pool: &P) -> Sample {
    const PLACES: usize = 8;
    let ring: [_; PLACES] = std::array::from_fn(|_| Place::new());
    let sample = race(2, LENGTH, |thread, stop| {
        let mut done = 0;
        for place in ring.iter().cycle() {
            let passed = if thread == 0 {
                place.when(false, stop, |items| {
                    items.extend((0..BURST).map(|_| take(pool)));
                })
            } else {
                place.when(true, stop, |items| {
                    items.drain(..).for_each(|item| pool.put(item));
                    done += BURST as u64;
                })
            };
            if !passed || stop.load(Relaxed) {
                break;
            }
        }
        (done, Duration::ZERO)
    });
    for place in ring {
        let items = place.items.0.into_inner().expect("nobody panics");
        items.into_iter().for_each(|item| pool.put(item));
    }
    sample
}

/// Counts the bytes that are allocated, when told to.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
static COUNTS: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);

impl Counting {
    fn count(bytes: isize) {
        if COUNTS.load(Relaxed) {
            BYTES.fetch_add(bytes, Relaxed);
        }
    }
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size().cast_signed());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size().cast_signed());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        Self::count(-layout.size().cast_signed());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Hits in percent, and the bytes that the last 900 of 1000 threads left behind.
fn short_lived<P: Peer>() -> (f64, isize) {
    let pool = P::new(SMALL);
    let before = MADE.0.load(Relaxed);
    thread::scope(|s| {
        let mut threads = VecDeque::new();
        for number in 0..1000 {
            if threads.len() == 8 {
                let oldest: Option<thread::ScopedJoinHandle<'_, ()>> = threads.pop_front();
                oldest.expect("there are eight").join().unwrap();
            }
            if number == 100 {
                // Those that live now are counted neither at the beginning nor at the end.
                threads.drain(..).for_each(|thread| thread.join().unwrap());
                BYTES.store(0, Relaxed);
                COUNTS.store(true, Relaxed);
            }
            threads.push_back(s.spawn(|| pool.put(take(&pool))));
        }
        threads.drain(..).for_each(|thread| thread.join().unwrap());
    });
    COUNTS.store(false, Relaxed);
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    let hits = 100.0 - (MADE.0.load(Relaxed) - before) as f64 / 10.0;
    (hits, BYTES.load(Relaxed))
}

/// What the program does when it runs in valgrind.
const COUNTED: &str = "--counted";

/// The instructions of a get and a put: what twice as many take more.
fn instructions(peer: &str) -> Result<f64, String> {
    const TIMES: u32 = 20_000;
    let run = |times: u32| -> Result<f64, String> {
        let me = std::env::current_exe().map_err(|error| error.to_string())?;
        let ran = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(me)
            .args([COUNTED, peer, &times.to_string()])
            .output()
            .map_err(|error| format!("`valgrind` does not run: {error}"))?;
        let text = String::from_utf8_lossy(&ran.stderr);
        let collected = text.split("Collected : ").nth(1);
        let figure = collected.and_then(|text| text.split_whitespace().next()?.parse().ok());
        figure.ok_or_else(|| text.into_owned())
    };
    Ok((run(2 * TIMES)? - run(TIMES)?) / f64::from(TIMES))
}

struct Entry {
    name: &'static str,
    run: fn(Workload, usize) -> (f64, f64),
    short_lived: fn() -> (f64, isize),
    pairs: fn(u64),
}

fn entry<P: Peer>(name: &'static str) -> Entry {
    Entry {
        name,
        run: run::<P>,
        short_lived: short_lived::<P>,
        pairs: |times| pairs(&P::new(SMALL), times),
    }
}

/// Ours first, then malloc, nothing last; after it comes Go's, if there is one.
fn entries() -> Vec<Entry> {
    vec![
        entry::<gosync_pool::Pool<Vec<u8>, Init>>("gosync"),
        entry::<Malloc>("malloc"),
        entry::<opool::Pool<Allocator, Vec<u8>>>("opool"),
        entry::<ObjectPool>("object-pool"),
        entry::<lockfree_object_pool::LinearObjectPool<Vec<u8>>>("lockfree-object-pool"),
        entry::<Nothing>("nothing"),
    ]
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, counted, peer, times] = &arguments[..]
        && counted == COUNTED
    {
        let entries = entries();
        let entry = entries.iter().find(|entry| entry.name == peer);
        (entry.expect("a peer").pairs)(times.parse().expect("a number"));
        return;
    }
    let options = Options::from_env(5);
    let entries = entries();
    let go = go::Program::build("pool");
    let mut names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
    match &go {
        Ok(_) => names.push("Go"),
        Err(why) => println!("Go's sync.Pool: skipped: {why}"),
    }
    print!("{:14}", "M/s");
    for name in &names {
        print!("{name:>22}");
    }
    println!("  of malloc  of the best pool  of Go");
    let workloads = [Pair, Batch, Large]
        .into_iter()
        .flat_map(|workload| [1, 2, 8].map(|threads| (workload, threads)))
        .chain([(Pipeline, 2)]);
    for (workload, threads) in workloads {
        let name = format!("{}-{threads}", workload.name());
        if !options.wants(&name) {
            continue;
        }
        let mut rates = vec![Vec::new(); names.len()];
        let mut hits = vec![Vec::new(); names.len()];
        for _ in 0..options.rounds {
            for (peer, rates) in rates.iter_mut().enumerate() {
                let (rate, found) = match (entries.get(peer), &go) {
                    (Some(entry), _) => (entry.run)(workload, threads),
                    (None, Ok(go)) => {
                        let ran = go.run(workload.name(), threads, LENGTH);
                        let items = ran.rate * LENGTH.as_secs_f64() * 1e6;
                        (ran.rate, 100.0 * (1.0 - ran.longest / items))
                    }
                    (None, Err(_)) => unreachable!("it has no name"),
                };
                rates.push(rate);
                hits[peer].push(found);
            }
        }
        print!("{name:14}");
        for rates in &rates {
            let Spread { median, low, high } = Spread::of(rates.iter().copied());
            let digits = usize::from(high < 100.0) + usize::from(high < 10.0);
            let spread = format!("{median:.digits$} ({low:.digits$}-{high:.digits$})");
            print!("{spread:>22}");
        }
        let mine = &rates[0];
        // All but ours, malloc, and nothing.
        let best = rates[2..entries.len() - 1]
            .iter()
            .map(|rates| ratio(mine, rates))
            .fold(f64::INFINITY, f64::min);
        print!("{:11.2}{best:18.2}", ratio(mine, &rates[1]));
        if let Some(go) = rates.get(entries.len()) {
            print!("{:7.2}", ratio(mine, go));
        }
        println!();
        if workload == Pipeline {
            print!("{:14}", "   hits, %");
            for (peer, hits) in hits.iter().enumerate() {
                let median = Spread::of(hits.iter().copied()).median;
                let text = match peer {
                    _ if ["malloc", "nothing"].contains(&names[peer]) => "-".to_owned(),
                    _ => format!("{median:.1}"),
                };
                print!("{text:>22}");
            }
            println!();
        }
    }
    if options.wants("short-lived") {
        print!("{:14}", "short-lived");
        for entry in &entries {
            let (hits, bytes) = (entry.short_lived)();
            let text = match entry.name {
                "malloc" | "nothing" => format!("{bytes:+} bytes"),
                _ => format!("{hits:.1} % {bytes:+} bytes"),
            };
            print!("{text:>22}");
        }
        println!();
    }
    if options.wants("instructions") {
        print!("{:14}", "instructions");
        for entry in &entries {
            match instructions(entry.name) {
                Ok(count) => print!("{count:>22.1}"),
                Err(why) => {
                    println!(" skipped: {why}");
                    return;
                }
            }
        }
        println!();
    }
}
