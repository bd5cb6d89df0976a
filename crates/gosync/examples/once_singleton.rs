//! Only-once execution: a value that is made at its first use, by whichever thread comes first.
//!
//! ```go
//! var once sync.Once
//! var x *singleton
//!
//! func initialize() {
//!     x = NewSingleton()
//! }
//!
//! func handle() *singleton {
//!     once.Do(initialize)
//!     return x
//! }
//! ```
//!
//! To check `x == nil` in the handler instead would be wrong: two threads may both find it nil.
//! Run it: `cargo run -p gosync --example once_singleton`

use std::{fmt, sync::Barrier, thread};

use gosync::atomic::Int64;

/// What there must be one of. It gets the number of those made so far.
#[derive(Debug)]
struct Singleton {
    number: i64,
}

impl Singleton {
    fn new(made: &Int64) -> Self {
        Self {
            number: made.add(1),
        }
    }
}

#[expect(non_snake_case, non_upper_case_globals, reason = "Go's spelling")]
mod go_spelled {
    use std::sync::Arc;

    use gosync as sync;
    use gosync::prelude::*;

    use super::Singleton;

    pub(super) static made: sync::atomic::Int64 = sync::atomic::Int64::new(0);

    static once: sync::Once = sync::Once::new();
    static x: sync::atomic::Pointer<Singleton> = sync::atomic::Pointer::null();

    fn initialize() {
        x.Store(Arc::new(Singleton::new(&made)));
    }

    pub(super) fn Handle() -> Arc<Singleton> {
        once.Do(initialize);
        x.Load().expect("initialize has run")
    }
}

/// Function, value and `Once` are one thing, which lends the value.
mod idiomatic {
    use gosync::{atomic::Int64, once::OnceValue};

    use super::Singleton;

    pub(super) static MADE: Int64 = Int64::new(0);

    static SINGLETON: OnceValue<Singleton> = OnceValue::new(|| Singleton::new(&MADE));

    pub(super) fn handle() -> &'static Singleton {
        SINGLETON.get()
    }
}

/// The mistake, with the unlucky moment made certain: both threads look before either stores.
mod check_for_nil {
    use std::sync::{Arc, Barrier};

    use gosync::atomic::{Int64, Pointer};

    use super::Singleton;

    #[derive(Default)]
    pub(super) struct Handler {
        pub(super) made: Int64,
        x: Pointer<Singleton>,
    }

    impl Handler {
        pub(super) fn handle(&self, both_have_looked: &Barrier) {
            let nil = self.x.load().is_none();
            both_have_looked.wait();
            if nil {
                self.x.store(Arc::new(Singleton::new(&self.made)));
            }
        }
    }
}

const THREADS: usize = 8;

/// The numbers of the singletons that threads got which all asked at once.
fn ask(handle: impl Fn() -> i64 + Sync) -> Vec<i64> {
    let start = Barrier::new(THREADS);
    let ask = || {
        start.wait();
        handle()
    };
    thread::scope(|s| {
        let threads: Vec<_> = (0..THREADS).map(|_| s.spawn(ask)).collect();
        let got = threads.into_iter().map(|t| t.join().expect("no panic"));
        got.collect()
    })
}

/// Asks for both singletons, and makes the mistake once.
pub(crate) fn run() -> impl fmt::Display {
    assert_eq!(ask(|| go_spelled::Handle().number), [1; THREADS]);
    let go = go_spelled::made.load();
    assert_eq!(go, 1);

    assert_eq!(ask(|| idiomatic::handle().number), [1; THREADS]);
    let rust = idiomatic::MADE.load();
    assert_eq!(rust, 1);

    let handler = check_for_nil::Handler::default();
    let both_have_looked = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| handler.handle(&both_have_looked));
        s.spawn(|| handler.handle(&both_have_looked));
    });
    let mistake = handler.made.load();
    assert_eq!(mistake, 2);

    format!(
        "\
once_singleton: only-once execution
  {THREADS} threads ask for the singleton at once
    Go's spelling     once.Do(initialize)  -> made {go}
    Rust's spelling   SINGLETON.get()      -> made {rust}
  2 threads that check for nil instead, at the same moment
    the mistake       if x == nil          -> made {mistake}
  Shown: a Once runs one function once, and all who call wait until it has run."
    )
}

pub(crate) fn main() {
    println!("{}", run());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{go_spelled, idiomatic};

    #[test]
    fn every_call_gets_the_same_one() {
        assert!(Arc::ptr_eq(&go_spelled::Handle(), &go_spelled::Handle()));
        assert!(std::ptr::eq(idiomatic::handle(), idiomatic::handle()));
    }
}
