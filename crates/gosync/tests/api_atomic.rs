//! Every symbol of Go's `sync/atomic`, called as a person who ports Go would write it.

#![cfg(not(gosync_loom))]

use std::sync::{
    Arc,
    atomic::{AtomicI32, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize},
};

use gosync as sync;
use gosync::prelude::*;

macro_rules! integers {
    ($($test:ident: $Int:ident, $int:ty, $Atomic:ident, $Add:ident $And:ident
        $CompareAndSwap:ident $Load:ident $Or:ident $Store:ident $Swap:ident;)*) => {$(
        #[test]
        fn $test() {
            use sync::atomic::*;

            static N: $Int = $Int::new(<$int>::MAX);
            assert_eq!(N.Add(1), <$int>::MIN, "wraps, and is the new value");
            assert_eq!($Int::default().Load(), 0);

            let n = $Int::new(1);
            assert_eq!(n.Load(), 1);
            n.Store(2);
            assert_eq!(n.Swap(3), 2);
            assert!(n.CompareAndSwap(3, 4));
            assert!(!n.CompareAndSwap(3, 5));
            assert_eq!(n.Add(2), 6);
            assert_eq!(n.And(0b011), 6);
            assert_eq!(n.Or(0b100), 2);
            assert_eq!(n.Load(), 6);

            // The functions, on std's atomic and on Go's type.
            static PLAIN: std::sync::atomic::$Atomic = std::sync::atomic::$Atomic::new(<$int>::MAX);
            assert_eq!($Add(&PLAIN, 1), <$int>::MIN);
            let typed = $Int::new(1);
            let addr: [&std::sync::atomic::$Atomic; 2] = [&$Atomic::new(1), &typed];
            for addr in addr {
                assert_eq!($Load(addr), 1);
                $Store(addr, 2);
                assert_eq!($Swap(addr, 3), 2);
                assert!($CompareAndSwap(addr, 3, 4));
                assert!(!$CompareAndSwap(addr, 3, 5));
                assert_eq!($Add(addr, 2), 6);
                assert_eq!($And(addr, 0b011), 6);
                assert_eq!($Or(addr, 0b100), 2);
                assert_eq!($Load(addr), 6);
            }

            assert_eq!($Add(&typed, 1), 7);
            assert_eq!($And(&typed, 3), 7);
            assert_eq!($Or(&typed, 8), 3);
            assert_eq!($Swap(&typed, 1), 11);
            assert!($CompareAndSwap(&typed, 1, 2));
            assert_eq!($Load(&typed), 2);
            $Store(&typed, 9);
            assert_eq!(typed.Load(), 9);
        }
    )*};
}

integers! {
    int32: Int32, i32, AtomicI32,
        AddInt32 AndInt32 CompareAndSwapInt32 LoadInt32 OrInt32 StoreInt32 SwapInt32;
    int64: Int64, i64, AtomicI64,
        AddInt64 AndInt64 CompareAndSwapInt64 LoadInt64 OrInt64 StoreInt64 SwapInt64;
    uint32: Uint32, u32, AtomicU32,
        AddUint32 AndUint32 CompareAndSwapUint32 LoadUint32 OrUint32 StoreUint32 SwapUint32;
    uint64: Uint64, u64, AtomicU64,
        AddUint64 AndUint64 CompareAndSwapUint64 LoadUint64 OrUint64 StoreUint64 SwapUint64;
    uintptr: Uintptr, usize, AtomicUsize,
        AddUintptr AndUintptr CompareAndSwapUintptr LoadUintptr OrUintptr StoreUintptr SwapUintptr;
}

/// `sync.atomic` as a path, as the ported line reads.
#[test]
fn atomic_by_path() {
    let n = AtomicI64::new(1);
    assert_eq!(sync::atomic::AddInt64(&n, 1), 2);
    let shared = Arc::new(sync::atomic::Int64::new(1));
    assert_eq!(sync::atomic::AddInt64(&shared, 1), 2);
}

#[test]
fn pointer_functions() {
    use sync::atomic::{CompareAndSwapPointer, LoadPointer, StorePointer, SwapPointer};

    let (mut one, mut two) = (1, 2);
    let addr = AtomicPtr::new(&raw mut one);
    assert_eq!(LoadPointer(&addr), &raw mut one);
    StorePointer(&addr, &raw mut two);
    assert_eq!(SwapPointer(&addr, &raw mut one), &raw mut two);
    assert!(!CompareAndSwapPointer(&addr, &raw mut two, &raw mut two));
    assert!(CompareAndSwapPointer(&addr, &raw mut one, &raw mut two));
    assert_eq!(LoadPointer(&addr), &raw mut two);
}

#[test]
fn bool() {
    static B: sync::atomic::Bool = sync::atomic::Bool::new(true);
    assert!(B.Swap(false));
    assert!(!B.CompareAndSwap(true, false));
    assert!(B.CompareAndSwap(false, true));
    assert!(B.Load());
    B.Store(false);
    assert!(!B.Load());
    assert!(!sync::atomic::Bool::default().Load());
}

#[test]
fn pointer() {
    static P: sync::atomic::Pointer<i32> = sync::atomic::Pointer::null();
    assert!(P.Load().is_none());
    assert!(P.CompareAndSwap(None, Arc::new(1)));
    assert!(!P.CompareAndSwap(None, Arc::new(2)));

    let one = P.Load().unwrap();
    assert_eq!(*one, 1);
    assert!(
        !P.CompareAndSwap(Some(&Arc::new(1)), None),
        "compares by identity"
    );
    assert!(P.CompareAndSwap(Some(&one), Some(Arc::new(3))));
    assert_eq!(P.Swap(Arc::new(4)).as_deref(), Some(&3));
    P.Store(Arc::new(5));
    assert_eq!(P.Swap(None).as_deref(), Some(&5));
    P.Store(None);
    assert!(P.Load().is_none());

    let p = sync::atomic::Pointer::new(Arc::new("x"));
    assert_eq!(*p.Load().unwrap(), "x");
    assert!(sync::atomic::Pointer::<String>::default().Load().is_none());
}

#[test]
fn value() {
    static V: sync::atomic::Value = sync::atomic::Value::new();
    assert!(V.Load::<String>().is_none());
    assert!(
        !V.CompareAndSwap(&String::from("a"), String::from("b")),
        "it is empty"
    );
    assert!(V.Swap(String::from("a")).is_none());
    V.Store(String::from("b"));
    assert_eq!(*V.Swap(String::from("c")).unwrap(), "b");
    assert!(V.CompareAndSwap(&String::from("c"), String::from("d")));
    assert!(!V.CompareAndSwap(&String::from("c"), String::from("e")));
    assert_eq!(*V.Load::<String>().unwrap(), "d");
    assert!(V.Load::<i32>().is_none(), "Go's v, ok := V.Load().(int32)");
    assert!(sync::atomic::Value::default().Load::<i32>().is_none());
}

/// `CompareAndSwap` of what Go calls `any`, and of nil.
#[test]
fn value_compare_and_swap_of_any() {
    let v = sync::atomic::Value::new();
    assert!(v.CompareAndSwap(None, 1));
    assert!(!v.CompareAndSwap(None, 2));
    let old: &dyn std::any::Any = &1;
    assert!(v.CompareAndSwap(old, 2));
    assert!(!v.CompareAndSwap(old, 3));
    // What `Load` returns.
    let loaded = v.Load::<i32>();
    assert!(v.CompareAndSwap(loaded.as_deref(), 3));
    assert!(!v.CompareAndSwap(loaded.as_deref(), 4));
    assert!(!v.CompareAndSwap(Some(&2), 4));
    // A literal takes its type from the other side.
    v.Swap(5);
    let v = sync::atomic::Value::new();
    v.Store(1_u64);
    assert!(v.CompareAndSwap(&1, 2_u64));
    assert!(v.CompareAndSwap::<u64>(&2, 3));
}
