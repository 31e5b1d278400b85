//! The results for programs.

use serde_json::{Value as Json, json};

use super::{Fate, Results, Tried};
use crate::facts::write;

/// The version of the form of the JSON.
const VERSION: u32 = 1;

pub(super) fn json(results: &Results<'_>) -> String {
    let counts = results.counts();
    let policy = results.pack.policy();
    let document = json!({
        "version": VERSION,
        "policy": { "name": policy.name, "version": policy.version, "hash": policy.hash },
        "counts": {
            "mutants": counts.all,
            "killed": counts.killed(),
            "killed_by_expectation": counts.by_expectation,
            "killed_by_snapshot": counts.by_snapshot,
            "survived": counts.survived,
            "not_finished": counts.unfinished,
            "without_effect": counts.equal,
            "proved_equivalent": counts.proved,
            "not_tried": counts.not_tried,
        },
        "score": counts.score(),
        "interrupted": results.interrupted,
        "mutants": results.tried.iter().map(|tried| mutant(results, tried)).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn mutant(results: &Results<'_>, tried: &Tried) -> Json {
    let place = tried.words.place.as_ref();
    let mut object = json!({
        "in": tried.mutant.owner,
        "operator": tried.mutant.operator.name(),
        "file": place.map(|place| place.file.as_str()),
        "line": place.map(|place| place.line),
        "before": tried.words.before,
        "after": tried.words.after,
    });
    let (fate, more) = match &tried.fate {
        Fate::Killed(killer) => {
            let (file, name) = results.names.get(killer.case).copied().unwrap_or_default();
            let by = if killer.expectation { "expectation" } else { "snapshot" };
            ("killed", json!({ "by": by, "case": name, "file": file, "message": killer.message }))
        }
        Fate::Survived(telling, tries) => {
            let schema = &results.pack.policy().schema;
            let told = telling.as_ref().map(|telling| {
                json!({
                    "as_of": telling.as_of.to_string(),
                    "deal": write::json_value(schema, &telling.deal),
                    "changes": telling.changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
                })
            });
            ("survived", json!({ "tries": tries, "told_apart_by": told }))
        }
        Fate::Unfinished(tries) => ("not_finished", json!({ "tries": tries })),
        Fate::Equal => ("without_effect", Json::Null),
        Fate::Proved => ("proved_equivalent", Json::Null),
        Fate::NotTried => ("not_tried", Json::Null),
    };
    object["fate"] = fate.into();
    if !more.is_null() {
        object[fate] = more;
    }
    object
}
