//! What one answer rests on: rules, criteria, bands.

use super::{Kind, Node, Notes, Place, Shown};

/// What one answer rests on.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Trace {
    /// [`super::VERSION`].
    pub version: u32,
    /// The decision's name.
    pub decision: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// In what form it was written.
    pub kind: Kind,
    /// The title of the file that declares it.
    pub group: String,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// The notes on the decision as a whole.
    #[serde(flatten)]
    pub notes: Notes,
    /// For a computed decision, its expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<Node>,
    /// For a rubric, its points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rubric: Option<Rubric>,
    /// Every rule (band, requirement, row, item) in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// What holds where no rule stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultRule>,
}

/// What became of a rule.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Rule {
    /// `DECISION/RULE`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `rule`, `band`, `requirement`, `row` or `item`.
    pub kind: &'static str,
    /// What became of it.
    pub state: RuleState,
    /// Its outcome.
    pub outcome: Node,
    /// When it applies; for a requirement, when it fails. Absent where it always applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Node>,
    /// For a requirement: what it requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires: Option<Node>,
    /// The rules that apply and override it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overridden_by: Vec<String>,
    /// The rules that it overrides wherever it applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<String>,
    /// The first date on which it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last date on which it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Its notes.
    #[serde(flatten)]
    pub notes: Notes,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// It applies and nothing applicable overrides it.
    Stands,
    /// It applies, and a rule that applies overrides it.
    Overridden,
    /// Its condition is false.
    DoesNotApply,
    /// Unknown facts decide whether it stands.
    Unknown,
    /// The date lies outside its window.
    NotInForce,
    /// An earlier row or band settled the decision.
    NotReached,
    /// Its condition or outcome has no value.
    Error,
}

/// The default of a decision.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DefaultRule {
    /// Its outcome.
    pub outcome: Node,
    /// It is the outcome of this answer.
    pub stands: bool,
    /// Its notes.
    #[serde(flatten)]
    pub notes: Notes,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
}

/// The points of a rubric.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Rubric {
    /// The total, or what it may still be.
    pub score: Points,
    /// Each criterion's share, in order.
    pub criteria: Vec<Criterion>,
    /// The bands from the top.
    pub bands: Vec<Band>,
}

/// Points: known, or between two ends; and the ends between which they lie in any deal.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Points {
    /// The points, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Shown>,
    /// The least they may be in this deal, where they are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Shown>,
    /// The most they may be in this deal, where they are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Shown>,
    /// The most that they can be in any deal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<Shown>,
}

/// A criterion of a rubric.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Criterion {
    /// Its name.
    pub name: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its points.
    #[serde(flatten)]
    pub points: Points,
    /// How they come about.
    pub rests_on: Node,
    /// Its notes.
    #[serde(flatten)]
    pub notes: Notes,
}

/// A band of a rubric.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// The least score for it; absent for the last band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Shown>,
    /// How far the score lies above `from`; negative where it falls short. Absent where either is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Shown>,
    /// The sign of `distance`.
    #[serde(skip)]
    pub reached: Option<bool>,
    /// `distance` without its sign, in words.
    #[serde(skip)]
    pub gap: Option<String>,
}
