//! The integers of `atomic`, by method and by function, and `Bool`.

use std::{
    fmt::Display,
    ops::Not,
    sync::atomic::{AtomicI32, AtomicI64, AtomicU32, AtomicU64, AtomicUsize},
};

use gosync::{atomic, methods::AtomicIntMethods, prelude::*};

use super::{Log, Scenario, same, say, tasks};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("atomic/int32-methods", methods::<atomic::Int32>),
    same("atomic/int64-methods", methods::<atomic::Int64>),
    same("atomic/uint32-methods", methods::<atomic::Uint32>),
    same("atomic/uint64-methods", methods::<atomic::Uint64>),
    same("atomic/uintptr-methods", methods::<atomic::Uintptr>),
    same("atomic/int32-functions", operations::<AtomicI32>),
    same("atomic/int64-functions", operations::<AtomicI64>),
    same("atomic/uint32-functions", operations::<AtomicU32>),
    same("atomic/uint64-functions", operations::<AtomicU64>),
    same("atomic/uintptr-functions", operations::<AtomicUsize>),
    same("atomic/subtract-from-unsigned", subtract),
    same("atomic/bool", bool),
    same("atomic/concurrent-add", concurrent_add),
    same(
        "atomic/concurrent-compare-and-swap",
        concurrent_compare_and_swap,
    ),
    same("atomic/concurrent-or", concurrent_or),
];

/// An integer as the scenario needs it.
trait Integer: Copy + Display + From<u8> + Not<Output = Self> + PartialOrd {
    const LEAST: Self;
    const LARGEST: Self;
    /// How large a `Uintptr` is depends on the machine: those near the end are shown by complement.
    const BY_COMPLEMENT: bool = false;

    fn show(self) -> String {
        if Self::BY_COMPLEMENT && !self < self {
            format!("^{}", !self)
        } else {
            self.to_string()
        }
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Integer for $int {
            const LEAST: Self = Self::MIN;
            const LARGEST: Self = Self::MAX;
        }
    )*};
}

integers!(i32, i64, u32, u64);

impl Integer for usize {
    const LEAST: Self = Self::MIN;
    const LARGEST: Self = Self::MAX;
    const BY_COMPLEMENT: bool = true;
}

/// What has Go's operations, in either form.
trait Operations {
    type Item: Integer;

    fn load(&self) -> Self::Item;
    fn store(&self, val: Self::Item);
    fn swap(&self, new: Self::Item) -> Self::Item;
    fn compare_and_swap(&self, old: Self::Item, new: Self::Item) -> bool;
    fn add(&self, delta: Self::Item) -> Self::Item;
    fn and(&self, mask: Self::Item) -> Self::Item;
    fn or(&self, mask: Self::Item) -> Self::Item;
}

/// Go's methods.
#[derive(Default)]
struct Methods<N>(N);

impl<N: AtomicIntMethods<Item: Integer>> Operations for Methods<N> {
    type Item = N::Item;

    fn load(&self) -> N::Item {
        self.0.Load()
    }

    fn store(&self, val: N::Item) {
        self.0.Store(val);
    }

    fn swap(&self, new: N::Item) -> N::Item {
        self.0.Swap(new)
    }

    fn compare_and_swap(&self, old: N::Item, new: N::Item) -> bool {
        self.0.CompareAndSwap(old, new)
    }

    fn add(&self, delta: N::Item) -> N::Item {
        self.0.Add(delta)
    }

    fn and(&self, mask: N::Item) -> N::Item {
        self.0.And(mask)
    }

    fn or(&self, mask: N::Item) -> N::Item {
        self.0.Or(mask)
    }
}

/// Go's functions.
macro_rules! functions {
    ($($std:ty, $int:ty: $load:ident $store:ident $swap:ident $compare_and_swap:ident
       $add:ident $and:ident $or:ident;)*) => {$(
        impl Operations for $std {
            type Item = $int;

            fn load(&self) -> $int {
                atomic::$load(self)
            }

            fn store(&self, val: $int) {
                atomic::$store(self, val);
            }

            fn swap(&self, new: $int) -> $int {
                atomic::$swap(self, new)
            }

            fn compare_and_swap(&self, old: $int, new: $int) -> bool {
                atomic::$compare_and_swap(self, old, new)
            }

            fn add(&self, delta: $int) -> $int {
                atomic::$add(self, delta)
            }

            fn and(&self, mask: $int) -> $int {
                atomic::$and(self, mask)
            }

            fn or(&self, mask: $int) -> $int {
                atomic::$or(self, mask)
            }
        }
    )*};
}

functions! {
    AtomicI32, i32: LoadInt32 StoreInt32 SwapInt32 CompareAndSwapInt32 AddInt32 AndInt32 OrInt32;
    AtomicI64, i64: LoadInt64 StoreInt64 SwapInt64 CompareAndSwapInt64 AddInt64 AndInt64 OrInt64;
    AtomicU32, u32: LoadUint32 StoreUint32 SwapUint32 CompareAndSwapUint32 AddUint32 AndUint32 OrUint32;
    AtomicU64, u64: LoadUint64 StoreUint64 SwapUint64 CompareAndSwapUint64 AddUint64 AndUint64 OrUint64;
    AtomicUsize, usize: LoadUintptr StoreUintptr SwapUintptr CompareAndSwapUintptr AddUintptr AndUintptr OrUintptr;
}

fn methods<N: AtomicIntMethods<Item: Integer> + Default>(log: &Log) {
    operations::<Methods<N>>(log);
}

fn operations<N: Operations + Default>(log: &Log) {
    let n = N::default();
    let (least, largest) = (N::Item::LEAST, N::Item::LARGEST);
    let [zero, one, two, ten, twelve] = [0, 1, 2, 0b1010, 0b1100].map(N::Item::from);
    let minus_one = !zero;

    // Both arguments of a line are looked at in order, as in Go.
    let load = || n.load().show();
    say!(log, "new: {}", load());
    n.store(largest);
    say!(log, "Store {}, Load {}", largest.show(), load());
    say!(log, "Add 1 returns {}, Load {}", n.add(one).show(), load());
    say!(
        log,
        "Add -1 returns {}, Load {}",
        n.add(minus_one).show(),
        load()
    );
    n.store(least);
    say!(
        log,
        "Store {}, Add -1 returns {}",
        least.show(),
        n.add(minus_one).show()
    );
    n.store(largest);
    say!(log, "Add the largest to itself: {}", n.add(largest).show());
    n.store(least);
    say!(log, "Add the smallest to itself: {}", n.add(least).show());
    n.store(one);
    let before = n.swap(largest).show();
    say!(
        log,
        "Swap of 1 by {} returns {before}, Load {}",
        largest.show(),
        load()
    );
    let swapped = n.compare_and_swap(one, two);
    say!(log, "CompareAndSwap, another: {swapped}, Load {}", load());
    let swapped = n.compare_and_swap(largest, least);
    say!(log, "CompareAndSwap, the same: {swapped}, Load {}", load());
    let swapped = n.compare_and_swap(least, least);
    say!(log, "CompareAndSwap, by itself: {swapped}, Load {}", load());
    n.store(twelve);
    say!(
        log,
        "And 1010 returns {}, Load {}",
        n.and(ten).show(),
        load()
    );
    say!(
        log,
        "And of all bits returns {}, Load {}",
        n.and(minus_one).show(),
        load()
    );
    say!(log, "Or 0001 returns {}, Load {}", n.or(one).show(), load());
    say!(
        log,
        "Or of all bits returns {}, Load {}",
        n.or(minus_one).show(),
        load()
    );
    say!(
        log,
        "And of none returns {}, Load {}",
        n.and(zero).show(),
        load()
    );
    say!(
        log,
        "Or of the smallest returns {}, Load {}",
        n.or(least).show(),
        load()
    );
}

fn subtract(log: &Log) {
    let a = atomic::Uint32::new(10);
    say!(log, "uint32, 10 less 3: {}", a.Add(!(3 - 1)));
    let b = atomic::Uint64::new(0);
    say!(log, "uint64, 0 less 1: {}", b.Add(1_u64.wrapping_neg()));
    let c = AtomicU64::new(10);
    let ten = 10_u64.wrapping_neg();
    say!(
        log,
        "uint64 by function, 10 less 10: {}",
        atomic::AddUint64(&c, ten)
    );
}

fn bool(log: &Log) {
    let b = atomic::Bool::default();
    say!(log, "new: {}", b.Load());
    b.Store(true);
    say!(log, "stored: {}", b.Load());
    say!(log, "Swap by true: {}", b.Swap(true));
    say!(log, "Swap by false: {}, Load {}", b.Swap(false), b.Load());
    say!(
        log,
        "CompareAndSwap true to true: {}",
        b.CompareAndSwap(true, true)
    );
    let swapped = b.CompareAndSwap(false, true);
    say!(
        log,
        "CompareAndSwap false to true: {swapped}, Load {}",
        b.Load()
    );
    let swapped = b.CompareAndSwap(true, true);
    say!(
        log,
        "CompareAndSwap true to true: {swapped}, Load {}",
        b.Load()
    );
}

fn concurrent_add(log: &Log) {
    let (n, m) = (atomic::Int64::new(0), AtomicI64::new(0));
    tasks(|t| {
        for _ in 0..4 {
            t.start(|| {
                for _ in 0..1000 {
                    n.Add(1);
                    atomic::AddInt64(&m, -1);
                }
            });
        }
    });
    say!(log, "{}, {}", n.Load(), atomic::LoadInt64(&m));
}

fn concurrent_compare_and_swap(log: &Log) {
    let n = atomic::Uint32::new(0);
    let increment = || {
        let old = n.Load();
        n.CompareAndSwap(old, old + 1)
    };
    tasks(|t| {
        for _ in 0..4 {
            t.start(|| {
                for _ in 0..1000 {
                    while !increment() {}
                }
            });
        }
    });
    say!(log, "{}", n.Load());
}

fn concurrent_or(log: &Log) {
    let n = &atomic::Uint32::new(0);
    tasks(|t| {
        for bit in 0..32 {
            t.start(move || {
                n.Or(1 << bit);
            });
        }
    });
    say!(log, "{}", n.Load());
}
