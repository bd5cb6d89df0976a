//! `Once`, `OnceFunc`, `OnceValue`, `OnceValues`.

use gosync as sync;
use gosync::{once, prelude::*};

use super::{is_shared, is_zero_value};
use crate::symbols::{Symbol, symbol};

pub(super) const ONCE_FUNCTIONS: &[Symbol] = &[
    symbol!(
        "OnceFunc(f)",
        "`sync::OnceFunc(f)`, an `impl Fn() + Clone + Send + Sync`",
        "`once::OnceFunc::new(f)`, `.call()`",
        "the Rust type allocates nothing and fits in a `static`",
        || {
            static F: once::OnceFunc = once::OnceFunc::new(|| ());
            F.call();
            let calls = sync::atomic::Int32::new(0);
            let f = sync::OnceFunc(|| assert_eq!(calls.Add(1), 1));
            is_shared(&f.clone());
            f.clone()();
            f();
            assert_eq!(calls.Load(), 1);
        },
    ),
    symbol!(
        "OnceValue(f)",
        "`sync::OnceValue(f)`, an `impl Fn() -> T + ..`, `T: Clone`",
        "`once::OnceValue::new(f)`, `.get() -> &T`",
        "the Rust type lends the value, `T` need not be `Clone`",
        || {
            struct NotClone(i32);
            static V: once::OnceValue<NotClone> = once::OnceValue::new(|| NotClone(2));
            assert_eq!(V.get().0, 2);
            let calls = sync::atomic::Int32::new(0);
            let f = sync::OnceValue(|| format!("call {}", calls.Add(1)));
            is_shared(&f.clone());
            assert_eq!([f(), f.clone()()], ["call 1", "call 1"]);
        },
    ),
    symbol!(
        "OnceValues(f)",
        "`sync::OnceValues(f)`, an `impl Fn() -> (T1, T2) + ..`",
        "`once::OnceValues::new(f)`, `.get() -> (&A, &B)`",
        "the same; for a value or an error, `OnceValue<Result<T, E>>`",
        || {
            static V: once::OnceValues<i32, &str> = once::OnceValues::new(|| (1, "b"));
            assert_eq!(V.get(), (&1, &"b"));
            let calls = sync::atomic::Int32::new(0);
            let f = sync::OnceValues(|| (calls.Add(1), "err"));
            is_shared(&f.clone());
            assert_eq!([f(), f.clone()()], [(1, "err"), (1, "err")]);
        },
    ),
];

pub(super) const ONCE: &[Symbol] = &[
    symbol!("type Once", "`sync::Once`", "=", "", || {
        static ONCE: sync::Once = sync::Once::new();
        is_shared(&ONCE);
        is_zero_value::<sync::Once>();
    }),
    symbol!(
        "Once.Do(f)",
        "`once.Do(f)`",
        "`once.call_once(f)`; `try_call_once(f)` may fail and be tried again",
        "inside its own `f`: a panic, where Go waits for ever",
        || {
            let (once, mut calls) = (sync::Once::new(), 0);
            assert_eq!(once.try_call_once(|| Err("try again")), Err("try again"));
            once.Do(|| calls += 1);
            once.Do(|| unreachable!("it is done"));
            once.call_once(|| unreachable!("it is done"));
            assert_eq!(once.try_call_once(|| Err("it is done")), Ok(()));
            assert_eq!(calls, 1);
        },
    ),
];
