//! Values, deals and completions of facts whose ranges are too wide to try all of them. What matters lies at
//! the boundaries: the ends of ranges, what the policy compares with, what other facts are, and next to each.

use std::collections::BTreeSet;

use dealdesk::base::Number;
use dealdesk::facts::{DateRange, NumberType};
use dealdesk::syntax::ast;
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::dice::Dice;
use crate::reference::completions::{Unknown, unknowns, with};
use crate::reference::deal::{Deal, Record, Val};
use crate::reference::pack::{Kind, Pack, Type};

/// Chooses values of the facts of a pack.
pub struct Sampler<'a> {
    pack: &'a Pack<'a>,
    /// The numbers and dates in the policy.
    numbers: Vec<Number>,
    dates: Vec<Date>,
    texts: Vec<String>,
}

impl<'a> Sampler<'a> {
    /// Of a pack with this text.
    pub fn new(pack: &'a Pack<'a>, text: &str, as_of: Date) -> Sampler<'a> {
        let (mut numbers, mut dates) = (BTreeSet::from([Number::ZERO, Number::ONE]), BTreeSet::from([as_of]));
        for word in text.split(|c: char| !(c.is_ascii_digit() || "_-.".contains(c))).flat_map(|w| w.split("..")) {
            if let Ok(date) = word.parse() {
                dates.insert(date);
            } else if let Ok(number) = word.replace('_', "").parse::<Number>() {
                let hundredth = number.divide(Number::integer(100)).expect("literals are small");
                numbers.extend([number, hundredth]);
            }
        }
        let others = ["three", "four"].map(str::to_owned);
        let texts = pack.texts.iter().cloned().chain(others).collect();
        Sampler { pack, numbers: numbers.into_iter().collect(), dates: dates.into_iter().collect(), texts }
    }

    /// A deal in which about half is unknown.
    pub fn deal(&self, dice: &mut Dice<'_>) -> Deal {
        let mut deal = Deal::new();
        for (&name, fact) in &self.pack.facts {
            if dice.percent(50) {
                continue;
            }
            let mut value = self.value(dice, &fact.ty, &seen(&deal));
            if let Val::List(records) = &mut value {
                records.iter_mut().for_each(|record| record.retain(|_, _| dice.percent(55)));
            }
            deal.insert(name.to_owned(), value);
        }
        deal
    }

    /// A deal in which everything is known.
    pub fn completion(&self, dice: &mut Dice<'_>, deal: &Deal, unknowns: &[Unknown<'_>]) -> Deal {
        let mut deal = deal.clone();
        for unknown in unknowns {
            let value = self.value(dice, unknown.ty, &seen(&deal));
            deal = with(&deal, unknown, &value);
        }
        deal
    }

    /// A deal in which one fact is something else.
    pub fn changed(&self, dice: &mut Dice<'_>, deal: &Deal, fact: &Unknown<'_>) -> Deal {
        with(deal, fact, &self.value(dice, fact.ty, &seen(deal)))
    }

    /// Deals in which one more fact is known, with some plain values.
    pub fn better_known(&self, deal: &Deal) -> Vec<Deal> {
        let (_, unknowns) = unknowns(self.pack, deal, true);
        let some = |unknown: &Unknown<'_>| {
            let ty = self.pack.ty(unknown.ty);
            let mut values = match &ty.kind {
                Kind::Boolean => vec![Val::Boolean(false), Val::Boolean(true)],
                Kind::Integer | Kind::Decimal => {
                    let range = Range::of(&ty);
                    [Number::ZERO, range.low, range.high].map(|n| Val::Number(range.fit(n))).to_vec()
                }
                Kind::Text => vec![Val::Text("one".to_owned())],
                Kind::Date => ["2026-01-01", "2026-03-31"].map(|d| Val::Date(d.parse().expect("a date"))).to_vec(),
                Kind::OneOf(variants) => variants.iter().map(|v| Val::Variant((*v).to_owned())).collect(),
                Kind::List(..) => (0..3).map(|length| Val::List(vec![Record::new(); length])).collect(),
            };
            values.extend(ty.optional.then_some(Val::None));
            values.iter().map(|value| with(deal, unknown, value)).collect::<Vec<_>>()
        };
        unknowns.iter().flat_map(some).collect()
    }

    /// Some value of a type. `near` are values that may be worth coming near to.
    pub fn value(&self, dice: &mut Dice<'_>, written: &ast::TypeExpr, near: &[Val]) -> Val {
        let ty = self.pack.ty(written);
        if ty.optional && dice.percent(20) {
            return Val::None;
        }
        match &ty.kind {
            Kind::Boolean => Val::Boolean(dice.percent(50)),
            Kind::OneOf(variants) => Val::Variant((*dice.pick(variants)).to_owned()),
            Kind::Text => Val::Text(dice.pick(&self.texts).clone()),
            Kind::Integer | Kind::Decimal => Val::Number(self.number(dice, &ty, near)),
            Kind::Date => Val::Date(self.date(dice, &ty, near)),
            Kind::List(record, up_to) => {
                let most = *up_to as usize;
                let length = match dice.roll(8) {
                    0 => most,
                    1 => dice.roll(most + 1),
                    _ => dice.roll(3).min(most),
                };
                let alike = dice.percent(30);
                let mut records: Vec<Record> = Vec::new();
                let mut near = near.to_vec();
                for _ in 0..length {
                    if let (true, Some(last)) = (alike, records.last()) {
                        records.push(last.clone());
                        continue;
                    }
                    let mut fields = Record::new();
                    for field in &record.fields {
                        let value = self.value(dice, &field.ty, &near);
                        near.push(value.clone());
                        fields.insert(field.name.text.clone(), value);
                    }
                    records.push(fields);
                }
                Val::List(records)
            }
        }
    }

    fn number(&self, dice: &mut Dice<'_>, ty: &Type<'_>, near: &[Val]) -> Number {
        let range = Range::of(ty);
        let numbers = near.iter().filter_map(|v| if let Val::Number(n) = v { Some(*n) } else { None });
        let near: Vec<Number> = numbers.collect();
        let some = |dice: &mut Dice<'_>| match near.as_slice() {
            near @ [_, ..] if dice.percent(50) => *dice.pick(near),
            _ => *dice.pick(&self.numbers),
        };
        let around = match dice.roll(10) {
            0 => range.low,
            1 => range.high,
            2..=4 => *dice.pick(&self.numbers),
            5 => some(dice),
            6..=7 => {
                // What a condition on two of them may turn at.
                let (a, b) = (some(dice), some(dice));
                let combined = match dice.roll(4) {
                    0 => a.add(b),
                    1 => a.subtract(b),
                    2 => a.multiply(b),
                    _ => a.divide(b),
                };
                combined.unwrap_or(a)
            }
            8 => range.any(dice),
            _ => Number::integer(dice.roll(5) as i128),
        };
        range.fit(range.shift(around, *dice.pick(&[-1, 0, 0, 1])))
    }

    fn date(&self, dice: &mut Dice<'_>, ty: &Type<'_>, near: &[Val]) -> Date {
        let DateRange { low, high } = DateRange::ALL;
        let low = ty.low.as_ref().map_or(low, Val::date);
        let high = ty.high.as_ref().map_or(high, Val::date);
        let near: Vec<Date> = near.iter().filter_map(|v| if let Val::Date(d) = v { Some(*d) } else { None }).collect();
        let span = |dice: &mut Dice<'_>| -> Span {
            let days = dice.pick(&self.numbers).floor().numerator().clamp(-100_000, 100_000);
            match dice.roll(4) {
                0 => *dice.pick(&[1.month(), 12.months(), 18.months(), -1.month(), -12.months()]),
                _ => ((days * if dice.percent(50) { 1 } else { -1 }) as i64).days(),
            }
        };
        let around = match dice.roll(10) {
            0 => low,
            1 => high,
            2..=4 => *dice.pick(&self.dates),
            5..=6 if !near.is_empty() => *dice.pick(&near),
            7..=8 => {
                let date = *dice.pick(&self.dates);
                date.checked_add(span(dice)).unwrap_or(date)
            }
            _ => {
                let days = (high - low).get_days() as usize;
                low.checked_add((dice.roll(days + 1) as i64).days()).expect("within the range")
            }
        };
        let moved = around.checked_add(dice.pick(&[-1i64, 0, 0, 1]).days()).unwrap_or(around);
        moved.clamp(low, high)
    }
}

/// The values of a deal, those in lists included.
fn seen(deal: &Deal) -> Vec<Val> {
    let values = deal.values().flat_map(|value| match value {
        Val::List(records) => records.iter().flat_map(|r| r.values().cloned()).collect(),
        value => vec![value.clone()],
    });
    values.collect()
}

/// What a number may be.
struct Range {
    low: Number,
    high: Number,
    places: u32,
}

impl Range {
    fn of(ty: &Type<'_>) -> Range {
        let places = if matches!(ty.kind, Kind::Integer) { 0 } else { ty.decimals };
        Range {
            low: ty.low.as_ref().map_or(Number::integer(-NumberType::FARTHEST), Val::number),
            high: ty.high.as_ref().map_or(Number::integer(NumberType::FARTHEST), Val::number),
            places,
        }
    }

    /// The number, some steps further.
    fn shift(&self, number: Number, steps: i128) -> Number {
        let step = Number::decimal(steps, self.places).expect("a few decimals");
        number.add(step).unwrap_or(number)
    }

    /// The nearest that it may be.
    fn fit(&self, number: Number) -> Number {
        number.clamp(self.low, self.high).round(self.places).expect("it is in range")
    }

    fn any(&self, dice: &mut Dice<'_>) -> Number {
        let part = Number::integer(dice.roll(1 << 40) as i128).divide(Number::integer(1 << 40)).expect("not zero");
        let width = self.high.subtract(self.low).expect("ends are small");
        width.multiply(part).and_then(|n| n.add(self.low)).map_or(self.low, |n| self.fit(n))
    }
}
