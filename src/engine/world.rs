//! A deal seen through a policy: what is given, and the variables that stand for what is not.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::civil::Date;
use la_arena::ArenaMap;
use rustc_hash::FxHashMap;

use super::space::{Code, Coding, Domain, Interval, ListDomain, Space};
use crate::facts::{Deal, Element, FactId, FactPath, Given, RecordId, TypeKind, Value};
use crate::policy::{ExprId, ExprKind, Policy};

/// A policy, a deal and a date.
pub(super) struct World<'a> {
    pub(super) policy: &'a Policy,
    pub(super) as_of: Date,
    facts: ArenaMap<FactId, Source<'a>>,
    /// The lists that hold records of each kind.
    pub(super) lists_of: ArenaMap<RecordId, Vec<FactId>>,
    pub(super) variables: Vec<Variable>,
    structures: OnceCell<Vec<u32>>,
}

/// Where the value of a fact, or of a field of a given record, comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    /// From the deal.
    Value(&'a Given),
    /// From nobody: this variable.
    Variable(usize),
}

/// Where the value of a top-level fact comes from.
pub(super) enum Source<'a> {
    /// A fact that is no list, or an unknown list.
    Plain(Cell<'a>),
    /// A given list: its records' fields.
    List(Vec<Vec<Cell<'a>>>),
}

/// Something unknown, or presumed.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) path: FactPath,
    pub(super) kind: VariableKind,
    /// What is presumed where nobody said.
    pub(super) presumed: Option<Code>,
}

#[derive(Clone, Debug)]
pub(super) enum VariableKind {
    /// One value.
    Scalar(Coding),
    /// A list of records with these fields.
    List { fields: Vec<Coding>, up_to: u32 },
}

impl<'a> World<'a> {
    pub(super) fn new(policy: &'a Policy, deal: &'a Deal, as_of: Date) -> World<'a> {
        let mut world = World {
            policy,
            as_of,
            facts: ArenaMap::default(),
            lists_of: ArenaMap::default(),
            variables: Vec::new(),
            structures: OnceCell::new(),
        };
        let texts = Texts { policy, deal, found: OnceCell::new() };
        for (id, fact) in policy.schema.facts.iter() {
            if fact.field_of.is_some() {
                continue;
            }
            let list = match fact.ty.kind {
                TypeKind::List { record, .. } => {
                    let lists = match world.lists_of.get_mut(record) {
                        Some(lists) => lists,
                        None => world.lists_of.entry(record).or_default(),
                    };
                    lists.push(id);
                    Some(record)
                }
                _ => None,
            };
            let source = match (deal.get(id), list) {
                (Some(Given { value: Value::List(records), .. }), Some(record)) => {
                    let fields = &policy.schema.records[record].fields;
                    let rows = records.iter().enumerate().map(|(i, row)| {
                        let cells = fields.iter().enumerate().map(|(k, &field)| {
                            match row.fields.get(k).and_then(Option::as_ref) {
                                Some(given) => Cell::Value(given),
                                None => {
                                    let element = u32::try_from(i).ok().map(|index| Element { list: id, index });
                                    let path = FactPath { fact: field, element };
                                    Cell::Variable(world.add_variable(path, &texts))
                                }
                            }
                        });
                        cells.collect()
                    });
                    Source::List(rows.collect())
                }
                (Some(given), _) => Source::Plain(Cell::Value(given)),
                (None, _) => {
                    let path = FactPath { fact: id, element: None };
                    Source::Plain(Cell::Variable(world.add_variable(path, &texts)))
                }
            };
            world.facts.insert(id, source);
        }
        world
    }

    fn add_variable(&mut self, path: FactPath, texts: &Texts<'_>) -> usize {
        let schema = &self.policy.schema;
        let fact = &schema.facts[path.fact];
        let kind = match &fact.ty.kind {
            TypeKind::List { record, up_to } => {
                let fields = schema.records[*record].fields.iter();
                let fields = fields.filter_map(|&f| Coding::of(schema, &schema.facts[f].ty, texts)).collect();
                VariableKind::List { fields, up_to: *up_to }
            }
            _ => match Coding::of(schema, &fact.ty, texts) {
                Some(coding) => VariableKind::Scalar(coding),
                None => VariableKind::List { fields: Vec::new(), up_to: 0 },
            },
        };
        let presumed = match (&kind, &fact.presumed) {
            (VariableKind::Scalar(coding), Some(value)) => coding.encode(value),
            _ => None,
        };
        self.variables.push(Variable { path, kind, presumed });
        self.variables.len() - 1
    }

    /// Where a top-level fact's value comes from.
    pub(super) fn source(&self, fact: FactId) -> Option<&Source<'a>> {
        self.facts.get(fact)
    }

    /// A number that two expressions share only where they have the same structure.
    pub(super) fn structure(&self, id: ExprId) -> u32 {
        let structures = self.structures.get_or_init(|| structures(self.policy));
        structures.get(id.into_raw().into_u32() as usize).copied().unwrap_or(u32::MAX)
    }

    /// Everything that is possible; presumed facts keep their presumption unless `strict`.
    pub(super) fn space(&self, strict: bool) -> Space {
        let domains = self.variables.iter().map(|v| match (&v.kind, v.presumed) {
            (VariableKind::Scalar(_), Some(code)) if !strict => Domain::Scalar(Interval::point(code)),
            (VariableKind::Scalar(coding), _) => Domain::Scalar(coding.full),
            (VariableKind::List { up_to, .. }, _) => {
                Domain::List(ListDomain { low: 0, high: *up_to, elements: Vec::new() })
            }
        });
        Space::new(domains)
    }
}

/// Numbers the structures of all expressions. Two facts, two sums of the same two facts, and so on,
/// get one number; whatever is more involved gets a number of its own.
fn structures(policy: &Policy) -> Vec<u32> {
    let mut known: FxHashMap<(u32, u32, u32), u32> = FxHashMap::default();
    let mut numbers: Vec<u32> = Vec::with_capacity(policy.exprs.len());
    for (id, expr) in policy.exprs.iter() {
        let own = id.into_raw().into_u32();
        let of = |id: ExprId| numbers.get(id.into_raw().into_u32() as usize).copied();
        let key = match &expr.kind {
            ExprKind::Fact(fact) => Some((0, fact.into_raw().into_u32(), 0)),
            ExprKind::Definition(d) => Some((1, d.into_raw().into_u32(), 0)),
            ExprKind::Decision(d) => Some((2, d.into_raw().into_u32(), 0)),
            ExprKind::Constant(c) => Some((3, c.into_raw().into_u32(), 0)),
            ExprKind::Arithmetic(op, a, b) => of(*a).zip(of(*b)).map(|(a, b)| (4 + *op as u32, a, b)),
            _ => None,
        };
        let number = key.map_or(own, |key| *known.entry(key).or_insert(own));
        numbers.push(number);
    }
    numbers
}

/// The texts that can make a difference: those of the policy and the deal, and as many others as
/// there are facts that could hold one. Most deals never ask.
pub(super) struct Texts<'a> {
    policy: &'a Policy,
    deal: &'a Deal,
    found: OnceCell<Arc<[Arc<str>]>>,
}

impl Texts<'_> {
    pub(super) fn get(&self) -> &Arc<[Arc<str>]> {
        self.found.get_or_init(|| texts_of(self.policy, self.deal))
    }
}

fn texts_of(policy: &Policy, deal: &Deal) -> Arc<[Arc<str>]> {
    let mut texts: Vec<Arc<str>> = Vec::new();
    let mut add = |value: &Value| {
        if let Value::Text(text) = value {
            texts.push(Arc::clone(text));
        }
    };
    for (_, expr) in policy.exprs.iter() {
        if let ExprKind::Literal(value) = &expr.kind {
            add(value);
        }
    }
    for value in policy.constants.iter().flat_map(|(_, c)| c.values.iter().map(|(_, v)| v)) {
        add(value);
    }
    for (_, given) in deal.given.iter() {
        add(&given.value);
        if let Value::List(records) = &given.value {
            records.iter().flat_map(|r| r.fields.iter().flatten()).for_each(|g| add(&g.value));
        }
    }
    let others = policy.schema.facts.iter().filter(|(_, f)| f.ty.kind == TypeKind::Text).count();
    texts.sort_unstable();
    texts.dedup();
    let others: Vec<_> = Value::other_texts().filter(|t| texts.binary_search(t).is_err()).take(others + 1).collect();
    texts.extend(others);
    texts.sort_unstable();
    texts.into()
}
