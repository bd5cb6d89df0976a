use std::rc::Rc;

use gosync_pool::Pool;

// Items move between threads.
static POOL: Pool<Rc<u8>> = Pool::without_new();

fn main() {
    POOL.put(Rc::new(1));
}
