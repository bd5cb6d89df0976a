//! `WaitGroup`.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use gosync as sync;
use gosync::prelude::*;

use super::{is_shared, is_zero_value};
use crate::symbols::{Symbol, symbol};

pub(super) const WAITGROUP: &[Symbol] = &[
    symbol!("type WaitGroup", "`sync::WaitGroup`", "=", "", || {
        static WG: sync::WaitGroup = sync::WaitGroup::new();
        is_shared(&WG);
        is_zero_value::<sync::WaitGroup>();
    }),
    symbol!(
        "WaitGroup.Add(delta)",
        "`wg.Add(delta)`",
        "`wg.add(delta)`; `wg.token()`, which is done when it is dropped",
        "too low: the count stays as it was",
        || {
            let wg = sync::WaitGroup::new();
            wg.Add(3);
            wg.Add(-1);
            wg.add(-1);
            let token = wg.token();
            assert_eq!(wg.count(), 2);
            drop(token);
            assert_eq!(wg.count(), 1);
        },
    ),
    symbol!(
        "WaitGroup.Done()",
        "`wg.Done()`",
        "`wg.done()`",
        "as `Add`",
        || {
            let wg = sync::WaitGroup::new();
            wg.Add(2);
            wg.Done();
            assert_eq!(wg.count(), 1);
            wg.done();
            wg.Wait();
        },
    ),
    symbol!(
        "WaitGroup.Go(f)",
        "`wg.Go(f)` on `Arc<WaitGroup>` and on `&'static WaitGroup`; `wg.GoScoped(s, f)` in a `thread::scope`",
        "`wg.go(f)`, `wg.go_static(f)`, `wg.go_scoped(s, f)`",
        "starts a thread; a panic in `f`: `Wait` panics, where Go ends the program",
        || {
            static WG: sync::WaitGroup = sync::WaitGroup::new();
            static N: sync::atomic::Int32 = sync::atomic::Int32::new(0);
            fn f() {
                N.Add(1);
            }
            WG.Go(f);
            WG.go_static(f);
            WG.Wait();
            let wg = Arc::new(sync::WaitGroup::new());
            wg.Go(f);
            wg.go(f);
            wg.Wait();
            thread::scope(|s| {
                wg.GoScoped(s, f);
                wg.go_scoped(s, f);
                wg.Wait();
            });
            assert_eq!(N.Load(), 6);
        },
    ),
    symbol!(
        "WaitGroup.Wait()",
        "`wg.Wait()`",
        "`wg.wait()`, `wg.wait_timeout(..)`, `wg.wait_until(..)`",
        "panics if a task of `Go` did",
        || {
            let wg = Arc::new(sync::WaitGroup::new());
            let n = Arc::new(sync::atomic::Int32::new(0));
            let waits: [fn(&sync::WaitGroup); 2] = [|wg| wg.Wait(), |wg| wg.wait()];
            for (i, wait) in (1..).zip(waits) {
                let its = Arc::clone(&n);
                wg.Go(move || its.Store(i));
                wait(&wg);
                assert_eq!(n.Load(), i);
            }
            wg.Add(1);
            assert!(!wg.wait_timeout(Duration::ZERO));
            wg.Done();
            assert!(wg.wait_until(Instant::now()));
        },
    ),
];
