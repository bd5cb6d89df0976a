//! Three who wait for a ticket, and one who brings three.

use gosync as sync;
use gosync::prelude::*;
use scopeguard::defer;

static COND: sync::Cond<sync::Mutex> = sync::NewCond(sync::Mutex::new(()));
static TICKETS: sync::atomic::Int64 = sync::atomic::Int64::new(0); // protected by COND.L
static WG: sync::WaitGroup = sync::WaitGroup::new();

fn take() {
    COND.L.Lock();
    defer! { COND.L.Unlock() }
    while TICKETS.Load() == 0 {
        COND.Wait();
    }
    TICKETS.Add(-1);
}

fn bring() {
    COND.L.Lock();
    TICKETS.Add(1);
    COND.L.Unlock();
    COND.Signal();
}

fn main() {
    for _ in 0..3 {
        WG.Go(take);
    }
    for _ in 0..3 {
        bring();
    }
    WG.Wait();
    println!("left: {}", TICKETS.Load());
}
