//! Files that are whole and odd: without columns or rows, with two columns of one name, with nothing but nulls, in one large group.

use std::fs::File;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, ListArray, NullArray, RecordBatch, RecordBatchOptions,
    StringArray, StructArray, new_null_array,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema};
use dealdesk::Pack;
use dealdesk::host::BatchFailed;

use super::{Files, table};

/// A decision of every kind of fact.
const POLICY: &str = r#"
currency EUR
fact client.kind: one of private, nonprofit
fact client.existing: boolean
fact order.total: decimal in EUR 0..1_000
record line
  field pieces: integer 0..10
fact lines: list of line up to 3
decide reached: boolean = client.kind is private and client.existing and order.total > 10 EUR and any of lines where line.pieces > 2
"#;

fn files() -> Files {
    Files { pack: Pack::compile([("odd.policy", POLICY)]).unwrap(), ..Files::new() }
}

/// What a run comes to: how many rows were decided and rejected, or all that is wrong.
fn run(files: &Files, input: &str) -> Result<(u64, u64), Vec<String>> {
    let (done, _) = files.run(input, "out.csv", |plan, batch| {
        plan.keep.clear();
        batch.rejects = None;
    });
    match done {
        Ok(tally) => Ok((tally.decided, tally.rejected)),
        Err(BatchFailed::Input(error)) => {
            assert!(!files.names().contains(&"out.csv".to_owned()));
            Err(error.diagnostics().iter().map(|problem| problem.message.clone()).collect())
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn both(batch: &RecordBatch) -> [Result<(u64, u64), Vec<String>>; 2] {
    let files = files();
    files.write_parquet("in.parquet", batch, 1 << 20);
    files.write_arrow("in.arrow", batch);
    ["in.parquet", "in.arrow"].map(|name| run(&files, name))
}

#[test]
fn without_columns_there_are_deals_of_which_nothing_is_known() {
    let options = RecordBatchOptions::new().with_row_count(Some(5));
    let empty = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options).unwrap();
    let files = files();
    let mut writer = FileWriter::try_new(File::create(files.path("in.arrow")).unwrap(), &empty.schema()).unwrap();
    writer.write(&empty).unwrap();
    writer.finish().unwrap();
    assert_eq!(run(&files, "in.arrow"), Ok((5, 0)));
    assert_eq!(files.read("out.csv").lines().count(), 6);
}

#[test]
fn without_rows_there_is_nothing_to_decide() {
    let kinds: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
    for result in both(&table(vec![("client.kind", kinds)])) {
        assert_eq!(result, Ok((0, 0)));
    }
}

#[test]
fn two_columns_of_one_name_are_told() {
    let kinds: ArrayRef = Arc::new(StringArray::from(vec!["private"]));
    let field = || Field::new("client.kind", DataType::Utf8, true);
    let schema = Arc::new(Schema::new(vec![field(), field()]));
    for result in both(&RecordBatch::try_new(schema, vec![Arc::clone(&kinds), kinds]).unwrap()) {
        let problems = result.unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("`client.kind` is given twice: by two columns"), "{problems:?}");
    }
}

#[test]
fn nulls_of_every_type_are_facts_that_are_not_known() {
    let word = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let line = DataType::Struct(vec![Field::new("pieces", DataType::Int32, true)].into());
    for (name, data) in [
        ("client.kind", DataType::Utf8),
        ("client.kind", DataType::LargeUtf8),
        ("client.kind", word),
        ("client.existing", DataType::Boolean),
        ("order.total", DataType::Decimal128(38, 10)),
        ("order.total", DataType::Decimal256(76, 2)),
        ("order.total", DataType::Float64),
        ("order.total", DataType::UInt64),
        ("lines", DataType::new_list(line, true)),
    ] {
        for result in both(&table(vec![(name, new_null_array(&data, 20))])) {
            assert_eq!(result, Ok((20, 0)), "{name} {data}");
        }
    }
    let files = files();
    files.write_arrow("in.arrow", &table(vec![("client.kind", Arc::new(NullArray::new(3)) as ArrayRef)]));
    assert_eq!(run(&files, "in.arrow"), Ok((3, 0)));
}

#[test]
fn dictionaries_with_nulls_and_words_that_nobody_uses_are_read_by_what_they_say() {
    let words: ArrayRef = Arc::new(StringArray::from(vec![Some("nobody"), Some("private"), None, Some("club")]));
    let small = DictionaryArray::<Int8Type>::new(vec![Some(1), None, Some(2), Some(3)].into(), Arc::clone(&words));
    let usual = DictionaryArray::<Int32Type>::new(vec![Some(1), None, Some(2), Some(3)].into(), words);
    for kinds in [Arc::new(small) as ArrayRef, Arc::new(usual)] {
        let files = files();
        files.write_arrow("in.arrow", &table(vec![("client.kind", kinds)]));
        assert_eq!(run(&files, "in.arrow"), Ok((3, 1)));
    }
}

#[test]
fn what_is_nested_where_one_value_is_asked_for_is_told() {
    let numbers = || Arc::new(Int32Array::from(vec![1, 2])) as ArrayRef;
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)]), None]);
    let pair = StructArray::from(vec![(Arc::new(Field::new("value", DataType::Int32, true)), numbers())]);
    let truths: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
    for (name, column) in [
        ("order.total", Arc::new(list) as ArrayRef),
        ("order.total", Arc::new(pair)),
        ("order.total", truths),
        ("client.existing", numbers()),
        ("lines", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)]), None]))),
    ] {
        for result in both(&table(vec![(name, column.clone())])) {
            let problems = result.unwrap_err();
            assert!(problems.iter().all(|problem| problem.contains(name)), "{problems:?}");
        }
    }
}
