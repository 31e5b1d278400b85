//! What is left of a file that has problems.

use crate::diagnostic::Code;
use crate::syntax::ast::{DecideBody, Declaration};

use super::{parse, show};

fn names(text: &str) -> Vec<String> {
    let (file, _) = parse(text);
    file.declarations
        .iter()
        .map(|d| match d {
            Declaration::Source(d) => &d.name,
            Declaration::Unit(d) => &d.names[0],
            Declaration::Type(d) => &d.name,
            Declaration::Fact(d) => &d.name,
            Declaration::Record(d) => &d.name,
            Declaration::Constant(d) => &d.name,
            Declaration::Define(d) => &d.name,
            Declaration::Decide(d) => &d.name,
            Declaration::Rubric(d) => &d.name,
            Declaration::Gate(d) => &d.name,
            Declaration::Table(d) => &d.name,
            Declaration::Checklist(d) => &d.name,
            Declaration::Property(d) => &d.name,
        })
        .map(|name| name.text.clone())
        .collect()
}

#[test]
fn three_broken_declarations_are_three_problems_and_the_rest_is_there() {
    let text = "fact a boolean\nfact b: date\ndefine c = (1 + 2\nfact d: date\n  fact e: one of\nfact f: date\n";
    let (file, diagnostics) = parse(text);
    assert_eq!(diagnostics.len(), 3, "{}", show(text, &diagnostics));
    assert_eq!(names(text), ["b", "d", "f"]);
    assert_eq!(file.broken, ["a", "c", "e"]);
}

#[test]
fn a_broken_rule_hides_neither_its_neighbours_nor_its_own_clauses() {
    let text = "decide d: x\n  default y\n  rule a: b when c == d\n    overrides e\n    because \"1\"\n  rule f g: h\n    because \"2\"\n  \
                rule i: j\n    when k\n    beacuse \"3\"\n    cites s\n";
    let (file, diagnostics) = parse(text);
    assert_eq!(diagnostics.len(), 3, "{}", show(text, &diagnostics));
    let Some(Declaration::Decide(decide)) = file.declarations.first() else { panic!() };
    let DecideBody::Rules { default: Some(_), rules } = &decide.body else { panic!() };
    assert_eq!(rules.iter().map(|r| r.name.text.as_str()).collect::<Vec<_>>(), ["a", "i"]);
    assert_eq!(rules[0].overrides.len(), 1);
    assert_eq!(rules[0].notes.because.as_ref().unwrap().value, "1");
    assert_eq!((rules[1].when.is_some(), rules[1].notes.cites.len()), (true, 1));
    assert_eq!(file.broken, ["d"]);
}

#[test]
fn a_broken_row_or_field_hides_no_other() {
    let text = "table t: x\n  | a | => b |\n  | 1 | 2 |\n  | == | 3 |\n  | 4 | 5 | 6 |\n  | 7 | 8 |\nrecord r\n  field a boolean\n    ask \"x\"\n  field b: date\n";
    let (file, diagnostics) = parse(text);
    assert_eq!(diagnostics.len(), 3, "{}", show(text, &diagnostics));
    let [Declaration::Table(table), Declaration::Record(record)] = file.declarations.as_slice() else { panic!() };
    assert_eq!(table.rows.len(), 2);
    assert_eq!(record.fields.len(), 1);
    assert_eq!(record.fields[0].ask.as_ref().map(|a| a.value.as_str()), None);
}

#[test]
fn words_of_the_language_in_texts_begin_nothing() {
    let text = "fact a: boolean \"table of types\"\n  ask \"rule\n  type of thing\n  fact\"\n  fixed\n# fact b: date\nfact c: date";
    let (_, diagnostics) = parse(text);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::OpenString]);
    assert_eq!(names(text), ["a", "c"]);
}

#[test]
fn a_misspelt_declaration_takes_its_clauses_with_it() {
    let text = "fact a: boolean\nfcat b: boolean\n  ask \"x\"\n  fixed\nfact c: date\n  ask \"y\"\n";
    let (file, diagnostics) = parse(text);
    assert_eq!(diagnostics.len(), 1, "{}", show(text, &diagnostics));
    assert_eq!(names(text), ["a", "c"]);
    assert_eq!(file.broken, ["b"]);
    let Some(Declaration::Fact(a)) = file.declarations.first() else { panic!() };
    assert!(a.ask.is_none() && a.fixed.is_none());
}

#[test]
fn what_stands_before_the_first_declaration_is_reported_once() {
    for text in [
        "because \"x\"\n  ask \"y\"\nfact a: boolean",
        "{\nfact a: boolean",
        "hello world\n how are you\nfact a: boolean",
    ] {
        let (_, diagnostics) = parse(text);
        assert_eq!(names(text), ["a"], "{text}");
        assert_eq!(
            diagnostics.iter().filter(|d| d.code == Code::UnknownKeyword || d.code == Code::SyntaxError).count(),
            diagnostics.len()
        );
        assert!(!diagnostics.is_empty());
    }
}

#[test]
fn a_clause_that_is_broken_is_not_missed() {
    // Neither "a table without rows" nor a condition that is not there is reported on top.
    for text in [
        "gate g: t\n  require a: b < 5\n",
        "rubric r: t\n  criterion a = 1\n  band b frm 5\n",
        "table t: x\n  | a | => b\n",
        "decide d: x\n  rul a: b\n",
        "checklist c\n  item\n",
    ] {
        let (_, diagnostics) = parse(text);
        assert_eq!(diagnostics.len(), 1, "{}", show(text, &diagnostics));
    }
}
