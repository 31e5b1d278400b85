//! Decision tables that others published with their gaps and overlaps: what the engine decides at every point of a grid, and
//! what `check` finds, is what was published.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test fails where it cannot go on")]
#![allow(clippy::inconsistent_digit_grouping, reason = "hundredths stand apart")]

use dealdesk::civil::date;
use dealdesk::diagnostic::Code;
use dealdesk::{Pack, Status};
use serde_json::{Value, json};

/// A table, and what was published of it. Points are in hundredths.
struct Published {
    file: &'static str,
    /// The facts of the grid: each with its least value, its greatest, and the step between.
    grid: &'static [(&'static str, i64, i64, i64)],
    /// Where no row matches.
    gap: fn(&[i64]) -> bool,
    /// Where rows disagree, and which do.
    overlap: (fn(&[i64]) -> bool, &'static str),
}

fn nowhere(_: &[i64]) -> bool {
    false
}

const PUBLISHED: &[Published] = &[
    Published {
        file: "ends_left_out",
        grid: &[("n", 0, 100_00, 50)],
        gap: |p| p[0] == 0 || p[0] == 100_00,
        overlap: (nowhere, ""),
    },
    Published {
        file: "plane",
        grid: &[("x", -4_00, 4_00, 50), ("y", -12_00, 4_00, 50)],
        gap: |p| p[0] < 0 && p[1] > 0 || p[0] == 0 && p[1] >= 0 || p[0] > 0 && p[1] < 0,
        overlap: (nowhere, ""),
    },
    Published {
        file: "rectangles",
        grid: &[("x", 0, 9_00, 50), ("y", 0, 8_00, 50)],
        gap: |p| match (p[0], p[1]) {
            (0..1_00, y) => y > 2_00,
            (1_00..2_00, y) => (2_00 < y && y < 5_00) || 6_00 < y,
            (2_00..=3_00, y) => (4_00 < y && y < 5_00) || 6_00 < y,
            (3_01..=4_00, y) => 4_00 < y,
            (4_01..=5_00, y) => !(1_00..=4_00).contains(&y),
            (6_00..=7_00, y) => 3_00 < y,
            _ => true,
        },
        overlap: (|p| (2_00..=4_00).contains(&p[0]) && (1_00..=2_00).contains(&p[1]), "`row_1` and `row_3`"),
    },
    Published {
        file: "cube",
        grid: &[("a", 0, 3_00, 50), ("b", 0, 3_00, 50), ("c", 0, 3_00, 50)],
        gap: |p| match p[0] {
            0..=1_00 => p[1] > 2_00,
            1_01..=1_99 => true,
            _ => p[1] < 1_00 || p[2] < 1_00,
        },
        overlap: (nowhere, ""),
    },
    Published {
        file: "preapproval",
        grid: &[("credit.score", 698_00, 702_00, 1_00), ("debt_to_income", 0, 1_00, 1)],
        gap: nowhere,
        overlap: (|p| p[0] < 700_00 && p[1] == 28, "`row_1` and `row_3`"),
    },
    Published {
        file: "age_overlap",
        grid: &[("customer.age", 17_00, 40_00, 1_00)],
        gap: nowhere,
        overlap: (|p| (29_00..=30_00).contains(&p[0]), "`row_1` and `row_2`"),
    },
    Published {
        file: "age_gap",
        grid: &[("customer.age", 17_00, 40_00, 1_00)],
        gap: |p| p[0] == 31_00,
        overlap: (nowhere, ""),
    },
    Published {
        file: "minimum_age",
        grid: &[("driver.age", 18_00, 24_00, 1_00)],
        gap: nowhere,
        overlap: (|p| (19_00..21_00).contains(&p[0]), "`row_1` and `row_2`"),
    },
];

/// Every point of a grid.
fn points(grid: &[(&str, i64, i64, i64)]) -> Vec<Vec<i64>> {
    grid.iter().fold(vec![Vec::new()], |points, &(_, low, high, step)| {
        let longer =
            |point: Vec<i64>| (0..=(high - low) / step).map(move |n| [point.clone(), vec![low + n * step]].concat());
        points.into_iter().flat_map(longer).collect()
    })
}

fn deal(grid: &[(&str, i64, i64, i64)], point: &[i64]) -> Value {
    let mut deal = json!({});
    for ((name, ..), hundredths) in grid.iter().zip(point) {
        let sign = if *hundredths < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100);
        let number: Value = serde_json::from_str(text.strip_suffix(".00").unwrap_or(&text)).unwrap();
        match name.split_once('.') {
            Some((group, own)) => deal[group] = json!({ own: number }),
            None => deal[*name] = number,
        }
    }
    deal
}

#[test]
fn published_tables_have_the_gaps_and_overlaps_that_were_published() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), PUBLISHED.len());
    let mut told = String::new();
    for Published { file, grid, gap, overlap: (overlap, rows) } in PUBLISHED {
        let text = std::fs::read_to_string(folder.join(format!("{file}.policy"))).unwrap();
        let pack = Pack::compile([("table.policy", text.as_str())]).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (mut gaps, mut overlaps) = (false, false);
        for point in points(grid) {
            let decisions = pack.deal(&deal(grid, &point)).unwrap_or_else(|error| panic!("{file}: {error}"));
            let decisions = decisions.decide(date(2026, 3, 1));
            let status = decisions.iter().next().map(|(_, answer)| answer.status);
            let expected = match (gap(&point), overlap(&point)) {
                (true, _) => Status::Undecided,
                (_, true) => Status::Conflict,
                _ => Status::Decided,
            };
            assert_eq!(status, Some(expected), "{file} at {point:?}");
            gaps |= expected == Status::Undecided;
            overlaps |= expected == Status::Conflict;
        }
        let proof = pack.prove(date(2026, 3, 1), &|| false);
        assert!(!proof.stopped);
        let messages: Vec<&str> = proof.findings.iter().map(|finding| finding.message.as_str()).collect();
        let found = |code: Code| proof.findings.iter().any(|finding| finding.code == code);
        assert_eq!((found(Code::UndecidedDeals), found(Code::RulesDisagree)), (gaps, overlaps), "{file}: {messages:?}");
        assert!(messages.iter().any(|message| message.contains(rows)), "{file}: {messages:?}");
        told.push_str(&format!("{file}\n"));
        for finding in &proof.findings {
            told.push_str(&format!("  {} {}\n", finding.code, finding.message));
            let holes = finding.help.iter().filter(|help| help.message.starts_with("no row"));
            holes.for_each(|help| told.push_str(&format!("    {}\n", help.message)));
        }
    }
    insta::assert_snapshot!(told);
}
