//! Files decided in bulk: the same bytes on any number of threads, and no file that is not whole.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test reads files, and fails where it cannot"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dealdesk::Pack;
use dealdesk::batch::{Plan, Rejected, Tally};
use dealdesk::civil::date;
use dealdesk::host::{self, Batch, BatchFailed, BatchFormat, BatchWatch};
use tempfile::TempDir;

/// What was told on the way.
#[derive(Default)]
struct Told {
    messages: Vec<String>,
    bytes: u64,
    rows: u64,
}

impl BatchWatch for Told {
    fn rejected(&mut self, rejected: &Rejected) {
        for problem in &rejected.problems {
            let place = problem.primary.as_ref().and_then(|label| rejected.sources.locate(label.span));
            let (_, position) = place.unwrap();
            self.messages.push(format!("{}:{} {}", position.line, position.column, problem.message));
        }
    }

    fn progress(&mut self, bytes: u64, rows: u64) {
        assert!(bytes >= self.bytes && rows >= self.rows, "progress goes one way");
        (self.bytes, self.rows) = (bytes, rows);
    }
}

struct Files {
    folder: TempDir,
    input: PathBuf,
}

impl Files {
    fn new(name: &str, text: &str) -> Files {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join(name);
        fs::write(&input, text).unwrap();
        Files { folder, input }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, output: &str, how: impl FnOnce(&mut Plan, &mut Batch<'_>)) -> (Result<Tally, BatchFailed>, Told) {
        let pack = Pack::load("tests/cli/packs/discounts").unwrap();
        let mut plan = Plan::new(pack.policy(), pack.sources(), None, date(2026, 3, 1));
        let (output, rejects) = (self.path(output), self.path("rejects"));
        let of = |path: &Path| BatchFormat::of(path).unwrap();
        let (from, to) = (of(&self.input), of(&output));
        plan.to = to.to().unwrap();
        let mut batch = Batch {
            input: &self.input,
            from,
            output: &output,
            to,
            rejects: Some(&rejects),
            threads: 1,
            fail_fast: false,
        };
        how(&mut plan, &mut batch);
        let mut told = Told::default();
        let done = host::batch(&batch, &plan, &mut told);
        (done, told)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Something long that is no fact, so that few rows make several pieces.
const NOTES: &str = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 ";

/// So many rows of all sorts: whole ones, undecided, conflicts, errors, lists, and some that cannot be read.
fn table(rows: usize) -> String {
    let mut text =
        "id,client.kind,client.existing,order.total,order.urgent,lines[0].pieces,lines[1].pieces,notes\n".to_owned();
    for n in 0..rows {
        let kind = ["private", "nonprofit", "government", ""][n % 4];
        let existing = ["true", "false", ""][n % 3];
        let total = match n % 31 {
            0 => "many".to_owned(),
            _ => format!("{}.{:02}", n % 5_000, n % 100),
        };
        let pieces = [",", "3,", "0,0", "1_200,7", "5,2000"][n % 5];
        let urgent = if n % 2 == 0 { "false" } else { "" };
        writeln!(text, "\"deal, {n}\",{kind},{existing},{total},{urgent},{pieces},{NOTES}").unwrap();
    }
    text
}

fn lines(rows: usize) -> String {
    let mut text = String::new();
    for n in 0..rows {
        let existing = ["true", "false", "null"][usize::from(n % 29 == 0) + n % 2];
        let lines = ["[]", "[{\"pieces\": 4}]", "[{\"pieces\": 1500}, {}]"][n % 3];
        let urgent = if n % 4 < 2 { ",\"urgent\":false" } else { "" };
        writeln!(
            text,
            "{{\"notes\": \"{NOTES}\", \"id\": {n}, \"client\": {{\"existing\": {existing}, \"kind\": \"private\", \"name\": \"Ad\\u00e9 {n}\"}}, \
             \"order\":{{\"total\":{n}.5{urgent}}},\"lines\":{lines}}}"
        )
        .unwrap();
    }
    text
}

#[test]
fn output_is_the_same_on_any_number_of_threads() {
    for (name, text, keep) in [("in.csv", table(600), vec!["id"]), ("in.jsonl", lines(600), vec!["id", "client.name"])]
    {
        assert!(text.len() > 500_000, "several pieces: {}", text.len());
        for output in ["out.csv", "out.jsonl"] {
            let files = Files::new(name, &text);
            let run = |threads| {
                let (done, told) = files.run(output, |plan, batch| {
                    plan.keep = keep.iter().map(|name| (*name).to_owned()).collect();
                    plan.ignore = vec!["notes".to_owned()];
                    batch.threads = threads;
                });
                let tally = done.unwrap();
                assert_eq!((told.bytes, told.rows), (text.len() as u64, tally.decided + tally.rejected));
                (tally, told.messages, files.read(output), files.read("rejects"))
            };
            let one = run(1);
            for threads in [2, 4] {
                assert!(run(threads) == one, "{name} to {output} on {threads} threads is otherwise");
            }
            let (tally, _, written, rejects) = one;
            assert_eq!(tally.decided + tally.rejected, 600);
            assert!(tally.rejected > 5, "{tally:?}");
            let header = |of: &str| usize::from(of.ends_with(".csv"));
            assert_eq!(written.lines().count() as u64, tally.decided + header(output) as u64);
            assert_eq!(rejects.lines().count() as u64, tally.rejected + header(name) as u64);
            // What is rejected is as it was, and can be tried again.
            assert!(rejects.lines().all(|line| text.contains(line)));
            let discount = &tally.outcomes[0];
            assert!(discount.provisional > 0 && discount.values.iter().sum::<u64>() > 0, "{discount:?}");
        }
    }
}

#[test]
fn what_is_rejected_is_told_with_its_line_and_column() {
    let text = "id,order.total,client.kind\n1,5,private\n\n\"2\n\",\"x\",club\n3,5\n4,\"5,private\n";
    let files = Files::new("in.csv", text);
    let (done, told) = files.run("out.csv", |plan, _| plan.ignore = vec!["id".to_owned()]);
    assert_eq!(done.map(|tally| (tally.decided, tally.rejected)).unwrap(), (1, 3));
    assert_eq!(
        told.messages,
        [
            "5:3 `order.total` is to be a number in EUR, not `x`",
            "5:7 `client.kind` can't be `club`",
            "6:3 the row has 2 cells, and the table 3 columns",
            "7:3 a quote is not closed",
        ]
    );
    assert_eq!(files.read("rejects"), "id,order.total,client.kind\n\"2\n\",\"x\",club\n3,5\n4,\"5,private\n");
    assert!(files.read("out.csv").starts_with("line,discount,discount.status,"), "{}", files.read("out.csv"));
    assert!(files.read("out.csv").contains("\n2,"), "{}", files.read("out.csv"));
}

#[test]
fn what_is_kept_is_as_it_was_and_cannot_be_given_twice() {
    let text = "{\"id\": [1, {\"a\": \"\\u0041\"}], \"client\": {\"name\": \"Ada \\\"A\\\"\"}}\n{\"id\": 1, \"id\": 2}\n{\"client.name\": null}\n";
    let files = Files::new("in.jsonl", text);
    let keep = |plan: &mut Plan| plan.keep = ["id", "client.name"].map(str::to_owned).into();
    let (done, told) = files.run("out.jsonl", |plan, _| keep(plan));
    assert_eq!(done.map(|tally| (tally.decided, tally.rejected)).unwrap(), (2, 1));
    assert_eq!(told.messages, ["2:11 `id` is given twice"]);
    let begins: Vec<String> =
        files.read("out.jsonl").lines().map(|l| l.split(",\"discount\"").next().unwrap().into()).collect();
    let first = "{\"id\":[1, {\"a\": \"\\u0041\"}],\"client.name\":\"Ada \\\"A\\\"\"";
    assert_eq!(begins, [first, "{\"client.name\":null"]);
    files.run("out.csv", |plan, _| keep(plan)).0.unwrap();
    assert!(
        files.read("out.csv").contains("\n\"[1, {\"\"a\"\": \"\"\\u0041\"\"}]\",\"Ada \"\"A\"\"\","),
        "{}",
        files.read("out.csv")
    );
}

#[test]
fn rows_are_read_alike_whether_or_not_their_decisions_take_a_closer_look() {
    let whole =
        r#""client":{"kind":"private","existing":true},"order":{"total":5,"urgent":false},"lines":[{"pieces":3}]}"#;
    let begins = [
        r#"{"meta":{"id":7},"#,
        r#"{"meta":{"id":7,"x":1},"#,
        r#"{"meta":{"id":7,"id":8},"#,
        r#"{"meta":7,"#,
        r#"{"client":{},"#,
        r#"{"id":1,"id":2,"#,
        r#"{"note":"\ud800","#,
        r#"{"note":"a\"b\n","#,
    ];
    let text: String = begins.map(|begin| format!("{begin}{whole}\n")).concat();
    let files = Files::new("in.jsonl", &text);
    for (keep, ignore) in [(vec!["meta.id"], vec!["id", "note"]), (vec!["meta.id"], vec!["meta", "id", "note"])] {
        let nested = ignore.len() > 2;
        let run = |reasons: bool| {
            let (done, told) = files.run("out.jsonl", |plan, _| {
                plan.keep = keep.iter().map(|&name| name.to_owned()).collect();
                plan.ignore = ignore.iter().map(|&name| name.to_owned()).collect();
                plan.reasons = reasons;
            });
            let done = done.unwrap();
            let begins = |line: &str| line.split("\"discount\"").next().unwrap_or_default().to_owned();
            let rows: Vec<String> = files.read("out.jsonl").lines().map(begins).collect();
            (done.decided, done.rejected, told.messages, rows)
        };
        let short = run(false);
        assert_eq!(short, run(true));
        assert_eq!(short.3[0], "{\"meta.id\":7,");
        let of_meta =
            ["2:17 no fact is called `meta.x`", "3:17 `meta.id` is given twice", "4:2 no fact is called `meta`"];
        let others = ["5:14 `client` is given twice", "6:9 `id` is given twice", "7:16 this is not JSON"];
        let expected: Vec<&str> = of_meta.into_iter().filter(|_| !nested).chain(others).collect();
        assert_eq!(short.2, expected);
    }
}

#[test]
fn where_it_fails_the_files_are_as_they_were() {
    let files = Files::new("in.csv", "client.kind\nprivate\nclub\nprivate\n");
    fs::write(files.path("out.csv"), "old").unwrap();
    let (done, told) = files.run("out.csv", |_, batch| batch.fail_fast = true);
    assert!(matches!(done, Err(BatchFailed::Rejected)));
    assert_eq!(told.messages, ["3:1 `client.kind` can't be `club`"]);
    assert_eq!(
        (files.read("out.csv").as_str(), files.names()),
        ("old", vec!["in.csv".to_owned(), "out.csv".to_owned()])
    );

    fs::write(&files.input, "client.knd,client.kind\n").unwrap();
    let (done, _) = files.run("out.csv", |_, _| {});
    let Err(BatchFailed::Input(error)) = done else { panic!("{done:?}") };
    assert!(error.to_string().contains("did you mean `client.kind`?"), "{error}");
    assert_eq!((files.read("out.csv").as_str(), files.names().len()), ("old", 2));

    fs::create_dir(files.path("folder.csv")).unwrap();
    let (done, _) = files.run("folder.csv", |_, _| {});
    assert!(matches!(done, Err(BatchFailed::Input(_) | BatchFailed::Output { .. })), "{done:?}");
    assert_eq!(files.names(), ["folder.csv", "in.csv", "out.csv"]);
}

#[test]
fn a_policy_that_is_too_large_for_a_program_is_decided_all_the_same() {
    let mut policy = String::new();
    for n in 0..5_001 {
        writeln!(policy, "fact f{n}: boolean").unwrap();
    }
    policy += "decide both: boolean = f0 and f5000\n";
    let pack = Pack::compile([("large.policy", policy.as_str())]).unwrap();
    let plan = Plan::new(pack.policy(), pack.sources(), None, date(2026, 3, 1));
    assert!(plan.program.is_none());
    let files = Files::new("in.jsonl", "{\"f0\": true, \"f5000\": true}\n{\"f0\": false}\n{\"f0\": true}\n");
    let output = files.path("out.jsonl");
    let format = BatchFormat::JsonLines;
    let batch = Batch {
        input: &files.input,
        from: format,
        output: &output,
        to: format,
        rejects: None,
        threads: 2,
        fail_fast: false,
    };
    host::batch(&batch, &plan, &mut Told::default()).unwrap();
    assert_eq!(
        files.read("out.jsonl"),
        "{\"line\":1,\"both\":{\"status\":\"decided\",\"value\":true}}\n\
         {\"line\":2,\"both\":{\"status\":\"decided\",\"value\":false}}\n\
         {\"line\":3,\"both\":{\"status\":\"undecided\",\"missing\":[\"f5000\"]}}\n"
    );
}

mod any_bytes {
    use dealdesk::base::{FileId, SourceFile};
    use dealdesk::batch::{Done, From, To, Worker};
    use dealdesk::engine::Memo;
    use dealdesk::facts::read::table::Header;
    use proptest::prelude::*;
    use std::sync::Arc;

    use super::*;

    /// Pieces of which rows are made, right and wrong.
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\n",
        "\r\n",
        " ",
        ";",
        "\"client\"",
        "\"existing\"",
        "\"kind\"",
        "\"order\"",
        "\"total\"",
        "\"lines\"",
        "\"pieces\"",
        "\"client.existing\"",
        "true",
        "null",
        "none",
        "private",
        "\"private\"",
        "1",
        "-0",
        "0.50",
        "1e3",
        "99999999999999999999",
        "\u{feff}",
        "é",
        "\u{0}",
        "\"id\"",
        "{\"client\":{\"existing\":true}}\n",
        "private,true,5\n",
        "{\"lines\":[{\"pieces\":3}]}\n",
    ];

    fn rows() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            30 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..4),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever stands in a file, each row is decided or rejected as it was, and a line of the output is whole.
        #[test]
        fn no_bytes_make_a_batch_fail(text in rows(), table: bool, to_table: bool) {
            let pack = Pack::load("tests/cli/packs/discounts").unwrap();
            let mut plan = Plan::new(pack.policy(), pack.sources(), None, date(2026, 3, 1));
            plan.to = if to_table { To::Table } else { To::Lines };
            plan.keep = vec!["id".to_owned()];
            let header = SourceFile::new("head", "client.kind,client.existing,order.total");
            let beside = plan.beside();
            let from = match table {
                true => From::Table(Arc::new(Header::read(&pack.policy().schema, FileId(0), &header, &beside).unwrap())),
                false => From::Lines,
            };
            let memo = Memo::new(&plan.policy);
            let mut done = Done::default();
            Worker::new(&plan, &memo, "any", from).decide(&text, 1, false, &mut done);
            let written = String::from_utf8(done.text.clone()).unwrap();
            prop_assert_eq!(written.matches('\n').count() as u64 >= done.tally.decided, true);
            if !to_table {
                prop_assert_eq!(written.lines().count() as u64, done.tally.decided);
                for line in written.lines() {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{}", line);
                }
            }
            let told = done.rejected.len() as u64;
            prop_assert!(told == done.tally.rejected || told == 10);
            prop_assert!(done.rejected.iter().all(|rejected| !rejected.problems.is_empty()));
        }
    }
}

#[test]
#[cfg(not(feature = "columnar"))]
fn formats_that_are_left_out_of_a_build_are_told_with_the_way_to_them() {
    for path in ["deals.parquet", "deals.feather"] {
        let problem = host::batch_format(Path::new(path), None, "--from").unwrap_err();
        assert_eq!(problem.message, format!("this `dealdesk` is built without Parquet and Arrow: `{path}`"));
        assert!(problem.help[0].message.contains("--features columnar"));
    }
}
