//! Types and pieces of text in the words of the language.

use super::Checker;
use crate::base::{Number, Span};
use crate::facts::{DateRange, NumberKind, Type, TypeKind, UnitProduct};
use crate::policy::{ExprId, ExprKind};

/// How many variants a message lists.
const SHOWN: usize = 6;

impl Checker<'_> {
    /// A type as people say it: `a number in EUR`, `one of private, nonprofit, government`.
    pub(super) fn describe(&self, ty: &Type) -> String {
        let mut words = self.describe_kind(&ty.kind);
        if ty.optional {
            words.push_str(" or none");
        }
        words
    }

    /// A type without what it says about none.
    pub(super) fn describe_kind(&self, kind: &TypeKind) -> String {
        match kind {
            TypeKind::Boolean => "a boolean".to_owned(),
            TypeKind::Text => "a text".to_owned(),
            TypeKind::Date(_) => "a date".to_owned(),
            TypeKind::Number(number) => {
                let what = match number.kind {
                    NumberKind::Integer => "a whole number",
                    NumberKind::Decimal => "a number",
                    NumberKind::Fraction => "a quotient",
                };
                match self.schema.unit_name(&number.unit) {
                    Some(unit) => format!("{what} in {unit}"),
                    None => what.to_owned(),
                }
            }
            TypeKind::Variant(id) => match &self.schema.enumerations[*id].name {
                Some(name) => format!("a `{name}`"),
                None => format!("one of {}", self.variants_of(*id)),
            },
            TypeKind::Items(id) => format!("a set of {}", self.variants_of(*id)),
            TypeKind::List { record, .. } => format!("a list of `{}`", self.record_name(*record)),
        }
    }

    /// The first variants of an enumeration.
    pub(super) fn variants_of(&self, id: crate::facts::EnumerationId) -> String {
        let variants = &self.schema.enumerations[id].variants;
        let mut names: Vec<&str> = variants.iter().take(SHOWN).map(|v| v.name.as_str()).collect();
        if variants.len() > SHOWN {
            names.push("…");
        }
        names.join(", ")
    }

    /// The name of a record.
    pub(super) fn record_name(&self, record: crate::facts::RecordId) -> &str {
        // Records are in the schema from the start, see `declare_facts`.
        &self.schema.records[record].name
    }

    /// A unit as it follows a number: `hours`; empty for a plain number.
    pub(super) fn unit_after(&self, unit: &UnitProduct, number: Option<Number>) -> String {
        let plural = unit.single().and_then(|u| self.schema.units[u].names.get(1));
        match plural {
            Some(plural) if number != Some(Number::ONE) => plural.clone(),
            _ => self.schema.unit_name(unit).unwrap_or_default(),
        }
    }

    /// A unit as it follows a verb: `is in hours`, `has no unit`.
    pub(super) fn unit_words(&self, unit: &UnitProduct) -> String {
        if unit.is_none() { "has no unit".to_owned() } else { format!("is in {}", self.unit_after(unit, None)) }
    }

    /// What stands at `span`, in backticks and not too long.
    pub(super) fn quoted(&self, span: Span) -> String {
        const LONGEST: usize = 40;
        let text = self.sources.slice(span);
        let mut words = String::new();
        for word in text.split_whitespace() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
            if words.chars().count() > LONGEST {
                words = words.chars().take(LONGEST).collect();
                words.push('…');
                break;
            }
        }
        format!("`{words}`")
    }

    /// Where the thing that an expression names is declared, and what to say there.
    pub(super) fn declared_at(&self, expr: ExprId) -> Option<(Span, String)> {
        use super::names::Entity;
        let expr = self.expr(expr);
        let entity = match expr.kind {
            ExprKind::Fact(fact) => match self.names.place(Entity::Fact(fact)) {
                Some(_) => Entity::Fact(fact),
                None => Entity::Field(fact),
            },
            ExprKind::Constant(constant) => Entity::Constant(constant),
            ExprKind::Definition(definition) => Entity::Definition(definition),
            ExprKind::Decision(decision) => Entity::Decision(decision),
            ExprKind::Lookup(lookup, _) => Entity::Lookup(lookup),
            _ => return None,
        };
        let place = self.names.place(entity)?;
        Some((place, format!("declared here, as {}", self.describe(self.declared_type(entity, &expr.ty)))))
    }

    /// The type an entity was declared with: where an expression was narrowed, more than its own.
    fn declared_type<'t>(&'t self, entity: super::names::Entity, otherwise: &'t Type) -> &'t Type {
        use super::names::Entity;
        let declared = match entity {
            Entity::Fact(fact) | Entity::Field(fact) => self.fact_types.get(super::index(fact)),
            Entity::Decision(decision) => self.signatures.decisions.get(super::index(decision)),
            _ => None,
        };
        declared.and_then(Option::as_ref).unwrap_or(otherwise)
    }
}

/// Whether a value of this type can lie outside of it, and so has to be checked.
pub(super) fn has_limits(ty: &Type, schema: &crate::facts::Schema) -> bool {
    match &ty.kind {
        TypeKind::Number(number) => {
            number.range.low.is_some()
                || number.range.high.is_some()
                || number.unit.single().is_some_and(|unit| schema.units[unit].currency)
        }
        TypeKind::Date(range) => *range != DateRange::ALL,
        _ => false,
    }
}
