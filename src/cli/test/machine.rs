//! The results for programs.

use serde_json::{Value as Json, json};

use super::ran::{Done, Ran};
use super::save::Saved;
use crate::base::Span;
use crate::cases::coverage::Coverage;
use crate::cases::{Case, Ended, Report, Suite, Test, Unmet, Verdict};
use crate::diagnostic::render;
use crate::host::CaseFiles;
use crate::pack::Pack;
use crate::trace::summary::{Change, Entry};

/// The version of the form of the JSON.
const VERSION: u32 = 1;

pub(super) fn json(
    pack: &Pack,
    cases: &CaseFiles,
    ran: &[Ran<'_>],
    saved: &Saved,
    coverage: Option<&Coverage>,
) -> String {
    let all: Vec<(&Ran<'_>, &Done<'_>)> =
        ran.iter().flat_map(|file| file.results.iter().map(move |d| (file, d))).collect();
    let of = |is: &dyn Fn(&Done<'_>) -> bool| all.iter().filter(|(_, done)| is(done)).count();
    let policy = pack.policy();
    let mut document = json!({
        "version": VERSION,
        "policy": { "name": policy.name, "version": policy.version, "hash": policy.hash },
        "counts": {
            "cases": all.len(),
            "failed": of(&|done| done.has_failed()),
            "changed": of(&|done| matches!(done.verdict, Verdict::Changed(_))),
            "new": of(&|done| done.verdict == Verdict::New),
            "accepted": saved.accepted,
            "not_run": ran.iter().map(|file| file.left_out.len()).sum::<usize>(),
            "unread": cases.unread.len(),
        },
        "cases": all.iter().map(|(file, done)| case(cases, file, done)).collect::<Vec<_>>(),
        "not_run": ran.iter().flat_map(|file| not_run(cases, file)).collect::<Vec<_>>(),
        "unread": cases.unread.iter().map(|unread| json!({
            "file": unread.shown,
            "diagnostics": render::json(&unread.problems, &cases.sources),
        })).collect::<Vec<_>>(),
        "pending": saved.pending,
        "unreferenced": saved.unreferenced,
        "deleted": saved.deleted,
    });
    if let (Some(coverage), Some(document)) = (coverage, document.as_object_mut()) {
        document.insert("coverage".to_owned(), coverage.data(policy, pack.sources()));
    }
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn case(cases: &CaseFiles, file: &Ran<'_>, done: &Done<'_>) -> Json {
    json!({
        "name": done.case.name,
        "file": file.file.shown,
        "line": line(cases, done.case.span),
        "tags": done.case.tags,
        "as_of": done.case.as_of.to_string(),
        "passed": !done.has_failed(),
        "snapshot": match &done.verdict {
            Verdict::Same => "same",
            Verdict::New => "new",
            Verdict::Changed(_) => "changed",
        },
        "failures": done.outcome.unmet.iter().map(|unmet| failure(cases, unmet)).collect::<Vec<_>>(),
        "changes": done.changes().iter().map(change).collect::<Vec<_>>(),
    })
}

/// The cases that were left out, as a deal that they name is among what is unread.
fn not_run(cases: &CaseFiles, file: &Ran<'_>) -> Vec<Json> {
    let one = |case: &&Case| json!({ "name": case.name, "file": file.file.shown, "line": line(cases, case.span) });
    file.left_out.iter().map(one).collect()
}

fn failure(cases: &CaseFiles, unmet: &Unmet) -> Json {
    let place = cases.sources.locate(unmet.span).map(|(_, at)| (at.line, at.column));
    json!({
        "decision": unmet.name,
        "message": unmet.message,
        "expected": unmet.expected,
        "actual": unmet.actual,
        "reasons": unmet.reasons,
        "line": place.map(|(line, _)| line),
        "column": place.map(|(_, column)| column),
    })
}

fn change(change: &Change) -> Json {
    let side = |entry: &Option<Entry>| {
        entry.as_ref().map(|entry| {
            json!({
                "status": entry.status.word(),
                "outcome": entry.outcome,
                "by": entry.rules.iter().map(|because| because.rule.as_str()).collect::<Vec<_>>(),
                "missing": entry.missing,
            })
        })
    };
    json!({
        "decision": change.name(),
        "message": change.to_string(),
        "before": side(&change.before),
        "after": side(&change.after),
    })
}

pub(super) fn junit(cases: &CaseFiles, ran: &[Ran<'_>]) -> String {
    let test = |done: &Done<'_>| Test {
        name: done.case.name.clone(),
        line: line(cases, done.case.span),
        ended: why(cases, done).map_or(Ended::Well, |(message, body)| Ended::Failed { message, body }),
    };
    let left_out = |case: &&Case| {
        let message = "a deal that it names could not be read".to_owned();
        let ended = Ended::Error { body: message.clone(), message };
        Test { name: case.name.clone(), line: line(cases, case.span), ended }
    };
    let unread = cases.unread.iter().map(|unread| {
        let first = unread.problems.first();
        let place = first.and_then(|problem| cases.sources.locate(problem.primary.as_ref()?.span));
        let message = first.map(|problem| problem.message.clone()).unwrap_or_default();
        let ended = Ended::Error { message, body: render::human(&unread.problems, &cases.sources, false) };
        let test = Test { name: "it can be read".to_owned(), line: place.map_or(1, |(_, at)| at.line), ended };
        Suite { name: unread.shown.clone(), cases: vec![test] }
    });
    let suites = ran.iter().filter(|file| !file.results.is_empty() || !file.left_out.is_empty());
    let suites = suites.map(|file| {
        let tests = file.results.iter().map(test).chain(file.left_out.iter().map(left_out));
        Suite { name: file.file.shown.clone(), cases: tests.collect() }
    });
    crate::cases::junit(&Report { suites: unread.chain(suites).collect() })
}

/// Why a case is no success: in a sentence, and in full.
fn why(cases: &CaseFiles, done: &Done<'_>) -> Option<(String, String)> {
    let unmet = done.outcome.unmet.iter().map(|unmet| {
        let place = cases.sources.locate(unmet.span).map(|(file, at)| format!("{file}:{}:{}: ", at.line, at.column));
        let reasons: String = unmet.reasons.iter().map(|reason| format!("\n    {reason}")).collect();
        format!("{}{}{reasons}", place.unwrap_or_default(), unmet.message)
    });
    let changed = done.changes().iter().map(|change| format!("changed: {change}"));
    let new = (done.verdict == Verdict::New).then(|| "has no snapshot yet".to_owned());
    let all: Vec<String> = unmet.chain(changed).chain(new).collect();
    let first = match (done.outcome.unmet.first(), all.first()) {
        (Some(unmet), _) => unmet.message.clone(),
        (None, first) => first?.clone(),
    };
    Some((first, all.join("\n")))
}

fn line(cases: &CaseFiles, span: Span) -> usize {
    cases.sources.locate(span).map_or(1, |(_, at)| at.line)
}
