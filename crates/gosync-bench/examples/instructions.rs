//! One uncontended operation, many times, for `valgrind --tool=callgrind` to count:
//! `instructions gosync 1000` against `instructions gosync 0`.

use std::{env, hint::black_box};

fn main() {
    let mut args = env::args().skip(1);
    let what = args.next().unwrap_or_default();
    let times: u32 = args.next().map_or(0, |times| times.parse().unwrap_or(0));
    match what.as_str() {
        "gosync" => {
            let lock = black_box(gosync_mutex::Mutex::new(0_u32));
            for _ in 0..times {
                *black_box(&lock).lock() += 1;
            }
        }
        "parking_lot" => {
            let lock = black_box(parking_lot::Mutex::new(0_u32));
            for _ in 0..times {
                *black_box(&lock).lock() += 1;
            }
        }
        "std" => {
            let lock = black_box(std::sync::Mutex::new(0_u32));
            for _ in 0..times {
                *black_box(&lock).lock().unwrap() += 1;
            }
        }
        _ => eprintln!("usage: instructions gosync|parking_lot|std TIMES"),
    }
}
