//! Files of columns decided in bulk: Parquet and Arrow in and out, the same whatever the format, and nothing that a file can say does
//! harm.
#![cfg(feature = "columnar")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test reads files, and fails where it cannot"
)]

mod many;
mod odd;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, StructBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal128Array, Int32Array, RecordBatch, StringArray, StructArray,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field, Fields};
use dealdesk::Pack;
use dealdesk::batch::{Plan, Rejected, Tally};
use dealdesk::civil::date;
use dealdesk::host::{self, Batch, BatchFailed, BatchFormat, BatchWatch};
use fastrand::Rng;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

#[derive(Default)]
struct Told {
    messages: Vec<String>,
    bytes: u64,
}

impl BatchWatch for Told {
    fn rejected(&mut self, rejected: &Rejected) {
        for problem in &rejected.problems {
            let place = problem.primary.as_ref().and_then(|label| rejected.sources.locate(label.span));
            self.messages.push(format!("{} {}", place.unwrap().1.line, problem.message));
        }
    }

    fn progress(&mut self, bytes: u64, _: u64) {
        assert!(bytes >= self.bytes, "progress goes one way");
        self.bytes = bytes;
    }
}

struct Files {
    folder: TempDir,
    pack: Pack,
}

type Ran = (Result<Tally, BatchFailed>, Told);

impl Files {
    fn new() -> Files {
        Files { folder: tempfile::tempdir().unwrap(), pack: Pack::load("tests/cli/packs/discounts").unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, input: &str, output: &str, how: impl FnOnce(&mut Plan, &mut Batch<'_>)) -> Ran {
        let mut plan = Plan::new(self.pack.policy(), self.pack.sources(), None, date(2026, 3, 1));
        let (input, output, rejects) = (self.path(input), self.path(output), self.path("rejects.jsonl"));
        let of = |path: &Path| BatchFormat::of(path).unwrap();
        let (from, to) = (of(&input), of(&output));
        plan.to = to.to().unwrap();
        plan.keep = vec!["id".to_owned()];
        plan.ignore = vec!["notes".to_owned()];
        let (input, output, rejects) = (&input, &output, Some(rejects.as_path()));
        let mut batch = Batch { input, from, output, to, rejects, threads: 1, fail_fast: false };
        how(&mut plan, &mut batch);
        let mut told = Told::default();
        let done = host::batch(&batch, &plan, &mut told);
        (done, told)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn write_parquet(&self, name: &str, batch: &RecordBatch, group: usize) {
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
        let file = File::create(self.path(name)).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
    }

    fn write_arrow(&self, name: &str, batch: &RecordBatch) {
        let mut writer = FileWriter::try_new(File::create(self.path(name)).unwrap(), &batch.schema()).unwrap();
        for from in (0..batch.num_rows()).step_by(250) {
            writer.write(&batch.slice(from, (batch.num_rows() - from).min(250))).unwrap();
        }
        writer.finish().unwrap();
    }

    fn write_stream(&self, name: &str, batch: &RecordBatch) {
        let mut writer = StreamWriter::try_new(File::create(self.path(name)).unwrap(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        writer.finish().unwrap();
    }

    fn read_parquet(&self, name: &str) -> Vec<RecordBatch> {
        let file = File::open(self.path(name)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        reader.map(Result::unwrap).collect()
    }

    fn read_arrow(&self, name: &str) -> Vec<RecordBatch> {
        let file = File::open(self.path(name)).unwrap();
        arrow_ipc::reader::FileReader::try_new(file, None).unwrap().map(Result::unwrap).collect()
    }
}

fn table(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

/// Deals of all sorts: decided, undecided, conflicts, errors, presumptions, and some that cannot be read.
fn deals(rows: usize) -> RecordBatch {
    let rows = 0..rows;
    let ids = rows.clone().map(|n| Some(format!("A-{n}")).filter(|_| n % 50 != 0)).collect::<StringArray>();
    let kinds = rows.clone().map(|n| match n % 41 {
        0 => Some("club"),
        _ => ["private", "nonprofit", "government"].get(n % 4).copied(),
    });
    let existing = rows.clone().map(|n| [Some(true), Some(false), None][n % 3]);
    let client = StructArray::from(vec![
        (Arc::new(Field::new("kind", DataType::Utf8, true)), Arc::new(kinds.collect::<StringArray>()) as ArrayRef),
        (Arc::new(Field::new("existing", DataType::Boolean, true)), Arc::new(existing.collect::<BooleanArray>())),
    ]);
    let totals = rows.clone().map(|n| Some(n as i128 * 77 % 200_000_000)).collect::<Decimal128Array>();
    let urgent = rows.clone().map(|n| [Some(false), Some(false), Some(true), None][n % 4]).collect::<BooleanArray>();
    let pieces = Fields::from(vec![Field::new("pieces", DataType::Int32, true)]);
    let mut lines = ListBuilder::new(StructBuilder::new(pieces, vec![Box::new(Int32Builder::new())]));
    for n in rows.clone() {
        for line in 0..n % 4 {
            lines.values().field_builder::<Int32Builder>(0).unwrap().append_value((n * 37 * line % 1_500) as i32);
            lines.values().append(true);
        }
        lines.append(n % 7 != 0);
    }
    table(vec![
        ("id", Arc::new(ids)),
        ("client", Arc::new(client)),
        ("order.total", Arc::new(totals.with_precision_and_scale(12, 2).unwrap())),
        ("order.urgent", Arc::new(urgent)),
        ("lines", Arc::new(lines.finish())),
        ("notes", Arc::new(rows.map(|_| Some(b"\xff\x00".as_slice())).collect::<BinaryArray>())),
    ])
}

#[test]
fn every_format_says_the_same() {
    let files = Files::new();
    let all = deals(800);
    files.write_parquet("in.parquet", &all, 300);
    files.write_arrow("in.arrow", &all);
    files.write_stream("in.ipc", &all);
    let mut rejects = None;
    for input in ["in.parquet", "in.arrow", "in.ipc"] {
        for (output, threads) in
            [("out.csv", 1), ("out.csv", 3), ("out.jsonl", 1), ("out.parquet", 2), ("out.arrow", 1)]
        {
            let (done, told) = files.run(input, output, |_, batch| batch.threads = threads);
            let tally = done.unwrap();
            assert_eq!((tally.decided, tally.rejected), (780, 20), "{input} {output}");
            assert_eq!(told.messages.first().unwrap(), "1 `client.kind` can't be `club`");
            assert_eq!(told.messages.get(1).unwrap(), "42 `client.kind` can't be `club`");
            let rejected = files.read("rejects.jsonl");
            assert_eq!(rejected.lines().count(), 20);
            assert_eq!(*rejects.get_or_insert(rejected.clone()), rejected);
        }
        let name = |of: &str| format!("{input}.{of}");
        for output in ["csv", "jsonl", "parquet", "arrow"] {
            fs::rename(files.path(&format!("out.{output}")), files.path(&name(output))).unwrap();
        }
        assert_eq!(files.read(&name("csv")), files.read("in.parquet.csv"));
        assert_eq!(files.read(&name("jsonl")), files.read("in.parquet.jsonl"));
        let schema = files.read_arrow(&name("arrow"))[0].schema();
        let whole = |batches: &[RecordBatch]| arrow_select::concat::concat_batches(&schema, batches).unwrap();
        let arrow = whole(&files.read_arrow(&name("arrow")));
        assert_eq!(arrow, whole(&files.read_parquet(&name("parquet"))), "{input}");
        assert_eq!(arrow.num_rows(), 780);
        // Row by row what the lines say.
        let ids = arrow.column_by_name("id").unwrap().as_string::<i32>().clone();
        let price = arrow.column_by_name("order.per_piece").unwrap().as_primitive::<Decimal128Type>().clone();
        for (row, line) in files.read(&name("jsonl")).lines().enumerate() {
            let said: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(said["id"].as_str(), ids.is_valid(row).then(|| ids.value(row)));
            let digits = said["order.per_piece"]["value"].as_str().map(|digits| digits.parse::<f64>().unwrap());
            let cents = price.is_valid(row).then(|| price.value(row) as f64 / 100.0);
            assert_eq!(digits, cents);
            let statuses = arrow.column_by_name("discount.status").unwrap().as_any_dictionary();
            let status = statuses.values().as_string::<i32>().value(statuses.normalized_keys()[row]);
            assert_eq!(said["discount"]["status"], status);
        }
    }
    // What was rejected can be mended and decided like any other.
    let mended = files.read("rejects.jsonl").replace("\"club\"", "\"private\"");
    fs::write(files.path("mended.jsonl"), mended).unwrap();
    let (done, _) = files.run("mended.jsonl", "mended.parquet", |plan, _| plan.ignore.append(&mut plan.keep));
    assert_eq!(done.unwrap().decided, 20);
    let lines = files.read_parquet("mended.parquet")[0].column(0).as_primitive::<Int64Type>().values().to_vec();
    assert_eq!(lines, (1..=20).collect::<Vec<i64>>());
}

#[test]
fn rows_of_text_become_columns_with_what_is_kept() {
    let files = Files::new();
    let mut text = String::new();
    for n in 0..5_000 {
        text += &format!(
            r#"{{"id":"A-{n}","client":{{"kind":"private","existing":true}},"order":{{"total":{n}.50,"urgent":false}},"#
        );
        text += "\"lines\":[{\"pieces\":3}],\"notes\":\"some, notes\"}\n";
    }
    fs::write(files.path("in.jsonl"), text).unwrap();
    for output in ["out.parquet", "out.arrow"] {
        let (done, _) = files.run("in.jsonl", output, |_, _| {});
        assert_eq!(done.unwrap().decided, 5_000);
    }
    let batches = files.read_arrow("out.arrow");
    assert_eq!(batches.len(), 1, "small pieces are put together");
    let written =
        arrow_select::concat::concat_batches(&batches[0].schema(), &files.read_parquet("out.parquet")).unwrap();
    assert_eq!(batches[0], written);
    assert_eq!(written.column(0).as_string::<i32>().value(4_999), "A-4999");
}

#[test]
fn columns_that_do_not_fit_are_told_all_at_once() {
    let files = Files::new();
    let number: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![b"a".as_slice()]));
    let columns = table(vec![
        ("client.kind", Arc::clone(&number)),
        ("client.exsting", Arc::new(BooleanArray::from(vec![true]))),
        ("order.total", Arc::new(StringArray::from(vec!["12"]))),
        ("order", Arc::new(StructArray::from(vec![(Arc::new(Field::new("total", DataType::Int32, true)), number)]))),
        ("lines[0].pieces", Arc::new(Int32Array::from(vec![1]))),
        ("lines", Arc::new(Int32Array::from(vec![1]))),
        ("id", bytes),
    ]);
    files.write_parquet("in.parquet", &columns, 10);
    let (done, _) = files.run("in.parquet", "out.csv", |_, _| {});
    let Err(BatchFailed::Input(error)) = done else { panic!("{done:?}") };
    let messages: Vec<String> = error
        .diagnostics()
        .iter()
        .map(|d| {
            let help: Vec<&str> = d.help.iter().map(|help| help.message.as_str()).collect();
            let folder = files.folder.path().display().to_string() + "/";
            format!("{}: {} ({})", d.code, d.message, help.join("; ")).replace(&folder, "")
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
    assert_eq!(files.names(), ["in.parquet"]);
}

/// Runs what cannot be read, and says why not.
fn refused(files: &Files, input: &str, output: &str) -> Result<Tally, String> {
    let (done, _) = files.run(input, output, |_, batch| batch.rejects = None);
    done.map_err(|failed| match failed {
        BatchFailed::Input(error) => error.diagnostics()[0].message.clone(),
        other => panic!("{other:?}"),
    })
}

#[test]
fn damaged_files_are_refused_in_words() {
    let files = Files::new();
    let all = deals(300);
    files.write_parquet("in.parquet", &all, 100);
    files.write_arrow("in.arrow", &all);
    let parquet = fs::read(files.path("in.parquet")).unwrap();
    let arrow = fs::read(files.path("in.arrow")).unwrap();
    for (name, bytes) in [
        ("empty.parquet", [].as_slice()),
        ("short.parquet", b"PAR1"),
        ("text.parquet", b"id,client.kind\nA-1,private\n"),
        ("half.parquet", &parquet[..parquet.len() / 2]),
        ("arrow.parquet", &arrow),
        ("empty.arrow", &[]),
        ("short.arrow", b"ARROW1"),
        ("text.arrow", b"id,client.kind\nA-1,private\n"),
        ("parquet.arrow", &parquet),
        ("huge.arrow", b"\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("half.arrow", &arrow[..arrow.len() / 2]),
    ] {
        fs::write(files.path(name), bytes).unwrap();
        let what = if name.ends_with(".parquet") { "Parquet file" } else { "Arrow file" };
        let message = refused(&files, name, "out.parquet").unwrap_err();
        assert!(message.contains(&format!("{name}` is no {what}")), "{message}");
        assert!(!files.names().contains(&"out.parquet".to_owned()));
    }
    let folder = files.path("folder.parquet");
    fs::create_dir(&folder).unwrap();
    assert!(refused(&files, "folder.parquet", "out.csv").unwrap_err().ends_with("is a folder, not a file of deals"));
    assert!(refused(&files, "nothing.arrow", "out.csv").unwrap_err().starts_with("there is no file"));
}

/// With `DEALDESK_FUZZ` set, as many times.
#[test]
fn whatever_is_wrong_with_the_bytes_of_a_file_it_ends_in_words() {
    let files = Files::new();
    let all = deals(40);
    files.write_parquet("in.parquet", &all, 20);
    files.write_arrow("in.arrow", &all);
    files.write_stream("in.ipc", &all);
    let rounds = std::env::var("DEALDESK_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let mut dice = Rng::with_seed(std::env::var("DEALDESK_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(7));
    let mut ends = [0; 2];
    for name in ["in.parquet", "in.arrow", "in.ipc"] {
        let whole = fs::read(files.path(name)).unwrap();
        for _ in 0..rounds {
            let mut bytes = whole.clone();
            for _ in 0..dice.usize(1..4) {
                let at = dice.usize(0..bytes.len());
                match dice.u8(0..4) {
                    0 => bytes[at] = dice.u8(..),
                    1 => bytes[at] ^= 1 << dice.u8(0..8),
                    2 => bytes.truncate(at.max(8)),
                    _ => bytes[at] = [0, 0x7f, 0x80, 0xff][dice.usize(0..4)],
                }
            }
            fs::write(files.path(&format!("broken-{name}")), &bytes).unwrap();
            let (done, _) = files.run(&format!("broken-{name}"), "out.csv", |_, batch| batch.rejects = None);
            ends[usize::from(done.is_ok())] += 1;
        }
    }
    assert!(ends.iter().all(|n| *n > rounds / 5), "{ends:?}");
}
