//! Answers on one line, as the pages state them.
//!
//! ```text
//! discovery.billing: waived by legal_bar; refer to Business Development
//! capacity: undecided, missing cell.role_limit, possible open or closed, or a gap
//! instance.tier: each tier_2 by many_users | tier_1 by default
//! ```

use dealdesk::trace::data::{Answer, Answers, Decision, FactRef, Kind, Possible, Shown, Status};

/// A decision as the pages state it.
pub(crate) fn line(decision: &Decision) -> String {
    let said = match &decision.answers {
        Answers::One(answer) => one(answer, decision.kind),
        Answers::Each { answers, .. } if answers.is_empty() => "none, for the list is empty".to_owned(),
        Answers::Each { answers, .. } => {
            let each: Vec<_> = answers.iter().map(|a| one(a, decision.kind)).collect();
            format!("each {}", each.join(" | "))
        }
    };
    format!("{}: {said}", decision.name)
}

fn one(answer: &Answer, kind: Kind) -> String {
    let value = answer.value.as_ref().map(value).unwrap_or_default();
    let mut said = match answer.status {
        Status::Decided => {
            let by = answer.by.as_deref().unwrap_or_default();
            let set = answer.value.as_ref().is_some_and(|v| v.items.is_some());
            if set || kind == Kind::Computed || by.is_empty() { value } else { format!("{value} by {}", by.join(", ")) }
        }
        Status::Default => format!("{value} by default"),
        Status::Undecided => undecided(answer),
        Status::Conflict => format!("conflict between {}", answer.between.clone().unwrap_or_default().join(", ")),
        Status::Error => match &answer.error {
            Some(fault) => format!("error in `{}`: {}", fault.expression, fault.message),
            None => "error".to_owned(),
        },
    };
    if !answer.exact {
        said.push_str(", not exact");
    }
    let refer: Vec<_> = answer.refer.iter().map(|r| r.to.as_str()).collect();
    if !refer.is_empty() {
        said.push_str(&format!("; refer to {}", refer.join(", ")));
    }
    if answer.provisional {
        said.push_str(&format!("; leans on {}", paths(&answer.presumed)));
    }
    said
}

fn undecided(answer: &Answer) -> String {
    let missing = answer.missing.as_deref().unwrap_or_default();
    if missing.is_empty() {
        return "a gap".to_owned();
    }
    let mut said = format!("undecided, missing {}", paths(missing));
    match &answer.possible {
        Some(Possible::Values { values, other_texts }) => {
            let others = other_texts.then(|| "another text".to_owned());
            let all: Vec<String> = values.iter().map(value).chain(others).collect();
            if !all.is_empty() {
                said.push_str(&format!(", possible {}", all.join(" or ")));
            }
        }
        Some(Possible::Range { from, to, none }) => {
            let none = if *none { " or none" } else { "" };
            said.push_str(&format!(", possible {} to {}{none}", value(from), value(to)));
        }
        None => {}
    }
    for (word, items) in [("certain", &answer.certain), ("open", &answer.open)] {
        if let Some(items) = items
            && !items.is_empty()
        {
            said.push_str(&format!(", {word} {}", items.iter().map(value).collect::<Vec<_>>().join(", ")));
        }
    }
    for state in &answer.possible_states {
        let article = if *state == "error" { "an" } else { "a" };
        said.push_str(&format!(", or {article} {state}"));
    }
    said
}

/// Items by their names, everything else in the words that people read.
fn value(shown: &Shown) -> String {
    match &shown.json {
        serde_json::Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        serde_json::Value::Array(items) => {
            items.iter().map(|i| i.as_str().unwrap_or_default()).collect::<Vec<_>>().join(", ")
        }
        serde_json::Value::String(name)
            if shown.items.is_none() && name.chars().all(|c| c == '_' || c.is_ascii_lowercase()) =>
        {
            name.clone()
        }
        _ => shown.words.clone(),
    }
}

fn paths(facts: &[FactRef]) -> String {
    facts.iter().map(|f| f.path.as_str()).collect::<Vec<_>>().join(", ")
}
