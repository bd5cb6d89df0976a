//! A thread's very last moments: the destructors of the C library's thread-specific data run when std has
//! destroyed all that is the thread's own. A wait with a deadline parks, which std refuses there by a
//! panic. It leaves nothing behind that others would wait for.
#![cfg(all(target_os = "linux", target_env = "gnu", not(gosync_loom)))]

use std::{
    fmt::Debug,
    panic::catch_unwind,
    ptr,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

use gosync_cond::Cond;
use gosync_mutex::RawMutex;
use gosync_rwmutex::RawRwMutex;
use gosync_waitgroup::WaitGroup;

const A_MOMENT: Duration = Duration::from_millis(1);

static MUTEX: RawMutex = RawMutex::new();
static READ: RawRwMutex = RawRwMutex::new();
static WRITTEN: RawRwMutex = RawRwMutex::new();
static GROUP: WaitGroup = WaitGroup::new();
static COND: Cond = Cond::new();

const WAITS: [fn(); 5] = [
    || assert!(!MUTEX.try_lock_for(A_MOMENT)),
    || assert!(!READ.try_lock_exclusive_for(A_MOMENT)),
    || assert!(!WRITTEN.try_lock_shared_for(A_MOMENT)),
    || assert!(!GROUP.wait_timeout(A_MOMENT)),
    || {
        COND.wait_with(Some(A_MOMENT), |sleep| sleep());
    },
];

/// The key of the C library's, and how many of the waits have panicked there.
static KEY: AtomicU32 = AtomicU32::new(0);
static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Is called again as long as it leaves a value behind: in the second round std's own destructors have
/// run, whichever key is older.
extern "C" fn last(round: *mut libc::c_void) {
    if round.addr() == 1 {
        set(2);
    } else {
        let panics = WAITS.iter().filter(|wait| catch_unwind(**wait).is_err());
        PANICS.store(panics.count(), SeqCst);
    }
}

fn set(round: usize) {
    // SAFETY: the key was made, and the value is never read from.
    let failed =
        unsafe { libc::pthread_setspecific(KEY.load(SeqCst), ptr::without_provenance(round)) };
    assert_eq!(failed, 0);
}

#[test]
fn a_wait_that_cannot_be_leaves_nothing_behind() {
    MUTEX.lock();
    READ.lock_shared();
    WRITTEN.lock_exclusive();
    GROUP.add(1);
    let state = || {
        let all: [&dyn Debug; 5] = [&MUTEX, &READ, &WRITTEN, &GROUP, &COND];
        format!("{all:?}")
    };
    let before = state();
    thread::spawn(|| {
        let mut key = 0;
        // SAFETY: the destructor may be called on any thread.
        let failed = unsafe { libc::pthread_key_create(&raw mut key, Some(last)) };
        assert_eq!(failed, 0);
        KEY.store(key, SeqCst);
        set(1);
    })
    .join()
    .unwrap();
    assert_eq!(PANICS.load(SeqCst), WAITS.len());
    assert_eq!(state(), before);
}
