//! What was never exercised, in words, and everything as data.

use serde_json::{Value as Json, json};

use super::{Clause, Coverage, Kind, Tally};
use crate::base::Sources;
use crate::policy::Policy;

/// The version of the form of the JSON.
const VERSION: u32 = 1;

impl Clause {
    /// What never happened to it, as a sentence; nothing where everything did.
    pub fn missing(&self) -> Option<String> {
        let open: Vec<&str> = self.open().collect();
        if open.is_empty() {
            return None;
        }
        let goals = match (self.kind, open.as_slice()) {
            (Kind::Rule, _) if self.overridden > 0 => "applied, but was overridden each time".to_owned(),
            (Kind::Rule | Kind::Row, [goal]) => format!("never {goal}"),
            (Kind::Requirement, ["failed", "met"]) => "never failed and was never met".to_owned(),
            (Kind::Requirement, ["failed"]) => "never failed".to_owned(),
            (_, [one, other]) => format!("was neither {one} nor {other}"),
            (_, open) => format!("was never {}", open.join(" or ")),
        };
        Some(match self.kind {
            kind if kind.is_condition() => format!("{} `{}` of {} {goals}", kind.word(), self.text, self.name),
            kind => format!("{} {} {goals}", kind.word(), self.name),
        })
    }
}

impl Coverage {
    /// Each kind that the policy has any of, with its tally.
    pub fn by_kind(&self) -> Vec<(Kind, Tally)> {
        let of = |kind| (kind, Tally::of(self.clauses.iter().filter(|clause| clause.kind == kind)));
        Kind::ALL.into_iter().map(of).filter(|(_, tally)| tally.all > 0).collect()
    }

    /// Everything, for programs.
    pub fn data(&self, policy: &Policy, sources: &Sources) -> Json {
        let files = self.files().into_iter().map(|(id, clauses)| {
            json!({
                "file": sources.get(id).map_or("", |file| file.name()),
                "total": tally(Tally::of(clauses.iter().copied())),
                "clauses": clauses.iter().map(|clause| data(clause, sources)).collect::<Vec<_>>(),
            })
        });
        json!({
            "version": VERSION,
            "policy": { "name": policy.name, "version": policy.version, "hash": policy.hash },
            "cases": self.cases,
            "total": tally(self.total()),
            "kinds": self.by_kind().into_iter().map(|(kind, t)| (kind.words().to_owned(), tally(t))).collect::<serde_json::Map<_, _>>(),
            "files": files.collect::<Vec<_>>(),
        })
    }
}

fn tally(tally: Tally) -> Json {
    let permille = tally.permille();
    // As it is told elsewhere: in tenths of a percent, exactly.
    let percent: Json = serde_json::from_str(&format!("{}.{}", permille / 10, permille % 10)).unwrap_or_default();
    json!({ "reached": tally.reached, "of": tally.all, "percent": percent })
}

fn data(clause: &Clause, sources: &Sources) -> Json {
    let at = sources.locate(clause.span).map(|(_, at)| at);
    let goals = clause.goals().map(|(goal, hits)| (goal.replace(' ', "_"), Json::from(hits)));
    let mut data = json!({
        "kind": clause.kind.word(),
        "name": clause.name,
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "text": clause.text,
        "goals": goals.collect::<serde_json::Map<_, _>>(),
    });
    if clause.kind == Kind::Rule
        && let Some(data) = data.as_object_mut()
    {
        data.insert("overridden".to_owned(), clause.overridden.into());
    }
    data
}
