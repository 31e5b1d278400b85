//! JSON Lines to JSON Lines: the same file by hand-written Rust and by `dealdesk batch`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dealdesk::batch::{Plan, Rejected};
use dealdesk::civil::date;
use dealdesk::host::{self, Batch, BatchFormat, BatchWatch};
use serde::Serialize;

use crate::deals::{self, Deal};
use crate::native::{self, Billing, Capacity, Priority};
use crate::ours;

/// What is said of an output.
#[derive(Serialize)]
struct Said<T> {
    status: &'static str,
    value: T,
}

fn decided<T>(value: T) -> Said<T> {
    Said { status: "decided", value }
}

/// What was decided, or else the default.
fn unless<T: PartialEq>(default: &T, value: T) -> Said<T> {
    Said { status: if value == *default { "default" } else { "decided" }, value }
}

#[derive(Serialize)]
struct Row {
    line: usize,
    priority: Said<Priority>,
    respond: Said<bool>,
    discovery_billing: Said<Billing>,
    tier: Said<i64>,
    total_hours: Said<i64>,
    monthly_cost: Said<Euros>,
    capacity: Said<Capacity>,
    accept: Said<bool>,
}

/// Cents, written as Euros without zeros at the end.
struct Euros(i64);

impl Serialize for Euros {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (euros, cents) = (self.0 / 100, self.0 % 100);
        match cents {
            0 => serializer.collect_str(&format_args!("{euros}")),
            cents if cents % 10 == 0 => serializer.collect_str(&format_args!("{euros}.{}", cents / 10)),
            cents => serializer.collect_str(&format_args!("{euros}.{cents:02}")),
        }
    }
}

/// As an expert writes it: one line at a time, into room that is used again.
fn by_hand(input: &Path, output: &Path) {
    let mut reader = BufReader::with_capacity(128 << 10, File::open(input).unwrap());
    let mut writer = BufWriter::with_capacity(128 << 10, File::create(output).unwrap());
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        if reader.read_line(&mut text).unwrap() == 0 {
            break;
        }
        let found = native::decide(&Deal::parse(&text).unwrap());
        let row = Row {
            line,
            priority: decided(found.priority),
            respond: decided(found.respond),
            discovery_billing: unless(&Billing::Billed, found.discovery_billing),
            tier: decided(found.tier),
            total_hours: decided(found.total_hours),
            monthly_cost: decided(Euros(found.monthly_cost)),
            capacity: unless(&Capacity::Open, found.capacity),
            accept: decided(found.accept),
        };
        serde_json::to_writer(&mut writer, &row).unwrap();
        writer.write_all(b"\n").unwrap();
    }
    writer.flush().unwrap();
}

struct Nobody;

impl BatchWatch for Nobody {
    fn rejected(&mut self, rejected: &Rejected) {
        panic!("{:?}", rejected.problems);
    }

    fn progress(&mut self, _bytes: u64, _rows: u64) {}
}

fn by_batch(input: &Path, output: &Path, threads: usize) {
    by_batch_with(input, output, threads, false);
}

/// Formats are those of the files' endings.
fn by_batch_with(input: &Path, output: &Path, threads: usize, reasons: bool) {
    let pack = ours::pack();
    let mut plan = Plan::new(pack.policy(), pack.sources(), None, date(2026, 3, 1));
    let [from, to] = [input, output].map(|path| BatchFormat::of(path).unwrap());
    plan.to = to.to().unwrap();
    plan.reasons = reasons;
    let batch = Batch { input, from, output, to, rejects: None, threads, fail_fast: true };
    host::batch(&batch, &plan, &mut Nobody).unwrap();
}

fn write(path: &Path, deals: impl Iterator<Item = Deal>) {
    let mut writer = BufWriter::new(File::create(path).unwrap());
    for deal in deals {
        writeln!(writer, "{}", deal.line()).unwrap();
    }
    writer.flush().unwrap();
}

/// The same deals as a table.
fn write_table(path: &Path, deals: impl Iterator<Item = Deal>) {
    let mut writer = BufWriter::new(File::create(path).unwrap());
    writeln!(writer, "{}", ours::FACTS.join(",")).unwrap();
    for deal in deals {
        let line: serde_json::Value = serde_json::from_str(&deal.line()).unwrap();
        let cells = ours::FACTS.map(|name| line[name].to_string().replace('"', ""));
        writeln!(writer, "{}", cells.join(",")).unwrap();
    }
    writer.flush().unwrap();
}

/// The shortest of several rounds, in seconds.
fn best(mut round: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64()
    };
    (0..5).map(time).fold(f64::MAX, f64::min)
}

/// The most memory that this process has had, in MB, where the system says it.
fn most_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok()? / 1024.0)
}

/// A process of its own that decides a file and prints how much memory that took.
pub fn measure_memory(input: &str, output: &str, threads: usize) {
    by_batch(Path::new(input), Path::new(output), threads);
    println!("{}", most_memory().unwrap_or_default());
}

fn memory(input: &Path, output: &Path, threads: usize) -> f64 {
    let this = std::env::current_exe().unwrap();
    let arguments = [input.display().to_string(), output.display().to_string(), threads.to_string()];
    let said = Command::new(this).arg("memory").args(arguments).output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().parse().unwrap()
}

/// Whether both write the same, and how long they take.
pub fn compare(rows: usize) {
    let folder: PathBuf = std::env::temp_dir().join(format!("dealdesk-compare-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let [input, larger, one, other] = ["in.jsonl", "larger.jsonl", "hand.jsonl", "batch.jsonl"].map(|n| folder.join(n));
    let deals = deals::generate(rows);
    write(&input, deals.iter().cloned());
    by_hand(&input, &one);
    for threads in [1, 2] {
        by_batch(&input, &other, threads);
        assert!(std::fs::read(&one).unwrap() == std::fs::read(&other).unwrap(), "the outputs differ");
    }
    println!(
        "\n| JSON Lines to JSON Lines, {rows} rows, both files the same | rows a second | of hand-written |\n| --- | --- | --- |"
    );
    let rate = |seconds: f64| format!("{:.2} million", rows as f64 / seconds / 1e6);
    let hand = best(|| by_hand(&input, &one));
    println!("| hand-written with serde_json, one thread | {} | 1 × |", rate(hand));
    let ours = best(|| by_batch(&input, &other, 1));
    println!("| `dealdesk batch`, one thread | {} | {:.2} × |", rate(ours), hand / ours);
    let two = best(|| by_batch(&input, &other, 2));
    println!("| … two threads, {:.2} × one | {} | {:.2} × |", ours / two, rate(two), hand / two);
    let [table, decided] = ["in.csv", "batch.csv"].map(|name| folder.join(name));
    write_table(&table, deals.iter().cloned());
    for (what, input, output) in [
        ("CSV to CSV", &table, &decided),
        ("CSV to JSON Lines", &table, &other),
        ("JSON Lines to CSV", &input, &decided),
    ] {
        let seconds = best(|| by_batch(input, output, 1));
        println!("| {what}, `dealdesk batch`, one thread | {} | {:.2} × |", rate(seconds), hand / seconds);
    }
    by_batch(&table, &other, 1);
    let [said, expected] = [&other, &one].map(|path| std::fs::read_to_string(path).unwrap());
    // All but the number of the line, as a table has one more.
    let of = |line: &str| line.split_once(',').map(|(_, rest)| rest.to_owned());
    assert!(said.lines().map(of).eq(expected.lines().map(of)), "the table comes to something else");
    let few = deals.len() / 20;
    write(&input, deals.iter().take(few).cloned());
    let seconds = best(|| by_batch_with(&input, &other, 1, true)) * rows as f64 / few as f64;
    println!("| with `--trace`, one thread | {} | {:.2} × |", rate(seconds), hand / seconds);
    write(&input, deals.iter().cloned());
    write(&larger, deals.iter().cycle().take(10 * rows).cloned());
    drop(deals);
    println!("\n| memory at most | {rows} rows | {} rows |\n| --- | --- | --- |", 10 * rows);
    for threads in [1, 2] {
        let [small, large] = [&input, &larger].map(|input| memory(input, &other, threads));
        println!("| {threads} thread{} | {small:.1} MB | {large:.1} MB |", if threads == 1 { "" } else { "s" });
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
