//! A wait ends when all work is done, not before, and sees it.
//!
//! Each thread leads a group, whose jobs any thread does: the same group, again and again. And
//! there is a row of groups that are used once, on which many threads wait at a time; as with
//! `once`, their number is handed on without any order.

use std::{
    collections::VecDeque,
    fmt,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use gosync_mutex::Mutex;
use gosync_waitgroup::WaitGroup;

use super::Subject;
use crate::{
    hand::{Doing, Hand},
    plain::Plain,
};

const JOBS: usize = 8;
const CASES: usize = 1 << 16;

pub(crate) struct WaitGroups {
    led: Box<[Led]>,
    /// The numbers of a group and of a job.
    jobs: Mutex<VecDeque<(usize, usize)>>,
    cases: Box<[Case]>,
    current: AtomicUsize,
}

/// A group that one thread leads and waits for.
#[derive(Debug)]
struct Led {
    group: WaitGroup,
    done: [Plain<u64>; JOBS],
    /// What a job does after it has taken another token.
    late: [Plain<u64>; JOBS],
}

/// A group that two threads work for and all others wait for.
#[derive(Debug)]
struct Case {
    group: WaitGroup,
    workers: AtomicU32,
    done: [Plain<u64>; 2],
}

impl WaitGroups {
    pub(crate) fn new(threads: usize) -> Self {
        let led = |_| Led {
            group: WaitGroup::new(),
            done: Default::default(),
            late: Default::default(),
        };
        let case = |_| {
            let group = WaitGroup::new();
            group.add(2);
            Case {
                group,
                workers: AtomicU32::new(0),
                done: Default::default(),
            }
        };
        Self {
            led: (0..threads).map(led).collect(),
            jobs: Mutex::default(),
            cases: (0..CASES).map(case).collect(),
            current: AtomicUsize::new(0),
        }
    }

    fn lead(&self, hand: &mut Hand<'_>) {
        let led = &self.led[hand.number];
        assert_eq!(led.group.count(), 0);
        let jobs = 1 + hand.rng.usize(..JOBS);
        let before = |cells: &[Plain<u64>; JOBS]| cells.each_ref().map(|cell| *cell.shared());
        let (done, late) = (before(&led.done), before(&led.late));
        led.group.add(jobs.cast_signed());
        let numbers = (0..jobs).map(|job| (hand.number, job));
        self.jobs.lock().extend(numbers);
        // What nobody does is done by the leader: nobody waits for work that waits too.
        while self.do_a_job(hand) {}
        hand.now(Doing::Waiting);
        if hand.below(3) == 0 {
            let short = Duration::from_micros(hand.rng.u64(..300));
            while !led.group.wait_timeout(short) {}
        } else {
            led.group.wait();
        }
        for job in 0..JOBS {
            let more = u64::from(job < jobs);
            assert_eq!(
                *led.done[job].shared(),
                done[job] + more,
                "job {job} is done"
            );
            assert_eq!(
                *led.late[job].shared(),
                late[job] + more,
                "and what it did late"
            );
        }
        hand.checks += 1;
    }

    fn do_a_job(&self, hand: &mut Hand<'_>) -> bool {
        hand.now(Doing::Asking);
        let Some((number, job)) = self.jobs.lock().pop_front() else {
            return false;
        };
        let led = &self.led[number];
        hand.section();
        *led.done[job].mine() += 1;
        if hand.below(2) == 0 {
            let token = led.group.token();
            led.group.done();
            hand.section();
            *led.late[job].mine() += 1;
            drop(token);
        } else {
            *led.late[job].mine() += 1;
            led.group.done();
        }
        true
    }

    fn case(&self, hand: &mut Hand<'_>) {
        // Relaxed, here and below: see the head of the file.
        let at = self.current.load(Relaxed);
        let case = &self.cases[at];
        let number = case.workers.fetch_add(1, Relaxed);
        match case.done.get(number as usize) {
            Some(done) => {
                hand.section();
                *done.mine() += 1;
                case.group.done();
            }
            None => {
                hand.now(Doing::Waiting);
                if hand.below(4) != 0 {
                    case.group.wait();
                } else if !case.group.wait_timeout(Duration::from_micros(50)) {
                    return;
                }
                assert!(case.done.iter().all(|done| *done.shared() == 1));
                hand.checks += 1;
                if at + 1 < CASES {
                    let _ = self.current.compare_exchange(at, at + 1, Relaxed, Relaxed);
                }
            }
        }
    }
}

impl Subject for WaitGroups {
    fn step(&self, hand: &mut Hand<'_>) {
        match hand.below(8) {
            0 => self.lead(hand),
            1..3 => {
                self.do_a_job(hand);
            }
            _ => self.case(hand),
        }
    }

    /// A case may have waiters, and too few workers.
    fn tick(&self, closing: bool) {
        let case = &self.cases[self.current.load(Relaxed)];
        if closing || case.workers.load(Relaxed) > 0 {
            let number = case.workers.fetch_add(1, Relaxed);
            if let Some(done) = case.done.get(number as usize) {
                *done.mine() += 1;
                case.group.done();
            }
        }
    }

    fn finish(self: Box<Self>, _: [u64; 4]) {
        assert!(self.jobs.into_inner().is_empty());
        assert!(self.led.iter().all(|led| led.group.count() == 0));
    }
}

impl fmt::Debug for WaitGroups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = self.current.load(Relaxed);
        let busy = self.led.iter().filter(|led| led.group.count() > 0);
        f.debug_struct("WaitGroups")
            .field("led", &busy.collect::<Vec<_>>())
            .field("jobs", &self.jobs)
            .field("current", &current)
            .field("case", &self.cases[current])
            .field("before", &self.cases[current.saturating_sub(1)])
            .finish()
    }
}
