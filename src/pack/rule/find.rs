//! The rule that a name means.

use std::fmt;

use crate::analysis::Target;
use crate::base::did_you_mean;
use crate::policy::{Decision, DecisionId, Policy, RuleId, Shape};
use crate::trace::words::listed;

/// How many names are listed at most.
const MOST_LISTED: usize = 12;

/// Nothing is called so, or several are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchRule {
    /// What is wrong with the name.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

impl fmt::Display for NoSuchRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl std::error::Error for NoSuchRule {}

/// What `name` means.
pub(super) fn target(policy: &Policy, name: &str) -> Result<Target, NoSuchRule> {
    if let Some((decision, rule)) = name.rsplit_once('.')
        && let Some(id) = policy.decision_by_name(decision)
    {
        let found = in_decision(&policy.decisions[id], id, rule);
        return found.ok_or_else(|| unknown_in(&policy.decisions[id], rule));
    }
    let same = policy.decisions.iter().flat_map(|(id, decision)| {
        let named = (0u32..).zip(&decision.rules.rules).filter(|(_, rule)| rule.name == name);
        named.map(move |(index, _)| (decision, RuleId { decision: id, index }))
    });
    let same: Vec<(&Decision, RuleId)> = same.collect();
    match same.as_slice() {
        [(_, only)] => return Ok(Target::Rule(*only)),
        [] => {}
        several => {
            let names = several.iter().map(|(decision, _)| format!("`{}.{name}`", decision.name));
            return Err(NoSuchRule {
                message: format!("{} decisions have a rule `{name}`", several.len()),
                help: Some(format!("say which is meant: {}", some_of(names.collect(), "or"))),
            });
        }
    }
    if let Some(id) = policy.decision_by_name(name) {
        let decision = &policy.decisions[id];
        return Err(NoSuchRule {
            message: match decision.shape {
                Shape::Computed(_) => format!("`{name}` is computed by an expression and has no rules"),
                _ => format!("`{name}` is a decision, not one of its rules"),
            },
            help: names_of(decision).map(|names| format!("its rules are {names}")),
        });
    }
    if let Some((_, lookup)) = policy
        .lookups
        .iter()
        .find(|(_, lookup)| lookup.name == name || name.rsplit_once('.').is_some_and(|(table, _)| table == lookup.name))
    {
        return Err(NoSuchRule {
            message: format!("`{}` is a table with parameters: it decides nothing by itself", lookup.name),
            help: Some("ask for a rule of a decision".to_owned()),
        });
    }
    let all: Vec<String> = policy.decisions.iter().flat_map(|(_, decision)| full_names(decision)).collect();
    let short = policy.decisions.iter().flat_map(|(_, decision)| &decision.rules.rules).map(|rule| &rule.name);
    let near = did_you_mean(name, all.iter().chain(short).map(String::as_str));
    Err(NoSuchRule {
        message: format!("the policy has no rule `{name}`"),
        help: Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name it with its decision, as in `DECISION.RULE` or `DECISION.default`".to_owned(),
        }),
    })
}

fn in_decision(decision: &Decision, id: DecisionId, rule: &str) -> Option<Target> {
    let found = (0u32..).zip(&decision.rules.rules).find(|(_, known)| known.name == rule);
    match found {
        Some((index, _)) => Some(Target::Rule(RuleId { decision: id, index })),
        None if rule == "default" && decision.rules.default.is_some() => Some(Target::Default(id)),
        None => None,
    }
}

fn unknown_in(decision: &Decision, rule: &str) -> NoSuchRule {
    let names: Vec<&str> = decision.rules.rules.iter().map(|rule| rule.name.as_str()).collect();
    let help = match did_you_mean(rule, names) {
        Some(near) => Some(format!("did you mean `{}.{near}`?", decision.name)),
        None => names_of(decision).map(|names| format!("its rules are {names}")),
    };
    let message = match decision.shape {
        Shape::Computed(_) => format!("`{}` is computed by an expression and has no rules", decision.name),
        _ if rule == "default" => {
            format!("`{}` has no default: where none of its rules applies, it is undecided", decision.name)
        }
        _ => format!("`{}` has no rule `{rule}`", decision.name),
    };
    NoSuchRule { message, help }
}

/// The rules of a decision and its default, each with the decision's name.
fn full_names(decision: &Decision) -> Vec<String> {
    let rules = decision.rules.rules.iter().map(|rule| rule.name.as_str());
    let default = decision.rules.default.iter().map(|_| "default");
    rules.chain(default).map(|rule| format!("{}.{rule}", decision.name)).collect()
}

fn names_of(decision: &Decision) -> Option<String> {
    let names: Vec<String> = full_names(decision).into_iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| some_of(names, "and"))
}

fn some_of(mut names: Vec<String>, last: &str) -> String {
    let more = names.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        names.truncate(MOST_LISTED);
        names.push(format!("{more} more"));
    }
    listed(&names, last)
}
