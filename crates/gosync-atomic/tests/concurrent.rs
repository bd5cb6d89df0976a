//! What several threads see of each other.
#![cfg(not(gosync_loom))]
#![allow(
    clippy::cast_possible_truncation,
    reason = "numbers of threads and rounds are small"
)]

use std::{
    array,
    collections::HashSet,
    fmt::Debug,
    hint,
    panic::catch_unwind,
    sync::{
        Arc, Barrier,
        atomic::{
            AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread,
};

use gosync_atomic::*;

const THREADS: usize = 4;

/// Runs `f(0)` .. `f(THREADS - 1)` at the same time.
fn together<R: Send>(f: impl Fn(usize) -> R + Sync) -> [R; THREADS] {
    let start = Barrier::new(THREADS);
    thread::scope(|s| {
        let threads: [_; THREADS] = array::from_fn(|thread| {
            let (f, start) = (&f, &start);
            s.spawn(move || {
                start.wait();
                f(thread)
            })
        });
        threads.map(|thread| thread.join().unwrap())
    })
}

/// No operation is lost, and none is half done.
macro_rules! hammer {
    ($test:ident, $Name:ident, $int:ident, $swap:ident, $cas:ident, $add:ident, $and:ident, $or:ident, $load:ident, $store:ident) => {
        #[test]
        fn $test() {
            const N: $int = 20_000;
            const ALL: $int = 4 * N;

            let n = $Name::new(0);
            together(|_| {
                for _ in 0..N {
                    n.add(1);
                }
            });
            assert_eq!(n.swap(0), ALL);
            together(|_| {
                for _ in 0..N {
                    $add(&n, 1);
                }
            });
            assert_eq!(n.swap(0), ALL);

            together(|_| {
                for _ in 0..N {
                    loop {
                        let old = n.load();
                        if n.compare_and_swap(old, old + 1) {
                            break;
                        }
                    }
                }
            });
            assert_eq!(n.swap(0), ALL);
            together(|_| {
                for _ in 0..N {
                    loop {
                        let old = $load(&n);
                        if $cas(&n, old, old + 1) {
                            break;
                        }
                    }
                }
            });
            assert_eq!(n.swap(0), ALL);

            // Each thread has a bit of its own and finds it as it left it.
            together(|thread| {
                let bit: $int = 1 << thread;
                for _ in 0..N {
                    assert_eq!(n.or(bit) & bit, 0);
                    assert_eq!(n.and(!bit) & bit, bit);
                    assert_eq!($or(&n, bit) & bit, 0);
                    assert_eq!($and(&n, !bit) & bit, bit);
                }
            });
            assert_eq!(n.load(), 0);

            together(|thread| {
                for i in 0..N {
                    n.max(i * 4 + thread as $int);
                }
            });
            assert_eq!(n.load(), ALL - 1);
            together(|thread| {
                for i in 0..N {
                    n.min(i * 4 + thread as $int);
                }
            });
            assert_eq!(n.load(), 0);

            // Both halves are always equal, in whatever is stored, swapped and seen.
            const HALF: u32 = $int::BITS / 2;
            let halves = |i: $int| (i << HALF) | i;
            let whole = |v: $int| assert_eq!(halves(v >> HALF), v, "torn");
            together(|thread| {
                for i in 0..N {
                    let new = halves(i % 1_000 * 4 + thread as $int);
                    whole(n.swap(new));
                    whole($swap(&n, new));
                    whole(n.load());
                    n.store(new);
                    whole($load(&n));
                    $store(&n, new);
                }
            });
        }
    };
}

#[rustfmt::skip]
mod hammers {
    use super::*;

    hammer!(int32, Int32, i32, swap_int32, compare_and_swap_int32, add_int32, and_int32, or_int32, load_int32, store_int32);
    hammer!(int64, Int64, i64, swap_int64, compare_and_swap_int64, add_int64, and_int64, or_int64, load_int64, store_int64);
    hammer!(uint32, Uint32, u32, swap_uint32, compare_and_swap_uint32, add_uint32, and_uint32, or_uint32, load_uint32, store_uint32);
    hammer!(uint64, Uint64, u64, swap_uint64, compare_and_swap_uint64, add_uint64, and_uint64, or_uint64, load_uint64, store_uint64);
    hammer!(uintptr, Uintptr, usize, swap_uintptr, compare_and_swap_uintptr, add_uintptr, and_uintptr, or_uintptr, load_uintptr, store_uintptr);
}

/// A mutual exclusion made of nothing but a flag.
#[test]
fn hammer_bool() {
    let (locked, guarded) = (Bool::new(false), AtomicUsize::new(0));
    together(|thread| {
        for _ in 0..2_000 {
            let lock = || match thread % 2 {
                0 => locked.compare_and_swap(false, true),
                _ => !locked.swap(true),
            };
            while !lock() {
                thread::yield_now();
            }
            // Two steps, which the flag makes one.
            let before = guarded.load(Relaxed);
            guarded.store(before + 1, Relaxed);
            locked.store(false);
        }
    });
    assert_eq!(guarded.into_inner(), THREADS * 2_000);
}

/// Two threads that go from round to round together.
struct Rounds([AtomicUsize; 2]);

impl Rounds {
    fn new() -> Self {
        Self(array::from_fn(|_| AtomicUsize::new(0)))
    }

    fn finish(&self, thread: usize, round: usize) {
        self.0[thread].store(round, Release);
        let mut polls = 0_u32;
        while self.0[1 - thread].load(Acquire) < round {
            polls += 1;
            if polls.is_multiple_of(100) {
                thread::yield_now();
            } else {
                hint::spin_loop();
            }
        }
    }
}

/// Each of two threads writes its own atomic and then reads the other's. In one order of all
/// four steps a write comes first, so that the other thread sees it: not both can miss.
fn store_load<A: Sync>(
    new: impl Fn() -> A,
    store: impl Fn(&A, usize) + Sync,
    load: impl Fn(&A) -> usize + Sync,
) {
    /// Each pair is on cache lines of its own, for a write to take its time.
    #[repr(align(128))]
    struct Alone<A>(A);

    for _ in 0..20 {
        // Many pairs in a row, on which the threads catch up with each other and fall behind.
        let pairs: Vec<_> = (0..2_000).map(|_| [Alone(new()), Alone(new())]).collect();
        let start = Rounds::new();
        let run = |thread: usize| -> Vec<usize> {
            start.finish(thread, 1);
            let pair = |pair: &[Alone<A>; 2]| {
                store(&pair[thread].0, 1);
                load(&pair[1 - thread].0)
            };
            pairs.iter().map(pair).collect()
        };
        let (zero, one) = thread::scope(|s| {
            let zero = s.spawn(|| run(0));
            let one = run(1);
            (zero.join().unwrap(), one)
        });
        assert!(
            zero.iter().zip(&one).all(|(zero, one)| zero + one > 0),
            "both missed a write"
        );
    }
}

#[test]
fn store_load_int32() {
    store_load(
        Int32::default,
        |n, round| n.store(round as i32),
        |n| n.load() as usize,
    );
    store_load(
        Int32::default,
        |n, round| store_int32(n, round as i32),
        |n| load_int32(n) as usize,
    );
}

#[test]
fn store_load_uint32() {
    store_load(
        Uint32::default,
        |n, round| n.store(round as u32),
        |n| n.load() as usize,
    );
    store_load(
        Uint32::default,
        |n, round| store_uint32(n, round as u32),
        |n| load_uint32(n) as usize,
    );
}

#[test]
fn store_load_int64() {
    store_load(
        Int64::default,
        |n, round| n.store(round as i64),
        |n| n.load() as usize,
    );
    store_load(
        Int64::default,
        |n, round| store_int64(n, round as i64),
        |n| load_int64(n) as usize,
    );
}

#[test]
fn store_load_uint64() {
    store_load(
        Uint64::default,
        |n, round| n.store(round as u64),
        |n| n.load() as usize,
    );
    store_load(
        Uint64::default,
        |n, round| store_uint64(n, round as u64),
        |n| load_uint64(n) as usize,
    );
}

#[test]
fn store_load_uintptr() {
    store_load(Uintptr::default, |n, round| n.store(round), |n| n.load());
    store_load(
        Uintptr::default,
        |n, round| store_uintptr(n, round),
        |n| load_uintptr(n),
    );
}

#[test]
fn store_load_pointer_and_value() {
    store_load(
        Pointer::null,
        |p, round| p.store(Arc::new(round)),
        |p| p.load().map_or(0, |round| *round),
    );
    store_load(
        Value::new,
        |v, round| v.store(round),
        |v| v.load::<usize>().map_or(0, |round| *round),
    );
    store_load(
        std::sync::atomic::AtomicPtr::default,
        |p, round| store_pointer(p, std::ptr::without_provenance_mut::<u8>(round)),
        |p| load_pointer(p).addr(),
    );
}

/// Who sees the flag sees what was written before it.
fn message_passing<A: Sync>(
    flag: &A,
    set: impl Fn(&A, usize) + Sync,
    get: impl Fn(&A) -> usize + Sync,
) {
    // Relaxed: nothing but the flag orders it.
    let data: [AtomicUsize; 2] = array::from_fn(|_| AtomicUsize::new(0));
    let rounds = Rounds::new();
    thread::scope(|s| {
        s.spawn(|| {
            for round in 1..=1_000 {
                data.iter().for_each(|data| data.store(round, Relaxed));
                set(flag, round);
                rounds.finish(0, round);
            }
        });
        for round in 1..=1_000 {
            while get(flag) != round {
                thread::yield_now();
            }
            assert_eq!([data[0].load(Relaxed), data[1].load(Relaxed)], [round; 2]);
            rounds.finish(1, round);
        }
    });
}

#[test]
fn message_passing_by_every_type() {
    message_passing(
        &Int32::new(0),
        |n, round| n.store(round as i32),
        |n| n.load() as usize,
    );
    message_passing(
        &Int64::new(0),
        |n, _| {
            n.add(1);
        },
        |n| n.load() as usize,
    );
    message_passing(
        &Uint32::new(0),
        |n, _| {
            n.add(1);
        },
        |n| n.or(0) as usize,
    );
    message_passing(
        &Uint64::new(0),
        |n, round| {
            n.swap(round as u64);
        },
        |n| n.load() as usize,
    );
    message_passing(
        &Uintptr::new(0),
        |n, round| {
            n.max(round);
        },
        |n| n.load(),
    );
    message_passing(
        &Pointer::null(),
        |p, round| p.store(Arc::new(round)),
        |p| p.load().map_or(0, |round| *round),
    );
    message_passing(
        &Value::new(),
        |v, round| v.store(round),
        |v| v.load::<usize>().map_or(0, |round| *round),
    );
}

/// A stack without a lock, by compare and swap on its head: nothing is lost, nothing comes twice.
/// Its nodes are freed and their addresses used again all the time.
#[test]
fn pointer_stack() {
    struct Node {
        value: usize,
        next: Option<Arc<Self>>,
    }
    const EACH: usize = 4_000;

    let head = Pointer::<Node>::null();
    let push = |value| {
        loop {
            let next = head.load();
            let node = Node {
                value,
                next: next.clone(),
            };
            if head.compare_and_swap(next.as_ref(), Arc::new(node)) {
                break;
            }
        }
    };
    let pop = || {
        loop {
            let node = head.load()?;
            if head.compare_and_swap(Some(&node), node.next.clone()) {
                return Some(node.value);
            }
        }
    };
    let popped = together(|thread| {
        let mut popped = Vec::new();
        for i in 0..EACH {
            push(thread * EACH + i);
            if i % 2 == 0 {
                popped.extend(pop());
            }
        }
        popped
    });
    let mut popped = popped.concat();
    popped.extend(std::iter::from_fn(pop));
    assert_eq!(popped.len(), THREADS * EACH);
    assert_eq!(
        popped.into_iter().collect::<HashSet<_>>(),
        (0..THREADS * EACH).collect()
    );
}

/// Every reference that goes in comes out once.
#[test]
fn pointer_swap_conserves_references() {
    let objects: [_; THREADS] = array::from_fn(Arc::new);
    let p = Pointer::null();
    together(|thread| {
        let mut mine = Some(objects[thread].clone());
        for i in 0..2_000 {
            mine = p.swap(mine);
            if i % 16 == 0 {
                let (a, b) = (p.load(), p.load());
                assert!(a.iter().chain(&b).all(|object| **object < THREADS));
            }
        }
    });
    p.store(None);
    assert!(objects.iter().all(|object| Arc::strong_count(object) == 1));
}

/// A load sees what was stored, whole.
fn value_concurrent<T: PartialEq + Debug + Clone + Send + Sync + 'static>(stored: &[T]) {
    let v = Value::new();
    together(|thread| {
        for i in 0..2_000 {
            v.store(stored[(thread + i) % stored.len()].clone());
            for _ in 0..4 {
                let seen = v.load::<T>().expect("not empty after a store");
                assert!(stored.contains(&seen), "{seen:?}");
            }
        }
    });
}

#[test]
fn value_loads_only_what_was_stored() {
    value_concurrent(&[0, !0, 1047, !1047_u16]);
    value_concurrent(&[0, !0, 1047, !1047_u64]);
    value_concurrent(&[0, !0, 1047, !1047_u128]);
    value_concurrent(&[(0, [0.0; 9]), (!0, [1.5; 9]), (1047, [-1.5; 9])]);
    value_concurrent(&["a".repeat(3), "b".repeat(30), "c".repeat(300)]);
}

#[test]
fn value_swap_conserves_the_sum() {
    const EACH: usize = 5_000;

    let v = Value::new();
    let sums = together(|thread| -> usize {
        let mine = thread * EACH..(thread + 1) * EACH;
        mine.filter_map(|i| v.swap(i)).map(|old| *old).sum()
    });
    let all = sums.iter().sum::<usize>() + *v.load::<usize>().unwrap();
    assert_eq!(all, (0..THREADS * EACH).sum());
}

/// Each link of the chain is made by exactly one thread.
#[test]
fn value_compare_and_swap_chain() {
    const LINKS: usize = 4_000;

    let v = Value::new();
    v.store(0_usize);
    let made = together(|_| {
        let mut made = 0;
        loop {
            let at = *v.load::<usize>().unwrap();
            if at == LINKS {
                return made;
            }
            made += usize::from(v.compare_and_swap(&at, at + 1));
        }
    });
    assert_eq!(made.iter().sum::<usize>(), LINKS);
}

/// A value that is replaced by an equal one is still equal.
#[test]
fn value_compare_and_swap_is_not_disturbed_by_equals() {
    let v = Value::new();
    v.store(1);
    let failed = together(|thread| {
        (0..5_000)
            .filter(|_| match thread % 2 {
                0 => !v.compare_and_swap(&1, 1),
                _ => v.swap(1).as_deref() != Some(&1),
            })
            .count()
    });
    assert_eq!(failed, [0; THREADS]);
}

/// Two threads do something to the same cell, round by round, at about the same time. The cells,
/// and what each thread returned.
fn duels<C: Sync, R: Send>(
    new: impl Fn() -> C,
    act: impl Fn(&C, usize) -> R + Sync,
) -> impl Iterator<Item = (C, R, R)> {
    let cells: Vec<_> = (0..4_000).map(|_| new()).collect();
    let rounds = Rounds::new();
    let run = |thread: usize| -> Vec<R> {
        let act = |(round, cell)| {
            rounds.finish(thread, round);
            // Each thread is the later one at times, by a little and by more.
            let delay = [round % 32, round / 32 % 32][thread];
            (0..delay).for_each(|_| hint::spin_loop());
            act(cell, thread)
        };
        (1..).zip(&cells).map(act).collect()
    };
    let (zero, one) = thread::scope(|s| {
        let zero = s.spawn(|| run(0));
        let one = run(1);
        (zero.join().unwrap(), one)
    });
    cells
        .into_iter()
        .zip(zero)
        .zip(one)
        .map(|((cell, zero), one)| (cell, zero, one))
}

/// One of two compare and swaps from the same old value wins.
#[test]
fn compare_and_swap_has_one_winner() {
    let first = Arc::new(9);
    let pointers = duels(
        || Pointer::new(first.clone()),
        |p, thread| p.compare_and_swap(Some(&first), Arc::new(thread)),
    );
    for (p, zero, one) in pointers {
        assert!(zero != one);
        assert_eq!(p.load().as_deref(), Some(&usize::from(one)));
    }

    let empty_pointers = duels(Pointer::null, |p, thread| {
        p.compare_and_swap(None, Arc::new(thread))
    });
    for (p, zero, one) in empty_pointers {
        assert!(zero != one);
        assert_eq!(p.load().as_deref(), Some(&usize::from(one)));
    }

    let new = || {
        let v = Value::new();
        v.store(9_usize);
        v
    };
    for (v, zero, one) in duels(new, |v, thread| v.compare_and_swap(&9, thread)) {
        assert!(zero != one);
        assert_eq!(v.load::<usize>().as_deref(), Some(&usize::from(one)));
    }

    // Go's nil as the old value.
    for (v, zero, one) in duels(Value::new, |v, thread| v.compare_and_swap_any(None, thread)) {
        assert!(zero != one);
        assert_eq!(v.load::<usize>().as_deref(), Some(&usize::from(one)));
    }
}

/// Of two swaps one gets what was there before, the other what the one put in.
#[test]
fn swaps_come_one_after_the_other() {
    // What each thread got, and what was left: thread 0 puts in 0, thread 1 puts in 1.
    let check = |zero: Option<usize>, one: Option<usize>, left: Option<usize>| {
        let zero_first = zero.is_none() && one == Some(0) && left == Some(1);
        let one_first = one.is_none() && zero == Some(1) && left == Some(0);
        assert!(zero_first || one_first, "{zero:?}, {one:?}, {left:?} left");
    };
    for (p, zero, one) in duels(Pointer::null, |p, thread| p.swap(Arc::new(thread))) {
        check(
            zero.as_deref().copied(),
            one.as_deref().copied(),
            p.load().as_deref().copied(),
        );
    }
    for (v, zero, one) in duels(Value::new, |v, thread| v.swap(thread)) {
        check(
            zero.as_deref().copied(),
            one.as_deref().copied(),
            v.load().as_deref().copied(),
        );
    }
}

/// Of racing first stores of several types one decides, and the others are refused.
#[test]
fn value_first_store_decides_the_type() {
    let store = |v: &Value, thread| {
        let store = || match thread {
            0 => v.store(1_u8),
            _ => drop(v.swap("one")),
        };
        catch_unwind(store).is_ok()
    };
    for (v, byte, text) in duels(Value::new, store) {
        assert!(byte != text, "one must win, and one must lose");
        assert_eq!(
            (v.load::<u8>().is_some(), v.load::<&str>().is_some()),
            (byte, text)
        );
    }
}
