//! Cases in every format, and texts that are none.

use dealdesk::Pack;
use dealdesk::base::{SourceFile, Sources};
use dealdesk::cases::{self, Case, Snapshot};
use dealdesk::diagnostic::Diagnostic;
use dealdesk::facts::read::{Form, Format};
use proptest::prelude::*;

use crate::pack::{CASES, POLICY};

fn pack() -> Pack {
    Pack::compile([("grades.policy", POLICY)]).unwrap()
}

fn read(pack: &Pack, text: &str, format: Format) -> (Vec<Case>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = SourceFile::new("cases/some.ron", text);
    let id = sources.add(file.clone());
    let form = Form::new(&pack.policy().schema);
    cases::read(pack.policy(), &form, id, &file, format)
}

/// What each case comes to, and whether that is as expected.
fn run(pack: &Pack, cases: &[Case]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for case in cases {
        let outcome = cases::run(pack.policy(), pack.sources(), case, &case.deal(|_| None));
        assert_eq!(outcome.unmet, [], "{}", case.name);
        snapshot.insert(case.name.clone(), outcome.summary);
    }
    snapshot
}

#[test]
fn the_same_cases_are_written_in_every_format() {
    let pack = pack();
    let json = r#"[
        {"name": "just below", "as_of": "2026-03-01", "deal": {"score": 49}, "expect": {"grade": "fair"}},
        {"name": "just at", "as_of": "2026-03-01", "deal": {"score": 50}, "expect": {"grade": {"value": "good", "by": "high"}}},
        {"name": "far above", "as_of": "2026-03-01", "deal": {"score": 90}},
        {"name": "poor", "as_of": "2026-03-01", "deal": {"score": 10}, "tags": ["low"]}
    ]"#;
    let yaml = "\
as_of: 2026-03-01
cases:
  - {name: just below, deal: {score: 49}, expect: {grade: fair}}
  - {name: just at, deal: {score: 50}, expect: {grade: good, invited: true}}
  - {name: far above, deal: {score: 90}}
  - {name: poor, deal: {score: 10}, tags: [low], expect: {grade: {value: poor, by: default}}}
";
    let toml = "\
as_of = 2026-03-01
[[cases]]
name = \"just below\"
deal.score = 49
expect.grade = \"fair\"
[[cases]]
name = \"just at\"
deal.score = 50
[[cases]]
name = \"far above\"
deal.score = 90
[[cases]]
name = \"poor\"
tags = [\"low\"]
deal.score = 10
expect.invited = false
";
    let texts = [(CASES, Format::Ron), (json, Format::Json), (yaml, Format::Yaml), (toml, Format::Toml)];
    let snapshots: Vec<Snapshot> = texts
        .iter()
        .map(|(text, format)| {
            let (cases, problems) = read(&pack, text, *format);
            assert_eq!(problems, [], "{format:?}");
            assert_eq!(cases[3].tags, ["low"]);
            run(&pack, &cases)
        })
        .collect();
    assert_eq!(snapshots[0].names().collect::<Vec<_>>(), ["just below", "just at", "far above", "poor"]);
    assert!(snapshots.iter().all(|snapshot| *snapshot == snapshots[0]));
}

#[test]
fn a_case_adds_to_its_group_and_goes_before_it() {
    let pack = Pack::compile([(
        "a.policy",
        "fact a: integer 0..9\nfact b: integer 0..9\ndecide sum: integer = a + b\ndecide other: integer = a",
    )])
    .unwrap();
    let text = r#"(as_of: "2026-03-01", tags: ["x"], deal: (a: 1, b: 2), only: "sum",
        cases: [(name: "own", as_of: "2026-04-01", tags: ["y"], deal: (b: 5), expect: (sum: 6)), (name: "group")])"#;
    let (cases, problems) = read(&pack, text, Format::Ron);
    assert_eq!(problems, []);
    assert_eq!((cases[0].tags.join(" "), cases[0].as_of.to_string()), ("x y".to_owned(), "2026-04-01".to_owned()));
    assert_eq!((cases[1].tags.join(" "), cases[1].as_of.to_string()), ("x".to_owned(), "2026-03-01".to_owned()));
    insta::assert_snapshot!(run(&pack, &cases).contents());
}

#[test]
fn a_file_of_one_case_is_called_as_the_file() {
    let (cases, problems) = read(&pack(), "as_of: \"2026-03-01\", deal: (score: 3)", Format::Ron);
    assert_eq!((problems, cases[0].name.as_str()), (Vec::new(), "some"));
}

#[test]
fn every_kind_of_unmet_expectation_is_told_with_its_reasons() {
    let pack = Pack::compile([(
        "a.policy",
        r#"
        record line
          field pieces: integer 0..10
        fact lines: list of line up to 5
        fact a: boolean
        fact b: boolean
        fact n: integer 0..9
        decide line.many: boolean = line.pieces > 5
        decide who: one of x, y, z
          default z
            refer to "The boss" "May we?"
          rule first: x when a
            because "A is the first"
          rule second: y when b
        checklist todo
          item one when a
          item two when b
        decide quotient: decimal = round(1 / n, 2)
        "#,
    )])
    .unwrap();
    let text = r#"(as_of: "2026-03-01", cases: [
        (name: "value", deal: (a: true, b: false), expect: (who: y, todo: [two])),
        (name: "rule", deal: (a: true, b: false), expect: (who: (value: x, by: second))),
        (name: "default", deal: (a: true, b: false), expect: (who: (by: default))),
        (name: "open", deal: (a: true), expect: (who: x, todo: (missing: [a, b]))),
        (name: "conflict", deal: (a: true, b: true), expect: (who: (status: undecided), todo: [])),
        (name: "referral", deal: (a: false, b: false), expect: (who: (refer: []))),
        (name: "error", deal: (n: 0), expect: (quotient: 1.5)),
        (name: "records", deal: (lines: [(pieces: 6), (pieces: 5)]), expect: (line: (many: [true, true]))),
        (name: "too few", deal: (lines: [(pieces: 6)]), expect: (line: (many: [true, true]))),
        (name: "a field", deal: (lines: [()]), expect: (line: (many: [(missing: ["lines[1].pieces"])]))),
        (name: "no list", expect: (line: (many: []))),
        (name: "a list", deal: (lines: []), expect: (line: (many: (status: undecided)))),
    ])"#;
    let (cases, problems) = read(&pack, text, Format::Ron);
    assert_eq!(problems, []);
    let mut told = String::new();
    for case in &cases {
        told.push_str(&format!("{}\n", case.name));
        let outcome = cases::run(pack.policy(), pack.sources(), case, &case.deal(|_| None));
        assert!(!outcome.unmet.is_empty(), "{}", case.name);
        for unmet in outcome.unmet {
            let place = &text[unmet.span.start as usize..unmet.span.end as usize];
            told.push_str(&format!("  {} [{place}]\n", unmet.message));
            told.extend(unmet.reasons.iter().map(|reason| format!("    {reason}\n")));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_too_much_is_told_of_the_file_of_cases() {
    let pack = pack();
    let message = |text: &str, format: Format| {
        let (_, problems) = read(&pack, text, format);
        format!("{}; {}", problems[0].message, problems[0].help[0].message)
    };
    for format in [Format::Ron, Format::Yaml] {
        let deep = message(&format!("{}{}", "[".repeat(80), "]".repeat(80)), format);
        assert!(deep.starts_with("the file of cases is nested more than 64 levels deep"), "{deep}");
    }
    let case = format!("{{\"tags\":[{}0]}}", "0,".repeat(60));
    let many = format!("[{}]", vec![case; 90_000].join(","));
    assert_eq!(
        message(&many, Format::Json),
        "the file of cases holds more than 5000000 values; divide its cases into several files"
    );
}

fn piece() -> impl Strategy<Value = String> {
    let pieces = vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "\n",
        "- ",
        "=",
        "\"",
        "name",
        "\"name\"",
        "as_of",
        "\"2026-03-01\"",
        "tags",
        "only",
        "deal",
        "expect",
        "cases",
        "score",
        "grade",
        "good",
        "value",
        "by",
        "missing",
        "status",
        "50",
        "none",
        "null",
        "=== ",
        "---\n",
        "  ",
        "    by ",
        "x.y",
    ];
    prop::sample::select(pieces).prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(pieces in prop::collection::vec(piece(), 0..40), format in 0..4_usize) {
        let pack = pack();
        let text = pieces.concat();
        let (cases, problems) = read(&pack, &text, Format::ALL[format]);
        for problem in &problems {
            let span = problem.primary.as_ref().map(|label| label.span).unwrap();
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?}", problem);
        }
        if problems.is_empty() {
            for case in &cases {
                cases::run(pack.policy(), pack.sources(), case, &case.deal(|_| None));
            }
        }
        let file = SourceFile::new("a.snap", text.as_str());
        if let Ok(snapshot) = Snapshot::read(dealdesk::base::FileId(0), &file) {
            let again = SourceFile::new("a.snap", snapshot.text("a"));
            prop_assert_eq!(Snapshot::read(dealdesk::base::FileId(0), &again).map_err(|e| e.message), Ok(snapshot));
        }
    }

    #[test]
    fn running_twice_gives_the_same_text_which_reads_back(scores in prop::collection::vec(prop::option::of(0..=100), 1..8)) {
        let pack = pack();
        let one = |(i, score): (usize, &Option<i32>)| {
            let deal = score.map(|score| format!("score: {score}")).unwrap_or_default();
            format!("(name: \"case {i}\", as_of: \"2026-03-01\", deal: ({deal}))")
        };
        let text = format!("[{}]", scores.iter().enumerate().map(one).collect::<Vec<_>>().join(","));
        let (cases, problems) = read(&pack, &text, Format::Ron);
        prop_assert_eq!(problems, []);
        let (first, second) = (run(&pack, &cases), run(&pack, &cases));
        prop_assert_eq!(first.text("x"), second.text("x"));
        let file = SourceFile::new("a.snap", first.text("x"));
        prop_assert_eq!(Snapshot::read(dealdesk::base::FileId(0), &file).map_err(|e| e.message), Ok(first));
    }
}
