//! A function that returns in its middle, and cleans up on every way out.

use gosync as sync;
use gosync::prelude::*;
use scopeguard::defer;

static MU: sync::Mutex = sync::Mutex::new(());
// Protected by MU. The compiler cannot know, so it asks for something that is safe without.
static BALANCE: sync::atomic::Int64 = sync::atomic::Int64::new(100);

fn withdraw(amount: i64) -> bool {
    MU.Lock();
    defer! { MU.Unlock() }
    defer! { println!("leaving, still locked") }

    if amount > BALANCE.Load() {
        return false;
    }
    BALANCE.Add(-amount);
    true
}

fn main() {
    println!("{}", withdraw(70));
    println!("{}", withdraw(70));

    for i in 0..2 {
        defer! { println!("after round {i}") } // waits for the end of the block
        println!("round {i}");
    }
}
