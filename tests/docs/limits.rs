//! The numbers of `docs/limits.md` are those of the code.

use std::collections::BTreeSet;

use dealdesk::diagnostic::Code;

use crate::read;

/// A row of the page: what it is about, its number, what is said, and where it stands in the code.
struct Row {
    what: String,
    number: u128,
    said: String,
    name: String,
    file: String,
}

/// The rows that name their place in the code.
fn rows(page: &str) -> Vec<Row> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    let rows = page.lines().filter(|l| l.starts_with('|')).map(cells).filter(|c| c.len() == 4 && c[3].starts_with('`'));
    rows.map(|c| {
        let number = c[1].rsplit_once(" than ").map_or(c[1].as_str(), |(_, number)| number);
        let number = number.split(' ').next().unwrap_or_default().replace(',', "");
        let mut place = c[3].split('`').skip(1).step_by(2).map(str::to_owned);
        Row {
            number: number.parse().unwrap_or_else(|_| panic!("no number: {}", c[1])),
            name: place.next().unwrap_or_default(),
            file: place.next().unwrap_or_default(),
            what: c[0].clone(),
            said: c[2].clone(),
        }
    })
    .collect()
}

/// The value of `const NAME: TYPE = VALUE;` or of a field `NAME: VALUE`, in the text of a source file.
fn constant(source: &str, name: &str) -> Option<u128> {
    let value = source.lines().find_map(|line| {
        let after = line.split_once(&format!("const {name}:")).and_then(|(_, rest)| rest.split_once('='));
        let field =
            || line.split_once(&format!("{name}: ")).filter(|(_, v)| v.starts_with(|c: char| c.is_ascii_digit()));
        after.or_else(field).map(|(_, value)| value.trim().trim_end_matches(';').trim_end_matches(" }").to_owned())
    })?;
    let number = |text: &str| text.trim().replace('_', "").parse::<u128>().ok();
    match value.split_once("<<") {
        Some((left, right)) => Some(number(left)? << number(right)?),
        None => number(&value),
    }
}

#[test]
fn the_numbers_of_the_page_of_limits_are_those_of_the_code() {
    let rows = rows(&read("limits.md"));
    assert!(rows.len() >= 18, "only {} rows were found", rows.len());
    for row in rows {
        let found = constant(&read(&format!("../{}", row.file)), &row.name);
        assert_eq!(found, Some(row.number), "{}: `{}` in {}", row.what, row.name, row.file);
    }
}

#[test]
fn the_codes_that_the_page_of_limits_names_exist() {
    let page = read("limits.md");
    let said: Vec<String> = page.lines().filter_map(|l| l.split('|').nth(3).map(str::to_owned)).collect();
    let named: BTreeSet<&str> = said
        .iter()
        .flat_map(|s| s.split(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|w| w.len() == 5 && w.starts_with('E') && w[1..].bytes().all(|b| b.is_ascii_digit()))
        .collect();
    assert!(named.len() > 8, "{named:?}");
    for code in named {
        assert!(Code::parse(code).is_some(), "{code}");
    }
    assert!(rows(&page).iter().any(|r| r.said.contains("exact: false")));
}
