//! Whole files: the pack of this repository and the examples of the language's description.

use std::path::{Path, PathBuf};

use super::{parse, show};

fn policy_files(dir: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let mut files: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "policy"));
    files.sort();
    files
}

#[test]
fn every_file_of_the_pack_is_read_without_a_problem() {
    let files = policy_files("rules");
    assert!(files.len() >= 12, "{files:?}");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let (file, diagnostics) = parse(&text);
        assert_eq!(show(&text, &diagnostics), "", "{}", path.display());
        assert!(file.title.is_some() && file.broken.is_empty() && !file.declarations.is_empty());
    }
}

#[test]
fn every_example_of_the_description_is_read_without_a_problem() {
    let text = include_str!("../../../tests/fixtures/syntax/language.policy");
    let (file, diagnostics) = parse(text);
    assert_eq!(show(text, &diagnostics), "");
    assert_eq!(file.broken, [] as [&str; 0]);
    assert_eq!(file.declarations.len(), 26);
}
