//! A diagram in Mermaid's language: how the decisions rest on each other and on groups of facts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Report;
use super::data::{Answer, Answers, Decision, Evaluation, Status};
use super::reading;
use crate::policy::{DecisionId, DefinitionId, ExprId, ExprKind, Node, Policy, RuleSet, Shape};

/// How many outcomes of a decision about records are named.
const MOST_RECORDS: usize = 3;
/// How many items of a set are named.
const MOST_ITEMS: usize = 2;

/// The diagram of a report.
pub(super) fn mermaid(report: &Report<'_>, data: &Evaluation) -> String {
    let uses = uses(report.policy);
    let mut out = String::from("graph LR\n");
    let mut nodes: FxHashMap<&str, String> = FxHashMap::default();
    for decision in data.decisions.iter().chain(&data.needed) {
        let id = format!("d{}", nodes.len());
        nodes.insert(&decision.name, id);
    }
    let reading = reading::Reading::new(data);
    let needed = ("What these rest on", data.needed.iter().collect::<Vec<_>>());
    let groups = reading.groups().into_iter().chain(std::iter::once(needed).filter(|(_, d)| !d.is_empty()));
    for (i, (group, decisions)) in groups.enumerate() {
        let _ = writeln!(out, "  subgraph g{i}[\"{}\"]", escaped(group));
        for decision in decisions {
            if let Some(id) = nodes.get(decision.name.as_str()) {
                let _ = writeln!(out, "    {id}[\"{}\"]:::{}", label(decision), class(decision));
            }
        }
        out.push_str("  end\n");
    }
    let mut groups: Vec<&str> = Vec::new();
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    let mut edges = String::new();
    for (id, decision) in report.policy.decisions.iter() {
        let Some(to) = nodes.get(decision.name.as_str()) else { continue };
        let Some(uses) = uses.get(&id) else { continue };
        for from in &uses.decisions {
            let name = report.policy.decisions[*from].name.as_str();
            if let Some(from) = nodes.get(name) {
                let _ = writeln!(edges, "  {from} --> {to}");
            }
        }
        for group in &uses.groups {
            let place = *places.entry(group).or_insert_with(|| {
                groups.push(group);
                groups.len() - 1
            });
            let _ = writeln!(edges, "  f{place} --> {to}");
        }
    }
    for (i, group) in groups.iter().enumerate() {
        let _ = writeln!(out, "  f{i}([\"{}\"]):::facts", escaped(group));
    }
    out.push_str(&edges);
    out.push_str(
        "  classDef decided fill:#d8f0dd,stroke:#2b7a3d,color:#10331a\n  \
         classDef default fill:#eef0f2,stroke:#7b858f,color:#22282e\n  \
         classDef undecided fill:#fdeec2,stroke:#a87900,color:#3d2c00\n  \
         classDef conflict fill:#fbd9d3,stroke:#b3331d,color:#4a1108\n  \
         classDef error fill:#fbd9d3,stroke:#b3331d,color:#4a1108\n  \
         classDef facts fill:#dbe8fb,stroke:#3566b0,color:#122747\n",
    );
    out
}

fn label(decision: &Decision) -> String {
    let label = escaped(decision.label.as_ref().unwrap_or(&decision.name));
    let outcome = match &decision.answers {
        Answers::One(answer) => said(answer),
        Answers::Each { answers, .. } if answers.is_empty() => "none in the list".to_owned(),
        Answers::Each { answers, names } => {
            let each = answers.iter().zip(names).take(MOST_RECORDS).map(|(a, name)| format!("{name}: {}", said(a)));
            let more = answers.len().checked_sub(MOST_RECORDS + 1).map(|n| format!("and {} more", n + 1));
            each.chain(more).collect::<Vec<_>>().join(", ")
        }
    };
    format!("{label}<br/><b>{}</b>", escaped(&super::words::shortened(&outcome)))
}

fn said(answer: &Answer) -> String {
    let provisional = if answer.provisional { " (provisional)" } else { "" };
    let items = answer.value.as_ref().and_then(|v| v.items.as_ref()).filter(|items| items.len() > MOST_ITEMS);
    match items.and_then(|items| items.get(..MOST_ITEMS).map(|first| (first.join(", "), items.len() - MOST_ITEMS))) {
        Some((first, more)) => format!("{first} and {more} more{provisional}"),
        None => format!("{}{provisional}", reading::verdict(answer)),
    }
}

/// The state that weighs most among the answers.
fn class(decision: &Decision) -> &'static str {
    let weight = |status: Status| match status {
        Status::Default => 0,
        Status::Decided => 1,
        Status::Undecided => 2,
        Status::Conflict => 3,
        Status::Error => 4,
    };
    let heaviest = reading::answers(decision).iter().map(|a| a.status).max_by_key(|s| weight(*s));
    heaviest.unwrap_or(Status::Default).word()
}

/// Text inside a quoted label, where Mermaid would read some characters as markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | ';' | '\\' | '[' | ']' | '{' | '}' | '|' | '%' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if super::words::is_unseen(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// What something rests on, directly or through definitions and tables: decisions, and the groups of its facts.
#[derive(Clone, Debug, Default)]
struct Uses {
    decisions: BTreeSet<DecisionId>,
    groups: BTreeSet<String>,
}

fn uses(policy: &Policy) -> FxHashMap<DecisionId, Uses> {
    let mut walk = Walk { policy, definitions: FxHashMap::default() };
    let mut decisions = FxHashMap::default();
    for node in &policy.order {
        match node {
            Node::Definition(id) => {
                let uses = walk.uses(vec![policy.definitions[*id].body]);
                walk.definitions.insert(*id, uses);
            }
            Node::Decision(id) => {
                let decision = &policy.decisions[*id];
                let mut queue = exprs(&decision.rules);
                match &decision.shape {
                    Shape::Computed(body) => queue.push(*body),
                    Shape::Rubric { criteria, .. } => queue.extend(criteria.iter().map(|c| c.points)),
                    Shape::Rules | Shape::Gate | Shape::Table { .. } | Shape::Checklist => {}
                }
                decisions.insert(*id, walk.uses(queue));
            }
        }
    }
    decisions
}

fn exprs(rules: &RuleSet) -> Vec<ExprId> {
    let conditions = rules.rules.iter().filter_map(|r| r.condition);
    let outcomes = rules.rules.iter().map(|r| r.outcome);
    conditions.chain(outcomes).chain(rules.default.iter().map(|d| d.outcome)).collect()
}

struct Walk<'a> {
    policy: &'a Policy,
    definitions: FxHashMap<DefinitionId, Uses>,
}

impl Walk<'_> {
    fn uses(&self, mut queue: Vec<ExprId>) -> Uses {
        let schema = &self.policy.schema;
        let mut uses = Uses::default();
        let (mut definitions, mut lookups) = (FxHashSet::default(), FxHashSet::default());
        while let Some(id) = queue.pop() {
            let kind = &self.policy.exprs[id].kind;
            queue.extend(kind.operands());
            match kind {
                ExprKind::Fact(fact) => {
                    let list = schema.facts[*fact].field_of.and_then(|(record, _)| schema.records[record].list);
                    uses.groups.insert(group_of(&schema.facts[list.unwrap_or(*fact)].name));
                }
                ExprKind::Aggregate { list, .. } => {
                    uses.groups.insert(group_of(&schema.facts[*list].name));
                }
                ExprKind::Decision(id) | ExprKind::Item(id, _) => {
                    uses.decisions.insert(*id);
                }
                ExprKind::Definition(id) if definitions.insert(*id) => {
                    let of = self.definitions.get(id);
                    uses.decisions.extend(of.iter().flat_map(|of| &of.decisions));
                    uses.groups.extend(of.iter().flat_map(|of| of.groups.iter().cloned()));
                }
                ExprKind::Lookup(id, _) if lookups.insert(*id) => {
                    queue.extend(exprs(&self.policy.lookups[*id].rules));
                }
                _ => {}
            }
        }
        uses
    }
}

/// Facts are grouped by what stands before the first dot: `client` of `client.kind`.
fn group_of(fact: &str) -> String {
    fact.split('.').next().unwrap_or(fact).to_owned()
}
