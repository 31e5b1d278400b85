use super::*;
use crate::base::{FileId, SourceFile, Sources, Span};
use crate::diagnostic::Code;

fn sources(texts: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::new();
    for (name, text) in texts {
        sources.add(SourceFile::new(*name, *text));
    }
    sources
}

/// The span of the first `needle` in a file.
fn at(sources: &Sources, file: u32, needle: &str) -> Span {
    let start = sources.get(FileId(file)).unwrap().text().find(needle).unwrap();
    Span::new(FileId(file), start, start + needle.len())
}

fn shown(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    human(diagnostics, sources, false)
}

#[test]
fn labels_help_and_suggestions_look_like_those_of_rustc() {
    let sources = sources(&[
        ("deals.policy", "fact client.kind: one of private, government\n\nfact deal.hours: integer\n"),
        ("rules.policy", "decide x: boolean\n  = client.knd is private\n"),
    ]);
    let wrong = at(&sources, 1, "client.knd");
    let d = Diagnostic::error(Code::SyntaxError, wrong, "no fact is called `client.knd`")
        .here("not declared")
        .label(at(&sources, 0, "client.kind"), "this one is")
        .suggest(wrong, "client.kind", "did you mean `client.kind`?")
        .help("`dealdesk list facts` shows all facts");
    insta::assert_snapshot!(shown(&[d], &sources));
}

#[test]
fn an_insertion_is_shown_as_one() {
    let sources = sources(&[("a.policy", "rule x when hours > 10\n")]);
    let ten = at(&sources, 0, "10");
    let end = Span { start: ten.end, ..ten };
    let d = Diagnostic::error(Code::SyntaxError, ten, "a plain number is compared with hours")
        .here("has no unit")
        .suggest(end, " hours", "write `10 hours`");
    insta::assert_snapshot!(shown(&[d], &sources));
}

#[test]
fn tabs_wide_characters_and_controls_keep_the_mark_in_its_place() {
    let sources = sources(&[("宽.policy", "\tnäme: 日本語 = \u{1b}[31mred\u{202e}\n")]);
    let d = Diagnostic::finding(Code::SyntaxError, at(&sources, 0, "red"), "`\u{1b}[31m`\nis not a colour")
        .here("after an escape")
        .label(at(&sources, 0, "日本語"), "wide");
    let text = shown(&[d], &sources);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_line_of_a_megabyte_is_cut_and_keeps_its_columns() {
    let text = format!("{}WRONG{}\n", "ä, ".repeat(300_000), "x, ".repeat(300_000));
    let sources = sources(&[("long.json", &text)]);
    let wrong = at(&sources, 0, "WRONG");
    let d = Diagnostic::error(Code::SyntaxError, wrong, "wrong").here("here").suggest(wrong, "right", "write `right`");
    insta::assert_snapshot!(shown(&[d], &sources));
}

#[test]
fn long_spans_and_far_labels_show_little_of_the_source() {
    let text: String = (1..=500).map(|n| format!("line {n}\n")).collect();
    let sources = sources(&[("long.policy", &text)]);
    let start = at(&sources, 0, "line 100");
    let whole = start.to(at(&sources, 0, "line 400"));
    let d =
        Diagnostic::error(Code::SyntaxError, whole, "too much").here("from here").label(at(&sources, 0, "7"), "far");
    insta::assert_snapshot!(shown(&[d], &sources));
}

#[test]
fn places_at_the_ends_of_files_and_lines_do_no_harm() {
    let texts = [("empty", ""), ("one", "a"), ("crlf", "a\r\nb\r\n"), ("broken", "ä\n\nü")];
    let sources = sources(&texts);
    for (file, (_, text)) in texts.iter().enumerate() {
        for start in 0..=text.len() + 2 {
            for end in start..=text.len() + 2 {
                let span = Span::new(FileId(file as u32), start, end);
                let d = Diagnostic::error(Code::SyntaxError, span, "m").here("x").suggest(span, "new", "try");
                assert!(shown(std::slice::from_ref(&d), &sources).contains("error[E0101]: m"));
                assert_eq!(json(&[d], &sources)[0]["file"], sources.get(FileId(file as u32)).unwrap().name());
            }
        }
    }
    let stranger = Diagnostic::error(Code::SyntaxError, Span::new(FileId(9), 3, 4), "m").here("x");
    assert_eq!(shown(std::slice::from_ref(&stranger), &sources), "error[E0101]: m\n");
    assert!(json(&[stranger], &sources)[0]["line"].is_null());
}

#[test]
fn a_span_that_ends_behind_a_line_break_stays_on_its_line() {
    let sources = sources(&[("a", "one\ntwo\n")]);
    let d = Diagnostic::error(Code::SyntaxError, Span::new(FileId(0), 0, 4), "m").here("one");
    insta::assert_snapshot!(shown(&[d], &sources));
}

#[test]
fn sorted_by_place_with_the_placeless_last() {
    let sources = sources(&[("a", "one two"), ("b", "one two")]);
    let all = [
        Diagnostic::placeless(Code::SyntaxError, "nowhere"),
        Diagnostic::note(Code::SyntaxError, at(&sources, 1, "one"), "b one"),
        Diagnostic::error(Code::SyntaxError, at(&sources, 0, "two"), "a two"),
        Diagnostic::error(Code::SyntaxError, at(&sources, 0, "one"), "a one"),
    ];
    let shown = json(&all, &sources);
    let order: Vec<_> = shown.as_array().unwrap().iter().map(|d| d["message"].as_str().unwrap()).collect();
    assert_eq!(order, ["a one", "a two", "b one", "nowhere"]);
    assert_eq!(summary(&all).as_deref(), Some("3 errors, 1 note"));
    assert_eq!(summary(&[]), None);
}

#[test]
fn json_has_places_labels_and_edits() {
    let sources = sources(&[("a.policy", "fact ä: knd\n")]);
    let wrong = at(&sources, 0, "knd");
    let d = Diagnostic::error(Code::SyntaxError, wrong, "no type")
        .here("here")
        .label(at(&sources, 0, "fact"), "in this fact")
        .suggest(wrong, "kind", "did you mean `kind`?")
        .help("or declare it");
    let all = json(&[d, Diagnostic::placeless(Code::SyntaxError, "nowhere")], &sources);
    insta::assert_snapshot!(serde_json::to_string_pretty(&all).unwrap());
}

#[test]
fn thousands_in_one_long_line_are_no_trouble() {
    let text = "ab ".repeat(20_000);
    let sources = sources(&[("long", &text)]);
    let all: Vec<_> = (0..2_000)
        .map(|n| Diagnostic::error(Code::SyntaxError, Span::new(FileId(0), n * 30, n * 30 + 2), "m").here("x"))
        .collect();
    assert_eq!(shown(&all, &sources).matches("error[E0101]").count(), 2_000);
    assert_eq!(json(&all, &sources).as_array().unwrap().len(), 2_000);
}
