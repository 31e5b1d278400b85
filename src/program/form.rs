//! How values of a type are held in cells.

use super::cell::MOST;
use crate::base::Number;
use crate::facts::deal::day_number;
use crate::facts::{NumberRange, Schema, Type, TypeKind};

/// How values of a type are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// As what.
    pub kind: Kind,
    /// For numbers, how many decimals: the cell is the value × 10^`places`.
    pub places: u32,
}

/// As what a value is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 0 or 1.
    Boolean,
    /// A scaled integer.
    Number,
    /// The number of the text among those that are known.
    Text,
    /// Days since 1970-01-01.
    Date,
    /// The place of the variant.
    Variant,
    /// A bit for each item.
    Items,
    /// How many records.
    List,
}

impl Kind {
    /// As what values of this type are held.
    pub(crate) fn of(ty: &Type) -> Kind {
        match &ty.kind {
            TypeKind::Boolean => Kind::Boolean,
            TypeKind::Number(_) => Kind::Number,
            TypeKind::Text => Kind::Text,
            TypeKind::Date(_) => Kind::Date,
            TypeKind::Variant(_) => Kind::Variant,
            TypeKind::Items(_) => Kind::Items,
            TypeKind::List { .. } => Kind::List,
        }
    }
}

impl Form {
    /// Of what has no decimals.
    pub(crate) const PLAIN: Form = Form { kind: Kind::Number, places: 0 };

    /// How values of this type are held.
    pub(crate) fn of(schema: &Schema, ty: &Type) -> Form {
        Form { kind: Kind::of(ty), places: schema.decimals(ty).unwrap_or(0) }
    }
}

/// The least and the greatest cell of a fact of this type, none apart.
pub(crate) fn bounds(schema: &Schema, ty: &Type) -> (i64, i64) {
    match &ty.kind {
        TypeKind::Boolean => (0, 1),
        TypeKind::Number(number) => scaled(&number.bounds(), schema.decimals(ty).unwrap_or(0)),
        TypeKind::Text => (0, i64::from(u32::MAX)),
        TypeKind::Date(range) => (day_number(range.low), day_number(range.high)),
        TypeKind::Variant(id) => (0, (schema.enumerations[*id].variants.len() as i64 - 1).max(0)),
        TypeKind::Items(_) => (0, MOST),
        TypeKind::List { up_to, .. } => (0, i64::from(*up_to)),
    }
}

/// A range in cells of `places` decimals: the least and the greatest of its numbers. An end that cannot be held is one beyond all that
/// can, so that no cell reaches it.
pub(crate) fn scaled(range: &NumberRange, places: u32) -> (i64, i64) {
    let power = 10i128.checked_pow(places).map(Number::integer);
    let cell = |end: Option<Number>, round: fn(Number) -> Number, far: i64| {
        let scaled = end.zip(power).and_then(|(end, power)| end.multiply(power).ok());
        let whole = scaled.and_then(|n| round(n).to_integer());
        whole.map_or(far, |n| n.clamp(-i128::from(MOST) - 1, i128::from(MOST) + 1) as i64)
    };
    (cell(range.low, Number::ceil, -MOST), cell(range.high, Number::floor, MOST))
}
