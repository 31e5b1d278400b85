//! The sentences of "why not that".

use super::say::{Account, said};
use super::wanted::Wanted;
use crate::trace::data::{Kind, NodeKind, NodeState, Rule, RuleState, Status};
use crate::trace::reading;

impl<'a> Account<'a> {
    pub(super) fn why_not(&mut self, wanted: &Wanted) {
        let verdict = match self.answer.status {
            Status::Decided | Status::Default => reading::verdict(self.answer),
            Status::Undecided => "undecided".to_owned(),
            Status::Conflict => "in conflict".to_owned(),
            Status::Error => "in error".to_owned(),
        };
        let subject = self.subject();
        if wanted.item {
            self.say(format!("{subject} does not hold `{}`.", wanted.words));
        } else {
            self.say(format!("{subject} is {verdict}, not {}.", wanted.words));
        }
        self.gap();
        if self.answer.status == Status::Error {
            self.say("It ends in an error before any outcome stands; ask why it is so.");
            return;
        }
        if self.answer.status == Status::Undecided && !reading::is_gap(self.answer) {
            self.undecided();
            self.gap();
        }
        match self.decision.kind {
            Kind::Computed => self.computed(),
            Kind::Rubric => self.band(wanted),
            Kind::Gate => self.requirement(wanted),
            Kind::Rules | Kind::Table | Kind::Checklist => self.rule(wanted),
        }
    }

    fn computed(&mut self) {
        let Some(computed) = self.answer.trace.as_ref().and_then(|t| t.computed.as_ref()) else { return };
        self.say(format!("It is computed as {}, which comes to {}.", computed.text, reading::outcome(computed)));
        self.behind(computed, Account::bullet);
    }

    fn band(&mut self, wanted: &Wanted) {
        let answer = self.answer;
        let Some(rubric) = answer.trace.as_ref().and_then(|t| t.rubric.as_ref()) else { return self.rule(wanted) };
        let score = reading::share(&rubric.score);
        let mut found = false;
        for (rule, band) in self.rules().iter().zip(&rubric.bands) {
            if !gives(rule, wanted) {
                continue;
            }
            found = true;
            match (&band.from, band.reached, &band.gap) {
                (Some(from), Some(false), Some(gap)) => {
                    let points = if gap == "1" { "point" } else { "points" };
                    self.say(format!(
                        "{} begins at {}, and the score is {score}: {gap} {points} short.",
                        band.name, from.words
                    ));
                }
                (_, Some(true), _) | (None, _, _) if rubric.score.points.is_some() => {
                    let higher = self.rules().iter().find(|r| r.state == RuleState::Stands);
                    let higher = higher.map_or("a higher band", |r| r.name.as_str());
                    self.say(format!("The score is {score}, which is enough for {higher}."));
                }
                _ => {}
            }
        }
        if !found {
            return self.rule(wanted);
        }
        if rubric.score.points.is_some() {
            for criterion in &rubric.criteria {
                let label = criterion.label.as_ref().unwrap_or(&criterion.name);
                self.bullet(format!("{label} brings {}", reading::share(&criterion.points)));
            }
        }
    }

    fn requirement(&mut self, wanted: &Wanted) {
        let milder: Vec<&Rule> = self.rules().iter().filter(|r| gives(r, wanted)).collect();
        for rule in &milder {
            self.fallen(rule);
        }
        let default = self.answer.trace.as_ref().and_then(|t| t.default.as_ref());
        let best = default.is_some_and(|d| d.outcome.value.as_ref().is_some_and(|v| v.json == wanted.json));
        if best {
            let fails = |r: &&Rule| matches!(r.state, RuleState::Stands | RuleState::Overridden);
            for rule in self.rules().iter().filter(fails) {
                let required = rule.requires.as_ref();
                let text = required.map(|r| r.text.as_str()).unwrap_or_default();
                self.bullet(format!("The requirement `{}` fails, as `{text}` does not hold.", rule.name));
                if let Some(required) = required {
                    self.behind(required, Account::below);
                }
                self.notes(&rule.notes);
            }
        } else if milder.is_empty() {
            self.say(format!("No requirement gives {}.", wanted.words));
        }
    }

    fn rule(&mut self, wanted: &Wanted) {
        let answer = self.answer;
        let mut found = false;
        for rule in self.rules() {
            let of_item = wanted.item && wanted.json == rule_item(rule);
            if of_item || gives(rule, wanted) {
                found = true;
                self.fallen(rule);
            }
        }
        for rule in self.rules().iter().filter(|r| !wanted.item && r.outcome.kind != NodeKind::Literal) {
            if rule.outcome.state == NodeState::Known {
                let outcome = said(&rule.outcome);
                if !gives(rule, wanted) && rule.state == RuleState::Stands {
                    self.bullet(format!(
                        "The {} `{}` stands, and {} comes to {outcome}.",
                        rule.kind, rule.name, rule.outcome.text
                    ));
                    self.behind(&rule.outcome, Account::below);
                    found = true;
                }
            } else if !gives(rule, wanted) {
                self.fallen(rule);
                found = true;
            }
        }
        let default = answer.trace.as_ref().and_then(|t| t.default.as_ref());
        if default.is_some_and(|d| !d.stands && d.outcome.value.as_ref().is_some_and(|v| v.json == wanted.json)) {
            found = true;
            let standing: Vec<&Rule> = self.rules().iter().filter(|r| r.state == RuleState::Stands).collect();
            self.say(format!("{} is the default, which holds only where no rule stands.", wanted.words));
            for rule in standing {
                let because = rule.notes.because.as_ref().map(|b| format!(": {b}")).unwrap_or_default();
                self.bullet(format!("The {} `{}` stands{because}", rule.kind, rule.name));
            }
        }
        if !found {
            let word = self.decision.kind.rule_word();
            self.say(format!("No {word} gives {}.", wanted.words));
        }
        if answer.status == Status::Decided && !wanted.item {
            let standing: Vec<&Rule> = self.rules().iter().filter(|r| r.state == RuleState::Stands).collect();
            if !standing.is_empty()
                && default.is_none_or(|d| d.outcome.value.as_ref().is_none_or(|v| v.json != wanted.json))
            {
                self.gap();
                for rule in standing {
                    self.say(format!("The {} `{}` stands and gives {}.", rule.kind, rule.name, said(&rule.outcome)));
                    self.notes(&rule.notes);
                }
            }
        }
    }
}

/// Whether a rule gives the value, or would give it.
fn gives(rule: &Rule, wanted: &Wanted) -> bool {
    rule.outcome.value.as_ref().is_some_and(|v| v.json == wanted.json)
}

/// The item that a rule of a checklist stands for.
fn rule_item(rule: &Rule) -> serde_json::Value {
    serde_json::Value::from(rule.name.clone())
}
