//! Random deals. Most questions are answered by one of them; only the rest are put to the solver.

use rustc_hash::FxHashMap;

use super::circuit::{Circuit, Lit, Run};
use super::encode::{Coding, Key, Slot, day};
use super::machine::Machine;
use crate::base::Number;
use crate::facts::Value;
use crate::policy::{ExprKind, Policy};

/// How many times 64 deals there are.
const RUNS: usize = 48;
/// No more runs are kept than have so many outputs together.
const MOST_OUTPUTS: usize = 8_000_000;

/// Random deals that a policy allows, and what its circuit comes to in them.
#[derive(Debug)]
pub(super) struct Samples {
    runs: Vec<Sample>,
    dice: Dice,
    pub(super) telling: Telling,
}

/// 64 deals.
#[derive(Debug)]
struct Sample {
    inputs: FxHashMap<usize, u64>,
    /// Those of them that the policy allows.
    allowed: u64,
    run: Run,
}

impl Samples {
    pub(super) fn new(machine: &Machine<'_>) -> Samples {
        let runs = RUNS.min(MOST_OUTPUTS / machine.circuit.len().max(1));
        let dice = Dice(0x2026_1122_9E37_79B9);
        let mut samples = Samples { runs: Vec::new(), dice, telling: telling([Some(machine.policy), machine.other]) };
        let slots = machine.inputs.slots.values();
        let slots: Vec<(&Slot, Vec<i128>)> = slots.map(|slot| (slot, candidates(slot, &samples.telling))).collect();
        for _ in 0..runs {
            let mut inputs: FxHashMap<usize, u64> = FxHashMap::default();
            for (slot, candidates) in &slots {
                samples.draw(slot, candidates, &mut inputs);
            }
            let run = Run::of(&machine.circuit, |gate| inputs.get(&gate).copied().unwrap_or(0));
            samples.runs.push(Sample { inputs, allowed: run.lit(machine.encoded.allowed), run });
        }
        samples
    }

    /// Gives a slot other codes in each of 64 deals.
    fn draw(&mut self, slot: &Slot, candidates: &[i128], inputs: &mut FxHashMap<usize, u64>) {
        // In which of the deals each bit is set, and in which there is a code at all.
        let mut words = [0u64; i128::BITS as usize];
        let mut given = 0u64;
        for lane in 0..64 {
            let Some(code) = pick(&mut self.dice, slot, candidates) else { continue };
            given |= 1 << lane;
            let mut above = code.saturating_sub(slot.domain.low);
            while above != 0 {
                words[above.trailing_zeros() as usize] |= 1 << lane;
                above &= above - 1;
            }
        }
        let bits = slot.bits.iter().zip(words).chain([(&slot.none, !given)]);
        for (lit, word) in bits.filter(|(lit, _)| !lit.is_constant()) {
            inputs.insert(lit.gate(), if lit.is_negated() { !word } else { word });
        }
    }

    /// Whether one of the deals ends otherwise with other values in these slots.
    pub(super) fn vary(&mut self, machine: &mut Machine<'_>, keys: &[Key]) -> bool {
        let endings = machine.encoded.literals(&mut machine.circuit, machine.policy);
        let slots = keys.iter().filter_map(|key| machine.inputs.slots.get(key));
        let slots: Vec<(&Slot, Vec<i128>)> = slots.map(|slot| (slot, candidates(slot, &self.telling))).collect();
        for at in 0..self.runs.len() {
            let mut inputs = self.runs[at].inputs.clone();
            for (slot, candidates) in &slots {
                self.draw(slot, candidates, &mut inputs);
            }
            let other = Run::of(&machine.circuit, |gate| inputs.get(&gate).copied().unwrap_or(0));
            let before = &mut self.runs[at];
            before.run.extend(&machine.circuit, |_| 0);
            let allowed = before.allowed & other.lit(machine.encoded.allowed);
            if endings.iter().any(|&lit| (before.run.lit(lit) ^ other.lit(lit)) & allowed != 0) {
                return true;
            }
        }
        false
    }

    /// The inputs of one of the deals for which all of these hold.
    pub(super) fn find(&mut self, circuit: &Circuit, all: &[Lit]) -> Option<impl Fn(Lit) -> bool + use<>> {
        let (sample, lanes) = self.runs.iter_mut().find_map(|sample| {
            sample.run.extend(circuit, |_| 0);
            let lanes = all.iter().fold(sample.allowed, |lanes, lit| lanes & sample.run.lit(*lit));
            (lanes != 0).then_some((sample, lanes))
        })?;
        let (inputs, lane) = (sample.inputs.clone(), lanes.trailing_zeros());
        Some(move |lit: Lit| (inputs.get(&lit.gate()).copied().unwrap_or(0) >> lane & 1 == 1) != lit.is_negated())
    }

    /// Which of some wishes hold in the deal that meets most of them, of those for which `lit` holds.
    pub(super) fn best(&mut self, circuit: &Circuit, lit: Lit, wishes: &[Lit]) -> Vec<usize> {
        let mut best: Vec<usize> = Vec::new();
        for sample in &mut self.runs {
            sample.run.extend(circuit, |_| 0);
            let lanes = sample.allowed & sample.run.lit(lit);
            let met: Vec<u64> = wishes.iter().map(|wish| sample.run.lit(*wish)).collect();
            for lane in (0..64).filter(|lane| lanes >> lane & 1 == 1) {
                let count = met.iter().filter(|met| *met >> lane & 1 == 1).count();
                if count > best.len() {
                    best = (0..wishes.len()).filter(|at| met[*at] >> lane & 1 == 1).collect();
                }
            }
        }
        best
    }

    /// Whether all of these hold in one of the deals.
    pub(super) fn show(&mut self, circuit: &Circuit, all: &[Lit]) -> bool {
        self.runs.iter_mut().any(|sample| {
            // An input that came later is 0 in all of them, which is as good as any.
            sample.run.extend(circuit, |_| 0);
            all.iter().fold(sample.allowed, |lanes, lit| lanes & sample.run.lit(*lit)) != 0
        })
    }
}

/// A small generator of numbers: the same deals each time.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u128) -> u128 {
        let (high, low) = (self.roll(), self.roll());
        match u32::try_from(end.max(1)).map(u64::from) {
            // The same remainder as below, without dividing 128 bits.
            Ok(end) => {
                let carry = (u64::MAX % end + 1) % end;
                ((high % end * carry + low % end) % end).into()
            }
            Err(_) => (u128::from(high) << 64 | u128::from(low)) % end,
        }
    }
}

/// Numbers and days at which a policy may decide otherwise.
#[derive(Debug)]
pub(super) struct Telling {
    pub(super) numbers: Vec<Number>,
    pub(super) days: Vec<i128>,
}

fn telling(policies: [Option<&Policy>; 2]) -> Telling {
    let mut telling = Telling { numbers: Vec::new(), days: Vec::new() };
    let mut note = |value: &Value| match value {
        Value::Number(n) => telling.numbers.push(*n),
        Value::Date(date) => telling.days.push(day(*date)),
        _ => {}
    };
    for policy in policies.into_iter().flatten() {
        for (_, expr) in policy.exprs.iter() {
            if let ExprKind::Literal(value) = &expr.kind {
                note(value);
            }
        }
        policy.constants.iter().flat_map(|(_, c)| &c.values).for_each(|(_, value)| note(value));
        let windows = policy.decisions.iter().flat_map(|(_, d)| &d.rules.rules).map(|rule| rule.window);
        let from = policy.constants.iter().flat_map(|(_, c)| c.values.iter().filter_map(|(from, _)| *from));
        let dates = windows.flat_map(|window| window.from.into_iter().chain(window.until)).chain(from);
        dates.for_each(|date| note(&Value::Date(date)));
    }
    telling.numbers.sort_unstable();
    telling.numbers.dedup();
    telling.days.sort_unstable();
    telling.days.dedup();
    telling
}

/// The codes of a slot at which a policy may decide otherwise.
fn candidates(slot: &Slot, telling: &Telling) -> Vec<i128> {
    let (low, high) = (slot.domain.low, slot.domain.high);
    let near = |code: i128| [code.saturating_sub(1), code, code.saturating_add(1)];
    let mut codes = vec![low, high];
    match slot.domain.coding {
        Coding::Number(places) => {
            let scale = 10i128.checked_pow(places).map(Number::integer);
            let scaled = telling.numbers.iter().filter_map(|n| n.multiply(scale?).ok());
            codes.extend(scaled.flat_map(|n| near(n.floor().numerator())));
        }
        Coding::Date => codes.extend(telling.days.iter().flat_map(|&day| near(day))),
        Coding::Length => codes.extend([1, 2, 3]),
        Coding::Boolean | Coding::Variant(_) | Coding::Text => {}
    }
    codes.retain(|&code| low <= code && code <= high);
    codes
}

fn pick(dice: &mut Dice, slot: &Slot, candidates: &[i128]) -> Option<i128> {
    let (low, high) = (slot.domain.low, slot.domain.high);
    if slot.domain.optional && dice.below(4) == 0 {
        return None;
    }
    if dice.below(2) == 0
        && let Some(&code) = candidates.get(dice.below(candidates.len() as u128) as usize)
    {
        return Some(code);
    }
    Some(low.saturating_add_unsigned(dice.below(high.abs_diff(low).saturating_add(1))))
}
