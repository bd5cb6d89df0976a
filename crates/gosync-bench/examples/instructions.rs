//! One operation, many times, for `valgrind --tool=callgrind` to count:
//! `instructions lock gosync 1000` against `instructions lock gosync 0`.
//!
//! | operation | what it is |
//! |---|---|
//! | lock | a lock and an unlock of a mutex |
//! | notify | a notification that nobody waits for |
//! | turn | two threads take turns: a notification, a wait, a lock |

use std::{env, hint::black_box, process::ExitCode, thread};

macro_rules! peer {
    ($name:ident, $mutex:ty, $cond:ty, |$m:ident| $lock:expr, |$c:ident, $guard:ident| $wait:expr) => {
        fn $name(operation: &str, times: u32) -> bool {
            let ($m, $c) = &(<$mutex>::new(0), [<$cond>::new(), <$cond>::new()]);
            let turns = |me: u32| {
                for turn in (me..2 * times).step_by(2) {
                    let mut $guard = $lock;
                    while *$guard != turn {
                        let $c = &$c[me as usize];
                        $wait;
                    }
                    *$guard += 1;
                    drop($guard);
                    $c[1 - me as usize].notify_one();
                }
            };
            match operation {
                "lock" => (0..times).for_each(|_| {
                    let $m = black_box($m);
                    *$lock += 1;
                }),
                "notify" => (0..times).for_each(|_| {
                    black_box(&$c[0]).notify_one();
                }),
                "turn" => thread::scope(|s| {
                    s.spawn(|| turns(0));
                    turns(1);
                }),
                _ => return false,
            }
            true
        }
    };
}

peer!(
    gosync,
    gosync_mutex::Mutex<u32>,
    gosync_cond::Cond,
    |mutex| mutex.lock(),
    |cond, guard| cond.wait(&mut guard)
);
peer!(
    std,
    std::sync::Mutex<u32>,
    std::sync::Condvar,
    |mutex| mutex.lock().unwrap(),
    |cond, guard| guard = cond.wait(guard).unwrap()
);
peer!(
    parking_lot,
    parking_lot::Mutex<u32>,
    parking_lot::Condvar,
    |mutex| mutex.lock(),
    |cond, guard| cond.wait(&mut guard)
);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let ran = match &arguments[..] {
        [operation, peer, times] => times.parse().is_ok_and(|times| match peer.as_str() {
            "gosync" => gosync(operation, times),
            "std" => std(operation, times),
            "parking_lot" => parking_lot(operation, times),
            _ => false,
        }),
        _ => false,
    };
    if !ran {
        eprintln!("usage: instructions lock|notify|turn gosync|std|parking_lot TIMES");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}
