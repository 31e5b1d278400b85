//! Widens one deal to all deals alike.

use super::super::circuit::{Circuit, Integer, Lit, Patience};
use super::super::inquiry::{Inquiry, Stopped};
use super::terms::{Term, TermForm};
use super::{Bound, Range, Subject};
use crate::facts::Value;

/// What a term is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    Holds(bool),
    /// Not this one of its values.
    Not(usize),
    None,
    Given,
    Low(i128),
    High(i128),
}

/// A condition on a term: the place of the term, what it is held to, and where it is so.
#[derive(Clone, Copy, Debug)]
struct Part {
    term: usize,
    hold: Hold,
    lit: Lit,
}

/// All deals for which some conditions hold.
#[derive(Clone, Debug)]
pub(super) struct Cube {
    parts: Vec<Part>,
    /// Where there is what it speaks about.
    there: Lit,
}

impl Cube {
    /// Where it is.
    pub(super) fn lits(&self) -> Vec<Lit> {
        self.parts.iter().map(|part| part.lit).chain([self.there]).collect()
    }

    /// What it says of which term.
    pub(super) fn holds(&self) -> impl Iterator<Item = (usize, Hold)> {
        self.parts.iter().map(|part| (part.term, part.hold))
    }

    /// Both of them as one, where they differ in what they say of one term alone and no deal lies between them.
    pub(super) fn joined(&self, other: &Cube, terms: &[Term], circuit: &mut Circuit) -> Option<Cube> {
        if self.there != other.there {
            return None;
        }
        let of = |cube: &Cube, place: usize| -> Vec<Hold> {
            cube.parts.iter().filter(|part| part.term == place).map(|part| part.hold).collect()
        };
        let mut apart = (0..terms.len()).filter(|&place| of(self, place) != of(other, place));
        let (place, None) = (apart.next()?, apart.next()) else { return None };
        let holds = either(&terms[place], &of(self, place), &of(other, place))?;
        let mut parts: Vec<Part> = self.parts.iter().filter(|part| part.term != place).copied().collect();
        for hold in holds {
            parts.push(Part { term: place, hold, lit: terms[place].held(circuit, hold)? });
        }
        Some(Cube { parts, there: self.there })
    }

    /// The terms that it speaks about, with what it says of them.
    pub(super) fn ranges(&self, terms: &[Term]) -> Vec<(usize, Range)> {
        let mut ranges = Vec::new();
        for (place, term) in terms.iter().enumerate() {
            let holds: Vec<Hold> = self.parts.iter().filter(|part| part.term == place).map(|part| part.hold).collect();
            if let Some(range) = range(term, &holds) {
                ranges.push((place, range));
            }
        }
        ranges
    }

    /// How hard it is to read: few terms first, then few conditions. That something has no value says little.
    fn size(&self, terms: &[Term]) -> (usize, usize) {
        let mut places: Vec<usize> = self.parts.iter().map(|part| part.term).collect();
        places.dedup();
        let says_little = |place: &&usize| matches!(terms[**place].subject, Subject::NoValue(_));
        (places.len() + places.iter().filter(says_little).count(), self.parts.len())
    }
}

/// What a term is held to in two cubes together: nothing where it can be anything. `None` where that cannot be said.
fn either(term: &Term, one: &[Hold], other: &[Hold]) -> Option<Vec<Hold>> {
    let low = |holds: &[Hold]| holds.iter().copied().find(|hold| matches!(hold, Hold::Low(_)));
    let high = |holds: &[Hold]| holds.iter().copied().find(|hold| matches!(hold, Hold::High(_)));
    let goes_on = |from: &[Hold], to: &[Hold]| match (high(from), low(to)) {
        (Some(Hold::High(from)), Some(Hold::Low(to))) => from.checked_add(1) == Some(to),
        _ => false,
    };
    let holds: Vec<Hold> = match &term.form {
        TermForm::Holds(_) if !one.is_empty() && !other.is_empty() => Vec::new(),
        TermForm::Choice { .. } => one.iter().copied().filter(|hold| other.contains(hold)).collect(),
        TermForm::Quantity { .. } => {
            let given = one.contains(&Hold::Given);
            if given != other.contains(&Hold::Given) {
                return None;
            }
            let (from, to) = match (goes_on(one, other), goes_on(other, one)) {
                (true, _) => (one, other),
                (_, true) => (other, one),
                _ => return None,
            };
            given.then_some(Hold::Given).into_iter().chain(low(from)).chain(high(to)).collect()
        }
        TermForm::Holds(_) => return None,
    };
    // That it is held to anything says that it is there.
    (!holds.is_empty() || term.absent == Lit::FALSE).then_some(holds)
}

/// What is said of a term.
fn range(term: &Term, holds: &[Hold]) -> Option<Range> {
    let first = holds.first()?;
    Some(match &term.form {
        TermForm::Holds(_) => match first {
            Hold::Holds(holds) => Range::Holds(*holds),
            _ => return None,
        },
        TermForm::Choice { values, other_texts } => {
            let others = if *other_texts { values.len() - 1 } else { values.len() };
            let is_out = |place: usize| holds.contains(&Hold::Not(place));
            let of = |out: bool| -> Vec<Value> {
                let places = (0..others).filter(|&place| is_out(place) == out && !values[place].1.is_constant());
                places.map(|place| values[place].0.clone()).collect()
            };
            Range::Among { values: of(false), excluded: of(true), other_texts: *other_texts && !is_out(others) }
        }
        TermForm::Quantity { over, under, date, .. } => {
            let mut low = holds.iter().find_map(|hold| if let Hold::Low(code) = hold { Some(*code) } else { None });
            let mut high = holds.iter().find_map(|hold| if let Hold::High(code) = hold { Some(*code) } else { None });
            // At most the least, or at least the most, is just that.
            let (least, most) = over.ends();
            if low.or(high) == Some(least) {
                low = Some(least);
            }
            if high.or(low) == Some(most) {
                high = Some(most);
            }
            let end = |code: Option<i128>| {
                code.map(|code| Bound { value: TermForm::value(code, *under, *date), included: true })
            };
            let (low, high) = (end(low), end(high));
            match first {
                Hold::None => Range::None,
                _ if low.is_none() && high.is_none() => Range::Given,
                _ => Range::Between { low, high },
            }
        }
    })
}

impl Term {
    /// Where it is held to something, and so has a value. `None` where it cannot be.
    pub(super) fn held(&self, circuit: &mut Circuit, hold: Hold) -> Option<Lit> {
        let lit = match (&self.form, hold) {
            (TermForm::Holds(lit), Hold::Holds(holds)) => {
                if holds {
                    *lit
                } else {
                    !*lit
                }
            }
            (TermForm::Choice { values, .. }, Hold::Not(value)) => !values.get(value)?.1,
            (TermForm::Quantity { none, .. }, Hold::None) => *none,
            (TermForm::Quantity { none, .. }, Hold::Given) => !*none,
            (TermForm::Quantity { over, .. }, Hold::Low(code)) => TermForm::end(circuit, over, code, true),
            (TermForm::Quantity { over, .. }, Hold::High(code)) => TermForm::end(circuit, over, code, false),
            _ => return None,
        };
        Some(circuit.and(lit, !self.absent))
    }

    /// Whether it is about a change, and not about deals.
    fn is_of_change(&self) -> bool {
        matches!(self.subject, Subject::Otherwise(_) | Subject::Records(_))
    }
}

/// Widens deals to cubes.
pub(super) struct Grower<'i, 'm, 'p, 's> {
    pub(super) inquiry: &'i mut Inquiry<'m, 'p, 's>,
    pub(super) terms: &'i [Term],
    /// Where there is a record at hand.
    pub(super) there: Lit,
    /// Whether nothing is told but what follows from another change.
    pub(super) only_following: bool,
}

impl Grower<'_, '_, '_, '_> {
    /// The cube of one deal: all deals that are alike in every term. `deal` says what each literal comes to in it.
    pub(super) fn point(&mut self, deal: &dyn Fn(Lit) -> bool) -> Cube {
        let mut parts = Vec::new();
        for (place, term) in self.terms.iter().enumerate() {
            if deal(term.absent) {
                continue;
            }
            let holds: Vec<Hold> = match &term.form {
                TermForm::Holds(lit) => vec![Hold::Holds(deal(*lit))],
                TermForm::Choice { values, .. } => {
                    let others = values.iter().enumerate().filter(|(_, (_, lit))| !deal(*lit) && !lit.is_constant());
                    others.map(|(value, _)| Hold::Not(value)).collect()
                }
                TermForm::Quantity { none, .. } if *none != Lit::FALSE && deal(*none) => vec![Hold::None],
                TermForm::Quantity { over, none, .. } => {
                    let code = over.read(deal);
                    let given = (*none != Lit::FALSE).then_some(Hold::Given);
                    given.into_iter().chain([Hold::Low(code), Hold::High(code)]).collect()
                }
            };
            for hold in holds {
                let lit = term.held(&mut self.inquiry.machine.circuit, hold);
                parts.extend(lit.map(|lit| Part { term: place, hold, lit }));
            }
        }
        Cube { parts, there: self.there }
    }

    /// The widest cube around a deal that is found in which nothing is `bad`; `None` where there is none, as the terms do
    /// not settle it.
    pub(super) fn grow(&mut self, point: &Cube, bad: Lit) -> Result<Option<Cube>, Stopped> {
        // A change that only follows from another one is told as that.
        let follows = |part: &Part| self.terms[part.term].follows;
        let following: Vec<Part> = point.parts.iter().filter(|part| follows(part)).copied().collect();
        let backwards: Vec<usize> = (0..self.terms.len()).rev().collect();
        if !following.is_empty() && self.clash_within(&following, bad, Patience::Late)?.is_some() {
            return self.leave_out(following, &backwards, bad).map(Some);
        }
        if self.only_following {
            return Ok(None);
        }
        let parts = point.parts.iter().filter(|part| !self.terms[part.term].is_of_change()).copied().collect();
        let point = Cube { parts, there: point.there };
        let Some(enough) = self.clash(&point.parts, bad)? else { return Ok(None) };
        let core: Vec<Part> = enough.into_iter().map(|place| point.parts[place]).collect();
        let forwards: Vec<usize> = (0..self.terms.len()).collect();
        let mut best: Option<Cube> = None;
        // What is left out first decides what can be left out later.
        for (from, order) in [(&core, &backwards), (&point.parts, &backwards), (&point.parts, &forwards)] {
            let cube = self.leave_out(from.clone(), order, bad)?;
            if best.as_ref().is_none_or(|best| cube.size(self.terms) < best.size(self.terms)) {
                best = Some(cube);
            }
        }
        let Some(mut best) = best else { return Ok(None) };
        self.widen(&mut best, bad)?;
        Ok(Some(best))
    }

    /// Which of the parts are enough for nothing to be bad. `None` too where that is not known soon.
    fn clash(&mut self, parts: &[Part], bad: Lit) -> Result<Option<Vec<usize>>, Stopped> {
        self.clash_within(parts, bad, Patience::Soon)
    }

    fn clash_within(&mut self, parts: &[Part], bad: Lit, patience: Patience) -> Result<Option<Vec<usize>>, Stopped> {
        let mut asked: Vec<Lit> = parts.iter().map(|part| part.lit).collect();
        asked.extend([self.there, bad]);
        let mut enough = self.inquiry.clash(&asked, patience)?;
        if let Some(places) = &mut enough {
            places.retain(|&place| place < parts.len());
        }
        Ok(enough)
    }

    /// Leaves out every term, and of the others every part, without which nothing is bad either.
    fn leave_out(&mut self, mut parts: Vec<Part>, order: &[usize], bad: Lit) -> Result<Cube, Stopped> {
        for &term in order {
            if parts.iter().any(|part| part.term == term) {
                let without: Vec<Part> = parts.iter().filter(|part| part.term != term).copied().collect();
                if let Some(enough) = self.clash(&without, bad)? {
                    // Whole terms alone: a condition may be all that makes another one readable.
                    let needed: Vec<usize> = enough.into_iter().map(|place| without[place].term).collect();
                    parts = without.into_iter().filter(|part| needed.contains(&part.term)).collect();
                }
            }
        }
        for &term in order {
            let own: Vec<Hold> = parts.iter().filter(|part| part.term == term).map(|part| part.hold).collect();
            // That it is not none goes last, as its ends rest on it.
            for hold in own.iter().rev().copied() {
                let ends = |part: &Part| part.term == term && matches!(part.hold, Hold::Low(_) | Hold::High(_));
                if hold == Hold::Given && parts.iter().any(ends) {
                    continue;
                }
                let without: Vec<Part> =
                    parts.iter().filter(|part| part.term != term || part.hold != hold).copied().collect();
                if self.clash(&without, bad)?.is_some() {
                    parts = without;
                }
            }
        }
        Ok(Cube { parts, there: self.there })
    }

    /// Moves the ends of quantities as far as nothing is bad.
    fn widen(&mut self, cube: &mut Cube, bad: Lit) -> Result<(), Stopped> {
        for place in 0..cube.parts.len() {
            let part = cube.parts[place];
            let (Hold::Low(code) | Hold::High(code)) = part.hold else { continue };
            let is_low = matches!(part.hold, Hold::Low(_));
            let TermForm::Quantity { over, under, date, .. } = &self.terms[part.term].form else { continue };
            let (low, high) = over.ends();
            // The farthest end is known not to do, else the part would have been left out.
            let (mut near, mut far) = (code, if is_low { low } else { high });
            let mut likely = self.likely(*under, *date, near.min(far), near.max(far));
            if !is_low {
                likely.reverse();
            }
            let over = over.clone();
            // First among the numbers at which a policy may decide otherwise, which lie from far to near.
            let (mut from, mut to) = (0, likely.len());
            while from < to {
                let middle = (from + to) / 2;
                if self.reaches(cube, place, &over, likely[middle], bad)? {
                    near = likely[middle];
                    to = middle;
                } else {
                    far = likely[middle];
                    from = middle + 1;
                }
            }
            while near.abs_diff(far) > 1 {
                let middle = far + (near - far) / 2;
                if self.reaches(cube, place, &over, middle, bad)? {
                    near = middle;
                } else {
                    far = middle;
                }
            }
            self.move_end(cube, place, &over, near);
        }
        Ok(())
    }

    /// Codes strictly between two ends and beside numbers of the policies, ascending; the near end is among them.
    fn likely(&self, under: i128, date: bool, low: i128, high: i128) -> Vec<i128> {
        let telling = self.inquiry.telling();
        let mut codes: Vec<i128> = match date {
            true => telling.days.clone(),
            false => {
                let scale = crate::base::Number::integer(under);
                telling.numbers.iter().filter_map(|n| n.multiply(scale).ok()).map(|n| n.floor().numerator()).collect()
            }
        };
        let beside: Vec<i128> =
            codes.iter().flat_map(|code| [code.saturating_sub(1), code.saturating_add(1)]).collect();
        codes.extend(beside);
        codes.sort_unstable();
        codes.dedup();
        codes.retain(|&code| low < code && code < high);
        codes
    }

    /// Whether nothing is bad with the end there, as is seen at once: it is asked often.
    fn reaches(&mut self, cube: &Cube, place: usize, over: &Integer, code: i128, bad: Lit) -> Result<bool, Stopped> {
        let mut moved = cube.clone();
        self.move_end(&mut moved, place, over, code);
        Ok(self.clash_within(&moved.parts, bad, Patience::AtOnce)?.is_some())
    }

    fn move_end(&mut self, cube: &mut Cube, place: usize, over: &Integer, code: i128) {
        let part = &mut cube.parts[place];
        let is_low = matches!(part.hold, Hold::Low(_));
        let circuit = &mut self.inquiry.machine.circuit;
        let end = TermForm::end(circuit, over, code, is_low);
        part.hold = if is_low { Hold::Low(code) } else { Hold::High(code) };
        part.lit = circuit.and(end, !self.terms[part.term].absent);
    }
}
