//! Questions about all deals: what `check` proves, and what `diff` tells.

use std::fmt::Write as _;

use std::time::{Duration, Instant};

use dealdesk::analysis::diff::{align, difference};
use dealdesk::civil::date;
use dealdesk::mutate::mutants;
use dealdesk::pack::DiffOptions;
use dealdesk::{FlipOptions, Pack};
use divan::Bencher;
use fastrand::Rng;

fn prove(pack: &Pack) -> usize {
    pack.prove(date(2026, 3, 1), &|| false).findings.len()
}

/// The policies in `rules/`, of which one may read otherwise.
fn edited(file: &str, from: &str, to: &str) -> Pack {
    let mut files: Vec<_> =
        std::fs::read_dir(crate::rules()).expect("rules").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let texts = files.iter().filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a text");
        let text = if name == file { text.replace(from, to) } else { text };
        (name, text)
    });
    Pack::compile(texts).expect("a pack")
}

#[divan::bench]
fn opencraft(bencher: Bencher) {
    let pack = Pack::load(crate::rules()).expect("a pack");
    bencher.bench(|| prove(&pack));
}

/// A table of 8 columns and 100 rows, with gaps and overlaps.
#[divan::bench(sample_count = 10)]
fn table(bencher: Bencher) {
    let mut dice = Rng::with_seed(8);
    let mut text = String::new();
    for column in 0..8 {
        let _ = writeln!(text, "fact f{column}: integer 0..100");
    }
    text.push_str("table result: integer\n ");
    let columns: Vec<String> = (0..8).map(|column| format!("f{column}")).collect();
    let _ = writeln!(text, " | {} | => result |", columns.join(" | "));
    for row in 0..100 {
        let cells = (0..8).map(|_| match dice.u32(0..4) {
            0 => "any".to_owned(),
            1 => format!("..{}", dice.u32(20..80)),
            2 => format!("{}..", dice.u32(20..80)),
            _ => format!("{}..{}", dice.u32(0..40), dice.u32(40..100)),
        });
        let _ = writeln!(text, "  | {} | {} |", cells.collect::<Vec<_>>().join(" | "), row % 7);
    }
    let pack = Pack::compile([("table.policy", text)]).expect("a pack");
    bencher.bench(|| prove(&pack));
}

/// A policy of so many rules over 60 facts, in decisions of 20 rules each.
fn rules(count: usize) -> Pack {
    let mut dice = Rng::with_seed(500);
    let mut text = String::new();
    for fact in 0..60 {
        let ty = ["boolean", "one of red, green, blue, white", "integer 0..1_000"][fact % 3];
        let _ = writeln!(text, "fact f{fact}: {ty}");
    }
    for decision in 0..count / 20 {
        let _ = writeln!(text, "decide d{decision}: one of low, medium, high\n  default low");
        for rule in 0..20 {
            let parts = (0..dice.usize(2..5)).map(|_| {
                let fact = dice.usize(0..60);
                match fact % 3 {
                    0 if dice.bool() => format!("f{fact}"),
                    0 => format!("not f{fact}"),
                    1 => format!("f{fact} is {}", ["red", "green", "blue"][dice.usize(0..3)]),
                    _ => format!("f{fact} {} {}", [">", "<="][dice.usize(0..2)], dice.u32(50..950)),
                }
            });
            let mut parts: Vec<String> = parts.collect();
            if decision > 0 && dice.usize(0..4) == 0 {
                parts.push(format!("d{} is not high", dice.usize(0..decision)));
            }
            let outcome = ["medium", "high"][rule % 2];
            let _ = writeln!(text, "  rule r{rule}: {outcome} when {}", parts.join(" and "));
            if rule > 0 {
                let _ = writeln!(
                    text,
                    "    overrides {}",
                    (0..rule).map(|r| format!("r{r}")).collect::<Vec<_>>().join(", ")
                );
            }
        }
    }
    Pack::compile([("rules.policy", text)]).expect("a pack")
}

#[divan::bench(args = [60, 120, 240, 500], sample_count = 1)]
fn rules_over_60_facts(bencher: Bencher, count: usize) {
    let pack = rules(count);
    bencher.bench(|| prove(&pack));
}

/// The same without any order between rules: hundreds of conflicts.
#[divan::bench(args = [500], sample_count = 1)]
fn conflicts(bencher: Bencher, count: usize) {
    let pack = rules(count);
    let text = pack.sources().iter().map(|(_, file)| file.text().to_owned()).find(|text| text.contains("rule r1:"));
    let text = text.expect("the policy");
    let loose: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("overrides")).collect();
    let pack = Pack::compile([("rules.policy", loose.join("\n"))]).expect("a pack");
    bencher.bench(|| prove(&pack));
}

const EDITS: [(&str, &str, &str); 4] = [
    ("discovery.policy", "\n           and client.kind is government", ""),
    (
        "own_figures.policy",
        "high_priority_from: integer \"Points for a high priority\" = 50",
        "high_priority_from: integer \"Points for a high priority\" = 55",
    ),
    (
        "own_figures.policy",
        "budget_fit_weight: integer \"Weight of the budget\" = 4",
        "budget_fit_weight: integer \"Weight of the budget\" = 5",
    ),
    ("cell_capacity.policy", "projected_role_load < cell.role_limit", "projected_role_load <= cell.role_limit"),
];

/// What an edit of the policies of OpenCraft means.
#[divan::bench(args = 0..EDITS.len(), sample_count = 10)]
fn diff(bencher: Bencher, edit: usize) {
    let (file, from, to) = EDITS[edit];
    let old = edited("", "", "");
    let new = edited(file, from, to);
    assert_ne!(old.policy().hash, new.policy().hash, "the edit changes nothing");
    let options = DiffOptions { today: date(2026, 3, 1), renames: true };
    bencher.bench(|| new.diff(&old, &options, &|| false));
}

/// Every edit of them that mutation testing makes, one after the other; the slowest says what a single edit may cost.
#[divan::bench(sample_count = 1, sample_size = 1)]
#[allow(clippy::print_stdout, reason = "each edit has a figure of its own")]
fn diff_of_every_edit() {
    let pack = edited("", "", "");
    let policy = pack.policy();
    let mut took: Vec<(Duration, usize, bool, String)> = Vec::new();
    for mutant in mutants(policy, pack.sources()) {
        let new = mutant.apply(policy);
        let begun = Instant::now();
        let aligned = align(policy, &new, true);
        let found = difference(&aligned.before, &new, date(2026, 3, 1), &|| begun.elapsed() > Duration::from_secs(60));
        let regions = found.changes.iter().map(|change| change.regions.len()).sum();
        took.push((begun.elapsed(), regions, found.stopped, format!("{}: {:?}", mutant.owner, mutant.operator)));
    }
    took.sort();
    let total: Duration = took.iter().map(|(time, ..)| *time).sum();
    println!("{} edits in {total:?}; the slowest:", took.len());
    for (time, regions, stopped, what) in took.iter().rev().take(12) {
        println!("  {time:?} {regions} regions{} {what}", if *stopped { ", stopped" } else { "" });
    }
}

/// The smallest change that leads to an outcome, or the proof that there is none.
#[divan::bench(args = [
    "city-tender.ron discovery.billing!=waived",
    "city-tender.ron lead.priority=low",
    "foundation-tender.toml bid.respond=no",
    "reseller.ron lead.terms_risk=high",
    "axim-course-format.ron maintenance.monthly_hours>=20 hours",
], sample_count = 20)]
fn flip(bencher: Bencher, wish: &str) {
    let (name, goal) = wish.split_once(' ').expect("a deal and a goal");
    let deal = crate::deal(name);
    let flip = || deal.flip(goal, date(2026, 6, 1), &FlipOptions::default(), &|| false).expect("a goal");
    bencher.bench(flip);
}
