//! The smallest change of a deal that leads to an outcome, by name and in words.

mod data;
mod goal;
mod text;

pub use data::{Change, Flipped, Outcome, Proved, Reachable, Restriction, Score, VERSION, Way};
pub use goal::NotAGoal;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::{Deal, Decisions};
use crate::analysis::flip::{self as analysis, Found, Lock, Request, Wanted};
use crate::base::{CompareOp, Number};
use crate::engine::{self, Options, Seen};
use crate::facts::{Type, TypeKind, Value, encode, write};
use crate::policy::{DecisionId, Policy};
use crate::trace::data::{Answer, Answers};
use crate::trace::words;

/// How changes are looked for.
#[derive(Clone, Debug, Default)]
pub struct FlipOptions {
    /// Leave presumed facts unknown.
    pub strict: bool,
    /// Only these facts may change: by name, by the group or list they belong to, or by record: `client.kind`, `client`,
    /// `instances[0]`. Empty means all that are not `fixed`.
    pub within: Vec<String>,
}

impl Deal {
    /// The smallest change of this deal that leads to an outcome, or the proof that none does.
    ///
    /// `wanted` is a decision with its value, as on a command line: `discovery.billing=waived`, `price>=500`,
    /// `instance.tier[0]!=small`; for a checklist an item. [`crate::analysis::flip::flip`] says what smallest means. `stop` is
    /// asked now and then whether to give up.
    ///
    /// ```
    /// use dealdesk::{FlipOptions, Pack, civil::date};
    ///
    /// let pack = Pack::compile([(
    ///     "leads.policy",
    ///     r#"
    ///     fact lead.budget: integer 1..5 "Budget"
    ///     fact lead.niche: integer 1..5 "Niche" cost 3
    ///     rubric priority: one of high, low "Priority"
    ///       criterion budget = 4 * lead.budget
    ///       criterion niche = 5 * lead.niche
    ///       band high from 30
    ///       band low otherwise
    ///     "#,
    /// )])?;
    /// let mut deal = pack.empty_deal();
    /// deal.set("lead.budget=3")?;
    /// deal.set("lead.niche=3")?;
    /// let flipped = deal.flip("priority=high", date(2026, 3, 1), &FlipOptions::default(), &|| false)?;
    /// let change = &flipped.ways[0].changes[0];
    /// assert_eq!((change.fact.as_str(), change.to.as_i64()), ("lead.budget", Some(4)));
    /// assert_eq!(flipped.ways.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A decision, value or fact that the policy does not have.
    pub fn flip(
        &self,
        wanted: &str,
        as_of: Date,
        options: &FlipOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<Flipped, NotAGoal> {
        let request = Request {
            goal: goal::goal(self, wanted)?,
            as_of,
            strict: options.strict,
            within: goal::within(self, &options.within)?,
        };
        let found = analysis::flip(self.pack().policy(), self.facts(), &request, stop);
        Ok(Telling { deal: self, policy: self.pack().policy(), request: &request }.tell(&found))
    }
}

struct Telling<'a> {
    deal: &'a Deal,
    policy: &'a Policy,
    request: &'a Request,
}

impl Telling<'_> {
    fn tell(&self, found: &analysis::Flip) -> Flipped {
        let goal = &self.request.goal;
        let decision = &self.policy.decisions[goal.decision];
        let (wanted, words) = self.wanted();
        let (result, cost, ways, more, past) = match &found.found {
            Found::IsSo => (Outcome::IsSo, None, &[][..], false, None),
            Found::Ways { cost, ways, more } => (Outcome::Found, Some(*cost), ways.as_slice(), *more, None),
            Found::Nothing(..) if !found.exact => (Outcome::NotSettled, None, &[][..], false, None),
            Found::Nothing(past, _) => (Outcome::Impossible, None, &[][..], false, past.as_ref()),
            Found::Unsettled => (Outcome::NotSettled, None, &[][..], false, None),
        };
        // What it is before is needed to say what scores become.
        let before = (result != Outcome::IsSo).then(|| self.decided(self.deal));
        let unknown_lists = before.as_ref().map(|before| self.unknown_lists(before)).unwrap_or_default();
        let way = |way: &analysis::Way| self.way(way, before.as_ref());
        Flipped {
            version: VERSION,
            decision: match goal.record {
                Some(record) => format!("{}[{record}]", decision.name),
                None => decision.name.clone(),
            },
            label: decision.label.clone(),
            wanted,
            as_of: self.request.as_of,
            result,
            completeness: match (found.exact, found.stopped) {
                (true, _) => Proved::Exact,
                (false, true) => Proved::NotFinished,
                (false, false) => Proved::NotAnalysed,
            },
            cost: cost.map(thousandths),
            ways: ways.iter().map(way).collect(),
            more,
            past_restrictions: past.map(way),
            elsewhere: match found.found {
                Found::Nothing(_, elsewhere) if result == Outcome::Impossible => Reachable::of(elsewhere),
                _ => None,
            },
            unknown_lists,
            words,
            restricted: self.request.within.is_some(),
        }
    }

    /// What is wanted, for programs and in words.
    fn wanted(&self) -> (String, String) {
        let schema = &self.policy.schema;
        let ty = &self.policy.decisions[self.request.goal.decision].ty;
        let plain = |value: &Value| match encode::json(schema, ty, value) {
            Json::String(text) => text,
            other => other.to_string(),
        };
        let shown = |value: &Value| words::value(schema, ty, value);
        let item = |place: u32| match ty.kind {
            TypeKind::Items(items) => {
                schema.enumerations[items].variants.get(place as usize).map(|v| v.name.clone()).unwrap_or_default()
            }
            _ => String::new(),
        };
        match &self.request.goal.wanted {
            Wanted::Is(value) => (format!("= {}", plain(value)), shown(value)),
            Wanted::IsNot(value) => (format!("!= {}", plain(value)), format!("other than {}", shown(value))),
            Wanted::Compares(op, value) => {
                let date = matches!(value, Value::Date(_));
                let (sign, words) = match op {
                    CompareOp::Less => ("<", if date { "before" } else { "less than" }),
                    CompareOp::LessOrEqual => ("<=", if date { "at the latest" } else { "at most" }),
                    CompareOp::Greater => (">", if date { "after" } else { "more than" }),
                    CompareOp::GreaterOrEqual => (">=", if date { "at the earliest" } else { "at least" }),
                };
                (format!("{sign} {}", plain(value)), format!("{words} {}", shown(value)))
            }
            Wanted::Has(place) => (format!("= {}", item(*place)), format!("a list with {}", item(*place))),
            Wanted::Lacks(place) => (format!("!= {}", item(*place)), format!("a list without {}", item(*place))),
        }
    }

    fn decided(&self, deal: &Deal) -> Decisions {
        let only = Some(vec![self.request.goal.decision]);
        let options = Options { strict: self.request.strict, only, ..Options::default() };
        deal.decide_with(self.request.as_of, &options)
    }

    fn way(&self, way: &analysis::Way, before: Option<&Decisions>) -> Way {
        let schema = &self.policy.schema;
        let deal = self.deal.with_facts(way.deal.clone());
        let decided = self.decided(&deal);
        let answer = self.answer(&decided);
        let other_text = way.changes.iter().any(|change| change.to.is_other_text());
        let ty = |at: usize| way.changes.get(at).map(|change| &schema.facts[change.path.fact].ty);
        let or = |json: bool| -> Vec<(Vec<Json>, Vec<String>)> {
            let others = way.others.iter().map(|values| {
                let each = values.iter().enumerate().filter_map(|(at, value)| Some((ty(at)?, value)));
                each.map(|(ty, value)| (if json { self.json(ty, value) } else { Json::Null }, self.words(ty, value)))
                    .unzip()
            });
            others.collect()
        };
        let (or_to, or_words): (Vec<Vec<Json>>, Vec<Vec<String>>) = or(true).into_iter().unzip();
        Way {
            changes: way.changes.iter().map(|change| self.change(change)).collect(),
            or_to,
            or_more: way.more,
            value: answer.and_then(|answer| answer.value.as_ref()).map(|value| value.json.clone()),
            by: answer.and_then(|answer| answer.by.clone()).unwrap_or_default(),
            scores: before.map(|before| self.scores(before, &decided)).unwrap_or_default(),
            deal: (!other_text).then(|| write::json_value(schema, &way.deal)),
            then: answer.map(then).unwrap_or_default(),
            or_words,
        }
    }

    fn change(&self, change: &analysis::Change) -> Change {
        let schema = &self.policy.schema;
        let fact = &schema.facts[change.path.fact];
        Change {
            fact: schema.path(change.path),
            label: words::label(schema, self.deal.facts(), change.path),
            unknown: change.from.is_none(),
            from: change.from.as_ref().map(|from| self.json(&fact.ty, from)),
            presumed: change.presumed,
            to: self.json(&fact.ty, &change.to),
            any_other_text: change.to.is_other_text(),
            cost: thousandths(change.cost),
            judged_by: fact.judged_by.clone(),
            restriction: change.lock.map(|lock| match lock {
                Lock::Fixed => Restriction::Fixed,
                Lock::Outside => Restriction::NotWithin,
            }),
            from_words: change.from.as_ref().map_or("not known".to_owned(), |from| self.words(&fact.ty, from)),
            to_words: self.words(&fact.ty, &change.to),
        }
    }

    fn json(&self, ty: &Type, value: &Value) -> Json {
        match value {
            Value::Text(_) if value.is_other_text() => Json::Null,
            _ => encode::json(&self.policy.schema, ty, value),
        }
    }

    fn words(&self, ty: &Type, value: &Value) -> String {
        match value {
            Value::Text(_) if value.is_other_text() => "any other text".to_owned(),
            _ => words::value(&self.policy.schema, ty, value),
        }
    }

    /// The lists that are unknown and matter to the decision.
    fn unknown_lists(&self, before: &Decisions) -> Vec<String> {
        let schema = &self.policy.schema;
        let missing = self.answer(before).map(Answer::missing_paths).unwrap_or_default();
        let is_list = |path: &&str| {
            let fact = schema.fact_by_name(path);
            fact.is_some_and(|fact| matches!(schema.facts[fact].ty.kind, TypeKind::List { .. }))
        };
        missing.into_iter().filter(is_list).map(str::to_owned).collect()
    }

    /// The answer of the decision.
    fn answer<'d>(&self, decisions: &'d Decisions) -> Option<&'d Answer> {
        let goal = &self.request.goal;
        let name = &self.policy.decisions[goal.decision].name;
        match &decisions.data().decisions.iter().find(|decision| decision.name == *name)?.answers {
            Answers::One(answer) => Some(answer),
            Answers::Each { answers, .. } => answers.get(goal.record? as usize),
        }
    }

    /// The scores that changes change.
    fn scores(&self, before: &Decisions, after: &Decisions) -> Vec<Score> {
        let rubrics = self.policy.decisions.iter().filter_map(|(id, decision)| {
            let (was, is) = (score(before.taken(), id), score(after.taken(), id)?);
            let by = was.and_then(|was| is.subtract(was).ok());
            let points = |n: Number| words::count_of(n, "point", "points");
            let words = match by {
                Some(by) if by == Number::ZERO => return None,
                Some(by) if by > Number::ZERO => format!("{} more, {} in all", points(by), words::number(is)),
                Some(by) => format!("{} less, {} in all", points(by.abs().ok()?), words::number(is)),
                None => points(is),
            };
            let json = |n: Number| encode::json(&self.policy.schema, &decision.ty, &Value::Number(n));
            Some(Score { decision: decision.name.clone(), from: was.map(json), to: json(is), words })
        });
        rubrics.collect()
    }
}

/// The points of a rubric about the deal, where they are known.
fn score(decisions: &engine::Decisions, id: DecisionId) -> Option<Number> {
    let taken = decisions.taken.iter().find(|taken| taken.decision == id)?;
    let engine::Answers::One(answer) = &taken.answers else { return None };
    match answer.explanation.as_ref()?.score.as_ref()? {
        Seen::Known(Value::Number(points)) => Some(*points),
        _ => None,
    }
}

/// The outcome, and why.
fn then(answer: &Answer) -> Vec<String> {
    let rules = answer.reasons.iter().map(|reason| {
        let name = match (&reason.rule, &reason.label) {
            (Some(rule), Some(label)) => format!("{label} ({rule})"),
            (Some(rule), None) => rule.clone(),
            (None, _) => String::new(),
        };
        match (&reason.because, name.is_empty()) {
            (Some(because), false) => format!("{name}: {because}"),
            (Some(because), true) => because.clone(),
            (None, _) => name,
        }
    });
    rules.filter(|line| !line.is_empty()).collect()
}

fn thousandths(cost: u64) -> Json {
    let cost = Number::decimal(i128::from(cost), 3).unwrap_or(Number::ONE).to_string();
    serde_json::from_str(&cost).unwrap_or(Json::String(cost))
}
