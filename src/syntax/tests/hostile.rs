//! Files that nobody means well with: deep, long, broken, random. The tests run on threads of 2 MB.

use proptest::prelude::*;

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Declaration, ExprKind};
use crate::syntax::scan::MAX_NESTING;

use super::{parse, show};

const MANY: usize = 100_000;
/// Enough to show, and quick where the parser is not optimised.
const SOME: usize = 2_000;

fn codes(text: &str) -> Vec<Code> {
    parse(text).1.iter().map(|d| d.code).collect()
}

fn define(body: &str) -> String {
    format!("define x = {body}\nfact after: boolean\n")
}

#[test]
fn what_nests_too_deeply_is_one_error_and_the_rest_of_the_file_is_read() {
    for opener in [
        "(",
        "not ",
        "- ",
        "-",
        "if ",
        "if a then ",
        "if a then b else ",
        "f(",
        "a in (",
        "a not in (",
        "sum of ",
        "days between (",
        "any of x where ",
        "all of x have ",
        "count of x where ",
        "sum of a over x where ",
        "not (",
        "- (",
        "a and (",
        "1 + (",
        "(not ",
        "if (",
        "a in ((",
        "f(1, ",
    ] {
        let times = if opener.len() <= 4 { MANY } else { SOME };
        let text = define(&opener.repeat(times));
        let (file, diagnostics) = parse(&text);
        assert_eq!(diagnostics.len(), 1, "{opener}: {}", show(&text, &diagnostics[..diagnostics.len().min(3)]));
        assert!(matches!(file.declarations.last(), Some(Declaration::Fact(f)) if f.name.text == "after"), "{opener}");
        assert_eq!(file.broken, ["x"], "{opener}");
        let closed = define(&format!("{}a", opener.repeat(times)));
        let (_, diagnostics) = parse(&closed);
        assert_eq!(diagnostics.len(), 1, "{opener}a: {}", show(&closed, &diagnostics[..diagnostics.len().min(3)]));
    }
}

#[test]
fn a_hundred_levels_are_read_and_one_more_is_not() {
    let nested =
        |open: &str, close: &str, levels: usize| define(&format!("{}a{}", open.repeat(levels), close.repeat(levels)));
    for (open, close, each) in [
        ("(", ")", 1),
        ("not ", "", 1),
        ("-", "", 1),
        ("f(", ")", 1),
        ("a in (", ")", 1),
        ("not (", ")", 2),
        ("if a then b else ", "", 1),
        ("if ", " then b else c", 1),
        ("any of x where ", "", 1),
        ("sum of ", " over x", 1),
        ("f(- (", "))", 3),
        ("f(a in (if ", " then b else c))", 3),
    ] {
        let fits = (MAX_NESTING - 1) / each;
        let text = nested(open, close, fits);
        let (_, diagnostics) = parse(&text);
        assert_eq!(show(&text, &diagnostics), "", "{open}");
        assert_eq!(codes(&nested(open, close, MAX_NESTING + 1)), [Code::TooDeep], "{open}");
    }
}

#[test]
fn an_unclosed_nest_is_an_error_soon() {
    // With alternatives that share a prefix, each of these would be read 2^99 times.
    for opener in
        ["(", "f(", "a in (", "if ", "sum of ", "(if a then ", "a in ((", "days between (", "any of x where ("]
    {
        for end in ["", "a", "a ==", "..", "1..", ") .. ) .. )"] {
            let text = define(&format!("{}{end}", opener.repeat(MAX_NESTING / 2 - 1)));
            assert!(!codes(&text).is_empty(), "{text}");
        }
    }
    let rows = format!("table t: b\n| {} |\n", "a in (".repeat(99));
    assert!(!codes(&rows).is_empty());
}

#[test]
fn long_chains_of_and_and_or_are_flat() {
    for (word, other) in [("and", "or"), ("or", "and")] {
        let text = define(&format!("{}c {other} d", format!("a.b {word} ").repeat(MANY)));
        let (file, diagnostics) = parse(&text);
        assert_eq!(show(&text, &diagnostics), "");
        let Some(Declaration::Define(define)) = file.declarations.first() else { panic!("no definition") };
        let long = match &define.body.kind {
            ExprKind::Or(items) if word == "or" => items.len(),
            ExprKind::Or(items) => match &items[0].kind {
                ExprKind::And(items) => items.len(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert_eq!(long, MANY + 1);
    }
}

#[test]
fn long_sums_are_refused_with_a_clear_error() {
    let text = define(&format!("{}1", "1 + ".repeat(MANY)));
    let (_, diagnostics) = parse(&text);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, Code::TooDeep);
    assert!(diagnostics[0].message.contains("too many terms"), "{}", diagnostics[0].message);
    let fits = define(&format!("{}1", "1 + ".repeat(MAX_NESTING - 1)));
    assert_eq!(codes(&fits), []);
}

#[test]
fn long_flat_files_are_read_or_refused_without_harm() {
    let many = |piece: &str| piece.repeat(SOME);
    for text in [
        many("\""),
        many("|"),
        many("| a "),
        many("fact "),
        many("fact a: boolean "),
        many("a."),
        many("1"),
        many("1."),
        many("1-"),
        many("\\"),
        many("#"),
        many("\n \"a\n"),
        many("“"),
        format!("table t: x\n{}", many("| a | b |\n")),
        format!("table t: x\n{} ==\n", many("| a | b |\n")),
        format!("decide d: x\n{}", many("rule a == b\n")),
        format!("decide d: x\n rule r: {}", many("value +\n")),
        format!("fact x: one of {}", many("a, ")),
        format!("fact x: {}", many("in EUR 0.. ")),
        format!("unit {}", many("a, ")),
        format!("define x = f({})", many("a, ")),
        format!("define x = {}", many("5 hours ")),
        format!("define x = {}", many("a < ")),
        format!("define x = {}", many("a in (b) ")),
        format!("define x = {}a", many("a is not ")),
    ] {
        let (_, diagnostics) = parse(&text);
        check_spans(&text, &diagnostics);
    }
    // One problem a line, up to the limit on problems of one declaration.
    let text = format!(
        "decide d: x
{}fact after: boolean
",
        many(
            "  rule r: a == b
"
        )
    );
    let (file, diagnostics) = parse(&text);
    assert_eq!(diagnostics.len(), 101);
    assert_eq!(diagnostics[100].code, Code::TooLarge);
    assert_eq!(file.declarations.len(), 2);
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let text = "#".repeat(crate::syntax::MAX_FILE + 1);
    assert_eq!(codes(&text), [Code::TooLarge]);
}

#[test]
fn a_declaration_beyond_the_limit_is_left_out() {
    let text = format!("fact a: one of {}\nfact b: date\n", "long_name, ".repeat(500_000));
    let (file, diagnostics) = parse(&text);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::TooLarge]);
    assert_eq!((file.declarations.len(), file.broken), (1, vec!["a".to_owned()]));
}

/// Every place that a diagnostic names lies in the text and between its characters.
fn check_spans(text: &str, diagnostics: &[Diagnostic]) {
    for d in diagnostics {
        let labels = d.primary.iter().chain(&d.labels).map(|l| l.span);
        for span in labels.chain(d.help.iter().filter_map(|h| h.edit.as_ref()).map(|e| e.span)) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{d:?}");
        }
        assert!(!d.message.is_empty() && !d.message.ends_with('.'), "{d:?}");
    }
}

/// Pieces that files are made of, and that they are broken with.
const PIECES: &[&str] = &[
    "fact",
    "a",
    "client.kind",
    ":",
    "boolean",
    "one of",
    ",",
    "\n",
    "\n  ",
    "rule",
    "x",
    "when",
    "and",
    "not",
    "is",
    "in",
    "(",
    ")",
    "..",
    "5",
    "5%",
    "1.5 EUR/hour",
    "\"text\"",
    "\"",
    "|",
    "=>",
    "=",
    "==",
    "#",
    "decide",
    "table",
    "if",
    "then",
    "else",
    "any of",
    "where",
    "sum of",
    "over",
    "days between",
    "2026-01-31",
    "2026-02-30",
    "default",
    "because",
    "“",
    "é",
    "\0",
    "-",
    "or none",
    "list of",
    "up to",
    "gate",
    "require",
    "rubric",
    "criterion",
    "points",
    "otherwise",
    "band",
    "from",
    "checklist",
    "item",
    "exactly one",
    "refer to",
    "cites",
    "policy",
    "unit",
    "with",
    "decimals",
    "&&",
    "'",
    "\u{FEFF}",
    "\r\n",
    "\\",
    "😀",
    ".",
    "==>",
    "never",
    "field",
];

fn pack() -> String {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|p| p.extension().is_some_and(|e| e == "policy"));
    let mut text: String = texts.map(|p| std::fs::read_to_string(p).unwrap()).collect();
    text.push_str(include_str!("../../../tests/fixtures/syntax/language.policy"));
    text
}

#[test]
fn a_carriage_return_alone_ends_no_line_and_hides_none() {
    let text = "fact a: boolean # not\rfact b: boolean\r\ndecide c: boolean = a\r\n";
    let (_, diagnostics) = parse(text);
    let told: Vec<_> = diagnostics.iter().map(|d| (d.message.as_str(), d.help[0].message.as_str())).collect();
    assert_eq!(told, [("a carriage return that ends no line", "line ends are LF or CRLF")]);
    assert!(parse(&text.replace("\rfact", "\r\nfact")).1.is_empty());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
        let (_, diagnostics) = parse(&text);
        check_spans(&text, &diagnostics);
    }

    #[test]
    fn any_row_of_words_is_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60), glue in prop::bool::ANY) {
        let text = pieces.join(if glue { "" } else { " " });
        let (_, diagnostics) = parse(&text);
        check_spans(&text, &diagnostics);
    }

    #[test]
    fn a_broken_pack_is_read_as_far_as_it_goes(
        from in 0..20_000usize,
        cuts in prop::collection::vec((0..3000usize, 0..12usize, prop::sample::select(PIECES)), 1..6),
    ) {
        let pack = pack();
        let boundary = |at: usize| (0..=at.min(pack.len())).rev().find(|i| pack.is_char_boundary(*i)).unwrap_or(0);
        let mut text = pack[boundary(from)..boundary(from + 4000)].to_owned();
        for (at, length, piece) in cuts {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            let (start, end) = (boundary(at), boundary(at + length));
            text.replace_range(start..end, piece);
        }
        let (_, diagnostics) = parse(&text);
        check_spans(&text, &diagnostics);
    }
}
