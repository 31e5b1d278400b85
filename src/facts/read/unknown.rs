//! Names that the policy does not declare, and what they may mean.

use super::describe::names;
use super::document::{Kind, Node};
use super::names::{GroupId, Lookup, Name, Names};
use super::reader::{Element, Gathered, Reader};
use crate::base::{Span, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{FactId, RecordId, TypeKind};

/// For so many unknown names a likely one is looked for; searching costs more than finding the mistake.
const MOST_SUGGESTIONS: usize = 50;

/// Of an unknown group so many facts are looked at for what the group may be.
const MOST_INNER: usize = 8;

/// A name that is not declared, with its value.
pub(super) struct Unknown<'n> {
    /// The group it stands in, and that group's name with a dot behind it.
    pub(super) group: GroupId,
    pub(super) prefix: String,
    pub(super) key: &'n str,
    pub(super) span: Span,
    pub(super) value: &'n Node,
}

impl Unknown<'_> {
    fn is_group(&self) -> bool {
        matches!(self.value.kind, Kind::Map(_) | Kind::DeepMap)
    }

    fn full_name(&self) -> String {
        format!("{}{}", self.prefix, self.key)
    }
}

/// The names that are like a wrong one.
struct Near<'c> {
    /// The nearest that can still be given.
    free: Option<&'c str>,
    /// The nearest of all, where it is given already: to propose it would be to propose to give it twice.
    given: Option<(&'c str, Span)>,
}

impl<'c> Near<'c> {
    fn to(wrong: &str, candidates: &[&'c str], given: impl Fn(&str) -> Option<Span>) -> Near<'c> {
        let nearest = did_you_mean(wrong, candidates.iter().copied());
        match nearest.and_then(|name| Some((name, given(name)?))) {
            None => Near { free: nearest, given: None },
            taken => {
                let free = candidates.iter().copied().filter(|name| given(name).is_none());
                Near { free: did_you_mean(wrong, free), given: taken }
            }
        }
    }
}

impl<'r> Reader<'r> {
    /// Reports names that are not declared, knowing what else the deal or record gives.
    pub(super) fn unknown(&mut self, element: Element, unknown: &[Unknown<'_>], gathered: &Gathered<'_>) {
        for wrong in unknown {
            let what = match (element, wrong.is_group()) {
                (_, true) => "group of facts",
                (Some(_), false) => "field",
                (None, false) => "fact",
            };
            let name = self.path(element, &wrong.full_name()).to_string();
            let message = format!("no {what} is called `{}`", shortened(&name));
            let mut problem = Diagnostic::error(Code::DealName, wrong.span, message).here("not declared by the policy");
            self.suggestions += 1;
            if self.suggestions <= MOST_SUGGESTIONS {
                problem = self.suggest(problem, element, wrong, gathered);
            }
            self.problems.push(problem);
        }
    }

    fn suggest(
        &self,
        problem: Diagnostic,
        element: Element,
        wrong: &Unknown<'_>,
        gathered: &Gathered<'_>,
    ) -> Diagnostic {
        let here = self.names.within(wrong.group);
        // A name of the same group that is spelt much the same and holds the same sort of thing.
        let sort = |name: &str| match self.names.lookup(wrong.group, name) {
            Lookup::Found(found) => Some(found),
            _ => None,
        };
        let fits = |name: &&str| sort(name).is_some_and(|n| matches!(n, Name::Group(_)) == wrong.is_group());
        let candidates: Vec<&str> = here.iter().copied().filter(fits).collect();
        let near = Near::to(wrong.key, &candidates, |name| match sort(name)? {
            Name::Fact(fact) => gathered.named.get(&fact).copied(),
            Name::Group(group) => gathered.opened.get(&group).copied(),
        });
        let path = |name: &str| self.path(element, &format!("{}{name}", wrong.prefix)).to_string();
        if near.free.is_some() || near.given.is_some() {
            let problem = match near.given {
                Some((name, first)) => given_already(problem, &path(name), first, wrong.is_group()),
                None => problem,
            };
            return match near.free {
                Some(name) => {
                    let replacement = self.quoted_like(wrong.span, name);
                    problem.suggest(wrong.span, replacement, format!("did you mean `{}`?", path(name)))
                }
                None => problem,
            };
        }
        if let Some(problem) = self.elsewhere(&problem, element, wrong, gathered) {
            return problem;
        }
        let (owner, here) = match (element, wrong.prefix.as_str()) {
            (Some((list, _)), "") => (format!("a record of `{}`", self.schema.facts[list].name), here),
            (None, "") => ("a deal".to_owned(), here),
            (_, prefix) => (format!("`{}`", self.path(element, prefix.trim_end_matches('.'))), here),
        };
        problem.help(format!("{owner} holds {}", names(&here, "and")))
    }

    /// The full name of a fact in another group, or of one that a fact in an unknown group seems to be.
    fn elsewhere(
        &self,
        problem: &Diagnostic,
        element: Element,
        wrong: &Unknown<'_>,
        gathered: &Gathered<'_>,
    ) -> Option<Diagnostic> {
        let problem = problem.clone();
        if let (None, false, Lookup::Found(Name::Fact(fact))) =
            (element, wrong.is_group(), self.names.lookup(Names::DEAL, wrong.key))
        {
            let name = &self.schema.facts[fact].name;
            return Some(match gathered.named.get(&fact) {
                Some(&first) => given_already(problem, name, first, false),
                None => problem.help(format!("there is `{name}`, in no group")),
            });
        }
        let all = self.candidates(element);
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let given = |name: &str| {
            let (_, fact) = all.iter().find(|(other, _)| *other == name)?;
            gathered.named.get(fact).copied()
        };
        let full = wrong.full_name();
        let near = match &wrong.value.kind {
            Kind::Map(entries) => entries.iter().take(MOST_INNER).find_map(|entry| {
                let near = Near::to(&format!("{full}.{}", entry.key), &names, given);
                (near.free.is_some() || near.given.is_some()).then_some(near)
            })?,
            _ if wrong.is_group() => return None,
            _ => Near::to(&full, &names, given),
        };
        match (near.free, near.given) {
            (Some(name), _) => Some(problem.help(format!("there is `{}`", self.path(element, name)))),
            (None, Some((name, first))) => {
                Some(given_already(problem, &self.path(element, name).to_string(), first, false))
            }
            (None, None) => None,
        }
    }

    /// All facts with their names, or all fields of the record at hand.
    fn candidates(&self, element: Element) -> Vec<(&'r str, FactId)> {
        let record = element.and_then(|(list, _)| self.record_of(list));
        let facts = self.schema.facts.iter();
        let fits = facts.filter(|(_, fact)| fact.field_of.map(|(record, _)| record) == record);
        fits.map(|(id, fact)| (fact.name.as_str(), id)).collect()
    }

    fn record_of(&self, list: FactId) -> Option<RecordId> {
        match self.schema.facts[list].ty.kind {
            TypeKind::List { record, .. } => Some(record),
            _ => None,
        }
    }
}

/// A name that may be anything, as far as a message shows it.
fn shortened(name: &str) -> String {
    const MOST: usize = 120;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// What seems to be meant is given already, at `first`.
fn given_already(problem: Diagnostic, name: &str, first: Span, is_group: bool) -> Diagnostic {
    let way_out = if is_group { "move these facts there" } else { "leave this out" };
    let help = format!("`{name}` is given already; if that is meant, {way_out}");
    // An alias of YAML gives twice at one place.
    let elsewhere = problem.primary.as_ref().is_none_or(|label| label.span != first);
    let problem = if elsewhere { problem.label(first, "given here") } else { problem };
    problem.help(help)
}
