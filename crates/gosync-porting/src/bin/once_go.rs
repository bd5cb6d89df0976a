//! Two values that are made at their first use, whoever comes first.

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;

static ONCE: sync::Once = sync::Once::new();
static NAME: sync::atomic::Pointer<String> = sync::atomic::Pointer::null();
static WG: sync::WaitGroup = sync::WaitGroup::new();

fn get_name() -> Arc<String> {
    ONCE.Do(|| {
        println!("making the name");
        NAME.Store(Arc::new("gopher".into()));
    });
    NAME.Load().expect("it was stored")
}

fn main() {
    let sum = sync::OnceValue(|| {
        println!("making the sum");
        40 + 2
    });
    for _ in 0..4 {
        WG.Go(|| {
            get_name();
        });
    }
    WG.Wait();
    println!("{}", get_name());
    println!("{} {}", sum(), sum());
}
