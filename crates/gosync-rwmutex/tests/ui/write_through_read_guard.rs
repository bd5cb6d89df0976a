use gosync_rwmutex::RwMutex;

fn main() {
    let lock = RwMutex::new(1);
    *lock.read() += 1;
}
