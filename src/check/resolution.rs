//! What a name means where it stands, and what to say where it means nothing.

use super::demand::State;
use super::expressions::Hint;
use super::names::Entity;
use super::narrowing::Place;
use super::order::Dependency;
use super::{Checker, Fixed, index};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Type, TypeKind, Value};
use crate::policy::{ExprId, ExprKind};

impl Checker<'_> {
    /// The parameter of the table at hand that is called so, with its type.
    pub(super) fn parameter(&self, name: &str) -> Option<(u32, Option<Type>)> {
        let signature = self.signature(self.scope.lookup?)?;
        let place = signature.parameters.iter().position(|(parameter, ..)| parameter == name)?;
        Some((u32::try_from(place).unwrap_or(u32::MAX), signature.parameters[place].1.clone()))
    }

    /// A name: a variant of the enumeration asked for, else a parameter, else what the pack declares.
    pub(super) fn name(&mut self, name: &str, span: Span, hint: &Hint) -> Option<ExprId> {
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
            report = report.help(match self.parts_beside(name) {
                Some(parts) => parts,
                None => format!("if a deal is to say it, declare it: `fact {name}: …`"),
            });
        }
        self.report(report);
    }

    /// What there is of that which `name` seems to be a part of: the items of a checklist, the score of a rubric.
    fn parts_beside(&self, name: &str) -> Option<String> {
        let (whole, _) = name.rsplit_once('.')?;
        let kind = self.names.get(whole)?.entity.words();
        let part = |(name, _): (&str, _)| {
            let part = name.strip_prefix(whole)?.strip_prefix('.')?;
            (!part.contains('.')).then(|| format!("`{name}`"))
        };
        let mut parts: Vec<String> = self.names.iter().filter_map(|(name, entry)| part((name, entry))).collect();
        parts.sort_unstable();
        Some(match parts.as_slice() {
            [] => format!("`{whole}` is {kind}, and has no parts"),
            [only] => format!("`{whole}` is {kind}; of it there is {only}"),
            all => format!("`{whole}` is {kind}; of it there are {}", all.join(", ")),
        })
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
