//! What shows only from inside: the limits, the two ways of reading, moments that do not last.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

use super::*;
use crate::state::{FIELD, MAX_READERS, NEXT, ONE_READ, QUEUED, STREAK};

impl RawRwMutex {
    fn is_biased(&self) -> bool {
        self.state.load(Relaxed) & BIASED != 0
    }

    /// Reads until the bias is on.
    fn bias(&self) {
        // Reads count that meet another.
        self.lock_shared();
        for _ in 0..STREAK * slots::LINES {
            self.lock_shared();
            self.unlock_shared();
        }
        self.unlock_shared();
        assert!(self.is_biased());
        assert_ne!(self.id.load(Relaxed) & LOOK_FIRST, 0);
    }

    fn count(&self) -> usize {
        readers(self.state.load(Relaxed))
    }
}

fn biased() -> RawRwMutex {
    let lock = RawRwMutex::new();
    lock.bias();
    lock
}

#[track_caller]
fn message(call: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("it should panic");
    (*panic.downcast_ref::<&str>().expect("words")).to_owned()
}

#[test]
fn a_reader_too_many_panics_and_changes_nothing() {
    let lock = RawRwMutex::new();
    let full = MAX_READERS * ONE_READER + STREAK * ONE_READ;
    lock.state.store(full - ONE_READER, Relaxed);
    // The quick way in does not look.
    assert!(lock.hold_at_once().is_none());
    lock.state.store(full, Relaxed);
    for call in [RawRwMutex::lock_shared, |lock: &RawRwMutex| {
        _ = lock.try_lock_shared();
    }] {
        assert_eq!(
            message(|| call(&lock)),
            "gosync: too many readers of one RwMutex"
        );
        assert_eq!(lock.state.load(Relaxed), full);
    }
    lock.unlock_shared();
    lock.lock_shared();
    assert_eq!(lock.count(), MAX_READERS);
    assert!(!lock.try_lock_exclusive());
}

/// Nor does one queue to be counted in by the writer, who does not ask how many there are: with
/// guards that are kept or forgotten, and writers that give up, the count would overflow one day, and
/// a writer go in beside all those readers.
#[test]
fn a_reader_too_many_does_not_queue() {
    let lock = RawRwMutex::new();
    let full = (MAX_READERS * ONE_READER) | WRITER;
    lock.state.store(full, Relaxed);
    let in_no_time = |lock: &RawRwMutex| _ = lock.try_lock_shared_for(Duration::ZERO);
    for call in [in_no_time, RawRwMutex::lock_shared] {
        assert_eq!(
            message(|| call(&lock)),
            "gosync: too many readers of one RwMutex"
        );
        assert_eq!(lock.state.load(Relaxed), full);
    }
    assert!(!lock.try_lock_shared(), "there is a writer");
}

/// While an unlock too many has taken from a count of 0, and has yet to give back, nobody else is
/// harmed.
#[test]
fn a_count_below_zero_is_none() {
    let lock = RawRwMutex::new();
    lock.state.fetch_sub(ONE_READER, Relaxed);
    assert_eq!((lock.count(), lock.is_locked()), (0, false));
    assert!(!lock.try_lock_exclusive());
    assert!(lock.try_lock_shared());
    lock.lock_shared();
    // It gives back, and takes what the first of the readers has left behind as a guest.
    lock.state.fetch_add(ONE_READER, Relaxed);
    assert!(lock.release_slow());
    assert_eq!(lock.count(), 2);
    lock.unlock_shared();
    lock.unlock_shared();
    assert_eq!(
        message(|| lock.unlock_shared()),
        "sync: RUnlock of unlocked RWMutex"
    );
    assert!(lock.try_lock_exclusive());
}

/// An unlock between the moment when the last reader has left and that when the writer that waited
/// goes in. No test on threads can hold that moment still.
#[test]
fn nothing_can_be_unlocked_while_the_turn_changes_hands() {
    let lock = RawRwMutex::new();
    lock.lock_shared();
    lock.state.fetch_or(WRITER, Acquire);
    lock.unlock_shared();
    let state = lock.state.load(Relaxed);
    for unlock in [
        RawRwMutex::unlock_shared,
        RawRwMutex::unlock_exclusive,
        RawRwMutex::downgrade,
    ] {
        message(|| unlock(&lock));
        assert_eq!(lock.state.load(Relaxed), state);
    }
    // The writer comes round, and everything goes its way.
    lock.state.fetch_or(ACTIVE, Relaxed);
    lock.unlock_exclusive();
    assert!(!lock.is_locked());
    lock.lock_exclusive();
}

#[test]
fn one_thread_alone_never_turns_it_on() {
    let lock = RawRwMutex::new();
    for _ in 0..2 * STREAK * slots::LINES {
        lock.lock_shared();
        lock.unlock_shared();
        assert_eq!(lock.state.load(Relaxed), 0);
    }
}

/// A thousand locks in one program, with as many readers, stay what they are.
#[test]
fn readers_that_seldom_meet_never_turn_it_on() {
    let lock = RawRwMutex::new();
    for _ in 0..2 * STREAK * slots::LINES {
        for others in [0, 0, 1] {
            (0..=others).for_each(|_| lock.lock_shared());
            (0..=others).for_each(|_| lock.unlock_shared());
        }
        assert!(!lock.is_biased());
    }
    lock.lock_shared();
    lock.unlock_shared();
    assert_eq!(lock.state.load(Relaxed), 0);
}

#[test]
fn reads_in_a_row_turn_the_bias_on_and_a_write_turns_it_off() {
    let lock = biased();
    lock.lock_shared();
    assert_eq!(
        (lock.count(), lock.readers_in(lock.state.load(Relaxed))),
        (0, 1)
    );
    lock.unlock_shared();
    for write in [RawRwMutex::lock_exclusive, |lock: &RawRwMutex| {
        assert!(lock.try_lock_exclusive());
    }] {
        write(&lock);
        assert_eq!(lock.state.load(Relaxed), WRITER | ACTIVE);
        lock.unlock_exclusive();
        assert_eq!(lock.state.load(Relaxed), 0);
        // The first one that looks puts the hint right.
        lock.lock_shared();
        assert_eq!(lock.id.load(Relaxed) & LOOK_FIRST, 0);
        lock.unlock_shared();
        lock.bias();
    }
}

/// A lock that is written often is Go's lock and no more.
#[test]
fn reads_with_writes_between_never_turn_it_on() {
    let lock = RawRwMutex::new();
    for _ in 0..1000 {
        lock.lock_shared();
        for _ in 0..STREAK {
            lock.lock_shared();
            lock.unlock_shared();
            assert!(!lock.is_biased());
        }
        lock.unlock_shared();
        lock.lock_exclusive();
        lock.unlock_exclusive();
        assert_eq!(lock.state.load(Relaxed) & FIELD, 0);
    }
    assert_eq!(lock.id.load(Relaxed), 0);
}

/// A thread has one slot for a lock: what it holds more than once is counted.
#[test]
fn nested_reads_are_counted() {
    let lock = biased();
    for inside in 0..3 {
        assert_eq!(lock.count(), usize::saturating_sub(inside, 1));
        lock.lock_shared();
    }
    assert!(!lock.try_lock_exclusive());
    for _ in 0..3 {
        lock.unlock_shared();
    }
    assert_eq!(
        message(|| lock.unlock_shared()),
        "sync: RUnlock of unlocked RWMutex"
    );
    assert!(lock.try_lock_exclusive());
}

/// A try that fails because of a hold in a slot leaves that there, and the bias on.
#[test]
fn a_try_that_fails_disturbs_nothing() {
    let lock = biased();
    lock.lock_shared();
    let state = lock.state.load(Relaxed);
    assert!(!lock.try_lock_exclusive());
    assert_eq!(lock.state.load(Relaxed), state);
    lock.unlock_shared();
    assert!(lock.try_lock_exclusive());
}

/// A writer that waits moves the hold to the count; the reader's unlock finds it there.
#[test]
fn holds_move_from_the_slots_to_the_count() {
    let lock = biased();
    let hold = lock.hold_shared();
    assert!(hold.0.is_some());
    thread::scope(|s| {
        s.spawn(|| {
            lock.lock_exclusive();
            lock.unlock_exclusive();
        });
        while lock.state.load(Relaxed) & (WRITER | BIASED) != WRITER {
            thread::yield_now();
        }
        assert_eq!(lock.count(), 1);
        assert!(!lock.try_lock_shared());
        lock.release_shared(&hold);
    });
    assert!(!lock.is_locked());
}

#[test]
fn an_unlock_on_another_thread_finds_the_hold() {
    let lock = biased();
    lock.lock_shared();
    thread::scope(|s| _ = s.spawn(|| lock.unlock_shared()));
    assert!(!lock.is_locked());
    assert_eq!(
        message(|| lock.unlock_shared()),
        "sync: RUnlock of unlocked RWMutex"
    );

    // A guard knows its slot, wherever it goes.
    lock.bias();
    let hold = lock.hold_shared();
    thread::scope(|s| _ = s.spawn(|| lock.release_shared(&hold)));
    assert!(lock.is_biased() && !lock.is_locked());
}

/// An unlock whose hold is on its way into the count sleeps until that is there. It may be the thread of
/// a higher priority, to which no yield would get the gatherer a processor.
#[test]
fn an_unlock_sleeps_while_another_thread_gathers() {
    let lock = biased();
    lock.lock_shared();
    thread::scope(|s| {
        // A writer has announced itself, and lost its processor.
        let bits = WRITER | GATHERING;
        let announced = lock.state.fetch_or(bits, Relaxed) | bits;
        s.spawn(|| lock.unlock_shared());
        // By looks, not by the clock: a machine that was stopped has given nobody time.
        let in_time = |moment: &dyn Fn() -> bool| {
            (0..20_000).any(|_| {
                let is_there = moment();
                if !is_there {
                    thread::sleep(Duration::from_millis(1));
                }
                is_there
            })
        };
        let slept = in_time(&|| queue::len(lock.writers_queue()) == 1);
        // It comes round, and finds the hold.
        assert!(!lock.gather_announced(announced));
        let woken = in_time(&|| lock.count() == 0);
        // Before what may fail: the unlock has to come to its end.
        lock.wake_writer();
        assert!(slept && woken && lock.leave(WRITER, 0));
    });
    assert_eq!(lock.state.load(Relaxed), 0);
}

#[test]
fn misuse_of_a_biased_lock_is_caught() {
    let lock = biased();
    for _ in 0..2 {
        assert_eq!(
            message(|| lock.unlock_shared()),
            "sync: RUnlock of unlocked RWMutex"
        );
        assert_eq!(
            message(|| lock.unlock_exclusive()),
            "sync: Unlock of unlocked RWMutex"
        );
        assert_eq!(
            message(|| lock.downgrade()),
            "sync: Unlock of unlocked RWMutex"
        );
        assert!(!lock.is_locked());
        lock.bias();
    }
    assert!(lock.try_lock_exclusive());
}

/// What a forgotten hold leaves in its slot concerns no other lock, not even one at the same place.
#[test]
fn a_forgotten_hold_dies_with_its_lock() {
    let mut lock = biased();
    lock.lock_shared();
    let forgotten = slots::slot(slots::own_line().unwrap(), lock.known_id());
    lock = RawRwMutex::new();
    for _ in 0..3 {
        lock.bias();
        lock.lock_shared();
        assert!(!lock.try_lock_exclusive());
        lock.unlock_shared();
        assert!(lock.try_lock_exclusive());
        lock.unlock_exclusive();
    }
    assert_ne!(forgotten.load(Relaxed), lock.known_id());
    assert_ne!(forgotten.load(Relaxed), 0);
}

/// A lock keeps its readers when it is moved.
#[test]
fn a_moved_lock_stays_locked() {
    let lock = biased();
    lock.lock_shared();
    let moved = Box::new(lock);
    assert!(!moved.try_lock_exclusive());
    moved.unlock_shared();
    assert!(moved.try_lock_exclusive());
}

#[test]
fn the_hold_of_a_thread_that_ended_can_be_released() {
    let lock = biased();
    thread::scope(|s| {
        s.spawn(|| {
            lock.bias();
            assert!(lock.hold_shared().0.is_some());
        });
    });
    assert!(!lock.try_lock_exclusive());
    lock.unlock_shared();
    assert!(lock.try_lock_exclusive());
}

/// In the last moments of a thread it has no number, and so no slot.
#[test]
fn reads_in_the_last_moments_of_a_thread() {
    struct AtTheEnd(Option<&'static RawRwMutex>);

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let lock = self.0.expect("it was set");
            assert_eq!(slots::own_line(), None);
            lock.lock_shared();
            for _ in 0..2 * STREAK * slots::LINES {
                lock.lock_shared();
                assert!(lock.count() >= 2);
                lock.unlock_shared();
            }
            lock.unlock_shared();
            lock.lock_exclusive();
            lock.unlock_exclusive();
        }
    }

    thread_local!(static END: std::cell::RefCell<AtTheEnd> =
        const { std::cell::RefCell::new(AtTheEnd(None)) });

    for lock in [RawRwMutex::new(), biased()] {
        let lock: &'static RawRwMutex = Box::leak(Box::new(lock));
        let thread = thread::spawn(move || {
            END.with_borrow_mut(|end| end.0 = Some(lock));
            // After that, so that the number goes before.
            assert!(slots::own_line().is_some());
        });
        thread.join().unwrap();
        assert!(!lock.is_locked());
    }
}

/// Who gives up leaves nothing behind, and lets those in who waited because of it.
#[test]
fn giving_up_leaves_nothing() {
    let lock = RawRwMutex::new();
    let at_once = || Some(Deadline::after(Duration::ZERO));

    lock.lock_exclusive();
    assert!(lock.hold_slow(at_once()).is_none());
    assert_eq!(lock.state.load(Relaxed), WRITER | ACTIVE);
    // Behind a writer that went in past `writers`.
    assert!(!lock.write_slow(at_once()));
    assert_eq!(lock.state.load(Relaxed), WRITER | ACTIVE);
    assert!(lock.writers.try_lock());
    lock.writers.unlock();
    lock.unlock_exclusive();

    lock.lock_shared();
    assert!(!lock.write_slow(at_once()));
    assert_eq!(lock.state.load(Relaxed) & !FIELD, ONE_READER);
    lock.unlock_shared();

    lock.bias();
    lock.lock_shared();
    assert!(!lock.write_slow(at_once()));
    assert_eq!(lock.state.load(Relaxed) & !FIELD, ONE_READER);
    lock.unlock_shared();
    assert!(lock.try_lock_exclusive());
}

/// A writer that is asked for by the holder of `writers` announces it when it leaves.
#[test]
fn the_next_writer_is_announced_by_the_one_before() {
    let lock = RawRwMutex::new();
    for kept in [0, 1] {
        lock.lock_exclusive();
        thread::scope(|s| {
            s.spawn(|| {
                lock.lock_exclusive();
                lock.unlock_exclusive();
            });
            while lock.state.load(Relaxed) & NEXT == 0 {
                thread::yield_now();
            }
            let reader = s.spawn(|| lock.lock_shared());
            while lock.state.load(Relaxed) & QUEUED == 0 {
                thread::yield_now();
            }
            if kept == 0 {
                lock.unlock_exclusive();
            } else {
                lock.downgrade();
            }
            // The readers are in, and nobody else until they have left.
            assert_eq!(lock.count(), kept + 1);
            assert!(!lock.try_lock_shared());
            for _ in 0..=kept {
                lock.unlock_shared();
            }
            reader.join().unwrap();
        });
        assert!(!lock.is_locked());
    }
}

/// Waits for a moment that comes.
fn until(moment: impl Fn() -> bool) {
    while !moment() {
        thread::yield_now();
    }
}

/// A lock, who went in in which order, and a gate behind which readers stay in.
struct Scene {
    lock: RawRwMutex,
    order: Mutex<Vec<&'static str>>,
    gate: std::sync::RwLock<()>,
}

impl Scene {
    fn new(lock: RawRwMutex) -> Self {
        let (order, gate) = (Mutex::default(), std::sync::RwLock::default());
        Self { lock, order, gate }
    }

    fn enters(&self, who: &'static str) {
        self.order.lock().unwrap().push(who);
    }

    fn entered(&self) -> usize {
        self.order.lock().unwrap().len()
    }

    fn reads(&self, who: &'static str) {
        self.lock.lock_shared();
        self.enters(who);
        drop(self.gate.read().unwrap());
        self.lock.unlock_shared();
    }

    fn writes(&self, who: &'static str) {
        self.lock.lock_exclusive();
        self.enters(who);
        self.lock.unlock_exclusive();
    }

    fn queued(&self) -> usize {
        queue::len(self.lock.readers_queue())
    }

    fn has(&self, bit: usize) -> bool {
        self.lock.state.load(Relaxed) & bit != 0
    }
}

/// The bound that <https://go.dev/issue/76808> is about: a writer waits for the readers that are in,
/// and for one batch of queued readers per writer that goes before it. Readers that come when it is
/// the next one do not delay it, however many they are, and though others are in.
#[test]
fn a_writer_waits_for_one_batch_of_readers_per_writer_ahead() {
    const BATCH: usize = 4;

    for lock in [RawRwMutex::new(), biased()] {
        let scene = Scene::new(lock);
        thread::scope(|s| {
            scene.lock.lock_shared();
            s.spawn(|| scene.writes("first writer"));
            until(|| scene.has(WRITER));
            s.spawn(|| scene.writes("second writer"));
            until(|| scene.has(NEXT));
            for _ in 0..BATCH {
                s.spawn(|| scene.reads("batch"));
            }
            until(|| scene.queued() == BATCH);

            let gate = scene.gate.write().unwrap();
            scene.lock.unlock_shared();
            until(|| scene.entered() == 1 + BATCH);
            // The batch is in, and the second writer waits for it, and for nobody else.
            for _ in 0..2 * BATCH {
                s.spawn(|| scene.reads("late"));
            }
            until(|| scene.queued() == 2 * BATCH);
            assert!(!scene.lock.try_lock_shared());
            drop(gate);
        });
        let mut expected = vec!["first writer"];
        expected.extend(["batch"; BATCH]);
        expected.push("second writer");
        expected.extend(["late"; 2 * BATCH]);
        assert_eq!(*scene.order.lock().unwrap(), expected);
        assert!(!scene.lock.is_locked());
    }
}

/// A reader that has queued waits for the writer that is in, and for none of those that wait, be it the
/// next one or behind that.
#[test]
fn a_reader_waits_for_one_writer_at_most() {
    for lock in [RawRwMutex::new(), biased()] {
        let scene = Scene::new(lock);
        thread::scope(|s| {
            scene.lock.lock_exclusive();
            for _ in 0..3 {
                s.spawn(|| scene.writes("writer"));
            }
            until(|| scene.has(NEXT));
            s.spawn(|| scene.reads("reader"));
            until(|| scene.queued() == 1);
            scene.lock.unlock_exclusive();
        });
        let expected = ["reader", "writer", "writer", "writer"];
        assert_eq!(*scene.order.lock().unwrap(), expected);
        assert!(!scene.lock.is_locked());
    }
}

/// The same while writers come without a pause, and the next one may be on its way in whatever moment.
#[test]
fn a_reader_waits_for_one_writer_of_many() {
    const ROUNDS: usize = 200;

    let lock = RawRwMutex::new();
    // The writers that have gone in, and how many had when the reader was first seen in the queue.
    let (writers, seen) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let over = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| {
                while !over.load(Relaxed) {
                    lock.lock_exclusive();
                    let nth = 1 + writers.fetch_add(1, Relaxed);
                    // No writer leaves before the reader has come.
                    until(|| queue::len(lock.readers_queue()) == 1 || over.load(Relaxed));
                    let _ = seen.compare_exchange(0, nth, Relaxed, Relaxed);
                    lock.unlock_exclusive();
                }
            });
        }
        until(|| writers.load(Relaxed) != 0);
        for _ in 0..ROUNDS {
            lock.lock_shared();
            // None if it did not have to queue.
            let first = seen.swap(0, Relaxed);
            assert!(first == 0 || first == writers.load(Relaxed));
            lock.unlock_shared();
        }
        over.store(true, Relaxed);
    });
    assert!(!lock.is_locked());
}
