//! `dealdesk ask` with files, streams and hostile input; its words are in `tests/cli/ask*`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test writes files, and fails where it cannot")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dealdesk::civil::{Date, date};
use dealdesk::{AskOptions, Deal, Format, Pack};
use tempfile::TempDir;

const AS_OF: Date = date(2026, 3, 1);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn lead() -> PathBuf {
    root().join("examples/deals/half-known-lead.ron")
}

fn ask(folder: &Path, arguments: &[&str], typed: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
    command.current_dir(folder).env("NO_COLOR", "1").arg("--policy").arg(root().join("rules")).arg("ask");
    command.args(["--as-of", "2026-03-01"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who has heard enough may have gone.
    let _ = child.stdin.take().unwrap().write_all(typed);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_deal_is_saved_with_its_answers_and_decides_the_same() {
    let folder = TempDir::new().unwrap();
    let lead = lead().display().to_string();
    let billing = ["--decision", "discovery.billing"];
    for name in ["new/deal.ron", "deal.json"] {
        let arguments = [&[lead.as_str(), "--save", name, "--set", "deal.engagement=iterative"], &billing[..]].concat();
        let output = ask(folder.path(), &arguments, b"5\n4\n");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).ends_with(&format!("\nsaved in {name}\n")));
        let again = ask(folder.path(), &[&[name, "--next"], &billing[..]].concat(), b"");
        let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
        assert_eq!(again["done"], true);
        assert_eq!(again["evaluation"]["decisions"]["discovery.billing"]["value"], "deferred");
        let saved = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(saved.contains("iterative") && saved.contains("Harbour Learning") && saved.contains("budget_fit"));
    }
}

#[test]
fn a_file_that_is_there_is_left_alone_unless_forced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("deal.ron");
    fs::copy(lead(), &path).unwrap();
    let before = fs::read_to_string(&path).unwrap();
    let output = ask(folder.path(), &["deal.ron", "--save", "deal.ron"], b"done\n");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!((text(&output.stdout).as_str(), fs::read_to_string(&path).unwrap()), ("", before.clone()));
    let output = ask(folder.path(), &["deal.ron", "--save", "deal.ron", "--force"], b"iterative\n");
    assert_eq!(output.status.code(), Some(1));
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.contains("engagement: iterative") && !before.contains("iterative"));
    assert_eq!(names(folder.path()), ["deal.ron"]);
}

#[test]
fn answers_are_not_lost_where_the_file_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("taken"), "").unwrap();
    let arguments = ["--decision", "lead.terms_risk", "--save", "taken/deal.ron"];
    let output = ask(folder.path(), &arguments, b"no\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).ends_with("(\n    lead: (\n        accepts_upstreaming: false,\n    ),\n)\n"));
    assert!(text(&output.stderr).contains("`taken/deal.ron` cannot be written"));
}

#[test]
fn with_json_only_the_decisions_go_to_standard_output() {
    let folder = TempDir::new().unwrap();
    let output = ask(folder.path(), &["--decision", "lead.terms_risk", "--format", "json"], b"maybe\nno\n");
    let decisions: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(decisions["decisions"]["lead.terms_risk"]["value"], "high");
    assert!(text(&output.stderr).contains("Is the lead happy for us to contribute the work upstream?"));
}

#[test]
fn what_costs_more_to_find_out_is_asked_later() {
    let first = |costs: [&str; 2]| {
        let [a, b] = costs;
        let text = format!("fact a: boolean\n{a}fact b: boolean\n{b}decide both: boolean = a and b");
        let pack = Pack::compile([("costs.policy", text.as_str())]).unwrap();
        let question = pack.empty_deal().next_question(AS_OF, &AskOptions::default()).unwrap();
        (question.path.clone(), question.effort.1.to_string())
    };
    let told = |path: &str, effort: &str| (path.to_owned(), effort.to_owned());
    assert_eq!(first(["", ""]), told("a", "2"));
    assert_eq!(first(["  judged by \"Somebody\"\n", ""]), told("b", "4"));
    assert_eq!(first(["  cost 0.5\n  judged by \"Somebody\"\n", ""]), told("a", "1.5"));
    assert_eq!(first(["  cost 2.25\n", ""]), told("b", "3.25"));
}

#[test]
fn nothing_that_is_typed_brings_it_down() {
    let folder = TempDir::new().unwrap();
    let long = vec![b'x'; (1 << 20) + 10];
    let hostile: [(&[u8], i32); 7] = [
        (b"", 1),
        (b"\n\n\n", 1),
        (b"\xff\xfe\n", 2),
        (b"no\0\x1b[31m\n", 1),
        (b"back\nback\nskip\nskip\nskip\nskip\nback\nwhy\nwhy\ndone\nmore\n", 1),
        (b"=\n==\n(((((((((((\n[[[[[[\n\"\n'\n-1\n1e999999\n99999999999999999999999999999999999999999\n", 1),
        (&long, 2),
    ];
    for (typed, code) in hostile {
        let output = ask(folder.path(), &["--decision", "discovery.billing", "--decision", "capacity"], typed);
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(!text(&output.stdout).contains('\x1b'));
    }
    assert!(names(folder.path()).is_empty());
}

fn pack() -> Pack {
    Pack::load(root().join("rules")).unwrap()
}

fn deal(pack: &Pack) -> Deal {
    pack.read_deal("lead", &fs::read_to_string(lead()).unwrap(), Format::Ron).unwrap()
}

#[test]
fn the_transcript_in_the_documentation_is_what_it_says() {
    let page = fs::read_to_string(root().join("docs/asking.md")).unwrap();
    let said = ask(root(), &["examples/deals/half-known-lead.ron", "--decision", "discovery.billing"], b"why\n4\n2\n");
    let said = text(&said.stdout);
    let transcript = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(said.starts_with(transcript.trim_end()), "{said}");
}

#[test]
fn skipping_everything_ends_and_back_undoes_it() {
    let pack = pack();
    let mut interview = pack.empty_deal().interview(AS_OF, &AskOptions { budget: 5, ..AskOptions::default() });
    let first = interview.question().unwrap();
    let mut asked = Vec::new();
    while let Some(question) = interview.question() {
        assert!(!asked.contains(&question.path), "{} is asked for twice", question.path);
        asked.push(question.path);
        interview.skip();
    }
    assert_eq!((asked.len(), interview.skipped().len()), (interview.turns(), asked.len()));
    assert_eq!(interview.deal().facts(), pack.empty_deal().facts());
    for path in asked.iter().rev() {
        assert_eq!(interview.back().as_ref(), Some(path));
    }
    assert_eq!((interview.back(), interview.question()), (None, Some(first)));
}

#[test]
fn a_raised_flag_is_content_with_what_is_seen_at_once() {
    let pack = pack();
    let enough = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let options = AskOptions { enough: Some(enough), ..AskOptions::default() };
    let question = deal(&pack).next_question(AS_OF, &options).unwrap();
    assert!(!question.exact && question.ahead == 0);
    let missing = deal(&pack).decide(AS_OF);
    assert!(missing.iter().any(|(_, answer)| answer.missing_paths().contains(&question.path.as_str())));
    let none = AskOptions { budget: 0, ..AskOptions::default() };
    assert_eq!(deal(&pack).next_question(AS_OF, &none), Some(question));
}

#[test]
fn the_next_question_of_decisions_is_that_of_their_deal() {
    let pack = pack();
    let options = AskOptions::default();
    let decided = deal(&pack).decide(AS_OF).next_question(&options);
    assert_eq!(decided, deal(&pack).next_question(AS_OF, &options));
    assert_eq!(decided.unwrap().path, "deal.engagement");
}

fn next(policy: &str) -> dealdesk::Question {
    let pack = Pack::compile([("a.policy", policy)]).unwrap();
    pack.empty_deal().next_question(AS_OF, &AskOptions::default()).unwrap()
}

#[test]
fn what_settles_the_most_is_asked_first_and_judgements_late() {
    let policy = |judged: &str, fits: &str| {
        format!(
            "fact urgent: boolean {judged}
             fact known: boolean {fits}
             fact large: boolean
             decide visit: boolean = urgent or known and large"
        )
    };
    // `urgent` alone may settle it, as may `known` or `large` being false only once `urgent` is.
    let question = next(&policy("", ""));
    assert_eq!((question.path.as_str(), question.at_most, question.exact), ("urgent", 3, true));
    let question = next("fact a: boolean judged by \"Owner\" fact b: boolean decide d: boolean = a and b");
    assert_eq!((question.path.as_str(), question.at_most, question.exact), ("b", 2, true));
    assert_eq!((question.effort.0.to_string(), question.effort.1.to_string()), ("4".to_owned(), "4".to_owned()));
    // Where a fact tells which of two others matters, it comes first: two questions instead of three.
    let question = next("fact b: boolean fact c: boolean fact a: boolean decide d: boolean = if a then b else c");
    assert_eq!((question.path.as_str(), question.at_most, question.exact), ("a", 2, true));
}

#[test]
fn amounts_are_told_apart_by_the_limits_they_are_compared_with() {
    let question = next(
        "currency EUR
         fact total: decimal in EUR 0..1_000_000_000
         fact loyal: boolean
         fact near: boolean
         constant limit: decimal in EUR = 10_000 EUR
         decide discount: boolean = if total >= limit then loyal else if total > 5 EUR then near else true",
    );
    assert_eq!((question.path.as_str(), question.at_most, question.exact), ("total", 2, true));
}
