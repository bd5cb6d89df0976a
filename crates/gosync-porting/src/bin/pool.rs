//! Lines that are put together in buffers of a pool, which knows what to keep.

use std::{fmt::Write, thread};

use gosync::Pool;

static BUFFERS: Pool<String> = Pool::builder()
    .keep(|b: &String| b.capacity() <= 64 << 10)
    .reset(String::clear)
    .build(String::new);

fn line(key: &str, val: &str) -> String {
    let mut b = BUFFERS.pull();
    write!(b, "{key}={val}").expect("a String takes all");
    b.clone()
}

fn main() {
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| line("path", "/elsewhere"));
        }
    });
    println!("{}", line("path", "/"));
    println!("{}", line("q", "go"));
}
