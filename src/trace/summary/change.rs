//! What differs between two summaries of one deal.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use rustc_hash::FxHashMap;

use super::{Entry, Summary};
use crate::trace::data::Status;
use crate::trace::words;

/// How many facts are named before it is only said how many more there are.
const MOST_NAMES: usize = 4;

/// An answer that is not what it was. It displays as
/// `discovery.billing: on_acceptance → waived, by legal_bar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was; `None` where there was no such answer.
    pub before: Option<Entry>,
    /// What it is; `None` where there is no such answer any more.
    pub after: Option<Entry>,
}

/// What a piece of a change's words is, for those who color it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Neither.
    Plain,
    /// What was.
    Old,
    /// What is.
    New,
}

/// A reason in other words than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reworded<'a> {
    /// The rule that gives it; `None` where none does, as of a default.
    pub rule: Option<&'a str>,
    /// What it was, if there was one.
    pub before: Option<&'a str>,
    /// What it is, if there is one.
    pub after: Option<&'a str>,
}

/// What differs between two summaries of one deal: answers in the order of `after`, then those that are gone.
pub fn changes(before: &Summary, after: &Summary) -> Vec<Change> {
    let was: FxHashMap<&str, &Entry> = before.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let is: FxHashMap<&str, &Entry> = after.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let moved = after.entries.iter().filter_map(|entry| {
        let before = was.get(entry.name.as_str()).copied();
        (before != Some(entry)).then(|| Change { before: before.cloned(), after: Some(entry.clone()) })
    });
    let gone = before.entries.iter().filter(|entry| !is.contains_key(entry.name.as_str()));
    moved.chain(gone.map(|entry| Change { before: Some(entry.clone()), after: None })).collect()
}

impl Reworded<'_> {
    /// It as a summary says it: `by legal_bar: The law leaves us no way`, what was and what is.
    pub fn lines(&self) -> (Option<String>, Option<String>) {
        let line = |reason: &str| match self.rule {
            Some(rule) => format!("by {rule}: {reason}"),
            None => format!("because {reason}"),
        };
        (self.before.map(line), self.after.map(line))
    }
}

impl Change {
    /// The answer's name: `discovery.billing`, `instance.tier[0]`.
    pub fn name(&self) -> &str {
        self.entry().map_or("", |entry| &entry.name)
    }

    /// The decision's name, without the record that the answer is for.
    pub fn decision(&self) -> &str {
        self.entry().map_or("", Entry::decision)
    }

    /// What people call the decision.
    pub fn label(&self) -> &str {
        self.entry().map_or("", |entry| &entry.label)
    }

    /// The reasons that are put in other words than before, where the same rules still stand.
    pub fn reworded(&self) -> Vec<Reworded<'_>> {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) if !self.is_outcome() => reworded(before, after),
            _ => Vec::new(),
        }
    }

    /// Whether there is another outcome, rather than other reasons for the same.
    pub fn is_outcome(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => verdict(before) != verdict(after),
            _ => true,
        }
    }

    fn entry(&self) -> Option<&Entry> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// The change in words without the name: `on_acceptance → waived, by legal_bar`, in pieces to color.
    pub fn pieces(&self) -> Vec<(Tone, String)> {
        let piece = |tone, words: &str| (tone, words.to_owned());
        match (&self.before, &self.after) {
            (None, None) => Vec::new(),
            (None, Some(after)) => {
                vec![piece(Tone::New, &verdict(after)), (Tone::Plain, format!("{}, new", by(after)))]
            }
            (Some(before), None) => vec![piece(Tone::Old, &verdict(before)), piece(Tone::Plain, ", no longer there")],
            (Some(before), Some(after)) if verdict(before) == verdict(after) => {
                vec![piece(Tone::Plain, &format!("still {}; ", verdict(after))), (Tone::New, other(before, after))]
            }
            (Some(before), Some(after)) => match items(before, after) {
                Some(pieces) => pieces,
                None => vec![
                    piece(Tone::Old, &verdict(before)),
                    piece(Tone::Plain, " → "),
                    piece(Tone::New, &verdict(after)),
                    piece(Tone::Plain, &by(after)),
                ],
            },
        }
    }

    /// The change in words without the name.
    pub fn words(&self) -> String {
        self.pieces().into_iter().map(|(_, words)| words).collect()
    }

    /// The change in words without the name, in colors as terminals understand them: red for what was, green for what is.
    pub fn colored(&self) -> String {
        self.pieces().into_iter().fold(String::new(), |mut text, (tone, words)| {
            let style: Style = match tone {
                Tone::Plain => Style::new(),
                Tone::Old => AnsiColor::Red.on_default(),
                Tone::New => AnsiColor::Green.on_default(),
            };
            // Writing to a string does not fail.
            let _ = write!(text, "{style}{words}{style:#}");
            text
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.words())
    }
}

impl Entry {
    /// The answer in words without the name: `waived, by legal_bar`.
    pub fn words(&self) -> String {
        verdict(self) + &by(self)
    }
}

/// How an answer ended: `waived`, `undecided (high or medium)`.
fn verdict(entry: &Entry) -> String {
    let what = match entry.status {
        Status::Decided | Status::Default => return entry.outcome.clone(),
        Status::Undecided => "undecided",
        Status::Conflict => "in conflict",
        Status::Error => "in error",
    };
    if entry.outcome.is_empty() { what.to_owned() } else { format!("{what} ({})", entry.outcome) }
}

/// What gave it: `, by legal_bar`, `, by default`, `, missing client.kind`.
fn by(entry: &Entry) -> String {
    let rules: Vec<&str> = entry.rules.iter().map(|because| because.rule.as_str()).collect();
    match entry.status {
        Status::Default => ", by default".to_owned(),
        Status::Undecided if !entry.missing.is_empty() => format!(", missing {}", named(&entry.missing)),
        Status::Conflict => format!(", between {}", words::listed(&rules, "and")),
        _ if rules.is_empty() => String::new(),
        _ => format!(", by {}", named(&rules)),
    }
}

fn named<S: AsRef<str>>(names: &[S]) -> String {
    super::group::listed(names, MOST_NAMES)
}

/// For a checklist of several items: those that came, and those that went.
fn items(before: &Entry, after: &Entry) -> Option<Vec<(Tone, String)>> {
    let items = |entry: &Entry| -> Option<Vec<String>> {
        let rules: Vec<String> = entry.rules.iter().map(|because| because.rule.clone()).collect();
        let is = entry.is_settled() && (entry.outcome == rules.join(", ") || entry.outcome == "nothing");
        is.then_some(rules)
    };
    let (was, is) = (items(before)?, items(after)?);
    if was.len().max(is.len()) < 2 {
        return None;
    }
    let without = |all: &[String], others: &[String]| -> Vec<String> {
        all.iter().filter(|item| !others.contains(item)).cloned().collect()
    };
    let (gone, come) = (without(&was, &is), without(&is, &was));
    let mut pieces = Vec::new();
    if !come.is_empty() {
        pieces.push((Tone::New, format!("now also {}", come.join(", "))));
    }
    if !gone.is_empty() && !come.is_empty() {
        pieces.push((Tone::Plain, "; ".to_owned()));
    }
    if !gone.is_empty() {
        pieces.push((Tone::Old, format!("no longer {}", gone.join(", "))));
    }
    Some(pieces)
}

/// What else than the outcome differs.
fn other(before: &Entry, after: &Entry) -> String {
    let rules = |entry: &Entry| entry.rules.iter().map(|because| because.rule.clone()).collect::<Vec<_>>();
    let mut parts = Vec::new();
    let (was, is) = (rules(before), rules(after));
    if was != is || before.status != after.status {
        let now = by(after);
        let earlier = by(before);
        parts.push(match (now.strip_prefix(", "), earlier.strip_prefix(", ")) {
            (Some(now), Some(earlier)) => format!("now {now}, no longer {earlier}"),
            (Some(now), None) => format!("now {now}"),
            (None, Some(earlier)) => format!("no longer {earlier}"),
            (None, None) => "now computed otherwise".to_owned(),
        });
    } else if before.rules != after.rules || before.reasons != after.reasons {
        parts.push(another_reason(&reworded(before, after)));
    }
    differing(&mut parts, "missing", &before.missing, &after.missing);
    differing(&mut parts, "presuming", &before.presumed, &after.presumed);
    let to = |entry: &Entry| -> Vec<String> {
        entry.refer.iter().map(|r| r.split_once(": ").map_or(r.as_str(), |(to, _)| to).to_owned()).collect()
    };
    differing(&mut parts, "referred to", &to(before), &to(after));
    if before.refer != after.refer && to(before) == to(after) {
        parts.push("referred with another question".to_owned());
    }
    if before.label != after.label {
        parts.push(format!("called “{}”", after.label));
    }
    if parts.is_empty() { "in another order".to_owned() } else { parts.join("; ") }
}

/// How many characters two reasons may have to be told within a sentence.
const MOST_CHARACTERS: usize = 120;

/// Which reasons are others, and how if it is one that is short.
fn another_reason(reworded: &[Reworded<'_>]) -> String {
    let rules: Vec<&str> = reworded.iter().filter_map(|reason| reason.rule).collect();
    let of = if rules.is_empty() { String::new() } else { format!(" of {}", named(&rules)) };
    match reworded {
        [Reworded { before: Some(before), after: Some(after), .. }]
            if before.chars().count() + after.chars().count() <= MOST_CHARACTERS =>
        {
            format!("with another reason{of}: “{before}” → “{after}”")
        }
        [] | [_] => format!("with another reason{of}"),
        _ => format!("with other reasons{of}"),
    }
}

fn reworded<'a>(before: &'a Entry, after: &'a Entry) -> Vec<Reworded<'a>> {
    let rules = after.rules.iter().filter_map(|is| {
        let was = before.rules.iter().find(|was| was.rule == is.rule)?;
        Some(Reworded { rule: Some(&is.rule), before: was.reason.as_deref(), after: is.reason.as_deref() })
    });
    let reason = |entry: &'a Entry, at: usize| entry.reasons.get(at).map(String::as_str);
    let reasons = (0..before.reasons.len().max(after.reasons.len())).map(|at| Reworded {
        rule: None,
        before: reason(before, at),
        after: reason(after, at),
    });
    rules.chain(reasons).filter(|reason| reason.before != reason.after).collect()
}

fn differing(parts: &mut Vec<String>, what: &str, before: &[String], after: &[String]) {
    let without = |all: &[String], others: &[String]| -> Vec<String> {
        all.iter().filter(|name| !others.contains(name)).cloned().collect()
    };
    let (come, gone) = (without(after, before), without(before, after));
    if !come.is_empty() {
        parts.push(format!("now {what} {}", named(&come)));
    }
    if !gone.is_empty() {
        parts.push(format!("no longer {what} {}", named(&gone)));
    }
}
