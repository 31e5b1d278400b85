//! The decisions of one deal, by name.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use super::Deal;
use crate::engine;
use crate::trace::Report;
use crate::trace::data::{Answer, Answers, Evaluation};

/// What a deal without a name is called.
pub(crate) const NAMELESS: &str = "a deal";

/// The decisions of one deal: each by its name, with everything they rest on.
///
/// It serializes to the JSON of `dealdesk eval --format json`, and [`Decisions::report`] shows it
/// as a tree, Markdown, HTML or a diagram.
#[derive(Clone, Debug)]
pub struct Decisions {
    deal: Deal,
    taken: engine::Decisions,
    data: Evaluation,
}

impl Decisions {
    pub(super) fn new(deal: Deal, taken: engine::Decisions) -> Decisions {
        let data = report(&deal, &taken).data();
        Decisions { deal, taken, data }
    }

    /// The decisions as plain data, from which every view is made.
    pub fn data(&self) -> &Evaluation {
        &self.data
    }

    /// The decisions ready to be shown: as a tree, Markdown, HTML, a diagram or JSON.
    pub fn report(&self) -> Report<'_> {
        report(&self.deal, &self.taken)
    }

    /// The deal that they are of.
    pub fn deal(&self) -> &Deal {
        &self.deal
    }

    /// The decisions as the engine took them: ids and values.
    pub fn taken(&self) -> &engine::Decisions {
        &self.taken
    }

    /// The date on which they are taken.
    pub fn as_of(&self) -> Date {
        self.taken.as_of
    }

    /// The answer of the decision called `name`.
    ///
    /// A decision that is taken for each record of a list has several, of which
    /// `instance.tier[0]` is the first; [`Decisions::each`] gives them all.
    pub fn get(&self, name: &str) -> Option<&Answer> {
        if let Some(answers) = self.find(name) {
            return match answers {
                Answers::One(answer) => Some(answer),
                Answers::Each { .. } => None,
            };
        }
        let (name, index) = name.strip_suffix(']')?.rsplit_once('[')?;
        match self.find(name)? {
            Answers::Each { answers, .. } => answers.get(index.parse::<usize>().ok()?),
            Answers::One(_) => None,
        }
    }

    /// The answers of the decision called `name`: one for each record, in the order of the list, or
    /// the only one. Empty where the list is, and where there is no such decision.
    pub fn each(&self, name: &str) -> &[Answer] {
        match self.find(name) {
            Some(Answers::One(answer)) => std::slice::from_ref(answer),
            Some(Answers::Each { answers, .. }) => answers,
            None => &[],
        }
    }

    /// Every decision that was asked for, with its name, in the order of the policy; those for
    /// records as `instance.tier[0]`.
    pub fn iter(&self) -> impl Iterator<Item = (String, &Answer)> {
        self.data.decisions.iter().flat_map(|decision| -> Vec<(String, &Answer)> {
            match &decision.answers {
                Answers::One(answer) => vec![(decision.name.clone(), answer)],
                Answers::Each { answers, .. } => {
                    let named = answers.iter().enumerate();
                    named.map(|(i, answer)| (format!("{}[{i}]", decision.name), answer)).collect()
                }
            }
        })
    }

    fn find(&self, name: &str) -> Option<&Answers> {
        self.data.decisions.iter().find(|d| d.name == name).map(|d| &d.answers)
    }
}

impl Serialize for Decisions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.data.serialize(serializer)
    }
}

fn report<'a>(deal: &'a Deal, taken: &'a engine::Decisions) -> Report<'a> {
    Report {
        policy: deal.pack().policy(),
        sources: deal.sources(),
        deal: deal.facts(),
        deal_sources: deal.sources(),
        deal_name: deal.name().unwrap_or(NAMELESS),
        decisions: taken,
        traces: true,
    }
}

impl Answer {
    /// The outcome as a type of the program's own, where there is one that fits: a variant as a string or an enum, a
    /// decimal as a string with all its digits, a checklist as a list.
    pub fn value_as<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.value.as_ref()?.json).ok()
    }

    /// The paths of the facts that are missing; empty where the answer is settled, and for a gap.
    pub fn missing_paths(&self) -> Vec<&str> {
        self.missing.iter().flatten().map(|fact| fact.path.as_str()).collect()
    }
}
