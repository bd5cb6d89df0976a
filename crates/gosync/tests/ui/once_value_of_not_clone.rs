//! Go's `OnceValue` returns the value each time, so it must be `Clone`.

use gosync as sync;

struct NotClone;

fn main() {
    let value = sync::OnceValue(|| NotClone);
    value();
    let values = sync::OnceValues(|| (1, NotClone));
    values();
}
