//! What each type and function does, on one thread.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicPtr, Ordering::Relaxed},
    },
};

use gosync_atomic::*;

/// The bits of the neighbours, which no operation may touch.
const MAGIC: u64 = 0xdedbeef_dedbeef0;

/// What stands before and after an atomic in memory.
#[repr(C)]
struct Between<A> {
    before: u64,
    atomic: A,
    after: u64,
}

impl<A: Default> Between<A> {
    fn new() -> Self {
        Self {
            before: MAGIC,
            atomic: A::default(),
            after: MAGIC,
        }
    }
}

impl<A> Drop for Between<A> {
    fn drop(&mut self) {
        assert_eq!((self.before, self.after), (MAGIC, MAGIC));
    }
}

/// Every method and function of one integer type, at every power of two and both limits.
macro_rules! limits {
    ($test:ident, $Name:ident, $int:ident, $swap:ident, $cas:ident, $add:ident, $and:ident, $or:ident, $load:ident, $store:ident) => {
        #[test]
        fn $test() {
            let method = Between::<$Name>::new();
            let function = Between::<$Name>::new();
            let (n, addr) = (&method.atomic, &function.atomic);
            let mut sum: $int = 0;
            for shift in 0..$int::BITS {
                let bit: $int = 1 << shift;

                // Add returns the new value, and wraps: the bits sum up to all ones, one more
                // bit is zero.
                sum = sum.wrapping_add(bit);
                assert_eq!(n.add(bit), sum);
                assert_eq!($add(addr, bit), sum);
                assert_eq!((n.load(), $load(addr)), (sum, sum));

                // Swap returns the old value.
                assert_eq!(n.swap(bit), sum);
                assert_eq!($swap(addr, bit), sum);

                // Compare and swap fails on any other value, and then changes nothing.
                assert!(!n.compare_and_swap(bit ^ 1, 0) && !$cas(addr, bit ^ 1, 0));
                assert_eq!((n.load(), $load(addr)), (bit, bit));
                assert!(n.compare_and_swap(bit, !bit) && $cas(addr, bit, !bit));
                assert_eq!((n.load(), $load(addr)), (!bit, !bit));

                // And and Or return the old value.
                n.store(!0);
                $store(addr, !0);
                assert_eq!((n.and(!bit), $and(addr, !bit)), (!0, !0));
                assert_eq!((n.load(), $load(addr)), (!bit, !bit));
                n.store(0);
                $store(addr, 0);
                assert_eq!((n.or(bit), $or(addr, bit)), (0, 0));
                assert_eq!((n.or(bit), $or(addr, bit)), (bit, bit));
                assert_eq!((n.load(), $load(addr)), (bit, bit));

                n.store(sum);
                $store(addr, sum);
            }
            assert_eq!(sum, !0);
            assert_eq!((n.add(1), $add(addr, 1)), (0, 0));

            n.store($int::MAX);
            $store(addr, $int::MAX);
            assert_eq!((n.add(1), $add(addr, 1)), ($int::MIN, $int::MIN));
            // Subtraction, as Go writes it for unsigned types: the complement of c - 1.
            assert_eq!((n.add(!0), $add(addr, !0)), ($int::MAX, $int::MAX));

            assert_eq!(n.max($int::MIN), $int::MAX);
            assert_eq!(n.min($int::MIN), $int::MAX);
            assert_eq!(n.min(5), $int::MIN);
            assert_eq!(n.max(5), $int::MIN);
            assert_eq!(n.load(), 5);

            let mut n = $Name::from(7);
            *n.get_mut() += 1;
            assert_eq!(format!("{n:?} {n:#x?}"), "8 0x8");
            assert_eq!((*n).load(Relaxed), 8);
            assert_eq!(n.into_inner(), 8);
            assert_eq!($Name::default().load(), 0);
        }
    };
}

limits!(
    int32,
    Int32,
    i32,
    swap_int32,
    compare_and_swap_int32,
    add_int32,
    and_int32,
    or_int32,
    load_int32,
    store_int32
);
limits!(
    int64,
    Int64,
    i64,
    swap_int64,
    compare_and_swap_int64,
    add_int64,
    and_int64,
    or_int64,
    load_int64,
    store_int64
);
limits!(
    uint32,
    Uint32,
    u32,
    swap_uint32,
    compare_and_swap_uint32,
    add_uint32,
    and_uint32,
    or_uint32,
    load_uint32,
    store_uint32
);
limits!(
    uint64,
    Uint64,
    u64,
    swap_uint64,
    compare_and_swap_uint64,
    add_uint64,
    and_uint64,
    or_uint64,
    load_uint64,
    store_uint64
);
limits!(
    uintptr,
    Uintptr,
    usize,
    swap_uintptr,
    compare_and_swap_uintptr,
    add_uintptr,
    and_uintptr,
    or_uintptr,
    load_uintptr,
    store_uintptr
);

#[test]
fn bool() {
    let between = Between::<Bool>::new();
    let flag = &between.atomic;
    for old in [false, true] {
        for new in [false, true] {
            flag.store(old);
            assert_eq!(flag.load(), old);
            assert_eq!(flag.swap(new), old);
            assert_eq!(flag.load(), new);

            flag.store(old);
            assert!(!flag.compare_and_swap(!old, new));
            assert_eq!(flag.load(), old);
            assert!(flag.compare_and_swap(old, new));
            assert_eq!(flag.load(), new);
        }
    }
    for value in [false, true] {
        let mut flag = Bool::from(!value);
        *flag.get_mut() ^= true;
        assert_eq!(format!("{flag:?}"), value.to_string());
        assert_eq!((*flag).load(Relaxed), value);
        assert_eq!(flag.into_inner(), value);
    }
    assert!(!Bool::default().load());
}

#[test]
fn functions_on_std_and_by_deref() {
    let std_s = std::sync::atomic::AtomicI64::new(1);
    assert_eq!(add_int64(&std_s, 1), 2);
    let ours = Arc::new(Int64::new(1));
    assert_eq!(add_int64(&ours, 1), 2);
}

#[test]
fn pointer_functions() {
    let mut globals = [0_u64; 10];
    let mut targets = vec![ptr::null_mut::<u64>(), Box::into_raw(Box::new(0))];
    targets.extend(globals.iter_mut().map(ptr::from_mut));
    let addr = AtomicPtr::new(ptr::null_mut());
    for &old in &targets {
        for &new in &targets {
            store_pointer(&addr, old);
            assert_eq!(load_pointer(&addr), old);
            assert_eq!(swap_pointer(&addr, new), old);
            assert_eq!(load_pointer(&addr), new);

            store_pointer(&addr, old);
            if old != new {
                assert!(!compare_and_swap_pointer(&addr, new, old));
                assert_eq!(load_pointer(&addr), old);
            }
            assert!(compare_and_swap_pointer(&addr, old, new));
            assert_eq!(load_pointer(&addr), new);
        }
    }
    // SAFETY: from `Box::into_raw` above, and not used any more.
    drop(unsafe { Box::from_raw(targets[1]) });
}

fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    a.map(Arc::as_ptr) == b.map(Arc::as_ptr)
}

#[test]
fn pointer() {
    let between = Between::<Pointer<u64>>::new();
    let p = &between.atomic;
    let mut targets: Vec<_> = (0..11).map(|_| Some(Arc::new(0))).collect();
    targets.push(None);
    for old in &targets {
        for new in &targets {
            p.store(old.clone());
            assert!(same(p.load().as_ref(), old.as_ref()));
            assert!(same(p.swap(new.clone()).as_ref(), old.as_ref()));
            assert!(same(p.load().as_ref(), new.as_ref()));

            p.store(old.clone());
            if !same(old.as_ref(), new.as_ref()) {
                assert!(!p.compare_and_swap(new.as_ref(), old.clone()));
                assert!(same(p.load().as_ref(), old.as_ref()));
            }
            assert!(p.compare_and_swap(old.as_ref(), new.clone()));
            assert!(same(p.load().as_ref(), new.as_ref()));
        }
    }
    p.store(None);
    // Not one reference too few or too many was counted.
    assert!(
        targets
            .iter()
            .flatten()
            .all(|target| Arc::strong_count(target) == 1)
    );
}

#[test]
fn pointer_takes_arc_some_and_none() {
    let (a, b) = (Arc::new("a"), Arc::new("b"));
    for p in [
        Pointer::new(a.clone()),
        Pointer::new(Some(a.clone())),
        a.clone().into(),
        Some(a.clone()).into(),
    ] {
        assert_eq!(p.swap(b.clone()), Some(a.clone()));
        assert_eq!(p.swap(Some(a.clone())), Some(b.clone()));
        assert_eq!(p.swap(None), Some(a.clone()));
        p.store(b.clone());
        p.store(Some(a.clone()));
        p.store(None);
        assert!(p.compare_and_swap(None, a.clone()));
        assert!(p.compare_and_swap(Some(&a), Some(b.clone())));
        assert!(p.compare_and_swap(Some(&b), None));
        assert_eq!(p.into_inner(), None);
    }
    assert!(Pointer::<u8>::new(None).load().is_none());
    assert!(Pointer::<u8>::default().load().is_none());
    assert_eq!(format!("{:?}", Pointer::new(a)), r#"Pointer(Some("a"))"#);
}

#[test]
fn pointer_compares_identity_not_value() {
    let (one, other) = (Arc::new(5), Arc::new(5));
    let p = Pointer::new(one.clone());
    assert!(!p.compare_and_swap(Some(&other), None));
    assert!(p.compare_and_swap(Some(&one), None));

    // Also where the value takes no space, and so has no address of its own.
    let (one, other) = (Arc::new(()), Arc::new(()));
    let p = Pointer::new(one.clone());
    assert!(!p.compare_and_swap(Some(&other), None));
    assert!(p.compare_and_swap(Some(&one), None));
}

#[test]
fn pointer_in_a_linked_list() {
    struct Node {
        value: u32,
        next: Pointer<Self>,
    }
    let head = Pointer::null();
    for value in 0..100 {
        let next = Pointer::new(head.load());
        head.store(Arc::new(Node { value, next }));
    }
    let (mut node, mut sum) = (head.load(), 0);
    while let Some(here) = node {
        sum += here.value;
        node = here.next.load();
    }
    assert_eq!(sum, 4950);
}

#[test]
fn value_of_int_and_string() {
    let v = Value::new();
    assert!(v.load_any().is_none() && v.load::<i32>().is_none());
    v.store(42);
    assert_eq!(*v.load::<i32>().unwrap(), 42);
    v.store(84);
    assert_eq!(*v.load::<i32>().unwrap(), 84);

    let v = Value::default();
    v.store("foo".to_owned());
    assert_eq!(*v.load::<String>().unwrap(), "foo");
    v.store("barbaz".to_owned());
    assert_eq!(*v.load::<String>().unwrap(), "barbaz");
}

#[test]
fn value_load_of_another_type() {
    let v = Value::new();
    v.store(1_u32);
    assert!(v.load::<i32>().is_none() && v.load::<Arc<u32>>().is_none());
    assert_eq!(v.load_any().unwrap().downcast_ref(), Some(&1_u32));
}

#[test]
fn value_types_that_surprise() {
    fn one() -> u8 {
        1
    }
    fn two() -> u8 {
        2
    }

    let v = Value::new();
    v.store(Arc::new(5_u8));
    assert_eq!(v.load::<u8>(), None);
    assert_eq!(**v.load::<Arc<u8>>().unwrap(), 5);

    let v = Value::new();
    v.store(one);
    assert!(v.load::<fn() -> u8>().is_none());
    catch_unwind(|| v.store(two)).unwrap_err();

    let v = Value::new();
    v.store(one as fn() -> u8);
    v.store(two as fn() -> u8);
    assert_eq!(v.load::<fn() -> u8>().unwrap()(), 2);
}

#[test]
fn value_swap() {
    let v = Value::new();
    assert_eq!(v.swap(true), None);
    assert_eq!(v.swap(false).as_deref(), Some(&true));
    assert_eq!(v.load::<bool>().as_deref(), Some(&false));
}

#[test]
fn value_compare_and_swap() {
    #[derive(Debug, PartialEq)]
    struct Heap(Box<u64>);

    let heap = |n| Heap(Box::new(n));
    let v = Value::new();
    assert!(!v.compare_and_swap(&heap(1), heap(2)));
    assert!(v.load_any().is_none());
    assert!(v.compare_and_swap_any(None, heap(1)));
    // By value: what is compared is never the same object.
    assert!(!v.compare_and_swap(&heap(2), heap(3)));
    assert!(v.compare_and_swap(&heap(1), heap(2)));
    assert!(v.compare_and_swap_any(Some(&heap(2)), heap(3)));
    assert!(!v.compare_and_swap_any(Some(&heap(2)), heap(4)));
    // Go's nil is equal to no value.
    assert!(!v.compare_and_swap_any(None, heap(4)));
    assert_eq!(*v.load::<Heap>().unwrap(), heap(3));
}

/// What is not equal to itself is never swapped.
#[test]
fn value_compare_and_swap_nan() {
    let v = Value::new();
    v.store(f64::NAN);
    assert!(!v.compare_and_swap(&f64::NAN, 1.0));
    assert!(v.load::<f64>().unwrap().is_nan());
}

#[test]
fn value_frees_each_value_once() {
    let alive = Arc::new(());
    let v = Value::new();
    for _ in 0..10 {
        v.store(alive.clone());
        assert_eq!(Arc::strong_count(&alive), 2);
    }
    let loaded = v.load::<Arc<()>>().unwrap();
    drop(v.swap(alive.clone()));
    assert_eq!(
        Arc::strong_count(&alive),
        3,
        "the old value is still in use"
    );
    drop(loaded);
    assert!(!v.compare_and_swap_any(None, alive.clone()));
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(v);
    assert_eq!(Arc::strong_count(&alive), 1);
}

/// `==` may use the `Value` that calls it.
#[test]
fn value_is_reentrant() {
    struct Meddler(Arc<Value>, u32);
    impl PartialEq for Meddler {
        fn eq(&self, other: &Self) -> bool {
            if self.1 == 1 {
                self.0.store(Meddler(self.0.clone(), 2));
            }
            self.1 == other.1
        }
    }
    let v = Arc::new(Value::new());
    let new = |n| Meddler(v.clone(), n);
    v.store(new(1));
    // Equal when compared, replaced before the swap, and then compared again.
    assert!(!v.compare_and_swap(&new(1), new(3)));
    assert_eq!(v.load::<Meddler>().unwrap().1, 2);
    assert!(v.compare_and_swap(&new(2), new(3)));
    assert_eq!(v.load::<Meddler>().unwrap().1, 3);

    // Break the cycles: nobody may be left with the Arc but `v`.
    let last = v.swap(Meddler(Arc::default(), 0));
    drop(last);
    assert_eq!(Arc::strong_count(&v), 1);
}

#[test]
fn value_survives_a_panic_in_eq_and_drop() {
    struct Grumpy(bool);
    impl PartialEq for Grumpy {
        fn eq(&self, _: &Self) -> bool {
            panic!("eq")
        }
    }
    impl Drop for Grumpy {
        fn drop(&mut self) {
            assert!(!self.0, "drop");
        }
    }
    let v = Value::new();
    v.store(Grumpy(false));
    assert!(catch_unwind(|| v.compare_and_swap(&Grumpy(false), Grumpy(false))).is_err());
    v.store(Grumpy(true));
    // The new value is in when the old one is dropped.
    assert!(catch_unwind(|| v.store(Grumpy(false))).is_err());
    assert!(!v.load::<Grumpy>().unwrap().0);

    let p = Pointer::new(Arc::new(Grumpy(true)));
    assert!(catch_unwind(AssertUnwindSafe(|| p.store(None))).is_err());
    assert!(p.load().is_none());
}

#[test]
fn value_debug() {
    let v = Value::new();
    assert_eq!(format!("{v:?}"), "Value(None)");
    v.store(1);
    assert_eq!(format!("{v:?}"), "Value(Some(Any { .. }))");
}

/// Thread-locals of an ending thread may use a `Pointer` and a `Value`.
#[test]
fn used_while_a_thread_ends() {
    static P: Pointer<u32> = Pointer::null();
    static V: Value = Value::new();
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            let n = P.load().map_or(0, |n| *n);
            P.store(Arc::new(n + 1));
            V.store(n + 1);
        }
    }
    thread_local!(static LAST: Last = const { Last });
    for thread in 0..10 {
        std::thread::spawn(move || {
            // What is made last is destroyed first, or the other way around: `LAST` finds the
            // thread's record of `arc-swap` alive in one half of the threads, gone in the other.
            if thread % 2 == 0 {
                V.load_any();
            }
            LAST.with(|_| ());
            V.load_any();
        })
        .join()
        .unwrap();
    }
    assert_eq!((*P.load().unwrap(), *V.load::<u32>().unwrap()), (10, 10));
}
