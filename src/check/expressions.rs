//! Expressions: what a name means where it stands, and of which type each expression is.

use super::demand::State;
use super::names::Entity;
use super::narrowing::{Known, Place, in_all};
use super::order::Dependency;
use super::{Checker, Fixed, index};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{DateRange, EnumerationId, NumberKind, NumberRange, NumberType, Type, TypeKind, UnitProduct, Value};
use crate::policy::{ExprId, ExprKind};
use crate::syntax::ast;

/// What the surroundings of an expression tell about its type. Variants are looked up by it.
#[derive(Clone, Debug)]
pub(super) enum Hint {
    /// Nothing.
    Nothing,
    /// They would tell, but are in error themselves: keep quiet.
    Failed,
    /// This type, or one like it.
    Type(Type),
    /// In words: something that is no enumeration.
    Words(&'static str),
}

impl Hint {
    /// A hint by a type that may be in error.
    pub(super) fn of(ty: Option<&Type>) -> Hint {
        ty.map_or(Hint::Failed, |ty| Hint::Type(ty.clone()))
    }

    fn enumeration(&self) -> Option<EnumerationId> {
        match self {
            Hint::Type(Type { kind: TypeKind::Variant(id), .. }) => Some(*id),
            _ => None,
        }
    }
}

/// Who asks for a type: `the outcome of` `discovery.billing`, whose type stands `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'s> {
    /// In words, up to the name.
    pub(super) what: &'s str,
    /// The name; may be empty.
    pub(super) name: &'s str,
    /// Where the type is declared, or what is compared with.
    pub(super) at: Option<Span>,
}

impl Asked<'_> {
    /// In words.
    pub(super) fn words(&self) -> String {
        if self.name.is_empty() { self.what.to_owned() } else { format!("{} `{}`", self.what, self.name) }
    }
}

/// An expression as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Inferred {
    /// The expression; `None` where something in it is wrong, which has been reported.
    pub(super) expr: Option<ExprId>,
    /// Of a condition: what it tells about none.
    pub(super) known: Known,
}

impl From<Option<ExprId>> for Inferred {
    fn from(expr: Option<ExprId>) -> Inferred {
        Inferred { expr, known: Known::default() }
    }
}

/// A plain number.
pub(super) fn number_type(kind: NumberKind, unit: UnitProduct) -> Type {
    Type::of(TypeKind::Number(NumberType { kind, unit, range: NumberRange::default() }))
}

/// Any date.
pub(super) fn date_type() -> Type {
    Type::of(TypeKind::Date(DateRange::ALL))
}

impl Checker<'_> {
    /// The expression, whatever its type. Operands are checked even where others are in error.
    pub(super) fn infer(&mut self, e: &ast::Expr, hint: &Hint) -> Inferred {
        match &e.kind {
            ast::ExprKind::Number { value, decimal, unit } => {
                let unit = match unit {
                    Some(unit) => self.unit(unit),
                    None => Some(UnitProduct::none()),
                };
                let kind = if *decimal { NumberKind::Decimal } else { NumberKind::Integer };
                unit.map(|unit| self.push(ExprKind::number(*value), number_type(kind, unit), e.span)).into()
            }
            ast::ExprKind::Date(date) => {
                if !DateRange::ALL.contains(*date) {
                    let report = Diagnostic::error(Code::OutOfRange, e.span, "dates lie in 1900 to 2199");
                    self.report(report.here("not a date that can be decided about"));
                    return None.into();
                }
                Some(self.push(ExprKind::Literal(Value::Date(*date)), date_type(), e.span)).into()
            }
            ast::ExprKind::Text(text) => {
                let value = Value::Text(text.as_str().into());
                Some(self.push(ExprKind::Literal(value), Type::of(TypeKind::Text), e.span)).into()
            }
            ast::ExprKind::Boolean(b) => {
                Some(self.push(ExprKind::Literal(Value::Boolean(*b)), Type::boolean(), e.span)).into()
            }
            ast::ExprKind::None => self.none(e.span, hint).into(),
            ast::ExprKind::AsOf => {
                if self.scope.fixed != Fixed::No {
                    self.report_not_fixed(e.span, self.scope.fixed);
                    return None.into();
                }
                Some(self.push(ExprKind::AsOf, date_type(), e.span)).into()
            }
            ast::ExprKind::Name(name) => self.name(name, e.span, hint).into(),
            ast::ExprKind::Not(inner) => {
                let inner = self.condition(inner);
                let expr = inner.expr.map(|inner| self.push(ExprKind::Not(inner), Type::boolean(), e.span));
                Inferred { expr, known: inner.known.negated() }
            }
            ast::ExprKind::And(parts) => self.connective(parts, true, e.span),
            ast::ExprKind::Or(parts) => self.connective(parts, false, e.span),
            ast::ExprKind::Negate(inner) => self.negate(inner, e.span).into(),
            ast::ExprKind::Compare(op, left, right) => self.compare(*op, left, right, e.span).into(),
            ast::ExprKind::Is { left, right, negated } => self.is(left, right, *negated, e.span).into(),
            ast::ExprKind::IsNone { of, negated } => self.is_none(of, *negated, e.span),
            ast::ExprKind::In { of, among, negated } => self.is_in(of, among, *negated, e.span).into(),
            ast::ExprKind::Within { of, range, negated } => self.is_within(of, range, *negated, e.span).into(),
            ast::ExprKind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, e.span).into(),
            ast::ExprKind::If { condition, then, otherwise } => {
                self.choice(condition, then, otherwise.as_deref(), hint, e.span).into()
            }
            ast::ExprKind::Call { name, arguments } => self.call(name, arguments, e.span).into(),
            ast::ExprKind::DaysBetween(from, to) => self.days_between(from, to, e.span).into(),
            ast::ExprKind::Aggregate { kind, summed, list, condition } => {
                self.aggregate(*kind, summed.as_deref(), list, condition.as_deref(), e.span).into()
            }
        }
    }

    /// The expression, of the type asked for.
    pub(super) fn expect(&mut self, e: &ast::Expr, ty: &Type, asked: &Asked<'_>) -> Option<ExprId> {
        let expr = self.infer(e, &Hint::Type(ty.clone())).expr?;
        self.fits(expr, ty, asked)
    }

    /// The expression, of the type asked for where that is known.
    pub(super) fn expect_known(&mut self, e: &ast::Expr, ty: Option<&Type>, asked: &Asked<'_>) -> Option<ExprId> {
        match ty {
            Some(ty) => self.expect(e, ty, asked),
            None => {
                self.infer(e, &Hint::Failed);
                None
            }
        }
    }

    /// A condition, with what it tells about none.
    pub(super) fn condition(&mut self, e: &ast::Expr) -> Inferred {
        let boolean = Type::boolean();
        let Inferred { expr, known } = self.infer(e, &Hint::Words("a condition"));
        let asked = Asked { what: "a condition", name: "", at: None };
        Inferred { expr: expr.and_then(|expr| self.fits(expr, &boolean, &asked)), known }
    }

    /// `and` and `or`: each part is checked knowing what those before it tell.
    fn connective(&mut self, parts: &[ast::Expr], and: bool, span: Span) -> Inferred {
        let mut exprs = Vec::with_capacity(parts.len());
        let (mut always, mut at_end, mut learned) = (Vec::new(), Vec::new(), Vec::new());
        let mut fine = true;
        for part in parts {
            let Inferred { expr, known } = self.condition(part);
            match expr {
                Some(expr) => exprs.push(expr),
                None => fine = false,
            }
            let (goes_on, stops) =
                if and { (known.when_true, known.when_false) } else { (known.when_false, known.when_true) };
            learned.extend(self.learn(&goes_on));
            always.extend(goes_on);
            at_end.push(stops);
        }
        self.forget(&learned);
        let stops = in_all(at_end);
        let known = if and {
            Known { when_true: always, when_false: stops }
        } else {
            Known { when_true: stops, when_false: always }
        };
        let kind = if and { ExprKind::And(exprs.into()) } else { ExprKind::Or(exprs.into()) };
        Inferred { expr: fine.then(|| self.push(kind, Type::boolean(), span)), known }
    }

    fn none(&mut self, span: Span, hint: &Hint) -> Option<ExprId> {
        match hint {
            Hint::Type(ty) if ty.optional => Some(self.push(ExprKind::Literal(Value::None), ty.clone(), span)),
            Hint::Failed => None,
            _ => {
                let message = match hint {
                    Hint::Type(ty) => format!("`none` stands where {} is asked for", self.describe(ty)),
                    _ => "nothing here can be none".to_owned(),
                };
                let report = Diagnostic::error(Code::NeverNone, span, message).here("never none");
                self.report(
                    report.help("a type says so with `or none`; to ask whether a value is there, write `is none`"),
                );
                None
            }
        }
    }

    /// `if`: the branches know what the condition tells, and agree in their type.
    fn choice(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: Option<&ast::Expr>,
        hint: &Hint,
        span: Span,
    ) -> Option<ExprId> {
        let Inferred { expr: condition, known } = self.condition(condition);
        let Some(otherwise) = otherwise else {
            self.knowing(&known.when_true, |c| c.infer(then, hint));
            let report =
                Diagnostic::error(Code::IncompleteExpression, span, "this `if` does not say what holds otherwise");
            self.report(report.here("no `else`").help("only a property may begin with an `if` that has no `else`"));
            return None;
        };
        let infer_then = |c: &mut Self, hint: &Hint| c.knowing(&known.when_true, |c| c.infer(then, hint).expr);
        let infer_else = |c: &mut Self, hint: &Hint| c.knowing(&known.when_false, |c| c.infer(otherwise, hint).expr);
        let (yes, no) = if matches!(hint, Hint::Type(_) | Hint::Failed) {
            (infer_then(self, hint), infer_else(self, hint))
        } else if self.needs_hint(then) && !self.needs_hint(otherwise) {
            let no = infer_else(self, hint);
            let hint = self.branch_hint(no);
            (infer_then(self, &hint), no)
        } else {
            let yes = infer_then(self, hint);
            let hint = self.branch_hint(yes);
            (yes, infer_else(self, &hint))
        };
        let (condition, yes, no) = (condition?, yes?, no?);
        let ty = self.join(yes, no)?;
        Some(self.push(ExprKind::If { condition, then: yes, otherwise: no }, ty, span))
    }

    /// What one branch tells of the other: its type, and that it may be none.
    fn branch_hint(&self, branch: Option<ExprId>) -> Hint {
        match branch {
            Some(expr) => Hint::Type(Type { optional: true, ..self.type_of(expr).clone() }),
            None => Hint::Failed,
        }
    }

    /// What one operand tells of the other.
    pub(super) fn hint_by(&self, operand: Option<ExprId>) -> Hint {
        Hint::of(operand.map(|expr| self.type_of(expr)))
    }

    /// Whether an expression can only be understood by the type that is asked for.
    pub(super) fn needs_hint(&self, e: &ast::Expr) -> bool {
        match &e.kind {
            ast::ExprKind::None => true,
            ast::ExprKind::Name(name) => self.parameter(name).is_none() && self.names.get(name).is_none(),
            ast::ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                self.needs_hint(then) && self.needs_hint(otherwise)
            }
            _ => false,
        }
    }

    fn parameter(&self, name: &str) -> Option<(u32, Option<Type>)> {
        let signature = self.signature(self.scope.lookup?)?;
        let place = signature.parameters.iter().position(|(parameter, ..)| parameter == name)?;
        Some((u32::try_from(place).unwrap_or(u32::MAX), signature.parameters[place].1.clone()))
    }

    /// A name: a variant of the enumeration asked for, else a parameter, else what the pack declares.
    fn name(&mut self, name: &str, span: Span, hint: &Hint) -> Option<ExprId> {
        if let Some(enumeration) = hint.enumeration()
            && let Some(&variant) = self.variants[index(enumeration)].get(name)
        {
            let ty = Type::of(TypeKind::Variant(enumeration));
            return Some(self.push(ExprKind::Literal(Value::Variant(variant)), ty, span));
        }
        if let Some((place, ty)) = self.parameter(name) {
            return self.narrowable(ExprKind::Parameter(place), ty?, span);
        }
        match self.names.get(name) {
            Some(entry) => self.entity(entry.entity, name, span),
            None => {
                self.report_unknown(name, span, hint);
                None
            }
        }
    }

    /// Something that may be none unless the conditions around have asked.
    fn narrowable(&mut self, kind: ExprKind, mut ty: Type, span: Span) -> Option<ExprId> {
        if ty.optional && Place::of(&kind).is_some_and(|place| self.narrowed.contains(&place)) {
            ty.optional = false;
        }
        Some(self.push(kind, ty, span))
    }

    fn entity(&mut self, entity: Entity, name: &str, span: Span) -> Option<ExprId> {
        self.used.insert(entity);
        match (self.scope.fixed, entity) {
            (Fixed::No, _) | (Fixed::Constant, Entity::Constant(_)) => {}
            (fixed, _) => {
                self.report_not_fixed(span, fixed);
                return None;
            }
        }
        match entity {
            Entity::Fact(fact) => {
                let ty = self.fact_types[index(fact)].clone()?;
                if let TypeKind::List { .. } = ty.kind {
                    let help =
                        format!("ask about it: `count of {name}`, `any of {name} where …`, `all of {name} have …`");
                    self.report_no_value(entity, name, span, "a list", help);
                    return None;
                }
                self.narrowable(ExprKind::Fact(fact), ty, span)
            }
            Entity::Field(fact) => {
                let (record, _) = self.schema.facts[fact].field_of?;
                let at_hand = self.at_hand(record, name, span);
                let ty = self.fact_types[index(fact)].clone()?;
                if at_hand { self.narrowable(ExprKind::Fact(fact), ty, span) } else { None }
            }
            Entity::Record(_) => {
                let help = format!("name one of its fields: `{name}.…`");
                self.report_no_value(entity, name, span, "a record", help);
                None
            }
            Entity::Constant(constant) => {
                let place = index(constant);
                let ty = self.in_question.ask(&self.constants[place], place, span)?;
                Some(self.push(ExprKind::Constant(constant), ty, span))
            }
            Entity::Definition(definition) => {
                let place = index(definition);
                let scope = self.signatures.definition_scopes[place];
                let at_hand = scope.is_none_or(|record| self.at_hand(record, name, span));
                // One that waits for this one is a circle, which is reported where both are tried.
                if !matches!(self.definitions[place], State::InProgress) {
                    self.scope.uses.push((Dependency::Definition(definition), span));
                }
                let ty = self.in_question.ask(&self.definitions[place], place, span)?;
                if at_hand { self.narrowable(ExprKind::Definition(definition), ty, span) } else { None }
            }
            Entity::Decision(decision) => {
                let at_hand = self.decision_at_hand(decision, name, span);
                let ty = self.signatures.decisions[index(decision)].clone()?;
                if let TypeKind::Items(items) = ty.kind {
                    let first = self.schema.enumerations[items].variants.first();
                    let first = first.map_or("…", |item| item.name.as_str());
                    let help = format!("ask for one of them, such as `{name}.{first}`");
                    self.report_no_value(entity, name, span, "a set of items", help);
                    return None;
                }
                if at_hand { self.narrowable(ExprKind::Decision(decision), ty, span) } else { None }
            }
            Entity::Item(decision, item) => {
                let at_hand = self.decision_at_hand(decision, name, span);
                at_hand.then(|| self.push(ExprKind::Item(decision, item), Type::boolean(), span))
            }
            Entity::Lookup(_) => {
                let help = format!("ask for an entry: `{name}(…)`");
                self.report_no_value(entity, name, span, "a table with parameters", help);
                None
            }
        }
    }

    fn decision_at_hand(&mut self, decision: crate::policy::DecisionId, name: &str, span: Span) -> bool {
        self.scope.uses.push((Dependency::Decision(decision), span));
        match self.signatures.decision_scopes[index(decision)] {
            Some(record) => self.at_hand(record, name, span),
            None => true,
        }
    }

    fn report_no_value(&mut self, entity: Entity, name: &str, span: Span, what: &str, help: String) {
        let message = format!("`{name}` is {what}, and has no value of its own");
        let mut report = Diagnostic::error(Code::NotAValue, span, message).here("a value is needed here").help(help);
        if let Some(place) = self.names.place(entity) {
            report = report.label(place, "declared here");
        }
        self.report(report);
    }

    /// Whether a record of this kind is at hand; a report where it is not.
    fn at_hand(&mut self, record: crate::facts::RecordId, name: &str, span: Span) -> bool {
        if self.scope.declared == Some(record) || self.scope.asked.contains(&record) {
            return true;
        }
        let record_name = self.record_name(record).to_owned();
        match &mut self.scope.implied {
            Some(implied @ None) => {
                *implied = Some((record, span));
                return true;
            }
            Some(Some((first, _))) if *first == record => return true,
            Some(Some((first, place))) => {
                let (first, place) = (*first, *place);
                let first = self.record_name(first).to_owned();
                let message = format!("a property cannot be about each `{first}` and each `{record_name}` at once");
                self.report(
                    Diagnostic::error(Code::TwoRecords, span, message)
                        .here(format!("here a `{record_name}` is meant"))
                        .label(place, format!("and here a `{first}`"))
                        .help("ask about one of them with `any of … where` or `all of … have`"),
                );
                return false;
            }
            None => {}
        }
        let lists = &self.record_lists[index(record)];
        let list = lists.first().map_or("…".to_owned(), |list| self.schema.facts[*list].name.clone());
        let message = format!("`{name}` belongs to one `{record_name}`, and none is at hand here");
        let mut report = Diagnostic::error(Code::NoRecordAtHand, span, message).here("which one is not said");
        if self.scope.lookup.is_some() {
            report = report.help("a table with parameters sees no record: pass the value as an argument");
        } else {
            report = report
                .help(format!("ask about the list: `any of {list} where …`, `sum of … over {list}`"))
                .help(format!("or name this declaration after the record, `{record_name}.…`, to have it for each"));
        }
        self.report(report.label(self.schema.records[record].span, "the record"));
        false
    }

    /// A name that nothing declares, or a variant that does not fit.
    fn report_unknown(&mut self, name: &str, span: Span, hint: &Hint) {
        if self.names.is_broken(name) || matches!(hint, Hint::Failed) {
            return;
        }
        let owners = self.variant_owners.get(name).cloned().unwrap_or_default();
        let expected = hint.enumeration();
        let boolean = matches!(hint, Hint::Type(Type { kind: TypeKind::Boolean, .. }) | Hint::Words("a condition"));
        let suggestion = match name {
            "yes" if boolean => Some("true".to_owned()),
            "no" if boolean => Some("false".to_owned()),
            _ => self.suggest_name(name, expected),
        };
        let owner = owners.first().map(|&owner| self.describe_kind(&TypeKind::Variant(owner)));
        let simple = !name.contains('.');
        let mut report = match (expected, owner, hint) {
            (Some(expected), owner, _) if simple => {
                let message = format!("`{name}` is not {}", self.describe_kind(&TypeKind::Variant(expected)));
                let mut report = Diagnostic::error(Code::UnknownVariant, span, message);
                report = match owner {
                    Some(_) if owners.len() > 1 => report.here("a variant of other types"),
                    Some(owner) => report.here(format!("this is {owner}")),
                    None => report.here("no such variant"),
                };
                if self.schema.enumerations[expected].name.is_some() {
                    report = report.help(format!("it is one of {}", self.variants_of(expected)));
                }
                report
            }
            (None, Some(owner), Hint::Nothing) if owners.len() == 1 => {
                let message = format!("nothing here tells that `{name}` is {owner}");
                Diagnostic::error(Code::AmbiguousVariant, span, message)
                    .here("its type is not known here")
                    .help("say it: `define NAME: TYPE = …`, or compare it with a value of that type")
            }
            (None, Some(_), Hint::Nothing) => {
                let message = format!("`{name}` may be of {} different types", owners.len());
                Diagnostic::error(Code::AmbiguousVariant, span, message)
                    .here("nothing here tells which is meant")
                    .help("say it: `define NAME: TYPE = …`, or compare it with a value of that type")
            }
            (None, Some(owner), Hint::Type(ty)) => {
                let message = format!("`{name}` stands where {} is asked for", self.describe(ty));
                Diagnostic::error(Code::WrongType, span, message).here(format!("this is {owner}"))
            }
            (None, Some(owner), Hint::Words(words)) => {
                let message = format!("`{name}` stands where {words} is asked for");
                Diagnostic::error(Code::WrongType, span, message).here(format!("this is {owner}"))
            }
            _ => {
                let report = Diagnostic::error(Code::UnknownName, span, format!("nothing is called `{name}`"));
                report.here("not declared")
            }
        };
        let fits = matches!(report.code, Code::UnknownName | Code::UnknownVariant);
        if let Some(near) = suggestion.filter(|_| fits) {
            let advice = format!("did you mean `{near}`?");
            report = report.suggest(span, near, advice);
        } else if report.code == Code::UnknownName {
            report = report.help(format!("if a deal is to say it, declare it: `fact {name}: …`"));
        }
        self.report(report);
    }

    /// Reports something that hangs on a deal where nothing may.
    pub(super) fn report_not_fixed(&mut self, span: Span, fixed: Fixed) {
        let (message, help) = match fixed {
            Fixed::Literal => {
                ("only a plain value can stand here", "write a number, a date, a text, a variant or `true` or `false`")
            }
            _ => (
                "a constant is the same for every deal",
                "make it of literals, other constants and arithmetic; what hangs on the deal is a `define`",
            ),
        };
        let here = format!("{} is not known beforehand", self.quoted(span));
        self.report(Diagnostic::error(Code::NotFixed, span, message).here(here).help(help));
    }
}
