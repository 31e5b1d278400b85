//! What is known of each decision before the first row, and values as text.

use crate::facts::{NumberKind, Schema, TypeKind, Value, encode};
use crate::policy::{DecisionId, Policy};
use crate::program::{Kind, Outcome, OutputId};

/// A decision of the output.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) decision: DecisionId,
    /// Its place in the program; `None` where there is no program.
    pub(super) id: Option<OutputId>,
    pub(super) kind: Kind,
    /// Whether its numbers are whole, and so numbers in JSON too.
    pub(super) whole: bool,
    /// In the order of its variants, or of its items: their names.
    pub(super) names: Vec<Box<str>>,
    /// `"name":{"status":"decided","value":`, and so on.
    pub(super) decided: Box<[u8]>,
    pub(super) default: Box<[u8]>,
    /// `"name":`
    pub(super) key: Box<[u8]>,
}

/// A text in quotes, as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl Output {
    pub(super) fn of(policy: &Policy, decision: DecisionId, id: Option<OutputId>) -> Output {
        let ty = &policy.decisions[decision].ty;
        let key = format!("{}:", quoted(&policy.decisions[decision].name));
        let names = match ty.kind {
            TypeKind::Variant(id) | TypeKind::Items(id) => {
                policy.schema.enumerations[id].variants.iter().map(|variant| variant.name.as_str().into()).collect()
            }
            _ => Vec::new(),
        };
        Output {
            decision,
            id,
            kind: Kind::of(ty),
            whole: ty.number().is_some_and(|number| number.kind == NumberKind::Integer),
            names,
            decided: format!("{key}{{\"status\":\"decided\",\"value\":").into_bytes().into(),
            default: format!("{key}{{\"status\":\"default\",\"value\":").into_bytes().into(),
            key: key.into_bytes().into(),
        }
    }

    /// Writes the value of an outcome as JSON has it, and gives the place at which it is counted; `usize::MAX` for none.
    #[inline]
    pub(super) fn json(
        &self,
        schema: &Schema,
        ty: &crate::facts::Type,
        outcome: &Outcome<'_>,
        out: &mut Vec<u8>,
    ) -> usize {
        match self.kind {
            Kind::Boolean => {
                if let Some(truth) = outcome.boolean() {
                    out.extend_from_slice(if truth { b"true" } else { b"false" });
                    return usize::from(truth);
                }
            }
            Kind::Variant => {
                let place = outcome.variant().map_or(usize::MAX, |place| place as usize);
                if let Some(name) = self.names.get(place) {
                    out.push(b'"');
                    out.extend_from_slice(name.as_bytes());
                    out.push(b'"');
                    return place;
                }
            }
            Kind::Number => {
                if let Some((cell, places)) = outcome.decimal() {
                    if self.whole && places == 0 {
                        out.extend_from_slice(itoa::Buffer::new().format(cell).as_bytes());
                    } else {
                        out.push(b'"');
                        decimal(cell, places, out);
                        out.push(b'"');
                    }
                    return 0;
                }
            }
            _ => {}
        }
        match outcome.value() {
            Some(value) => {
                out.extend_from_slice(encode::json(schema, ty, &value).to_string().as_bytes());
                if value == Value::None { usize::MAX } else { 0 }
            }
            None => {
                out.extend_from_slice(b"null");
                usize::MAX
            }
        }
    }
}

/// A number from the integer that it is after moving its point, without zeros at its end.
#[inline]
pub(super) fn decimal(mut cell: i64, mut places: u32, out: &mut Vec<u8>) {
    while places > 0 && cell % 10 == 0 {
        cell /= 10;
        places -= 1;
    }
    let mut buffer = itoa::Buffer::new();
    if places == 0 {
        out.extend_from_slice(buffer.format(cell).as_bytes());
        return;
    }
    if cell < 0 {
        out.push(b'-');
    }
    let digits = buffer.format(cell.unsigned_abs()).as_bytes();
    let places = places as usize;
    match digits.len().checked_sub(places).filter(|whole| *whole > 0) {
        Some(whole) => {
            out.extend_from_slice(&digits[..whole]);
            out.push(b'.');
            out.extend_from_slice(&digits[whole..]);
        }
        None => {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', places - digits.len()));
            out.extend_from_slice(digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn numbers_are_written_with_all_their_digits_and_no_more() {
        for (cell, places, expected) in [
            (9_550, 2, "95.5"),
            (0, 2, "0"),
            (-5, 2, "-0.05"),
            (-1_200, 2, "-12"),
            (7, 0, "7"),
            (10, 0, "10"),
            (123_456_789_012_345_678, 6, "123456789012.345678"),
            (i64::MIN, 1, "-922337203685477580.8"),
        ] {
            let mut out = Vec::new();
            decimal(cell, places, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
