//! `cargo xtask stress`: random threads against each primitive, whose invariants are checked all
//! the time, with a watchdog that tells what hangs.
//!
//! A **round** is one primitive, some threads, and a [`Weather`]: how long
//! sections are, whether threads yield or sleep in them, on how many cores they run, how nice they
//! are, how often a signal interrupts them. All of it comes from the round's seed, so the same seed
//! brings the same weather and the same calls of each thread, though not the same interleaving.
//!
//! | file | what it is |
//! |---|---|
//! | `weather.rs` | what a round is like |
//! | `linux.rs` | processors, priorities and signals, where the system has them |
//! | `hand.rs` | what a thread of a round carries with it |
//! | `plain.rs` | memory that nothing but the primitive under test protects |
//! | `round.rs` | runs a round, watches it, and says what hangs |
//! | `subjects/` | for each primitive what the threads do, and what must hold |

mod hand;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux;
mod plain;
mod round;
mod subjects;
mod weather;

use std::{
    io::{self, Write},
    iter,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use round::Round;
use subjects::{BROKEN, Kind, SUBJECTS};
use weather::Weather;

const HELP: &str = "\
usage: cargo xtask stress [PRIMITIVE ...] [--seconds N] [--seed S] [--threads N] [--calm]
                          [--hang N] [--state] [--forecast N]

Runs random threads against each primitive, and checks its invariants all the time. The exit status
is 0 if they held, 1 if one was broken or a thread hung.

  PRIMITIVE    those named, not all: mutex, rwmutex, once, waitgroup, cond, pool, map, atomic
  --seconds N  how long, all in all (30)
  --seed S     what the randomness begins with; a random number, which is printed
  --threads N  the most threads at a time (500)
  --calm       no signals, no priorities, no pinning: for a sanitizer or an emulator
  --hang N     so many seconds in which no thread takes a step are a hang (60)
  --state      also prints what is known of each primitive, as it would be of one that hangs
  --forecast N only prints the seed of each of N rounds, and what the round would be like";

/// The longest that a round lasts.
const ROUND: Duration = Duration::from_millis(400);

struct Arguments {
    kinds: Vec<&'static Kind>,
    time: Duration,
    seed: u64,
    threads: usize,
    calm: bool,
    hang: Duration,
    state: bool,
    forecast: Option<usize>,
}

fn main() -> ExitCode {
    match parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => match arguments.forecast {
            Some(rounds) => forecast(&arguments, rounds),
            None => run(&arguments),
        },
        Ok(None) => {
            // A reader that has gone away has read enough, here and below.
            let _ = writeln!(io::stdout(), "{HELP}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `None` if help was asked for.
fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Arguments>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut arguments = Arguments {
        kinds: Vec::new(),
        time: Duration::from_secs(30),
        seed: fastrand::u64(..),
        threads: 500,
        calm: false,
        hang: Duration::from_secs(60),
        state: false,
        forecast: None,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seconds") => {
                let seconds = number(&mut parser, "--seconds", 0)?;
                arguments.time = Duration::from_secs(seconds.into());
            }
            Long("seed") => arguments.seed = seed(&parser.value()?.string()?)?,
            Long("threads") => {
                arguments.threads = usize::try_from(number(&mut parser, "--threads", 2)?)?;
            }
            Long("calm") => arguments.calm = true,
            Long("hang") => {
                arguments.hang = Duration::from_secs(number(&mut parser, "--hang", 1)?.into());
            }
            Long("state") => arguments.state = true,
            Long("forecast") => {
                let rounds = number(&mut parser, "--forecast", 1)?;
                arguments.forecast = Some(usize::try_from(rounds)?);
            }
            Long("help") | Short('h') => return Ok(None),
            Value(name) => {
                let mut all = SUBJECTS.iter().chain(&BROKEN);
                let known = all.find(|kind| name == kind.name);
                arguments.kinds.push(known.with_context(|| {
                    let names: Vec<_> = SUBJECTS.iter().map(|kind| kind.name).collect();
                    format!(
                        "no primitive {}; there are: {}",
                        name.display(),
                        names.join(", ")
                    )
                })?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if arguments.kinds.is_empty() {
        arguments.kinds = SUBJECTS.iter().collect();
    }
    Ok(Some(arguments))
}

/// The value of the option `name`: a whole number that is not below `least`.
fn number(parser: &mut lexopt::Parser, name: &str, least: u32) -> anyhow::Result<u32> {
    let value = parser.value()?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.filter(|&number| number >= least).with_context(|| {
        format!(
            "{name}: no whole number from {least} on: {}",
            value.display()
        )
    })
}

/// A number, or a hexadecimal one after `0x`, as they are printed.
fn seed(text: &str) -> anyhow::Result<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    }
    .with_context(|| format!("--seed {text}"))
}

/// What the rounds of one primitive came to.
#[derive(Clone, Copy, Default)]
struct Tally {
    rounds: u64,
    most_threads: usize,
    steps: u64,
    checks: u64,
}

/// The seed of the next round.
fn next(seed: u64) -> u64 {
    fastrand::Rng::with_seed(seed).u64(..)
}

fn forecast(arguments: &Arguments, rounds: usize) -> ExitCode {
    let seeds = iter::successors(Some(arguments.seed), |&seed| Some(next(seed)));
    for seed in seeds.take(rounds) {
        let weather = Weather::random(seed, arguments.threads, arguments.calm);
        if writeln!(io::stdout(), "{seed:#x}: {weather}").is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn run(arguments: &Arguments) -> ExitCode {
    println!("seed {:#x}", arguments.seed);
    hand::keep_expected_panics_quiet();
    let bar = ProgressBar::new(arguments.time.as_secs());
    let style = ProgressStyle::with_template("[{pos}/{len} s] {bar:20} {msg}");
    bar.set_style(style.expect("the template is right"));

    let start = Instant::now();
    let mut tallies = vec![Tally::default(); arguments.kinds.len()];
    let mut seed = arguments.seed;
    // Each primitive gets a round at least.
    for at in 0.. {
        let number = at % tallies.len();
        let left = arguments.time.saturating_sub(start.elapsed());
        if left.is_zero() && at >= tallies.len() {
            break;
        }
        let kind = arguments.kinds[number];
        // What is left is for those that have had no round yet.
        let waiting = u32::try_from(tallies.len().saturating_sub(at))
            .unwrap_or(1)
            .max(1);
        let weather = Weather::random(seed, arguments.threads, arguments.calm);
        let round = Round {
            kind,
            seed,
            weather: &weather,
            time: ROUND.min(left / waiting).max(ROUND / 10),
            hang: arguments.hang,
            show: arguments.state && at < tallies.len(),
            repeat: arguments.repeat(kind.name, seed),
        };
        let mut shown = Instant::now();
        let tick = |steps: u64| {
            if shown.elapsed() >= Duration::from_millis(100) {
                shown = Instant::now();
                bar.set_position(start.elapsed().as_secs());
                let name = kind.name;
                bar.set_message(format!("{name}: {weather}, {steps} steps"));
            }
        };
        let counts = round.run(tick);
        let tally = &mut tallies[number];
        tally.rounds += 1;
        tally.most_threads = tally.most_threads.max(weather.threads);
        tally.steps += counts.steps;
        tally.checks += counts.checks;
        seed = next(seed);
    }
    bar.finish_and_clear();
    print(arguments, &tallies, start.elapsed());
    ExitCode::SUCCESS
}

impl Arguments {
    /// The command that begins with the round of this seed.
    fn repeat(&self, name: &str, seed: u64) -> String {
        let calm = if self.calm { " --calm" } else { "" };
        let threads = self.threads;
        format!("cargo xtask stress {name} --seed {seed:#x} --threads {threads}{calm}")
    }
}

fn print(arguments: &Arguments, tallies: &[Tally], time: Duration) {
    println!("primitive  rounds  threads        steps       checks");
    for (kind, tally) in arguments.kinds.iter().zip(tallies) {
        let Tally {
            rounds,
            most_threads,
            steps,
            checks,
        } = tally;
        let name = kind.name;
        println!("{name:<9}  {rounds:>6}  {most_threads:>7}  {steps:>11}  {checks:>11}");
    }
    let sum = |number: fn(&Tally) -> u64| tallies.iter().map(number).sum::<u64>();
    // Alone on a line and in these words: what counts them reads it.
    let (steps, checks) = (sum(|tally| tally.steps), sum(|tally| tally.checks));
    println!("stress: {steps} steps, {checks} checks");
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    println!("{}", linux::done());
    println!("all invariants held for {:.1} s", time.as_secs_f64());
}
