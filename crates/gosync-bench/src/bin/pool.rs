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
//! workload without a pool and without buffers: what is not the pools' fault. The column `bare ring` is
//! no pool either, but the least that brings items from one thread back to one other.

#![expect(
    clippy::inline_always,
    reason = "whether a call stands between is not the pools' merit"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    collections::VecDeque,
    hint::black_box,
    process::{Command, ExitCode},
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use arrayvec::ArrayVec;
use gosync_bench::{
    Options, Padded, Place, Ring, Sample, Spread, Table, go, race,
    table::{self, Comparison},
};

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

    #[inline(always)]
    fn get(&self) -> Vec<u8> {
        self.get()
    }

    #[inline(always)]
    fn put(&self, item: Vec<u8>) {
        self.put(item);
    }

    #[inline(always)]
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

    #[inline(always)]
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

    #[inline(always)]
    fn put(&self, item: Vec<u8>) {
        drop(item);
    }

    #[inline(always)]
    fn first(item: &mut Vec<u8>) -> &mut u8 {
        &mut item[0]
    }
}

/// Neither a pool nor buffers: what the workload itself takes.
struct Nothing;

thread_local! {
    static BYTE: Cell<u8> = const { Cell::new(0) };
}

/// As large as a `Vec`, with the first byte elsewhere, too: a byte in here would be written just
/// before the whole is copied, and the copy would wait for it.
struct Blank {
    /// A byte of the getting thread, for itself.
    first: *mut u8,
    _rest: [usize; 2],
}

// SAFETY: only the thread that gets it uses the byte, before it passes the blank on.
unsafe impl Send for Blank {}

impl Peer for Nothing {
    type Item<'a> = Blank;

    fn new(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn get(&self) -> Blank {
        Blank {
            first: black_box(BYTE.with(Cell::as_ptr)),
            _rest: [SMALL; 2],
        }
    }

    #[inline(always)]
    fn put(&self, item: Blank) {
        black_box(item);
    }

    #[inline(always)]
    fn first(item: &mut Blank) -> &mut u8 {
        // SAFETY: the byte lives as long as the thread, which is this one, and has no other borrow.
        unsafe { &mut *item.first }
    }
}

/// No pool, but what one could come to in a pipeline.
struct Bare(Ring<Vec<u8>>, usize);

impl Peer for Bare {
    type Item<'a> = Vec<u8>;

    fn new(size: usize) -> Self {
        Self(Ring::new(), size)
    }

    #[inline(always)]
    fn get(&self) -> Vec<u8> {
        // SAFETY: in the pipeline one thread gets.
        unsafe { self.0.get() }.unwrap_or_else(|| make(self.1))
    }

    #[inline(always)]
    fn put(&self, item: Vec<u8>) {
        // SAFETY: one thread puts, and when it has ended the main thread does.
        drop(unsafe { self.0.put(item) });
    }

    #[inline(always)]
    fn first(item: &mut Vec<u8>) -> &mut u8 {
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

    #[inline(always)]
    fn get(&self) -> Self::Item<'_> {
        self.get()
    }

    #[inline(always)]
    fn put(&self, item: Self::Item<'_>) {
        drop(item);
    }

    #[inline(always)]
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

    #[inline(always)]
    fn get(&self) -> Self::Item<'_> {
        self.0.pull(|| make(self.1))
    }

    #[inline(always)]
    fn put(&self, item: Self::Item<'_>) {
        drop(item);
    }

    #[inline(always)]
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8 {
        &mut item[0]
    }
}

impl Peer for lockfree_object_pool::LinearObjectPool<Vec<u8>> {
    type Item<'a> = lockfree_object_pool::LinearReusable<'a, Vec<u8>>;

    fn new(size: usize) -> Self {
        Self::new(move || make(size), |_| ())
    }

    #[inline(always)]
    fn get(&self) -> Self::Item<'_> {
        self.pull()
    }

    #[inline(always)]
    fn put(&self, item: Self::Item<'_>) {
        drop(item);
    }

    #[inline(always)]
    fn first<'a>(item: &'a mut Self::Item<'_>) -> &'a mut u8 {
        &mut item[0]
    }
}

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
    ShortLived,
    Instructions,
}

use Workload::*;

impl Workload {
    fn name(self) -> &'static str {
        match self {
            Pair => "pair",
            Batch => "batch",
            Pipeline => "pipeline",
            Large => "large",
            ShortLived => "short-lived",
            Instructions => "instructions",
        }
    }

    fn show(self) -> table::Show {
        match self {
            Pair | Batch | Large => table::rate,
            Pipeline => |rates, hits| {
                let Spread { median, low, high } = rates;
                let hits = percent(hits.median);
                format!("{median:.0} ({low:.0}-{high:.0}) {hits}")
            },
            ShortLived => |hits, bytes| format!("{} {:+} B", percent(hits.median), bytes.median),
            Instructions => |rates, _| format!("{:.1}", 1.0 / rates.median),
        }
    }
}

/// Not a number stands for what has no hits, because it is no pool.
fn percent(hits: f64) -> String {
    if hits.is_nan() {
        String::new()
    } else {
        format!("{hits:.1} %")
    }
}

/// One round: the rate, and what part of the gets found an item, in percent.
fn run<P: Peer>(workload: Workload, threads: usize) -> Sample {
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
        ShortLived => return short_lived::<P>(),
        Instructions => unreachable!("they are counted in another process"),
    };
    let made = MADE.0.load(Relaxed) - before;
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    with_hits(sample.rate, made as f64)
}

/// The rate, and the hits in percent, when so many were made.
fn with_hits(rate: f64, made: f64) -> Sample {
    let items = rate * LENGTH.as_secs_f64() * 1e6;
    let other = 100.0 * (1.0 - made / items);
    Sample { rate, other }
}

/// (Go's hands over through a channel, which is the quickest there.)
fn pipeline<P: Peer>(pool: &P) -> Sample {
    const PLACES: usize = 8;
    let ring: [_; PLACES] = std::array::from_fn(|_| Place::new(ArrayVec::<_, BURST>::new(), 1000));
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
        place
            .into_inner()
            .into_iter()
            .for_each(|item| pool.put(item));
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

/// Hits in percent of 1000 threads, 8 at a time, and the bytes that they left behind. Before them
/// come some that live all at once, more than there will be later.
fn short_lived<P: Peer>() -> Sample {
    const AT_ONCE: usize = 8;
    let pool = P::new(SMALL);
    let there = Barrier::new(3 * AT_ONCE);
    thread::scope(|s| {
        for _ in 0..3 * AT_ONCE {
            s.spawn(|| {
                let item = take(&pool);
                there.wait();
                pool.put(item);
            });
        }
    });
    let made = MADE.0.load(Relaxed);
    thread::scope(|s| {
        let mut threads: VecDeque<thread::ScopedJoinHandle<'_, ()>> =
            VecDeque::with_capacity(AT_ONCE);
        BYTES.store(0, Relaxed);
        COUNTS.store(true, Relaxed);
        for _ in 0..1000 {
            if threads.len() == AT_ONCE {
                let oldest = threads.pop_front();
                oldest.expect("there are eight").join().unwrap();
            }
            threads.push_back(s.spawn(|| pool.put(take(&pool))));
        }
        threads.drain(..).for_each(|thread| thread.join().unwrap());
        COUNTS.store(false, Relaxed);
    });
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    let (made, other) = (
        (MADE.0.load(Relaxed) - made) as f64,
        BYTES.load(Relaxed) as f64,
    );
    let rate = 100.0 - made / 10.0;
    Sample { rate, other }
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
    run: fn(Workload, usize) -> Sample,
    pairs: fn(u64),
}

fn entry<P: Peer>(name: &'static str) -> Entry {
    Entry {
        name,
        run: run::<P>,
        pairs: |times| pairs(&P::new(SMALL), times),
    }
}

const BARE: &str = "bare ring";

/// Ours first.
fn entries() -> Vec<Entry> {
    vec![
        entry::<gosync_pool::Pool<Vec<u8>, Init>>("gosync"),
        entry::<Malloc>("malloc"),
        entry::<opool::Pool<Allocator, Vec<u8>>>("opool"),
        entry::<ObjectPool>("object-pool"),
        entry::<lockfree_object_pool::LinearObjectPool<Vec<u8>>>("lockfree-object-pool"),
        entry::<Bare>(BARE),
        entry::<Nothing>("nothing"),
    ]
}

type Column = gosync_bench::Peer<(Workload, usize)>;

fn column(entry: Entry) -> Column {
    Column::of_some(entry.name, move |&(workload, threads)| {
        if entry.name == BARE && workload != Pipeline {
            return None;
        }
        if workload == Instructions {
            let count = instructions(entry.name);
            return count
                .inspect_err(|why| eprintln!("instructions: skipped: {why}"))
                .ok()
                .map(|count| Sample {
                    rate: 1.0 / count,
                    other: 0.0,
                });
        }
        let mut sample = (entry.run)(workload, threads);
        if ["malloc", "nothing"].contains(&entry.name) {
            match workload {
                ShortLived => sample.rate = f64::NAN,
                _ => sample.other = f64::NAN,
            }
        }
        Some(sample)
    })
}

const COMPARISONS: &[Comparison] = &[
    ("malloc", &["malloc"]),
    (
        "best pool",
        &["opool", "object-pool", "lockfree-object-pool"],
    ),
    ("bare ring", &[BARE]),
    ("Go", &["Go"]),
];

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, counted, peer, times] = &arguments[..]
        && counted == COUNTED
    {
        let entries = entries();
        let entry = entries.iter().find(|entry| entry.name == peer);
        (entry.expect("a peer").pairs)(times.parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    let mut columns: Vec<_> = entries().into_iter().map(column).collect();
    columns.extend(go::peer("pool", |program, &(workload, threads)| {
        if matches!(workload, ShortLived | Instructions) {
            return None;
        }
        let ran = program.run(workload.name(), threads, LENGTH);
        Some(with_hits(ran.rate, ran.other))
    }));
    let mut table = Table::new(Options::from_env(5), columns, COMPARISONS);
    let workloads = [Pair, Batch, Large]
        .into_iter()
        .flat_map(|workload| [1, 2, 8].map(|threads| (workload, threads)))
        .chain([(Pipeline, 2)]);
    for (workload, threads) in workloads {
        let name = format!("{}-{threads}", workload.name());
        table.row(&name, &(workload, threads), workload.show());
    }
    for workload in [ShortLived, Instructions] {
        table.row_of(1, workload.name(), &(workload, 1), workload.show());
    }
    table.end()
}
