//! `Pool`.

use gosync as sync;
use gosync::prelude::*;

use super::{Log, Scenario, differs, list, message, only, same, say, show};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("pool/empty-without-new", empty_without_new),
    same("pool/put-then-get", put_then_get),
    same("pool/new-when-empty", new_when_empty),
    same("pool/each-item-once", each_item_once),
    same("pool/new-panics", new_panics),
    same("pool/what-is-put-is-kept-as-it-is", kept_as_it_is),
    differs(
        "pool/get-without-new",
        "A `T` cannot be nil. `try_get` is Go's Get of a pool without New, and its None Go's nil.",
        get_without_new,
    ),
];

fn empty_without_new(log: &Log) {
    let p = sync::Pool::without_new();
    say!(log, "new: {}", show(p.try_get()));
    p.Put(1);
    say!(log, "put 1: {}", show(p.try_get()));
    say!(log, "empty again: {}", show(p.try_get()));
}

fn put_then_get(log: &Log) {
    let p = sync::Pool::new(|| "new");
    say!(log, "{}", p.Get());
    p.Put("put");
    say!(log, "{}", p.Get());
    say!(log, "{}", p.Get());
}

fn new_when_empty(log: &Log) {
    let made = sync::atomic::Int32::new(0);
    let p = sync::Pool::new(|| made.Add(1));
    say!(log, "made: {}", made.Load());
    let (a, b) = (p.Get(), p.Get());
    say!(log, "got {a}, {b}, made: {}", made.Load());
    p.Put(a);
    let c = p.Get();
    say!(log, "put back and got {c}, made: {}", made.Load());
    let d = p.Get();
    say!(log, "got {d}, made: {}", made.Load());
}

fn each_item_once(log: &Log) {
    let p = sync::Pool::without_new();
    for i in 0..8 {
        p.Put(i);
    }
    let mut got: Vec<i32> = (0..8).map(|_| p.Get()).collect();
    got.sort_unstable();
    say!(log, "in some order: {}", list(&got));
    say!(log, "then: {}", show(p.try_get()));
}

fn new_panics(log: &Log) {
    let p = sync::Pool::new(|| -> &str { panic!("cannot make one") });
    say!(log, "{}", message(|| p.Get()));
    p.Put("put");
    say!(log, "{}", p.Get());
    say!(log, "{}", message(|| p.Get()));
}

fn kept_as_it_is(log: &Log) {
    let p = sync::Pool::new(Vec::new);
    let mut item = p.Get();
    item.extend([1, 2]);
    p.Put(item);
    say!(log, "{}", list(&p.Get()));
    say!(log, "{}", list(&p.Get()));
}

fn get_without_new(log: &Log) {
    let p = sync::Pool::<i32>::without_new();
    only!(log, "try_get: {}", show(p.try_get()));
    only!(log, "Get: {}", message(|| p.Get()));
}
