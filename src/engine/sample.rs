//! Choosing completions to try: ends, boundaries of conditions, and a repeatable scatter.

use rustc_hash::FxHashMap;

use super::relation::Hints;
use super::space::{Code, Coding, Domain, Interval, ListDomain, Space};
use super::world::{Variable, VariableKind};

/// How many records a scattered list has at most, unless it is as long as can be.
const SHORT: u32 = 3;
/// How many boundaries of one fact are kept.
const MOST_BOUNDARIES: usize = 48;

/// A repeatable source of scatter (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Scatter(u64);

impl Scatter {
    pub(super) fn new() -> Scatter {
        Scatter(0x9E37_79B9_7F4A_7C15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u128) -> u128 {
        let wide = (u128::from(self.next()) << 64) | u128::from(self.next());
        if n == 0 { 0 } else { wide % n }
    }
}

/// Codes at which conditions change, by variable and, for lists, field.
#[derive(Clone, Debug, Default)]
pub(super) struct Boundaries(FxHashMap<(usize, Option<usize>), Vec<i128>>);

impl Boundaries {
    pub(super) fn learn(&mut self, hints: &Hints) {
        for &(slot, code) in &hints.cuts {
            let known = self.0.entry((slot.var, slot.field.map(|(_, field)| field))).or_default();
            for code in [code.saturating_sub(1), code, code.saturating_add(1)] {
                if known.len() < MOST_BOUNDARIES && !known.contains(&code) {
                    known.push(code);
                }
            }
        }
    }

    fn of(&self, var: usize, field: Option<usize>) -> &[i128] {
        self.0.get(&(var, field)).map_or(&[], Vec::as_slice)
    }
}

/// In which manner to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Everything at its lower end; lists short.
    Low,
    /// Everything at its upper end; lists long.
    High,
    /// None where that may be; lists short.
    Absent,
    /// Ends, boundaries and anything between.
    Scattered,
}

pub(super) struct Sampler<'w> {
    pub(super) variables: &'w [Variable],
    pub(super) boundaries: Boundaries,
    pub(super) scatter: Scatter,
}

impl<'w> Sampler<'w> {
    pub(super) fn new(variables: &'w [Variable]) -> Sampler<'w> {
        Sampler { variables, boundaries: Boundaries::default(), scatter: Scatter::new() }
    }

    /// One completion of `space`, decided for these variables; the others stay as they are.
    pub(super) fn point(&mut self, space: &Space, variables: &[usize], manner: Manner) -> Space {
        let mut point = space.clone();
        point.assumptions.clear();
        for &var in variables {
            point.set(var, self.choose(var, space.domain(var), manner));
        }
        point
    }

    /// One value of a variable within `domain`.
    pub(super) fn choose(&mut self, var: usize, domain: &Domain, manner: Manner) -> Domain {
        match (domain, &self.variables[var].kind) {
            (Domain::Scalar(interval), _) => Domain::Scalar(Interval::point(self.code(interval, (var, None), manner))),
            (Domain::List(list), VariableKind::List { fields, .. }) => {
                let fields = fields.clone();
                Domain::List(self.list(var, list, &fields, manner))
            }
            (Domain::List(list), VariableKind::Scalar(_)) => Domain::List(list.clone()),
        }
    }

    fn list(&mut self, var: usize, list: &ListDomain, fields: &[Coding], manner: Manner) -> ListDomain {
        let span = list.high.saturating_sub(list.low);
        let roll = self.scatter.below(8);
        let length = match manner {
            Manner::Low | Manner::Absent => list.low,
            Manner::High => list.high,
            Manner::Scattered if roll == 0 => list.high,
            Manner::Scattered => {
                list.low + u32::try_from(self.scatter.below(u128::from(span.min(SHORT)) + 1)).unwrap_or(0)
            }
        };
        let alike = roll < 3;
        let mut elements: Vec<Vec<Interval>> = Vec::with_capacity(length as usize);
        for i in 0..length as usize {
            let described = list.elements.get(i);
            let copied = (alike && described.is_none()).then(|| elements.last().cloned()).flatten();
            let element = copied.unwrap_or_else(|| {
                let cells = fields.iter().enumerate().map(|(k, coding)| {
                    let interval = described.and_then(|d| d.get(k)).unwrap_or(&coding.full);
                    Interval::point(self.code(interval, (var, Some(k)), manner))
                });
                cells.collect()
            });
            elements.push(element);
        }
        ListDomain { low: length, high: length, elements }
    }

    fn code(&mut self, interval: &Interval, (var, field): (usize, Option<usize>), manner: Manner) -> Code {
        match manner {
            Manner::Absent if interval.none => Code::None,
            Manner::Low | Manner::Absent => interval.at(0),
            Manner::High if interval.has_codes() => Code::At(interval.high),
            Manner::High => Code::None,
            Manner::Scattered => {
                let boundaries = self.boundaries.of(var, field);
                let roll = self.scatter.below(8);
                if roll < 4 && !boundaries.is_empty() {
                    let place = self.scatter.below(boundaries.len() as u128);
                    let code = usize::try_from(place).ok().and_then(|i| boundaries.get(i)).copied();
                    if let Some(code) = code.filter(|&c| interval.contains(Code::At(c))) {
                        return Code::At(code);
                    }
                }
                match roll {
                    4 => interval.at(0),
                    5 => interval.at(interval.size().saturating_sub(1)),
                    _ => interval.at(self.scatter.below(interval.size())),
                }
            }
        }
    }

    /// Values of a variable worth trying where everything else stays.
    pub(super) fn alternatives(&mut self, var: usize, domain: &Domain) -> Vec<Domain> {
        match domain {
            Domain::Scalar(interval) if interval.size() <= 16 => {
                (0..interval.size()).map(|i| Domain::Scalar(Interval::point(interval.at(i)))).collect()
            }
            Domain::Scalar(interval) => {
                let mut codes =
                    vec![interval.at(0), interval.at(interval.size() - 1), interval.at(interval.size() / 2)];
                codes.push(Code::At(interval.high));
                codes.extend(self.boundaries.of(var, None).iter().map(|&c| Code::At(c)));
                codes.extend((0..4).map(|_| interval.at(self.scatter.below(interval.size()))));
                let codes = codes.into_iter().filter(|&c| interval.contains(c));
                codes.map(|c| Domain::Scalar(Interval::point(c))).collect()
            }
            Domain::List(_) => {
                let manners = [Manner::Low, Manner::High, Manner::Absent].into_iter();
                let manners = manners.chain(std::iter::repeat_n(Manner::Scattered, 16));
                manners.map(|manner| self.choose(var, domain, manner)).collect()
            }
        }
    }
}
