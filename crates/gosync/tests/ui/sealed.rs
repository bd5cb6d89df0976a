//! The traits of methods are for the types of this crate, and not for references to others.

use gosync::{Pool, methods::PoolMethods};

struct Mine(Pool<u8>);

impl PoolMethods for &Mine {
    type Item = u8;

    fn Get(&self) -> u8 {
        self.0.get()
    }

    fn Put(&self, x: u8) {
        self.0.put(x);
    }
}

fn main() {}
