//! A text in JSON as cells, one byte after the other.
//!
//! The names and values that a policy declares are compared where they stand, and digits become cells as they are seen.
//! Nothing is guessed: the scan gives up at whatever is not as expected, right or wrong, for somebody else to read.

use std::ops::Range;

use jiff::civil::Date;
use memchr::{memchr, memmem};
use serde_json::value::RawValue;

use super::cell::{Cell, MOST, NONE};
use super::evaluator::Evaluator;
use super::form::Kind;
use super::names::{DEAL, Entry, Name, Names, Target, find};
use crate::facts::deal::day_number;

/// Longer values that are passed over, in bytes, are for somebody else to look at: they may hold more than is allowed.
const MOST_SKIPPED: usize = 4_096;

/// Which name came at which place of a group in the deal before: it is looked at first in the next one.
#[derive(Clone, Debug, Default)]
pub(super) struct Order(Vec<Vec<usize>>);

impl Order {
    /// The order of a group, to be given back.
    #[inline]
    fn take(&mut self, group: usize) -> Vec<usize> {
        self.0.get_mut(group).map(std::mem::take).unwrap_or_default()
    }

    #[inline]
    fn give_back(&mut self, group: usize, order: Vec<usize>) {
        if self.0.len() <= group {
            self.0.resize(group + 1, Vec::new());
        }
        if let Some(known) = self.0.get_mut(group) {
            *known = order;
        }
    }
}

#[cold]
fn learn(order: &mut Vec<usize>, at: usize, place: usize) {
    order.extend(order.len()..=at);
    if let Some(known) = order.get_mut(at) {
        *known = place;
    }
}

/// What a text says on its way into slots.
pub(super) struct Scan<'t, 'e> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) evaluator: &'e mut Evaluator,
    pub(super) names: &'e Names,
    pub(super) order: &'e mut Order,
    /// Where in the text stands what is kept, by its place.
    pub(super) kept: &'e mut [Option<Range<usize>>],
}

/// Nothing, where somebody else is to read.
pub(super) type Usual<T> = Option<T>;

impl<'t, 'e> Scan<'t, 'e> {
    /// A whole deal.
    pub(super) fn deal(&mut self) -> Usual<()> {
        self.blanks();
        self.group(DEAL, None)?;
        self.blanks();
        (self.at == self.text.len()).then_some(())
    }

    #[inline]
    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// This byte, with blanks before it.
    #[inline]
    fn byte(&mut self, byte: u8) -> Usual<()> {
        self.blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    #[inline]
    fn word(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word.as_bytes());
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Whether another value follows; what closes the group or list is passed over.
    #[inline]
    fn goes_on(&mut self, close: u8) -> Usual<bool> {
        self.blanks();
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => {
                self.blanks();
                Some(true)
            }
            byte if byte == close => Some(false),
            _ => None,
        }
    }

    /// The facts of a group; `record` is the list and the place in it of a record whose fields they are.
    fn group(&mut self, group: usize, record: Option<(u32, usize)>) -> Usual<()> {
        self.byte(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        let mut order = self.order.take(group);
        let read = self.facts(self.names.group(group), record, &mut order);
        self.order.give_back(group, order);
        read
    }

    /// What stands in a group, to its end. Names that stand in the order of the last time are found where they are looked for.
    ///
    /// Facts that are given twice are seen where they are put. Of anything else it is noted which names there were, as far as
    /// there is room for it; a name beyond that is for somebody else.
    fn facts(&mut self, entries: &'e [Entry], record: Option<(u32, usize)>, order: &mut Vec<usize>) -> Usual<()> {
        let mut seen = 0u128;
        for place in 0.. {
            let expected = order.get(place).copied().unwrap_or(place);
            let (found, entry) = match entries.get(expected).filter(|entry| entry.begins(self.rest())) {
                Some(entry) => {
                    self.at += entry.len();
                    (expected, entry)
                }
                None => {
                    let name = self.quoted()?;
                    let (found, entry) = find(entries, name)?;
                    learn(order, place, found);
                    (found, entry)
                }
            };
            if !matches!(entry.stands_for, Name::Fact(_)) {
                let bit = 1u128.checked_shl(u32::try_from(found).ok()?)?;
                if seen & bit != 0 {
                    return None;
                }
                seen |= bit;
            }
            if self.peek()? == b':' {
                self.at += 1;
            } else {
                self.byte(b':')?;
            }
            self.blanks();
            let start = self.at;
            match &entry.stands_for {
                Name::Fact(target) if target.is(Kind::List) => self.list(target)?,
                Name::Fact(target) => {
                    let cell = self.value(target)?;
                    let fresh = match record {
                        None => self.evaluator.put_fresh(target.slot, cell),
                        Some((list, record)) => self.evaluator.put_field(list, record, target.slot, cell),
                    };
                    if !fresh {
                        return None;
                    }
                }
                Name::Group(inner) => self.group(*inner, record)?,
                Name::Beside => self.skip()?,
            }
            let kept = entry.keep.and_then(|keep| self.kept.get_mut(keep));
            if kept.is_some_and(|kept| kept.replace(start..self.at).is_some()) {
                // Given twice.
                return None;
            }
            if !self.goes_on(b'}')? {
                break;
            }
        }
        Some(())
    }

    /// A text without escapes, with its quotes.
    #[inline]
    fn quoted(&mut self) -> Usual<&'t str> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        let length = memchr(b'"', self.rest().get(1..)?)? + 2;
        let text = self.text.get(start..start + length)?;
        if text.bytes().any(|byte| byte == b'\\' || byte < b' ') {
            return None;
        }
        self.at += length;
        Some(text)
    }

    /// A value that is no list.
    #[inline]
    fn value(&mut self, target: &Target) -> Usual<Cell> {
        if target.optional && self.peek()? == b'n' {
            return self.word("null").then_some(NONE);
        }
        match target.form.kind {
            Kind::Number => self.number(target),
            Kind::Boolean if self.word("true") => Some(1),
            Kind::Boolean if self.word("false") => Some(0),
            Kind::Variant => {
                let (cell, length) = self.names.variant_at(target, self.rest())?;
                self.at += length;
                Some(cell)
            }
            Kind::Date => {
                let text = self.quoted()?;
                target.within(day_number(date(text.get(1..text.len() - 1)?)?))
            }
            Kind::Text => {
                let start = self.at;
                let length = self.quoted()?.len();
                let text = self.text.get(start + 1..start + length - 1)?;
                Some(self.evaluator.text(text))
            }
            Kind::Boolean | Kind::Items | Kind::List => None,
        }
    }

    #[inline]
    fn number(&mut self, target: &Target) -> Usual<Cell> {
        let (cell, length) = number(self.rest(), target.form.places)?;
        self.at += length;
        target.within(cell)
    }

    /// Any value.
    fn skip(&mut self) -> Usual<()> {
        if self.peek()? == b'"' && self.quoted().is_some() {
            return Some(());
        }
        let rest = self.text.get(self.at..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let value = values.next()?.ok()?.get();
        // Half of a character may be escaped, and there is a limit to how many values one may hold.
        if value.len() > MOST_SKIPPED || memmem::find(value.as_bytes(), b"\\u").is_some() {
            return None;
        }
        self.at += values.byte_offset();
        Some(())
    }

    /// A list of records.
    fn list(&mut self, target: &Target) -> Usual<()> {
        let list = target.slot;
        self.byte(b'[')?;
        if !self.evaluator.begin_list(list) {
            return None;
        }
        self.blanks();
        let mut count = 0;
        if self.peek()? == b']' {
            self.at += 1;
        } else {
            loop {
                self.evaluator.begin_record(list);
                self.group(target.further, Some((list, count)))?;
                count += 1;
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        let count = target.within(count as i64)?;
        self.evaluator.end_list(list, count);
        Some(())
    }
}

/// A date as `2026-03-01`.
pub(super) fn date(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0i16, |n, digit| digit.is_ascii_digit().then(|| n * 10 + i16::from(digit - b'0')))
    };
    let (month, day) = (i8::try_from(number(&[m1, m2])?).ok()?, i8::try_from(number(&[d1, d2])?).ok()?);
    Date::new(number(&[y1, y2, y3, y4])?, month, day).ok()
}

/// The digits with which a text begins as an integer of so many decimals, and how many bytes they are. Nothing for an exponent,
/// for a zero that stands before other digits, and for more digits than surely fit.
#[inline]
pub(super) fn number(text: &[u8], places: u32) -> Option<(Cell, usize)> {
    // So many digits fit without looking.
    const MOST_DIGITS: usize = 18;
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let (mut at, mut cell) = (start, 0i64);
    let digit = |at: usize| text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    while let Some(next) = digit(at) {
        if at - start >= MOST_DIGITS {
            return None;
        }
        cell = cell * 10 + i64::from(next);
        at += 1;
    }
    let whole = at - start;
    if whole == 0 || (whole > 1 && text.get(start) == Some(&b'0')) {
        return None;
    }
    let mut behind = 0;
    if text.get(at) == Some(&b'.') {
        at += 1;
        let point = at;
        while let Some(next) = digit(at) {
            if at - start > MOST_DIGITS {
                return None;
            }
            cell = cell * 10 + i64::from(next);
            at += 1;
        }
        behind = u32::try_from(at - point).ok().filter(|digits| *digits > 0)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        return None;
    }
    if places != behind {
        cell = cell.checked_mul(10i64.checked_pow(places.checked_sub(behind)?)?)?;
    }
    let cell = if negative { -cell } else { cell };
    (cell.unsigned_abs() <= MOST.unsigned_abs()).then_some((cell, at))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn digits_become_cells() {
        for (text, places, expected) in [
            ("12", 0, Some((12, 2))),
            ("-1.5,", 2, Some((-150, 4))),
            ("0}", 0, Some((0, 1))),
            ("-0.05", 2, Some((-5, 5))),
            ("123456789012345678", 0, Some((123_456_789_012_345_678, 18))),
            ("1234567890123456789", 0, None),
            ("12345678901234567.8", 1, Some((123_456_789_012_345_678, 19))),
            ("123456789012345678.9", 1, None),
            ("123456789012345678", 6, None),
            ("1.50", 1, None),
            ("01", 0, None),
            ("1.", 2, None),
            (".5", 2, None),
            ("-", 2, None),
            ("1e2", 0, None),
            ("", 0, None),
            ("x", 0, None),
        ] {
            assert_eq!(number(text.as_bytes(), places), expected, "{text}");
        }
    }
}
