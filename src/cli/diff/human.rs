//! What a change means, for people.

use super::super::output::{CODE, HEADING};
use crate::pack::{DecisionImpact, Diff, DiffOutcome, DiffRegion, Impact, NameChange, RegionImpact};
use crate::trace::data::Status;
use crate::trace::words::{count, listed};

/// No more deals of a region are named.
const MOST_NAMES: usize = 5;

/// The answer first, then each decision with the deals that it changes for, then names.
pub(super) fn human(diff: &Diff, color: bool) -> String {
    let mut text = summary(diff);
    text.push('\n');
    let mut place = 0;
    for regions in diff.decisions() {
        text.push('\n');
        decision(diff, regions, place, &mut text);
        place += regions.len();
    }
    if !diff.changes.is_empty() {
        line(&mut text, &format!("\n{HEADING}Names, types and presumptions{HEADING:#}"));
        diff.changes.iter().for_each(|change| line(&mut text, &format!("  {}", named(change))));
    }
    if !diff.unsettled.is_empty() {
        line(&mut text, &format!("\n{HEADING}Not settled{HEADING:#}"));
        diff.unsettled.iter().for_each(|what| line(&mut text, &format!("  {what}")));
    }
    if let Some(impact) = &diff.impact {
        text.push('\n');
        on_deals(impact, &mut text);
    }
    if color { text } else { anstream::adapter::strip_str(&text).to_string() }
}

/// Adds a line.
pub(super) fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The answer.
pub(super) fn summary(diff: &Diff) -> String {
    let changed = diff.decisions().count();
    let alike = diff.compared - changed;
    let proved = diff.unsettled.is_empty() && !diff.stopped;
    let others = |n: usize| match n {
        1 => "the other one comes out as before in every deal".to_owned(),
        n => format!("the other {n} come out as before in every deal"),
    };
    match (changed, proved) {
        (0, true) if diff.compared == 0 => "The two packs have no decision in common.".to_owned(),
        (0, true) if diff.equivalent => {
            format!("Nothing changes: {} proved to come out as before in every deal.", is(diff.compared))
        }
        (0, true) => format!(
            "{} proved to come out as before in every deal that both packs can read.",
            capital(&is(diff.compared))
        ),
        (0, false) => "No change was found, but not everything is settled.".to_owned(),
        (n, true) if alike == 0 => format!("{} changed.", capital(&count_is(n))),
        (n, true) => format!("{} changed; {}.", capital(&count_is(n)), others(alike)),
        (n, false) => format!("At least {} changed; of the others not everything is settled.", count_is(n)),
    }
}

fn is(n: usize) -> String {
    format!("{} {}", count(n, "decision", "decisions"), if n == 1 { "is" } else { "are" })
}

fn count_is(n: usize) -> String {
    count(n, "decision", "decisions")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn decision(diff: &Diff, regions: &[DiffRegion], place: usize, text: &mut String) {
    let Some(first) = regions.first() else { return };
    let label = first.label.as_ref().map(|label| format!(": {label}")).unwrap_or_default();
    line(text, &format!("{HEADING}{}{HEADING:#}{label}", first.decision));
    if let Some(follows) = follows(first) {
        line(text, &format!("  {follows}"));
    }
    let mut said: Option<(String, String)> = None;
    for (i, region) in regions.iter().enumerate() {
        let ends = (outcome(&region.before), outcome(&region.after));
        if said.as_ref() != Some(&ends) {
            line(text, &format!("  {} → {}", ends.0, ends.1));
            said = Some(ends);
        }
        match &region.when {
            None => line(text, "    in other deals, of too many kinds to tell one by one"),
            Some(when) if when.is_empty() => line(text, "    in every deal"),
            Some(when) => {
                for (i, clause) in when.iter().enumerate() {
                    let word = if i == 0 { "when" } else { " and" };
                    line(text, &format!("    {word} {CODE}{clause}{CODE:#}"));
                }
            }
        }
        if let Some(rules) = rules(region) {
            line(text, &format!("      {rules}"));
        }
        if let Some(example) = example(diff, region) {
            line(text, &format!("      for example: {example}"));
        }
        if let Some(found) = diff.impact.as_ref().and_then(|impact| impact.regions.get(place + i)) {
            match found.deals.len() {
                0 => line(text, "      none of the deals"),
                _ => line(text, &format!("      {}: {}", how_many(found), names(&found.deals))),
            }
        }
    }
}

/// What a change comes of, where it is not only the edit of the decision itself.
pub(super) fn follows(region: &DiffRegion) -> Option<String> {
    let from: Vec<String> = region.follows_from.iter().map(|name| format!("`{name}`")).collect();
    let from = listed(&from, "and");
    match (region.follows_from.is_empty(), region.edited) {
        (true, _) => None,
        (false, true) => Some(format!("edited, and follows from {from}")),
        (false, false) => Some(format!("follows from {from}")),
    }
}

/// How a decision ends.
pub(super) fn outcome(outcome: &DiffOutcome) -> String {
    match (&outcome.by, outcome.varies) {
        (Some(by), true) => format!("{by} ({} in the example)", outcome.text),
        (None, true) => format!("{} in the example", outcome.text),
        (_, false) => outcome.text.clone(),
    }
}

/// Which rules it rests on.
pub(super) fn rules(region: &DiffRegion) -> Option<String> {
    let by = |rules: &[String], outcome: &DiffOutcome| match (rules, outcome.status) {
        ([], Status::Default) => Some("by default".to_owned()),
        ([], _) => None,
        (rules, _) => {
            let names: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
            let word = if outcome.together { "and" } else { "or" };
            Some(format!("by {}", listed(&names, word)))
        }
    };
    match (by(&region.rules_before, &region.before), by(&region.rules_after, &region.after)) {
        (Some(was), Some(is)) if was == is => Some(format!("{is}, as before")),
        (Some(was), Some(is)) => Some(format!("{is}; before {was}")),
        (None, Some(is)) => Some(is),
        (Some(was), None) => Some(format!("before {was}")),
        (None, None) => None,
    }
}

/// A deal in one line, as `--set` takes it, with what only the old pack reads in brackets, and its date.
pub(super) fn example(diff: &Diff, region: &DiffRegion) -> Option<String> {
    let mut facts = Vec::new();
    flatten("", &region.witness.deal, &mut facts);
    if let Some(before) = &region.witness.deal_before {
        let mut own = Vec::new();
        flatten("", before, &mut own);
        own.retain(|fact| !facts.contains(fact) && !renamed(diff, fact).any(|now| facts.contains(&now)));
        if !own.is_empty() {
            facts.push(format!("(before: {})", own.join(" ")));
        }
    }
    if !facts.is_empty() {
        return Some(format!("{} on {}", facts.join(" "), region.witness.as_of));
    }
    // Where no fact matters, the date may.
    let varies = region.before.varies || region.after.varies;
    (varies || region.when.as_ref().is_some_and(|when| !when.is_empty()))
        .then(|| format!("on {}", region.witness.as_of))
}

/// What a fact of the old pack is in the new one, as `--set` takes it, where it may be called otherwise.
fn renamed<'a>(diff: &'a Diff, fact: &'a str) -> impl Iterator<Item = String> + use<'a> {
    diff.changes.iter().filter(|change| (change.what, change.change) == ("fact", "renamed")).filter_map(move |change| {
        let rest = fact.strip_prefix(change.before.as_deref()?)?;
        rest.starts_with(['=', '[', '.']).then(|| format!("{}{rest}", change.name))
    })
}

fn flatten(path: &str, json: &serde_json::Value, facts: &mut Vec<String>) {
    use serde_json::Value as Json;
    match json {
        Json::Object(fields) if fields.is_empty() && !path.is_empty() => facts.push(format!("{path}={{}}")),
        Json::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, facts);
            }
        }
        Json::Array(records) if !records.is_empty() => {
            for (place, record) in records.iter().enumerate() {
                flatten(&format!("{path}[{place}]"), record, facts);
            }
        }
        Json::String(text) if text.contains(char::is_whitespace) => facts.push(format!("'{path}={text}'")),
        Json::String(text) => facts.push(format!("{path}={text}")),
        Json::Null => facts.push(format!("{path}=none")),
        other => facts.push(format!("{path}={other}")),
    }
}

pub(super) fn named(change: &NameChange) -> String {
    let (what, name) = (change.what, &change.name);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (before, after) = (text(&change.before), text(&change.after));
    match (change.change, what) {
        ("renamed", "fact") => format!("fact `{name}` is taken for what was `{before}`"),
        ("renamed", _) => format!("{what} `{name}` was called `{before}`, and is the same in every deal"),
        ("retyped", "decision") => format!("decision `{name}` comes to {after}; before {before}"),
        ("retyped", _) => format!("{what} `{name}` takes {after}; before {before}"),
        ("since", _) => match (&change.before, &change.after) {
            (Some(was), Some(is)) => {
                format!(
                    "dates: the new policies speak about deals from {is} on, the old ones from {was}; what only one of them speaks about is not compared"
                )
            }
            (Some(was), None) => format!(
                "dates: the old policies speak about deals from {was} on, the new ones about all; earlier ones are not compared"
            ),
            (None, is) => format!(
                "dates: the new policies speak about deals from {} on, the old ones about all; earlier ones are not compared",
                text(is)
            ),
        },
        ("presumed", _) => format!("{what} `{name}`: {after} is presumed where nobody says; before {before}"),
        ("removed", _) => format!("{what} `{name}` is gone"),
        _ => format!("{what} `{name}` is new"),
    }
}

/// How many deals there are in a region, and how many of their records where that is more.
pub(super) fn how_many(found: &RegionImpact) -> String {
    let deals = count(found.count, "deal", "deals");
    if found.deals.len() == found.count { deals } else { format!("{} records of {deals}", found.deals.len()) }
}

fn names(deals: &[String]) -> String {
    let shown = deals.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match deals.len().checked_sub(MOST_NAMES) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

fn on_deals(impact: &Impact, text: &mut String) {
    let deals = count(impact.deals, "deal", "deals");
    line(text, &format!("{HEADING}Of {deals}, {} out otherwise{HEADING:#}", comes(impact.changed)));
    impact.decisions.iter().for_each(|decision| line(text, &format!("  {}", moved(decision))));
}

fn comes(n: usize) -> String {
    format!("{n} {}", if n == 1 { "comes" } else { "come" })
}

/// How often a decision changes, and how its numbers move.
pub(super) fn moved(impact: &DecisionImpact) -> String {
    let plain = |json: &serde_json::Value| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let mut text = format!("{}: {}", impact.decision, count(impact.changed, "change", "changes"));
    if let (Some(before), Some(after)) = (&impact.before, &impact.after) {
        let sum = |sum: &Option<serde_json::Value>| sum.as_ref().map_or_else(|| "too large".to_owned(), plain);
        text.push_str(&format!(
            "; sum {} → {}, least {} → {}, greatest {} → {}",
            sum(&before.sum),
            sum(&after.sum),
            plain(&before.min),
            plain(&after.min),
            plain(&before.max),
            plain(&after.max)
        ));
    }
    if !impact.elsewhere.is_empty() {
        text.push_str(&format!("; {} in no region, as {}", names(&impact.elsewhere), impact.elsewhere_because));
    }
    text
}
