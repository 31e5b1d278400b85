//! The typed core: a checked policy as plain data and ids. Everything right of here is about meaning.
//!
//! All sugar (rubrics, gates, tables, checklists) is already lowered to rules; [`Shape`] keeps just
//! enough of what was written to explain a decision in its own terms.

mod compare;
mod expr;
mod needed;
mod print;
mod rules;

pub use compare::{Edits, Through, affected, edits};
pub use expr::{Expr, ExprId, ExprKind, Function};
pub use needed::{Ground, ground};
pub use rules::{Cite, Criterion, Hit, Notes, Outcome, Refer, Rule, RuleId, RuleSet, Shape, Window};

use jiff::civil::Date;
use la_arena::{Arena, Idx};

use crate::base::Span;
use crate::facts::{RecordId, Schema, Type, Value};

/// A constant of a [`Policy`].
pub type ConstantId = Idx<Constant>;
/// A definition of a [`Policy`].
pub type DefinitionId = Idx<Definition>;
/// A decision of a [`Policy`].
pub type DecisionId = Idx<Decision>;
/// A table with parameters of a [`Policy`].
pub type LookupId = Idx<Lookup>;
/// A cited document of a [`Policy`].
pub type SourceId = Idx<Source>;
/// A group of declarations, one for each file, of a [`Policy`].
pub type GroupId = Idx<Group>;
/// A property of a [`Policy`].
pub type PropertyId = Idx<Property>;

/// A checked policy: complete, typed, acyclic and immutable.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The manifest's name.
    pub name: String,
    /// The manifest's version.
    pub version: String,
    /// What people call it.
    pub label: Option<String>,
    /// The first date it speaks about.
    pub since: Option<Date>,
    /// SHA-256 over the names and texts of its files, in hexadecimal.
    pub hash: String,
    /// Decisions that a report shows by default; empty means all.
    pub report: Vec<DecisionId>,
    /// What a deal can say.
    pub schema: Schema,
    /// One for each file, in the order of their paths.
    pub groups: Arena<Group>,
    /// Cited documents.
    pub sources: Arena<Source>,
    /// Constants.
    pub constants: Arena<Constant>,
    /// Definitions, among them the score of each rubric.
    pub definitions: Arena<Definition>,
    /// Tables with parameters.
    pub lookups: Arena<Lookup>,
    /// Decisions, in the order in which the files declare them.
    pub decisions: Arena<Decision>,
    /// Properties.
    pub properties: Arena<Property>,
    /// Every expression of the policy.
    pub exprs: Arena<Expr>,
    /// Definitions and decisions, each after everything it uses.
    pub order: Vec<Node>,
}

/// Something that is computed once for a deal (or once for each record).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A definition.
    Definition(DefinitionId),
    /// A decision.
    Decision(DecisionId),
}

/// The declarations of one file: `policy tenders "RFPs and tenders"`.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name; the file's stem where the file does not say.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
}

/// A document that clauses are cited from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its short name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub at: Option<String>,
}

/// A constant; its value may depend on the date of the decision.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its type.
    pub ty: Type,
    /// Its values by the date from which they are in force, ascending. A single undated value has `None`.
    pub values: Vec<(Option<Date>, Value)>,
    /// Reason and citation.
    pub notes: Notes,
    /// Where it is declared.
    pub span: Span,
}

impl Constant {
    /// The value in force on `as_of`; an error with the first date where that comes later.
    pub fn value_on(&self, as_of: Date) -> Result<&Value, Date> {
        let in_force = self.values.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= as_of));
        match (in_force, self.values.first()) {
            (Some((_, value)), _) => Ok(value),
            (None, Some((Some(first), _))) => Err(*first),
            (None, _) => Err(as_of),
        }
    }
}

/// A named helper; evaluated only where something needs it, and not reported.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its type. A value outside its declared range is an error of whoever needs it.
    pub ty: Type,
    /// Taken for each record of this kind, where it reads one.
    pub scope: Option<RecordId>,
    /// What it stands for.
    pub body: ExprId,
    /// Where it is declared.
    pub span: Span,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its type; outcomes outside it are errors.
    pub ty: Type,
    /// Taken for each record of this kind.
    pub scope: Option<RecordId>,
    /// The file it is declared in.
    pub group: GroupId,
    /// The rules that take it; empty where `shape` is [`Shape::Computed`].
    pub rules: RuleSet,
    /// What was written.
    pub shape: Shape,
    /// Notes of the decision as a whole.
    pub notes: Notes,
    /// Where it is declared.
    pub span: Span,
}

/// A table with parameters, called from expressions. A gap or a conflict in it is an error of the caller.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Names and types of its parameters.
    pub parameters: Vec<(String, Type)>,
    /// The type of what it yields.
    pub ty: Type,
    /// Its rows as rules.
    pub rules: RuleSet,
    /// What was written; a table.
    pub shape: Shape,
    /// Its notes.
    pub notes: Notes,
    /// Where it is declared.
    pub span: Span,
}

/// A property that is to hold for every deal.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Declared with `never`.
    pub never: bool,
    /// Holds for each record of this kind, where it names one.
    pub scope: Option<RecordId>,
    /// The condition as written; `never` is not folded into it.
    pub condition: ExprId,
    /// Its notes.
    pub notes: Notes,
    /// Where it is declared.
    pub span: Span,
}

impl Policy {
    /// The decision called `name`.
    pub fn decision_by_name(&self, name: &str) -> Option<DecisionId> {
        self.decisions.iter().find(|(_, d)| d.name == name).map(|(id, _)| id)
    }
}
