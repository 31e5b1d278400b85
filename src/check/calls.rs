//! Functions, tables with parameters, and questions about lists.

use super::Checker;
use super::expressions::{Asked, Hint, Inferred, date_type, number_type};
use super::names::Entity;
use super::narrowing::Known;
use super::order::Dependency;
use super::{Fixed, index};
use crate::base::{Aggregate, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{FactId, NumberKind, RecordId, Type, TypeKind, UnitProduct};
use crate::policy::{ExprId, ExprKind, Function, LookupId};
use crate::syntax::ast;

/// Every function of the language; `round` with a placeholder for its decimals.
const FUNCTIONS: [Function; 10] = [
    Function::Min,
    Function::Max,
    Function::Abs,
    Function::Round(0),
    Function::Floor,
    Function::Ceil,
    Function::AddMonthsOrLastDay,
    Function::AddMonthsOrNextDay,
    Function::AddYearsOrLastDay,
    Function::AddYearsOrNextDay,
];

/// The most decimals that `round` leaves.
const MOST_DECIMALS: u32 = 12;

/// Whether the language has a function of this name.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name() == name)
}

impl Checker<'_> {
    /// `max(a, b)`, `contract_hours(tier)`
    pub(super) fn call(&mut self, name: &ast::Name, arguments: &[ast::Expr], span: Span) -> Option<ExprId> {
        if let Some(&function) = FUNCTIONS.iter().find(|f| f.name() == name.text) {
            return self.function(function, name, arguments, span);
        }
        if let Some(Entity::Lookup(lookup)) = self.names.get(&name.text).map(|entry| entry.entity) {
            return self.lookup(lookup, name, arguments, span);
        }
        for argument in arguments {
            self.infer(argument, &Hint::Failed);
        }
        if self.names.is_broken(&name.text) {
            return None;
        }
        let entity = self.names.get(&name.text);
        let message = match entity {
            Some(entry) => format!("`{}` is {}, and takes no arguments", name.text, entry.entity.words()),
            None => format!("there is no table or function `{}`", name.text),
        };
        let mut report =
            Diagnostic::error(Code::UnknownFunction, name.span, message).here("not a table with parameters");
        if let Some(entry) = entity {
            report = report.label(entry.span, "declared here");
        } else {
            let tables: Vec<String> = self
                .names
                .iter()
                .filter(|(_, entry)| matches!(entry.entity, Entity::Lookup(_)))
                .map(|(name, _)| name.to_owned())
                .collect();
            let known = FUNCTIONS.iter().map(|f| f.name()).chain(tables.iter().map(String::as_str));
            if let Some(near) = self.suggest_among(&name.text, known) {
                let advice = format!("did you mean `{near}`?");
                report = report.suggest(name.span, near, advice);
            } else {
                let all = FUNCTIONS.map(Function::name).join("`, `");
                report = report.help(format!("the functions are `{all}`"));
            }
        }
        self.report(report);
        None
    }

    fn function(
        &mut self,
        function: Function,
        name: &ast::Name,
        arguments: &[ast::Expr],
        span: Span,
    ) -> Option<ExprId> {
        let (least, most, takes) = match function {
            Function::Min | Function::Max => (1, usize::MAX, "one argument or more"),
            Function::Round(_) => (1, 2, "a number, and the decimals to leave"),
            Function::Abs | Function::Floor | Function::Ceil => (1, 1, "one argument"),
            _ => (2, 2, "a date, and how many"),
        };
        if !(least..=most).contains(&arguments.len()) {
            for argument in arguments {
                self.infer(argument, &Hint::Failed);
            }
            let message = format!("`{}` takes {takes}", name.text);
            let report = Diagnostic::error(Code::WrongArguments, span, message);
            self.report(report.here(format!("given {}", count(arguments.len()))));
            return None;
        }
        match (function, arguments) {
            (Function::Round(_), [number, rest @ ..]) => {
                let number = self.number(number);
                let places = match rest.first() {
                    Some(places) => Some(self.places(places)?),
                    None => None,
                };
                let (number, ty) = number?;
                let kind = if places.is_some() { NumberKind::Decimal } else { NumberKind::Integer };
                let call = ExprKind::Call(Function::Round(places.unwrap_or(0)), Box::new([number]));
                Some(self.push(call, number_type(kind, ty.unit), span))
            }
            (Function::Floor | Function::Ceil | Function::Abs, [number]) => {
                let (number, ty) = self.number(number)?;
                let kind = if function == Function::Abs { ty.kind } else { NumberKind::Integer };
                Some(self.push(ExprKind::Call(function, Box::new([number])), number_type(kind, ty.unit), span))
            }
            (Function::Min | Function::Max, arguments) => self.extreme(function, arguments, span),
            (_, [date, number]) => {
                let asked = Asked { what: "the first argument of", name: &name.text, at: None };
                let date = self.expect(date, &date_type(), &asked);
                let asked = Asked { what: "the second argument of", name: &name.text, at: None };
                let plain = number_type(NumberKind::Integer, UnitProduct::none());
                let number = self.expect(number, &plain, &asked);
                Some(self.push(ExprKind::Call(function, Box::new([date?, number?])), date_type(), span))
            }
            _ => None,
        }
    }

    /// `min` and `max`: numbers of one unit.
    fn extreme(&mut self, function: Function, arguments: &[ast::Expr], span: Span) -> Option<ExprId> {
        let mut exprs: Vec<ExprId> = Vec::with_capacity(arguments.len());
        let mut ty: Option<Type> = None;
        let mut fine = true;
        for argument in arguments {
            let Some((expr, number)) = self.number(argument) else {
                fine = false;
                continue;
            };
            let joined = match exprs.first() {
                Some(&first) => self.join(first, expr),
                None => Some(number_type(number.kind, number.unit.clone())),
            };
            exprs.push(expr);
            let kind = ty.as_ref().and_then(Type::number).map_or(number.kind, |n| n.kind);
            match joined {
                Some(_) => ty = Some(number_type(kind.max(number.kind), number.unit)),
                None => fine = false,
            }
        }
        let ty = ty.filter(|_| fine)?;
        Some(self.push(ExprKind::Call(function, exprs.into()), ty, span))
    }

    /// The decimals that `round` leaves: a literal, so that the type of the result is known.
    fn places(&mut self, e: &ast::Expr) -> Option<u32> {
        let places = match &e.kind {
            ast::ExprKind::Number { value, decimal: false, unit: None } => value.to_integer(),
            _ => None,
        };
        let places = places.and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= MOST_DECIMALS);
        if places.is_none() {
            let message = format!("the decimals that `round` leaves are a number from 0 to {MOST_DECIMALS}");
            let report = Diagnostic::error(Code::WrongArguments, e.span, message);
            self.report(report.here("to be written out").help("for example `round(price, 2)`"));
        }
        places
    }

    fn lookup(&mut self, lookup: LookupId, name: &ast::Name, arguments: &[ast::Expr], span: Span) -> Option<ExprId> {
        self.used.insert(Entity::Lookup(lookup));
        if self.scope.fixed != Fixed::No {
            self.report_not_fixed(span, self.scope.fixed);
            return None;
        }
        self.scope.uses.push((Dependency::Lookup(lookup), name.span));
        let signature = self.signature(lookup)?.clone();
        if signature.parameters.len() != arguments.len() {
            for argument in arguments {
                self.infer(argument, &Hint::Failed);
            }
            let message = format!(
                "`{}` has {}, and is given {}",
                name.text,
                parameters(signature.parameters.len()),
                count(arguments.len())
            );
            let mut report = Diagnostic::error(Code::WrongArguments, span, message).here("asked for here");
            if let Some(place) = self.names.place(Entity::Lookup(lookup)) {
                let names: Vec<&str> = signature.parameters.iter().map(|p| p.0.as_str()).collect();
                report = report.label(place, format!("declared here, with `{}`", names.join("`, `")));
            }
            self.report(report);
            return None;
        }
        let mut exprs = Vec::with_capacity(arguments.len());
        for (argument, (parameter, ty, at)) in arguments.iter().zip(&signature.parameters) {
            let asked = Asked { what: "the argument for", name: parameter, at: Some(*at) };
            let expr = self.expect_known(argument, ty.as_ref(), &asked);
            if let (Some(expr), Some(ty)) = (expr, ty) {
                exprs.push(self.held(expr, ty));
            }
        }
        let ty = signature.ty?;
        (exprs.len() == arguments.len()).then(|| self.push(ExprKind::Lookup(lookup, exprs.into()), ty, span))
    }

    /// `days between a and b`
    pub(super) fn days_between(&mut self, from: &ast::Expr, to: &ast::Expr, span: Span) -> Option<ExprId> {
        let mut date = |e: &ast::Expr| {
            let expr = self.infer(e, &Hint::Words("a date")).expr?;
            let expr = self.present(expr)?;
            if !matches!(self.type_of(expr).kind, TypeKind::Date(_)) {
                self.report_operand(expr, "a date");
                return None;
            }
            Some(expr)
        };
        let (from, to) = (date(from), date(to));
        let days = self.days();
        Some(self.push(ExprKind::DaysBetween(from?, to?), number_type(NumberKind::Integer, days), span))
    }

    /// A question about a list.
    pub(super) fn aggregate(
        &mut self,
        kind: Aggregate,
        summed: Option<&ast::Expr>,
        list: &ast::Name,
        condition: Option<&ast::Expr>,
        span: Span,
    ) -> Option<ExprId> {
        let found = self.list(list);
        if self.scope.fixed != Fixed::No {
            self.report_not_fixed(span, self.scope.fixed);
            return None;
        }
        let Some((list_fact, record)) = found else {
            // What is inside cannot be understood without the record.
            return None;
        };
        let at_hand = self.scope.asked.contains(&record) || self.scope.declared == Some(record);
        if at_hand && (summed.is_some() || condition.is_some()) {
            self.report_nested_question(record, span, None);
            return None;
        }
        if summed.is_some() || condition.is_some() {
            self.scope.questions.push((record, span));
        }
        self.scope.asked.push(record);
        let Inferred { expr: condition_expr, known } = match condition {
            Some(condition) => self.condition(condition),
            None => Inferred::default(),
        };
        let Known { when_true, .. } = known;
        let summed_expr = summed.map(|summed| self.knowing(&when_true, |c| c.number(summed)));
        self.scope.asked.pop();

        let ty = match (kind, &summed_expr) {
            (Aggregate::Any | Aggregate::All, _) => Type::boolean(),
            (Aggregate::Sum, Some(Some((_, number)))) => number_type(number.kind, number.unit.clone()),
            (Aggregate::Sum, Some(None)) => return None,
            _ => number_type(NumberKind::Integer, UnitProduct::none()),
        };
        if condition.is_some() && condition_expr.is_none() {
            return None;
        }
        let summed = summed_expr.flatten().map(|(expr, _)| expr);
        let kind = ExprKind::Aggregate { kind, list: list_fact, record, summed, condition: condition_expr };
        Some(self.push(kind, ty, span))
    }

    /// Reports a question about records of a kind of which one is at hand.
    pub(super) fn report_nested_question(&mut self, record: RecordId, span: Span, at_hand: Option<Span>) {
        let name = self.record_name(record).to_owned();
        let message = format!("a question about each `{name}` stands where one `{name}` is at hand already");
        let mut report = Diagnostic::error(Code::NestedQuestion, span, message)
            .here(format!("which `{name}` is meant here cannot be told"))
            .help("give the inner question a name with `define`, in a declaration of its own");
        if let Some(at_hand) = at_hand {
            report = report.label(at_hand, format!("here one `{name}` is meant"));
        }
        self.report(report);
    }

    /// The list that a question is about, with its record.
    fn list(&mut self, name: &ast::Name) -> Option<(FactId, RecordId)> {
        let entity = self.names.get(&name.text).map(|entry| entry.entity);
        if let Some(entity) = entity {
            self.used.insert(entity);
        }
        if let Some(Entity::Fact(fact)) = entity {
            match &self.fact_types[index(fact)] {
                Some(Type { kind: TypeKind::List { record, .. }, .. }) => return Some((fact, *record)),
                Some(_) => {}
                None => return None,
            }
        }
        if self.names.is_broken(&name.text) {
            return None;
        }
        let message = match entity {
            Some(Entity::Fact(_)) | None => format!("`{}` is not a list", name.text),
            Some(entity) => format!("`{}` is {}, not a list", name.text, entity.words()),
        };
        let mut report = Diagnostic::error(Code::NotAList, name.span, message).here("a list of records is asked for");
        let near = match entity {
            Some(Entity::Record(record)) => {
                self.record_lists[index(record)].first().map(|list| self.schema.facts[*list].name.clone())
            }
            _ => {
                let lists: Vec<String> =
                    self.record_lists.iter().flatten().map(|list| self.schema.facts[*list].name.clone()).collect();
                self.suggest_among(&name.text, lists.iter().map(String::as_str))
            }
        };
        if let Some(near) = near {
            let advice = format!("did you mean `{near}`?");
            report = report.suggest(name.span, near, advice);
        } else if let Some(place) = entity.and_then(|entity| self.names.place(entity)) {
            report = report.label(place, "declared here");
        }
        self.report(report);
        None
    }
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no argument".to_owned(),
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

fn parameters(n: usize) -> String {
    match n {
        0 => "no parameters".to_owned(),
        1 => "one parameter".to_owned(),
        n => format!("{n} parameters"),
    }
}
