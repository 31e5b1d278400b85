//! Deals as they are read, with what is said of their mistakes.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod forms;
mod hostile;
mod properties;
mod schema;
mod values;

use std::path::Path;

use dealdesk::base::{SourceFile, Sources};
use dealdesk::diagnostic::render;
use dealdesk::facts::{Deal, Schema, read, write};
use read::Format;

/// Reads a deal; what is said of its mistakes as people see it.
pub(crate) fn read_deal(schema: &Schema, name: &str, text: &str, format: Format) -> (Deal, String) {
    let mut sources = Sources::new();
    let file = SourceFile::new(name, text);
    let id = sources.add(file.clone());
    let (deal, problems) = read::deal(schema, id, &file, format);
    (deal, render::human(&problems, &sources, false))
}

fn format_of(path: &Path) -> Format {
    Format::from_extension(path.extension().and_then(|e| e.to_str()).unwrap_or("")).expect("a format")
}

#[test]
fn each_mistake_is_told_with_its_place_and_a_way_out() {
    let schema = schema::every_kind();
    insta::glob!("../fixtures/deals", "*.*", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture");
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let (deal, problems) = read_deal(&schema, name, &text, format_of(path));
        let read = write::ron(&schema, &deal);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots/deals" }, {
            insta::assert_snapshot!(format!("{text}\n──────── problems\n{problems}──────── what could be read\n{read}"));
        });
    });
}

#[test]
fn all_example_deals_read_without_a_word() {
    let schema = schema::opencraft();
    let mut count = 0;
    for entry in std::fs::read_dir("examples/deals").expect("the examples") {
        let path = entry.expect("an example").path();
        let text = std::fs::read_to_string(&path).expect("an example");
        let (deal, problems) = read_deal(&schema, &path.display().to_string(), &text, format_of(&path));
        assert_eq!(problems, "", "{}", path.display());
        assert!(deal.given.iter().count() > 10, "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 13);
}
