//! Policies of any length, and limits.

use std::fmt::Write as _;

use dealdesk::base::{FileId, SourceFile, Sources, Span};
use dealdesk::check::{Manifest, check};
use dealdesk::diagnostic::Code;
use dealdesk::policy::Node;
use dealdesk::syntax::{self, ast};

use crate::{compile_text, describe};

/// A file of definitions `d0 = not d1`, `d1 = not d2`, and so on, the last of which is `not last`. Every
/// other one leaves its type out. Made without the parser, whose business the length of a file is.
fn chain(length: usize, last: &str) -> ast::File {
    let start = "fact start: boolean\n\ndecide first: boolean = d0\n";
    let source = SourceFile::new("chain.policy", start);
    let (mut file, found) = syntax::parse(FileId(0), &source);
    assert_eq!(found, []);
    let span = Span::new(FileId(0), 0, 0);
    for i in 0..length {
        let used = if i + 1 < length { format!("d{}", i + 1) } else { last.to_owned() };
        let used = ast::Expr { kind: ast::ExprKind::Name(used), span };
        let boolean = ast::TypeExpr { kind: ast::TypeKind::Boolean, range: None, unit: None, optional: None, span };
        file.declarations.push(ast::Declaration::Define(ast::Define {
            name: ast::Name { text: format!("d{i}"), span },
            ty: (i % 2 == 0).then_some(boolean),
            label: None,
            body: ast::Expr { kind: ast::ExprKind::Not(Box::new(used)), span },
            span,
        }));
    }
    file
}

#[test]
fn a_chain_of_a_hundred_thousand_definitions_is_put_in_order() {
    let (policy, found) = check(&Manifest::default(), &[chain(100_000, "start")], &Sources::new());
    assert_eq!(found, []);
    let order = policy.unwrap().order;
    assert_eq!(order.len(), 100_001);
    assert!(matches!(order.last(), Some(Node::Decision(_))));
}

#[test]
fn a_circle_of_a_hundred_thousand_definitions_is_one_error() {
    let (policy, found) = check(&Manifest::default(), &[chain(100_000, "d0")], &Sources::new());
    assert!(policy.is_none());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::Cycle]);
}

#[test]
fn a_rubric_of_too_many_criteria_is_refused() {
    let mut text = String::from("rubric rating: one of high, low\n");
    for i in 0..101 {
        let _ = writeln!(text, "  criterion c{i} = 1");
    }
    text.push_str("  band high from 3\n  band low otherwise\n");
    let (_, found, sources) = compile_text("a.policy", &text);
    insta::assert_snapshot!(describe(&found, &sources), @r"
    error E0413: `rating` has 101 criteria, more than the 100 that are allowed
      at 1:8 `rating`: too many criteria
      help: split it, or write it as a table
    ");
}

/// Tables of which each asks the next.
fn tables(length: usize) -> String {
    let mut text = String::from("fact n: integer\n\ndecide d: integer = t1(n)\n");
    for i in 1..length {
        let _ = writeln!(text, "\ntable t{i}(a: integer): integer\n  | a | => b |\n  | any | t{}(a) |", i + 1);
    }
    let _ = writeln!(text, "\ntable t{length}(a: integer): integer\n  | a | => b |\n  | any | a |");
    text
}

#[test]
fn tables_ask_each_other_only_so_far() {
    let (_, found, sources) = compile_text("a.policy", &tables(16));
    assert_eq!(describe(&found, &sources), "nothing found");
    let (_, found, sources) = compile_text("a.policy", &tables(30));
    insta::assert_snapshot!(describe(&found, &sources), @r"
    error E0414: more than 16 tables with parameters ask each other in a row
      at 59:11 `t15`: this one asks the next of 16
       - 57:7 `t14`: in this table
      help: put what they do into fewer tables, or pass values on through definitions
    ");
}

#[test]
fn rules_override_each_other_only_so_often() {
    // A chain of n rules is n(n - 1)/2 pairs: three of these decisions are not too many, five are.
    let mut text = String::from("fact f: boolean\n");
    for decision in 0..5 {
        let _ = writeln!(text, "\ndecide d{decision}: boolean\n  default false\n  rule r0: true when f");
        for rule in 1..725 {
            let _ = writeln!(text, "  rule r{rule}: true when f\n    overrides r{}", rule - 1);
        }
    }
    let (policy, found, _) = compile_text("a.policy", &text);
    assert!(policy.is_none());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::TooManyParts, Code::TooManyParts]);
}
