//! Units: their declarations, and what stands after a number or an `in`.

use rustc_hash::FxHashMap;

use super::names::Declarations;
use super::{Checker, id};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Unit, UnitId, UnitProduct};
use crate::syntax::ast;

/// The decimals that a unit may ask for at most.
const MOST_DECIMALS: u32 = 12;

/// The units of a pack by each of their names.
#[derive(Debug, Default)]
pub(super) struct Units {
    by_name: FxHashMap<String, (UnitId, Option<Span>)>,
    places: Vec<Option<Span>>,
    used: Vec<bool>,
}

impl Units {
    /// Declared units that nothing has used, with the place of their names.
    pub(super) fn unused(&self) -> impl Iterator<Item = (UnitId, Span)> {
        let all = self.places.iter().zip(&self.used).enumerate();
        all.filter_map(|(i, (place, used))| if *used { None } else { place.map(|place| (id(i), place)) })
    }
}

impl Checker<'_> {
    /// Declares the units, `day` before all others.
    pub(super) fn declare_units(&mut self, all: &Declarations<'_>) {
        self.add_unit(vec!["day".to_owned(), "days".to_owned()], false, None, None);
        for unit in &all.units {
            let mut names = Vec::new();
            for name in &unit.names {
                if name.text == "percent" || name.text == "day" || name.text == "days" {
                    let message = format!("`{}` belongs to the language", name.text);
                    let report = Diagnostic::error(Code::ReservedName, name.span, message);
                    self.report(report.here("a unit cannot have its name"));
                } else if let Some(&(_, first)) = self.units.by_name.get(&name.text) {
                    self.report_duplicate(name, &name.text, "a unit", first.unwrap_or(name.span), "a unit");
                } else {
                    self.units.by_name.insert(name.text.clone(), (id(self.schema.units.len()), Some(name.span)));
                    names.push(name.text.clone());
                }
            }
            let decimals = unit.decimals.or(unit.currency.then_some((2, unit.span)));
            let decimals = decimals.map(|(n, span)| {
                if n > MOST_DECIMALS {
                    let message = format!("a unit has at most {MOST_DECIMALS} decimals");
                    let report = Diagnostic::error(Code::OutOfRange, span, message);
                    self.report(report.here(format!("{n} decimals")));
                }
                n.min(MOST_DECIMALS)
            });
            self.add_unit(names, unit.currency, decimals, unit.names.first().map(|n| n.span));
        }
    }

    fn add_unit(&mut self, names: Vec<String>, currency: bool, decimals: Option<u32>, place: Option<Span>) {
        let unit = self.schema.units.alloc(Unit { names: names.clone(), currency, decimals });
        for name in names {
            self.units.by_name.entry(name).or_insert((unit, None));
        }
        self.units.places.push(place);
        self.units.used.push(false);
    }

    /// The built-in unit of time.
    pub(super) fn days(&self) -> UnitProduct {
        UnitProduct::one(id(0))
    }

    /// The unit as written; `None` where a name in it is unknown.
    pub(super) fn unit(&mut self, written: &ast::UnitExpr) -> Option<UnitProduct> {
        let mut product = Some(UnitProduct::none());
        for (name, exponent) in &written.factors {
            match self.units.by_name.get(&name.text) {
                Some(&(unit, _)) => {
                    self.units.used[super::index(unit)] = true;
                    product = product.map(|p| p.times(&UnitProduct::one(unit), *exponent));
                }
                None => {
                    product = None;
                    self.report_unknown_unit(name);
                }
            }
        }
        product
    }

    fn report_unknown_unit(&mut self, name: &ast::Name) {
        if self.names.is_broken(&name.text) {
            return;
        }
        let known: Vec<String> = self.units.by_name.keys().cloned().collect();
        let near = self.suggest_among(&name.text, known.iter().map(String::as_str));
        let report = Diagnostic::error(Code::UnknownUnit, name.span, format!("there is no unit `{}`", name.text));
        let report = report.here("not declared");
        self.report(match near {
            Some(near) => {
                let advice = format!("did you mean `{near}`?");
                report.suggest(name.span, near, advice)
            }
            None => report.help(format!("declare it: `unit {0}` or `currency {0}`", name.text)),
        });
    }
}
