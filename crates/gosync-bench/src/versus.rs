//! A workload on one peer after the other, round by round, and what it took them.

use crate::{Options, Spread, ratio};

/// A peer: its name, and what it takes, in nanoseconds, each time it is asked.
pub type Peer<'a> = (&'a str, Box<dyn Fn() -> f64 + 'a>);

/// Runs the rounds of the workload `name`, in which the peers take turns, and prints for each the
/// median of what an operation took, the spread, and how that is to the first peer's.
pub fn versus(options: &Options, name: &str, peers: &[Peer<'_>]) {
    if !options.wants(name) {
        return;
    }
    let mut figures = vec![Vec::new(); peers.len()];
    for _ in 0..options.rounds {
        for ((_, run), figures) in peers.iter().zip(&mut figures) {
            figures.push(run());
        }
    }
    println!("{name}");
    for ((peer, _), its) in peers.iter().zip(&figures) {
        let Spread { median, low, high } = Spread::of(its.iter().copied());
        let (unit, name) = if median < 1e3 {
            (1.0, "ns")
        } else {
            (1e3, "us")
        };
        println!(
            "  {peer:24}{:>9.2} {name} ({:.2}-{:.2}) {:>6.2}",
            median / unit,
            low / unit,
            high / unit,
            ratio(its, &figures[0]),
        );
    }
}
