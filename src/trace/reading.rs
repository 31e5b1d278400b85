//! How a trace is read: what made an expression come out as it did, and how that is said. Shared by the views.

use crate::facts::Element;
use rustc_hash::{FxHashMap, FxHashSet};

use super::data::{
    Answer, Answers, Cite, Decision, Definition, Evaluation, FactRef, Judgement, Kind, Node, NodeKind, NodeState,
    Origin, Place, Points, Possible, Reason, Rubric, RuleState, Shown, Status,
};
use super::words;

/// How many definitions deep a reader follows.
const DEEPEST: u32 = 8;
/// How many values are named before the rest is counted.
const MOST_VALUES: usize = 12;

/// How many characters of a hash tell policies apart for people.
const SHORT_HASH: usize = 8;

/// How long a number can be for an end of a range to be worth naming.
const LONGEST_NUMBER: usize = 40;

/// An evaluation with what is needed to read it.
pub(super) struct Reading<'a> {
    pub(super) data: &'a Evaluation,
    definitions: FxHashMap<&'a str, &'a Definition>,
    decisions: FxHashSet<&'a str>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(data: &'a Evaluation) -> Reading<'a> {
        Reading {
            data,
            definitions: data.definitions.iter().map(|d| (d.name.as_str(), d)).collect(),
            decisions: data.decisions.iter().chain(&data.needed).map(|d| d.name.as_str()).collect(),
        }
    }

    /// The decision that a node names, where its answer is here.
    pub(super) fn linked(&self, node: &'a Node) -> Option<&'a str> {
        node.name.as_deref().filter(|name| self.decisions.contains(name))
    }

    /// Every fact that some answer is missing, once, with what the decisions are called that miss it.
    pub(super) fn missing(&self) -> Vec<(&'a FactRef, Vec<&'a str>)> {
        let mut facts: Vec<(&FactRef, Vec<&str>)> = Vec::new();
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        for decision in &self.data.decisions {
            let label = decision.label.as_ref().unwrap_or(&decision.name).as_str();
            for fact in answers(decision).iter().flat_map(|a| a.missing.iter().flatten()) {
                let place = *places.entry(fact.path.as_str()).or_insert_with(|| {
                    facts.push((fact, Vec::new()));
                    facts.len() - 1
                });
                if let Some((_, decisions)) = facts.get_mut(place)
                    && decisions.last() != Some(&label)
                {
                    decisions.push(label);
                }
            }
        }
        facts
    }

    /// Whether a decision is taken for each record of a list.
    pub(super) fn is_per_record(&self, name: &str) -> bool {
        let mut all = self.data.decisions.iter().chain(&self.data.needed);
        all.any(|d| d.name == name && matches!(d.answers, Answers::Each { .. }))
    }

    /// The definition that holds the total of a rubric.
    pub(super) fn score_of(&self, decision: &Decision) -> Option<&'a str> {
        let score = |d: &&Definition| d.name.strip_suffix(".score") == Some(&decision.name);
        self.data.definitions.iter().find(score).map(|d| d.name.as_str())
    }

    /// What a definition came to, at this record where it is taken for records.
    pub(super) fn definition(&self, name: &str, record: Option<Element>) -> Option<&'a Node> {
        let definition = self.definitions.get(name)?;
        let found = definition.bodies.iter().find(|b| b.record.is_none() || b.record == record);
        found.map(|b| &b.body)
    }

    /// The decisions in groups, in the order of a report; those that it does not name come after the others.
    pub(super) fn groups(&self) -> Vec<(&'a str, Vec<&'a Decision>)> {
        let mut decisions: Vec<&Decision> = self.data.decisions.iter().collect();
        decisions.sort_by_key(|d| d.rank.unwrap_or(usize::MAX));
        let mut groups: Vec<(&str, Vec<&Decision>)> = Vec::new();
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        for decision in decisions {
            let place = *places.entry(decision.group.as_str()).or_insert_with(|| {
                groups.push((decision.group.as_str(), Vec::new()));
                groups.len() - 1
            });
            if let Some((_, decisions)) = groups.get_mut(place) {
                decisions.push(decision);
            }
        }
        groups
    }

    /// The facts, constants, numbers and decisions that made `node` come out as it did, in the order in which they are
    /// met, through definitions; each with the record at hand.
    pub(super) fn behind(&self, node: &'a Node, record: Option<Element>) -> Vec<(&'a Node, Option<Element>)> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        self.gather(node, record, 0, &mut seen, &mut found);
        found
    }

    /// The judgements that the rules that stand rest on.
    pub(super) fn judged(&self, answer: &'a Answer) -> Vec<Judgement> {
        let mut judged = Vec::new();
        let rules = answer.trace.iter().flat_map(|t| &t.rules).filter(|r| r.state == RuleState::Stands);
        for condition in rules.filter(|_| settled(answer)).filter_map(|r| r.when.as_ref().or(r.requires.as_ref())) {
            for (fact, _) in self.behind(condition, answer.record) {
                let presumed = fact.origin == Some(Origin::Presumed);
                let Some(who) = fact.judged_by.clone().filter(|_| !presumed) else { continue };
                let label = fact.label.as_ref().unwrap_or(&fact.text).clone();
                let judgement = Judgement { who, label, value: outcome(fact) };
                if !judged.contains(&judgement) {
                    judged.push(judgement);
                }
            }
        }
        judged
    }

    fn gather(
        &self,
        node: &'a Node,
        record: Option<Element>,
        depth: u32,
        seen: &mut FxHashSet<(&'a str, Option<Element>)>,
        found: &mut Vec<(&'a Node, Option<Element>)>,
    ) {
        let record = node.record.or(record);
        match (node.kind, &node.name) {
            (NodeKind::Fact | NodeKind::Constant | NodeKind::Decision | NodeKind::Item, Some(name)) => {
                let name = if node.kind == NodeKind::Fact { name } else { &node.text };
                let of = if node.kind == NodeKind::Fact { None } else { record };
                if seen.insert((name, of)) {
                    found.push((node, record));
                }
            }
            (NodeKind::Definition, Some(name)) if depth < DEEPEST && seen.insert((name, record)) => {
                // A number that is computed is worth knowing; of a condition, what it comes from says all.
                if truth(node).is_none() && node.state == NodeState::Known {
                    found.push((node, record));
                }
                if let Some(body) = self.definition(name, record) {
                    self.gather(body, record, depth + 1, seen, found);
                }
            }
            _ => {
                for part in decisive(node) {
                    self.gather(part, record, depth, seen, found);
                }
            }
        }
    }
}

/// The parts that made an expression come out as it did: what failed of an `and`, what held of an `or`.
pub(super) fn decisive(node: &Node) -> Vec<&Node> {
    let truth = truth(node);
    let parts = node.parts.iter().filter(|p| p.state != NodeState::NotNeeded);
    match (node.kind, node.state, truth) {
        (NodeKind::And, _, Some(false)) => parts.filter(|p| self::truth(p) == Some(false)).collect(),
        (NodeKind::Or, _, Some(true)) => parts.filter(|p| self::truth(p) == Some(true)).collect(),
        (NodeKind::And | NodeKind::Or, NodeState::Unknown, _) | (_, NodeState::Error | NodeState::Gap, _) => {
            let same: Vec<&Node> = parts.clone().filter(|p| p.state == node.state).collect();
            if same.is_empty() { parts.collect() } else { same }
        }
        _ => parts.collect(),
    }
}

/// The truth of a condition, where it is known.
pub(super) fn truth(node: &Node) -> Option<bool> {
    node.value.as_ref().and_then(|v| v.json.as_bool())
}

/// What an expression came to, in words.
pub(super) fn outcome(node: &Node) -> String {
    match node.state {
        NodeState::Known => node.value.as_ref().map_or_else(String::new, |v| v.words.clone()),
        NodeState::Unknown => match &node.possible {
            Some(possible) if !is_truth(possible) => format!("unknown, {}", possibilities(possible)),
            _ => "unknown".to_owned(),
        },
        NodeState::Error => match &node.error {
            Some(error) => format!("error: {}", error.message),
            None => "error".to_owned(),
        },
        NodeState::Gap => match &node.gap {
            Some(decision) => format!("no rule of `{decision}` speaks"),
            None => "no rule speaks".to_owned(),
        },
        NodeState::NotNeeded => "not needed".to_owned(),
    }
}

/// Whether these are yes and no, which goes without saying.
pub(super) fn is_truth(possible: &Possible) -> bool {
    matches!(possible, Possible::Values { values, .. } if values.len() == 2 && values.iter().all(|v| v.json.is_boolean()))
}

/// `high, medium or low`, `0 to 10 hours`.
pub(crate) fn possibilities(possible: &Possible) -> String {
    match possible {
        Possible::Values { values, other_texts } if values.len() > MOST_VALUES => {
            let first: Vec<&str> = values.iter().take(MOST_VALUES).map(|v| v.words.as_str()).collect();
            let others = if *other_texts { ", or another text" } else { "" };
            format!("{} or one of {} more{others}", first.join(", "), values.len() - MOST_VALUES)
        }
        Possible::Values { values, other_texts } => {
            let mut all: Vec<&str> = values.iter().map(|v| v.words.as_str()).collect();
            match (all.is_empty(), other_texts) {
                (_, false) => {}
                (true, true) => all.push("any text"),
                (false, true) => all.push("another text"),
            }
            if all == ["no", "yes"] {
                all.reverse();
            }
            words::listed(&all, "or")
        }
        Possible::Range { from, to, none } if [from, to].iter().any(|end| end.words.len() > LONGEST_NUMBER) => {
            format!("any number{}", if *none { ", or none" } else { "" })
        }
        Possible::Range { from, to, none } => {
            let unit = |words: &str| words.split_once(' ').map(|(_, unit)| unit.to_owned());
            let (low, high) = (from.words.as_str(), to.words.as_str());
            let low = match (unit(low), unit(high)) {
                (Some(a), Some(b)) if a == b => low.strip_suffix(&a).unwrap_or(low).trim_end(),
                _ => low,
            };
            format!("{low} to {high}{}", if *none { ", or none" } else { "" })
        }
    }
}

/// What an answer is missing, by label: `Budget, Ambition and 3 more`.
pub(super) fn missing_labels(answer: &Answer) -> String {
    let missing: Vec<&str> = answer.missing.iter().flatten().map(|f| f.label.as_str()).collect();
    match missing.get(..MOST_VALUES) {
        Some(first) if missing.len() > MOST_VALUES => {
            format!("{} and {} more", first.join(", "), missing.len() - MOST_VALUES)
        }
        _ => words::listed(&missing, "and"),
    }
}

/// `12`, `12 to 20`, `unknown`.
pub(super) fn points(points: &Points) -> String {
    match (&points.points, &points.at_least, &points.at_most) {
        (Some(points), _, _) => points.words.clone(),
        (None, Some(low), Some(high)) if low == high => low.words.clone(),
        (None, Some(low), Some(high)) => format!("{} to {}", low.words, high.words),
        _ => "unknown".to_owned(),
    }
}

/// `12 of 20`, where the most is known.
pub(super) fn share(p: &Points) -> String {
    match &p.most {
        Some(most) => format!("{} of {}", points(p), most.words),
        None => points(p),
    }
}

/// `11 points above the 50 for high`, `4 points short of high, which begins at 50`; nothing while the score is open.
pub(super) fn distance(rubric: &Rubric) -> Vec<String> {
    let reached = rubric.bands.iter().position(|b| b.reached != Some(false));
    let mut out = Vec::new();
    let plural = |gap: &str| if gap == "1" { "point" } else { "points" };
    if let Some(band) = reached.and_then(|i| rubric.bands.get(i))
        && let (Some(true), Some(from), Some(gap)) = (band.reached, &band.from, &band.gap)
    {
        out.push(match gap.as_str() {
            "0" => format!("exactly the {} that {} takes", from.words, band.name),
            _ => format!("{gap} {} above the {} for {}", plural(gap), from.words, band.name),
        });
    }
    let next = reached.unwrap_or(rubric.bands.len()).checked_sub(1).and_then(|i| rubric.bands.get(i));
    if let Some(band) = next
        && let (Some(from), Some(gap)) = (&band.from, &band.gap)
    {
        out.push(format!("{gap} {} short of {}, which begins at {}", plural(gap), band.name, from.words));
    }
    out
}

/// The bands as they are written: `high from 50, medium from 30, otherwise low`.
pub(super) fn bands(rubric: &Rubric) -> String {
    let all: Vec<String> = rubric
        .bands
        .iter()
        .map(|band| match &band.from {
            Some(from) => format!("{} from {}", band.name, from.words),
            None => format!("otherwise {}", band.name),
        })
        .collect();
    all.join(", ")
}

/// `OpenCraft Handbook, “Sales”`.
pub(super) fn cite(cite: &Cite) -> String {
    match &cite.section {
        Some(section) => format!("{}, “{section}”", cite.title),
        None => cite.title.clone(),
    }
}

/// `city-tender.ron:12:8`.
pub(super) fn place(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

/// Where the value of a fact came from: whose judgement it is, and who gave it.
pub(super) fn source(node: &Node) -> Option<String> {
    let given = match &node.origin {
        Some(Origin::File(at)) => Some(place(at)),
        Some(Origin::Set) => Some("set on the command line".to_owned()),
        Some(Origin::Code) => Some("given by a program".to_owned()),
        Some(Origin::Presumed) => {
            let judge = node.judged_by.as_ref().map(|who| format!("; {who} judges"));
            return Some(format!("presumed, as nobody said{}", judge.unwrap_or_default()));
        }
        None => None,
    };
    let judged = node.judged_by.as_ref().map(|who| format!("judged by {who}"));
    match (judged, given) {
        (Some(judged), Some(given)) => Some(format!("{judged}, {given}")),
        (judged, given) => judged.or(given),
    }
}

/// How an answer ended, in a word or a value: `waived`, `undecided`, `in conflict`.
pub(super) fn verdict(answer: &Answer) -> String {
    match answer.status {
        Status::Decided | Status::Default => answer.value.as_ref().map_or_else(String::new, |v| v.words.clone()),
        Status::Undecided if is_gap(answer) => "a gap in the policy".to_owned(),
        Status::Undecided => "undecided".to_owned(),
        Status::Conflict => "in conflict".to_owned(),
        Status::Error => "error".to_owned(),
    }
}

/// Whether everything is given and no rule speaks.
pub(super) fn is_gap(answer: &Answer) -> bool {
    answer.status == Status::Undecided && answer.missing.as_ref().is_none_or(Vec::is_empty)
}

/// Why the default is as it is, where the default is the answer.
pub(super) fn default_reason(answer: &Answer) -> Option<&str> {
    let mut reasons = answer.reasons.iter().filter(|_| answer.status == Status::Default);
    reasons.find_map(|reason| reason.because.as_deref())
}

/// Why an answer is a gap, and what closes it.
pub(super) fn gap(decision: &Decision, answer: &Answer) -> (String, Option<String>) {
    let rules = answer.trace.iter().flat_map(|trace| &trace.rules);
    let mut parts = rules.flat_map(|rule| rule.when.iter().chain(&rule.requires).chain([&rule.outcome]));
    if decision.kind == Kind::Computed || parts.any(|part| part.state == NodeState::Gap) {
        return ("it rests on a decision for which no rule speaks".to_owned(), None);
    }
    let word = decision.kind.rule_word();
    (format!("all that it needs is known, and no {word} speaks"), Some(format!("add a {word} or a default")))
}

/// What ends a conflict.
pub(super) fn peace(decision: &Decision, answer: &Answer) -> &'static str {
    match (decision.kind, answer.reasons.len()) {
        (Kind::Table, _) => "narrow the rows until they agree, or take the first that matches",
        (_, ..=2) => "let one rule override the other",
        _ => "let one rule override the others",
    }
}

/// The rules that stand, those that may yet turn out not to as `perhaps dedicated`.
pub(super) fn by(answer: &Answer) -> Vec<String> {
    let of = |rule: &String| if answer.perhaps.contains(rule) { format!("perhaps {rule}") } else { rule.clone() };
    answer.by.iter().flatten().map(of).collect()
}

/// Whether a reason is that of a rule that may yet turn out not to stand.
pub(super) fn is_perhaps(answer: &Answer, reason: &Reason) -> bool {
    reason.rule.as_ref().is_some_and(|rule| answer.perhaps.contains(rule))
}

/// The rules that stand and say no reason, by their names: `by row_3`.
pub(super) fn without_reason(decision: &Decision, answer: &Answer) -> Option<String> {
    if !matches!(decision.kind, Kind::Rules | Kind::Table) {
        return None;
    }
    let says = |rule: &String| answer.reasons.iter().any(|reason| reason.rule.as_ref() == Some(rule));
    let rules = answer.by.iter().flatten().zip(by(answer)).filter(|(rule, _)| !says(rule));
    let rules: Vec<String> = rules.map(|(_, words)| words).collect();
    if rules.is_empty() { None } else { Some(format!("by {}", words::listed(&rules, "and"))) }
}

/// What else may come of it, beside values: `it may turn out that no rule covers this, or that rules contradict
/// each other`.
pub(super) fn possible_states(answer: &Answer) -> Option<String> {
    let states: Vec<&str> = answer
        .possible_states
        .iter()
        .map(|state| match *state {
            "gap" => "that no rule covers this",
            "conflict" => "that rules contradict each other",
            _ => "that it cannot be worked out",
        })
        .collect();
    if states.is_empty() { None } else { Some(format!("it may turn out {}", words::listed(&states, "or"))) }
}

/// What begins a line of prose.
pub(super) fn capitalized(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What became of a rule, in words.
pub(super) fn rule_state(kind: Kind, state: RuleState, overridden_by: &[String]) -> String {
    match (kind, state) {
        (Kind::Gate, RuleState::Stands) => "fails".to_owned(),
        (Kind::Gate, RuleState::DoesNotApply) => "is met".to_owned(),
        (Kind::Gate, RuleState::Overridden) => {
            format!("fails too, but {} weighs more", words::listed(overridden_by, "and"))
        }
        (Kind::Checklist, RuleState::Stands) => "applies".to_owned(),
        (Kind::Checklist, RuleState::Unknown) => "unknown whether it applies".to_owned(),
        (_, RuleState::Stands) => "stands".to_owned(),
        (_, RuleState::Overridden) => format!("applies, but is overridden by {}", words::listed(overridden_by, "and")),
        (_, RuleState::DoesNotApply) => "does not apply".to_owned(),
        (_, RuleState::Unknown) => "unknown whether it stands".to_owned(),
        (_, RuleState::NotInForce) => "not in force on this date".to_owned(),
        (Kind::Rubric, RuleState::NotReached) => "not reached: a higher band holds".to_owned(),
        (_, RuleState::NotReached) => "not reached: an earlier row holds".to_owned(),
        (_, RuleState::Error) => "error".to_owned(),
    }
}

/// Whether the answer has a value.
pub(super) fn settled(answer: &Answer) -> bool {
    matches!(answer.status, Status::Decided | Status::Default)
}

/// Whether an answer is shown in full where not everything is: it is reported, and something made it other
/// than usual.
pub(super) fn worth_telling(decision: &Decision, answer: &Answer) -> bool {
    let nothing = |value: &Shown| value.is_none() || value.items.as_ref().is_some_and(Vec::is_empty);
    let usual = answer.status == Status::Default || answer.value.as_ref().is_some_and(nothing);
    let quiet = usual && answer.refer.is_empty() && !answer.provisional;
    !settled(answer) || (decision.rank.is_some() && !quiet)
}

/// The expressions that give the outcome, where it is no value written in the policy.
pub(super) fn computed(answer: &Answer) -> impl Iterator<Item = &Node> {
    let rules = answer.trace.iter().flat_map(|t| &t.rules).filter(|r| r.state == RuleState::Stands);
    let computed = answer.trace.iter().flat_map(|t| &t.computed);
    computed.chain(rules.map(|r| &r.outcome)).filter(|node| node.kind != NodeKind::Literal)
}

/// Every answer of a decision.
pub(super) fn answers(decision: &Decision) -> &[Answer] {
    match &decision.answers {
        Answers::One(answer) => std::slice::from_ref(answer),
        Answers::Each { answers, .. } => answers,
    }
}

/// The policy's name and version and its text's short hash: `opencraft 2026.11, text 1f0c9a3e`.
pub(super) fn version(data: &Evaluation) -> String {
    let version = format!("{} {}", data.policy.name, data.policy.version);
    match short_hash(data) {
        Some(hash) => format!("{}, text {hash}", version.trim_end()),
        None => version.trim_end().to_owned(),
    }
}

/// The first characters of the hash over the policy's files.
pub(super) fn short_hash(data: &Evaluation) -> Option<&str> {
    data.policy.hash.get(..SHORT_HASH)
}

/// How many answers ended how: `19 decided, 3 by default, 1 undecided; 2 of these provisional`.
pub(super) fn summary(data: &Evaluation) -> String {
    let all: Vec<&Answer> = data.decisions.iter().flat_map(answers).collect();
    let of = |status: Status| all.iter().filter(|a| a.status == status).count();
    let gaps = all.iter().filter(|a| is_gap(a)).count();
    let provisional = match all.iter().filter(|a| a.provisional).count() {
        0 => String::new(),
        n => format!("; {n} of these provisional"),
    };
    let parts = [
        (of(Status::Decided), "decided"),
        (of(Status::Default), "by default"),
        (of(Status::Undecided) - gaps, "undecided"),
        (gaps, "in a gap of the policy"),
        (of(Status::Conflict), "in conflict"),
        (of(Status::Error), "in error"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let count = words::count(all.len(), "answer", "answers");
    if parts.is_empty() { count } else { format!("{count}: {}{provisional}", parts.join(", ")) }
}

/// The address, if it is one of the web: no view links to anything else.
pub(super) fn web_address(at: &str) -> Option<&str> {
    let scheme = |scheme: &str| at.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    (scheme("https://") || scheme("http://")).then_some(at)
}
