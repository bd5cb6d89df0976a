//! Once against its peers: `cargo xtask bench once [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what it is |
//! |---|---|
//! | done | a call when all is done |
//! | first | a new one, and its first call |

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use gosync_bench::{Options, Padded, Peer, go, versus};

const TIMES: u32 = 1 << 24;
const LENGTH: Duration = Duration::from_millis(50);

/// What `body` takes, in nanoseconds. Written out sixteen times, so that little of it is the loop,
/// whose speed depends on where the linker puts it.
fn time(body: impl Fn()) -> f64 {
    let four = || {
        body();
        body();
        body();
        body();
    };
    let begin = Instant::now();
    for _ in 0..TIMES / 16 {
        four();
        four();
        four();
        four();
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
}

macro_rules! peer {
    ($name:literal, $once:ty) => {
        (
            Box::new(|| {
                let once = Padded(<$once>::new());
                time(|| black_box(&once).0.call_once(|| ()))
            }) as Box<dyn Fn() -> f64>,
            Box::new(|| time(|| black_box(&<$once>::new()).call_once(|| ())))
                as Box<dyn Fn() -> f64>,
            $name,
        )
    };
}

fn main() {
    let options = Options::from_env(5);
    let program = go::Program::build("once");
    let (mut done, mut first): (Vec<Peer<'_>>, Vec<Peer<'_>>) = [
        peer!("gosync", gosync_once::Once),
        peer!("std", std::sync::Once),
        peer!("parking_lot", parking_lot::Once),
    ]
    .into_iter()
    .map(|(done, first, name)| ((name, done), (name, first)))
    .unzip();
    match &program {
        Ok(program) => {
            let run = |workload| move || program.run(workload, 1, LENGTH).nanoseconds();
            done.push(("Go", Box::new(run("done"))));
            first.push(("Go", Box::new(run("first"))));
        }
        Err(why) => println!("Go: skipped: {why}"),
    }
    versus(&options, "done", &done);
    versus(&options, "first", &first);
}
