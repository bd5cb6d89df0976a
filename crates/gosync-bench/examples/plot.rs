//! Plots, and tables in Markdown, of what the benchmarks saved: `cargo xtask bench --plot`.
//!
//! Reads `docs/benchmarks/*.csv`, which the benchmarks write with `--csv`, writes
//! `docs/benchmarks/*.svg`, and prints the tables.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use gosync_bench::{Sample, Spread};
use plotters::{
    coord::combinators::IntoLogRange,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/benchmarks");

/// The samples of a benchmark, and its peers in their order.
struct Data {
    peers: Vec<String>,
    samples: BTreeMap<(String, String), Vec<Sample>>,
}

impl Data {
    fn read(name: &str) -> Outcome<Self> {
        let path = Path::new(FOLDER).join(name).with_extension("csv");
        let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
        let mut data = Self {
            peers: Vec::new(),
            samples: BTreeMap::new(),
        };
        for line in text.lines() {
            let [workload, peer, rate, other] = line.split(',').collect::<Vec<_>>()[..] else {
                return Err(format!("{}: {line}", path.display()).into());
            };
            if !data.peers.iter().any(|known| known == peer) {
                data.peers.push(peer.to_owned());
            }
            let sample = Sample {
                rate: rate.parse()?,
                other: other.parse()?,
            };
            let key = (workload.to_owned(), peer.to_owned());
            data.samples.entry(key).or_default().push(sample);
        }
        Ok(data)
    }

    /// The median of a figure over the rounds.
    fn median(&self, workload: &str, peer: &str, figure: fn(&Sample) -> f64) -> Option<f64> {
        let samples = self.samples.get(&(workload.to_owned(), peer.to_owned()))?;
        Some(Spread::of(samples.iter().map(figure)).median)
    }
}

/// Ours is drawn in black and broad, the others in colours that can be told apart.
fn style(peer: usize) -> ShapeStyle {
    const COLOURS: [RGBColor; 6] = [
        RGBColor(0, 114, 178),
        RGBColor(213, 94, 0),
        RGBColor(0, 158, 115),
        RGBColor(204, 121, 167),
        RGBColor(230, 159, 0),
        RGBColor(86, 180, 233),
    ];
    match peer.checked_sub(1) {
        None => BLACK.stroke_width(3),
        Some(other) => COLOURS[other % COLOURS.len()].stroke_width(2),
    }
}

const WIDTH: i32 = 800;
const SIZE: (u32, u32) = (WIDTH.unsigned_abs(), 400);
const FONT: &str = "sans-serif";
/// The width of what is to the right of the lines.
const LEGEND: i32 = 180;

/// Rates against the number of threads: a line a peer, a point for each `PREFIX-N` that there is.
fn threads(data: &Data, svg: &str, title: &str, prefix: &str) -> Outcome {
    let rate = |sample: &Sample| sample.rate;
    let series: Vec<(usize, Vec<(u32, f64)>)> = (0..data.peers.len())
        .map(|peer| {
            let points = [1_u32, 2, 3, 4, 8, 16, 64, 256].into_iter();
            let points = points.filter_map(|threads| {
                let workload = format!("{prefix}-{threads}");
                Some((threads, data.median(&workload, &data.peers[peer], rate)?))
            });
            (peer, points.collect())
        })
        .filter(|(_, points): &(_, Vec<_>)| !points.is_empty())
        .collect();
    let points = || series.iter().flat_map(|(_, points)| points);
    let top = points().map(|point| point.1).fold(0.0, f64::max) * 1.1;
    let least = points().map(|point| point.0).min().ok_or(prefix)?;
    let most = points().map(|point| point.0).max().ok_or(prefix)?;

    let path = Path::new(FOLDER).join(svg).with_extension("svg");
    let root = SVGBackend::new(&path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, (FONT, 20))
        .margin(12)
        .margin_right(LEGEND)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d((least..most + 1).log_scale().base(2.0), 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("threads")
        .y_desc("millions a second")
        .label_style((FONT, 15))
        .draw()?;
    for (peer, points) in series {
        let style = style(peer);
        chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
        chart.draw_series(
            points
                .iter()
                .map(|&point| Circle::new(point, 3, style.filled())),
        )?;
        let (x, y) = (WIDTH - LEGEND + 16, 60 + 20 * i32::try_from(peer)?);
        root.draw(&PathElement::new([(x, y), (x + 18, y)], style))?;
        let left = Pos::new(HPos::Left, VPos::Center);
        let font = (FONT, 15).into_font().color(&BLACK).pos(left);
        root.draw(&Text::new(data.peers[peer].clone(), (x + 24, y), font))?;
    }
    root.present()?;
    Ok(())
}

/// Bars from left to right: for each workload one for each peer, of figures on a logarithmic scale.
fn bars(
    data: &Data,
    (svg, title, unit): (&str, &str, &str),
    workloads: &[&str],
    figure: fn(&Sample) -> f64,
) -> Outcome {
    let names: Vec<&String> = data.peers.iter().collect();
    let rows = workloads.len() * (names.len() + 1);
    let value = |workload: &str, peer: &str| data.median(workload, peer, figure);
    let all = workloads
        .iter()
        .flat_map(|workload| names.iter().filter_map(move |peer| value(workload, peer)))
        .filter(|value| *value > 0.0);
    let (low, high) = all.fold((f64::MAX, 0.0), |(low, high): (f64, f64), value| {
        (low.min(value), high.max(value))
    });
    let range = low / 2.0..high * 3.0;

    let path = Path::new(FOLDER).join(svg).with_extension("svg");
    let height = 90 + 15 * u32::try_from(rows)?;
    let root = SVGBackend::new(&path, (SIZE.0, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, (FONT, 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(250)
        .build_cartesian_2d(range.clone().log_scale(), (0..rows).into_segmented())?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .x_labels(5)
        .x_desc(unit)
        .label_style((FONT, 15))
        .draw()?;
    for (i, workload) in workloads.iter().enumerate() {
        for (j, peer) in names.iter().enumerate() {
            let Some(value) = value(workload, peer) else {
                continue;
            };
            // The first on top.
            let row = rows - 1 - (i * (names.len() + 1) + j);
            let (from, to) = (SegmentValue::Exact(row), SegmentValue::Exact(row + 1));
            let middle = SegmentValue::CenterOf(row);
            let bar = [(range.start, from), (value.max(range.start), to)];
            let colour = style(j).filled();
            chart.draw_series([Rectangle::new(bar, colour)])?;
            let digits = if value < 10.0 { 2 } else { 0 };
            let left = Pos::new(HPos::Left, VPos::Center);
            let font = (FONT, 14).into_font().color(&BLACK);
            let text = EmptyElement::at((value.max(range.start), middle))
                + Text::new(format!(" {value:.digits$}"), (2, 0), font.pos(left));
            chart.draw_series([text])?;
            let label = match j {
                0 => format!("{workload}  {peer}"),
                _ => (*peer).clone(),
            };
            let right = Pos::new(HPos::Right, VPos::Center);
            let font = (FONT, 14).into_font().color(&BLACK);
            let middle = SegmentValue::CenterOf(row);
            let text = EmptyElement::at((range.start, middle))
                + Text::new(label, (-6, 0), font.pos(right));
            chart.draw_series([text])?;
        }
    }
    root.present()?;
    Ok(())
}

/// What an operation takes: a workload a row, a peer a column.
fn table(data: &Data, workloads: &[&str]) {
    println!("| | {} |", data.peers.join(" | "));
    println!("|---|{}", "---|".repeat(data.peers.len()));
    for workload in workloads {
        print!("| {workload} |");
        for peer in &data.peers {
            match data.median(workload, peer, |sample| 1e3 / sample.rate) {
                None => print!(" |"),
                Some(time) if time < 1e3 => print!(" {time:.*} ns |", usize::from(time < 10.0)),
                Some(time) => print!(" {:.*} us |", usize::from(time < 1e4), time / 1e3),
            }
        }
        println!();
    }
    println!();
}

fn main() -> Outcome {
    let mutex = Data::read("mutex")?;
    threads(&mutex, "mutex-tiny", "Mutex: tiny sections", "tiny")?;
    let title = "Mutex: 0.15 us inside, as much outside";
    threads(&mutex, "mutex-short", title, "short")?;
    let waits = (
        "mutex-waits",
        "Mutex: the longest wait",
        "milliseconds, on a logarithmic scale; less is better",
    );
    let workloads = [
        "tiny-16-waits",
        "tiny-64-waits",
        "short-16-waits",
        "short-64-waits",
        "hog-100-1",
    ];
    bars(&mutex, waits, &workloads, |sample| sample.other)?;
    let rwmutex = Data::read("rwmutex")?;
    threads(
        &rwmutex,
        "rwmutex-readers",
        "RwMutex: readers only",
        "readers",
    )?;
    let title = "RwMutex: one write in 100";
    threads(&rwmutex, "rwmutex-writes", title, "write-1in100")?;
    let pool = Data::read("pool")?;
    threads(&pool, "pool-pair", "Pool: a get and a put", "pair")?;
    let map = Data::read("map")?;
    let workloads = [
        "LoadMostlyHits-2",
        "LoadMostlyMisses-2",
        "LoadOrStoreBalanced-2",
        "LoadOrStoreUnique-2",
        "LoadAndDeleteBalanced-2",
        "Range-2",
        "AdversarialAlloc-2",
        "DeleteCollision-2",
        "SwapMostlyHits-2",
        "CompareAndSwapCollision-2",
        "CompareAndSwapMostlyHits-2",
        "Clear-2",
    ];
    let title = (
        "map",
        "Map: Go's benchmarks, two threads",
        "millions a second, on a logarithmic scale; more is better",
    );
    bars(&map, title, &workloads, |sample| sample.rate)?;

    let once = [
        "done",
        "first",
        "contended-2",
        "contended-8",
        "func",
        "value",
    ];
    table(&Data::read("once")?, &once);
    let group = [
        "add-done-1",
        "add-done-2",
        "add-done-8",
        "tasks",
        "tasks-channel",
    ];
    table(&Data::read("waitgroup")?, &group);
    let cond = [
        "nobody",
        "ping-pong",
        "broadcast-2",
        "broadcast-8",
        "broadcast-32",
    ];
    table(&Data::read("cond")?, &cond);
    Ok(())
}
