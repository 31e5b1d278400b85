//! Random expressions, well-typed by construction: units agree, and what may be none is asked before it is used.

use super::dice::Dice;
use super::model::E;
use super::scale::Scale;

/// The type of an expression that is never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    Boolean,
    Number(Kind, Unit),
    Text,
    Date,
    /// An enumeration, by its place in [`Names::enums`].
    Variant(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Integer,
    Decimal,
    Fraction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Plain,
    Hour,
    Eur,
    EurPerHour,
    Day,
}

/// Something that an expression may name.
#[derive(Clone, Debug)]
pub struct Var {
    pub name: String,
    pub ty: Ty,
    pub optional: bool,
    /// It belongs to the record with this place in [`Names::lists`].
    pub record: Option<usize>,
}

/// Everything declared so far.
#[derive(Default)]
pub struct Names {
    pub vars: Vec<Var>,
    /// Variants of each enumeration.
    pub enums: Vec<Vec<String>>,
    /// The lists of each record.
    pub lists: Vec<Vec<String>>,
    /// Look-ups: name, types of the parameters, type.
    pub lookups: Vec<(String, Vec<Ty>, Ty)>,
    /// How large numbers are, and how far apart dates.
    pub scale: Scale,
}

/// Where an expression stands.
#[derive(Clone, Default)]
pub struct Env {
    /// Records at hand.
    pub at_hand: Vec<usize>,
    /// Names that are known not to be none here.
    pub narrowed: Vec<String>,
    /// Parameters of the look-up at hand.
    pub parameters: Vec<Var>,
}

impl Env {
    fn narrow(&self, name: &str) -> Env {
        let mut env = self.clone();
        env.narrowed.push(name.to_owned());
        env
    }
}

/// Texts to compare with.
pub const TEXTS: [&str; 2] = ["\"one\"", "\"two\""];

const UNITS: [Unit; 5] = [Unit::Plain, Unit::Hour, Unit::Eur, Unit::EurPerHour, Unit::Day];

pub struct Expressions<'a, 'r> {
    pub dice: &'a mut Dice<'r>,
    pub names: &'a Names,
}

impl Expressions<'_, '_> {
    /// Some expression of a type; `optional` where it may be none.
    pub fn value(&mut self, env: &Env, ty: Ty, optional: bool, depth: u32) -> E {
        if optional {
            let maybe: Vec<Var> = self.visible(env).filter(|v| v.ty == ty && v.optional).cloned().collect();
            match self.dice.roll(6) {
                0 => return E::atom("none"),
                1 if !maybe.is_empty() => return E::atom(&self.dice.pick(&maybe).name),
                2 if depth > 0 => {
                    let condition = self.boolean(env, depth - 1);
                    let then = self.value(env, ty, true, depth - 1);
                    return E::If(Box::new(condition), Box::new(then), Box::new(self.value(env, ty, true, depth - 1)));
                }
                _ => {}
            }
        }
        let e = match ty {
            Ty::Boolean => self.boolean(env, depth),
            Ty::Number(kind, unit) => self.number(env, kind, unit, depth),
            // An unknown text as an outcome could be any of infinitely many.
            Ty::Text => E::atom(self.dice.word(&TEXTS)),
            Ty::Date => self.date(env, depth),
            Ty::Variant(which) => self.variant(env, which, depth),
        };
        if self.dice.percent(4) { E::Parentheses(Box::new(e)) } else { e }
    }

    fn visible<'v>(&'v self, env: &'v Env) -> impl Iterator<Item = &'v Var> {
        let at_hand = |v: &&Var| v.record.is_none_or(|r| env.at_hand.contains(&r));
        let declared = if env.parameters.is_empty() { self.names.vars.as_slice() } else { &[] };
        // Parameters are few and have to be used; a look-up may also read what the deal says.
        let outside = if env.parameters.is_empty() { &[] } else { self.names.vars.as_slice() };
        let outside = outside.iter().take(2);
        env.parameters.iter().chain(declared).chain(outside).filter(at_hand)
    }

    /// A name that is of one of these types and not none.
    fn var(&mut self, env: &Env, wanted: impl Fn(Ty) -> bool) -> Option<Var> {
        let known = |v: &&Var| (!v.optional || env.narrowed.contains(&v.name)) && wanted(v.ty);
        let vars: Vec<Var> = self.visible(env).filter(known).cloned().collect();
        if vars.is_empty() { None } else { Some(self.dice.pick(&vars).clone()) }
    }

    // ---- Booleans -----------------------------------------------------------------------------------------------

    pub fn boolean(&mut self, env: &Env, depth: u32) -> E {
        if depth == 0 {
            return self.test(env, 0);
        }
        match self.dice.roll(20) {
            0..=7 => self.test(env, depth - 1),
            8 => E::Not(Box::new(self.boolean(env, depth - 1))),
            9..=12 => self.connected(env, depth, true),
            13..=15 => self.connected(env, depth, false),
            16..=17 => self.question(env, depth).unwrap_or_else(|| self.test(env, depth - 1)),
            18 => {
                let (condition, then) = (self.boolean(env, depth - 1), self.boolean(env, depth - 1));
                E::If(Box::new(condition), Box::new(then), Box::new(self.boolean(env, depth - 1)))
            }
            _ => {
                let (left, right) = (self.boolean(env, 0), self.boolean(env, depth - 1));
                E::Compare(self.is(), Box::new(left), Box::new(right))
            }
        }
    }

    /// `and` or `or`, in which a name may be narrowed on the way.
    fn connected(&mut self, env: &Env, depth: u32, and: bool) -> E {
        let mut env = env.clone();
        let mut parts = Vec::new();
        for _ in 0..self.dice.between(2, 3) {
            let maybe = self.unnarrowed(&env);
            if !maybe.is_empty() && self.dice.percent(60) {
                let var = self.dice.pick(&maybe).clone();
                parts.push(E::IsNone(Box::new(E::atom(&var.name)), and));
                env = env.narrow(&var.name);
                parts.push(self.test_of(&env, &var, depth - 1));
            } else {
                parts.push(self.boolean(&env, depth - 1));
            }
        }
        if and { E::And(parts) } else { E::Or(parts) }
    }

    fn unnarrowed(&self, env: &Env) -> Vec<Var> {
        self.visible(env).filter(|v| v.optional && !env.narrowed.contains(&v.name)).cloned().collect()
    }

    fn is(&mut self) -> &'static str {
        self.dice.word(&["is", "is not"])
    }

    /// `any of`, `all of`.
    fn question(&mut self, env: &Env, depth: u32) -> Option<E> {
        let (list, inner) = self.list(env)?;
        let kind = self.dice.word(&["any", "all"]);
        let condition = self.boolean(&inner, depth - 1);
        Some(E::Aggregate(kind, None, list, Some(Box::new(condition))))
    }

    /// A list whose record is not at hand yet, and what may be said of each of its records.
    fn list(&mut self, env: &Env) -> Option<(String, Env)> {
        let free: Vec<usize> = (0..self.names.lists.len()).filter(|r| !env.at_hand.contains(r)).collect();
        if free.is_empty() {
            return None;
        }
        let record = *self.dice.pick(&free);
        let mut inner = env.clone();
        inner.at_hand.push(record);
        let list = self.dice.pick(&self.names.lists[record]).clone();
        Some((list, inner))
    }

    /// A test of some name.
    fn test(&mut self, env: &Env, depth: u32) -> E {
        if self.dice.percent(3) {
            return E::atom(self.dice.word(&["true", "false"]));
        }
        let in_record: Vec<Var> = self.visible(env).filter(|v| v.record.is_some()).cloned().collect();
        let all: Vec<Var> = self.visible(env).cloned().collect();
        let vars = if !in_record.is_empty() && self.dice.percent(60) { in_record } else { all };
        if vars.is_empty() {
            return E::atom("true");
        }
        let var = self.dice.pick(&vars).clone();
        let name = || Box::new(E::atom(&var.name));
        if !var.optional || env.narrowed.contains(&var.name) {
            return self.test_of(env, &var, depth);
        }
        match self.dice.roll(4) {
            0 => E::IsNone(name(), self.dice.percent(50)),
            1 => E::Or(vec![E::IsNone(name(), false), self.test_of(&env.narrow(&var.name), &var, depth)]),
            2 => {
                let negated = self.dice.percent(50);
                let (test, other) = (self.test_of(&env.narrow(&var.name), &var, depth), self.test(env, 0));
                let (then, otherwise) = if negated { (test, other) } else { (other, test) };
                E::If(Box::new(E::IsNone(name(), negated)), Box::new(then), Box::new(otherwise))
            }
            _ => E::And(vec![E::IsNone(name(), true), self.test_of(&env.narrow(&var.name), &var, depth)]),
        }
    }

    /// A test of this name, which is not none.
    fn test_of(&mut self, env: &Env, var: &Var, depth: u32) -> E {
        let name = Box::new(E::atom(&var.name));
        let negated = self.dice.percent(25);
        match var.ty {
            Ty::Boolean => match self.dice.roll(4) {
                0 => E::Not(name),
                1 => E::Compare(self.is(), name, Box::new(E::atom(self.dice.word(&["true", "false"])))),
                _ => *name,
            },
            Ty::Number(_, unit) => {
                let left = if depth > 0 && self.dice.percent(40) {
                    Box::new(self.number(env, Kind::Fraction, unit, depth))
                } else {
                    name
                };
                let right = |this: &mut Self| {
                    let simple = this.dice.percent(60);
                    let e = if simple {
                        this.literal(Kind::Integer, unit)
                    } else {
                        this.number(env, Kind::Fraction, unit, depth)
                    };
                    Box::new(e)
                };
                match self.dice.roll(10) {
                    0 => E::In(left, vec![*right(self), self.literal(Kind::Decimal, unit)], negated),
                    1 => {
                        let ends = (self.dice.percent(80), self.dice.percent(60));
                        let steps = self.names.scale.steps();
                        let low = self.dice.roll(steps.len() - 2);
                        let high = low + self.dice.roll(3);
                        let end = |end: usize| Box::new(E::atom(with_unit(steps[end], unit)));
                        let (low, high) = (ends.0.then(|| end(low)), (ends.1 || !ends.0).then(|| end(high)));
                        E::Within(left, low, high, negated)
                    }
                    2 => E::Compare(self.is(), left, right(self)),
                    _ => E::Compare(self.dice.word(&["<", "<=", ">", ">="]), left, right(self)),
                }
            }
            Ty::Text => match self.dice.roll(3) {
                0 => E::In(name, TEXTS.iter().map(|t| E::atom(*t)).collect(), negated),
                _ => E::Compare(self.is(), name, Box::new(self.text(env))),
            },
            Ty::Date => match self.dice.roll(6) {
                0 => {
                    let dates = self.names.scale.dates();
                    let low = self.dice.roll(dates.len());
                    let high = self.dice.between(low, dates.len() - 1);
                    let end = |end: usize| Some(Box::new(E::atom(dates[end])));
                    E::Within(name, end(low), if self.dice.percent(60) { end(high) } else { None }, negated)
                }
                1 => E::Compare(self.is(), name, Box::new(self.date(env, depth))),
                2 => E::In(name, vec![self.date(env, 0), self.date(env, 0)], negated),
                _ => E::Compare(self.dice.word(&["<", "<=", ">", ">="]), name, Box::new(self.date(env, depth))),
            },
            Ty::Variant(which) => match self.dice.roll(6) {
                0 => {
                    let among = (0..2).map(|_| self.variant(env, which, 0)).collect();
                    E::In(name, among, negated)
                }
                1 => {
                    let variant = E::atom(self.dice.pick(&self.names.enums[which]));
                    E::Compare(self.is(), Box::new(variant), name)
                }
                _ => E::Compare(self.is(), name, Box::new(self.variant(env, which, depth))),
            },
        }
    }

    // ---- Numbers ------------------------------------------------------------------------------------------------

    /// A number of at most this kind.
    pub fn number(&mut self, env: &Env, kind: Kind, unit: Unit, depth: u32) -> E {
        if depth == 0 || self.dice.percent(25) {
            let fits = |ty: Ty| matches!(ty, Ty::Number(k, u) if k <= kind && u == unit);
            return match self.var(env, fits) {
                Some(var) if self.dice.percent(70) => E::atom(var.name),
                _ => self.literal(kind, unit),
            };
        }
        let depth = depth - 1;
        match self.dice.roll(16) {
            0..=3 => {
                let (left, right) = (self.number(env, kind, unit, depth), self.number(env, kind, unit, depth));
                E::Arithmetic(*self.dice.pick(&['+', '-']), Box::new(left), Box::new(right))
            }
            4..=5 => self.product(env, kind, unit, depth),
            6..=8 if kind == Kind::Fraction => self.quotient(env, unit, depth),
            9 if kind == Kind::Decimal => {
                let inner = self.number(env, Kind::Fraction, unit, depth + 1);
                E::Call("round".into(), vec![inner, E::atom(self.dice.word(&["0", "1", "2"]))])
            }
            9 => {
                let inner = self.number(env, Kind::Fraction, unit, depth + 1);
                E::Call(self.dice.word(&["round", "floor", "ceil"]).into(), vec![inner])
            }
            10 => {
                let count = self.dice.between(1, 3);
                let parts = (0..count).map(|_| self.number(env, kind, unit, depth)).collect();
                E::Call(self.dice.word(&["min", "max"]).into(), parts)
            }
            11 => {
                let of = self.number(env, kind, unit, depth);
                if self.dice.percent(50) { E::Call("abs".into(), vec![of]) } else { E::Negate(Box::new(of)) }
            }
            12 => {
                let (condition, then) = (self.boolean(env, depth), self.number(env, kind, unit, depth));
                E::If(Box::new(condition), Box::new(then), Box::new(self.number(env, kind, unit, depth)))
            }
            13 => self.aggregate(env, kind, unit, depth),
            14 if unit == Unit::Day => E::DaysBetween(Box::new(self.date(env, depth)), Box::new(self.date(env, depth))),
            _ => self.called(env, Ty::Number(kind, unit)).unwrap_or_else(|| self.number(env, kind, unit, 0)),
        }
    }

    fn product(&mut self, env: &Env, kind: Kind, unit: Unit, depth: u32) -> E {
        let units = match unit {
            Unit::Eur if self.dice.percent(60) => (Unit::Hour, Unit::EurPerHour),
            _ => (Unit::Plain, unit),
        };
        let left = self.number(env, kind, units.0, depth);
        let right = if self.dice.percent(2) {
            // Twice this and its product no longer fits.
            let huge = E::Arithmetic(
                '*',
                Box::new(E::atom("1_000_000_000_000_000_000")),
                Box::new(self.literal(Kind::Integer, units.1)),
            );
            E::Arithmetic('*', Box::new(E::atom("9_000_000_000_000_000_000")), Box::new(huge))
        } else {
            self.number(env, kind, units.1, depth)
        };
        let (left, right) = if self.dice.percent(50) { (left, right) } else { (right, left) };
        E::Arithmetic('*', Box::new(left), Box::new(right))
    }

    fn quotient(&mut self, env: &Env, unit: Unit, depth: u32) -> E {
        let (over, under) = match (unit, self.dice.roll(3)) {
            (Unit::EurPerHour, 0..=1) => (Unit::Eur, Unit::Hour),
            (Unit::Hour, 0) => (Unit::Eur, Unit::EurPerHour),
            (Unit::Plain, 0..=1) => {
                let unit = *self.dice.pick(&UNITS);
                (unit, unit)
            }
            _ => (unit, Unit::Plain),
        };
        let over = Box::new(self.number(env, Kind::Fraction, over, depth));
        let Some(by) = self.var(env, |ty| matches!(ty, Ty::Number(_, u) if u == under)) else {
            return E::Arithmetic('/', over, Box::new(self.literal_above_zero(under)));
        };
        let by_name = || Box::new(E::atom(&by.name));
        let quotient = E::Arithmetic('/', over, by_name());
        if self.dice.percent(40) {
            return quotient;
        }
        let zero = Box::new(E::atom(with_unit("0", under)));
        let guard = E::Compare("is", by_name(), zero);
        E::If(Box::new(guard), Box::new(self.number(env, Kind::Fraction, unit, depth)), Box::new(quotient))
    }

    fn aggregate(&mut self, env: &Env, kind: Kind, unit: Unit, depth: u32) -> E {
        let Some((list, inner)) = self.list(env) else {
            return self.number(env, kind, unit, 0);
        };
        let condition = self.dice.percent(60).then(|| Box::new(self.boolean(&inner, depth)));
        if unit == Unit::Plain && self.dice.percent(40) {
            return E::Aggregate("count", None, list, condition);
        }
        let summed = self.number(&inner, kind, unit, depth);
        E::Aggregate("sum", Some(Box::new(summed)), list, condition)
    }

    /// A literal of at most this kind.
    pub fn literal(&mut self, kind: Kind, unit: Unit) -> E {
        let text = self.dice.word(self.names.scale.literals(kind, unit));
        let literal = E::atom(with_unit(text, unit));
        if self.dice.percent(5) { E::Negate(Box::new(literal)) } else { literal }
    }

    fn literal_above_zero(&mut self, unit: Unit) -> E {
        E::atom(with_unit(self.dice.word(&["1", "2", "3", "7"]), unit))
    }

    // ---- Dates, texts, variants ---------------------------------------------------------------------------------

    fn date(&mut self, env: &Env, depth: u32) -> E {
        match self.dice.roll(if depth == 0 { 5 } else { 9 }) {
            0..=1 => E::atom(self.dice.word(&self.names.scale.dates())),
            2..=3 => match self.var(env, |ty| ty == Ty::Date) {
                Some(var) => E::atom(var.name),
                None => E::atom("as_of"),
            },
            4 => E::atom("as_of"),
            5..=6 => {
                let days = self.number(env, Kind::Integer, Unit::Day, depth - 1);
                let date = self.date(env, depth - 1);
                E::Arithmetic(*self.dice.pick(&['+', '-']), Box::new(date), Box::new(days))
            }
            7 => {
                let function = *self.dice.pick(&[
                    "add_months_or_last_day",
                    "add_months_or_next_day",
                    "add_years_or_last_day",
                    "add_years_or_next_day",
                ]);
                let number = match self.names.scale.months() {
                    Some(months) if self.dice.percent(70) => E::atom(self.dice.word(months)),
                    _ => self.number(env, Kind::Integer, Unit::Plain, depth - 1),
                };
                E::Call(function.into(), vec![self.date(env, depth - 1), number])
            }
            _ => {
                let (condition, then) = (self.boolean(env, depth - 1), self.date(env, depth - 1));
                E::If(Box::new(condition), Box::new(then), Box::new(self.date(env, depth - 1)))
            }
        }
    }

    fn text(&mut self, env: &Env) -> E {
        match self.var(env, |ty| ty == Ty::Text) {
            Some(var) if self.dice.percent(40) => E::atom(var.name),
            _ => E::atom(self.dice.word(&TEXTS)),
        }
    }

    fn variant(&mut self, env: &Env, which: usize, depth: u32) -> E {
        match self.dice.roll(8) {
            0..=1 => match self.var(env, |ty| ty == Ty::Variant(which)) {
                Some(var) => E::atom(var.name),
                None => E::atom(self.dice.pick(&self.names.enums[which])),
            },
            2 if depth > 0 => {
                let (condition, then) = (self.boolean(env, depth - 1), self.variant(env, which, depth - 1));
                E::If(Box::new(condition), Box::new(then), Box::new(self.variant(env, which, depth - 1)))
            }
            3 if depth > 0 => {
                let called = self.called(env, Ty::Variant(which));
                called.unwrap_or_else(|| E::atom(self.dice.pick(&self.names.enums[which])))
            }
            _ => E::atom(self.dice.pick(&self.names.enums[which])),
        }
    }

    /// A look-up that yields this type, or a number of at most this kind.
    fn called(&mut self, env: &Env, ty: Ty) -> Option<E> {
        let yields = |of: Ty| match (of, ty) {
            (Ty::Number(k, u), Ty::Number(kind, unit)) => k <= kind && u == unit,
            (of, ty) => of == ty,
        };
        let fit: Vec<_> = self.names.lookups.iter().filter(|(.., ty)| yields(*ty)).cloned().collect();
        if fit.is_empty() || !env.parameters.is_empty() {
            return None;
        }
        let (name, parameters, _) = self.dice.pick(&fit).clone();
        let arguments = parameters.iter().map(|&ty| self.value(env, ty, false, 1)).collect();
        Some(E::Call(name, arguments))
    }
}

/// A number with its unit.
pub fn with_unit(number: &str, unit: Unit) -> String {
    let unit = match unit {
        Unit::Plain => return number.to_owned(),
        Unit::Hour => "hours",
        Unit::Eur => "EUR",
        Unit::EurPerHour => "EUR/hour",
        Unit::Day => "days",
    };
    format!("{number} {unit}")
}
