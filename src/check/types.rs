//! Types as written, and whether a value fits one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::{Declarations, Entity};
use super::{Checker, Fixed, Scope};
use crate::base::{Number, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{
    DateRange, Enumeration, EnumerationId, NumberKind, NumberRange, NumberType, Type, TypeKind, UnitProduct, Value,
    Variant,
};
use crate::policy::ExprKind;
use crate::syntax::ast;

/// The most records that a list may hold.
const LONGEST_LIST: u32 = 10_000;

/// The named types.
#[derive(Debug, Default)]
pub(super) struct Types {
    known: FxHashMap<String, (Option<Type>, Span)>,
    used: FxHashSet<String>,
}

impl Types {
    /// Types that nothing has used, with the place of their names.
    pub(super) fn unused(&self) -> impl Iterator<Item = (&str, Span)> {
        let all = self.known.iter().filter(|(name, _)| !self.used.contains(*name));
        all.map(|(name, (_, span))| (name.as_str(), *span))
    }
}

impl Checker<'_> {
    /// Declares the named types. One may stand for another, declared before or after it.
    pub(super) fn declare_types(&mut self, all: &Declarations<'_>) {
        let mut by_name: FxHashMap<&str, &ast::TypeAlias> = FxHashMap::default();
        for alias in &all.types {
            match by_name.get(alias.name.text.as_str()) {
                Some(first) => {
                    let (name, first, what) = (&alias.name, first.name.span, "a type");
                    self.report_duplicate(name, &name.text, what, first, what);
                }
                None => {
                    by_name.insert(&alias.name.text, alias);
                }
            }
        }
        for alias in &all.types {
            // The aliases to go through until one is known or is no alias, innermost last.
            let mut chain: Vec<&ast::TypeAlias> = Vec::new();
            let mut seen: FxHashSet<&str> = FxHashSet::default();
            let mut next = by_name.get(alias.name.text.as_str()).copied();
            while let Some(alias) = next.filter(|a| !self.types.known.contains_key(&a.name.text)) {
                if !seen.insert(&alias.name.text) {
                    let from = chain.iter().position(|a| a.name.text == alias.name.text).unwrap_or(0);
                    let steps: Vec<_> = chain[from..].iter().map(|a| (a.name.text.clone(), a.ty.span)).collect();
                    self.report_cycle(&steps);
                    for alias in &chain[from..] {
                        self.types.known.insert(alias.name.text.clone(), (None, alias.name.span));
                    }
                    break;
                }
                chain.push(alias);
                next = match &alias.ty.kind {
                    ast::TypeKind::Named(name) => by_name.get(name.text.as_str()).copied(),
                    _ => None,
                };
            }
            for alias in chain.into_iter().rev() {
                if self.types.known.contains_key(&alias.name.text) {
                    continue;
                }
                let ty = self.lower_type(&alias.ty, Some(&alias.name.text));
                self.types.known.insert(alias.name.text.clone(), (ty, alias.name.span));
            }
        }
    }

    /// The type as written; `None` where something in it is wrong. To be called once for each type in
    /// the text: every `one of` makes an enumeration of its own.
    pub(super) fn ty(&mut self, written: &ast::TypeExpr) -> Option<Type> {
        self.lower_type(written, None)
    }

    fn lower_type(&mut self, written: &ast::TypeExpr, name: Option<&str>) -> Option<Type> {
        let unit = match &written.unit {
            Some(unit) => Some(self.unit(unit)?),
            None => None,
        };
        let mut optional = written.optional.is_some();
        let kind = match &written.kind {
            ast::TypeKind::Boolean => TypeKind::Boolean,
            ast::TypeKind::Text => TypeKind::Text,
            ast::TypeKind::Integer => self.number_type(written, NumberKind::Integer, unit.clone())?,
            ast::TypeKind::Decimal => self.number_type(written, NumberKind::Decimal, unit.clone())?,
            ast::TypeKind::Date => TypeKind::Date(self.date_range(written)?),
            ast::TypeKind::OneOf(variants) => TypeKind::Variant(self.enumeration(variants, name)),
            ast::TypeKind::List(record, bound) => self.list_type(record, *bound, written.span)?,
            ast::TypeKind::Named(named) => {
                let ty = self.named_type(named)?;
                optional |= ty.optional;
                ty.kind
            }
        };
        let named = matches!(written.kind, ast::TypeKind::Named(_));
        let is_number = matches!(kind, TypeKind::Number(_)) && !named;
        let is_ordered = is_number || (matches!(kind, TypeKind::Date(_)) && !named);
        let what = match &written.kind {
            ast::TypeKind::Named(name) => format!("`{}`", name.text),
            _ => self.describe_kind(&kind),
        };
        let mut fine = true;
        if let Some(unit) = written.unit.as_ref().filter(|_| !is_number) {
            fine = false;
            self.report_malformed(unit.span, format!("{what} cannot be given a unit here"), named);
        }
        if let Some(range) = written.range.as_ref().filter(|_| !is_ordered) {
            fine = false;
            self.report_malformed(range.span, format!("{what} cannot be given a range here"), named);
        }
        if let Some(span) = written.optional
            && matches!(kind, TypeKind::Text | TypeKind::List { .. })
        {
            fine = false;
            self.report_malformed(span, format!("{what} cannot be none"), false);
        }
        fine.then_some(Type { kind, optional })
    }

    fn report_malformed(&mut self, span: Span, message: String, named: bool) {
        let mut report = Diagnostic::error(Code::MalformedType, span, message).here("does not belong here");
        if named {
            report = report.help("say it where the type is declared");
        }
        self.report(report);
    }

    fn named_type(&mut self, name: &ast::Name) -> Option<Type> {
        if let Some((ty, _)) = self.types.known.get(&name.text) {
            self.types.used.insert(name.text.clone());
            return ty.clone();
        }
        if self.names.is_broken(&name.text) {
            return None;
        }
        let report = Diagnostic::error(Code::UnknownType, name.span, format!("there is no type `{}`", name.text));
        let report = report.here("not declared");
        let record = matches!(self.names.get(&name.text).map(|e| e.entity), Some(Entity::Record(_)));
        let known: Vec<String> = self.types.known.keys().cloned().collect();
        let own = ["boolean", "integer", "decimal", "text", "date"];
        let near = self.suggest_among(&name.text, own.into_iter().chain(known.iter().map(String::as_str)));
        let near = elsewhere(&name.text).map(str::to_owned).or(near);
        self.report(match near {
            _ if record => {
                let list = format!("list of {} up to 50", name.text);
                report.suggest(name.span, list, format!("`{}` is a record: a fact holds a list of them", name.text))
            }
            Some(near) => {
                let advice = format!("did you mean `{near}`?");
                report.suggest(name.span, near, advice)
            }
            None => report.help(format!("declare it: `type {} = one of …`", name.text)),
        });
        None
    }

    fn enumeration(&mut self, variants: &[ast::Name], name: Option<&str>) -> EnumerationId {
        let mut places: FxHashMap<&str, Span> = FxHashMap::default();
        for variant in variants {
            match places.get(variant.text.as_str()) {
                Some(&first) => self.report_duplicate_part("variant", variant, first),
                None => {
                    places.insert(&variant.text, variant.span);
                }
            }
        }
        let names = places.into_keys().map(str::to_owned).collect::<Vec<_>>();
        let variants = variants.iter().map(|v| Variant { name: v.text.clone(), label: None }).collect();
        let enumeration = self.add_enumeration(name.map(str::to_owned), variants);
        for variant in names {
            self.variant_owners.entry(variant).or_default().push(enumeration);
        }
        enumeration
    }

    /// Adds an enumeration to the schema.
    pub(super) fn add_enumeration(&mut self, name: Option<String>, variants: Vec<Variant>) -> EnumerationId {
        let mut places = FxHashMap::default();
        for (place, variant) in variants.iter().enumerate() {
            places.entry(variant.name.clone()).or_insert(u32::try_from(place).unwrap_or(u32::MAX));
        }
        let enumeration = self.schema.enumerations.alloc(Enumeration { name, variants });
        self.variants.push(places);
        enumeration
    }

    fn list_type(&mut self, record: &ast::Name, bound: Option<(u32, Span)>, span: Span) -> Option<TypeKind> {
        let up_to = match bound {
            Some((n, _)) if (1..=LONGEST_LIST).contains(&n) => Some(n),
            Some((n, at)) => {
                let message = format!("a list may be of 1 to {LONGEST_LIST} records");
                self.report(Diagnostic::error(Code::ListBound, at, message).here(format!("not of {n}")));
                None
            }
            None => {
                let end = Span { start: record.span.end, ..record.span };
                self.report(
                    Diagnostic::error(Code::ListBound, span, "how long the list may be is not said")
                        .here("a list needs a bound")
                        .suggest(end, " up to 50", format!("say how many `{}` there are at most", record.text)),
                );
                None
            }
        };
        let entity = self.names.get(&record.text).map(|entry| entry.entity);
        let Some(Entity::Record(record)) = entity else {
            if !self.names.is_broken(&record.text) {
                let message = match entity {
                    Some(other) => format!("`{}` is {}, not a record", record.text, other.words()),
                    None => format!("there is no record `{}`", record.text),
                };
                let near = self.suggest_entity(&record.text, |e| matches!(e, Entity::Record(_)));
                let report = Diagnostic::error(Code::UnknownRecord, record.span, message).here("not a record");
                self.report(match near {
                    Some(near) => {
                        let advice = format!("did you mean `{near}`?");
                        report.suggest(record.span, near, advice)
                    }
                    None => report.help("lists are of records: declare `record …` with its fields"),
                });
            }
            return None;
        };
        up_to.map(|up_to| TypeKind::List { record, up_to })
    }

    fn number_type(
        &mut self,
        written: &ast::TypeExpr,
        kind: NumberKind,
        unit: Option<UnitProduct>,
    ) -> Option<TypeKind> {
        let unit = unit.unwrap_or_default();
        let mut range = NumberRange::default();
        if let Some(written) = &written.range {
            range.low = self.number_end(written.low.as_deref(), kind, &unit)?;
            range.high = self.number_end(written.high.as_deref(), kind, &unit)?;
            if let (Some(low), Some(high)) = (range.low, range.high)
                && low > high
            {
                self.report_empty_range(written.span);
                return None;
            }
        }
        Some(TypeKind::Number(NumberType { kind, unit, range }))
    }

    /// An end of a range in a type. The outer `None` is an error, the inner one an open end.
    fn number_end(&mut self, end: Option<&ast::Expr>, kind: NumberKind, unit: &UnitProduct) -> Option<Option<Number>> {
        let Some(end) = end else { return Some(None) };
        let literal = self.fixed_literal(end)?;
        let (value, ty) = (literal.0, literal.1);
        let (Value::Number(n), Some(number)) = (&value, ty.number()) else {
            let message = format!("the range of a number ends in a number, not in {}", self.describe(&ty));
            self.report(Diagnostic::error(Code::WrongType, end.span, message).here("not a number"));
            return None;
        };
        if !number.unit.is_none() && number.unit != *unit {
            let message = format!("the range ends in another unit than the type has, which {}", self.unit_words(unit));
            let here = format!("this {}", self.unit_words(&number.unit));
            self.report(Diagnostic::error(Code::UnitMismatch, end.span, message).here(here));
            return None;
        }
        if kind == NumberKind::Integer && !n.is_integer() {
            let report = Diagnostic::error(Code::WrongType, end.span, "the range of an integer ends in whole numbers");
            self.report(report.here("not a whole number"));
            return None;
        }
        if n.abs().is_ok_and(|n| n > Number::integer(NumberType::FARTHEST_END)) || n.abs().is_err() {
            let message = "the range ends too far from 0";
            self.report(Diagnostic::error(Code::OutOfRange, end.span, message).here("at most 10^24 either way"));
            return None;
        }
        Some(Some(*n))
    }

    fn date_range(&mut self, written: &ast::TypeExpr) -> Option<DateRange> {
        let mut range = DateRange::ALL;
        if let Some(written) = &written.range {
            for (end, bound) in [(&written.low, &mut range.low), (&written.high, &mut range.high)] {
                let Some(end) = end else { continue };
                let (value, ty) = self.fixed_literal(end)?;
                let Value::Date(date) = value else {
                    let message = format!("the range of a date ends in a date, not in {}", self.describe(&ty));
                    self.report(Diagnostic::error(Code::WrongType, end.span, message).here("not a date"));
                    return None;
                };
                *bound = date;
            }
            if range.low > range.high {
                self.report_empty_range(written.span);
                return None;
            }
        }
        Some(range)
    }

    /// Reports a range whose low end lies above the high one.
    pub(super) fn report_empty_range(&mut self, span: Span) {
        let message = format!("nothing lies in the range {}", self.quoted(span));
        let report = Diagnostic::error(Code::EmptyRange, span, message).here("the first end lies above the second");
        self.report(report.help("write the lower end first"));
    }

    /// A literal in a type, with its own type.
    fn fixed_literal(&mut self, written: &ast::Expr) -> Option<(Value, Type)> {
        let scope = Scope { fixed: Fixed::Literal, ..Scope::default() };
        let (expr, _) = self.within(scope, |c| c.infer(written, &super::expressions::Hint::Nothing).expr);
        let expr = self.expr(expr?);
        match &expr.kind {
            ExprKind::Literal(value) => Some((value.clone(), expr.ty.clone())),
            _ => {
                self.report_not_fixed(written.span, Fixed::Literal);
                None
            }
        }
    }
}

/// What other languages call the types of this one.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "bool" | "yes_no" | "flag" => "boolean",
        "int" | "whole" | "count" => "integer",
        "number" | "num" | "float" | "double" | "real" | "money" | "amount" => "decimal",
        "string" | "str" | "varchar" => "text",
        "datetime" | "timestamp" | "day" => "date",
        _ => return None,
    })
}
