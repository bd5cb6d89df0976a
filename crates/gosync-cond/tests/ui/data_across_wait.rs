use gosync_cond::Cond;
use gosync_mutex::Mutex;

// Others have the mutex during the wait, so nothing borrowed from it may live on.
fn main() {
    let mutex = Mutex::new(String::new());
    let mut guard = mutex.lock();
    let data: &String = &guard;
    Cond::new().wait(&mut guard);
    println!("{data}");
}
