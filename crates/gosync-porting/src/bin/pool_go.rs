//! Lines that are put together in buffers of a pool.

use std::io::Write;

use gosync as sync;
use gosync::prelude::*;

static BUFFERS: sync::Pool<Vec<u8>> = sync::Pool::new(Vec::new);
static WG: sync::WaitGroup = sync::WaitGroup::new();

fn put(b: Vec<u8>) {
    if b.capacity() <= 64 << 10 {
        BUFFERS.Put(b);
    }
}

fn line(key: &str, val: &str) -> String {
    // A `defer!` would borrow the buffer for as long as it waits. This one owns and lends it.
    let mut b = scopeguard::guard(BUFFERS.Get(), put);
    b.clear();
    write!(b, "{key}={val}").expect("a Vec takes all");
    String::from_utf8_lossy(&b).into_owned()
}

fn main() {
    for _ in 0..4 {
        WG.Go(|| {
            line("path", "/elsewhere");
        });
    }
    WG.Wait();
    println!("{}", line("path", "/"));
    println!("{}", line("q", "go"));
}
