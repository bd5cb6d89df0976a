//! The stress program notices what is broken, and says what a person needs to know.
#![cfg(not(gosync_loom))]

use std::process::{Command, Output};

fn stress(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stress"));
    command.args(arguments).output().unwrap()
}

/// What it says to a run that fails.
fn complaint(name: &[&str]) -> String {
    let output = stress(&[name, &["--seed", "7", "--threads", "4"]].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// What it says in a run in which all is well.
fn report(arguments: &[&str]) -> String {
    let output = stress(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn says(complaint: &str, words: &str) {
    assert!(complaint.contains(words), "no `{words}` in:\n{complaint}");
}

/// The state of the lock, what the threads do, and how to see it again.
#[test]
fn a_hang_is_reported() {
    let complaint = complaint(&["hangs", "--hang", "1"]);
    says(&complaint, "it hangs: no thread took a step for 1s");
    says(&complaint, "RawMutex {");
    says(&complaint, "Asking: ");
    says(&complaint, "repeat: cargo xtask stress hangs --seed 0x");
}

#[test]
fn a_broken_invariant_is_reported() {
    let complaint = complaint(&["races"]);
    says(&complaint, "an invariant is broken");
    says(&complaint, "repeat: cargo xtask stress races --seed 0x");
}

/// What would be said of any that hangs: all its words, whichever primitive it is.
#[test]
fn the_state_of_each_primitive_is_known() {
    let report = report(&["--state", "--seconds", "0", "--threads", "3", "--calm"]);
    for state in [
        "mutex: Mutexes {",
        "RawMutex {",
        "rwmutex: RwMutexes {",
        "RawRwMutex {",
        "once: Onces {",
        "Once {",
        "waitgroup: WaitGroups {",
        "WaitGroup {",
        "cond: Conds {",
        "Cond {",
        "pool: Pools {",
        "Pool {",
        "map: Maps {",
        "atomic: Atomics {",
    ] {
        says(&report, state);
    }
}

/// Each kind of weather comes, and not all at once.
#[test]
fn all_weathers_come() {
    let forecast = report(&["--forecast", "300", "--seed", "1"]);
    let rounds: Vec<_> = forecast.lines().collect();
    assert_eq!(rounds.len(), 300);
    for weather in [
        " 2 threads",
        " 3 threads",
        " 500 threads",
        "on one core",
        "on 2 cores",
        "inside nothing",
        "inside 100 turns",
        "inside 5000 turns",
        "inside yields",
        "inside sleeps",
        "between yields",
        "between sleeps",
        "priorities",
        "signals every",
    ] {
        let number = rounds.iter().filter(|its| its.contains(weather)).count();
        assert!((1..300).contains(&number), "{weather}: {number} rounds");
    }
    let calm = report(&["--forecast", "300", "--seed", "1", "--calm"]);
    assert!(!calm.contains("core") && !calm.contains("signals") && !calm.contains("priorities"));
}

/// Threads are pinned, made less important, and interrupted, where the system can do that.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn the_weather_is_as_forecast() {
    let forecast = report(&["--forecast", "1000", "--seed", "1", "--threads", "4"]);
    let bad = forecast.lines().find(|round| {
        ["one core", "priorities", "signals"]
            .iter()
            .all(|weather| round.contains(weather))
    });
    let (seed, _) = bad.unwrap().split_once(": ").unwrap();
    // The round ends by the clock: once more, if its threads have hardly had a processor by then.
    let mut said = String::new();
    for seconds in [1, 4, 16, 64] {
        let run = format!("mutex --seconds {seconds} --threads 4 --seed {seed}");
        said = report(&run.split(' ').collect::<Vec<_>>());
        let done = said.lines().find_map(|line| line.strip_prefix("threads: "));
        let counts: Vec<u64> = done
            .unwrap()
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        assert_eq!(counts.len(), 3, "{said}");
        if !counts.contains(&0) {
            return;
        }
    }
    panic!("{said}");
}
