//! What leads to an outcome, as plain data: what `dealdesk flip --format json` prints. `docs/flip.schema.json` describes it; a
//! change that a program can notice raises [`VERSION`].

use jiff::civil::Date;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::analysis::flip::Elsewhere;

/// The version of this form.
pub const VERSION: u32 = 1;

/// What leads to an outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flipped {
    /// [`VERSION`].
    pub version: u32,
    /// The decision; one for a record with its place, `instance.tier[0]`.
    pub decision: String,
    /// What people call the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What was wanted, with its comparison: `= waived`, `>= 50`.
    pub wanted: String,
    /// The date of the decision.
    #[serde(serialize_with = "date")]
    pub as_of: Date,
    /// What came of it.
    pub result: Outcome,
    /// Whether that is proved.
    pub completeness: Proved,
    /// What each of the ways costs: an ordinary change costs 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Json>,
    /// The changes that lead to it at the least cost: one for each set of facts, those first that move least.
    pub ways: Vec<Way>,
    /// There are more sets of facts that cost the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Where nothing leads to it: what would if facts could be changed that may not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past_restrictions: Option<Way>,
    /// Where it is impossible, and would be if every fact could be changed: which other deals come to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Reachable>,
    /// Lists that are unknown and matter to the decision. They are left so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_lists: Vec<String>,
    /// What is wanted, in words: `waived`, `at least 50`.
    #[serde(skip)]
    pub words: String,
    /// Only some facts were allowed to change.
    #[serde(skip)]
    pub restricted: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The deal has the outcome.
    IsSo,
    /// Changes lead to it.
    Found,
    /// No change of facts that may change leads to it.
    Impossible,
    /// Nothing was found, and nothing was proved.
    NotSettled,
}

/// Which other deals come to an outcome that no change of a deal leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reachable {
    /// One with other records in its lists, on the same date.
    OtherRecords,
    /// Some on other dates, and none on this one.
    OtherDates,
    /// None on any date.
    Nowhere,
}

impl Reachable {
    pub(super) fn of(elsewhere: Elsewhere) -> Option<Reachable> {
        match elsewhere {
            Elsewhere::Records => Some(Reachable::OtherRecords),
            Elsewhere::Dates => Some(Reachable::OtherDates),
            Elsewhere::Nowhere => Some(Reachable::Nowhere),
            Elsewhere::Unknown => None,
        }
    }
}

/// Whether what is said is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proved {
    /// It holds.
    Exact,
    /// The search was ended. What was found leads to the outcome, but there may be less that does.
    NotFinished,
    /// Something that the decision reads is not analysed.
    NotAnalysed,
}

/// Facts that are changed together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// Each change.
    pub changes: Vec<Change>,
    /// Other values for the same facts, in the same order, that move as little.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub or_to: Vec<Vec<Json>>,
    /// There are more of those.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub or_more: bool,
    /// What the decision comes to then; none where it may still come to several values that were wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// The rules that stand then.
    pub by: Vec<String>,
    /// The scores of rubrics that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Score>,
    /// The deal with the changes. Absent where a text can be any that nobody names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deal: Option<Json>,
    /// The outcome in words, and the reasons of the rules that stand.
    #[serde(skip)]
    pub then: Vec<String>,
    /// Other values in words.
    #[serde(skip)]
    pub or_words: Vec<Vec<String>>,
}

/// A fact that is changed, or found out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// `client.kind`, `instances[0].users`.
    pub fact: String,
    /// What people call it.
    pub label: String,
    /// Whether nobody knew it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    /// What it was, where that was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Json>,
    /// That was presumed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub presumed: bool,
    /// To what; none, too, where it can be any text that nobody names.
    pub to: Json,
    /// It can be any text that neither the policy nor the deal names.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub any_other_text: bool,
    /// An ordinary change costs 1.
    pub cost: Json,
    /// Whose judgement it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<String>,
    /// Why it may not be changed, where it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
    /// What it was, in words.
    #[serde(skip)]
    pub from_words: String,
    /// What it is changed to, in words.
    #[serde(skip)]
    pub to_words: String,
}

/// What keeps a fact from being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// The policy declares it `fixed`.
    Fixed,
    /// It is not among the facts that may change.
    NotWithin,
}

/// The score of a rubric before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The rubric.
    pub decision: String,
    /// The points before, where they were known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Json>,
    /// And after.
    pub to: Json,
    /// In words.
    #[serde(skip)]
    pub words: String,
}

fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}
