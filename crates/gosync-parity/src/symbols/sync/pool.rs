//! `Pool`.

use gosync as sync;
use gosync::prelude::*;

use super::is_shared;
use crate::symbols::{Symbol, symbol};

pub(super) const POOL: &[Symbol] = &[
    symbol!(
        "type Pool",
        "`sync::Pool<T>`",
        "=",
        "typed: items are `T`s, not `any`s",
        || {
            static POOL: sync::Pool<String> = sync::Pool::new(String::new);
            is_shared(&POOL);
        },
    ),
    symbol!(
        "Pool.New",
        "`sync::Pool::new(f)`; without New `sync::Pool::without_new()`",
        "=; `Pool::builder()` for rules on what is kept",
        "given once, cannot be changed",
        || {
            // Go's field New is what is given to `new`.
            #[expect(non_snake_case, reason = "Go's name")]
            let New = || 7;
            assert_eq!(sync::Pool::new(New).Get(), 7);
            assert_eq!(sync::Pool::<i32>::without_new().try_get(), None);
            let even = sync::Pool::builder().keep(|n| n % 2 == 0).build(|| 0);
            even.Put(1);
            assert_eq!(even.Get(), 0);
        },
    ),
    symbol!(
        "Pool.Get()",
        "`p.Get() -> T`",
        "`p.get() -> T`, `p.pull()` for a guard that puts back",
        "without New, `p.try_get() -> Option<T>` is Go's `Get`; `Get` panics if there is nothing",
        || {
            let made = sync::atomic::Int32::new(0);
            let p = sync::Pool::new(|| made.Add(1));
            assert_eq!([p.Get(), p.get()], [1, 2]);
            assert_eq!(*p.pull(), 3);
            assert_eq!(p.Get(), 3);
            assert_eq!(p.try_get(), None);
        },
    ),
    symbol!(
        "Pool.Put(x)",
        "`p.Put(x)`",
        "`p.put(x)`, or drop the guard",
        "bounds in place of the garbage collector",
        || {
            let p = sync::Pool::new(|| "new");
            p.Put("put");
            assert_eq!(p.Get(), "put");
            p.put("put");
            assert_eq!(p.Get(), "put");
            assert_eq!(p.Get(), "new");
        },
    ),
];
