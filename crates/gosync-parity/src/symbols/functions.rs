//! Package `sync/atomic`: functions.

use std::{
    ptr,
    sync::atomic::{
        AtomicI32, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering::SeqCst,
    },
};

use gosync::atomic;

use super::{Symbol, symbol};

pub(super) const SYMBOLS: &[&[Symbol]] = &[
    &ADD,
    &AND,
    &COMPARE_AND_SWAP_SIGNED,
    POINTER_COMPARE_AND_SWAP,
    &COMPARE_AND_SWAP_UNSIGNED,
    &LOAD_SIGNED,
    POINTER_LOAD,
    &LOAD_UNSIGNED,
    &OR,
    &STORE_SIGNED,
    POINTER_STORE,
    &STORE_UNSIGNED,
    &SWAP_SIGNED,
    POINTER_SWAP,
    &SWAP_UNSIGNED,
];

/// Rows of functions on integers: of each its name in Go and in Rust, std's atomic, which both take,
/// the type here, which has the method and can be given to both, and what differs.
macro_rules! functions {
    ($proof:ident, $method:ident $arguments:tt: $(
        $go:ident $rust:ident $std:ident $ours:ident $differs:literal
    )*) => {
        [$(function!($proof, $method $arguments: $go $rust $std $ours $differs)),*]
    };
}

macro_rules! function {
    ($proof:ident, $method:ident($($argument:ident),*):
        $go:ident $rust:ident $std:ident $ours:ident $differs:literal) => {
        symbol!(
            concat!(stringify!($go), "(addr", $(", ", stringify!($argument),)* ")"),
            concat!("`atomic::", stringify!($go), "(&n", $(", ", stringify!($argument),)* ")`"),
            concat!(
                "`atomic::", stringify!($rust), "`, or `n.", stringify!($method), "(",
                stringify!($($argument),*), ")`",
            ),
            $differs,
            || {
                let (plain, ours) = ($std::default(), atomic::$ours::default());
                $proof!(plain, atomic::$go, atomic::$rust);
                $proof!(
                    ours,
                    atomic::$go,
                    |n: &atomic::$ours $(, $argument)*| n.$method($($argument),*)
                );
            },
        )
    };
}

/// `$a` and `$b` are two spellings of a function on `$n`, which is 0.
macro_rules! adds {
    ($n:ident, $a:expr, $b:expr) => {
        assert_eq!($a(&$n, 2), 2);
        assert_eq!($b(&$n, !0), 1);
        assert_eq!($a(&$n, !0 - 1), !0);
        assert_eq!($b(&$n, 1), 0);
    };
}

macro_rules! ands {
    ($n:ident, $a:expr, $b:expr) => {
        $n.fetch_or(0b1110, SeqCst);
        assert_eq!($a(&$n, 0b0111), 0b1110);
        assert_eq!($b(&$n, 0b0011), 0b0110);
        assert_eq!($a(&$n, 0), 0b0010);
    };
}

macro_rules! compares_and_swaps {
    ($n:ident, $a:expr, $b:expr) => {
        assert!($a(&$n, 0, 1));
        assert!(!$a(&$n, 0, 2));
        assert!(!$b(&$n, 0, 2));
        assert!($b(&$n, 1, !0));
        assert!($a(&$n, !0, 0));
    };
}

macro_rules! loads {
    ($n:ident, $a:expr, $b:expr) => {
        assert_eq!([$a(&$n), $b(&$n)], [0, 0]);
        $n.fetch_or(!0, SeqCst);
        assert_eq!([$a(&$n), $b(&$n)], [!0, !0]);
    };
}

macro_rules! ors {
    ($n:ident, $a:expr, $b:expr) => {
        assert_eq!($a(&$n, 0b0100), 0);
        assert_eq!($b(&$n, 0b0110), 0b0100);
        assert_eq!($a(&$n, !0), 0b0110);
        assert_eq!($b(&$n, 0), !0);
    };
}

macro_rules! stores {
    ($n:ident, $a:expr, $b:expr) => {
        $a(&$n, !0);
        assert_eq!($n.fetch_or(0, SeqCst), !0);
        $b(&$n, 5);
        assert_eq!($n.fetch_or(0, SeqCst), 5);
    };
}

macro_rules! swaps {
    ($n:ident, $a:expr, $b:expr) => {
        assert_eq!($a(&$n, 1), 0);
        assert_eq!($b(&$n, !0), 1);
        assert_eq!($a(&$n, 0), !0);
    };
}

const ADD: [Symbol; 5] = functions! {
    adds, add(delta):
    AddInt32 add_int32 AtomicI32 Int32 ""
    AddInt64 add_int64 AtomicI64 Int64 ""
    AddUint32 add_uint32 AtomicU32 Uint32 "to subtract c: `c.wrapping_neg()` for Go's `^uint32(c-1)`"
    AddUint64 add_uint64 AtomicU64 Uint64 "the same"
    AddUintptr add_uintptr AtomicUsize Uintptr "the same; it is a `usize`"
};

const AND: [Symbol; 5] = functions! {
    ands, and(mask):
    AndInt32 and_int32 AtomicI32 Int32 ""
    AndInt64 and_int64 AtomicI64 Int64 ""
    AndUint32 and_uint32 AtomicU32 Uint32 ""
    AndUint64 and_uint64 AtomicU64 Uint64 ""
    AndUintptr and_uintptr AtomicUsize Uintptr ""
};

const COMPARE_AND_SWAP_SIGNED: [Symbol; 2] = functions! {
    compares_and_swaps, compare_and_swap(old, new):
    CompareAndSwapInt32 compare_and_swap_int32 AtomicI32 Int32 ""
    CompareAndSwapInt64 compare_and_swap_int64 AtomicI64 Int64 ""
};

const COMPARE_AND_SWAP_UNSIGNED: [Symbol; 3] = functions! {
    compares_and_swaps, compare_and_swap(old, new):
    CompareAndSwapUint32 compare_and_swap_uint32 AtomicU32 Uint32 ""
    CompareAndSwapUint64 compare_and_swap_uint64 AtomicU64 Uint64 ""
    CompareAndSwapUintptr compare_and_swap_uintptr AtomicUsize Uintptr ""
};

const LOAD_SIGNED: [Symbol; 2] = functions! {
    loads, load():
    LoadInt32 load_int32 AtomicI32 Int32 ""
    LoadInt64 load_int64 AtomicI64 Int64 ""
};

const LOAD_UNSIGNED: [Symbol; 3] = functions! {
    loads, load():
    LoadUint32 load_uint32 AtomicU32 Uint32 ""
    LoadUint64 load_uint64 AtomicU64 Uint64 ""
    LoadUintptr load_uintptr AtomicUsize Uintptr ""
};

const OR: [Symbol; 5] = functions! {
    ors, or(mask):
    OrInt32 or_int32 AtomicI32 Int32 ""
    OrInt64 or_int64 AtomicI64 Int64 ""
    OrUint32 or_uint32 AtomicU32 Uint32 ""
    OrUint64 or_uint64 AtomicU64 Uint64 ""
    OrUintptr or_uintptr AtomicUsize Uintptr ""
};

const STORE_SIGNED: [Symbol; 2] = functions! {
    stores, store(val):
    StoreInt32 store_int32 AtomicI32 Int32 ""
    StoreInt64 store_int64 AtomicI64 Int64 ""
};

const STORE_UNSIGNED: [Symbol; 3] = functions! {
    stores, store(val):
    StoreUint32 store_uint32 AtomicU32 Uint32 ""
    StoreUint64 store_uint64 AtomicU64 Uint64 ""
    StoreUintptr store_uintptr AtomicUsize Uintptr ""
};

const SWAP_SIGNED: [Symbol; 2] = functions! {
    swaps, swap(new):
    SwapInt32 swap_int32 AtomicI32 Int32 ""
    SwapInt64 swap_int64 AtomicI64 Int64 ""
};

const SWAP_UNSIGNED: [Symbol; 3] = functions! {
    swaps, swap(new):
    SwapUint32 swap_uint32 AtomicU32 Uint32 ""
    SwapUint64 swap_uint64 AtomicU64 Uint64 ""
    SwapUintptr swap_uintptr AtomicUsize Uintptr ""
};

const POINTER_COMPARE_AND_SWAP: &[Symbol] = &[symbol!(
    "CompareAndSwapPointer(addr, old, new)",
    "`atomic::CompareAndSwapPointer(&p, old, new)`",
    "`atomic::compare_and_swap_pointer`",
    "on `*mut T`",
    || {
        let (mut a, p) = (1, AtomicPtr::default());
        let a = &raw mut a;
        let nil = ptr::null_mut();
        assert!(atomic::CompareAndSwapPointer(&p, nil, a));
        assert!(!atomic::CompareAndSwapPointer(&p, nil, nil));
        assert!(!atomic::compare_and_swap_pointer(&p, nil, nil));
        assert!(atomic::compare_and_swap_pointer(&p, a, nil));
    },
)];

const POINTER_LOAD: &[Symbol] = &[symbol!(
    "LoadPointer(addr)",
    "`atomic::LoadPointer(&p)`",
    "`atomic::load_pointer`",
    "on `*mut T`",
    || {
        let mut a = 1;
        let a = &raw mut a;
        let p = AtomicPtr::new(a);
        assert_eq!([atomic::LoadPointer(&p), atomic::load_pointer(&p)], [a, a]);
    },
)];

const POINTER_STORE: &[Symbol] = &[symbol!(
    "StorePointer(addr, val)",
    "`atomic::StorePointer(&p, val)`",
    "`atomic::store_pointer`",
    "on `*mut T`",
    || {
        let (mut a, p) = (1, AtomicPtr::default());
        let a = &raw mut a;
        atomic::StorePointer(&p, a);
        assert_eq!(atomic::LoadPointer(&p), a);
        atomic::store_pointer(&p, ptr::null_mut());
        assert!(atomic::LoadPointer(&p).is_null());
    },
)];

const POINTER_SWAP: &[Symbol] = &[symbol!(
    "SwapPointer(addr, new)",
    "`atomic::SwapPointer(&p, new)`",
    "`atomic::swap_pointer`",
    "on `*mut T`",
    || {
        let (mut a, p) = (1, AtomicPtr::default());
        let a = &raw mut a;
        assert!(atomic::SwapPointer(&p, a).is_null());
        assert_eq!(atomic::swap_pointer(&p, ptr::null_mut()), a);
        assert!(atomic::LoadPointer(&p).is_null());
    },
)];
