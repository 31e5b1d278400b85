//! What must hold whatever a file says. A promise that is broken panics.

use std::sync::LazyLock;

use dealdesk::base::{FileId, SourceFile, Sources, Span};
use dealdesk::civil::{Date, date};
use dealdesk::diagnostic::{Diagnostic, render};
use dealdesk::engine::{Answer, Answers, Decisions, Options, Possible, State};
use dealdesk::facts::{NumberKind, Schema, TypeKind, Value, read, write};
use dealdesk::syntax::format::{Unformatted, format};
use dealdesk::trace::TreeOptions;
use dealdesk::{Deal, Error, Format, Pack, engine, facts, syntax};

use crate::seeds::{Part, opencraft, parts};

/// Fewer evaluations than people get, so that more inputs are tried.
const BUDGET: u64 = 300;

const DATES: [Date; 2] = [date(2026, 3, 1), date(1900, 1, 1)];

/// A policy is read, whatever it says, and its problems have their places.
pub fn syntax(text: &str) {
    let file = SourceFile::new("fuzz.policy", text);
    let mut sources = Sources::new();
    let id = sources.add(file.clone());
    let (_, problems) = syntax::parse(id, &file);
    diagnostics(&problems, &sources);
    let mut end = 0;
    for token in syntax::lex::tokens(text) {
        assert!(end <= token.start && token.start < token.end, "tokens overlap or are empty: {token:?}");
        assert!(text.get(token.start..token.end).is_some(), "a token that is not text: {token:?}");
        end = token.end;
    }
    formats(id, &file, problems.is_empty());
}

/// A policy that can be read is formatted, and formatting it again changes nothing; others are left alone.
fn formats(id: FileId, file: &SourceFile, reads: bool) {
    match format(id, file) {
        Ok(formatted) => {
            assert!(reads, "a text with problems is formatted");
            let again = format(id, &SourceFile::new("fuzz.policy", formatted.as_str()));
            assert!(again.is_ok_and(|again| again == formatted), "formatting it again changes it:\n{formatted}");
        }
        Err(Unformatted::Broken(problems)) => assert!(!reads && !problems.is_empty(), "left alone without a reason"),
        Err(Unformatted::Defect) => panic!("formatted, it would say something else"),
    }
}

static OPENCRAFT: LazyLock<Pack> = LazyLock::new(|| {
    let text = opencraft();
    let files = parts(&text);
    Pack::compile(files.iter().map(|part| (part.name, part.text))).unwrap_or_else(|e| panic!("{e}"))
});

/// A deal is read, whatever it says; what was read is written so that it reads back as the same.
pub fn deal(format: Format, text: &str) {
    let schema = &OPENCRAFT.policy().schema;
    let file = SourceFile::new("fuzz", text);
    let mut sources = Sources::new();
    let id = sources.add(file.clone());
    let (deal, problems) = read::deal(schema, id, &file, format);
    diagnostics(&problems, &sources);
    reads_back(schema, &deal);
}

/// [`deal`] or [`assignments`]: the first character of a text tells which.
pub fn tagged_deal(text: &str) {
    let mut characters = text.chars();
    match characters.next() {
        Some('r') => deal(Format::Ron, characters.as_str()),
        Some('j') => deal(Format::Json, characters.as_str()),
        Some('y') => deal(Format::Yaml, characters.as_str()),
        Some('t') => deal(Format::Toml, characters.as_str()),
        _ => assignments(characters.as_str()),
    }
}

/// Facts are set one by one, a line each, as with `--set`.
pub fn assignments(text: &str) {
    let schema = &OPENCRAFT.policy().schema;
    let mut deal = facts::Deal::new();
    for line in text.lines() {
        let before = deal.clone();
        if let Err(problems) = read::set(schema, &mut deal, line) {
            assert!(!problems.is_empty(), "refused without a reason");
            assert_eq!(deal, before, "refused, and yet the deal was changed");
            diagnostics(&problems, &Sources::new());
        }
    }
    reads_back(schema, &deal);
}

fn reads_back(schema: &Schema, deal: &facts::Deal) {
    let json = write::json(schema, deal);
    for (format, text) in [(Format::Json, json.clone()), (Format::Ron, write::ron(schema, deal))] {
        let (again, problems) = read::deal(schema, FileId(0), &SourceFile::new("again", text.as_str()), format);
        assert!(problems.is_empty(), "what was written does not read back: {problems:?}\n{text}");
        assert_eq!(write::json(schema, &again), json, "what was written reads back as something else:\n{text}");
    }
}

/// A pack is compiled; if it is good, its deals are read, decided and shown.
pub fn pipeline(text: &str) {
    let (deals, files): (Vec<Part>, Vec<Part>) = parts(text).into_iter().partition(|part| part.deal().is_some());
    let pack = match Pack::compile(files.iter().map(|part| (part.name, part.text))) {
        Ok(pack) => pack,
        Err(error) => return refused(&error),
    };
    diagnostics(pack.findings(), pack.sources());
    for part in deals {
        match pack.read_deal(part.name, part.text, part.deal().unwrap_or(Format::Json)) {
            Ok(deal) => decides(&deal),
            Err(error) => refused(&error),
        }
    }
}

fn refused(error: &Error) {
    assert!(!error.diagnostics().is_empty(), "refused without a reason");
    diagnostics(error.diagnostics(), error.sources());
    assert!(!error.to_string().is_empty());
}

/// Every place lies in its file, and both views can show it.
fn diagnostics(problems: &[Diagnostic], sources: &Sources) {
    let within = |span: Span, what: &str| {
        let text = sources.get(span.file).map(SourceFile::text);
        let inside = text.and_then(|text| text.get(span.start as usize..span.end as usize));
        assert!(inside.is_some(), "{what} does not lie in its file: {span:?}");
    };
    for problem in problems {
        assert!(!problem.message.is_empty(), "a problem without words: {problem:?}");
        problem.primary.iter().chain(&problem.labels).for_each(|label| within(label.span, &problem.message));
        problem.help.iter().filter_map(|help| help.edit.as_ref()).for_each(|edit| within(edit.span, &problem.message));
    }
    let shown = render::human(problems, sources, false);
    assert_eq!(shown.is_empty(), problems.is_empty(), "not all problems are shown");
    let json = render::json(problems, sources).to_string();
    let read: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("not JSON ({e}): {json}"));
    assert_eq!(read.as_array().map(Vec::len), Some(problems.len()), "not all problems are in the JSON");
}

fn decides(deal: &Deal) {
    for as_of in DATES {
        let explained = deal.decide_with(as_of, &Options { budget: BUDGET, ..Options::default() });
        let report = explained.report();
        let json = report.json();
        serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|e| panic!("not JSON ({e}): {json}"));
        for verbose in [false, true] {
            assert!(!report.tree(TreeOptions { verbose, color: verbose }).contains('\0'));
        }
        report.markdown();
        report.html();
        report.mermaid();
        let plain = take(deal, deal.facts(), as_of);
        same(explained.taken(), &plain);
        let mut fewer = deal.facts().clone();
        let schema = &deal.pack().policy().schema;
        for (place, (id, _)) in deal.facts().given.iter().enumerate() {
            // What is presumed would not be unknown.
            if place % 3 == 0 && schema.facts[id].presumed.is_none() {
                fewer.given.remove(id);
            }
        }
        foreseen(deal, &take(deal, &fewer, as_of), &plain);
        take(deal, &facts::Deal::new(), as_of);
    }
}

fn take(deal: &Deal, facts: &facts::Deal, as_of: Date) -> Decisions {
    engine::decide(
        deal.pack().policy(),
        facts,
        as_of,
        &Options { budget: BUDGET, explain: false, ..Options::default() },
    )
}

/// Explaining an answer does not change it.
fn same(one: &Decisions, other: &Decisions) {
    let states = |decisions: &Decisions| -> Vec<State> {
        let answers = decisions.taken.iter().flat_map(|taken| list(&taken.answers));
        answers.map(|answer| answer.state.clone()).collect()
    };
    assert_eq!(states(one), states(other), "explaining changes the answers");
}

fn list(answers: &Answers) -> &[Answer] {
    match answers {
        Answers::One(answer) => std::slice::from_ref(answer),
        Answers::Each(answers) => answers,
    }
}

/// What is answered of a deal holds once more of it is known.
fn foreseen(deal: &Deal, before: &Decisions, after: &Decisions) {
    let policy = deal.pack().policy();
    for (b, a) in before.taken.iter().zip(&after.taken) {
        let decision = &policy.decisions[b.decision];
        // Texts that nobody wrote are told from one another only as far as the policy does.
        if matches!(decision.ty.kind, TypeKind::Text) {
            continue;
        }
        let fraction = matches!(&decision.ty.kind, TypeKind::Number(n) if n.kind == NumberKind::Fraction);
        assert!(!fraction, "`{}` is an unrounded quotient", decision.name);
        let known = list(&a.answers);
        for (place, now) in known.iter().enumerate() {
            let then = match &b.answers {
                Answers::One(then) => then,
                Answers::Each(then) => &then[place],
            };
            assert!(
                covers(&then.state, &now.state),
                "`{}` was foretold as {:?} and came to be {:?}",
                decision.name,
                then.state,
                now.state
            );
        }
    }
}

/// Whether the state `now` is one of those that `then` left possible.
fn covers(then: &State, now: &State) -> bool {
    match (then, now) {
        (State::Undecided(then), State::Undecided(now)) if now.missing.is_empty() => then.gap,
        // Fewer completions are left; what each of them comes to is not listed.
        (State::Undecided(_), State::Undecided(_)) => true,
        (State::Undecided(then), State::Decided(value) | State::Default(value)) => possible(&then.possible, value),
        (State::Undecided(then), State::Conflict(_)) => then.conflict,
        (State::Undecided(then), State::Error(_)) => then.error,
        (State::Decided(one), State::Decided(other) | State::Default(other)) => one == other,
        (State::Default(one), State::Default(other)) => one == other,
        (State::Conflict(_), State::Conflict(_)) | (State::Error(_), State::Error(_)) => true,
        _ => false,
    }
}

fn possible(possible: &Possible, value: &Value) -> bool {
    match (possible, value) {
        (Possible::Values(values), value) => values.contains(value),
        (Possible::Range { none, .. }, Value::None) => *none,
        (Possible::Range { low, high, .. }, value) => low <= value && value <= high,
        (Possible::Items { certain, open }, Value::Items(items)) => {
            certain.iter().all(|item| items.contains(item))
                && items.iter().all(|item| certain.contains(item) || open.contains(item))
        }
        (Possible::Items { .. }, _) => false,
    }
}
