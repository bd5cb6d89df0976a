//! A shelf with room for two: who brings waits for room, who takes waits for goods.

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;
use scopeguard::defer;

const ROOM: i64 = 2;

struct Shelf {
    mu: Arc<sync::Mutex>,
    goods: sync::atomic::Int64, // protected by mu
    not_full: sync::Cond<Arc<sync::Mutex>>,
    not_empty: sync::Cond<Arc<sync::Mutex>>,
}

impl Shelf {
    fn new() -> Self {
        let mu = Arc::new(sync::Mutex::new(()));
        Self {
            goods: sync::atomic::Int64::new(0),
            not_full: sync::NewCond(Arc::clone(&mu)),
            not_empty: sync::NewCond(Arc::clone(&mu)),
            mu,
        }
    }

    fn bring(&self) {
        self.mu.Lock();
        defer! { self.mu.Unlock() }
        while self.goods.Load() == ROOM {
            self.not_full.Wait();
        }
        self.goods.Add(1);
        self.not_empty.Signal();
    }

    fn take(&self) {
        self.mu.Lock();
        defer! { self.mu.Unlock() }
        while self.goods.Load() == 0 {
            self.not_empty.Wait();
        }
        self.goods.Add(-1);
        self.not_full.Signal();
    }
}

fn main() {
    let s = Arc::new(Shelf::new());
    let wg = Arc::new(sync::WaitGroup::new());
    for _ in 0..4 {
        let to = Arc::clone(&s);
        wg.Go(move || (0..100).for_each(|_| to.bring()));
        let from = Arc::clone(&s);
        wg.Go(move || (0..99).for_each(|_| from.take()));
        s.take();
    }
    wg.Wait();
    println!("left: {}", s.goods.Load());
}
