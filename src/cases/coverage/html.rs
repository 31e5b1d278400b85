//! The policy files with what was exercised of them, as one page without scripts.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Clause, Coverage, Tally};
use crate::base::{SourceFile, Sources};
use crate::policy::Policy;
use crate::trace::{Markup, words};

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn html(coverage: &Coverage, policy: &Policy, sources: &Sources) -> String {
    let mut out = Markup::default();
    let name = policy.label.as_ref().unwrap_or(&policy.name);
    out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.element("title", &[], &format!("Coverage of {name}"));
    out.raw("\n<style>\n");
    out.raw(STYLE);
    out.raw("</style>\n</head>\n<body>\n<header>\n");
    out.element("h1", &[], &format!("Coverage of {name}"));
    let total = coverage.total();
    let cases = words::count(coverage.cases, "case", "cases");
    let line = format!("{cases} reached {} of {} goals: {}.", total.reached, total.all, total.percent());
    out.element("p", &[], &line);
    out.element("p", &[("class", "soft")], "✓ every goal on the line was reached, ◐ some were, ✗ none was.");
    out.close("header");
    out.open("main", &[]);
    summary(&mut out, coverage, sources);
    for (i, (id, clauses)) in coverage.files().into_iter().enumerate() {
        if let Some(file) = sources.get(id) {
            source(&mut out, i, file, &clauses);
        }
    }
    out.close("main");
    out.finish()
}

/// The files and kinds with their figures.
fn summary(out: &mut Markup, coverage: &Coverage, sources: &Sources) {
    table(out, "By file", "File", |row| {
        for (i, (id, clauses)) in coverage.files().into_iter().enumerate() {
            let name = sources.get(id).map_or("", SourceFile::name);
            row(name, Some(format!("#file-{i}")), Tally::of(clauses));
        }
    });
    table(out, "By kind", "Kind", |row| {
        for (kind, tally) in coverage.by_kind() {
            row(kind.words(), None, tally);
        }
    });
}

fn table(out: &mut Markup, caption: &str, first: &str, rows: impl Fn(&mut dyn FnMut(&str, Option<String>, Tally))) {
    out.raw("<table class=\"figures\">\n");
    out.element("caption", &[], caption);
    out.raw("\n<thead><tr>");
    for head in [first, "Reached", "Goals", "Coverage"] {
        out.element("th", &[("scope", "col")], head);
    }
    out.raw("</tr></thead>\n<tbody>\n");
    rows(&mut |name, link, tally| {
        out.raw("<tr><th scope=\"row\">");
        match link {
            Some(link) => out.element("a", &[("href", &link)], name),
            None => out.text(name),
        }
        out.raw("</th>");
        for figure in [tally.reached.to_string(), tally.all.to_string(), tally.percent()] {
            out.element("td", &[("class", "number")], &figure);
        }
        out.raw("</tr>\n");
    });
    out.raw("</tbody>\n</table>\n");
}

/// A file, line by line.
fn source(out: &mut Markup, number: usize, file: &SourceFile, clauses: &[&Clause]) {
    let mut on_line: BTreeMap<usize, Vec<&Clause>> = BTreeMap::new();
    for clause in clauses {
        on_line.entry(file.position(clause.span.start).line).or_default().push(clause);
    }
    let marked = marked(clauses);
    out.open("section", &[]);
    let tally = Tally::of(clauses.iter().copied());
    out.element("h2", &[("id", &format!("file-{number}"))], &format!("{} — {}", file.name(), tally.percent()));
    out.raw("\n<table class=\"source\">\n<thead class=\"unseen\"><tr>");
    for head in ["Line", "State", "Text", "Times"] {
        out.element("th", &[("scope", "col")], head);
    }
    out.raw("</tr></thead>\n<tbody>\n");
    for line in 1..=file.line_count() {
        let Some(range) = file.line(line) else { continue };
        if line == file.line_count() && range.is_empty() {
            continue;
        }
        let here = on_line.get(&line).map_or(&[][..], Vec::as_slice);
        let tally = Tally::of(here.iter().copied());
        let (class, mark, state) = match (tally.reached, tally.all) {
            (_, 0) => ("plain", "", ""),
            (0, _) => ("none", "✗", "not reached"),
            (reached, all) if reached < all => ("some", "◐", "partly reached"),
            _ => ("all", "✓", "reached"),
        };
        out.raw("<tr");
        out.raw(&format!(" class=\"{class}\" id=\"file-{number}-{line}\">"));
        out.element("th", &[("scope", "row")], &line.to_string());
        out.raw("<td>");
        if !state.is_empty() {
            out.element("span", &[("aria-hidden", "true")], mark);
            out.element("span", &[("class", "unseen")], state);
        }
        out.raw("</td><td><code>");
        pieces(out, file.text(), range, &marked);
        out.raw("</code>");
        for missing in here.iter().filter_map(|clause| clause.missing()) {
            out.element("p", &[("class", "missing")], &format!("✗ {missing}"));
        }
        out.raw("</td>");
        out.element("td", &[("class", "number soft")], &times(here));
        out.raw("</tr>\n");
    }
    out.raw("</tbody>\n</table>\n");
    out.close("section");
}

/// How often what begins on a line was reached.
fn times(clauses: &[&Clause]) -> String {
    let one = |clause: &&Clause| {
        let goals: Vec<String> = clause.goals().map(|(goal, hits)| format!("{goal} {hits}")).collect();
        goals.join(", ")
    };
    clauses.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The parts of conditions that did not come out both ways, in order, none within another.
fn marked(clauses: &[&Clause]) -> Vec<Range<usize>> {
    let open = clauses.iter().filter(|clause| clause.kind == super::Kind::Condition && clause.open().next().is_some());
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for range in open.map(|clause| clause.span.start as usize..clause.span.end as usize) {
        match ranges.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => ranges.push(range),
        }
    }
    ranges
}

/// The text of a line, with the parts of `marked` that lie in it as marks.
fn pieces(out: &mut Markup, text: &str, line: Range<usize>, marked: &[Range<usize>]) {
    let mut at = line.start;
    let first = marked.partition_point(|range| range.end <= line.start);
    for range in marked.get(first..).unwrap_or_default() {
        let (start, end) = (range.start.max(at), range.end.min(line.end));
        if start >= end {
            break;
        }
        out.text(text.get(at..start).unwrap_or_default());
        out.element("mark", &[], text.get(start..end).unwrap_or_default());
        at = end;
    }
    out.text(text.get(at..line.end).unwrap_or_default());
}
