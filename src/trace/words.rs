//! Values as people read them: `yes`, `1,782 EUR`, `7 hours`, `2026-03-08`.
//!
//! The one place where a value becomes words. Programs read the encoding of [`crate::facts`] instead.

use jiff::civil::Date;

use crate::base::Number;
use crate::engine::{Fault, FaultKind};
use crate::facts::{
    DateRange, Deal, Element, EnumerationId, FactPath, NumberKind, NumberType, RecordValue, Schema, Type, TypeKind,
    UnitProduct, Value,
};
use crate::policy::{DecisionId, Policy};

/// How many characters of a text are shown.
const LONGEST_TEXT: usize = 200;

/// A value of type `ty` in words.
pub fn value(schema: &Schema, ty: &Type, value: &Value) -> String {
    match (value, &ty.kind) {
        (Value::None, _) => "none".to_owned(),
        (Value::Boolean(b), _) => yes_or_no(*b).to_owned(),
        (Value::Number(n), TypeKind::Number(number_type)) => quantity(schema, number_type, *n),
        (Value::Number(n), _) => number(*n),
        // What the engine puts for a text that nobody has named.
        (other, _) if other.is_other_text() => "another text".to_owned(),
        (Value::Text(text), _) => quoted(text),
        (Value::Date(date), _) => date.to_string(),
        (Value::Variant(i), TypeKind::Variant(e) | TypeKind::Items(e)) => variant(schema, *e, *i),
        (Value::Variant(i), _) => format!("variant {i}"),
        (Value::Items(_), _) => {
            let items = items(schema, ty, value);
            if items.is_empty() { "nothing".to_owned() } else { items.join(", ") }
        }
        (Value::List(records), _) => format!("a list of {}", number(Number::integer(records.len() as i128))),
    }
}

/// The items of a set by their labels, or by their names where they have none.
pub(super) fn items(schema: &Schema, ty: &Type, value: &Value) -> Vec<String> {
    let (Value::Items(set), TypeKind::Items(enumeration)) = (value, &ty.kind) else { return Vec::new() };
    let variants = &schema.enumerations[*enumeration].variants;
    let named = set.iter().filter_map(|i| variants.get(i as usize));
    named.map(|v| v.label.clone().unwrap_or_else(|| v.name.clone())).collect()
}

/// `yes` or `no`.
pub fn yes_or_no(b: bool) -> &'static str {
    if b { "yes" } else { "no" }
}

/// A number with its unit: `7 hours`, `1 hour`, `89.10 EUR/hour`.
pub fn quantity(schema: &Schema, ty: &NumberType, n: Number) -> String {
    let digits = match (currency_decimals(schema, &ty.unit), n.places()) {
        (Some(decimals), Some(places)) if places > 0 && places < decimals => {
            let mut padded = number(n);
            padded.extend(std::iter::repeat_n('0', (decimals - places) as usize));
            padded
        }
        _ => number(n),
    };
    match unit_of(schema, &ty.unit, n) {
        Some(unit) => format!("{digits} {unit}"),
        None => digits,
    }
}

/// The unit as it is read after `n`: the plural where it has one and `n` is not one.
fn unit_of(schema: &Schema, unit: &UnitProduct, n: Number) -> Option<String> {
    let plural = unit.single().and_then(|u| schema.units[u].names.get(1)).filter(|_| n.abs() != Ok(Number::ONE));
    plural.cloned().or_else(|| schema.unit_name(unit))
}

/// The decimals of the currency that is counted, as in `EUR` and `EUR/hour`.
fn currency_decimals(schema: &Schema, unit: &UnitProduct) -> Option<u32> {
    let mut counted = unit.0.iter().filter(|&&(_, exponent)| exponent > 0);
    match (counted.next(), counted.next()) {
        (Some(&(u, 1)), None) if schema.units[u].currency => schema.units[u].decimals,
        _ => None,
    }
}

/// A plain number, with a comma between thousands; a quotient without finite decimals as `about 0.333 (1/3)`.
pub fn number(n: Number) -> String {
    if n.places().is_none() {
        let near = n.round(3).map(|near| format!("about {} ", grouped(&near.to_string())));
        return format!("{}({n})", near.unwrap_or_default());
    }
    grouped(&n.to_string())
}

fn grouped(digits: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = rest.find('.').map_or((rest, ""), |at| rest.split_at(at));
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out + fraction
}

/// A text in quotation marks, cut off where it is long.
pub fn quoted(text: &str) -> String {
    format!("“{}”", shortened(text))
}

/// A text, cut off where it is long.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Text on one line, with everything that could act on what shows it made visible: control characters, and
/// those that turn the direction of writing.
pub(super) fn on_one_line(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\t' => ' ',
        c if is_unseen(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(visible).collect()
}

/// Whether a character shows nothing itself and changes how others are shown.
pub fn is_unseen(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || matches!(c, '\u{2028}' | '\u{2029}') || c.is_control()
}

/// What values a type takes: `yes or no`, `a whole number from 0 to 5`, `private, nonprofit or government`.
pub fn takes(schema: &Schema, ty: &Type) -> String {
    let values = match &ty.kind {
        TypeKind::Boolean => "yes or no".to_owned(),
        TypeKind::Text => "a text".to_owned(),
        TypeKind::Number(n) => {
            let kind = if n.kind == NumberKind::Integer { "a whole number" } else { "a number" };
            let unit = n.unit.single().and_then(|u| schema.units[u].names.get(1)).cloned();
            let unit = unit.or_else(|| schema.unit_name(&n.unit)).map(|u| format!(" of {u}")).unwrap_or_default();
            let ends = match (n.range.low, n.range.high) {
                (Some(low), Some(high)) => format!(" from {} to {}", number(low), number(high)),
                (Some(low), None) => format!(" from {}", number(low)),
                (None, Some(high)) => format!(" up to {}", number(high)),
                (None, None) => String::new(),
            };
            format!("{kind}{unit}{ends}")
        }
        TypeKind::Date(range) if *range == DateRange::ALL => "a date".to_owned(),
        TypeKind::Date(range) => format!("a date from {} to {}", range.low, range.high),
        TypeKind::Variant(e) => listed(&names(schema, *e), "or"),
        TypeKind::Items(e) => format!("any of {}", listed(&names(schema, *e), "and")),
        TypeKind::List { record, up_to } => {
            let record = &schema.records[*record];
            let what = record.label.as_ref().unwrap_or(&record.name);
            format!("a list of at most {}: {what}", number(Number::integer(i128::from(*up_to))))
        }
    };
    if ty.optional { format!("{values}; or none") } else { values }
}

/// The ends of a type's range, where it has any: `0 to 10 hours`.
pub(super) fn range(schema: &Schema, ty: &Type) -> Option<String> {
    match &ty.kind {
        TypeKind::Number(n) => match (n.range.low, n.range.high) {
            (Some(low), Some(high)) => Some(format!("{} to {}", number(low), quantity(schema, n, high))),
            (Some(low), None) => Some(format!("{} and more", quantity(schema, n, low))),
            (None, Some(high)) => Some(format!("{} and less", quantity(schema, n, high))),
            (None, None) => None,
        },
        TypeKind::Date(range) => Some(format!("{} to {}", range.low, range.high)),
        _ => None,
    }
}

fn names(schema: &Schema, enumeration: EnumerationId) -> Vec<&str> {
    schema.enumerations[enumeration].variants.iter().map(|v| v.name.as_str()).collect()
}

fn variant(schema: &Schema, enumeration: EnumerationId, i: u32) -> String {
    let variant = schema.enumerations[enumeration].variants.get(i as usize);
    variant.map_or_else(|| format!("variant {i}"), |v| v.name.clone())
}

/// What a record of a list is called: its first text, or `instance 1`.
pub fn record_name(schema: &Schema, deal: &Deal, Element { list, index }: Element) -> String {
    let TypeKind::List { record, .. } = schema.facts[list].ty.kind else { return schema.facts[list].name.clone() };
    let value = deal.get(list).and_then(|given| match &given.value {
        Value::List(records) => records.get(index as usize),
        _ => None,
    });
    let text = |value: &RecordValue| {
        schema.records[record].fields.iter().zip(&value.fields).find_map(|(_, given)| match given {
            Some(given) => match &given.value {
                Value::Text(text) if !text.trim().is_empty() => Some(shortened(text)),
                _ => None,
            },
            None => None,
        })
    };
    value.and_then(text).unwrap_or_else(|| format!("{} {}", schema.records[record].name, u64::from(index) + 1))
}

/// What people call a fact: its label, with the record it belongs to.
pub fn label(schema: &Schema, deal: &Deal, path: FactPath) -> String {
    let label = schema.label(path.fact);
    match path.element {
        Some(element) => format!("{label} of {}", record_name(schema, deal, element)),
        None => label.to_owned(),
    }
}

/// `1 point`, `2.5 points`.
pub(crate) fn count_of(n: Number, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == Number::ONE { one } else { many })
}

/// `1 fact`, `2 facts`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(Number::integer(n as i128)), if n == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`, with another word for `and` where it is a choice.
pub fn listed<S: AsRef<str>>(parts: &[S], last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [init @ .., end] => {
            let init: Vec<&str> = init.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", init.join(", "), end.as_ref())
        }
    }
}

/// Why an expression has no value, in a deal decided on `as_of`.
pub fn fault(policy: &Policy, fault: &Fault, as_of: Date) -> String {
    let name = |id: DecisionId| &policy.decisions[id].name;
    let in_words = |value: &Value| self::value(&policy.schema, &policy.exprs[fault.expr].ty, value);
    match &fault.kind {
        FaultKind::Number(error) => error.to_string(),
        FaultKind::OutOfRange(value) => {
            let range = range(&policy.schema, &policy.exprs[fault.expr].ty);
            format!("{} lies outside {}", in_words(value), range.unwrap_or_else(|| "its range".to_owned()))
        }
        FaultKind::TooManyDecimals(value) => {
            format!("{} has more decimals than its currency has; `round` says how to round it", in_words(value))
        }
        FaultKind::DateOutOfRange => "the date lies outside 1900 to 2199".to_owned(),
        FaultKind::NotYetInForce(id, first) => {
            let name = &policy.constants[*id].name;
            format!("`{name}` has no value on {as_of}: its first is in force from {first}")
        }
        FaultKind::NeedsConflict(id) => format!("`{}`, which it needs, is in conflict", name(*id)),
        FaultKind::NeedsError(id) => format!("`{}`, which it needs, ended in an error", name(*id)),
        FaultKind::LookupGap(id) => format!("no row of `{}` matches", policy.lookups[*id].name),
        FaultKind::LookupConflict(id) => {
            format!("rows of `{}` that match disagree", policy.lookups[*id].name)
        }
        FaultKind::UnexpectedNone => "it is none where a value is needed".to_owned(),
        FaultKind::TooMuchWork => "it asks for more work than one evaluation may cost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Enumeration, NumberKind, NumberRange, Unit, Variant};

    fn schema() -> Schema {
        let mut schema = Schema::default();
        let unit = |names: &[&str], currency, decimals| Unit {
            names: names.iter().map(|&n| n.to_owned()).collect(),
            currency,
            decimals,
        };
        schema.units.alloc(unit(&["hour", "hours"], false, None));
        schema.units.alloc(unit(&["EUR"], true, Some(2)));
        let variants = [("quick_look", Some("A quick look")), ("visit", None)];
        let variants = variants.iter().map(|(n, l)| Variant { name: (*n).to_owned(), label: l.map(str::to_owned) });
        schema.enumerations.alloc(Enumeration { name: None, variants: variants.collect() });
        schema
    }

    fn in_unit(factors: &[(usize, i32)]) -> NumberType {
        let schema = schema();
        let ids: Vec<_> = schema.units.iter().map(|(id, _)| id).collect();
        let unit = UnitProduct(factors.iter().map(|&(u, e)| (ids[u], e)).collect());
        NumberType { kind: NumberKind::Decimal, unit, range: NumberRange::default() }
    }

    fn read(text: &str) -> Number {
        text.parse().expect("a number")
    }

    #[test]
    fn quantities_have_separators_plurals_and_the_decimals_of_their_currency() {
        let (schema, hours, euros, rate) =
            (schema(), in_unit(&[(0, 1)]), in_unit(&[(1, 1)]), in_unit(&[(0, -1), (1, 1)]));
        assert_eq!(quantity(&schema, &hours, read("18")), "18 hours");
        assert_eq!(quantity(&schema, &hours, read("1")), "1 hour");
        assert_eq!(quantity(&schema, &hours, read("564.5")), "564.5 hours");
        assert_eq!(quantity(&schema, &euros, read("1782")), "1,782 EUR");
        assert_eq!(quantity(&schema, &euros, read("-1234567.5")), "-1,234,567.50 EUR");
        assert_eq!(quantity(&schema, &rate, read("89.1")), "89.10 EUR/hour");
        assert_eq!(quantity(&schema, &in_unit(&[]), read("999")), "999");
        assert_eq!(number(Number::ONE.divide(read("3")).expect("a third")), "about 0.333 (1/3)");
    }

    #[test]
    fn other_values_read_as_people_say_them() {
        let schema = schema();
        let (enumeration, _) = schema.enumerations.iter().next().expect("an enumeration");
        let items = Type::of(TypeKind::Items(enumeration));
        let variants = Type::of(TypeKind::Variant(enumeration));
        let set = |of: &[u32]| Value::Items(crate::facts::ItemSet::new(of.iter().copied()));
        assert_eq!(value(&schema, &items, &set(&[0, 1])), "A quick look, visit");
        assert_eq!(value(&schema, &items, &set(&[])), "nothing");
        assert_eq!(value(&schema, &variants, &Value::Variant(0)), "quick_look");
        assert_eq!(value(&schema, &Type::boolean(), &Value::Boolean(true)), "yes");
        assert_eq!(value(&schema, &variants, &Value::None), "none");
        assert_eq!(value(&schema, &Type::of(TypeKind::Text), &Value::Text("a \"b\"".into())), "“a \"b\"”");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), LONGEST_TEXT + 3);
        assert_eq!(listed(&["a", "b", "c"], "or"), "a, b or c");
    }
}
