//! Formatting: what it promises of every policy of this repository, and that those which people see are formatted.

#![allow(clippy::disallowed_methods, reason = "tests read files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails where it cannot go on")]
#![allow(unreachable_pub, reason = "shared with other tests")]

mod command;
mod layout;
mod promise;

use std::path::{Path, PathBuf};

use fastrand::Rng;
use promise::{disturbed, hold};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below these folders with this ending.
fn files(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let walk = folders.iter().flat_map(|folder| walkdir::WalkDir::new(root().join(folder)).sort_by_file_name());
    let files = walk.map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.extension().is_some_and(|e| e == ending)).collect()
}

/// The policies on a page, with the line at which each begins.
fn on_page(page: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for (number, line) in std::fs::read_to_string(page).unwrap().lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            found.extend(open.take());
            let policy = info.split_whitespace().next() == Some("policy");
            open = policy.then(|| (format!("{}:{}", page.display(), number + 1), String::new()));
        } else if let Some((_, text)) = &mut open {
            *text += line;
            text.push('\n');
        }
    }
    found
}

/// The policies that people see: their place and their text.
fn shown() -> Vec<(String, String)> {
    let whole = files(&["rules", "src/cli/init"], "policy").into_iter();
    let whole = whole.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()));
    let pages = files(&["docs"], "md").into_iter().chain([root().join("README.md")]);
    whole.chain(pages.flat_map(|page| on_page(&page))).collect()
}

/// Every policy of this repository.
fn policies() -> Vec<(String, String)> {
    let tests = files(&["tests"], "policy").into_iter();
    let mut all = shown();
    all.extend(tests.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())));
    all
}

#[test]
fn the_policies_that_people_see_are_formatted() {
    let (mut formatted, mut broken, mut wrong) = (0, 0, String::new());
    for (place, text) in shown() {
        match hold(&text) {
            None => broken += 1,
            Some(better) if better == text => formatted += 1,
            Some(better) => wrong += &format!("{place} is to be\n{better}\n"),
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    // The broken ones are examples of what cannot be read.
    assert!(formatted > 150 && broken < 60, "{formatted} are formatted, {broken} cannot be read");
}

#[test]
fn every_policy_says_the_same_when_formatted() {
    let read = policies().iter().filter(|(_, text)| hold(text).is_some()).count();
    assert!(read > 180, "only {read} can be read");
}

#[test]
fn whatever_the_layout_was_nothing_is_lost_and_once_is_enough() {
    let mut rng = Rng::with_seed(3);
    let (mut read, mut all) = (0, 0);
    for (_, text) in policies() {
        for _ in 0..8 {
            read += usize::from(hold(&disturbed(&text, &mut rng)).is_some());
            all += 1;
        }
    }
    assert!(read * 2 > all, "only {read} of {all} could be read");
}

#[test]
fn what_differs_in_blanks_and_line_ends_alone_is_formatted_alike() {
    for (_, text) in shown() {
        let Some(formatted) = hold(&text) else { continue };
        assert_eq!(hold(&formatted.replace('\n', "  \r\n")).as_ref(), Some(&formatted));
        assert_eq!(hold(&formatted.replace("\n\n", "\n \n\n\n")).as_ref(), Some(&formatted));
        let indented = formatted.replace('\n', "\n      ");
        assert_eq!(hold(&format!("\n\n      {indented}")).as_ref(), Some(&formatted));
    }
}
