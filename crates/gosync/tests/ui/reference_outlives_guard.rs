//! What a guard lends ends with it.

use gosync as sync;

fn main() {
    let mu = sync::Mutex::new(vec![1]);
    let inside = mu.lock().as_mut_slice();
    inside[0] = 2;
}
