//! Syntax tree to policy: names, types, units, shapes and order. One file per concern.
//!
//! [`check`] runs the concerns one after the other over one `Checker`. Everything wrong is reported
//! once: an expression with a problem has no type (`None`), which silences whatever is built on it, and
//! a declaration that could not be read still holds its name.

mod calls;
mod checklist;
mod constants;
mod decisions;
mod definitions;
mod demand;
mod describe;
mod expressions;
mod facts;
mod fitting;
mod gate;
mod names;
mod narrowing;
mod operators;
mod order;
mod overrides;
mod properties;
mod resolution;
mod rubric;
mod signatures;
mod suggestions;
mod table;
mod types;
mod units;
mod unused;

use jiff::civil::Date;
use la_arena::{Arena, Idx, RawIdx};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::{Sources, Span};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::facts::{EnumerationId, FactId, RecordId, Schema, Type};
use crate::policy::{Expr, ExprId, ExprKind, Group, GroupId, Policy, SourceId};
use crate::syntax::ast;

use demand::{InQuestion, State};
use names::{Entity, Names};
use narrowing::Place;
use order::{Dependency, Edge};
use signatures::{Signature, Signatures};

/// What a pack says about itself, as far as its meaning goes.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What people call it.
    pub label: Option<String>,
    /// The first date it speaks about; the earliest date in its files where it does not say.
    pub since: Option<Date>,
    /// Decisions that a report shows by default; empty means all.
    pub report: Vec<Reported>,
    /// SHA-256 over the names and texts of its files, in hexadecimal.
    pub hash: String,
}

/// A decision that the manifest names.
#[derive(Clone, Debug)]
pub struct Reported {
    /// Its name.
    pub name: String,
    /// Where the manifest says so, if that is a text.
    pub span: Option<Span>,
}

impl From<&str> for Reported {
    fn from(name: &str) -> Reported {
        Reported { name: name.to_owned(), span: None }
    }
}

/// Checks the files of a pack and compiles them. There is a policy only where nothing is an error;
/// findings and notes may stand beside it.
pub fn check(manifest: &Manifest, files: &[ast::File], sources: &Sources) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut checker = Checker::new(sources);
    let declarations = checker.collect(files);
    checker.declare_units(&declarations);
    checker.declare_types(&declarations);
    checker.declare_facts(&declarations);
    checker.declare_constants(&declarations);
    checker.declare_signatures(&declarations);

    let definitions = checker.check_definitions(&declarations);
    let decisions = checker.check_decisions(&declarations);
    let lookups = checker.check_lookups(&declarations);
    let properties = checker.check_properties(&declarations);
    let order = checker.order(&declarations);
    let cited = checker.sources_of(&declarations);
    let report = checker.reported(manifest);

    let readable = files.iter().all(|file| file.broken.is_empty());
    if readable && !checker.has_errors() {
        checker.find_unused(&declarations);
    }
    let mut found = checker.found;
    found.sort_by_key(|d| d.primary.as_ref().map(|label| (label.span.file, label.span.start)));
    if !readable || found.iter().any(|d| d.severity == Severity::Error) {
        return (None, found);
    }

    // Ids are places, so one that is missing would shift all that follow. None is missing without an error.
    let (Some(constants), Some(definitions), Some(lookups), Some(decisions), Some(properties)) = (
        complete(checker.constant_results),
        complete(definitions),
        complete(lookups),
        complete(decisions),
        complete(properties),
    ) else {
        return (None, found);
    };
    let mut policy = Policy {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        label: manifest.label.clone(),
        since: manifest.since,
        hash: manifest.hash.clone(),
        report,
        schema: checker.schema,
        groups: declarations.groups.into_iter().collect(),
        sources: cited,
        constants,
        definitions,
        lookups,
        decisions,
        properties,
        exprs: checker.exprs.into_iter().collect(),
        order,
    };
    policy.since = policy.since.or_else(|| earliest_date(&policy));
    (Some(policy), found)
}

/// All of them, if none is missing.
fn complete<T>(all: Vec<Option<T>>) -> Option<Arena<T>> {
    all.into_iter().collect()
}

/// The first date from which a constant or a rule is in force.
fn earliest_date(policy: &Policy) -> Option<Date> {
    let constants = policy.constants.values().flat_map(|c| c.values.iter().filter_map(|(from, _)| *from));
    let sets = policy.decisions.values().map(|d| &d.rules).chain(policy.lookups.values().map(|l| &l.rules));
    constants.chain(sets.flat_map(|set| set.rules.iter().filter_map(|rule| rule.window.from))).min()
}

/// Everything known so far. Ids of facts, definitions, decisions and the like are given out in the
/// order of declaration by [`Checker::collect`], long before the things themselves exist.
struct Checker<'a> {
    sources: &'a Sources,
    found: Vec<Diagnostic>,
    names: Names,
    units: units::Units,
    types: types::Types,
    schema: Schema,
    exprs: Vec<Expr>,
    /// By enumeration: the place of each variant.
    variants: Vec<FxHashMap<String, u32>>,
    /// The enumerations that have a variant of this name.
    variant_owners: FxHashMap<String, Vec<EnumerationId>>,
    /// By fact; `None` where the type is in error.
    fact_types: Vec<Option<Type>>,
    /// By record: the facts that list it.
    record_lists: Vec<Vec<FactId>>,
    /// Records of which it has been reported that their lists cannot be told.
    unlisted: FxHashSet<RecordId>,
    constants: Vec<State<Type>>,
    constant_results: Vec<Option<crate::policy::Constant>>,
    definitions: Vec<State<Type>>,
    signatures: Signatures,
    criteria: definitions::Criteria,
    scope: Scope,
    narrowed: FxHashSet<Place>,
    in_question: InQuestion,
    used: FxHashSet<Entity>,
    cited: FxHashSet<SourceId>,
    edges: FxHashMap<Dependency, Vec<Edge>>,
    suggestions_left: u32,
    overrides_left: usize,
}

/// What surrounds the expression that is being checked.
#[derive(Clone, Debug, Default)]
struct Scope {
    /// The record that the declaration is named after.
    declared: Option<RecordId>,
    /// The records of the questions about lists around the expression.
    asked: Vec<RecordId>,
    /// In a property: any record may be meant; the one that is, and where it is first named.
    implied: Option<Option<(RecordId, Span)>>,
    /// The records that have been asked about with words that name them, and where.
    questions: Vec<(RecordId, Span)>,
    /// In a table with parameters: which.
    lookup: Option<crate::policy::LookupId>,
    /// How little an expression may use.
    fixed: Fixed,
    /// What has been used.
    uses: Vec<Edge>,
}

/// How little an expression may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fixed {
    /// Anything.
    #[default]
    No,
    /// What a constant may be made of: literals and other constants.
    Constant,
    /// A literal alone: a presumption, the end of a range in a type.
    Literal,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Sources) -> Checker<'a> {
        Checker {
            sources,
            found: Vec::new(),
            names: Names::default(),
            units: units::Units::default(),
            types: types::Types::default(),
            schema: Schema::default(),
            variant_owners: FxHashMap::default(),
            exprs: Vec::new(),
            variants: Vec::new(),
            fact_types: Vec::new(),
            record_lists: Vec::new(),
            unlisted: FxHashSet::default(),
            constants: Vec::new(),
            constant_results: Vec::new(),
            definitions: Vec::new(),
            signatures: Signatures::default(),
            criteria: definitions::Criteria::default(),
            scope: Scope::default(),
            narrowed: FxHashSet::default(),
            in_question: InQuestion::default(),
            used: FxHashSet::default(),
            cited: FxHashSet::default(),
            edges: FxHashMap::default(),
            suggestions_left: suggestions::MOST,
            overrides_left: overrides::MOST_PAIRS,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity == Severity::Error)
    }

    fn push(&mut self, kind: ExprKind, ty: Type, span: Span) -> ExprId {
        self.exprs.push(Expr { kind, ty, span });
        id(self.exprs.len() - 1)
    }

    fn expr(&self, expr: ExprId) -> &Expr {
        &self.exprs[index(expr)]
    }

    fn type_of(&self, expr: ExprId) -> &Type {
        &self.expr(expr).ty
    }

    fn span_of(&self, expr: ExprId) -> Span {
        self.expr(expr).span
    }

    /// Checks something in surroundings of its own; gives back what it used besides.
    fn within<R>(&mut self, scope: Scope, work: impl FnOnce(&mut Self) -> R) -> (R, Scope) {
        let outer = std::mem::replace(&mut self.scope, scope);
        let result = work(self);
        (result, std::mem::replace(&mut self.scope, outer))
    }

    /// Resolves the decisions that the manifest names.
    fn reported(&mut self, manifest: &Manifest) -> Vec<crate::policy::DecisionId> {
        let mut report = Vec::new();
        for reported in &manifest.report {
            match self.names.get(&reported.name).map(|entry| entry.entity) {
                Some(Entity::Decision(decision)) => report.push(decision),
                _ if self.names.is_broken(&reported.name) => {}
                found => {
                    let message = match found {
                        None => format!("the manifest reports `{}`, which nothing declares", reported.name),
                        Some(other) => {
                            format!("the manifest reports `{}`, which is {}", reported.name, other.words())
                        }
                    };
                    let mut diagnostic = match reported.span {
                        Some(span) => Diagnostic::error(Code::UnknownReport, span, message).here("not a decision"),
                        None => Diagnostic::placeless(Code::UnknownReport, message),
                    };
                    if let Some(near) = self.suggest_decision(&reported.name) {
                        let advice = format!("did you mean `{near}`?");
                        diagnostic = match reported.span {
                            Some(span) => diagnostic.suggest(span, format!("\"{near}\""), advice),
                            None => diagnostic.help(advice),
                        };
                    }
                    self.report(diagnostic);
                }
            }
        }
        report
    }

    fn signature(&self, lookup: crate::policy::LookupId) -> Option<&Signature> {
        self.signatures.lookups.get(index(lookup))
    }
}

/// The groups of a pack: one for each file.
fn group_of(file: &ast::File, sources: &Sources) -> Group {
    match &file.title {
        Some(title) => {
            Group { name: title.name.text.clone(), label: title.label.as_ref().map(|label| label.value.clone()) }
        }
        None => {
            let name = sources.get(file.id).map_or("", |f| f.name());
            let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
            Group { name: stem.strip_suffix(".policy").unwrap_or(stem).to_owned(), label: None }
        }
    }
}

/// The id with this place in the order of declaration.
fn id<T>(place: usize) -> Idx<T> {
    Idx::from_raw(RawIdx::from_u32(u32::try_from(place).unwrap_or(u32::MAX)))
}

/// The place in the order of declaration of this id.
fn index<T>(id: Idx<T>) -> usize {
    id.into_raw().into_u32() as usize
}

/// A group by the place of its file.
fn group(place: usize) -> GroupId {
    id(place)
}

/// The text of an optional string literal.
fn text(text: Option<&ast::Text>) -> Option<String> {
    text.map(|t| t.value.clone())
}
