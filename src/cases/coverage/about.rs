//! What of a policy each clause is about: for who looks for a deal that exercises it.

use super::plan::{Look, Place, Plan, Rules};
use crate::policy::{DecisionId, DefinitionId, ExprId, LookupId};

/// What a clause is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A decision.
    Decision(DecisionId),
    /// A definition.
    Definition(DefinitionId),
    /// A table with parameters.
    Lookup(LookupId),
}

/// What a clause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The rule in this place.
    Rule(u32),
    /// The dates of the rule in this place.
    Window(u32),
    /// The default.
    Default,
    /// A value that is to be known.
    Value,
    /// A condition.
    Condition(ExprId),
    /// Points that are given where this condition holds and none before it does.
    Points(ExprId),
    /// Points that are given where none of the conditions holds, of which this is the last.
    OtherPoints(ExprId),
}

/// What each clause is about, in their order.
pub(super) fn about(plan: &Plan, clauses: usize) -> Vec<Option<(Owner, Part)>> {
    let mut about = About { all: vec![None; clauses], owner: None };
    for (id, looks) in plan.definitions.iter() {
        about.owner = Some(Owner::Definition(id));
        about.looks(looks);
    }
    for (id, rules) in plan.lookups.iter() {
        about.owner = Some(Owner::Lookup(id));
        about.rules(rules);
    }
    for (id, rules) in plan.decisions.iter() {
        about.owner = Some(Owner::Decision(id));
        about.rules(rules);
    }
    for (id, (_, place)) in plan.computed.iter() {
        about.owner = Some(Owner::Decision(id));
        about.note(*place, Part::Value);
    }
    for (id, criteria) in plan.criteria.iter() {
        about.owner = Some(Owner::Decision(id));
        for criterion in criteria {
            let mut last = None;
            for (condition, _, place) in &criterion.lines {
                let part = match (condition, last) {
                    (Some(condition), _) => Part::Points(*condition),
                    (None, Some(last)) => Part::OtherPoints(last),
                    (None, None) => Part::Value,
                };
                about.note(*place, part);
                last = *condition;
            }
            about.looks(&criterion.inside);
        }
    }
    about.all
}

struct About {
    all: Vec<Option<(Owner, Part)>>,
    owner: Option<Owner>,
}

impl About {
    fn note(&mut self, place: Place, part: Part) {
        if let (Some(about), Some(owner)) = (self.all.get_mut(place), self.owner) {
            *about = Some((owner, part));
        }
    }

    fn rules(&mut self, rules: &Rules) {
        self.looks(&rules.always);
        for (rule, index) in rules.rules.iter().zip(0..) {
            self.note(rule.place, Part::Rule(index));
            if let Some(window) = rule.window {
                self.note(window, Part::Window(index));
            }
            self.looks(&rule.condition);
            self.looks(&rule.outcome);
        }
        if let Some((place, outcome)) = &rules.default {
            self.note(*place, Part::Default);
            self.looks(outcome);
        }
    }

    fn looks(&mut self, looks: &[Look]) {
        for look in looks {
            match look {
                Look::Condition(expr, place) => self.note(*place, Part::Condition(*expr)),
                Look::Each { inside, .. } => self.looks(inside),
                Look::Call(..) => {}
            }
        }
    }
}
