//! What is expected and what was found, in people's words.

use super::document::{Kind, Node};
use crate::base::Number;
use crate::facts::{EnumerationId, NumberKind, NumberType, Schema, Type, TypeKind};

/// How many names a list of them shows.
const MOST_NAMES: usize = 12;

/// What a value of this type is: `a whole number from 0 to 5`.
pub fn expected(schema: &Schema, ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Boolean => "`true` or `false`".to_owned(),
        TypeKind::Text => "a text".to_owned(),
        TypeKind::Date(_) => "a date such as `2026-01-31`".to_owned(),
        TypeKind::Number(number) => {
            let kind = if number.kind == NumberKind::Integer { "a whole number" } else { "a number" };
            let unit = unit(schema, number).map(|unit| format!(" in {unit}")).unwrap_or_default();
            format!("{kind}{unit}")
        }
        TypeKind::Variant(id) => variants(schema, *id),
        TypeKind::Items(_) => "a list of names".to_owned(),
        TypeKind::List { record, .. } => format!("a list of `{}` records", schema.records[*record].name),
    }
}

/// The variants of an enumeration: "`private`, `nonprofit` or `government`".
pub(super) fn variants(schema: &Schema, id: EnumerationId) -> String {
    let variants = &schema.enumerations[id].variants;
    names(&variants.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), "or")
}

/// Names in backticks, the last one after `word`; of very many only the first.
pub fn names(names: &[&str], word: &str) -> String {
    let quoted: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    let more = names.len() - quoted.len();
    match (quoted.as_slice(), more) {
        ([], _) => "nothing".to_owned(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} {word} {last}", first.join(", ")),
        (all, more) => format!("{} {word} {more} more", all.join(", ")),
    }
}

/// Numbers with their unit: `between 0 and 10_000 hours`, `at least 1`.
pub(super) fn range(schema: &Schema, number: &NumberType) -> String {
    let (low, high) = (number.range.low, number.range.high);
    match (low, high) {
        (Some(low), Some(high)) => format!("between {} and {}", low.grouped(), amount(schema, high, number)),
        (Some(low), None) => format!("at least {}", amount(schema, low, number)),
        (None, Some(high)) => format!("at most {}", amount(schema, high, number)),
        (None, None) => "between -10^18 and 10^18".to_owned(),
    }
}

/// A number with its unit, if it has one.
pub(super) fn amount(schema: &Schema, n: Number, number: &NumberType) -> String {
    let unit = if n == Number::ONE { schema.unit_name(&number.unit) } else { unit(schema, number) };
    match unit {
        Some(unit) => format!("{} {unit}", n.grouped()),
        None => n.grouped(),
    }
}

/// The unit as it is said of many: `hours`, `EUR`.
pub(super) fn unit(schema: &Schema, number: &NumberType) -> Option<String> {
    let plural = number.unit.single().and_then(|unit| schema.units[unit].names.get(1).cloned());
    plural.or_else(|| schema.unit_name(&number.unit))
}

/// What was found in `text`: "the number `12`".
pub(super) fn found(node: &Node, text: &str) -> String {
    match &node.kind {
        Kind::Null => match written(node, text) {
            "" => "nothing".to_owned(),
            written => format!("`{}`", short(written)),
        },
        Kind::Boolean(b) => format!("`{b}`"),
        Kind::Number(digits) => format!("the number `{}`", short(digits)),
        Kind::Text(text) => format!("the text \"{}\"", short(text)),
        Kind::Word(word) => format!("the word `{}`", short(word)),
        Kind::Plain(text) => format!("`{}`", short(text)),
        Kind::Date(_) => "a date".to_owned(),
        Kind::List { .. } | Kind::DeepList => "a list".to_owned(),
        Kind::Map(_) | Kind::DeepMap => "a group of values".to_owned(),
        Kind::Other(what) => (*what).to_owned(),
    }
}

/// How a value is written; `none` where that is not known, and nothing where YAML lets a value go unsaid.
pub(super) fn written<'t>(node: &Node, text: &'t str) -> &'t str {
    match text.get(node.span.start as usize..node.span.end as usize) {
        Some(written) if !text.is_empty() => written.trim(),
        _ => "none",
    }
}

/// The first characters of a text that may be long or have many lines.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
