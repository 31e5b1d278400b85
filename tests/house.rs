//! What the pages of the house say of the house.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads files, and fails where it cannot")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

#[test]
fn every_dependency_has_its_reason_and_every_reason_its_dependency() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let used: BTreeSet<String> = ["dependencies", "dev-dependencies"]
        .iter()
        .filter_map(|section| manifest.get(*section)?.as_table())
        .flat_map(|table| table.keys().cloned())
        .collect();
    let page = read("docs/dependencies.md");
    let first_cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let told: BTreeSet<String> =
        first_cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`').to_owned()).collect();
    assert_eq!(told, used);
}

#[test]
fn the_rooms_of_the_architecture_are_the_folders() {
    let entries = fs::read_dir(Path::new(ROOT).join("src")).unwrap().map(|e| e.unwrap());
    let folders: BTreeSet<String> = entries
        .filter(|e| e.file_type().unwrap().is_dir())
        .map(|e| format!("{}/", e.file_name().into_string().unwrap()))
        .collect();
    let page = read("docs/architecture.md");
    let rooms = page.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned()));
    assert_eq!(rooms.filter(|room| room.ends_with('/')).collect::<BTreeSet<_>>(), folders);
}

/// Imports go up the table of `docs/architecture.md` only.
#[test]
fn rooms_import_only_what_the_architecture_allows() {
    let page = read("docs/architecture.md");
    let rows: Vec<Vec<&str>> = page.lines().filter(|l| l.starts_with("| `")).map(|l| l.split('|').collect()).collect();
    let room = |cell: &str| cell.trim().trim_matches('`').trim_end_matches('/').to_owned();
    let mut above: BTreeSet<String> = BTreeSet::new();
    let mut wrong = Vec::new();
    for row in &rows {
        let name = room(row[1]);
        let allowed: BTreeSet<String> = match row[3].trim() {
            "everything above" => above.clone(),
            listed => listed.split(", ").map(room).collect(),
        };
        for file in walkdir::WalkDir::new(Path::new(ROOT).join("src").join(&name)) {
            let file = file.unwrap();
            if file.path().extension().is_none_or(|e| e != "rs") {
                continue;
            }
            let text = fs::read_to_string(file.path()).unwrap();
            for (at, rest) in text.match_indices("crate::").map(|(at, m)| (at, &text[at + m.len()..])) {
                let line = text[..at].lines().count().max(1);
                let comment = text.lines().nth(line - 1).is_some_and(|l| l.trim_start().starts_with("//"));
                let used: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_room = above.contains(&used) || rows.iter().any(|r| room(r[1]) == used);
                if is_room && used != name && !allowed.contains(&used) && !comment {
                    let path = file.path().strip_prefix(ROOT).unwrap().display().to_string();
                    wrong.push(format!("{path}:{line} uses {used}"));
                }
            }
        }
        above.insert(name);
    }
    assert!(above.len() > 8, "{above:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
