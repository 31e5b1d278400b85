//! One deal in which everything is known, on one date.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dealdesk::base::{Aggregate, CompareOp, Number};
use dealdesk::syntax::ast::{self, Expr, ExprKind};
use jiff::civil::Date;

use super::arithmetic::{EndOfMonth, add_months, arithmetic, compares, exact};
use super::deal::{Deal, Record, Val};
use super::pack::{Decision, Kind, Pack};
use super::rules::{self, Condition, Hit, RuleSet, Yields};

/// How a decision ends where everything is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A value, by these rules; by none and `default` where no rule stands.
    Value { value: Val, by: Vec<String>, default: bool },
    /// No rule speaks, or a decision that is needed is a gap.
    Gap,
    /// These rules stand and disagree.
    Conflict(Vec<String>),
    /// An expression has no value, and why.
    Error(String),
}

/// Why an expression has no value.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It needs a decision that is a gap.
    Gap,
    /// It is in error, and why.
    Error(String),
}

/// What an expression comes to.
pub type Evaluated = Result<Val, Stop>;

/// A complete deal and the date on which it is decided.
pub struct World<'a> {
    pack: &'a Pack<'a>,
    deal: &'a Deal,
    as_of: Date,
    /// Decisions already taken: only to save time.
    taken: RefCell<BTreeMap<(String, Option<usize>), Outcome>>,
}

/// What names mean besides facts and declarations.
#[derive(Clone, Default)]
struct Scope<'a> {
    /// Records at hand: name, place in the list, fields.
    records: Vec<(&'a str, usize, &'a Record)>,
    /// Parameters of the look-up at hand.
    parameters: Vec<(&'a str, Val)>,
}

impl<'a> World<'a> {
    pub fn new(pack: &'a Pack<'a>, deal: &'a Deal, as_of: Date) -> World<'a> {
        World { pack, deal, as_of, taken: RefCell::default() }
    }

    /// The decision of the deal; one for each record where it is named after one.
    pub fn take(&self, name: &'a str) -> Vec<Outcome> {
        let Some(record) = self.pack.record_of(name) else {
            return vec![self.decision(name, &Scope::default())];
        };
        let list = self.pack.list_of(record).expect("a record with decisions has a list");
        let at_each = self.records(list).enumerate().map(|(at, fields)| {
            let scope = Scope { records: vec![(record, at, fields)], parameters: Vec::new() };
            self.decision(name, &scope)
        });
        at_each.collect()
    }

    fn records(&self, list: &str) -> impl Iterator<Item = &'a Record> + use<'a> {
        match &self.deal[list] {
            Val::List(records) => records.iter(),
            other => panic!("{other} is not a list"),
        }
    }

    // ---- Decisions ----------------------------------------------------------------------------------------------

    /// The outcome of a decision, of the record at hand where it is named after one.
    fn decision(&self, name: &'a str, scope: &Scope<'a>) -> Outcome {
        let scope = self.own_scope(name, scope);
        let key = (name.to_owned(), scope.records.first().map(|&(_, at, _)| at));
        if let Some(known) = self.taken.borrow().get(&key) {
            return known.clone();
        }
        let taken = match self.pack.decisions[name] {
            Decision::Decide(ast::Decide { body: ast::DecideBody::Computed(expr), ty, .. }) => {
                let value = self.eval(expr, &scope).and_then(|value| self.checked(ty, value));
                value.map(|value| Outcome::Value { value, by: Vec::new(), default: false })
            }
            shape => self.apply(&RuleSet::of(self.pack, shape, self.as_of), &scope),
        };
        let outcome = taken.unwrap_or_else(|stop| match stop {
            Stop::Gap => Outcome::Gap,
            Stop::Error(why) => Outcome::Error(why),
        });
        self.taken.borrow_mut().insert(key, outcome.clone());
        outcome
    }

    /// What names mean inside a declaration: only the record that it is named after.
    fn own_scope(&self, name: &str, scope: &Scope<'a>) -> Scope<'a> {
        let own = self.pack.record_of(name);
        let records = scope.records.iter().filter(|(record, ..)| own == Some(*record)).copied();
        Scope { records: records.collect(), parameters: Vec::new() }
    }

    /// The value of a decision that an expression needs.
    fn needed(&self, name: &'a str, scope: &Scope<'a>) -> Evaluated {
        match self.decision(name, scope) {
            Outcome::Value { value, .. } => Ok(value),
            Outcome::Gap => Err(Stop::Gap),
            Outcome::Conflict(_) => Err(Stop::Error(format!("needs {name}, which is in conflict"))),
            Outcome::Error(_) => Err(Stop::Error(format!("needs {name}, which is in error"))),
        }
    }

    /// A value given to a declared type.
    fn checked(&self, ty: &'a ast::TypeExpr, value: Val) -> Evaluated {
        if self.pack.fits(ty, &value) { Ok(value) } else { Err(Stop::Error(format!("{value} does not fit its type"))) }
    }

    // ---- Rules --------------------------------------------------------------------------------------------------

    /// What a set of rules comes to. `Err` where a condition or an outcome has no value.
    fn apply(&self, set: &RuleSet<'a>, scope: &Scope<'a>) -> Result<Outcome, Stop> {
        let mut applies = Vec::new();
        let mut stops = Stops::default();
        for (at, rule) in set.rules.iter().enumerate() {
            let condition = stops.note(self.condition(&rule.condition, scope));
            if condition == Some(true) {
                applies.push(at);
            }
            if set.hit == Hit::First && condition != Some(false) {
                break;
            }
        }
        stops.first()?;
        let reaches = rules::overrides_through_others(&set.rules);
        let stands = |at: &usize| !applies.iter().any(|by| reaches[*by].contains(at));
        let standing: Vec<usize> = applies.iter().copied().filter(stands).collect();

        let mut outcomes = Vec::new();
        for &at in &standing {
            outcomes.extend(stops.note(self.outcome(set, set.rules[at].outcome, scope)));
        }
        stops.first()?;
        let by: Vec<String> = standing.iter().map(|&at| set.rules[at].name.clone()).collect();
        if set.hit == Hit::Collect {
            let name = |value: Val| match value {
                Val::Variant(name) => name,
                other => panic!("{other} is not an item"),
            };
            let value = Val::Items(outcomes.into_iter().map(name).collect());
            return Ok(Outcome::Value { value, by, default: false });
        }
        match (outcomes.split_first(), set.default) {
            (Some((value, others)), _) if others.iter().all(|other| other == value) => {
                Ok(Outcome::Value { value: value.clone(), by, default: false })
            }
            (Some(_), _) => Ok(Outcome::Conflict(by)),
            (None, Some(default)) => {
                let value = self.outcome(set, default, scope)?;
                Ok(Outcome::Value { value, by, default: true })
            }
            (None, None) => Ok(Outcome::Gap),
        }
    }

    fn condition(&self, condition: &Condition<'a>, scope: &Scope<'a>) -> Result<bool, Stop> {
        match condition {
            Condition::Always => Ok(true),
            Condition::Never => Ok(false),
            Condition::Holds(expr) => self.holds(expr, scope),
            Condition::Fails(expr) => Ok(!self.holds(expr, scope)?),
            Condition::Reaches(rubric, from) => Ok(self.score(rubric, scope)? >= self.number(from, scope)?),
            Condition::Matches(table, row) => {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    if !self.matches(column, cell, scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn outcome(&self, set: &RuleSet<'a>, outcome: Yields<'a>, scope: &Scope<'a>) -> Evaluated {
        let value = match outcome {
            Yields::Value(expr) => self.eval(expr, scope)?,
            Yields::Variant(variant) => Val::Variant(variant.to_owned()),
        };
        set.ty.map_or(Ok(value.clone()), |ty| self.checked(ty, value))
    }

    fn matches(&self, column: &'a Expr, cell: &'a ast::Cell, scope: &Scope<'a>) -> Result<bool, Stop> {
        let (tests, wanted) = match &cell.kind {
            ast::CellKind::Any => return Ok(true),
            ast::CellKind::OneOf(tests) => (tests, true),
            ast::CellKind::NoneOf(tests) => (tests, false),
        };
        for test in tests {
            let subject = self.eval(column, scope)?;
            let passes = match test {
                ast::CellTest::Value(value) => subject == self.eval(value, scope)?,
                _ if subject == Val::None => false,
                ast::CellTest::Compare(op, value) => compares(*op, &subject, &self.eval(value, scope)?),
                ast::CellTest::Within(range) => self.within(&subject, range, scope)?,
            };
            if passes {
                return Ok(wanted);
            }
        }
        Ok(!wanted)
    }

    /// The sum of a rubric's criteria.
    fn score(&self, rubric: &'a ast::Rubric, scope: &Scope<'a>) -> Result<Number, Stop> {
        let mut score = Number::ZERO;
        for criterion in &rubric.criteria {
            let points = match &criterion.body {
                ast::CriterionBody::Weighted(expr) => self.number(expr, scope)?,
                ast::CriterionBody::Points(lines) => self.points(lines, scope)?,
            };
            score = exact(score.add(points))?;
        }
        Ok(score)
    }

    /// The first line that holds.
    fn points(&self, lines: &'a [ast::Points], scope: &Scope<'a>) -> Result<Number, Stop> {
        for line in lines {
            if line.when.as_ref().map_or(Ok(true), |when| self.holds(when, scope))? {
                return self.number(&line.points, scope);
            }
        }
        panic!("the last line of points is for everything else")
    }

    // ---- Expressions --------------------------------------------------------------------------------------------

    fn holds(&self, expr: &'a Expr, scope: &Scope<'a>) -> Result<bool, Stop> {
        self.eval(expr, scope).map(Val::boolean)
    }

    fn number(&self, expr: &'a Expr, scope: &Scope<'a>) -> Result<Number, Stop> {
        self.eval(expr, scope).map(|value| value.number())
    }

    /// The value of an expression. Operands are evaluated from left to right, all of them but those that `and`,
    /// `or`, `if`, `any` and `all` do not need; the first that has no value is why the whole has none.
    fn eval(&self, expr: &'a Expr, scope: &Scope<'a>) -> Evaluated {
        let value = match &expr.kind {
            ExprKind::Number { value, .. } => Val::Number(*value),
            ExprKind::Date(date) => Val::Date(*date),
            ExprKind::Text(text) => Val::Text(text.clone()),
            ExprKind::Boolean(b) => Val::Boolean(*b),
            ExprKind::None => Val::None,
            ExprKind::AsOf => Val::Date(self.as_of),
            ExprKind::Name(name) => return self.name(name, scope),
            ExprKind::Not(of) => Val::Boolean(!self.holds(of, scope)?),
            ExprKind::Negate(of) => Val::Number(exact(self.number(of, scope)?.negate())?),
            ExprKind::And(parts) => {
                for part in parts {
                    if !self.holds(part, scope)? {
                        return Ok(Val::Boolean(false));
                    }
                }
                Val::Boolean(true)
            }
            ExprKind::Or(parts) => {
                for part in parts {
                    if self.holds(part, scope)? {
                        return Ok(Val::Boolean(true));
                    }
                }
                Val::Boolean(false)
            }
            ExprKind::Compare(op, left, right) => {
                let (left, right) = (self.eval(left, scope)?, self.eval(right, scope)?);
                Val::Boolean(compares(*op, &left, &right))
            }
            ExprKind::Is { left, right, negated } => {
                let (left, right) = (self.eval(left, scope)?, self.eval(right, scope)?);
                Val::Boolean((left == right) != *negated)
            }
            ExprKind::IsNone { of, negated } => Val::Boolean((self.eval(of, scope)? == Val::None) != *negated),
            ExprKind::In { of, among, negated } => {
                let of = self.eval(of, scope)?;
                let among: Vec<Val> = among.iter().map(|e| self.eval(e, scope)).collect::<Result<_, _>>()?;
                Val::Boolean(among.contains(&of) != *negated)
            }
            ExprKind::Within { of, range, negated } => {
                let of = self.eval(of, scope)?;
                Val::Boolean(self.within(&of, range, scope)? != *negated)
            }
            ExprKind::Arithmetic(op, left, right) => {
                arithmetic(*op, &self.eval(left, scope)?, &self.eval(right, scope)?)?
            }
            ExprKind::If { condition, then, otherwise } => {
                let otherwise = otherwise.as_deref().expect("only a property has an `if` without `else`");
                let chosen = if self.holds(condition, scope)? { then } else { otherwise };
                return self.eval(chosen, scope);
            }
            ExprKind::Call { name, arguments } => return self.call(&name.text, arguments, scope),
            ExprKind::DaysBetween(from, to) => {
                let (from, to) = (self.eval(from, scope)?.date(), self.eval(to, scope)?.date());
                Val::Number(Number::from(i64::from((to - from).get_days())))
            }
            ExprKind::Aggregate { kind, summed, list, condition } => {
                self.aggregate(*kind, summed.as_deref(), &list.text, condition.as_deref(), scope)?
            }
        };
        Ok(value)
    }

    fn within(&self, subject: &Val, range: &'a ast::Range, scope: &Scope<'a>) -> Result<bool, Stop> {
        let low = range.low.as_ref().map(|low| self.eval(low, scope)).transpose()?;
        let high = range.high.as_ref().map(|high| self.eval(high, scope)).transpose()?;
        let above = low.is_none_or(|low| compares(CompareOp::GreaterOrEqual, subject, &low));
        Ok(above && high.is_none_or(|high| compares(CompareOp::LessOrEqual, subject, &high)))
    }

    /// A name that is nothing else is a variant.
    fn name(&self, name: &'a str, scope: &Scope<'a>) -> Evaluated {
        if let Some((_, value)) = scope.parameters.iter().find(|(parameter, _)| *parameter == name) {
            return Ok(value.clone());
        }
        if let Some((record, field)) = name.split_once('.') {
            let at_hand = scope.records.iter().find(|(at_hand, ..)| *at_hand == record);
            if let Some(value) = at_hand.and_then(|(.., fields)| fields.get(field)) {
                return Ok(value.clone());
            }
        }
        if let Some(value) = self.deal.get(name) {
            return Ok(value.clone());
        }
        if let Some(constant) = self.pack.constants.get(name) {
            return self.constant(constant);
        }
        if let Some(define) = self.pack.definitions.get(name) {
            let value = self.eval(&define.body, &self.own_scope(name, scope))?;
            return define.ty.as_ref().map_or(Ok(value.clone()), |ty| self.checked(ty, value));
        }
        if self.pack.decisions.contains_key(name) {
            return self.needed(name, scope);
        }
        if let Some((owner, part)) = name.rsplit_once('.') {
            match self.pack.decisions.get(owner) {
                Some(Decision::Rubric(rubric)) if part == "score" => {
                    return self.score(rubric, &self.own_scope(owner, scope)).map(Val::Number);
                }
                Some(_) => match self.needed(owner, scope)? {
                    Val::Items(items) => return Ok(Val::Boolean(items.contains(part))),
                    other => panic!("{other} has no item {part}"),
                },
                None => {}
            }
        }
        Ok(Val::Variant(name.to_owned()))
    }

    /// The value in force on the date of the decision.
    fn constant(&self, constant: &'a ast::Constant) -> Evaluated {
        let in_force = |v: &&ast::ConstantValue| v.from.is_none_or(|(from, _)| from <= self.as_of);
        let Some(value) = constant.values.iter().rfind(in_force) else {
            return Err(Stop::Error(format!("{} is not yet in force", constant.name.text)));
        };
        self.eval(&value.value, &Scope::default())
    }

    fn aggregate(
        &self,
        kind: Aggregate,
        summed: Option<&'a Expr>,
        list: &'a str,
        condition: Option<&'a Expr>,
        scope: &Scope<'a>,
    ) -> Evaluated {
        let Kind::List(record, _) = self.pack.ty(&self.pack.facts[list].ty).kind else {
            panic!("{list} is no list");
        };
        let (mut count, mut sum) = (0, Number::ZERO);
        for (at, fields) in self.records(list).enumerate() {
            let mut scope = scope.clone();
            scope.records.push((&record.name.text, at, fields));
            let holds = condition.map_or(Ok(true), |condition| self.holds(condition, &scope))?;
            // Like `or` and `and`, these stop when settled.
            match kind {
                Aggregate::Any if holds => return Ok(Val::Boolean(true)),
                Aggregate::All if !holds => return Ok(Val::Boolean(false)),
                _ => {}
            }
            if holds {
                count += 1;
                if let Some(summed) = summed {
                    sum = exact(sum.add(self.number(summed, &scope)?))?;
                }
            }
        }
        Ok(match kind {
            Aggregate::Any => Val::Boolean(false),
            Aggregate::All => Val::Boolean(true),
            Aggregate::Count => Val::Number(Number::from(count)),
            Aggregate::Sum => Val::Number(sum),
        })
    }

    fn call(&self, function: &'a str, arguments: &'a [Expr], scope: &Scope<'a>) -> Evaluated {
        if let Some(table) = self.pack.lookups.get(function) {
            let mut parameters = Vec::new();
            for (parameter, argument) in table.parameters.iter().flatten().zip(arguments) {
                let value = self.checked(&parameter.ty, self.eval(argument, scope)?)?;
                parameters.push((parameter.name.text.as_str(), value));
            }
            let scope = Scope { records: Vec::new(), parameters };
            return match self.apply(&rules::rows(table), &scope)? {
                Outcome::Value { value, .. } => Ok(value),
                Outcome::Gap => Err(Stop::Error(format!("no row of {function} matches"))),
                Outcome::Conflict(_) => Err(Stop::Error(format!("rows of {function} disagree"))),
                Outcome::Error(why) => Err(Stop::Error(why)),
            };
        }
        let values: Vec<Val> = arguments.iter().map(|a| self.eval(a, scope)).collect::<Result<_, _>>()?;
        let number = |at: usize| values[at].number();
        let result = match function {
            "min" => values.iter().map(Val::number).min().expect("one at least"),
            "max" => values.iter().map(Val::number).max().expect("one at least"),
            "abs" => exact(number(0).abs())?,
            "floor" => number(0).floor(),
            "ceil" => number(0).ceil(),
            "round" => {
                let places = values.get(1).map_or(0, |places| places.number().numerator());
                exact(number(0).round(u32::try_from(places).expect("places are few")))?
            }
            "add_months_or_last_day" => return add_months(values[0].date(), number(1), 1, EndOfMonth::LastDay),
            "add_months_or_next_day" => return add_months(values[0].date(), number(1), 1, EndOfMonth::NextDay),
            "add_years_or_last_day" => return add_months(values[0].date(), number(1), 12, EndOfMonth::LastDay),
            "add_years_or_next_day" => return add_months(values[0].date(), number(1), 12, EndOfMonth::NextDay),
            other => panic!("no function is called {other}"),
        };
        Ok(Val::Number(result))
    }
}

/// Things without a value among several that are evaluated side by side: an error counts before a gap.
#[derive(Default)]
struct Stops {
    gap: bool,
    error: Option<String>,
}

impl Stops {
    fn note<T>(&mut self, result: Result<T, Stop>) -> Option<T> {
        match result {
            Ok(value) => return Some(value),
            Err(Stop::Gap) => self.gap = true,
            Err(Stop::Error(why)) => drop(self.error.get_or_insert(why)),
        }
        None
    }

    fn first(&self) -> Result<(), Stop> {
        match (&self.error, self.gap) {
            (Some(why), _) => Err(Stop::Error(why.clone())),
            (None, true) => Err(Stop::Gap),
            (None, false) => Ok(()),
        }
    }
}
