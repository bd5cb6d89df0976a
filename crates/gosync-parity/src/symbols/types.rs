//! Package `sync/atomic`: types.

use std::{any::Any, sync::Arc};

use gosync::{atomic, prelude::*};

use super::{Symbol, symbol};

pub(super) const SYMBOLS: &[&[Symbol]] = &[
    BOOL, &INT32, &INT64, POINTER, &UINT32, &UINT64, &UINTPTR, VALUE,
];

const BOOL: &[Symbol] = &[
    symbol!("type Bool", "`atomic::Bool`", "=", "", || {
        static B: atomic::Bool = atomic::Bool::new(false);
        assert!(!B.Load() && !atomic::Bool::default().Load());
    }),
    symbol!(
        "Bool.CompareAndSwap(old, new)",
        "`b.CompareAndSwap(old, new) -> bool`",
        "`b.compare_and_swap(old, new)`",
        "",
        || {
            let b = atomic::Bool::default();
            assert!(b.CompareAndSwap(false, true));
            assert!(!b.CompareAndSwap(false, true));
            assert!(b.compare_and_swap(true, false));
            assert!(!b.compare_and_swap(true, false));
        },
    ),
    symbol!("Bool.Load()", "`b.Load()`", "`b.load()`", "", || {
        let b = atomic::Bool::new(true);
        assert!(b.Load() && b.load());
    }),
    symbol!(
        "Bool.Store(val)",
        "`b.Store(val)`",
        "`b.store(val)`",
        "",
        || {
            let b = atomic::Bool::default();
            b.Store(true);
            assert!(b.Load());
            b.store(false);
            assert!(!b.Load());
        }
    ),
    symbol!(
        "Bool.Swap(new)",
        "`b.Swap(new)`",
        "`b.swap(new)`",
        "",
        || {
            let b = atomic::Bool::default();
            assert!(!b.Swap(true));
            assert!(b.swap(false));
            assert!(!b.Load());
        }
    ),
];

/// Rows of an integer type: its name, the Rust type, std's atomic, and what there is to say of
/// `Add` beside what it returns.
macro_rules! integer {
    ($ty:ident, $int:ident, $article:literal, $std:ident, $add:literal) => {
        [
            symbol!(
                concat!("type ", stringify!($ty)),
                concat!("`atomic::", stringify!($ty), "`"),
                "=",
                concat!(
                    $article,
                    " `",
                    stringify!($int),
                    "`; dereferences to std's `",
                    stringify!($std),
                    "`",
                ),
                || {
                    static N: atomic::$ty = atomic::$ty::new(0);
                    let std: &std::sync::atomic::$std = &N;
                    let n: $int = N.Load();
                    assert_eq!([n, atomic::$ty::default().Load()], [0, 0]);
                    assert_eq!(std.as_ptr(), N.as_ptr());
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".Add(delta)"),
                "`n.Add(delta)`",
                "`n.add(delta)`",
                concat!("the new value, as in Go", $add),
                || {
                    let n = atomic::$ty::new($int::MAX - 1);
                    assert_eq!([n.Add(1), n.add(1)], [$int::MAX, $int::MIN]);
                    assert_eq!(n.Add((1 as $int).wrapping_neg()), $int::MAX);
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".And(mask)"),
                "`n.And(mask)`",
                "`n.and(mask)`",
                "the old value, as in Go",
                || {
                    let n = atomic::$ty::new(0b1110);
                    assert_eq!([n.And(0b0111), n.and(0b0011)], [0b1110, 0b0110]);
                    assert_eq!(n.Load(), 0b0010);
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".CompareAndSwap(old, new)"),
                "`n.CompareAndSwap(old, new) -> bool`",
                "`n.compare_and_swap(old, new)`",
                "",
                || {
                    let n = atomic::$ty::new($int::MAX);
                    assert!(n.CompareAndSwap($int::MAX, 1));
                    assert!(!n.CompareAndSwap($int::MAX, 2));
                    assert!(n.compare_and_swap(1, $int::MIN));
                    assert!(!n.compare_and_swap(1, 2));
                    assert_eq!(n.Load(), $int::MIN);
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".Load()"),
                "`n.Load()`",
                "`n.load()`",
                "",
                || {
                    let n = atomic::$ty::new($int::MAX);
                    assert_eq!([n.Load(), n.load()], [$int::MAX, $int::MAX]);
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".Or(mask)"),
                "`n.Or(mask)`",
                "`n.or(mask)`",
                "the old value, as in Go",
                || {
                    let n = atomic::$ty::new(0b0100);
                    assert_eq!([n.Or(0b0010), n.or(0b0001)], [0b0100, 0b0110]);
                    assert_eq!(n.Load(), 0b0111);
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".Store(val)"),
                "`n.Store(val)`",
                "`n.store(val)`",
                "",
                || {
                    let n = atomic::$ty::default();
                    n.Store($int::MAX);
                    assert_eq!(n.Load(), $int::MAX);
                    n.store($int::MIN);
                    assert_eq!(n.Load(), $int::MIN);
                },
            ),
            symbol!(
                concat!(stringify!($ty), ".Swap(new)"),
                "`n.Swap(new)`",
                "`n.swap(new)`",
                "",
                || {
                    let n = atomic::$ty::new(1);
                    assert_eq!([n.Swap($int::MAX), n.swap(2)], [1, $int::MAX]);
                    assert_eq!(n.Load(), 2);
                },
            ),
        ]
    };
}

const INT32: [Symbol; 8] = integer!(Int32, i32, "an", AtomicI32, "");
const INT64: [Symbol; 8] = integer!(Int64, i64, "an", AtomicI64, "");
const UINT32: [Symbol; 8] = integer!(
    Uint32,
    u32,
    "a",
    AtomicU32,
    "; to subtract c, add `c.wrapping_neg()`"
);
const UINT64: [Symbol; 8] = integer!(
    Uint64,
    u64,
    "a",
    AtomicU64,
    "; to subtract c, add `c.wrapping_neg()`"
);
const UINTPTR: [Symbol; 8] = integer!(
    Uintptr,
    usize,
    "a",
    AtomicUsize,
    "; to subtract c, add `c.wrapping_neg()`"
);

const POINTER: &[Symbol] = &[
    symbol!(
        "type Pointer[T]",
        "`atomic::Pointer<T>`",
        "=",
        "owns an `Arc<T>`, or nothing: Go's nil. In a `static`, start with `Pointer::null()`",
        || {
            static P: atomic::Pointer<String> = atomic::Pointer::null();
            assert!(P.Load().is_none());
            assert!(atomic::Pointer::<i32>::default().Load().is_none());
        },
    ),
    symbol!(
        "Pointer.CompareAndSwap(old, new)",
        "`p.CompareAndSwap(old, new) -> bool`",
        "`p.compare_and_swap(old, new)`",
        "by identity, as in Go; `old: Option<&Arc<T>>`",
        || {
            let (a, equal) = (Arc::new(1), Arc::new(1));
            let p = atomic::Pointer::null();
            assert!(!p.CompareAndSwap(Some(&a), None));
            assert!(p.CompareAndSwap(None, Arc::clone(&a)));
            assert!(!p.compare_and_swap(Some(&equal), None));
            assert!(p.compare_and_swap(Some(&a), None));
            assert!(p.Load().is_none());
        },
    ),
    symbol!(
        "Pointer.Load()",
        "`p.Load() -> Option<Arc<T>>`",
        "`p.load()`",
        "",
        || {
            let a = Arc::new(1);
            let p = atomic::Pointer::new(Arc::clone(&a));
            for loaded in [p.Load(), p.load()] {
                assert!(loaded.is_some_and(|loaded| Arc::ptr_eq(&loaded, &a)));
            }
        },
    ),
    symbol!(
        "Pointer.Store(val)",
        "`p.Store(val)`",
        "`p.store(val)`",
        "`val`: an `Arc<T>`, `Some(arc)` or `None`",
        || {
            let p = atomic::Pointer::null();
            p.Store(Arc::new(1));
            assert_eq!(p.Load().as_deref(), Some(&1));
            p.Store(None);
            assert_eq!(p.Load(), None);
            p.store(Some(Arc::new(2)));
            assert_eq!(p.Load().as_deref(), Some(&2));
        },
    ),
    symbol!(
        "Pointer.Swap(new)",
        "`p.Swap(new) -> Option<Arc<T>>`",
        "`p.swap(new)`",
        "",
        || {
            let p = atomic::Pointer::null();
            assert_eq!(p.Swap(Arc::new(1)), None);
            assert_eq!(p.swap(None).as_deref(), Some(&1));
            assert_eq!(p.Load(), None);
        },
    ),
];

const VALUE: &[Symbol] = &[
    symbol!("type Value", "`atomic::Value`", "=", "", || {
        static V: atomic::Value = atomic::Value::new();
        assert!(V.Load::<i32>().is_none());
        assert!(atomic::Value::default().Load::<i32>().is_none());
    }),
    symbol!(
        "Value.CompareAndSwap(old, new)",
        "`v.CompareAndSwap(&old, new) -> bool`",
        "`v.compare_and_swap(&old, new)`, `v.compare_and_swap_any(old, new)`",
        "by `==`, which for an `Arc` is not Go's identity; or an `Option<&old>`, with `None` for Go's nil; \
         a `&dyn Any` for one of a type not known before",
        || {
            let v = atomic::Value::new();
            assert!(!v.CompareAndSwap(&1, 2));
            assert!(v.CompareAndSwap(None, 1));
            assert!(v.CompareAndSwap(&1, 2));
            assert!(v.compare_and_swap(&2, 3));
            let old: &dyn Any = &3;
            assert!(v.compare_and_swap_any(Some(old), 4));
            assert!(!v.CompareAndSwap(old, 5));
            let old = v.Load::<i32>();
            assert!(v.CompareAndSwap(old.as_deref(), 5));
            assert_eq!(v.Load::<i32>().as_deref(), Some(&5));
        },
    ),
    symbol!(
        "Value.Load()",
        "`v.Load::<T>() -> Option<Arc<T>>`",
        "`v.load::<T>()`, `v.load_any()`",
        "Go's `x, ok := v.Load().(T)`",
        || {
            let v = atomic::Value::new();
            assert!(v.Load::<i32>().is_none() && v.load_any().is_none());
            v.Store(1_i32);
            assert_eq!(v.Load::<i32>(), v.load::<i32>());
            assert_eq!(v.Load::<i32>().as_deref(), Some(&1));
            assert!(v.Load::<i64>().is_none());
            assert!(v.load_any().is_some_and(|value| value.is::<i32>()));
        },
    ),
    symbol!(
        "Value.Store(val)",
        "`v.Store(val)`",
        "`v.store(val)`",
        "no nil to store, so none of Go's three panics on it",
        || {
            let v = atomic::Value::new();
            v.Store("a");
            assert_eq!(v.Load::<&str>().as_deref(), Some(&"a"));
            v.store("b");
            assert_eq!(v.Load::<&str>().as_deref(), Some(&"b"));
        },
    ),
    symbol!(
        "Value.Swap(new)",
        "`v.Swap(new) -> Option<Arc<T>>`",
        "`v.swap(new)`",
        "the same",
        || {
            let v = atomic::Value::new();
            assert!(v.Swap(1).is_none());
            assert_eq!(v.swap(2).as_deref(), Some(&1));
            assert_eq!(v.Load::<i32>().as_deref(), Some(&2));
        },
    ),
];
