//! What a round is like for its threads.

use std::{fmt, hint, thread, time::Duration};

/// What a round is like for its threads.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    pub(crate) threads: usize,
    /// What threads do while they hold something.
    pub(crate) inside: Pace,
    /// What they do in between.
    pub(crate) between: Pace,
    /// On how many cores all threads run; `None`: as the system likes.
    pub(crate) cores: Option<usize>,
    /// Whether threads have different priorities.
    pub(crate) priorities: bool,
    /// How often a thread gets a signal.
    pub(crate) signals: Option<Duration>,
}

/// How a thread passes the time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    Nothing,
    /// Computes, up to so many turns.
    Turns(u32),
    /// Gives up the processor, or computes.
    Yields,
    /// Sleeps now and then, at most so long, or computes.
    Sleeps(Duration),
}

impl Weather {
    pub(crate) fn random(seed: u64, most_threads: usize, calm: bool) -> Self {
        let rng = &mut fastrand::Rng::with_seed(seed);
        let threads = match rng.u32(..16) {
            0..4 => 2,
            4..7 => 3,
            7..10 => 4,
            10..12 => 8,
            12 => 16,
            13 => 64,
            _ => most_threads,
        };
        let threads = threads.min(most_threads);
        let cores = match rng.u32(..4) {
            0 => Some(1),
            1 => Some(2),
            _ => None,
        };
        let priorities = rng.u32(..4) == 0;
        // The more threads, the fewer signals for each, or there is time for nothing else.
        let gap = Duration::from_micros(rng.u64(100..3000)) * u32::try_from(threads).unwrap_or(500);
        let signals = (rng.u32(..2) == 0).then_some(gap);
        Self {
            threads,
            inside: Pace::random(rng),
            between: Pace::random(rng),
            cores: cores.filter(|_| !calm),
            priorities: priorities && !calm,
            signals: signals.filter(|_| !calm),
        }
    }
}

impl Pace {
    fn random(rng: &mut fastrand::Rng) -> Self {
        match rng.u32(..8) {
            0..2 => Pace::Nothing,
            2..4 => Pace::Turns(100),
            4 => Pace::Turns(5000),
            5..7 => Pace::Yields,
            _ => Pace::Sleeps(Duration::from_micros(rng.u64(1..2000))),
        }
    }

    pub(crate) fn pass(self, rng: &mut fastrand::Rng) {
        let turns = match self {
            Pace::Nothing => return,
            Pace::Turns(most) => most,
            Pace::Yields if rng.u32(..4) == 0 => return thread::yield_now(),
            Pace::Sleeps(most) if rng.u32(..64) == 0 => {
                return thread::sleep(most.mul_f64(rng.f64()));
            }
            Pace::Yields | Pace::Sleeps(_) => 50,
        };
        for turn in 0..rng.u32(..turns) {
            hint::black_box(turn);
        }
    }
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads", self.threads)?;
        match self.cores {
            Some(1) => write!(f, " on one core")?,
            Some(cores) => write!(f, " on {cores} cores")?,
            None => {}
        }
        write!(f, ", inside {}, between {}", self.inside, self.between)?;
        if self.priorities {
            write!(f, ", priorities")?;
        }
        match self.signals {
            Some(gap) => write!(f, ", signals every {gap:?}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Nothing => f.write_str("nothing"),
            Pace::Turns(most) => write!(f, "{most} turns"),
            Pace::Yields => f.write_str("yields"),
            Pace::Sleeps(most) => write!(f, "sleeps of {most:?}"),
        }
    }
}
