use gosync_mutex::Mutex;

fn main() {
    let mutex = Mutex::new(String::new());
    let mut guard = mutex.lock();
    let data: &mut String = &mut guard;
    drop(guard);
    data.push('a');
}
