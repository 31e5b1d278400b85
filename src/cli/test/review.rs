//! Going through what changed, with a person who accepts or rejects it.

use std::io::BufRead;

use rustc_hash::FxHashSet;

use super::human::{by_decision, causes_first, count, grouped, names, reasons};
use super::ran::Ran;
use super::save::{Refused, failure};
use crate::cases::{self, Snapshot, Verdict, alike};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{CODE, HEADING, Output};
use crate::engine::{self, Options};
use crate::host::CaseFiles;
use crate::pack::Pack;
use crate::trace::summary::groups;
use crate::trace::{Report, TreeOptions};

const KEYS: &str = "a accept · r reject · s skip · d details · t trace · q quit · ? help";

/// What the keys do.
const HELP: [(&str, &str); 6] = [
    ("a accept", "what these cases come to now is right: it goes into their snapshot"),
    ("r reject", "it is wrong: their snapshot stays as it is, and they count as changed until policies are mended"),
    ("s skip", "leave it for later: it goes on waiting in the file that ends in `.snap.new`"),
    ("d details", "show each of these cases, with what changed of it and the rules and reasons behind it"),
    ("t trace", "show why the first of them is decided as it is now, down to the facts"),
    ("q quit", "skip all that are left; every answer so far is written already"),
];

/// What a person says to a set of cases that changed alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Accept,
    Reject,
    Skip,
    Details,
    Trace,
    Quit,
    Help,
}

impl Key {
    fn of(line: &str) -> Option<Key> {
        Some(match line.trim().to_lowercase().as_str() {
            "a" | "accept" => Key::Accept,
            "r" | "reject" => Key::Reject,
            "s" | "skip" => Key::Skip,
            "d" | "details" => Key::Details,
            "t" | "trace" => Key::Trace,
            "q" | "quit" => Key::Quit,
            "?" | "h" | "help" => Key::Help,
            _ => return None,
        })
    }
}

/// A case: its file, and its place among those that were run.
type Place = (usize, usize);

pub(super) fn review(
    pack: &Pack,
    cases: &CaseFiles,
    ran: &mut [Ran<'_>],
    output: &mut Output,
) -> Result<Exit, Failure> {
    for file in ran.iter() {
        file.leave_pending().map_err(|refused| failure(&[refused], &[]))?;
    }
    let mut written: Vec<String> = Vec::new();
    let places: Vec<Place> =
        ran.iter().enumerate().flat_map(|(f, file)| (0..file.results.len()).map(move |r| (f, r))).collect();
    let sets = alike(ran.iter().flat_map(|file| file.results.iter().map(|done| &done.verdict)));
    let sets: Vec<Vec<Place>> =
        sets.into_iter().map(|set| set.into_iter().filter_map(|at| places.get(at).copied()).collect()).collect();
    let mut decided = [0_usize; 3];
    let mut input = std::io::stdin().lock().lines();
    let total = sets.len();
    'sets: for (at, set) in sets.iter().enumerate() {
        show(pack, ran, set, (at + 1, total), output)?;
        loop {
            output.result(&format!("{CODE}{KEYS}{CODE:#} > "))?;
            output.finish()?;
            let line = match input.next() {
                Some(Ok(line)) => line,
                Some(Err(e)) => return Err(Failure::message(format!("what is typed cannot be read: {e}"))),
                // Who says nothing any more has gone.
                None => "q".to_owned(),
            };
            output.line("")?;
            match Key::of(&line) {
                Some(Key::Accept) => {
                    accept(ran, set, &mut written).map_err(|refused| failure(&[refused], &written))?;
                    decided[0] += set.len();
                }
                Some(Key::Reject) => {
                    reject(ran, set).map_err(|refused| failure(&[refused], &written))?;
                    decided[1] += set.len();
                }
                Some(Key::Skip) => decided[2] += set.len(),
                Some(Key::Details) => {
                    details(ran, set, output)?;
                    continue;
                }
                Some(Key::Trace) => {
                    trace(pack, cases, ran, set, output)?;
                    continue;
                }
                Some(Key::Quit) => {
                    decided[2] += sets.iter().skip(at).map(Vec::len).sum::<usize>();
                    break 'sets;
                }
                Some(Key::Help) => {
                    for (key, what) in HELP {
                        output.line(&format!("  {CODE}{key:9}{CODE:#}  {what}"))?;
                    }
                    output.line("")?;
                    continue;
                }
                None => {
                    output.remark(&format!("`{}` is none of the keys; `?` explains them", line.trim()));
                    continue;
                }
            }
            break;
        }
    }
    let failed = ran.iter().any(Ran::has_failed);
    let [accepted, rejected, skipped] = decided;
    let words = if total == 0 {
        "nothing has changed".to_owned()
    } else {
        let others = [grouped(rejected, "rejected"), grouped(skipped, "skipped")];
        format!("{} accepted, {}", count(accepted), others.join(", "))
    };
    output.line(&words)?;
    if failed {
        output.remark("\nExpectations are not met: `dealdesk test` shows them");
    }
    Ok(if failed || rejected + skipped > 0 { Exit::Found } else { Exit::Fine })
}

/// Shows what cases that changed alike have in common.
fn show(
    pack: &Pack,
    ran: &[Ran<'_>],
    set: &[Place],
    (at, total): (usize, usize),
    output: &mut Output,
) -> Result<(), Failure> {
    let done: Vec<_> =
        set.iter().filter_map(|&(f, r)| ran.get(f).and_then(|file| Some((file, file.results.get(r)?)))).collect();
    let Some((_, first)) = done.first() else { return Ok(()) };
    let names = names(&done);
    let n = count(done.len());
    let what = match (&first.verdict, done.len()) {
        (Verdict::New, 1) => format!("{n} has no snapshot yet"),
        (Verdict::New, _) => format!("{n} have no snapshot yet"),
        (_, 1) => format!("{n} changed"),
        _ => format!("{n} changed in the same way"),
    };
    output.line(&format!("{HEADING}{at} of {total}: {what}{HEADING:#}\n"))?;
    if first.verdict == Verdict::New {
        output.line(&format!("{}\n", crate::trace::summary::listed(&names, 3)))?;
        if done.len() == 1 {
            output.line(&first.outcome.summary.to_string())?;
        }
    }
    let changed = done.iter().zip(&names).map(|((_, done), name)| (name.as_str(), done.changes()));
    for group in causes_first(pack, groups(changed)) {
        output.line(&by_decision(&group))?;
    }
    Ok(())
}

/// Shows each case with all it comes to, or with what changed of it.
fn details(ran: &[Ran<'_>], set: &[Place], output: &mut Output) -> Result<(), Failure> {
    for done in set.iter().filter_map(|&(f, r)| ran.get(f)?.results.get(r)) {
        output.line(&format!("{HEADING}{}{HEADING:#}", done.case.name))?;
        if done.verdict == Verdict::New {
            output.line(&done.outcome.summary.to_string())?;
        }
        for change in done.changes() {
            output.line(&format!("  {CODE}{}{CODE:#}: {}", change.name(), change.colored()))?;
            reasons(change, output)?;
            // What it rests on now; the line before that is the outcome, and what is reworded has just been told too.
            let told: Vec<String> = change.reworded().iter().filter_map(|reason| reason.lines().1).collect();
            let now = change.after.as_ref().map(ToString::to_string).unwrap_or_default();
            for line in now.lines().skip(1).filter(|line| !told.iter().any(|told| told == line.trim_start())) {
                output.line(line)?;
            }
        }
    }
    output.line("")
}

/// Shows why the first case is decided as it is, as far as that changed.
fn trace(pack: &Pack, cases: &CaseFiles, ran: &[Ran<'_>], set: &[Place], output: &mut Output) -> Result<(), Failure> {
    let Some(&(f, r)) = set.first() else { return Ok(()) };
    let Some((file, done)) = ran.get(f).and_then(|file| Some((file, file.results.get(r)?))) else { return Ok(()) };
    let policy = pack.policy();
    let changed: Vec<_> =
        done.changes().iter().filter_map(|change| policy.decision_by_name(change.decision())).collect();
    let deal = cases.deal(file.file, done.case);
    let decisions = if changed.is_empty() {
        cases::decide(policy, done.case, &deal, true)
    } else {
        engine::decide(policy, &deal, done.case.as_of, &Options { only: Some(changed), ..Options::default() })
    };
    let sources = &cases.sources;
    let (deal_name, deal, decisions) = (done.case.name.as_str(), &deal, &decisions);
    let report = Report { policy, sources, deal, deal_sources: sources, deal_name, decisions, traces: true };
    output.line(&report.tree(TreeOptions { verbose: true, color: output.color() }))
}

fn accept(ran: &mut [Ran<'_>], set: &[Place], written: &mut Vec<String>) -> Result<(), Refused> {
    each(ran, set, |file, names| {
        let mut fresh = Snapshot::default();
        for name in names {
            if let Some(summary) = file.fresh.get(name) {
                fresh.insert(name.clone(), summary.clone());
            }
        }
        let file = file.accept(&fresh)?;
        written.extend(file.filter(|file| !written.contains(file)));
        Ok(())
    })
}

fn reject(ran: &mut [Ran<'_>], set: &[Place]) -> Result<(), Refused> {
    each(ran, set, |file, names| {
        let mut kept = Snapshot::default();
        let rejected: FxHashSet<&str> = names.iter().map(String::as_str).collect();
        for name in file.fresh.names().filter(|name| !rejected.contains(name)) {
            if let Some(summary) = file.fresh.get(name) {
                kept.insert(name, summary.clone());
            }
        }
        file.fresh = kept;
        Ok(())
    })
}

/// Does something with the cases of each file, and brings what waits up to date at once, so that nothing that was
/// decided is lost if this ends early.
fn each(
    ran: &mut [Ran<'_>],
    set: &[Place],
    mut act: impl FnMut(&mut Ran<'_>, &[String]) -> Result<(), Refused>,
) -> Result<(), Refused> {
    for (f, file) in ran.iter_mut().enumerate() {
        let of_file = set.iter().filter(|place| place.0 == f);
        let names: Vec<String> =
            of_file.filter_map(|&(_, r)| file.results.get(r)).map(|done| done.case.name.clone()).collect();
        if !names.is_empty() {
            act(file, &names)?;
            file.leave_pending()?;
        }
    }
    Ok(())
}
