//! What one thread puts another may get, so a shared pool's items must be `Send`.

use std::rc::Rc;

use gosync as sync;

static POOL: sync::Pool<Rc<i32>> = sync::Pool::new(|| Rc::new(1));

fn main() {
    drop(POOL.get());
}
