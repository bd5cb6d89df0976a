//! The wait queue: waiters in order of arrival, found by the address that they wait for.
//!
//! A primitive keeps a few bits of state in a word of its own and, while nobody waits, nothing
//! else anywhere. The waiters' nodes live on their own stacks; a fixed table of buckets, found by
//! the hash of the address, links them together. So a wait allocates nothing, and there is no
//! lock of this module on any fast path.
//!
//! ```text
//!  TABLE[hash(address)]            a lock, and the bucket's first queue
//!        |
//!        v      next        next
//!      head A --------> A --------> A     one queue per address, oldest first
//!        |   \______________________^     the head knows its tail
//!        | next_queue
//!        v
//!      head B --------> B                 another address that fell into the same bucket
//! ```
//!
//! To enter at either end and to leave from anywhere takes a time that does not depend on the
//! length of the queue. It does depend on how many *other* addresses in the bucket have waiters
//! at that moment: hardly ever more than one or two.
//!
//! # Invariants
//!
//! 1. The links of a linked node are read and written only with its bucket's lock held.
//! 2. A linked node is alive: its thread is inside one of the waits, and leaves only
//!    after the node's signal, or after it unlinked the node itself.
//! 3. A signal is given once, to a node that its waker has unlinked. Until then the node is the
//!    waker's alone; after it the waker does not touch it.
//!
//! The closures given to this module's functions run with the bucket's lock held. A primitive
//! that keeps a bit for 'somebody waits' and changes it nowhere else has it exact. They must
//! neither block nor panic nor use this module.
//!
//! ```
//! use gosync_park::{
//!     atomic::{AtomicBool, Ordering::Relaxed},
//!     queue::{self, Place},
//! };
//!
//! let open = AtomicBool::new(false);
//! let address = (&raw const open).cast();
//! std::thread::scope(|s| {
//!     s.spawn(|| {
//!         let address = (&raw const open).cast();
//!         // Not if it is open by now: then nobody comes any more.
//!         queue::wait(address, Place::Back, || !open.load(Relaxed));
//!         assert!(open.load(Relaxed));
//!     });
//!     queue::wake_all(address, || open.store(true, Relaxed));
//! });
//! ```

use std::{cell::Cell, ptr};

use crate::{
    Spin,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    clock::Deadline,
    const_fn, futex,
    hash::hash,
    lock::{Held, Lock},
    thread::{self, Thread},
};

/// The end of the queue at which a waiter enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind all others: a newcomer.
    Back,
    /// Before all others: one that was woken already, and lost.
    Front,
}

/// What a waker sees of the queue.
#[derive(Clone, Copy, Debug)]
pub struct Oldest {
    /// Whether it is the only one.
    pub alone: bool,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `enter` said no.
    Refused,
    /// A waker chose this waiter.
    Woken,
    /// The deadline passed, and this waiter left the queue.
    TimedOut,
}

/// Waits in the queue of `address`.
///
/// `enter` decides, with the queue locked, whether to wait at all: it is the place to check once
/// more that somebody will come to wake this waiter, and to set the bit that tells them to. If it
/// returns `false` so does this function, at once. Otherwise the thread sleeps until a waker
/// chose it, and the function returns `true`: there are no other reasons to return.
///
/// What the waker did before its choice is seen after the return.
pub fn wait(address: *const (), place: Place, enter: impl FnOnce() -> bool) -> bool {
    wait_until(address, place, None, Spin::none(), enter, |_| ()) == Outcome::Woken
}

/// Waits in the queue of `address`, as [`wait`] does, but not beyond `deadline`, if there is one; and
/// polls for the wake-up as long as `spin` says before it sleeps. Whoever wakes a waiter that still
/// polls does without a system call.
///
/// When the deadline has passed and no waker has chosen this waiter, it leaves the queue, from
/// wherever it is, and calls `leave` with whether the queue is empty now. A waiter that was
/// chosen already returns [`Outcome::Woken`], however late it is: no wake-up is swallowed.
pub fn wait_until(
    address: *const (),
    place: Place,
    deadline: Option<Deadline>,
    spin: Spin,
    enter: impl FnOnce() -> bool,
    leave: impl FnOnce(bool),
) -> Outcome {
    let node = Node::new(address, deadline);
    if !node.enter(place, enter) {
        Outcome::Refused
    } else if node.poll(spin) || node.sleep_until(deadline, leave) {
        Outcome::Woken
    } else {
        Outcome::TimedOut
    }
}

/// Enters the queue of `address`, and lets `body` do what has to be done before the sleep, and
/// after it. `body` sleeps by calling the function that it is given, which returns `true` when
/// woken, and `false` if the deadline passed.
///
/// `enter` runs with the queue locked, as this waiter enters. `leave` runs with the queue locked,
/// with whether it is empty then, if this waiter leaves it without having been chosen: after the
/// deadline, or because `body` ended, or unwound, without having slept. If [`wake_one`] has chosen
/// it and `body` has not slept, `pass_on` is called, so that no wake-up is swallowed. (One for all
/// is not passed on: those who came later were not meant.)
pub fn wait_around<R>(
    address: *const (),
    deadline: Option<Deadline>,
    enter: impl FnOnce(),
    leave: impl Fn(bool),
    pass_on: impl Fn(),
    body: impl FnOnce(&dyn Fn() -> bool) -> R,
) -> R {
    /// Leaves the queue at the end, if that has not happened.
    struct Exit<'a, L: Fn(bool), P: Fn()> {
        node: &'a Node,
        leave: &'a L,
        pass_on: &'a P,
        /// How the sleep ended.
        woken: Cell<Option<bool>>,
    }

    impl<L: Fn(bool), P: Fn()> Drop for Exit<'_, L, P> {
        fn drop(&mut self) {
            if self.woken.get().is_none() && !self.node.leave(self.leave) {
                self.node.sleep();
                // Relaxed: `sleep` has seen the signal.
                if self.node.signal.load(Relaxed) & WITH_ALL == 0 {
                    (self.pass_on)();
                }
            }
        }
    }

    let node = Node::new(address, deadline);
    node.enter(Place::Back, || {
        enter();
        true
    });
    let exit = Exit {
        node: &node,
        leave: &leave,
        pass_on: &pass_on,
        woken: Cell::new(None),
    };
    body(&|| {
        exit.woken.get().unwrap_or_else(|| {
            let woken = node.sleep_until(deadline, &leave);
            exit.woken.set(Some(woken));
            woken
        })
    })
}

/// Wakes the oldest waiter of `address`, if there is one and `choose` says so.
///
/// `choose` runs with the queue locked, and is the place to change the bits of the primitive's
/// own word. It is called with `None` if nobody waits. Returns whether a waiter was woken.
pub fn wake_one(address: *const (), choose: impl FnOnce(Option<Oldest>) -> bool) -> bool {
    let wake = {
        let queues = Bucket::lock(address);
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        let head = unsafe { queues.find(address).get().as_ref() };
        let oldest = head.map(|head| Oldest {
            alone: head.next.get().is_null(),
        });
        let chosen = choose(oldest);
        let Some(head) = head.filter(|_| chosen) else {
            return false;
        };
        queues.remove(head);
        // SAFETY: it is unlinked, has no signal yet, and so is ours alone and alive.
        unsafe { Node::signal(head) }
    };
    wake.wake();
    true
}

/// Wakes all who wait for `address`, oldest first.
///
/// `change` runs with the queue locked, also if nobody waits, and is the place to change the bits of
/// the primitive's own word. Those who enter the queue after it are not woken.
pub fn wake_all(address: *const (), change: impl FnOnce()) {
    wake_all_from(address, |_, _| {
        change();
        true
    });
}

/// Wakes all who wait for `address`, as [`wake_all`] does, if `choose` says so, which is told how many
/// they are.
pub fn wake_all_counted(address: *const (), choose: impl FnOnce(usize) -> bool) {
    wake_all_from(address, |queues, head| choose(queues.count(head)));
}

/// How many wait for `address` at this moment. Takes the longer the more they are.
pub fn len(address: *const ()) -> usize {
    let queues = Bucket::lock(address);
    queues.count(queues.find(address).get())
}

fn wake_all_from(address: *const (), choose: impl FnOnce(&Queues<'_>, *const Node) -> bool) {
    let mut next = {
        let queues = Bucket::lock(address);
        let link = queues.find(address);
        let head = link.get();
        if !choose(&queues, head) || head.is_null() {
            return;
        }
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        link.set(unsafe { &*head }.next_queue.get());
        let mut node = head;
        // SAFETY: as above.
        while let Some(chosen) = unsafe { node.as_ref() } {
            // Relaxed: what it is for is done with the lock held.
            chosen.signal.fetch_or(WITH_ALL, Relaxed);
            node = chosen.next.get();
        }
        head
    };
    while !next.is_null() {
        let node = next;
        // SAFETY: a node that was chosen stays alive until its signal, and is ours alone until then.
        let wake = unsafe {
            next = (*node).next.get();
            Node::signal(node)
        };
        wake.wake();
    }
}

/// A waiter, on its own stack.
struct Node {
    address: *const (),
    next: Cell<*const Node>,
    prev: Cell<*const Node>,
    /// In the head of a queue only: its last node.
    tail: Cell<*const Node>,
    /// In the head of a queue only: the head of the bucket's next queue.
    next_queue: Cell<*const Node>,
    /// [`WAITING`], or [`WITH_ALL`], [`WOKEN`] or both; and [`ASLEEP`].
    signal: AtomicU32,
    sleeper: Sleeper,
}

/// Nobody has chosen the node.
const WAITING: u32 = 0;
/// Bit: a waker has unlinked the node, with all others, and gives it its signal next, or has done so.
const WITH_ALL: u32 = 1;
/// Bit: the node has its signal, and is its thread's own again.
const WOKEN: u32 = 2;
/// Bit: its thread sleeps, or is about to. Otherwise it polls, and need not be woken.
const ASLEEP: u32 = 4;

/// How a waiter sleeps, and so how to wake it. The only place that knows: another kind of waiter,
/// such as a task with its waker, is one more variant.
#[derive(Clone)]
enum Sleeper {
    /// On its node's signal, as a futex.
    Futex,
    /// Parked, since std can park for a time on every platform.
    Parked(Thread),
}

/// A node that has its signal. To be used, and dropped, with no bucket locked: a thread's handle may
/// be the last one, and frees memory then.
struct Wake {
    sleeper: Sleeper,
    signal: *const AtomicU32,
    /// Whether its thread may sleep.
    asleep: bool,
}

impl Wake {
    fn wake(self) {
        match self.sleeper {
            _ if !self.asleep => (),
            Sleeper::Futex => futex::wake_one(self.signal),
            Sleeper::Parked(thread) => thread.unpark(),
        }
    }
}

impl Node {
    fn new(address: *const (), deadline: Option<Deadline>) -> Self {
        Self {
            address,
            next: Cell::new(ptr::null()),
            prev: Cell::new(ptr::null()),
            tail: Cell::new(ptr::null()),
            next_queue: Cell::new(ptr::null()),
            signal: AtomicU32::new(WAITING),
            sleeper: match deadline {
                None => Sleeper::Futex,
                Some(_) => Sleeper::Parked(thread::current()),
            },
        }
    }

    fn enter(&self, place: Place, enter: impl FnOnce() -> bool) -> bool {
        let queues = Bucket::lock(self.address);
        let entered = enter();
        if entered {
            match place {
                Place::Back => queues.push_back(self),
                Place::Front => queues.push_front(self),
            }
        }
        entered
    }

    /// Leaves the queue, unless a waker has chosen the node. Returns whether it left.
    fn leave(&self, leave: impl FnOnce(bool)) -> bool {
        let queues = Bucket::lock(self.address);
        // Relaxed: the node is chosen with the lock held.
        let linked = self.signal.load(Relaxed) & !ASLEEP == WAITING;
        if linked {
            leave(queues.remove(self));
        }
        linked
    }

    /// Gives a node that was unlinked its signal, and returns how to wake its thread.
    ///
    /// # Safety
    ///
    /// The node is unlinked and has no signal yet. It may be gone as soon as it has: hence no
    /// reference, which would have to be good to the end of the call.
    unsafe fn signal(node: *const Self) -> Wake {
        // SAFETY: by invariant 3 the node is alive, and the caller's alone.
        let Self {
            sleeper, signal, ..
        } = unsafe { &*node };
        let sleeper = sleeper.clone();
        let address = ptr::from_ref(signal);
        // Release pairs with the Acquire of `is_woken` and of `sleep`.
        let before = signal.fetch_or(WOKEN, Release);
        Wake {
            sleeper,
            signal: address,
            asleep: before & ASLEEP != 0,
        }
    }

    fn is_woken(&self) -> bool {
        // Acquire pairs with the Release of `signal`.
        self.signal.load(Acquire) & WOKEN != 0
    }

    /// Polls as long as `spin` says. Returns whether it was woken.
    fn poll(&self, mut spin: Spin) -> bool {
        loop {
            if self.is_woken() {
                return true;
            }
            if !spin.again() {
                return false;
            }
        }
    }

    /// Tells a waker that it has to wake, unless it has come already. Returns what the signal is.
    fn fall_asleep(&self) -> u32 {
        // Acquire pairs with the Release of `signal`.
        self.signal.fetch_or(ASLEEP, Acquire) | ASLEEP
    }

    /// Sleeps until woken.
    fn sleep(&self) {
        let state = self.fall_asleep();
        if state & WOKEN != 0 {
            return;
        }
        match &self.sleeper {
            Sleeper::Futex => {
                let mut state = state;
                while state & WOKEN == 0 {
                    futex::wait(&self.signal, state);
                    // Acquire pairs with the Release of `signal`.
                    state = self.signal.load(Acquire);
                }
            }
            Sleeper::Parked(me) => {
                let _token = GiveBack(me);
                while !self.is_woken() {
                    thread::park();
                }
            }
        }
    }

    /// Sleeps until woken, and returns `true`; or until `deadline`, if there is one, and leaves the
    /// queue, and returns `false`.
    fn sleep_until(&self, deadline: Option<Deadline>, leave: impl FnOnce(bool)) -> bool {
        let (Some(deadline), Sleeper::Parked(me)) = (deadline, &self.sleeper) else {
            self.sleep();
            return true;
        };
        if self.fall_asleep() & WOKEN != 0 {
            return true;
        }
        let _token = GiveBack(me);
        while !self.is_woken() && deadline.park() {}
        if self.is_woken() {
            return true;
        }
        let left = self.leave(leave);
        if !left {
            // Chosen: the signal is there, or on its way.
            self.sleep();
        }
        !left
    }
}

/// Leaves a token for the next park of this thread, when dropped.
///
/// A thread has one token. A park of ours may have taken the one that the program left there for
/// itself, be it instead of the waker's or together with it, which looks the same. So there is one
/// again afterwards. At worst the program's next park ends for no reason, as it may.
struct GiveBack<'a>(&'a Thread);

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        self.0.unpark();
    }
}

/// Some of the queues, and their lock. On cache lines of its own.
#[repr(align(128))]
struct Bucket {
    lock: Lock,
    first: Cell<*const Node>,
}

// SAFETY: `first`, and all that can be reached from it, is touched only with `lock` held.
unsafe impl Sync for Bucket {}

impl Bucket {
    const_fn! {
        const fn new() -> Self {
            Self { lock: Lock::new(), first: Cell::new(ptr::null()) }
        }
    }
}

/// A bucket whose lock this thread holds.
struct Queues<'a> {
    bucket: &'a Bucket,
    _held: Held<'a>,
}

/// The table is static and never grows: 32 KiB.
#[cfg(not(gosync_loom))]
static TABLE: [Bucket; BUCKETS] = [const { Bucket::new() }; BUCKETS];
const BUCKETS: usize = 256;

#[cfg(gosync_loom)]
loom::lazy_static! {
    // One bucket is the hardest case, and the smallest model.
    static ref TABLE: [Bucket; 1] = [Bucket::new()];
}

impl Bucket {
    fn lock<'a>(address: *const ()) -> Queues<'a> {
        let bucket = &TABLE[hash(address.addr(), BUCKETS.ilog2()) % TABLE.len()];
        Queues {
            bucket,
            _held: bucket.lock.lock(),
        }
    }
}

impl Queues<'_> {
    /// The link that leads to the head of the queue of `address`; to nothing, if it has none.
    fn find(&self, address: *const ()) -> &Cell<*const Node> {
        let mut link = &self.bucket.first;
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        while let Some(head) = unsafe { link.get().as_ref() } {
            if head.address == address {
                break;
            }
            link = &head.next_queue;
        }
        link
    }

    /// The length of the queue that begins with `head`.
    #[expect(clippy::unused_self, reason = "whoever has it holds the bucket's lock")]
    fn count(&self, head: *const Node) -> usize {
        let mut count = 0;
        let mut next = head;
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        while let Some(node) = unsafe { next.as_ref() } {
            count += 1;
            next = node.next.get();
        }
        count
    }

    fn push_back(&self, node: &Node) {
        let link = self.find(node.address);
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        match unsafe { link.get().as_ref() } {
            None => {
                node.tail.set(node);
                link.set(node);
            }
            Some(head) => {
                let tail = head.tail.replace(node);
                node.prev.set(tail);
                // SAFETY: as above; the tail of a linked head is linked.
                unsafe { &*tail }.next.set(node);
            }
        }
    }

    fn push_front(&self, node: &Node) {
        let link = self.find(node.address);
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        match unsafe { link.get().as_ref() } {
            None => node.tail.set(node),
            Some(head) => {
                head.prev.set(node);
                node.next.set(head);
                node.tail.set(head.tail.get());
                node.next_queue.set(head.next_queue.get());
            }
        }
        link.set(node);
    }

    /// Takes a linked node out of its queue, and returns whether that is empty now.
    fn remove(&self, node: &Node) -> bool {
        let link = self.find(node.address);
        let head = link.get();
        // SAFETY: by invariant 2 a linked node is alive, and we hold the lock.
        let (next, prev) = unsafe { (node.next.get().as_ref(), node.prev.get().as_ref()) };
        match (prev, next) {
            (None, None) => {
                link.set(node.next_queue.get());
                return true;
            }
            (None, Some(next)) => {
                next.prev.set(ptr::null());
                next.tail.set(node.tail.get());
                next.next_queue.set(node.next_queue.get());
                link.set(next);
            }
            (Some(prev), None) => {
                prev.next.set(ptr::null());
                // SAFETY: as above; a queue with a linked node has a head.
                unsafe { &*head }.tail.set(prev);
            }
            (Some(prev), Some(next)) => {
                prev.next.set(next);
                next.prev.set(prev);
            }
        }
        false
    }
}
