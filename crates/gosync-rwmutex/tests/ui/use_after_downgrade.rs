use gosync_rwmutex::{RwMutex, RwMutexWriteGuard};

fn main() {
    let lock = RwMutex::new(1);
    let mut writer = lock.write();
    let _reader = RwMutexWriteGuard::downgrade(writer);
    *writer = 2;
}
