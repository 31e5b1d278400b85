//! When a rule stands, as plain data: what `dealdesk rule --format json` prints. `docs/rule.schema.json` describes it; a change
//! that a program can notice raises [`VERSION`].

use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// The version of this form.
pub const VERSION: u32 = 1;

/// When a rule stands, and what it decides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectiveRule {
    /// [`VERSION`].
    pub version: u32,
    /// Its name with its decision: `discovery.billing.bid`.
    pub name: String,
    /// Its decision.
    pub decision: String,
    /// What people call the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_label: Option<String>,
    /// Its name in the decision; `default` for a default.
    pub rule: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it was written as.
    pub kind: Kind,
    /// What it decides, as the policy writes it.
    pub outcome: String,
    /// Whether it ever stands.
    pub stands: Stands,
    /// Whether all of this is proved.
    pub completeness: Proved,
    /// When it is in force.
    #[serde(flatten)]
    pub window: Window,
    /// The date that was asked about; else this is about all dates from the policy's first on.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_date")]
    pub as_of: Option<Date>,
    /// Its own conditions: all of them hold where it applies.
    pub when: Vec<Condition>,
    /// What goes before it where it applies: rules that override it, rows and bands above it; for a default every rule.
    pub unless: Vec<Before>,
    /// The rules that it goes before, by name.
    pub overrides: Vec<String>,
    /// Its reason; where it has none of its own, that of its decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<Citation>,
    /// Who is to be asked where it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refer_to: Vec<Referral>,
    /// What the names in the conditions stand for, where that was asked for.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub meanings: Vec<Meaning>,
    /// A deal in which it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
    /// A deal in which it applies and something else goes before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overridden_example: Option<Example>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// In which line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// What a rule was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `rule`
    Rule,
    /// A band of a rubric.
    Band,
    /// A requirement of a gate.
    Requirement,
    /// A row of a table.
    Row,
    /// An item of a checklist.
    Item,
    /// `default`
    Default,
}

impl Kind {
    /// It in a word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Rule => "rule",
            Kind::Band => "band",
            Kind::Requirement => "requirement",
            Kind::Row => "row",
            Kind::Item => "item",
            Kind::Default => "default",
        }
    }
}

/// Whether a rule ever stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// In some deals.
    Sometimes,
    /// No deal meets its condition.
    NeverApplies,
    /// Wherever it applies, something goes before it.
    NeverStands,
    /// That is not settled.
    NotSettled,
}

/// Whether what is said is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proved {
    /// It is so in every deal.
    Exact,
    /// The search was ended: more might be left out.
    NotFinished,
    /// Some of what the decision reads is not analysed: nothing is left out, and nothing said never to be.
    NotAnalysed,
}

/// Dates between which a rule is in force, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_date")]
    pub from: Option<Date>,
    /// The last.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_date")]
    pub until: Option<Date>,
}

/// A condition, as the policy writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// Its text.
    pub text: String,
    /// The rest says as much without it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub implied: bool,
}

/// A rule that goes before the one that is asked about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Before {
    /// Its name in the decision.
    pub rule: String,
    /// What it was written as.
    pub kind: Kind,
    /// What it decides.
    pub outcome: String,
    /// Whether it is of consequence.
    pub matters: Matters,
    /// When it is in force.
    #[serde(flatten)]
    pub window: Window,
    /// Its own conditions.
    pub when: Vec<Condition>,
}

/// Whether something that goes before a rule is of consequence to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matters {
    /// It is, as far as is proved.
    Yes,
    /// Never do both apply.
    NeverTogether,
    /// Where both apply, another goes before the rule as well.
    Implied,
}

/// A citation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The title of the document.
    pub source: String,
    /// The section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The address of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A referral.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Referral {
    /// To whom.
    pub to: String,
    /// With which question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// The name.
    pub name: String,
    /// What it stands for, as the policy writes it.
    pub text: String,
}

/// A deal that shows something, with the date of its decisions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// The date.
    #[serde(serialize_with = "date")]
    pub as_of: Date,
    /// The deal, in the form of a deal file.
    pub deal: serde_json::Value,
    /// The same as a deal file in RON.
    #[serde(skip)]
    pub ron: String,
    /// Which rules go before the one that is asked about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}

fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn maybe_date<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}
