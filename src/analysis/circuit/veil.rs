//! Products of two numbers that both vary, and quotients rounded down: a solver finds them harder than anything else.
//!
//! Their bits are veiled: a solver may take a result for a number of which it is only told what follows from the laws of
//! arithmetic, and be told more where that is not enough. What is impossible then is impossible.

use super::gates::{Circuit, Lit};
use super::integer::{Integer, TooWide};

/// Numbers of fewer bits are multiplied and divided in the open.
const FEW_BITS: usize = 5;
/// No more results are veiled.
const MOST_VEILED: usize = 4_000;
/// A result is held to no more others.
const MOST_OTHERS: usize = 12;

/// What is done to numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// One times the other.
    Times,
    /// The floor of the quotient by a number above 1.
    FloorOver(i128),
}

/// The result of an operation.
#[derive(Clone, Debug)]
pub(super) struct Veiled {
    operation: Operation,
    operands: Vec<Integer>,
    result: Integer,
    /// What holds of it.
    pub(super) laws: Vec<Lit>,
}

impl Veiled {
    /// What its operands and it come to.
    pub(super) fn read(&self, lit: impl Fn(Lit) -> bool) -> (Vec<i128>, i128) {
        (self.operands.iter().map(|operand| operand.read(&lit)).collect(), self.result.read(&lit))
    }

    /// What comes of operands, in its bits.
    pub(super) fn of(&self, operands: &[i128]) -> i128 {
        let wide = match (self.operation, operands) {
            (Operation::Times, [x, y]) => x.wrapping_mul(*y),
            (Operation::FloorOver(by), [n]) => n.div_euclid(by),
            _ => 0,
        };
        let unused = 128 - u32::try_from(self.result.bits().len()).unwrap_or(128).min(128);
        wide.wrapping_shl(unused) >> unused
    }

    /// The literals that say what it and its operands come to.
    pub(super) fn bits(&self) -> impl Iterator<Item = Lit> {
        self.operands.iter().chain([&self.result]).flat_map(Integer::bits).copied()
    }

    /// Where its operands lie between their ends: elsewhere it means nothing.
    fn inside(&self, circuit: &mut Circuit) -> Lit {
        let inside: Vec<Lit> = self.operands.iter().map(|operand| operand.inside(circuit)).collect();
        circuit.all(inside)
    }

    fn is_natural(&self) -> bool {
        self.operands.iter().all(|operand| operand.ends().0 >= 0)
    }

    /// What always holds of it.
    fn general_laws(&self, circuit: &mut Circuit) -> Result<Vec<Lit>, TooWide> {
        let (zero, result) = (Integer::constant(0), &self.result);
        let mut laws = vec![result.inside(circuit)];
        match (self.operation, &self.operands[..]) {
            (Operation::FloorOver(by), [n]) => {
                let low = result.times(circuit, &Integer::constant(by))?;
                let high = low.plus(circuit, &Integer::constant(by - 1))?;
                laws.extend([low.at_most(circuit, n), n.at_most(circuit, &high)]);
            }
            (Operation::Times, [x, y]) => {
                let none = [x.equals(circuit, &zero), y.equals(circuit, &zero)];
                let none = circuit.any(none);
                let is_none = result.equals(circuit, &zero);
                laws.push(circuit.same(none, is_none));
                // A factor that is not zero leaves it at least the other one.
                for (factor, other) in [(x, y), (y, x)].into_iter().filter(|_| self.is_natural()) {
                    let is_none = factor.equals(circuit, &zero);
                    let at_least = other.at_most(circuit, result);
                    laws.push(circuit.or(is_none, at_least));
                }
            }
            _ => {}
        }
        Ok(laws)
    }

    /// What holds of a product where its factors come to these, and to more or less.
    fn laws_at(&self, circuit: &mut Circuit, at: &[i128]) -> Result<Vec<Lit>, TooWide> {
        let (Operation::Times, [x, y], &[a, b]) = (self.operation, &self.operands[..], at) else {
            return Ok(Vec::new());
        };
        let mut laws = Vec::new();
        for (factor, other, n) in [(x, y, a), (y, x, b)] {
            let is = factor.equals(circuit, &Integer::constant(n));
            let product = other.times(circuit, &Integer::constant(n))?;
            let same = self.result.equals(circuit, &product);
            laws.push(circuit.or(!is, same));
        }
        if self.is_natural() {
            let product = Integer::constant(a.checked_mul(b).ok_or(TooWide)?);
            let (a, b) = (Integer::constant(a), Integer::constant(b));
            let below = [x.at_most(circuit, &a), y.at_most(circuit, &b)];
            let above = [a.at_most(circuit, x), b.at_most(circuit, y)];
            let (below, above) = (circuit.all(below), circuit.all(above));
            let (at_most, at_least) = (self.result.at_most(circuit, &product), product.at_most(circuit, &self.result));
            laws.extend([circuit.or(!below, at_most), circuit.or(!above, at_least)]);
        }
        Ok(laws)
    }

    /// What holds of two products of one number, which are ordered as the other factors are, and of two quotients.
    fn laws_with(&self, circuit: &mut Circuit, other: &Veiled) -> Vec<Lit> {
        let mut laws = Vec::new();
        match (self.operation, &self.operands[..], &other.operands[..]) {
            (Operation::FloorOver(a), [n], [m]) => {
                let Operation::FloorOver(b) = other.operation else { return laws };
                laws.extend(
                    ordered_quotients(circuit, (n, a, &self.result), (m, b, &other.result)).unwrap_or_default(),
                );
                laws.extend(
                    ordered_quotients(circuit, (m, b, &other.result), (n, a, &self.result)).unwrap_or_default(),
                );
            }
            (Operation::Times, [x, y], [z, w])
                if other.operation == self.operation && self.is_natural() && other.is_natural() =>
            {
                for (same, one, also, two) in [(x, y, z, w), (x, y, w, z), (y, x, z, w), (y, x, w, z)] {
                    if same.bits() != also.bits() {
                        continue;
                    }
                    let is_none = same.equals(circuit, &Integer::constant(0));
                    for (one, two, less, more) in
                        [(one, two, &self.result, &other.result), (two, one, &other.result, &self.result)]
                    {
                        let (in_order, kept) = (one.at_most(circuit, two), less.at_most(circuit, more));
                        let (out_of_order, turned) = (!two.at_most(circuit, one), !more.at_most(circuit, less));
                        laws.push(circuit.or(!in_order, kept));
                        let strictly = circuit.or(is_none, turned);
                        laws.push(circuit.or(!out_of_order, strictly));
                    }
                }
            }
            _ => {}
        }
        laws
    }
}

/// What holds of two quotients where one number is not above the other, and where it is below it by 1 or more: each is the
/// number, what it is divided by, and what that comes to.
fn ordered_quotients(
    circuit: &mut Circuit,
    (n, a, one): (&Integer, i128, &Integer),
    (m, b, other): (&Integer, i128, &Integer),
) -> Result<Vec<Lit>, TooWide> {
    let common = num_integer::gcd(a, b);
    let (less, more) =
        (n.times(circuit, &Integer::constant(b / common))?, m.times(circuit, &Integer::constant(a / common))?);
    let one_more = (a / common).checked_mul(b).ok_or(TooWide)?;
    let by_one = less.plus(circuit, &Integer::constant(one_more))?;
    let (in_order, apart) = (less.at_most(circuit, &more), by_one.at_most(circuit, &more));
    let (kept, above) = (one.at_most(circuit, other), !other.at_most(circuit, one));
    Ok(vec![circuit.or(!in_order, kept), circuit.or(!apart, above)])
}

impl Circuit {
    /// The product of two numbers.
    pub(super) fn product(&mut self, x: &Integer, y: &Integer) -> Result<Integer, TooWide> {
        let (x, y) = if (x.bits().len(), x.bits()) <= (y.bits().len(), y.bits()) { (x, y) } else { (y, x) };
        if x.bits().len() <= FEW_BITS || self.veiled.len() >= MOST_VEILED {
            return x.product_of_bits(self, y);
        }
        self.result(Operation::Times, vec![x.clone(), y.clone()], |circuit| x.product_of_bits(circuit, y))
    }

    /// The floor of the quotient of a number by one above 1.
    pub(super) fn floor_over(&mut self, n: &Integer, by: i128) -> Result<Integer, TooWide> {
        let by_bits = |circuit: &mut Circuit| n.quotient_of_bits(circuit, &Integer::constant(by));
        if n.bits().len() <= FEW_BITS || self.veiled.len() >= MOST_VEILED || by & (by - 1) == 0 {
            return by_bits(self);
        }
        self.result(Operation::FloorOver(by), vec![n.clone()], by_bits)
    }

    /// A result that is veiled.
    fn result(
        &mut self,
        operation: Operation,
        operands: Vec<Integer>,
        by_bits: impl Fn(&mut Circuit) -> Result<Integer, TooWide>,
    ) -> Result<Integer, TooWide> {
        let key = (operation, operands);
        if let Some(known) = self.places.get(&key).and_then(|place| self.veiled.get(*place)) {
            return Ok(known.result.clone());
        }
        let open = by_bits(self)?;
        let place = self.veiled.len();
        let bits: Vec<Lit> = open.bits().iter().map(|&bit| self.veil(bit, place)).collect();
        let (low, high) = open.ends();
        let result = Integer::new(bits, low, high);
        // First of all it is there: its laws may speak of other results.
        let new = Veiled { operation, operands: key.1.clone(), result: result.clone(), laws: Vec::new() };
        let others: Vec<Veiled> = self.veiled.iter().rev().take(MOST_OTHERS).cloned().collect();
        self.places.insert(key, place);
        self.veiled.push(new.clone());
        let inside = new.inside(self);
        let mut laws = new.general_laws(self)?;
        for other in &others {
            let between = new.laws_with(self, other);
            if !between.is_empty() {
                let both = other.inside(self);
                laws.extend(between.into_iter().map(|law| self.or(!both, law)));
            }
        }
        let laws = laws.into_iter().map(|law| self.or(!inside, law)).filter(|law| *law != Lit::TRUE).collect();
        if let Some(new) = self.veiled.get_mut(place) {
            new.laws = laws;
        }
        Ok(result)
    }

    /// What holds of a result where its operands come to these, and to more or less.
    pub(super) fn laws_at(&mut self, place: usize, at: &[i128]) -> Vec<Lit> {
        let Some(veiled) = self.veiled.get(place).cloned() else { return Vec::new() };
        let inside = veiled.inside(self);
        let laws = veiled.laws_at(self, at).unwrap_or_default();
        laws.into_iter().map(|law| self.or(!inside, law)).collect()
    }

    /// Where an operand of a result comes to `n`.
    pub(super) fn operand_is(&mut self, place: usize, operand: usize, n: i128) -> Option<Lit> {
        let operand = self.veiled.get(place)?.operands.get(operand)?.clone();
        Some(operand.equals(self, &Integer::constant(n)))
    }
}
