//! Random properties, and what they come to in one deal: combinations of what decisions end in.

use std::collections::BTreeMap;

use dealdesk::facts::{EnumerationId, TypeKind};
use dealdesk::policy::Policy;

use crate::reference::Val;
use crate::reference::evaluate::Outcome;

/// A property: its name, whether it is never to hold, and its condition.
#[derive(Debug)]
pub struct Property {
    pub name: String,
    pub never: bool,
    formula: Formula,
}

#[derive(Clone, Debug)]
enum Formula {
    /// A decision is true, or has this variant, or lists this item.
    Atom(String, Test),
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
    /// `if … then …`
    Implies(Box<Formula>, Box<Formula>),
}

#[derive(Clone, Debug)]
enum Test {
    True,
    Is(String),
    Lists(String),
}

/// Why a condition has no value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Gap,
    Error,
}

/// Numbers that only look random: the same for the same text.
struct Dice(u64);

impl Dice {
    fn of(text: &str) -> Dice {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Dice(text.bytes().fold(0xcbf2_9ce4_8422_2325, mix) | 1)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }
}

/// Some properties of a policy that is written as `text`.
pub fn properties(policy: &Policy, text: &str, count: usize) -> Vec<Property> {
    let mut atoms = Vec::new();
    for (_, decision) in policy.decisions.iter().filter(|(_, decision)| decision.scope.is_none()) {
        let names =
            |id: EnumerationId| policy.schema.enumerations[id].variants.iter().map(|variant| variant.name.clone());
        match decision.ty.kind {
            TypeKind::Boolean if !decision.ty.optional => {
                atoms.push(Formula::Atom(decision.name.clone(), Test::True));
            }
            TypeKind::Variant(id) if !decision.ty.optional => {
                atoms.extend(names(id).map(|name| Formula::Atom(decision.name.clone(), Test::Is(name))));
            }
            TypeKind::Items(id) => {
                atoms.extend(names(id).map(|name| Formula::Atom(decision.name.clone(), Test::Lists(name))));
            }
            _ => {}
        }
    }
    if atoms.is_empty() {
        return Vec::new();
    }
    let mut dice = Dice::of(text);
    let property = |at| {
        let formula = formula(&atoms, &mut dice, 2);
        Property { name: format!("property{at}"), never: dice.roll(2) == 0, formula }
    };
    (0..count).map(property).collect()
}

fn formula(atoms: &[Formula], dice: &mut Dice, depth: usize) -> Formula {
    let part = |dice: &mut Dice| Box::new(formula(atoms, dice, depth - 1));
    match if depth == 0 { 0 } else { dice.roll(6) } {
        1 => Formula::Not(part(dice)),
        2 => Formula::And(part(dice), part(dice)),
        3 => Formula::Or(part(dice), part(dice)),
        4 | 5 => Formula::Implies(part(dice), part(dice)),
        _ => atoms[dice.roll(atoms.len())].clone(),
    }
}

impl Property {
    /// It as the language writes it.
    pub fn text(&self) -> String {
        let word = if self.never { "never" } else { "always" };
        format!("{word} {}: {}\n", self.name, self.formula.text())
    }

    /// Whether a deal in which the decisions end in this way breaks it. An error does; a gap does not.
    pub fn is_broken(&self, outcomes: &BTreeMap<&str, Vec<Outcome>>) -> bool {
        match self.formula.value(outcomes) {
            Ok(holds) => holds == self.never,
            Err(stop) => stop == Stop::Error,
        }
    }
}

impl Formula {
    fn text(&self) -> String {
        match self {
            Formula::Atom(name, Test::True) => name.clone(),
            Formula::Atom(name, Test::Is(variant)) => format!("{name} is {variant}"),
            Formula::Atom(name, Test::Lists(item)) => format!("{name}.{item}"),
            Formula::Not(of) => format!("not ({})", of.text()),
            Formula::And(one, other) => format!("({}) and ({})", one.text(), other.text()),
            Formula::Or(one, other) => format!("({}) or ({})", one.text(), other.text()),
            Formula::Implies(one, other) => format!("(not ({})) or ({})", one.text(), other.text()),
        }
    }

    fn value(&self, outcomes: &BTreeMap<&str, Vec<Outcome>>) -> Result<bool, Stop> {
        match self {
            Formula::Atom(name, test) => match &outcomes[name.as_str()][0] {
                Outcome::Value { value, .. } => Ok(match test {
                    Test::True => *value == Val::Boolean(true),
                    Test::Is(name) => *value == Val::Variant(name.clone()),
                    Test::Lists(item) => matches!(value, Val::Items(items) if items.contains(item)),
                }),
                Outcome::Gap => Err(Stop::Gap),
                Outcome::Conflict(_) | Outcome::Error(_) => Err(Stop::Error),
            },
            Formula::Not(of) => Ok(!of.value(outcomes)?),
            Formula::And(one, other) => Ok(one.value(outcomes)? && other.value(outcomes)?),
            Formula::Or(one, other) => Ok(one.value(outcomes)? || other.value(outcomes)?),
            Formula::Implies(one, other) => Ok(!one.value(outcomes)? || other.value(outcomes)?),
        }
    }
}
