//! The syntax tree of a policy file: what was written, with its places, before any name is looked up.

mod expr;

pub use expr::{Expr, ExprKind};

use jiff::civil::Date;

use crate::base::{CompareOp, FileId, Span};

/// One `.policy` file.
#[derive(Clone, Debug)]
pub struct File {
    /// Which file it is.
    pub id: FileId,
    /// `policy tenders "RFPs and tenders"`, where the file has it.
    pub title: Option<Title>,
    /// Every declaration that could be read, in order.
    pub declarations: Vec<Declaration>,
    /// Names of the declarations of which something could not be read.
    ///
    /// A declaration named here may be missing from `declarations`, or may be there without the
    /// clauses that were wrong. What was wrong has been reported, so nobody should report such a name
    /// as unknown, nor what such a declaration seems to lack.
    pub broken: Vec<String>,
}

/// `policy tenders "RFPs and tenders"`.
#[derive(Clone, Debug)]
pub struct Title {
    /// The name of the group.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// The whole of it.
    pub span: Span,
}

/// A name, perhaps dotted: `client.kind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The parts joined by dots, without white space.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it says, escapes resolved.
    pub value: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A top-level declaration.
#[derive(Clone, Debug)]
pub enum Declaration {
    /// `source sales "…" at "…"`
    Source(Source),
    /// `unit hour, hours` and `currency EUR`
    Unit(Unit),
    /// `type provider = one of aws, ovh`
    Type(TypeAlias),
    /// `fact client.kind: …`
    Fact(Fact),
    /// `record instance` with its fields
    Record(Record),
    /// `constant on_demand_rate: …`
    Constant(Constant),
    /// `define is_bid: boolean = …`
    Define(Define),
    /// `decide discovery.billing: …`
    Decide(Decide),
    /// `rubric lead.priority: …`
    Rubric(Rubric),
    /// `gate capacity: …`
    Gate(Gate),
    /// `table next_step: …`
    Table(Table),
    /// `checklist proposal.contents`
    Checklist(Checklist),
    /// `always …` and `never …`
    Property(Property),
}

/// A document that clauses are cited from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its short name.
    pub name: Name,
    /// Its title.
    pub title: Text,
    /// Its address.
    pub at: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// A unit of measure or a currency.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its names; the first is the canonical one.
    pub names: Vec<Name>,
    /// Declared with `currency`.
    pub currency: bool,
    /// `with 3 decimals`.
    pub decimals: Option<(u32, Span)>,
    /// The whole declaration.
    pub span: Span,
}

/// A named type.
#[derive(Clone, Debug)]
pub struct TypeAlias {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub ty: TypeExpr,
    /// Its label.
    pub label: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    /// Its kind.
    pub kind: TypeKind,
    /// `0..100`, `0..`
    pub range: Option<Range>,
    /// `in EUR/hour`
    pub unit: Option<UnitExpr>,
    /// `or none`
    pub optional: Option<Span>,
    /// The whole of it.
    pub span: Span,
}

/// The kind of a type.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `decimal`
    Decimal,
    /// `text`
    Text,
    /// `date`
    Date,
    /// `one of a, b`
    OneOf(Vec<Name>),
    /// `list of instance up to 50`; `None` where the bound is missing.
    List(Name, Option<(u32, Span)>),
    /// The name of a declared type.
    Named(Name),
}

/// A range with one end or both, both included: `0..100`, `0..`, `..5`.
#[derive(Clone, Debug)]
pub struct Range {
    /// The low end.
    pub low: Option<Box<Expr>>,
    /// The high end.
    pub high: Option<Box<Expr>>,
    /// The whole of it.
    pub span: Span,
}

/// A unit as written: `EUR/hour`, `hour*hour/day`.
#[derive(Clone, Debug)]
pub struct UnitExpr {
    /// Names with their exponent: 1 over the line, -1 under it.
    pub factors: Vec<(Name, i32)>,
    /// The whole of it.
    pub span: Span,
}

/// A fact of a deal, or a field of a record.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its label.
    pub label: Option<Text>,
    /// `ask "…"`
    pub ask: Option<Text>,
    /// `fixed`
    pub fixed: Option<Span>,
    /// `cost 3`
    pub cost: Option<Expr>,
    /// `presumed false`
    pub presumed: Option<Expr>,
    /// `judged by "Client Owner"`
    pub judged_by: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// A record and its fields.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// Its fields.
    pub fields: Vec<Fact>,
    /// The whole declaration.
    pub span: Span,
}

/// A constant, perhaps dated.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: Name,
    /// Its type; may be left out where the value tells it.
    pub ty: Option<TypeExpr>,
    /// Its label.
    pub label: Option<Text>,
    /// Its values: one undated after `=`, or dated `value` lines.
    pub values: Vec<ConstantValue>,
    /// Reason and citation.
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}

/// One value of a constant.
#[derive(Clone, Debug)]
pub struct ConstantValue {
    /// The value.
    pub value: Expr,
    /// In force from this date.
    pub from: Option<(Date, Span)>,
    /// The whole line.
    pub span: Span,
}

/// A named helper expression.
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: Name,
    /// Its type, where written.
    pub ty: Option<TypeExpr>,
    /// Its label.
    pub label: Option<Text>,
    /// What it stands for.
    pub body: Expr,
    /// The whole declaration.
    pub span: Span,
}

/// Reason, citations and referrals.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// `because "…"`
    pub because: Option<Text>,
    /// `cites sales "…"`
    pub cites: Vec<Cite>,
    /// `refer to "…" "…"`
    pub refer: Vec<Refer>,
}

impl Notes {
    /// Whether there is none of them.
    pub fn is_empty(&self) -> bool {
        self.because.is_none() && self.cites.is_empty() && self.refer.is_empty()
    }
}

/// `cites sales "An Overview"`.
#[derive(Clone, Debug)]
pub struct Cite {
    /// The source's name.
    pub source: Name,
    /// The section's title.
    pub section: Option<Text>,
}

/// `refer to "Business Development Specialist" "Is it worth it?"`.
#[derive(Clone, Debug)]
pub struct Refer {
    /// To whom.
    pub to: Text,
    /// With which question.
    pub text: Option<Text>,
}

/// A decision by rules, or by one expression.
#[derive(Clone, Debug)]
pub struct Decide {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its label.
    pub label: Option<Text>,
    /// How it is taken.
    pub body: DecideBody,
    /// Notes of the decision as a whole (after `= E`).
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}

/// The body of a [`Decide`].
#[derive(Clone, Debug)]
pub enum DecideBody {
    /// `= E`
    Computed(Expr),
    /// Rules with or without a default.
    Rules {
        /// `default billed`
        default: Option<Default>,
        /// The named rules, in order.
        rules: Vec<Rule>,
    },
}

/// `default billed`, with its notes.
#[derive(Clone, Debug)]
pub struct Default {
    /// The outcome.
    pub outcome: Expr,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// `rule bid: on_acceptance when …`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// Its outcome.
    pub outcome: Expr,
    /// Its condition; absent means always.
    pub when: Option<Expr>,
    /// The rules it overrides.
    pub overrides: Vec<Name>,
    /// In force from this date, included.
    pub from: Option<(Date, Span)>,
    /// In force until this date, included.
    pub until: Option<(Date, Span)>,
    /// Its label.
    pub label: Option<Text>,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// A decision by points.
#[derive(Clone, Debug)]
pub struct Rubric {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its label.
    pub label: Option<Text>,
    /// What is scored.
    pub criteria: Vec<Criterion>,
    /// Score to outcome, from the top.
    pub bands: Vec<Band>,
    /// Notes of the rubric as a whole.
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}

/// One criterion of a rubric.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// How it is scored.
    pub body: CriterionBody,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// How a [`Criterion`] is scored.
#[derive(Clone, Debug)]
pub enum CriterionBody {
    /// `= 3 * lead.market_niche`
    Weighted(Expr),
    /// `points` lines, the first that holds; an absent condition is `otherwise`.
    Points(Vec<Points>),
}

/// `points 10 when …`, `points 0 otherwise`.
#[derive(Clone, Debug)]
pub struct Points {
    /// How many.
    pub points: Expr,
    /// When; absent for `otherwise`.
    pub when: Option<Expr>,
    /// The whole line.
    pub span: Span,
}

/// `band high from 50`, `band low otherwise`.
#[derive(Clone, Debug)]
pub struct Band {
    /// The outcome, which is also its name.
    pub variant: Name,
    /// The lowest score; absent for `otherwise`.
    pub from: Option<Expr>,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// A decision by requirements, best to worst outcome.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its label.
    pub label: Option<Text>,
    /// The requirements, in order.
    pub requirements: Vec<Requirement>,
    /// Notes of the gate as a whole.
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}

/// `require hours: … else limited`.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Its name.
    pub name: Name,
    /// What must hold.
    pub condition: Expr,
    /// The outcome where it does not.
    pub outcome: Expr,
    /// Its label.
    pub label: Option<Text>,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// How the rows of a table combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitPolicy {
    /// `exactly one`
    ExactlyOne,
    /// `first match`
    FirstMatch,
    /// `collect`
    Collect,
}

/// A decision by table, or with parameters a look-up.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its parameters; `None` makes it a decision.
    pub parameters: Option<Vec<Parameter>>,
    /// Its type.
    pub ty: TypeExpr,
    /// Its label.
    pub label: Option<Text>,
    /// The hit policy where written; `exactly one` where not.
    pub hit: Option<(HitPolicy, Span)>,
    /// What each column tests.
    pub columns: Vec<Expr>,
    /// The heading of the outcome column.
    pub outcome: Name,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// Notes of the table as a whole.
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}

/// A parameter of a look-up.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name where it has one; else it is `row_N`, from 1.
    pub name: Option<Name>,
    /// Its cells, one for each column.
    pub cells: Vec<Cell>,
    /// Its outcome.
    pub outcome: Expr,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What it accepts.
    pub kind: CellKind,
    /// Where it stands, without the bars.
    pub span: Span,
}

/// What a [`Cell`] accepts.
#[derive(Clone, Debug)]
pub enum CellKind {
    /// `any`
    Any,
    /// One of several tests: `rfp, tender`, `1..5, > 10`.
    OneOf(Vec<CellTest>),
    /// None of several tests: `not rfp, tender`.
    NoneOf(Vec<CellTest>),
}

/// One test in a [`Cell`].
#[derive(Clone, Debug)]
pub enum CellTest {
    /// Equal to this value; `none` where nothing is there.
    Value(Expr),
    /// Compared with this value.
    Compare(CompareOp, Expr),
    /// Within this range, ends included.
    Within(Range),
}

/// A set of items that apply.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// Its items, in order.
    pub items: Vec<Item>,
    /// Notes of the checklist as a whole.
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}

/// `item estimates "Estimates sheet" when …`.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// When it applies; absent means always.
    pub when: Option<Expr>,
    /// Its notes.
    pub notes: Notes,
    /// The whole of it.
    pub span: Span,
}

/// `always NAME: E` or `never NAME: E`.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub name: Name,
    /// `never`: it must not hold.
    pub never: bool,
    /// Its label.
    pub label: Option<Text>,
    /// The condition. At its top `if` may stand without `else`.
    pub condition: Expr,
    /// Its notes.
    pub notes: Notes,
    /// The whole declaration.
    pub span: Span,
}
