use gosync_mutex::Mutex;

fn main() {
    let guard = {
        let mutex = Mutex::new(1);
        mutex.lock()
    };
    println!("{}", *guard);
}
