//! Two threads count with a load and a store. The model checker tries every order.

use std::{collections::BTreeSet, sync::Mutex};

use loom::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    thread,
};

static ENDS: Mutex<BTreeSet<i64>> = Mutex::new(BTreeSet::new());

fn incr(n: &AtomicI64) {
    let old = n.load(SeqCst);
    n.store(old + 1, SeqCst);
}

fn main() {
    loom::model(|| {
        let n = Arc::new(AtomicI64::new(0));
        let there = Arc::clone(&n);
        let thread = thread::spawn(move || incr(&there));
        incr(&n);
        thread.join().expect("no panic");
        ENDS.lock().expect("no panic").insert(n.load(SeqCst));
    });
    for n in ENDS.lock().expect("no panic").iter() {
        println!("n may be {n}");
    }
}
