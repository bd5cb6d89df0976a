//! A table of figures: a workload a row, a peer a column.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::Write as _,
    process::ExitCode,
};

use crate::{Options, Sample, Spread, ratio};

/// Runs a workload once, if the peer has it.
type Run<W> = Box<dyn Fn(&W) -> Option<Sample>>;

/// One that is measured: its name, without a comma, and how it runs a workload once.
pub struct Peer<W> {
    name: &'static str,
    run: Run<W>,
}

impl<W> Peer<W> {
    /// A peer that has all workloads.
    pub fn new(name: &'static str, run: impl Fn(&W) -> Sample + 'static) -> Self {
        Self::of_some(name, move |workload| Some(run(workload)))
    }

    /// A peer that has some of the workloads, and says `None` to the others.
    pub fn of_some(name: &'static str, run: impl Fn(&W) -> Option<Sample> + 'static) -> Self {
        let run = Box::new(run);
        Self { name, run }
    }
}

impl<W> std::fmt::Debug for Peer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Peer").field(&self.name).finish()
    }
}

/// How a cell shows its rates and its second figures.
pub type Show = fn(Spread, Spread) -> String;

/// The rates of the first peer as a multiple of the best one's of these: a title and their names.
pub type Comparison = (&'static str, &'static [&'static str]);

/// The peers, and where their figures go.
#[derive(Debug)]
pub struct Table<W> {
    options: Options,
    peers: Vec<Peer<W>>,
    comparisons: &'static [Comparison],
    csv: Option<File>,
    /// The workloads that were not asked for.
    unwanted: Vec<String>,
    /// Nothing that was asked for has been run.
    empty: bool,
}

impl<W> Table<W> {
    /// Ends the program's work. Who has asked for nothing that there is learns here what there is.
    #[must_use]
    pub fn end(self) -> ExitCode {
        if self.empty {
            let all = self.unwanted.join(", ");
            eprintln!("error: no such workload; there are: {all}");
            return ExitCode::from(2);
        }
        ExitCode::SUCCESS
    }

    /// Prints the head of a table. The first peer is the one that is compared to the others.
    ///
    /// # Panics
    ///
    /// If the file that the options name cannot be opened.
    #[must_use]
    pub fn new(options: Options, peers: Vec<Peer<W>>, comparisons: &'static [Comparison]) -> Self {
        print!("{:28}", "");
        for peer in &peers {
            print!("{:>23}", peer.name);
        }
        for (title, _) in comparisons {
            print!("{:>15}", format!("/ {title}"));
        }
        println!();
        let csv = options.csv.as_ref().map(|path| {
            let mut open = OpenOptions::new();
            let file = open.create(true).append(true).open(path);
            file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        });
        Self {
            options,
            peers,
            comparisons,
            csv,
            unwanted: Vec::new(),
            empty: true,
        }
    }

    /// Runs a workload, if it is wanted, and prints its row: the peers take turns within each
    /// round, with another one first each time, and a comparison is made within each round, too.
    pub fn row(&mut self, name: &str, workload: &W, show: Show) {
        self.row_of(self.options.rounds, name, workload, show);
    }

    /// As [`row`](Self::row), with another number of rounds.
    pub fn row_of(&mut self, rounds: usize, name: &str, workload: &W, show: Show) {
        if !self.options.wants(name) {
            self.unwanted.push(name.to_owned());
            return;
        }
        self.empty = false;
        let mut samples = vec![Vec::new(); self.peers.len()];
        for round in 0..rounds {
            // Who comes first finds the memory as the one before left it, if it left any.
            for turn in 0..self.peers.len() {
                let peer = (round + turn) % self.peers.len();
                samples[peer].extend((self.peers[peer].run)(workload));
            }
        }
        print!("{name:28}");
        for samples in &samples {
            let text = if samples.is_empty() {
                "-".to_owned()
            } else {
                let of = |figure: fn(&Sample) -> f64| Spread::of(samples.iter().map(figure));
                show(of(|sample| sample.rate), of(|sample| sample.other))
            };
            print!("{text:>23}");
        }
        for (_, others) in self.comparisons {
            print!("{:>15}", self.compare(&samples, others));
        }
        println!();
        self.save(name, &samples);
    }

    fn compare(&self, samples: &[Vec<Sample>], others: &[&str]) -> String {
        let (mine, peers) = (&samples[0], self.peers.iter().zip(samples).skip(1));
        let best = peers
            .filter(|(peer, samples)| {
                !samples.is_empty() && (others.is_empty() || others.contains(&peer.name))
            })
            .map(|(_, other)| ratio(mine, other));
        let best = best.fold(f64::INFINITY, f64::min);
        if best.is_finite() {
            format!("{best:.2}")
        } else {
            "-".to_owned()
        }
    }

    /// Appends the samples to the file, a line each: workload, peer, rate, second figure.
    fn save(&mut self, workload: &str, samples: &[Vec<Sample>]) {
        let Some(csv) = &mut self.csv else {
            return;
        };
        let mut text = String::new();
        for (Peer { name, .. }, samples) in self.peers.iter().zip(samples) {
            for Sample { rate, other } in samples {
                writeln!(text, "{workload},{name},{rate:.6},{other:.4}").unwrap();
            }
        }
        csv.write_all(text.as_bytes()).expect("the file is open");
    }
}

/// Operations a second.
#[must_use]
pub fn rate(rates: Spread, _: Spread) -> String {
    let (factor, unit) = match rates.high {
        high if high >= 1.0 => (1.0, "M/s"),
        high if high >= 1e-3 => (1e3, "k/s"),
        _ => (1e6, "/s"),
    };
    let Spread { median, low, high } = rates.map(|rate| rate * factor);
    let digits = usize::from(high < 100.0) + usize::from(high < 10.0);
    format!("{median:.digits$} ({low:.digits$}-{high:.digits$}) {unit}")
}

/// What an operation takes.
#[must_use]
pub fn time(rates: Spread, _: Spread) -> String {
    let (unit, name) = if rates.median > 1.0 {
        (1e3, "ns")
    } else {
        (1.0, "us")
    };
    let Spread { median, low, high } = rates.map(|rate| unit / rate);
    let digits = usize::from(median < 100.0) + usize::from(median < 10.0);
    // The greatest rate is the least time.
    format!("{median:.digits$} ({high:.digits$}-{low:.digits$}) {name}")
}

/// Operations a second, and the longest wait.
#[must_use]
pub fn rate_and_longest(rates: Spread, longest: Spread) -> String {
    let rate = rates.median;
    let longest = longest.median;
    if rate < 0.1 {
        format!("{:.0} /s {longest:.2} ms", rate * 1e6)
    } else {
        format!("{rate:.1} M/s {longest:.2} ms")
    }
}

/// What an operation takes, and the longest.
#[must_use]
pub fn time_and_longest(rates: Spread, longest: Spread) -> String {
    format!("{:.0} us {:.2} ms", 1.0 / rates.median, longest.median)
}
