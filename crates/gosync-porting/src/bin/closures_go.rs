//! Closures that own what they capture: a copy of `i` and `word`, a share of `lengths`.

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;

fn main() {
    let words = ["from", "Go", "to Rust"];
    let lengths = Arc::new(sync::Mutex::new(vec![0; words.len()]));
    let wg = Arc::new(sync::WaitGroup::new());
    for (i, word) in words.into_iter().enumerate() {
        let lengths = Arc::clone(&lengths);
        wg.Go(move || lengths.lock()[i] = word.len());
    }
    wg.Wait();
    for (word, length) in words.iter().zip(&*lengths.lock()) {
        println!("{word} {length}");
    }
}
