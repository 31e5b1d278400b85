//! The results for people.

use anstyle::{AnsiColor, Style};
use rustc_hash::FxHashMap;

use super::ran::{Done, Ran};
use super::save::Saved;
use super::unread;
use crate::cases::Verdict;
use crate::cli::exit::Failure;
use crate::cli::output::{CODE, HEADING, Output};
use crate::diagnostic::{Diagnostic, render};
use crate::host::CaseFiles;
use crate::pack::Pack;
use crate::policy::{DecisionId, Node};
use crate::trace::summary::{Change, Group, Reworded, groups, listed};

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CHANGED: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// How many names of cases are told before it is only said how many more there are.
const MOST_CASES: usize = 3;
/// How many ways of changing one decision are told.
const MOST_WAYS: usize = 6;

pub(super) fn show(
    pack: &Pack,
    cases: &CaseFiles,
    ran: &[Ran<'_>],
    saved: &Saved,
    verbose: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let all: Vec<(&Ran<'_>, &Done<'_>)> =
        ran.iter().flat_map(|file| file.results.iter().map(move |d| (file, d))).collect();
    changes(pack, cases, &all, verbose, output)?;
    failures(cases, &all, output)?;
    output.line(&counts(&all, saved, unread::count(cases, ran)))?;
    advice(saved, output);
    Ok(())
}

/// What is other than before: by decision, or case by case.
fn changes(
    pack: &Pack,
    cases: &CaseFiles,
    all: &[(&Ran<'_>, &Done<'_>)],
    verbose: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let names = names(all);
    if verbose {
        for (_, done) in all.iter().filter(|(_, done)| !done.changes().is_empty()) {
            output.line(&heading(CHANGED, "~", cases, done))?;
            for change in done.changes() {
                output.line(&format!("  {CODE}{}{CODE:#}: {}", change.name(), change.colored()))?;
                reasons(change, output)?;
            }
            output.line("")?;
        }
    } else {
        let changed = all.iter().zip(&names).map(|((_, done), name)| (name.as_str(), done.changes()));
        for group in causes_first(pack, groups(changed)) {
            output.result(&by_decision(&group))?;
            output.line("")?;
        }
    }
    let new: Vec<&String> =
        all.iter().zip(&names).filter(|((_, done), _)| done.verdict == Verdict::New).map(|(_, name)| name).collect();
    if !new.is_empty() {
        let no = if new.len() == 1 { "has no snapshot yet" } else { "have no snapshot yet" };
        output.line(&format!("{HEADING}{}{HEADING:#} {no}: {}\n", count(new.len()), listed(&new, MOST_CASES)))?;
    }
    Ok(())
}

/// The reasons of a change that are other than before: what was and what is.
pub(super) fn reasons(change: &Change, output: &mut Output) -> Result<(), Failure> {
    for (was, is) in change.reworded().iter().map(Reworded::lines) {
        if let Some(was) = was {
            output.line(&format!("    {OLD}- {was}{OLD:#}"))?;
        }
        if let Some(is) = is {
            output.line(&format!("    {NEW}+ {is}{NEW:#}"))?;
        }
    }
    Ok(())
}

/// What to call each case: its name, with its file where others have the name too.
pub(super) fn names(all: &[(&Ran<'_>, &Done<'_>)]) -> Vec<String> {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for (_, done) in all {
        *seen.entry(&done.case.name).or_default() += 1;
    }
    let name = |(file, done): &(&Ran<'_>, &Done<'_>)| match seen.get(done.case.name.as_str()) {
        Some(2..) => format!("“{}” ({})", done.case.name, file.file.relative),
        _ => format!("“{}”", done.case.name),
    };
    all.iter().map(name).collect()
}

/// Puts each decision before those that rest on it, so that what changed first comes first.
pub(super) fn causes_first(pack: &Pack, mut groups: Vec<Group>) -> Vec<Group> {
    let policy = pack.policy();
    let place = |id: DecisionId| policy.order.iter().position(|node| *node == Node::Decision(id));
    groups.sort_by_cached_key(|group| policy.decision_by_name(&group.decision).and_then(place).unwrap_or(usize::MAX));
    groups
}

/// The ways in which one decision changed.
pub(super) fn by_decision(group: &Group) -> String {
    let label = if group.label == group.decision { String::new() } else { format!("  {}", group.label) };
    let mut text = format!("{HEADING}{}{HEADING:#}{label}\n", group.decision);
    for way in group.ways.iter().take(MOST_WAYS) {
        let names = listed(&way.deals, MOST_CASES);
        text.push_str(&format!("  {}\n", way.change.colored()));
        // One that is too long for the sentence is told below it.
        if let [one] = way.change.reworded().as_slice()
            && one.after.is_none_or(|after| !way.change.words().contains(after))
        {
            let (was, is) = one.lines();
            text.extend(was.map(|was| format!("    {OLD}- {was}{OLD:#}\n")));
            text.extend(is.map(|is| format!("    {NEW}+ {is}{NEW:#}\n")));
        }
        text.push_str(&format!("      {}: {names}\n", count(way.deals.len())));
    }
    if let Some(rest) = group.ways.get(MOST_WAYS..).filter(|rest| !rest.is_empty()) {
        let deals: usize = rest.iter().map(|way| way.deals.len()).sum();
        text.push_str(&format!("  and in {} other ways in {}; `--verbose` shows them\n", rest.len(), count(deals)));
    }
    text
}

/// Expectations that are not met, each with its place.
fn failures(cases: &CaseFiles, all: &[(&Ran<'_>, &Done<'_>)], output: &mut Output) -> Result<(), Failure> {
    for (_, done) in all.iter().filter(|(_, done)| done.has_failed()) {
        output.line(&heading(BAD, "✗", cases, done))?;
        let unmet: Vec<Diagnostic> = done.outcome.unmet.iter().map(|unmet| unmet.diagnostic()).collect();
        output.line(&render::human(&unmet, &cases.sources, output.color()))?;
    }
    Ok(())
}

fn heading(style: Style, sign: &str, cases: &CaseFiles, done: &Done<'_>) -> String {
    let place = cases.sources.locate(done.case.span).map(|(file, at)| format!("  {file}:{}", at.line));
    format!("{style}{sign} {}{style:#}{}", done.case.name, place.unwrap_or_default())
}

/// `12 cases: 9 as expected, 2 failed, 1 changed; of those that failed 1 changed too`: each case counts once.
fn counts(all: &[(&Ran<'_>, &Done<'_>)], saved: &Saved, unread: Option<String>) -> String {
    let of = |is: &dyn Fn(&Done<'_>) -> bool| all.iter().filter(|(_, done)| is(done)).count();
    let changed = |done: &Done<'_>| matches!(done.verdict, Verdict::Changed(_));
    let failed = of(&|done| done.has_failed());
    let parts = [
        (GOOD, of(&|done| !done.has_failed() && done.verdict == Verdict::Same), "as expected"),
        (BAD, failed, "failed"),
        (CHANGED, of(&|done| !done.has_failed() && changed(done)), "changed"),
        (CHANGED, of(&|done| !done.has_failed() && done.verdict == Verdict::New), "new"),
    ];
    let counted = parts.iter().filter(|(_, n, _)| *n > 0);
    let counted: Vec<String> =
        counted.map(|(style, n, what)| format!("{style}{}{style:#}", grouped(*n, what))).collect();
    let mut text = match all.len() {
        0 => "no case was run".to_owned(),
        n => format!("{}: {}", count(n), counted.join(", ")),
    };
    let too = [
        (of(&|done| done.has_failed() && changed(done)), "changed"),
        (of(&|done| done.has_failed() && done.verdict == Verdict::New), "new"),
    ];
    let too: Vec<String> = too.iter().filter(|(n, _)| *n > 0).map(|(n, what)| grouped(*n, what)).collect();
    if !too.is_empty() {
        text.push_str(&format!("; of those that failed {} too", too.join(", ")));
    } else if failed == 0 && of(&|done| done.verdict != Verdict::Same) > 0 {
        text.push_str("; all expectations are met");
    }
    if let Some(unread) = unread {
        text.push_str(&format!("; {BAD}{unread}{BAD:#}"));
    }
    if saved.accepted > 0 {
        let written = crate::trace::words::count(saved.accepted, "snapshot", "snapshots");
        text.push_str(&format!("; {GOOD}{written} written{GOOD:#}"));
    }
    text
}

/// What can be done now.
fn advice(saved: &Saved, output: &mut Output) {
    if !saved.pending.is_empty() {
        let files: Vec<String> = saved.pending.iter().map(|path| format!("`{path}`")).collect();
        output.remark(&format!("\nWhat is new waits in {}", listed(&files, MOST_CASES)));
        output.remark("  `dealdesk test --review` goes through it, `dealdesk test --accept` takes all of it");
    }
    if !saved.unreferenced.is_empty() {
        output.remark(&format!("\nNo case is behind these snapshots: {}", listed(&saved.unreferenced, MOST_CASES)));
        output.remark(match saved.withheld {
            true => "  none is deleted as long as something cannot be read: it may be what they belong to",
            false => "  `--unreferenced delete` deletes them",
        });
    }
    if !saved.deleted.is_empty() {
        output.remark(&format!("\nDeleted: {}", listed(&saved.deleted, MOST_CASES)));
    }
}

/// `95,000 as expected`
pub(super) fn grouped(n: usize, what: &str) -> String {
    crate::trace::words::count(n, what, what)
}

pub(super) fn count(n: usize) -> String {
    crate::trace::words::count(n, "case", "cases")
}
