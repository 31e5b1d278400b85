//! The declarations of a pack by name, and what a written type allows.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::base::Number;
use dealdesk::facts::DateRange;
use dealdesk::syntax::ast;

use super::deal::{Record, Val};

/// How many decimals a number may have where its unit does not say.
const DEFAULT_DECIMALS: u32 = 6;

/// Every declaration of every file, by name.
#[derive(Default)]
pub struct Pack<'a> {
    types: BTreeMap<&'a str, &'a ast::TypeExpr>,
    /// By every name of a unit.
    units: BTreeMap<&'a str, &'a ast::Unit>,
    records: BTreeMap<&'a str, &'a ast::Record>,
    pub facts: BTreeMap<&'a str, &'a ast::Fact>,
    pub constants: BTreeMap<&'a str, &'a ast::Constant>,
    pub definitions: BTreeMap<&'a str, &'a ast::Define>,
    /// Decisions of every shape.
    pub decisions: BTreeMap<&'a str, Decision<'a>>,
    /// Tables with parameters.
    pub lookups: BTreeMap<&'a str, &'a ast::Table>,
    /// Everything in quotes. More than the texts that expressions compare with, which does no harm.
    pub texts: BTreeSet<String>,
}

/// A decision as written.
#[derive(Clone, Copy)]
pub enum Decision<'a> {
    Decide(&'a ast::Decide),
    Rubric(&'a ast::Rubric),
    Gate(&'a ast::Gate),
    Table(&'a ast::Table),
    Checklist(&'a ast::Checklist),
}

/// What a written type allows.
pub struct Type<'a> {
    pub kind: Kind<'a>,
    pub optional: bool,
    pub low: Option<Val>,
    pub high: Option<Val>,
    /// How many decimals a decimal fact of this type may have.
    pub decimals: u32,
    /// It is exactly a currency: outcomes must not have more decimals either.
    currency: bool,
}

pub enum Kind<'a> {
    Boolean,
    Integer,
    Decimal,
    Text,
    Date,
    OneOf(Vec<&'a str>),
    List(&'a ast::Record, u32),
}

impl<'a> Pack<'a> {
    pub fn new<'t>(files: &'a [ast::File], texts: impl IntoIterator<Item = &'t str>) -> Pack<'a> {
        let quoted = |text: &'t str| text.split('"').skip(1).step_by(2).map(str::to_owned);
        let mut pack = Pack { texts: texts.into_iter().flat_map(quoted).collect(), ..Pack::default() };
        for declaration in files.iter().flat_map(|f| &f.declarations) {
            match declaration {
                ast::Declaration::Source(_) | ast::Declaration::Property(_) => {}
                ast::Declaration::Unit(u) => pack.units.extend(u.names.iter().map(|name| (name.text.as_str(), u))),
                ast::Declaration::Type(t) => drop(pack.types.insert(&t.name.text, &t.ty)),
                ast::Declaration::Fact(f) => drop(pack.facts.insert(&f.name.text, f)),
                ast::Declaration::Record(r) => drop(pack.records.insert(&r.name.text, r)),
                ast::Declaration::Constant(c) => drop(pack.constants.insert(&c.name.text, c)),
                ast::Declaration::Define(d) => drop(pack.definitions.insert(&d.name.text, d)),
                ast::Declaration::Decide(d) => drop(pack.decisions.insert(&d.name.text, Decision::Decide(d))),
                ast::Declaration::Rubric(r) => drop(pack.decisions.insert(&r.name.text, Decision::Rubric(r))),
                ast::Declaration::Gate(g) => drop(pack.decisions.insert(&g.name.text, Decision::Gate(g))),
                ast::Declaration::Checklist(c) => drop(pack.decisions.insert(&c.name.text, Decision::Checklist(c))),
                ast::Declaration::Table(t) if t.parameters.is_some() => drop(pack.lookups.insert(&t.name.text, t)),
                ast::Declaration::Table(t) => drop(pack.decisions.insert(&t.name.text, Decision::Table(t))),
            }
        }
        pack
    }

    /// The record that a declaration is named after: `site` for `site.tier`.
    pub fn record_of(&self, name: &str) -> Option<&'a str> {
        let (group, _) = name.split_once('.')?;
        self.records.get_key_value(group).map(|(&name, _)| name)
    }

    /// The list that a record's decisions are taken for.
    pub fn list_of(&self, record: &str) -> Option<&'a str> {
        let holds = |fact: &ast::Fact| matches!(self.ty(&fact.ty).kind, Kind::List(r, _) if r.name.text == record);
        self.facts.iter().find(|(_, fact)| holds(fact)).map(|(&name, _)| name)
    }

    /// What a written type allows; a named type is what its declaration says.
    pub fn ty(&self, written: &'a ast::TypeExpr) -> Type<'a> {
        let kind = match &written.kind {
            ast::TypeKind::Named(name) => {
                let mut ty = self.ty(self.types[name.text.as_str()]);
                ty.optional |= written.optional.is_some();
                return ty;
            }
            ast::TypeKind::Boolean => Kind::Boolean,
            ast::TypeKind::Integer => Kind::Integer,
            ast::TypeKind::Decimal => Kind::Decimal,
            ast::TypeKind::Text => Kind::Text,
            ast::TypeKind::Date => Kind::Date,
            ast::TypeKind::OneOf(names) => Kind::OneOf(names.iter().map(|n| n.text.as_str()).collect()),
            ast::TypeKind::List(record, bound) => {
                Kind::List(self.records[record.text.as_str()], bound.expect("a list has a bound").0)
            }
        };
        let range = written.range.as_ref();
        let unit = written.unit.as_ref().and_then(|unit| match unit.factors.as_slice() {
            // `day` is built in and has no declaration.
            [(name, 1)] => self.units.get(name.text.as_str()).copied(),
            _ => None,
        });
        let currency = unit.is_some_and(|u| u.currency);
        let declared = unit.and_then(|u| u.decimals).map(|(decimals, _)| decimals);
        Type {
            kind,
            optional: written.optional.is_some(),
            low: range.and_then(|r| r.low.as_deref()).map(literal),
            high: range.and_then(|r| r.high.as_deref()).map(literal),
            decimals: declared.unwrap_or(if currency { 2 } else { DEFAULT_DECIMALS }),
            currency,
        }
    }

    /// Every value that a fact of this type may have. `texts` are those that an unknown text may be.
    pub fn domain(&self, written: &'a ast::TypeExpr, texts: &BTreeSet<String>) -> Vec<Val> {
        let ty = self.ty(written);
        let mut values: Vec<Val> = match &ty.kind {
            Kind::Boolean => vec![Val::Boolean(false), Val::Boolean(true)],
            Kind::OneOf(variants) => variants.iter().map(|v| Val::Variant((*v).to_owned())).collect(),
            Kind::Integer => steps(&ty, 0),
            Kind::Decimal => steps(&ty, ty.decimals),
            Kind::Text => texts.iter().cloned().map(Val::Text).collect(),
            Kind::Date => {
                let DateRange { low, high } = DateRange::ALL;
                let low = ty.low.as_ref().map_or(low, Val::date);
                let high = ty.high.as_ref().map_or(high, Val::date);
                low.series(jiff::Span::new().days(1)).take_while(|d| *d <= high).map(Val::Date).collect()
            }
            Kind::List(record, up_to) => {
                let mut records = vec![Record::new()];
                for field in &record.fields {
                    // Who gives the list may give what is presumed of its records, too.
                    let values = self.domain(&field.ty, texts);
                    let with = |r: &Record, v: &Val| {
                        let mut r = r.clone();
                        r.insert(field.name.text.clone(), v.clone());
                        r
                    };
                    records = records.iter().flat_map(|r| values.iter().map(move |v| with(r, v))).collect();
                }
                let mut lists: Vec<Vec<Record>> = vec![Vec::new()];
                let mut longest = lists.clone();
                for _ in 0..*up_to {
                    let longer = |l: &Vec<Record>, r: &Record| [l.as_slice(), std::slice::from_ref(r)].concat();
                    longest = longest.iter().flat_map(|l| records.iter().map(move |r| longer(l, r))).collect();
                    lists.extend(longest.iter().cloned());
                }
                lists.into_iter().map(Val::List).collect()
            }
        };
        if ty.optional {
            values.push(Val::None);
        }
        values
    }

    /// Whether an outcome fits its declared type.
    pub fn fits(&self, written: &'a ast::TypeExpr, value: &Val) -> bool {
        let ty = self.ty(written);
        let few_decimals = |n: &Number| !ty.currency || n.places().is_some_and(|places| places <= ty.decimals);
        match value {
            Val::Number(n) => ty.contains(value) && few_decimals(n),
            Val::Date(_) => ty.contains(value),
            _ => true,
        }
    }
}

impl Type<'_> {
    fn contains(&self, value: &Val) -> bool {
        self.low.as_ref().is_none_or(|low| low <= value) && self.high.as_ref().is_none_or(|high| value <= high)
    }
}

/// Every multiple of 10^-`decimals` between the ends of a type.
fn steps(ty: &Type<'_>, decimals: u32) -> Vec<Val> {
    let (Some(Val::Number(low)), Some(Val::Number(high))) = (&ty.low, &ty.high) else {
        panic!("the reference fills in only numbers with a range");
    };
    let scale = Number::integer(10i128.pow(decimals));
    let scaled = |n: &Number| n.multiply(scale).expect("ranges are small");
    let (low, high) = (scaled(low).ceil().numerator(), scaled(high).floor().numerator());
    assert!(high - low < 100_000, "the reference fills in only narrow ranges");
    (low..=high).map(|n| Val::Number(Number::decimal(n, decimals).expect("ranges are small"))).collect()
}

/// The value of a literal, perhaps with a sign.
pub fn literal(expr: &ast::Expr) -> Val {
    match &expr.kind {
        ast::ExprKind::Number { value, .. } => Val::Number(*value),
        ast::ExprKind::Negate(of) => match literal(of) {
            Val::Number(n) => Val::Number(n.negate().expect("literals are small")),
            other => panic!("{other} has no sign"),
        },
        ast::ExprKind::Date(date) => Val::Date(*date),
        ast::ExprKind::Text(text) => Val::Text(text.clone()),
        ast::ExprKind::Boolean(b) => Val::Boolean(*b),
        ast::ExprKind::None => Val::None,
        ast::ExprKind::Name(variant) => Val::Variant(variant.clone()),
        other => panic!("not a literal: {other:?}"),
    }
}
