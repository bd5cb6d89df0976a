//! How many cache lines move from core to core for each operation of a reader-writer lock, counted
//! on machines that are not there: `cargo run --release -p gosync-bench --example transfers`.
//!
//! Each core has a cache of its own. A line is with one core that may write to it, or with any
//! number that may read it. An access that finds the line elsewhere is a *transfer*. Cores come in at
//! random; a reader stays in until its core is drawn again, so that holds overlap. A writer lets those
//! out that are in. Nobody sleeps, and nothing takes time: what is counted follows from which words
//! an algorithm reads and writes, and from nothing else.
//!
//! Of the words of a lock, the one that moves most bounds what all cores get done together, however
//! many they are: one transfer comes after the other.

use std::fmt;

const CORES: [usize; 4] = [2, 8, 64, 256];
/// One write in so many operations; 0 for none.
const WRITES: [(&str, u64); 4] = [
    ("reads only", 0),
    ("1 write in 1000", 1000),
    ("1 in 100", 100),
    ("1 in 10", 10),
];
const OPERATIONS: u64 = 400_000;

/// Where the lines are, and how often each has moved.
struct Caches {
    lines: Vec<Line>,
}

#[derive(Clone, Default)]
struct Line {
    /// Who may read it, one bit for each core. A writer is alone.
    holders: [u64; 4],
    writable: bool,
    moved: u64,
}

impl Caches {
    fn new(lines: usize) -> Self {
        let lines = vec![Line::default(); lines];
        Self { lines }
    }

    fn load(&mut self, core: usize, line: usize) {
        let line = &mut self.lines[line];
        let (word, bit) = (core / 64, 1 << (core % 64));
        if line.holders[word] & bit == 0 {
            line.moved += 1;
            line.holders[word] |= bit;
            line.writable = false;
        }
    }

    /// A store, or a read-modify-write: for the caches it is the same.
    fn write(&mut self, core: usize, line: usize) {
        let line = &mut self.lines[line];
        let mut alone = [0; 4];
        alone[core / 64] = 1 << (core % 64);
        if line.holders != alone || !line.writable {
            line.moved += 1;
            line.holders = alone;
            line.writable = true;
        }
    }
}

/// What an algorithm does to its lines.
trait Lock {
    fn new(cores: usize) -> Self;
    fn lines(cores: usize) -> usize;
    fn enter(&mut self, caches: &mut Caches, core: usize);
    fn exit(&mut self, caches: &mut Caches, core: usize);
    /// The first half of a write: after it, those that are in come out.
    fn announce(&mut self, caches: &mut Caches, core: usize);
    /// The second half, in and out again.
    fn write(&mut self, caches: &mut Caches, core: usize);
}

/// All in one word, as std's, `parking_lot`'s, and Go's.
struct OneWord;

impl Lock for OneWord {
    fn new(_: usize) -> Self {
        Self
    }
    fn lines(_: usize) -> usize {
        1
    }
    fn enter(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, 0);
    }
    fn exit(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, 0);
    }
    fn announce(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, 0);
    }
    fn write(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, 0);
        caches.write(core, 0);
    }
}

/// A lock of its own for each few threads; a writer takes all of them. crossbeam's has eight.
struct Sharded<const SHARDS: usize>;

impl<const SHARDS: usize> Lock for Sharded<SHARDS> {
    fn new(_: usize) -> Self {
        Self
    }
    fn lines(_: usize) -> usize {
        SHARDS
    }
    fn enter(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, core % SHARDS);
    }
    fn exit(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, core % SHARDS);
    }
    fn announce(&mut self, caches: &mut Caches, core: usize) {
        for shard in 0..SHARDS {
            caches.write(core, shard);
        }
    }
    fn write(&mut self, caches: &mut Caches, core: usize) {
        self.announce(caches, core);
        self.announce(caches, core);
    }
}

/// `gosync_rwmutex`: the state in line 0, a slot in each line, which a core has to itself as long as
/// there are enough of them, and a bias that comes and goes. The constants are those of its `state.rs`,
/// for 64 bits.
struct Biased<const LINES: usize> {
    /// How many lines are in use.
    used: usize,
    /// The lanes whose readers may use their slots; `None` without the bias.
    lanes: Option<u32>,
    /// How many more reads have met others, since the last write, than have not.
    reads: usize,
    counted: usize,
    /// Where each core that is in has its hold.
    holds: Vec<Hold>,
}

#[derive(Clone, Copy, PartialEq)]
enum Hold {
    None,
    Counted,
    Slot,
}

impl<const LINES: usize> Biased<LINES> {
    const LANES: usize = 16;
    const STREAK: usize = 8;
    const STATE: usize = 0;

    fn slot(core: usize) -> usize {
        1 + core % LINES
    }

    fn lane(core: usize) -> u32 {
        1 << (core % LINES % Self::LANES)
    }

    /// Who has the slot of this core, be it the core itself.
    fn holder(&self, core: usize) -> Option<usize> {
        let mates = (core % LINES..self.holds.len()).step_by(LINES);
        mates
            .into_iter()
            .find(|&mate| self.holds[mate] == Hold::Slot)
    }

    fn count(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, Self::STATE);
        self.counted += 1;
        self.holds[core] = Hold::Counted;
    }
}

impl<const LINES: usize> Lock for Biased<LINES> {
    fn new(cores: usize) -> Self {
        Self {
            used: LINES.min(cores),
            lanes: None,
            reads: 0,
            counted: 0,
            holds: vec![Hold::None; cores],
        }
    }

    fn lines(cores: usize) -> usize {
        1 + cores
    }

    fn enter(&mut self, caches: &mut Caches, core: usize) {
        caches.load(core, Self::STATE);
        match &mut self.lanes {
            Some(lanes) if *lanes & Self::lane(core) != 0 => {
                // It finds out by writing.
                caches.write(core, Self::slot(core));
                if self.holder(core).is_none() {
                    caches.load(core, Self::STATE);
                    self.holds[core] = Hold::Slot;
                    return;
                }
            }
            Some(lanes) => *lanes |= Self::lane(core),
            None if self.counted == 0 => self.reads = self.reads.saturating_sub(1),
            None if self.reads < Self::STREAK * self.used.div_ceil(Self::LANES) => self.reads += 1,
            None => self.lanes = Some(Self::lane(core)),
        }
        self.count(caches, core);
    }

    fn exit(&mut self, caches: &mut Caches, core: usize) {
        // A guard knows where its hold is, and an unlock begins with a change.
        if self.holds[core] == Hold::Slot {
            caches.write(core, Self::slot(core));
        } else {
            caches.write(core, Self::STATE);
            self.counted -= 1;
        }
        self.holds[core] = Hold::None;
    }

    fn announce(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, Self::STATE);
        let lanes = self.lanes.take().unwrap_or(0);
        for line in (0..self.used).filter(|&line| lanes & Self::lane(line) != 0) {
            caches.write(core, Self::slot(line));
            if let Some(reader) = self.holder(line) {
                caches.write(core, Self::STATE);
                self.counted += 1;
                self.holds[reader] = Hold::Counted;
            }
        }
        self.reads = 0;
        caches.write(core, Self::STATE);
    }

    fn write(&mut self, caches: &mut Caches, core: usize) {
        caches.write(core, Self::STATE);
        caches.write(core, Self::STATE);
    }
}

/// Transfers for each operation: in all, and of the line that moves most.
struct Count {
    all: f64,
    hottest: f64,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} / {:.2}", self.all, self.hottest)
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count<L: Lock>(cores: usize, writes: u64) -> Count {
    let mut random = Random(1);
    let (mut caches, mut lock) = (Caches::new(L::lines(cores)), L::new(cores));
    let mut inside = vec![false; cores];
    let mut done = 0;
    while done < OPERATIONS {
        let core = random.core(cores);
        if inside[core] {
            lock.exit(&mut caches, core);
            inside[core] = false;
        } else if writes != 0 && random.below(writes) == 0 {
            lock.announce(&mut caches, core);
            for reader in (0..cores).filter(|&reader| std::mem::take(&mut inside[reader])) {
                lock.exit(&mut caches, reader);
            }
            lock.write(&mut caches, core);
            done += 1;
        } else {
            lock.enter(&mut caches, core);
            inside[core] = true;
            done += 1;
        }
    }
    let moved = caches.lines.iter().map(|line| line.moved);
    let per_operation = |moved| moved as f64 / OPERATIONS as f64;
    Count {
        all: per_operation(moved.clone().sum::<u64>()),
        hottest: per_operation(moved.max().unwrap_or(0)),
    }
}

/// `SplitMix64`: enough to draw cores, and the same numbers each time.
struct Random(u64);

impl Random {
    fn core(&mut self, cores: usize) -> usize {
        usize::try_from(self.below(cores as u64)).expect("it is below a usize")
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn main() {
    println!("Transfers for each operation: all / of the line that moves most\n");
    println!("| | cores | one word | 8 shards | a shard per core | gosync |");
    println!("|---|---|---|---|---|---|");
    for (name, writes) in WRITES {
        for cores in CORES {
            let per_core = match cores {
                2 => count::<Sharded<2>>(cores, writes),
                8 => count::<Sharded<8>>(cores, writes),
                64 => count::<Sharded<64>>(cores, writes),
                _ => count::<Sharded<256>>(cores, writes),
            };
            println!(
                "| {name} | {cores} | {} | {} | {per_core} | {} |",
                count::<OneWord>(cores, writes),
                count::<Sharded<8>>(cores, writes),
                count::<Biased<256>>(cores, writes),
            );
        }
    }
    println!("\nReads only, on 256 cores that share fewer lines\n");
    println!("| 256 lines | 128 | 64 |");
    println!("|---|---|---|");
    println!(
        "| {} | {} | {} |",
        count::<Biased<256>>(256, 0),
        count::<Biased<128>>(256, 0),
        count::<Biased<64>>(256, 0)
    );
}
