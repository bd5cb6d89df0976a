use gosync_cond::Cond;
use gosync_mutex::Mutex;

fn main() {
    let mutex = Mutex::new(1);
    Cond::new().wait(&mutex);
}
