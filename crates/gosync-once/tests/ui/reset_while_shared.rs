//! `reset` needs the Once to itself: nobody can be calling meanwhile.

use gosync_once::Once;

static ONCE: Once = Once::new();

fn main() {
    ONCE.reset();
}
