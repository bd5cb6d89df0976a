use std::rc::Rc;

use gosync_mutex::Mutex;

fn main() {
    let mutex = Mutex::new(Rc::new(1));
    std::thread::scope(|s| {
        s.spawn(|| drop(mutex.lock().clone()));
    });
}
