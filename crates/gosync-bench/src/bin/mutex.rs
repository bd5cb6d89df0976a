//! The mutex against its peers.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use gosync_bench::{Padded, Sample, median, race, work};

trait Lock: Sync + Send + Default {
    const NAME: &'static str;
    fn with<R>(&self, f: impl FnOnce() -> R) -> R;
}

macro_rules! locks {
    ($($name:literal $ty:ident = $inner:ty, |$this:ident| $lock:expr;)*) => {$(
        #[derive(Default)]
        struct $ty($inner);
        impl Lock for $ty {
            const NAME: &'static str = $name;
            #[inline]
            fn with<R>(&self, f: impl FnOnce() -> R) -> R {
                let $this = &self.0;
                let _guard = $lock;
                f()
            }
        }
    )*};
}

locks! {
    "gosync" Ours = gosync_mutex::Mutex<()>, |m| m.lock();
    "std" Std = std::sync::Mutex<()>, |m| m.lock().unwrap();
    "pl 0.13" Pl13 = parking_lot::Mutex<()>, |m| m.lock();
    "pl 0.12" Pl12 = parking_lot_012::Mutex<()>, |m| m.lock();
    "usync" Usync = usync::Mutex<()>, |m| m.lock();
}

#[derive(Clone, Copy)]
enum Work {
    Alone,
    /// threads, work inside, work outside, whether to time each wait
    Section(usize, u32, u32, bool),
    /// hogs' hold, wanters
    Hog(Duration, usize),
}

fn busy(length: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < length {}
}

fn run<L: Lock>(work_kind: Work) -> Sample {
    let lock = Padded(L::default());
    let lock = &lock.0;
    let length = Duration::from_millis(100);
    match work_kind {
        Work::Alone => {
            let n = 2_000_000;
            let begin = Instant::now();
            for _ in 0..n {
                lock.with(|| std::hint::black_box(()));
            }
            Sample { rate: f64::from(n) / begin.elapsed().as_secs_f64() / 1e6, longest: 0.0 }
        }
        Work::Section(threads, inside, outside, timed) => race(threads, length, |_, stop| {
            let (mut ops, mut longest) = (0, Duration::ZERO);
            while !stop.load(Relaxed) {
                if timed {
                    let begin = Instant::now();
                    let waited = lock.with(|| {
                        let waited = begin.elapsed();
                        work(inside);
                        waited
                    });
                    longest = longest.max(waited);
                } else {
                    lock.with(|| work(inside));
                }
                work(outside);
                ops += 1;
            }
            (ops, longest)
        }),
        Work::Hog(hold, wanters) => {
            let done = AtomicBool::new(false);
            race(wanters + 1, length * 3, |thread, stop| {
                if thread == 0 {
                    while !done.load(Relaxed) && !stop.load(Relaxed) {
                        lock.with(|| busy(hold));
                    }
                    return (0, Duration::ZERO);
                }
                let (mut ops, mut longest) = (0, Duration::ZERO);
                while !stop.load(Relaxed) {
                    std::thread::sleep(Duration::from_micros(100));
                    let begin = Instant::now();
                    longest = longest.max(lock.with(|| begin.elapsed()));
                    ops += 1;
                }
                (ops, longest)
            })
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rounds: usize = args.iter().find_map(|a| a.parse().ok()).unwrap_or(5);
    let filter: Vec<&String> = args.iter().filter(|a| a.parse::<usize>().is_err()).collect();
    let us = |n| Duration::from_micros(n);
    let mut works = vec![("alone".to_string(), Work::Alone)];
    for t in [2, 3, 4, 8, 16, 64, 256] {
        works.push((format!("tiny {t}"), Work::Section(t, 0, 0, false)));
    }
    for t in [2, 3, 4, 8, 16, 64, 256] {
        works.push((format!("mid {t}"), Work::Section(t, INSIDE, INSIDE, false)));
    }
    for t in [16, 64] {
        works.push((format!("wait tiny {t}"), Work::Section(t, 0, 0, true)));
        works.push((format!("wait mid {t}"), Work::Section(t, INSIDE, INSIDE, true)));
    }
    works.push(("hog 100us".into(), Work::Hog(us(100), 1)));
    works.push(("hog 10us".into(), Work::Hog(us(10), 1)));
    works.push(("hog 1ms".into(), Work::Hog(us(1000), 1)));
    works.push(("hog 100us x8".into(), Work::Hog(us(100), 8)));
    let begin = Instant::now();
    work(1_000_000);
    eprintln!("work unit {:?}/1e6", begin.elapsed());
    type Runner = (&'static str, fn(Work) -> Sample);
    let runners: [Runner; 5] = [
        (Ours::NAME, run::<Ours>),
        (Std::NAME, run::<Std>),
        (Pl13::NAME, run::<Pl13>),
        (Pl12::NAME, run::<Pl12>),
        (Usync::NAME, run::<Usync>),
    ];
    print!("{:16}", "");
    for r in &runners {
        print!("{:>22}", r.0);
    }
    println!();
    for (name, w) in works {
        if !filter.is_empty() && !filter.iter().any(|f| name.contains(f.as_str())) {
            continue;
        }
        let mut rates = vec![vec![]; runners.len()];
        let mut longest = vec![vec![]; runners.len()];
        for _ in 0..rounds {
            for (i, r) in runners.iter().enumerate() {
                let s = (r.1)(w);
                rates[i].push(s.rate);
                longest[i].push(s.longest);
            }
        }
        print!("{name:16}");
        for i in 0..runners.len() {
            let lo = rates[i].iter().copied().fold(f64::MAX, f64::min);
            let hi = rates[i].iter().copied().fold(0., f64::max);
            let m = median(&mut rates[i]);
            let l = median(&mut longest[i]);
            match w {
                Work::Alone => print!("{:>19.2} ns", 1e3 / m),
                Work::Section(_, _, _, false) => {
                    let cell = format!("{m:.1} ({lo:.1}-{hi:.1})");
                    print!("{cell:>22}");
                }
                Work::Section(..) => {
                    let cell = format!("{m:.1} {l:.2}ms");
                    print!("{cell:>22}");
                }
                Work::Hog(..) => {
                    let cell = format!("{:.0}/s {l:.2}ms", m * 1e6);
                    print!("{cell:>22}");
                }
            }
        }
        println!();
    }
}

/// About 0.15 us.
const INSIDE: u32 = 110;
