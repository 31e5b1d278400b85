//! What is wanted, and which facts may change, as people write it.

use std::collections::BTreeSet;
use std::fmt;

use super::super::Deal;
use crate::analysis::flip::{Goal, Wanted};
use crate::base::{CompareOp, did_you_mean};
use crate::facts::{Element, FactPath, Schema, Type, TypeKind, Value};
use crate::policy::{DecisionId, Policy};
use crate::trace::{why, words};

/// What is asked for cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAGoal {
    /// What is wrong with it.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

impl NotAGoal {
    fn new(message: impl Into<String>) -> NotAGoal {
        NotAGoal { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> NotAGoal {
        NotAGoal { help: Some(help.into()), ..self }
    }

    /// Says what was likely meant, or else what there is.
    fn among(self, wrong: &str, names: &[&str], what: &str) -> NotAGoal {
        match did_you_mean(wrong, names.iter().copied()) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => self,
            None => self.help(format!("{what} are `{}`", names.join("`, `"))),
        }
    }
}

impl fmt::Display for NotAGoal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl std::error::Error for NotAGoal {}

/// How an outcome is to compare with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Equal,
    Other,
    Compare(CompareOp),
}

const OPERATORS: [(&str, Op); 7] = [
    ("!=", Op::Other),
    ("<=", Op::Compare(CompareOp::LessOrEqual)),
    (">=", Op::Compare(CompareOp::GreaterOrEqual)),
    ("==", Op::Equal),
    ("=", Op::Equal),
    ("<", Op::Compare(CompareOp::Less)),
    (">", Op::Compare(CompareOp::Greater)),
];

/// Reads `DECISION=VALUE`, or another comparison.
pub(super) fn goal(deal: &Deal, text: &str) -> Result<Goal, NotAGoal> {
    let operator = text.char_indices().find_map(|(at, _)| {
        let (sign, op) = OPERATORS.iter().find(|(sign, _)| text[at..].starts_with(sign))?;
        Some((&text[..at], *op, &text[at + sign.len()..]))
    });
    let Some((name, op, value)) = operator else {
        return Err(NotAGoal::new(format!("`{text}` does not say what the decision is to come to"))
            .help("write the decision and its value, such as `discovery.billing=waived`, or `price>=500`"));
    };
    let policy = deal.pack().policy();
    let (decision, record) = target(deal, name.trim())?;
    Ok(Goal { decision, record, wanted: wanted(policy, decision, op, value.trim())? })
}

fn wanted(policy: &Policy, id: DecisionId, op: Op, text: &str) -> Result<Wanted, NotAGoal> {
    let decision = &policy.decisions[id];
    let (name, schema) = (&decision.name, &policy.schema);
    let ty = match decision.ty.kind {
        TypeKind::Items(enumeration) => Type::of(TypeKind::Variant(enumeration)),
        _ => decision.ty.clone(),
    };
    let Some(value) = why::read(policy, &ty, text) else {
        let never = NotAGoal::new(format!("`{name}` can never be `{text}`: it is {}", words::takes(schema, &ty)));
        return Err(match why::near(policy, &ty, text) {
            Some(near) => never.help(format!("did you mean `{near}`?")),
            None => never,
        });
    };
    Ok(match (op, value) {
        (Op::Equal, Value::Variant(item)) if ty != decision.ty => Wanted::Has(item),
        (Op::Other, Value::Variant(item)) if ty != decision.ty => Wanted::Lacks(item),
        (Op::Equal, value) => Wanted::Is(value),
        (Op::Other, value) => Wanted::IsNot(value),
        (Op::Compare(op), value @ (Value::Number(_) | Value::Date(_))) => Wanted::Compares(op, value),
        (Op::Compare(_), _) => {
            return Err(NotAGoal::new(format!("outcomes of `{name}` are neither more nor less than each other"))
                .help(format!("write `{name}={text}`, or `{name}!={text}` for any other")));
        }
    })
}

/// The decision that is meant, and of which record: `instance.tier[0]` or `instances[0].tier`.
fn target(deal: &Deal, wanted: &str) -> Result<(DecisionId, Option<u32>), NotAGoal> {
    let policy = deal.pack().policy();
    let decisions: Vec<&str> = policy.decisions.iter().map(|(_, d)| d.name.as_str()).collect();
    let bracketed = wanted.split_once('[').and_then(|(before, rest)| {
        let (index, after) = rest.split_once(']')?;
        Some((before, index.parse::<u32>().ok()?, after.strip_prefix('.').unwrap_or(after)))
    });
    let (name, index) = match bracketed {
        None => (wanted.to_owned(), None),
        Some((before, index, "")) => (before.to_owned(), Some(index)),
        Some((list, index, after)) => {
            let ty = policy.schema.fact_by_name(list).map(|list| &policy.schema.facts[list].ty.kind);
            let Some(TypeKind::List { record, .. }) = ty else {
                let lists = policy.schema.facts.iter().filter(|(_, f)| matches!(f.ty.kind, TypeKind::List { .. }));
                let lists: Vec<&str> = lists.map(|(_, f)| f.name.as_str()).collect();
                return Err(NotAGoal::new(format!("the policy has no list `{list}`")).among(list, &lists, "its lists"));
            };
            (format!("{}.{after}", policy.schema.records[*record].name), Some(index))
        }
    };
    let Some(id) = policy.decision_by_name(&name) else {
        if policy.schema.facts.iter().any(|(id, _)| policy.schema.qualified_name(id) == name) {
            return Err(NotAGoal::new(format!("`{name}` is a fact, which the deal says, and not a decision"))
                .help("name the decision that is to come out otherwise; `--set` gives the deal another fact"));
        }
        return Err(NotAGoal::new(format!("the policy has no decision `{name}`")).among(
            &name,
            &decisions,
            "its decisions",
        ));
    };
    let Some(record) = policy.decisions[id].scope else {
        return match index {
            None => Ok((id, None)),
            Some(_) => {
                Err(NotAGoal::new(format!("`{name}` is decided once for a deal, not for each record of a list"))
                    .help(format!("ask for `{name}`")))
            }
        };
    };
    let list = policy.schema.list_of(record);
    let records = match list.and_then(|list| deal.facts().get(list)).map(|given| &given.value) {
        Some(Value::List(records)) => records.len(),
        _ => {
            let list = list.map_or("", |list| &policy.schema.facts[list].name);
            return Err(NotAGoal::new(format!(
                "`{name}` is decided for each record of `{list}`, which the deal does not give"
            )));
        }
    };
    match index {
        Some(index) if (index as usize) < records => Ok((id, Some(index))),
        None if records == 1 => Ok((id, Some(0))),
        _ if records == 0 => {
            Err(NotAGoal::new(format!("`{name}` is decided for each record of a list, and the list is empty")))
        }
        _ => Err(NotAGoal::new(format!("`{name}` is decided for each of {records} records"))
            .help(format!("ask for `{name}[0]` to `{name}[{}]`", records - 1))),
    }
}

/// The facts that names and groups mean: `client`, `client.kind`, `instances[0]`, `instance.users`.
pub(super) fn within(deal: &Deal, names: &[String]) -> Result<Option<BTreeSet<FactPath>>, NotAGoal> {
    if names.is_empty() {
        return Ok(None);
    }
    let schema = &deal.pack().policy().schema;
    let all = paths(schema, deal);
    let declared: Vec<String> = schema.facts.iter().map(|(id, _)| schema.qualified_name(id)).collect();
    let mut within = BTreeSet::new();
    for name in names.iter().map(|name| name.trim()) {
        let belongs = |path: &str| {
            path.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('['))
        };
        let meant = |path: &&FactPath| belongs(&schema.path(**path)) || belongs(&schema.qualified_name(path.fact));
        let before = within.len();
        within.extend(all.iter().filter(meant).copied());
        if within.len() == before
            && !declared.iter().any(|declared| belongs(declared))
            && !all.iter().any(|p| meant(&p))
        {
            let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
            let unknown = NotAGoal::new(format!("no fact of the deal is called `{name}`"));
            return Err(match did_you_mean(name, declared) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")),
                None => {
                    unknown.help("name a fact, such as `client.kind`, a group of them, such as `client`, or a list")
                }
            });
        }
    }
    Ok(Some(within))
}

/// Every fact of a deal, and every field of its records.
fn paths(schema: &Schema, deal: &Deal) -> Vec<FactPath> {
    let mut paths = Vec::new();
    for (id, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
        let TypeKind::List { record, .. } = fact.ty.kind else {
            paths.push(FactPath { fact: id, element: None });
            continue;
        };
        let Some(Value::List(rows)) = deal.facts().get(id).map(|given| &given.value) else { continue };
        for index in 0..rows.len() as u32 {
            let element = Some(Element { list: id, index });
            paths.extend(schema.records[record].fields.iter().map(|&fact| FactPath { fact, element }));
        }
    }
    paths
}
