//! `dealdesk why`: one decision, down to everything it rests on.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, deals, eval};
use crate::base::did_you_mean;
use crate::engine::Options;
use crate::facts::TypeKind;
use crate::pack::Pack;
use crate::policy::{DecisionId, Policy};
use crate::trace::why;

/// Say why a decision is as it is, and why it is not something else
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk why deal.ron discovery.billing
  dealdesk why deal.ron discovery.billing --not waived
  dealdesk why deal.ron 'instance.tier[0]'")]
pub(super) struct Arguments {
    /// The deal: a file, or `-` for standard input
    #[arg(value_name = "DEAL", value_hint = clap::ValueHint::FilePath)]
    deal: PathBuf,
    /// The decision; one for a record with its place, from 0: `instance.tier[0]` or `instances[0].tier`
    #[arg(value_name = "DECISION")]
    decision: String,
    /// Say why it is not this value
    #[arg(long, value_name = "VALUE")]
    not: Option<String>,
    #[command(flatten)]
    how: deals::How,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let pack = super::load(global)?;
    let (decision, record) = target(&pack, &arguments.decision)?;
    let deal = arguments.how.read(&pack, Some(&arguments.deal), output)?;
    let options =
        Options { strict: arguments.how.strict, explain: true, only: Some(vec![decision]), ..Options::default() };
    let decisions = deal.decide_with(arguments.how.as_of(), &options);
    let answer = why(&decisions.report(), decision, record, arguments.not.as_deref());
    output.line(answer.map_err(|e| Failure::message(e.to_string()))?.trim_end())?;
    Ok(eval::outcome(&decisions))
}

/// The decision that the argument names, and for which record: `instance.tier[0]` or `instances[0].tier`.
fn target(pack: &Pack, wanted: &str) -> Result<(DecisionId, Option<u32>), Failure> {
    let policy = pack.policy();
    let Some((before, index, after)) = bracketed(wanted) else {
        let id = eval::decision(pack, wanted)?;
        return Ok((id, None));
    };
    let name = if after.is_empty() { before.to_owned() } else { of_list(policy, before, after)? };
    let id = eval::decision(pack, &name)?;
    if policy.decisions[id].scope.is_none() {
        return Err(Failure::message(format!("`{name}` is decided once for a deal, not for each record of a list"))
            .help(format!("ask for `{name}`")));
    }
    Ok((id, Some(index)))
}

/// `a[0]` or `a[0].b` in its parts.
fn bracketed(text: &str) -> Option<(&str, u32, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (index, after) = rest.split_once(']')?;
    let after = if after.is_empty() { after } else { after.strip_prefix('.')? };
    Some((before, index.parse().ok()?, after))
}

/// The name of a decision about the records of `list`.
fn of_list(policy: &Policy, list: &str, decision: &str) -> Result<String, Failure> {
    let fact = policy.schema.fact_by_name(list).map(|id| &policy.schema.facts[id].ty.kind);
    match fact {
        Some(TypeKind::List { record, .. }) => Ok(format!("{}.{decision}", policy.schema.records[*record].name)),
        _ => {
            let failure = Failure::message(format!("the policy has no list `{list}`"));
            let lists = policy.schema.facts.iter().filter(|(_, f)| matches!(f.ty.kind, TypeKind::List { .. }));
            let names: Vec<&str> = lists.map(|(_, f)| f.name.as_str()).collect();
            Err(match did_you_mean(list, names.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None if names.is_empty() => failure,
                None => failure.help(format!("its lists are `{}`", names.join("`, `"))),
            })
        }
    }
}
