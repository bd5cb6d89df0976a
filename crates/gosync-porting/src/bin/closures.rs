//! Closures that borrow what they capture, each another element.

use std::thread;

use gosync::WaitGroup;

fn main() {
    let words = ["from", "Go", "to Rust"];
    let mut lengths = vec![0; words.len()];
    let wg = WaitGroup::new();
    thread::scope(|s| {
        for (word, length) in words.iter().zip(&mut lengths) {
            wg.go_scoped(s, || *length = word.len());
        }
        wg.wait();
    });
    for (word, length) in words.iter().zip(lengths) {
        println!("{word} {length}");
    }
}
