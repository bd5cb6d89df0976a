use gosync_rwmutex::RwMutex;

fn main() {
    let guard = {
        let lock = RwMutex::new(1);
        lock.read()
    };
    println!("{}", *guard);
}
