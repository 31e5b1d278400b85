//! The trace as plain data with stable names: what `eval --format json` prints and what every view
//! reads. `docs/eval.schema.json` describes it; a change that a consumer can notice raises [`VERSION`].
//!
//! Fields that programs do not need (labels of what is named elsewhere, values in words) are here for
//! the views and are left out of the JSON.

use serde::ser::{Serialize, Serializer};
use serde_json::Value as Json;

/// The version of the form of this data.
pub const VERSION: u32 = 1;

/// The decisions of one deal, with everything they rest on.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Evaluation {
    /// [`VERSION`].
    pub version: u32,
    /// The policy that decided.
    pub policy: PolicyInfo,
    /// The date on which the decisions are taken.
    pub as_of: String,
    /// The name of the deal.
    pub deal: String,
    /// Presumptions were left out of account.
    #[serde(skip_serializing_if = "is_false")]
    pub strict: bool,
    /// The decisions asked for, by name, in the order of the policy.
    #[serde(serialize_with = "by_name")]
    pub decisions: Vec<Decision>,
    /// Decisions that were not asked for and that those asked for rest on.
    #[serde(serialize_with = "by_name", skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<Decision>,
    /// What the definitions that these decisions use came to, by name.
    #[serde(serialize_with = "by_name", skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<Definition>,
}

/// Which policy decided.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PolicyInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The hash over its files.
    pub hash: String,
    /// What people call it.
    #[serde(skip)]
    pub label: Option<String>,
}

/// One decision and its answers.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// The title of the file that declares it, by which reports group decisions.
    pub group: String,
    /// In what form it was written.
    pub kind: Kind,
    /// Its place in a report: among the decisions that the manifest names, or among all where it names none.
    pub rank: Option<usize>,
    /// The answer, or one for each record.
    pub answers: Answers,
}

/// The answers of a decision.
#[derive(Clone, Debug)]
pub enum Answers {
    /// About the deal, or about records whose list is unknown.
    One(Box<Answer>),
    /// For each record of a list, in its order.
    Each {
        /// The answers.
        answers: Vec<Answer>,
        /// What each record is called: its first text, or its place.
        names: Vec<String>,
    },
}

/// In what form a decision was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `= EXPRESSION`
    Computed,
    /// `decide` with rules.
    Rules,
    /// `rubric`
    Rubric,
    /// `gate`
    Gate,
    /// `table`
    Table,
    /// `checklist`
    Checklist,
}

impl Kind {
    /// What a rule of it is called: `rule`, `band`, `requirement`, `row` or `item`.
    pub fn rule_word(self) -> &'static str {
        match self {
            Kind::Computed | Kind::Rules => "rule",
            Kind::Rubric => "band",
            Kind::Gate => "requirement",
            Kind::Table => "row",
            Kind::Checklist => "item",
        }
    }
}

/// How a decision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// By the rules that stand, or computed.
    Decided,
    /// No rule stands, and the default is the outcome.
    Default,
    /// Unknown facts can still change it, or no rule speaks.
    Undecided,
    /// Rules that stand disagree.
    Conflict,
    /// An expression has no value.
    Error,
}

impl Status {
    /// The word in output.
    pub fn word(self) -> &'static str {
        match self {
            Status::Decided => "decided",
            Status::Default => "default",
            Status::Undecided => "undecided",
            Status::Conflict => "conflict",
            Status::Error => "error",
        }
    }
}

/// One answer.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Answer {
    /// How it ended.
    pub status: Status,
    /// The outcome, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// The unit of `value` or `possible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The rules that stand, for an answer with a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Vec<String>>,
    /// Without presumptions it would differ.
    pub provisional: bool,
    /// The presumed facts it leans on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presumed: Vec<FactRef>,
    /// The facts that are missing; empty for a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<FactRef>>,
    /// The values that are still possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<Possible>,
    /// Items of a checklist that apply whatever is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certain: Option<Vec<Shown>>,
    /// Items of a checklist that may still apply or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<Vec<Shown>>,
    /// Ends without a value that are still possible: `gap`, `conflict`, `error`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible_states: Vec<&'static str>,
    /// `false` where `missing`, `possible`, `by` and `presumed` may name too much.
    #[serde(skip_serializing_if = "is_true")]
    pub exact: bool,
    /// The rules that disagree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<Vec<String>>,
    /// What has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Fault>,
    /// Who is to be asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refer: Vec<Refer>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Box<Trace>>,
    /// The reasons that hold for the answer as it stands, in order; the trace has them too.
    #[serde(skip)]
    pub reasons: Vec<Reason>,
}

/// Why an answer is as it is: a rule that stands, one of those that disagree, or the default.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The rule's name; `None` for the default and for a note on the decision as a whole.
    pub rule: Option<String>,
    /// What people call the rule.
    pub label: Option<String>,
    /// What the rule gives, as far as it is known.
    pub outcome: Option<String>,
    /// The sentence.
    pub because: Option<String>,
    /// What it rests on.
    pub cites: Vec<Cite>,
}

/// What one answer rests on.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Trace {
    /// [`VERSION`].
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

/// Reason, citations and referrals.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Notes {
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<Cite>,
    /// Who is to be asked if it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refer: Vec<Refer>,
}

/// A citation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cite {
    /// The document's short name.
    pub source: String,
    /// The document's title.
    pub title: String,
    /// The section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The document's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A referral.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refer {
    /// To whom.
    pub to: String,
    /// With which question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a definition came to: once, or for each record.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its expression; for one with a scope, once for each record, beside the record's place in its list.
    pub bodies: Vec<(Option<u32>, Node)>,
}

/// An expression with what it came to.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Node {
    /// What stands there.
    pub kind: NodeKind,
    /// The expression in the policy's own words.
    pub text: String,
    /// The name of the fact (`instances[0].users`), constant, definition, decision or look-up; for a
    /// question about a list, that list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it came to.
    pub state: NodeState,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// The unit of `value` or `possible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Among which values unknown facts decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<Possible>,
    /// Why it has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Fault>>,
    /// The decision whose gap leaves it without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Where the value of a fact or list came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Whose judgement a fact is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<String>,
    /// For a part of a question about a list: which record, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u32>,
    /// Its parts, in the order in which they are evaluated. Values written in the policy have no part of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Node>,
    /// Parts were left out because they lie too deep.
    #[serde(skip_serializing_if = "is_false")]
    pub cut: bool,
}

/// What stands at a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A fact, or a field of a record.
    Fact,
    /// A constant in force on the date.
    Constant,
    /// A definition; what it came to is under `definitions`.
    Definition,
    /// A decision; its answer is under `decisions` or `needed`.
    Decision,
    /// Whether an item of a checklist applies.
    Item,
    /// The argument of a table.
    Parameter,
    /// The date of the decision.
    AsOf,
    /// A value written in the policy.
    Literal,
    /// All parts must hold.
    And,
    /// One part must hold.
    Or,
    /// The part must not hold.
    Not,
    /// A comparison of its parts.
    Comparison,
    /// The condition, then the outcome that it chooses.
    Choice,
    /// A question about a list; its parts are asked of each record.
    Aggregate,
    /// A table with arguments.
    Lookup,
    /// A number or date computed from its parts.
    Computation,
}

/// What a [`Node`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// A value.
    Known,
    /// Unknown facts decide.
    Unknown,
    /// It has no value.
    Error,
    /// A decision that it needs is a gap.
    Gap,
    /// It was not needed.
    NotNeeded,
}

/// Where the value of a fact came from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// A deal's file.
    File(Place),
    /// The command line.
    Set,
    /// A program.
    Code,
    /// The policy presumes it, as nobody said.
    Presumed,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Why an expression has no value.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Fault {
    /// The expression.
    pub expression: String,
    /// What went wrong.
    pub message: String,
    /// Where the expression was written.
    #[serde(flatten)]
    pub at: Option<Place>,
    /// The operands and their values.
    pub values: Vec<Operand>,
}

/// An operand of an expression that has no value.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Operand {
    /// The operand.
    pub expression: String,
    /// Its value.
    pub value: Shown,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A fact that is missing or presumed; its path in the JSON.
#[derive(Clone, Debug)]
pub struct FactRef {
    /// `client.kind`, `instances[0].users`.
    pub path: String,
    /// What people call it, with the record it belongs to.
    pub label: String,
    /// The question that asks for it.
    pub ask: Option<String>,
    /// Whose judgement it is.
    pub judged_by: Option<String>,
    /// What is presumed, in words.
    pub presumed: Option<String>,
    /// What it may be, in words.
    pub takes: String,
}

impl Serialize for FactRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.path)
    }
}

/// A value as programs read it and as people do; the JSON has the former.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The encoding for programs.
    pub json: Json,
    /// In words, with its unit.
    pub words: String,
    /// For a set of items: each, by its label.
    pub items: Option<Vec<String>>,
}

impl Shown {
    /// Whether it is none.
    pub fn is_none(&self) -> bool {
        self.json.is_null()
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// Values that are still possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// Exactly these.
    Values(Vec<Shown>),
    /// Many: the least and the greatest, and whether none is possible too.
    Range {
        /// The least.
        from: Shown,
        /// The greatest.
        to: Shown,
        /// None is possible too.
        none: bool,
    },
}

#[derive(serde::Serialize)]
struct Range<'a> {
    from: &'a Shown,
    to: &'a Shown,
}

impl Serialize for Possible {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Possible::Values(values) => values.serialize(serializer),
            Possible::Range { from, to, none: false } => Range { from, to }.serialize(serializer),
            Possible::Range { from, to, none: true } => (Json::Null, Range { from, to }).serialize(serializer),
        }
    }
}

#[derive(serde::Serialize)]
struct Each<'a> {
    each: &'a [Answer],
}

/// Something that an object of the JSON holds under its name.
trait Named {
    type Body<'a>: Serialize
    where
        Self: 'a;
    fn name(&self) -> &str;
    fn body(&self) -> Self::Body<'_>;
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum AnswersBody<'a> {
    One(&'a Answer),
    Each(Each<'a>),
}

impl Named for Decision {
    type Body<'a> = AnswersBody<'a>;
    fn name(&self) -> &str {
        &self.name
    }
    fn body(&self) -> AnswersBody<'_> {
        match &self.answers {
            Answers::One(answer) => AnswersBody::One(answer),
            Answers::Each { answers, .. } => AnswersBody::Each(Each { each: answers }),
        }
    }
}

#[derive(serde::Serialize)]
struct DefinitionBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a Node>,
    #[serde(skip_serializing_if = "Option::is_none")]
    each: Option<Vec<ScopedBody<'a>>>,
}

#[derive(serde::Serialize)]
struct ScopedBody<'a> {
    record: Option<u32>,
    body: &'a Node,
}

impl Named for Definition {
    type Body<'a> = DefinitionBody<'a>;
    fn name(&self) -> &str {
        &self.name
    }
    fn body(&self) -> DefinitionBody<'_> {
        let label = self.label.as_deref();
        match self.bodies.as_slice() {
            [(None, body)] => DefinitionBody { label, body: Some(body), each: None },
            bodies => {
                let each = bodies.iter().map(|(record, body)| ScopedBody { record: *record, body }).collect();
                DefinitionBody { label, body: None, each: Some(each) }
            }
        }
    }
}

fn by_name<T: Named, S: Serializer>(all: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(all.iter().map(|item| (item.name(), item.body())))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_false(b: &bool) -> bool {
    !*b
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_true(b: &bool) -> bool {
    *b
}
