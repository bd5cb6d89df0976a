//! The lock under the model checker: every interleaving of a few threads, up to a bound.
#![cfg(gosync_loom)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use gosync_park::{
    atomic::{AtomicBool, Ordering::Relaxed},
    cell::UnsafeCell,
    model::{Model, ModelArc},
    thread, thread_index,
};
use gosync_rwmutex::RawRwMutex;

/// A lock, and a number whose every access loom checks against all others.
struct Shared {
    lock: RawRwMutex,
    number: UnsafeCell<u32>,
}

// SAFETY: the number is used under the lock only. If the lock does not keep its word, loom says so.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> ModelArc<Self> {
        Self::of(RawRwMutex::new())
    }

    /// With the bias on: readers use their slots until a writer has gathered.
    fn biased() -> ModelArc<Self> {
        Self::of(RawRwMutex::new_biased())
    }

    fn of(lock: RawRwMutex) -> ModelArc<Self> {
        ModelArc::new(Self {
            lock,
            number: UnsafeCell::new(0),
        })
    }

    /// For whoever reads.
    fn get(&self) -> u32 {
        // SAFETY: the caller has the lock, for reading or writing.
        self.number.with(|n| unsafe { *n })
    }

    /// For whoever writes.
    fn set(&self, to: u32) {
        // SAFETY: the caller has the lock, for writing.
        self.number.with_mut(|n| unsafe { *n = to });
    }

    fn read(&self) -> u32 {
        self.lock.lock_shared();
        let seen = self.get();
        self.lock.unlock_shared();
        seen
    }

    fn add(&self, n: u32) {
        self.lock.lock_exclusive();
        self.set(self.get() + n);
        self.lock.unlock_exclusive();
    }

    /// Adds 1 if nobody else is in.
    fn try_add(&self) {
        if self.lock.try_lock_exclusive() {
            self.set(self.get() + 1);
            self.lock.unlock_exclusive();
        }
    }

    /// Reads if there is no writer.
    fn try_read(&self) {
        if self.lock.try_lock_shared() {
            self.get();
            self.lock.unlock_shared();
        }
    }
}

fn spawn<T: 'static>(
    shared: &ModelArc<Shared>,
    body: impl FnOnce(&Shared) -> T + 'static,
) -> thread::JoinHandle<T> {
    let shared = shared.clone();
    thread::spawn(move || body(&shared))
}

fn message(call: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(call)).err()?;
    panic.downcast_ref::<&str>().map(ToString::to_string)
}

/// A reader and a writer are never in together, and a reader sees all of a write or nothing.
#[test]
fn reader_and_writer() {
    Model::new("rwmutex: reader and writer exclude each other")
        .preemptions(20)
        .at_least(100)
        .check(|| {
            let shared = Shared::new();
            let reader = spawn(&shared, |shared| {
                let seen = shared.read();
                assert!(seen == 0 || seen == 3);
            });
            shared.lock.lock_exclusive();
            shared.set(1);
            shared.set(3);
            shared.lock.unlock_exclusive();
            reader.join().unwrap();
            assert_eq!(shared.read(), 3);
        });
}

/// Two writers and a reader: the writers are never in together and lose no addition.
#[test]
fn writers_and_a_reader() {
    Model::new("rwmutex: writers exclude each other and a reader")
        .at_least(1500)
        .check(|| {
            let shared = Shared::new();
            let other = spawn(&shared, |shared| shared.add(1));
            let reader = spawn(&shared, |shared| assert!(shared.read() <= 3));
            shared.add(2);
            other.join().unwrap();
            reader.join().unwrap();
            assert_eq!(shared.read(), 3);
        });
}

/// Two readers and a writer: whoever of the two leaves last lets the writer in, once, and the
/// writer comes after both reads. Nobody sleeps for ever.
#[test]
fn readers_and_a_writer() {
    Model::new("rwmutex: the last reader lets the writer in")
        .at_least(5000)
        .check(|| {
            let shared = Shared::new();
            let readers = [(); 2].map(|()| spawn(&shared, |shared| assert!(shared.read() <= 1)));
            shared.add(1);
            for reader in readers {
                reader.join().unwrap();
            }
            assert!(!shared.lock.is_locked());
        });
}

/// A hold that the main thread takes before the writer starts, and releases at any moment, twice,
/// so that the turn is given and taken twice. The writer sees the reader gone, and gets in.
#[test]
fn waiting_writer_is_woken() {
    Model::new("rwmutex: no wake-up of the writer is lost")
        .preemptions(4)
        .at_least(500)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_shared();
            let writer = spawn(&shared, |shared| {
                shared.add(1);
                shared.add(1);
            });
            assert_eq!(shared.get(), 0);
            shared.lock.unlock_shared();
            assert!(shared.read() <= 2);
            writer.join().unwrap();
            assert_eq!(shared.read(), 2);
        });
}

/// A reader that comes while the writer is in, which is from the start, gets in when the writer
/// leaves and sees its data; the writer comes back after it. Twice, so that a reader which wakes
/// late, or queues again, meets the next phase.
#[test]
fn queued_reader_sees_the_write() {
    Model::new("rwmutex: a queued reader gets in and sees the writer's data")
        .preemptions(5)
        .at_least(1000)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_exclusive();
            let reader = spawn(&shared, |shared| {
                let first = shared.read();
                let second = shared.read();
                assert!(1 <= first && first <= second);
            });
            shared.set(1);
            shared.lock.unlock_exclusive();
            shared.add(1);
            reader.join().unwrap();
            assert_eq!(shared.read(), 2);
        });
}

/// Two readers that come while the writer is in all get in, with one wake-up.
#[test]
fn all_queued_readers_get_in() {
    Model::new("rwmutex: all queued readers get in")
        .at_least(4000)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_exclusive();
            let readers = [(); 2].map(|()| spawn(&shared, |shared| assert_eq!(shared.read(), 1)));
            shared.set(1);
            shared.lock.unlock_exclusive();
            for reader in readers {
                reader.join().unwrap();
            }
            assert!(!shared.lock.is_locked());
        });
}

/// If a reader had queued when the first writer left, it reads before the second writer writes.
#[test]
fn readers_go_before_the_next_writer() {
    Model::new("rwmutex: queued readers go before the next writer")
        .at_least(4000)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_exclusive();
            let reader = spawn(&shared, Shared::read);
            let writer = spawn(&shared, |shared| shared.add(10));
            let queued = format!("{:?}", shared.lock).contains("queued_readers: 1");
            shared.set(1);
            shared.lock.unlock_exclusive();
            let seen = reader.join().unwrap();
            assert!(seen == 1 || seen == 11);
            assert!(!queued || seen == 1);
            writer.join().unwrap();
        });
}

/// A writer that has announced itself keeps new readers out: who finds it waiting reads after it.
#[test]
fn late_reader_does_not_pass_a_waiting_writer() {
    Model::new("rwmutex: a late reader does not pass a waiting writer")
        .at_least(4000)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_shared();
            let writer = spawn(&shared, |shared| shared.add(1));
            let late = spawn(&shared, |shared| {
                let waiting = format!("{:?}", shared.lock).contains("Waiting");
                let seen = shared.read();
                assert!(!waiting || seen == 1);
            });
            shared.lock.unlock_shared();
            writer.join().unwrap();
            late.join().unwrap();
        });
}

/// From its write to its last read, a thread that downgrades sees no other writer; a reader that
/// has queued gets in meanwhile and sees the write.
#[test]
fn downgrade_leaves_no_gap() {
    Model::new("rwmutex: downgrade leaves no gap")
        .preemptions(2)
        .at_least(1500)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_exclusive();
            let reader = spawn(&shared, |shared| assert!(shared.read() >= 1));
            let writer = spawn(&shared, |shared| shared.add(1));
            shared.set(1);
            shared.lock.downgrade();
            assert_eq!(shared.get(), 1);
            shared.lock.unlock_shared();
            reader.join().unwrap();
            writer.join().unwrap();
            assert_eq!(shared.read(), 2);
        });
}

/// The try forms let nobody in who must not be in, and leave nothing behind when they fail.
#[test]
fn try_forms() {
    Model::new("rwmutex: the try forms exclude, and leave nothing behind")
        .at_least(700)
        .check(|| {
            let shared = Shared::new();
            let writer = spawn(&shared, Shared::try_add);
            let reader = spawn(&shared, Shared::try_read);
            shared.add(1);
            writer.join().unwrap();
            reader.join().unwrap();
            // Alone again, none of them fails.
            assert!(shared.lock.try_lock_exclusive());
            shared.lock.unlock_exclusive();
            assert!(shared.lock.try_lock_shared());
        });
}

/// A third thread releases what nobody holds, at any moment while a writer is in, a reader queues
/// behind it and comes out again: it panics, or finds the reader in and takes its hold, and then
/// the reader's own unlock panics; or it takes what the reader has counted before it found that it has
/// to wait, and nobody panics. Nobody sleeps for ever, and the lock goes on working.
#[test]
fn misuse_leaves_nobody_hanging() {
    const MESSAGE: &str = "sync: RUnlock of unlocked RWMutex";

    Model::new("rwmutex: an unlock too many leaves nobody hanging")
        .at_least(500)
        .check(|| {
            let lock = ModelArc::new(RawRwMutex::new());
            lock.lock_exclusive();
            let reader = thread::spawn({
                let lock = lock.clone();
                move || {
                    lock.lock_shared();
                    message(|| lock.unlock_shared())
                }
            });
            let intruder = thread::spawn({
                let lock = lock.clone();
                move || message(|| lock.unlock_shared())
            });
            lock.unlock_exclusive();
            let panics = [reader.join().unwrap(), intruder.join().unwrap()];
            let panics: Vec<_> = panics.iter().flatten().collect();
            assert!(panics.is_empty() || panics == [MESSAGE]);
            assert!(!lock.is_locked());
            lock.lock_exclusive();
            lock.unlock_exclusive();
            assert!(!lock.is_locked());
            assert!(message(|| lock.unlock_shared()).is_some());
        });
}

/// A surplus unlock of a writer, at any moment while a writer waits, goes in and comes out again:
/// it panics, or takes the hold of the writer that is in, and then that one's own unlock panics.
#[test]
fn misuse_while_a_writer_goes_in() {
    const MESSAGE: &str = "sync: Unlock of unlocked RWMutex";

    Model::new("rwmutex: an unlock too many while a writer goes in")
        .at_least(20)
        .check(|| {
            let lock = ModelArc::new(RawRwMutex::new());
            lock.lock_shared();
            let writer = thread::spawn({
                let lock = lock.clone();
                move || {
                    lock.lock_exclusive();
                    message(|| lock.unlock_exclusive())
                }
            });
            lock.unlock_shared();
            let panics = [message(|| lock.unlock_exclusive()), writer.join().unwrap()];
            assert_eq!(panics.iter().flatten().collect::<Vec<_>>(), [MESSAGE]);
            assert!(!lock.is_locked() && !lock.is_locked_exclusive());
            lock.lock_exclusive();
            lock.unlock_exclusive();
            assert!(!lock.is_locked());
        });
}

/// A surplus unlock of a reader while a writer waits, goes in and comes out again, and another
/// reader queues behind it: as before. The writer never notices.
#[test]
fn misuse_while_a_writer_waits() {
    Model::new("rwmutex: an unlock too many while a writer waits")
        .preemptions(2)
        .at_least(1000)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_shared();
            let writer = spawn(&shared, |shared| shared.add(1));
            let queued = spawn(&shared, |shared| {
                shared.lock.lock_shared();
                // The hold may be gone when we come to release it: the other unlock took it.
                message(|| shared.lock.unlock_shared()).is_some()
            });
            let first = message(|| shared.lock.unlock_shared());
            let is_queued = || format!("{:?}", shared.lock).contains("queued_readers: 1");
            let before = is_queued();
            let surplus = message(|| shared.lock.unlock_shared());
            let nobody_was_in = before && is_queued();
            assert_eq!(first, None);
            let taken = queued.join().unwrap();
            assert!(!(taken && surplus.is_some()));
            assert!(surplus.is_some() || !nobody_was_in);
            writer.join().unwrap();
            assert_eq!(shared.read(), 1);
        });
}

/// With the bias on: a reader by its slot and a writer are never in together, whichever of them
/// asks for its thread's number first, and a reader sees all of a write or nothing.
#[test]
fn biased_reader_and_writer() {
    Model::new("rwmutex, biased: reader and writer exclude each other")
        .at_least(2000)
        .check(|| {
            let shared = Shared::biased();
            let reader = spawn(&shared, |shared| {
                let seen = shared.read();
                assert!(seen == 0 || seen == 3);
            });
            shared.lock.lock_exclusive();
            shared.set(1);
            shared.set(3);
            shared.lock.unlock_exclusive();
            reader.join().unwrap();
            assert_eq!(shared.read(), 3);
        });
}

/// With the bias on, two readers, of different lanes, and a writer: it comes before, between or
/// after them, and whoever of them leaves last lets it in.
#[test]
fn biased_readers_and_a_writer() {
    Model::new("rwmutex, biased: the last reader lets the writer in")
        .preemptions(1)
        .at_least(5000)
        .check(|| {
            let shared = Shared::biased();
            // Not this thread, which would have to be preempted for another one to begin.
            let writer = spawn(&shared, |shared| shared.add(1));
            let readers = [(); 2].map(|()| spawn(&shared, |shared| assert!(shared.read() <= 1)));
            for thread in [writer].into_iter().chain(readers) {
                thread.join().unwrap();
            }
            assert!(!shared.lock.is_locked());
        });
}

/// A hold in a slot, taken before the writer starts and released at any moment: before the writer
/// gathers, or after it has moved the hold into the count. The writer gets in, and sees the reader
/// gone. The same with a guard, which knows its slot.
#[test]
fn biased_hold_is_moved() {
    for (guard, name) in [
        (false, "rwmutex, biased: a hold that is moved is released"),
        (
            true,
            "rwmutex, biased: a hold that is moved is released by its guard",
        ),
    ] {
        Model::new(name)
            .preemptions(4)
            .at_least(300)
            .check(move || {
                let shared = Shared::biased();
                let hold = guard.then(|| shared.lock.guard());
                if !guard {
                    shared.lock.lock_shared();
                }
                let writer = spawn(&shared, |shared| shared.add(1));
                assert_eq!(shared.get(), 0);
                match &hold {
                    Some(hold) => shared.lock.drop_guard(hold),
                    None => shared.lock.unlock_shared(),
                }
                writer.join().unwrap();
                assert_eq!(shared.read(), 1);
            });
    }
}

/// A writer that has announced itself keeps new readers out, by their slots too: who finds it
/// waiting reads after it.
#[test]
fn biased_late_reader_does_not_pass_a_waiting_writer() {
    Model::new("rwmutex, biased: a late reader does not pass a waiting writer")
        .preemptions(2)
        .at_least(2000)
        .check(|| {
            let shared = Shared::biased();
            shared.lock.lock_shared();
            let writer = spawn(&shared, |shared| shared.add(1));
            let late = spawn(&shared, |shared| {
                let waiting = format!("{:?}", shared.lock).contains("Waiting");
                let seen = shared.read();
                assert!(!waiting || seen == 1);
            });
            shared.lock.unlock_shared();
            writer.join().unwrap();
            late.join().unwrap();
        });
}

/// The bias comes on when reads have met, and a writer comes at any moment of that: the reader sees
/// its writes in order, by the count and by its slot.
#[test]
fn bias_comes_on() {
    Model::new("rwmutex: the bias comes on while a writer comes")
        .at_least(1000)
        .check(|| {
            let shared = Shared::new();
            let reader = spawn(&shared, |shared| {
                // Now, since the fence that comes with a new number might hide something.
                _ = thread_index();
                let mut last = 0;
                // Without a wait, since a writer comes.
                if !shared.lock.try_lock_shared() {
                    return;
                }
                // Nested, which counts, or goes by the slot.
                for _ in 0..4 {
                    if shared.lock.try_lock_shared() {
                        shared.lock.unlock_shared();
                    }
                }
                for again in [true, false] {
                    let seen = shared.get();
                    assert!(last <= seen && seen <= 2);
                    last = seen;
                    shared.lock.unlock_shared();
                    if !(again && shared.lock.try_lock_shared()) {
                        break;
                    }
                }
            });
            shared.add(1);
            shared.add(1);
            reader.join().unwrap();
            assert_eq!(shared.read(), 2);
        });
}

/// Two threads turn the bias on at once, and a writer comes later: it finds both.
#[test]
fn bias_comes_on_twice() {
    Model::new("rwmutex: two readers turn the bias on")
        .preemptions(2)
        .at_least(500)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_shared();
            for _ in 0..2 {
                shared.read();
            }
            let reader = spawn(&shared, |shared| {
                for _ in 0..2 {
                    assert!(shared.read() <= 1);
                }
            });
            assert_eq!(shared.read(), 0);
            shared.lock.unlock_shared();
            shared.add(1);
            reader.join().unwrap();
        });
}

/// A thread turns the bias on while another one of its lane comes, which has never seen the lock's id: it
/// shows that and no other, and finds it again when it leaves.
#[test]
fn bias_comes_on_for_two_of_a_lane() {
    Model::new("rwmutex: the bias comes on for two threads of a lane")
        .preemptions(2)
        .at_least(500)
        .check(|| {
            // The lanes are two, so this thread gets the second number, and the reader the fourth.
            let one_number_more = || thread::spawn(|| _ = thread_index()).join().unwrap();
            one_number_more();
            _ = thread_index();
            one_number_more();
            let shared = Shared::new();
            shared.lock.lock_shared();
            for _ in 0..2 {
                shared.read();
            }
            let reader = spawn(&shared, |shared| {
                // Now, since the fence that comes with a new number might hide something.
                _ = thread_index();
                assert_eq!(shared.read(), 0);
            });
            // The second of these turns it on, or the reader does.
            for _ in 0..2 {
                shared.read();
            }
            reader.join().unwrap();
            shared.lock.unlock_shared();
            shared.add(1);
            assert!(!shared.lock.is_locked());
        });
}

/// A hold that was taken by a slot is released on another thread, while a writer wants in: both
/// gather, and the writer gets in, once the hold is gone.
#[test]
fn biased_unlock_elsewhere() {
    Model::new("rwmutex, biased: a hold is released on another thread")
        .at_least(500)
        .check(|| {
            let shared = Shared::biased();
            shared.lock.lock_shared();
            let writer = spawn(&shared, |shared| shared.add(1));
            let unlocker = spawn(&shared, |shared| {
                assert_eq!(shared.get(), 0);
                shared.lock.unlock_shared();
            });
            writer.join().unwrap();
            unlocker.join().unwrap();
            assert_eq!(shared.read(), 1);
        });
}

/// An unlock gathers, since its hold is in a slot of another thread, while a reader is in by its own
/// slot and a writer comes: that waits until all holds have been found, and for the reader.
#[test]
fn biased_writer_waits_for_an_unlock_that_gathers() {
    Model::new("rwmutex, biased: a writer waits for an unlock that gathers")
        .preemptions(2)
        .at_least(500)
        .check(|| {
            let shared = Shared::biased();
            spawn(&shared, |shared| shared.lock.lock_shared())
                .join()
                .unwrap();
            let reader = spawn(&shared, |shared| assert!(shared.read() <= 1));
            let writer = spawn(&shared, |shared| shared.add(1));
            shared.lock.unlock_shared();
            reader.join().unwrap();
            writer.join().unwrap();
            assert!(!shared.lock.is_locked());
        });
}

/// A writer that only tries gathers, and finds a reader; another one waits for the end of that. The
/// reader may have left by then, so whoever has gathered wakes the writer.
#[test]
fn biased_try_that_gathers_wakes_the_writer() {
    Model::new("rwmutex, biased: a try that has gathered wakes the writer")
        .preemptions(2)
        .at_least(500)
        .check(|| {
            let shared = Shared::biased();
            let reader = spawn(&shared, |shared| assert!(shared.read() <= 2));
            let writer = spawn(&shared, |shared| shared.add(1));
            shared.try_add();
            reader.join().unwrap();
            writer.join().unwrap();
            assert!(!shared.lock.is_locked());
        });
}

/// A writer gathers, and finds a reader that has left and one that is in. Another writer that goes in
/// after the latter has not looked at the slots: what the former did was handed on by the gatherer.
#[test]
fn biased_gatherer_hands_on_who_has_left() {
    Model::new("rwmutex, biased: who has gathered hands on those that have left")
        .preemptions(2)
        .at_least(100)
        .check(|| {
            let shared = Shared::biased();
            let hold = shared.lock.guard();
            let reader = spawn(&shared, |shared| _ = shared.read());
            let gatherer = spawn(&shared, |shared| {
                if shared.lock.try_lock_exclusive_for(Duration::ZERO) {
                    shared.lock.unlock_exclusive();
                }
            });
            shared.lock.drop_guard(&hold);
            shared.add(1);
            reader.join().unwrap();
            gatherer.join().unwrap();
        });
}

/// Between a reader's two looks at the bias a writer comes and goes, and the bias comes on again:
/// the reader goes in by its slot, and sees what was written.
#[test]
fn biased_reader_sees_what_came_between_its_looks() {
    Model::new("rwmutex, biased: a reader sees what came between its looks")
        .preemptions(2)
        .at_least(100)
        .check(|| {
            let shared = Shared::biased();
            // The first and the third thread share a lane.
            shared.read();
            spawn(&shared, |shared| _ = shared.read()).join().unwrap();
            let reader = spawn(&shared, |shared| assert!(shared.read() <= 1));
            shared.add(1);
            shared.lock.bias_all();
            reader.join().unwrap();
        });
}

/// A guard goes to another thread and is dropped there, while its own thread reads again and a
/// writer wants in. No hold is lost, none is released twice.
#[test]
fn biased_guard_travels() {
    Model::new("rwmutex, biased: a guard is dropped on another thread")
        .preemptions(2)
        .at_least(1000)
        .check(|| {
            let shared = Shared::biased();
            let hold = shared.lock.guard();
            let writer = spawn(&shared, |shared| shared.add(1));
            let dropper = spawn(&shared, move |shared| {
                assert_eq!(shared.get(), 0);
                shared.lock.drop_guard(&hold);
            });
            assert!(shared.read() <= 1);
            writer.join().unwrap();
            dropper.join().unwrap();
            assert!(!shared.lock.is_locked());
        });
}

/// A reader that comes too late shows itself where a guard has been, and the guard takes its id: the reader
/// releases the guard's hold, and the next writer sees what was read under that.
#[test]
fn biased_late_reader_hands_on_a_guard() {
    Model::new("rwmutex, biased: a reader that came too late hands on a guard")
        .at_least(100)
        .check(|| {
            let shared = Shared::biased();
            let hold = shared.lock.guard();
            // Moves the hold to the count.
            assert!(!shared.lock.try_lock_exclusive_for(Duration::ZERO));
            let writer = spawn(&shared, Shared::try_add);
            let dropper = spawn(&shared, move |shared| {
                assert!(shared.get() == 0);
                shared.lock.drop_guard(&hold);
            });
            shared.lock.show_too_late();
            writer.join().unwrap();
            dropper.join().unwrap();
            assert!(!shared.lock.is_locked());
        });
}

/// Readers leave the count one after the other, so that a writer that would gather finds another state each
/// time, and announces itself with the bias on. If the last one leaves while it gathers, it is in, and sees
/// what that one did.
#[test]
fn biased_writer_gathers_while_the_last_reader_leaves() {
    Model::new("rwmutex, biased: the last reader leaves while the writer gathers")
        .preemptions(5)
        .at_least(100)
        .check(|| {
            let shared = Shared::new();
            let holds = [(); 3].map(|()| shared.lock.guard());
            shared.lock.bias_all();
            let readers = spawn(&shared, move |shared| {
                for hold in holds {
                    assert!(shared.get() == 0);
                    shared.lock.drop_guard(&hold);
                }
            });
            shared.add(1);
            readers.join().unwrap();
        });
}

/// An unlock too many at any moment while a reader comes and goes by its slot: at most one of the
/// two unlocks panics, nobody hangs, and the lock goes on working. (None panics if the reader was
/// about to find that it must wait, and nobody else was in.)
#[test]
fn biased_misuse_leaves_nobody_hanging() {
    Model::new("rwmutex, biased: an unlock too many leaves nobody hanging")
        .at_least(300)
        .check(|| {
            let shared = Shared::biased();
            let reader = spawn(&shared, |shared| {
                shared.lock.lock_shared();
                message(|| shared.lock.unlock_shared())
            });
            let surplus = message(|| shared.lock.unlock_shared());
            let own = reader.join().unwrap();
            assert!(own.is_none() || surplus.is_none());
            assert!(!shared.lock.is_locked());
            shared.add(1);
            assert_eq!(shared.read(), 1);
        });
}

/// A hold in the count is exchanged for one in a slot, so the lock is locked all the time, and looks so to a
/// thread that has never seen the bias.
#[test]
fn biased_lock_looks_locked() {
    let looks: [(fn(&RawRwMutex) -> bool, _); 2] = [
        (
            RawRwMutex::is_locked,
            "rwmutex, biased: what is locked looks locked",
        ),
        (
            |lock| !format!("{lock:?}").contains("readers: 0,"),
            "rwmutex, biased: what is locked shows a reader",
        ),
    ];
    for (looks_locked, name) in looks {
        Model::new(name).at_least(20).check(move || {
            let shared = Shared::new();
            let counted = shared.lock.guard();
            let onlooker = spawn(&shared, move |shared| assert!(looks_locked(&shared.lock)));
            shared.lock.bias_all();
            let shown = shared.lock.guard();
            shared.lock.drop_guard(&counted);
            onlooker.join().unwrap();
            shared.lock.drop_guard(&shown);
        });
    }
}

/// The bias comes on, and the reader leaves: a writer that tries gets in, although it has never seen the
/// bias before.
#[test]
fn biased_try_finds_the_id() {
    Model::new("rwmutex, biased: a try of a thread that has not seen the bias")
        .at_least(5)
        .check(|| {
            let shared = Shared::new();
            let left = ModelArc::new(AtomicBool::new(false));
            let counted = shared.lock.guard();
            let writer = {
                let left = left.clone();
                spawn(&shared, move |shared| {
                    // Relaxed: what else it sees, it sees by the lock.
                    assert!(!left.load(Relaxed) || shared.lock.try_lock_exclusive());
                })
            };
            shared.lock.bias_all();
            shared.read();
            shared.lock.drop_guard(&counted);
            left.store(true, Relaxed);
            writer.join().unwrap();
        });
}

/// With the bias on, the try forms exclude as the others do; a writer that fails leaves nothing
/// behind, and one that is alone does not fail.
#[test]
fn biased_try_forms() {
    Model::new("rwmutex, biased: the try forms exclude, and leave nothing behind")
        .preemptions(2)
        .at_least(500)
        .check(|| {
            let shared = Shared::biased();
            let writer = spawn(&shared, Shared::try_add);
            // There is no writer but the one that tries.
            let reader = spawn(&shared, Shared::try_read);
            if shared.lock.try_lock_shared() {
                assert!(!shared.lock.try_lock_exclusive());
                shared.lock.unlock_shared();
            }
            writer.join().unwrap();
            reader.join().unwrap();
            assert!(shared.lock.try_lock_exclusive());
            shared.lock.unlock_exclusive();
            assert!(shared.lock.try_lock_shared());
        });
}

/// A writer gives up, at any moment of its wait, with readers queued because of it: they go in. Who
/// gets in is alone, and who does not leaves nothing behind. (A deadline has passed as soon as a
/// waiter looks at it.)
#[test]
fn a_writer_gives_up() {
    for (biased, name) in [
        (false, "rwmutex: a writer that gives up lets the readers in"),
        (
            true,
            "rwmutex, biased: a writer that gives up lets the readers in",
        ),
    ] {
        Model::new(name)
            .preemptions(2)
            .at_least(if biased { 10_000 } else { 300 })
            .check(move || {
                let shared = if biased {
                    Shared::biased()
                } else {
                    Shared::new()
                };
                shared.lock.lock_shared();
                let writer = spawn(&shared, |shared| {
                    let got_in = shared.lock.try_lock_exclusive_for(Duration::ZERO);
                    if got_in {
                        shared.set(1);
                        shared.lock.unlock_exclusive();
                    }
                    got_in
                });
                let reader = spawn(&shared, Shared::read);
                assert_eq!(shared.get(), 0);
                shared.lock.unlock_shared();
                assert!(reader.join().unwrap() <= 1);
                let wrote = writer.join().unwrap();
                assert_eq!(shared.read(), u32::from(wrote));
                assert!(shared.lock.try_lock_exclusive());
            });
    }
}

/// Behind a writer that is in, another one that waits and gives up at any moment, and a third one
/// that waits for good: that one gets in, and the lock is free in the end.
#[test]
fn the_next_writer_gives_up() {
    Model::new("rwmutex: the next writer gives up")
        .at_least(1000)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_exclusive();
            let impatient = spawn(&shared, |shared| {
                let got_in = shared.lock.try_lock_exclusive_for(Duration::ZERO);
                if got_in {
                    shared.set(shared.get() + 1);
                    shared.lock.unlock_exclusive();
                }
                u32::from(got_in)
            });
            let patient = spawn(&shared, |shared| shared.add(1));
            shared.set(shared.get() + 1);
            shared.lock.unlock_exclusive();
            let sum = 2 + impatient.join().unwrap();
            patient.join().unwrap();
            assert_eq!(shared.read(), sum);
            assert!(shared.lock.try_lock_exclusive());
        });
}

/// A reader gives up at any moment while a writer leaves: it is in or it is not, and the next writer
/// waits for it or does not.
#[test]
fn a_reader_gives_up() {
    Model::new("rwmutex: a reader gives up while the writer leaves")
        .at_least(300)
        .check(|| {
            let shared = Shared::new();
            shared.lock.lock_exclusive();
            let reader = spawn(&shared, |shared| {
                if shared.lock.try_lock_shared_for(Duration::ZERO) {
                    assert!(shared.get() >= 1);
                    shared.lock.unlock_shared();
                }
            });
            shared.set(1);
            shared.lock.unlock_exclusive();
            shared.add(1);
            reader.join().unwrap();
            assert!(shared.lock.try_lock_exclusive());
        });
}
