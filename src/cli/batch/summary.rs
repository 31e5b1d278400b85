//! What all rows came to.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::base::Number;
use crate::batch::{Outcomes, Plan, Tally};
use crate::host;
use crate::policy::DecisionId;
use crate::trace::words;

/// `12_000 deals`
pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// For people.
pub(super) fn human(plan: &Plan, tally: &Tally, rejects: Option<&Path>) -> String {
    let mut text = format!("{} decided on {}", count(tally.decided, "deal", "deals"), plan.as_of);
    if tally.rejected > 0 {
        text += &format!(", {} rejected", count(tally.rejected, "row", "rows"));
        if let Some(path) = rejects.filter(|path| path.as_os_str() != host::STDIN) {
            text += &format!(": they are in `{}`", host::called(path));
        }
    }
    if tally.decided == 0 {
        return text;
    }
    let width = plan.decisions.iter().map(|id| plan.policy.decisions[*id].name.len()).max().unwrap_or(0);
    for (&id, outcomes) in plan.decisions.iter().zip(&tally.outcomes) {
        let name = &plan.policy.decisions[id].name;
        let parts: Vec<String> = parts(plan, id, outcomes)
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| format!("{what} {}", grouped(n)))
            .collect();
        let parts = if parts.is_empty() { "nothing to decide".to_owned() } else { parts.join(", ") };
        let provisional = match outcomes.provisional {
            0 => String::new(),
            n => format!(" ({} on a presumption)", grouped(n)),
        };
        text += &format!("\n  {name:width$}  {parts}{provisional}");
    }
    text
}

/// How often a decision came to what, what came to nothing among it.
fn parts<'p>(plan: &'p Plan, id: DecisionId, outcomes: &Outcomes) -> Vec<(&'p str, u64)> {
    let names = Outcomes::names(&plan.policy, id);
    let mut parts: Vec<(&str, u64)> = match names.as_slice() {
        [] => vec![("decided", outcomes.values.iter().sum())],
        names => names.iter().copied().zip(outcomes.values.iter().copied()).collect(),
    };
    parts.extend([
        ("none", outcomes.none),
        ("undecided", outcomes.undecided),
        ("no rule applies", outcomes.gap),
        ("conflict", outcomes.conflict),
        ("error", outcomes.error),
    ]);
    parts
}

/// For programs.
pub(super) fn json(plan: &Plan, tally: &Tally) -> String {
    let mut decisions = Map::new();
    for (&id, outcomes) in plan.decisions.iter().zip(&tally.outcomes) {
        let names = Outcomes::names(&plan.policy, id);
        let values: Map<String, Json> =
            names.iter().zip(&outcomes.values).map(|(name, n)| ((*name).to_owned(), json!(n))).collect();
        let decided = outcomes.values.iter().sum::<u64>() + outcomes.none;
        let mut said = json!({
            "decided": decided,
            "undecided": outcomes.undecided,
            "gap": outcomes.gap,
            "conflict": outcomes.conflict,
            "error": outcomes.error,
            "provisional": outcomes.provisional,
        });
        if !values.is_empty() {
            said["values"] = Json::Object(values);
        }
        if outcomes.none > 0 {
            said["none"] = json!(outcomes.none);
        }
        decisions.insert(plan.policy.decisions[id].name.clone(), said);
    }
    let summary = json!({
        "version": 1,
        "as_of": plan.as_of.to_string(),
        "rows": tally.decided + tally.rejected,
        "decided": tally.decided,
        "rejected": tally.rejected,
        "decisions": decisions,
    });
    serde_json::to_string_pretty(&summary).unwrap_or_default()
}

/// `12_000`, as numbers are written everywhere.
pub(super) fn grouped(n: u64) -> String {
    words::number(Number::integer(n.into()))
}
