//! What a change of a pack means, in the words of its policies.

pub(super) mod clauses;
mod impact;
mod words;

pub use impact::{DecisionImpact, Impact, Measure, RegionImpact, Told};

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value as Json;

use super::Pack;
use crate::analysis::diff::{self, Side};
use crate::diagnostic::Completeness;
use crate::policy::Policy;
use crate::trace::data::Status;

/// How two packs are compared.
#[derive(Clone, Copy, Debug)]
pub struct DiffOptions {
    /// Examples are set on this date, where any date will do.
    pub today: Date,
    /// Whether a fact that is gone and one that is new may be one fact with another name. What is taken for one is
    /// told.
    pub renames: bool,
}

/// What changes for deals when one pack takes the place of another.
///
/// It serializes to the JSON of `dealdesk diff --format json`.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// Whether every deal is proved to be decided alike by both, by the same names from the same facts.
    pub equivalent: bool,
    /// How far this goes.
    #[serde(serialize_with = "completeness")]
    pub completeness: Completeness,
    /// Whether it was stopped before everything was looked at.
    pub stopped: bool,
    /// Deals that are decided otherwise. Regions of one decision do not overlap, and together they are all such deals.
    pub regions: Vec<DiffRegion>,
    /// Facts, decisions and rules that are new, gone, or called otherwise, and facts that take other values.
    pub changes: Vec<NameChange>,
    /// What was not settled, each with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<String>,
    /// How many decisions were compared.
    pub compared: usize,
    /// What it means for deals that are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    #[serde(skip)]
    found: Found,
}

/// What the analysis found, by the ids of the two policies.
#[derive(Clone, Debug)]
struct Found {
    difference: diff::Difference,
    aligned: std::sync::Arc<Policy>,
    new: std::sync::Arc<Policy>,
}

/// Deals that a decision ends otherwise in.
#[derive(Clone, Debug, Serialize)]
pub struct DiffRegion {
    /// The decision; for one that is taken for each record, of one record.
    pub decision: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the decision itself was edited; else its change only follows from others.
    pub edited: bool,
    /// Constants, definitions, tables and decisions that the decision uses and that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follows_from: Vec<String>,
    /// How it ended.
    pub before: DiffOutcome,
    /// How it ends.
    pub after: DiffOutcome,
    /// The rules that the old outcome may rest on; none for a default and for what is computed.
    pub rules_before: Vec<String>,
    /// The rules that the new outcome may rest on.
    pub rules_after: Vec<String>,
    /// Which deals: those for which all of this holds, in the words of the policy. `None` stands for all other deals in
    /// which it changes, which are of too many kinds to be told one by one.
    pub when: Option<Vec<String>>,
    /// One of them, decided by both.
    pub witness: DiffWitness,
}

/// How a decision ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DiffOutcome {
    /// Decided, by default, undecided, in conflict or in error.
    pub status: Status,
    /// The outcome, where there is one; in the example, where it `varies`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// The same as the policy writes it, or why there is none.
    pub text: String,
    /// Whether other deals of the region come to other values.
    pub varies: bool,
    /// What it is computed by, where it varies and one expression says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether all rules that are told stand in the example; else one stands in some of the deals, another in others.
    #[serde(skip)]
    pub together: bool,
}

/// A deal that is decided otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct DiffWitness {
    /// The date of the decision.
    pub as_of: String,
    /// The deal, in the form of a deal file in JSON.
    pub deal: Json,
    /// The same deal for the old pack, where it reads other facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deal_before: Option<Json>,
    /// The deal as a file in RON.
    #[serde(skip)]
    pub ron: String,
}

/// Something that is new, gone, called otherwise, or takes other values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameChange {
    /// `fact`, `decision` or `rule`; `policy` for the first date that the policies speak about.
    pub what: &'static str,
    /// `added`, `removed`, `renamed`, `retyped` (it takes, or comes to, other values), for a fact `presumed`, or for the
    /// policies `since`: deals of dates that only one of them speaks about are not compared.
    pub change: &'static str,
    /// Its name: the new one, or the old one of what is gone. A rule after the name of its decision.
    pub name: String,
    /// The old name, type or presumption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The new type or presumption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn completeness<S: serde::Serializer>(completeness: &Completeness, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(completeness.word())
}

impl Pack {
    /// What changes for deals when this pack takes the place of `old`: every deal that is decided otherwise, in regions
    /// that a person can read. No region is a proof that there is no such deal.
    ///
    /// Deals are those of which every fact is given, on the dates that both packs speak about. `stop` is asked now and then
    /// whether to give up; what was found until then is kept.
    pub fn diff(&self, old: &Pack, options: &DiffOptions, stop: &dyn Fn() -> bool) -> Diff {
        let aligned = diff::align(old.policy(), self.policy(), options.renames);
        let difference = diff::difference(&aligned.before, self.policy(), options.today, stop);
        let words = words::Words { original: old.policy(), before: &aligned.before, after: self.policy() };
        let regions = words.regions(&difference);
        let changes = words.changes(&difference, &aligned.facts);
        let mut unsettled: Vec<String> =
            difference.unsettled.iter().map(|(side, what)| words.unsettled(*side, what)).collect();
        unsettled.extend(words.open(&difference));
        let completeness = words::completeness(&difference);
        // A rule may have another name and decide the same.
        let named = changes.iter().any(|change| change.what != "rule");
        let equivalent = regions.is_empty() && !named && unsettled.is_empty() && !difference.stopped;
        Diff {
            equivalent,
            completeness,
            stopped: difference.stopped,
            regions,
            changes,
            unsettled,
            compared: difference.pairs.len(),
            impact: None,
            found: Found {
                difference,
                aligned: std::sync::Arc::new(aligned.before),
                new: std::sync::Arc::clone(self.policy()),
            },
        }
    }
}

impl Diff {
    /// The decisions that change, each with its regions, after those that it uses.
    pub fn decisions(&self) -> impl Iterator<Item = &[DiffRegion]> {
        self.regions.chunk_by(|one, other| one.decision == other.decision)
    }
}

impl DiffWitness {
    fn new(policy: &Policy, before: &Policy, shown: &diff::Shown) -> DiffWitness {
        let write = |policy: &Policy, deal| crate::facts::write::json_value(&policy.schema, deal);
        let (deal, old) = (write(policy, &shown.after), write(before, &shown.before));
        let as_of = shown.as_of.to_string();
        let ron = crate::facts::write::ron(&policy.schema, &shown.after);
        DiffWitness { as_of, deal_before: (old != deal).then_some(old), deal, ron }
    }
}

impl Found {
    fn policy(&self, side: Side) -> &Policy {
        match side {
            Side::Before => &self.aligned,
            Side::After => &self.new,
        }
    }
}
