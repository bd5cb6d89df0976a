//! One account, of which several threads own a share.

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;

#[derive(Default)]
struct Account {
    balance: sync::Mutex<i64>,
}

fn pay(a: &Arc<Account>, wg: &Arc<sync::WaitGroup>) {
    for amount in 1..=4 {
        let a = Arc::clone(a);
        wg.Go(move || *a.balance.lock() += amount);
    }
}

fn main() {
    let a = Arc::new(Account::default());
    let b = Arc::clone(&a);
    let wg = Arc::new(sync::WaitGroup::new());
    pay(&a, &wg);
    pay(&b, &wg);
    wg.Wait();
    println!("the same: {}", Arc::ptr_eq(&a, &b));
    println!("balance: {}", a.balance.lock());
}
