//! What a deal can say: the facts, records, enumerations and units that a policy declares.

use la_arena::{Arena, Idx};

use super::types::{Type, TypeKind};
use super::value::Value;
use crate::base::{Number, Span};

/// A fact, or a field of a record, of a [`Schema`].
pub type FactId = Idx<Fact>;
/// A record of a [`Schema`].
pub type RecordId = Idx<Record>;
/// An enumeration of a [`Schema`].
pub type EnumerationId = Idx<Enumeration>;
/// A unit of a [`Schema`].
pub type UnitId = Idx<Unit>;

/// Everything by which deals are read and values are shown.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Facts, and the fields of records.
    pub facts: Arena<Fact>,
    /// Records.
    pub records: Arena<Record>,
    /// Enumerations: named types, inline ones, and the items of each checklist.
    pub enumerations: Arena<Enumeration>,
    /// Units and currencies.
    pub units: Arena<Unit>,
}

/// A fact of a deal, or a field of a record.
#[derive(Clone, Debug)]
pub struct Fact {
    /// `client.kind`; a field's own name without its record: `users`.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its type.
    pub ty: Type,
    /// The question that asks for it.
    pub ask: Option<String>,
    /// A what-if may not change it.
    pub fixed: bool,
    /// What it takes to find it out or to change it, in thousandths of what it takes for an ordinary fact; where the policy
    /// says so.
    pub cost: Option<u32>,
    /// Used when nobody said.
    pub presumed: Option<Value>,
    /// Whose judgement it is.
    pub judged_by: Option<String>,
    /// For a field: its record, and its place among the fields.
    pub field_of: Option<(RecordId, usize)>,
    /// Where it is declared.
    pub span: Span,
}

impl Fact {
    /// The cost of an ordinary fact, in thousandths.
    pub const ORDINARY_COST: u32 = 1_000;
    /// The highest cost that a policy may declare, in thousandths.
    pub const MOST_COST: u32 = 1_000_000_000;
}

/// A record, of which deals give lists.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its fields in order.
    pub fields: Vec<FactId>,
    /// The list whose records its decisions are taken for; known where it has decisions.
    pub list: Option<FactId>,
    /// Where it is declared.
    pub span: Span,
}

/// A closed set of names.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// The name of the type; `None` for one that is written inline.
    pub name: Option<String>,
    /// Its variants in order.
    pub variants: Vec<Variant>,
}

/// A variant of an [`Enumeration`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What people call it; items of checklists have one.
    pub label: Option<String>,
}

/// A unit of measure or a currency.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its names; the first is the canonical one, the second (where there is one) the plural.
    pub names: Vec<String>,
    /// Declared as a currency.
    pub currency: bool,
    /// How many decimals a fact or an outcome in this unit may have.
    pub decimals: Option<u32>,
}

/// How many decimals a decimal fact may have where its unit does not say: the step of what is possible.
pub const DEFAULT_DECIMALS: u32 = 6;

impl Schema {
    /// The fact called `name`; fields are not found by this.
    pub fn fact_by_name(&self, name: &str) -> Option<FactId> {
        self.facts.iter().find(|(_, f)| f.field_of.is_none() && f.name == name).map(|(id, _)| id)
    }

    /// How a fact or field is called in a policy: `client.kind`, `instance.users`.
    pub fn qualified_name(&self, fact: FactId) -> String {
        let fact = &self.facts[fact];
        match fact.field_of {
            Some((record, _)) => format!("{}.{}", self.records[record].name, fact.name),
            None => fact.name.clone(),
        }
    }

    /// The decimals that a fact of this type may have; `None` where its type is not a number.
    pub fn decimals(&self, ty: &Type) -> Option<u32> {
        use super::types::NumberKind;
        match &ty.kind {
            TypeKind::Number(n) if n.kind == NumberKind::Integer => Some(0),
            TypeKind::Number(n) => {
                Some(n.unit.single().and_then(|u| self.units[u].decimals).unwrap_or(DEFAULT_DECIMALS))
            }
            _ => None,
        }
    }

    /// The unit as people write it: `EUR/hour`; `None` for a plain number.
    pub fn unit_name(&self, unit: &super::types::UnitProduct) -> Option<String> {
        if unit.is_none() {
            return None;
        }
        let part = |positive: bool| -> Vec<String> {
            let factors = unit.0.iter().filter(|&&(_, e)| (e > 0) == positive);
            factors
                .flat_map(|&(u, e)| {
                    let name = self.units[u].names.first().cloned().unwrap_or_default();
                    std::iter::repeat_n(name, e.unsigned_abs().min(9) as usize)
                })
                .collect()
        };
        let (over, under) = (part(true), part(false));
        let over = if over.is_empty() { "1".to_owned() } else { over.join("*") };
        Some(if under.is_empty() { over } else { format!("{over}/{}", under.join("/")) })
    }

    /// Whether `n` has no more decimals than its type allows.
    pub fn fits_decimals(&self, n: Number, ty: &Type) -> bool {
        match (n.places(), self.decimals(ty)) {
            (Some(places), Some(allowed)) => places <= allowed,
            _ => false,
        }
    }
}
