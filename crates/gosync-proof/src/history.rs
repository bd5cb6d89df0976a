//! Histories of concurrent calls, and whether some order explains them.
//!
//! A history is *linearizable* if each call can be given a moment between its start and its return,
//! such that a plain model that is called in the order of these moments returns the same (Herlihy
//! and Wing, 1990). The search is Wing and Gong's (1993): of the calls that may come next it tries
//! one after the other, and goes back where the model disagrees; it remembers where it has been
//! (Lowe, 2017). That is exponential in the worst case and quick for a few threads.

use std::{
    collections::HashSet,
    fmt::Debug,
    hash::Hash,
    ops::Range,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    thread,
};

/// What an object does if one thread calls it: the specification.
pub trait Model: Clone + Eq + Hash {
    /// A call, with its arguments.
    type Call: Debug;
    /// What it returns, or how it panics.
    type Return: Debug;

    /// The state after `call` has returned `returned`, if it may. A call that has to wait may not
    /// return yet. `beside` are the calls that are under way at that moment, for those that may
    /// fail because of such a one.
    fn after(
        &self,
        call: &Self::Call,
        returned: &Self::Return,
        beside: &[&Self::Call],
    ) -> Option<Self>;
}

/// A call that has returned.
#[derive(Clone, Debug)]
pub struct Event<C, R> {
    thread: usize,
    /// When it was called and when it had returned, by the clock of its history.
    during: Range<u64>,
    call: C,
    returned: R,
}

/// What one thread called, and when.
#[derive(Debug)]
pub struct Recorder<'a, C, R> {
    thread: usize,
    clock: &'a AtomicU64,
    events: Vec<Event<C, R>>,
}

impl<C, R> Recorder<'_, C, R> {
    /// Makes a call, and writes down what it was and what it returned.
    pub fn call(&mut self, call: C, f: impl FnOnce() -> R) {
        let start = self.now();
        let returned = f();
        self.ended(start, call, returned);
    }

    /// The time, for a call that [`ended`](Self::ended) writes down.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.fetch_add(1, SeqCst)
    }

    /// Writes down a call that was made at `start`, and has returned just now.
    pub fn ended(&mut self, start: u64, call: C, returned: R) {
        let during = start..self.now();
        let thread = self.thread;
        self.events.push(Event {
            thread,
            during,
            call,
            returned,
        });
    }
}

/// Runs the programs, each on a thread of its own, and returns all that they recorded.
///
/// # Panics
///
/// If `run` does.
pub fn record<P: Sync, C: Send, R: Send>(
    programs: &[P],
    run: impl Fn(&P, &mut Recorder<'_, C, R>) + Sync,
) -> Vec<Event<C, R>> {
    let (clock, ready) = (AtomicU64::new(0), AtomicUsize::new(0));
    let body = |thread, program| {
        let mut recorder = Recorder {
            thread,
            clock: &clock,
            events: Vec::new(),
        };
        // Not a barrier, whose threads wake one after the other: they should meet.
        ready.fetch_add(1, SeqCst);
        while ready.load(SeqCst) < programs.len() {
            thread::yield_now();
        }
        run(program, &mut recorder);
        recorder.events
    };
    let body = &body;
    thread::scope(|scope| {
        let threads = programs.iter().enumerate();
        let threads: Vec<_> = threads
            .map(|(number, program)| scope.spawn(move || body(number, program)))
            .collect();
        let events = threads
            .into_iter()
            .map(|thread| thread.join().expect("no call panics unseen"));
        events.flatten().collect()
    })
}

/// Looks for an order that explains the history.
///
/// # Errors
///
/// The history, for a person to read, if there is none.
///
/// # Panics
///
/// If there are more than 128 events.
pub fn explain<M: Model>(
    start: M,
    mut events: Vec<Event<M::Call, M::Return>>,
) -> Result<(), String> {
    assert!(events.len() <= 128, "the search is for short histories");
    events.sort_by_key(|event| event.during.start);
    let all = (0..events.len()).fold(0_u128, |all, at| all | 1 << at);
    let mut seen = HashSet::new();
    let mut open = vec![(0_u128, start)];
    while let Some((done, state)) = open.pop() {
        if done == all {
            return Ok(());
        }
        let left = || {
            let left = events.iter().enumerate();
            left.filter(move |(at, _)| done & (1 << at) == 0)
        };
        // A call that started after another one had returned does not come before it.
        let ended = left().map(|(_, event)| event.during.end).min();
        let may_be_next = |event: &Event<_, _>| ended.is_some_and(|end| event.during.start <= end);
        for (at, event) in left().filter(|(_, event)| may_be_next(event)) {
            let beside: Vec<_> = left()
                .filter(|(other, its)| *other != at && may_be_next(its))
                .map(|(_, event)| &event.call)
                .collect();
            let next = state.after(&event.call, &event.returned, &beside);
            let next = next.map(|state| (done | 1 << at, state));
            if let Some(next) = next.filter(|next| !seen.contains(next)) {
                seen.insert(next.clone());
                open.push(next);
            }
        }
    }
    let lines = events.iter().map(|event| {
        let Range { start, end } = event.during;
        let thread = event.thread;
        format!(
            "{start:>4}..{end:<4} {thread}: {:?} -> {:?}\n",
            event.call, event.returned
        )
    });
    Err(format!("no order explains\n{}", lines.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Barrier, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    };

    use super::*;

    /// A number that can be read and added to; an addition returns what was there before.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Number(u32);

    #[derive(Clone, Copy, Debug)]
    enum Call {
        Load,
        Add(u32),
    }

    impl Model for Number {
        type Call = Call;
        type Return = u32;

        fn after(&self, call: &Call, returned: &u32, _: &[&Call]) -> Option<Self> {
            let add = match call {
                Call::Load => 0,
                Call::Add(n) => *n,
            };
            (*returned == self.0).then_some(Self(self.0 + add))
        }
    }

    fn history(events: &[(usize, Range<u64>, Call, u32)]) -> Result<(), String> {
        let event = |(thread, during, call, returned): &(usize, Range<u64>, Call, u32)| Event {
            thread: *thread,
            during: during.clone(),
            call: *call,
            returned: *returned,
        };
        explain(Number(0), events.iter().map(event).collect())
    }

    #[test]
    fn calls_that_overlap_may_have_any_order() {
        let first = history(&[(0, 0..3, Call::Add(1), 0), (1, 1..2, Call::Load, 0)]);
        let second = history(&[(0, 0..3, Call::Add(1), 0), (1, 1..2, Call::Load, 1)]);
        assert_eq!((first, second), (Ok(()), Ok(())));
    }

    #[test]
    fn calls_that_do_not_overlap_have_their_order() {
        let stale = history(&[(0, 0..1, Call::Add(1), 0), (1, 2..3, Call::Load, 0)]);
        let stale = stale.unwrap_err();
        assert!(stale.contains("   0..1    0: Add(1) -> 0"), "{stale}");
        let early = history(&[(0, 2..3, Call::Add(1), 0), (1, 0..1, Call::Load, 1)]);
        assert!(early.is_err());
    }

    #[test]
    fn two_readers_agree() {
        let first = |second| {
            history(&[
                (0, 0..9, Call::Add(1), 0),
                (1, 1..2, Call::Load, 1),
                (2, 3..4, Call::Load, second),
            ])
        };
        assert!(first(1).is_ok());
        assert!(first(0).is_err(), "what one has seen the next one sees");
    }

    #[test]
    fn lost_additions_are_found() {
        let both = |second| {
            let adds = [(0, 0..2, Call::Add(1), 0), (1, 1..3, Call::Add(1), second)];
            history(&adds)
        };
        assert!(both(1).is_ok());
        assert!(both(0).is_err());
    }

    /// Two real threads, of which each adds in two steps between which the other one adds.
    #[test]
    fn a_broken_object_is_found_by_running_it() {
        let (number, turn) = (AtomicU32::new(0), Barrier::new(2));
        let events = record(&[(), ()], |(), recorder| {
            recorder.call(Call::Add(1), || {
                let before = number.load(Relaxed);
                turn.wait();
                number.store(before + 1, Relaxed);
                before
            });
        });
        assert!(explain(Number(0), events).is_err());

        let number = Mutex::new(0);
        let events = record(&[(), ()], |(), recorder| {
            recorder.call(Call::Add(1), || {
                let mut number = number.lock().unwrap();
                *number += 1;
                *number - 1
            });
        });
        assert_eq!(explain(Number(0), events), Ok(()));
    }
}
