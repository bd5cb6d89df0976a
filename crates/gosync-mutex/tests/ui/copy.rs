use gosync_mutex::Mutex;

fn main() {
    let mutex = Mutex::new(1);
    let copy = mutex;
    println!("{}", *mutex.lock() + *copy.lock());
}
