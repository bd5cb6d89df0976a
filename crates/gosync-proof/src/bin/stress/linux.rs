//! Processors, priorities and signals.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    sys::{
        signal::{
            SaFlags, SigAction, SigEvent, SigHandler, SigSet, SigevNotify, Signal, sigaction,
        },
        time::TimeSpec,
        timer::{Expiration, Timer, TimerSetTimeFlags},
    },
    time::ClockId,
    unistd::{Pid, gettid},
};

/// How many threads were pinned, how many made less important, how many signals have come.
static PINNED: AtomicU64 = AtomicU64::new(0);
static NICE: AtomicU64 = AtomicU64::new(0);
static SIGNALS: AtomicU64 = AtomicU64::new(0);

/// What has been done to threads, for a person to read.
pub(crate) fn done() -> String {
    let [pinned, nice, signals] = [&PINNED, &NICE, &SIGNALS].map(|count| count.load(Relaxed));
    format!("threads: {pinned} pinned, {nice} made less important, {signals} signals came")
}

/// Lets this thread run on the first `cores` of those that it may run on.
pub(crate) fn pin(cores: usize) {
    let me = Pid::from_raw(0);
    let Ok(allowed) = sched_getaffinity(me) else {
        return;
    };
    let mut chosen = CpuSet::new();
    let may = |core: &usize| allowed.is_set(*core).unwrap_or(false);
    for core in (0..CpuSet::count()).filter(may).take(cores) {
        let _ = chosen.set(core);
    }
    // To be refused is the weather of this machine.
    if sched_setaffinity(me, &chosen).is_ok() {
        PINNED.fetch_add(1, Relaxed);
    }
}

/// Makes this thread less important, by 0 to 19.
pub(crate) fn be_nice(by: i32) {
    let me = libc::id_t::try_from(gettid().as_raw()).unwrap_or(0);
    // SAFETY: it takes numbers and touches no memory. On Linux a thread has a priority of its own.
    if unsafe { libc::setpriority(libc::PRIO_PROCESS, me, by) } == 0 {
        NICE.fetch_add(1, Relaxed);
    }
}

/// Sends this thread a signal again and again, until dropped.
pub(crate) struct Signals {
    _timer: Timer,
}

impl Signals {
    pub(crate) fn every(gap: Duration) -> nix::Result<Self> {
        extern "C" fn count(_: i32) {
            SIGNALS.fetch_add(1, Relaxed);
        }
        // Without SA_RESTART: a wait in the kernel ends when a signal comes.
        let action = SigAction::new(
            SigHandler::Handler(count),
            SaFlags::empty(),
            SigSet::empty(),
        );
        // SAFETY: the handler only adds to an atomic number.
        unsafe { sigaction(Signal::SIGALRM, &action) }?;
        let to = SigevNotify::SigevThreadId {
            signal: Signal::SIGALRM,
            thread_id: gettid().as_raw(),
            si_value: 0,
        };
        let mut timer = Timer::new(ClockId::CLOCK_MONOTONIC, SigEvent::new(to))?;
        let gap = TimeSpec::from_duration(gap);
        timer.set(Expiration::Interval(gap), TimerSetTimeFlags::empty())?;
        Ok(Self { _timer: timer })
    }
}
