use gosync_rwmutex::RwMutex;

fn main() {
    let lock = RwMutex::new(String::new());
    let guard = lock.write();
    let text: &str = &guard;
    drop(guard);
    println!("{text}");
}
