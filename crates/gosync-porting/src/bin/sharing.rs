//! One account, which several threads borrow until the end of a scope.

use std::{
    ptr,
    thread::{self, Scope},
};

use gosync::Mutex;

#[derive(Default)]
struct Account {
    balance: Mutex<i64>,
}

fn pay<'scope>(a: &'scope Account, s: &'scope Scope<'scope, '_>) {
    for amount in 1..=4 {
        s.spawn(move || *a.balance.lock() += amount);
    }
}

fn main() {
    let mut account = Account::default();
    let (a, b) = (&account, &account);
    thread::scope(|s| {
        pay(a, s);
        pay(b, s);
    });
    println!("the same: {}", ptr::eq(a, b));
    println!("balance: {}", account.balance.get_mut()); // no other thread has it: nothing to lock
}
