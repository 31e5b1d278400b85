//! When a rule stands, with everything that goes before it: by name, and in the policy's own words.

mod data;
mod find;
mod text;

pub use data::{
    Before, Citation, Condition, EffectiveRule, Example, Kind, Matters, Meaning, Proved, Referral, Stands, VERSION,
    Window,
};
pub use find::NoSuchRule;

use jiff::civil::Date;

use super::Pack;
use crate::analysis::{self, Effective, Part, Target, Unless, Whether, Witness};
use crate::facts::{DateRange, write};
use crate::policy::{self, Decision, ExprId, ExprKind, Notes, Policy, Rule, Shape};

/// How a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub struct RuleOptions {
    /// Examples are set on this date where any will do.
    pub today: Date,
    /// Only decisions on this date; else on all from the policy's first on.
    pub as_of: Option<Date>,
    /// Say what the definitions and constants stand for that the conditions name.
    pub unfold: bool,
}

impl Pack {
    /// When a rule stands: its own condition, and what goes before it, without what is proved to be of no consequence.
    ///
    /// `name` is that of a rule, row, band, requirement or item with its decision, `discovery.billing.bid`, or alone where
    /// there is but one of it; `discovery.billing.default` is the default. `stop` is asked now and then whether to give up;
    /// what was found until then is kept.
    ///
    /// # Errors
    ///
    /// Where nothing is called so, or several are.
    pub fn rule(
        &self,
        name: &str,
        options: &RuleOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<EffectiveRule, NoSuchRule> {
        let policy = self.policy();
        let target = find::target(policy, name)?;
        let dates = match options.as_of {
            Some(date) => DateRange { low: date, high: date },
            None => analysis::dates(policy),
        };
        let found = analysis::effective(policy, target, dates, options.today, stop);
        Ok(Telling { pack: self, policy, target, found: &found }.tell(options))
    }
}

struct Telling<'a> {
    pack: &'a Pack,
    policy: &'a Policy,
    target: Target,
    found: &'a Effective,
}

impl Telling<'_> {
    fn tell(&self, options: &RuleOptions) -> EffectiveRule {
        let policy = self.policy;
        let decision = &policy.decisions[self.target.decision()];
        let rule = match self.target {
            Target::Rule(id) => decision.rules.rules.get(id.index as usize),
            Target::Default(_) => None,
        };
        let default = decision.rules.default.as_ref();
        let (outcome, span) = match (rule, default) {
            (Some(rule), _) => (Some(rule.outcome), rule.span),
            (None, Some(default)) => (Some(default.outcome), default.span),
            (None, None) => (None, decision.span),
        };
        let notes = rule.map(|rule| &rule.notes).or(default.map(|default| &default.notes));
        let none = Notes::default();
        let notes = notes.filter(|notes| notes.because.is_some() || !notes.cites.is_empty());
        let notes = notes.or((!matches!(decision.shape, Shape::Rules)).then_some(&decision.notes)).unwrap_or(&none);
        let short = rule.map_or("default", |rule| &rule.name);
        let place = self.pack.sources().locate(span);
        EffectiveRule {
            version: VERSION,
            name: format!("{}.{short}", decision.name),
            decision: decision.name.clone(),
            decision_label: decision.label.clone(),
            rule: short.to_owned(),
            label: rule.and_then(|rule| rule.label.clone()),
            kind: if rule.is_some() { kind(decision) } else { Kind::Default },
            outcome: outcome.map(|outcome| policy.text_of(outcome)).unwrap_or_default(),
            stands: match self.found.whether {
                Whether::Sometimes => Stands::Sometimes,
                Whether::NeverApplies => Stands::NeverApplies,
                Whether::NeverStands => Stands::NeverStands,
                Whether::Unsettled => Stands::NotSettled,
            },
            completeness: match (self.found.stopped, self.found.exact) {
                (true, _) => Proved::NotFinished,
                (false, true) => Proved::Exact,
                (false, false) => Proved::NotAnalysed,
            },
            window: rule.map(|rule| window(rule.window)).unwrap_or_default(),
            as_of: options.as_of,
            when: self.conditions(&self.found.when),
            unless: self.found.unless.iter().filter_map(|other| self.before(decision, other)).collect(),
            overrides: rule.map(|rule| self.overrides(decision, rule)).unwrap_or_default(),
            because: notes.because.clone(),
            cites: notes.cites.iter().map(|cite| self.citation(cite)).collect(),
            refer_to: notes
                .refer
                .iter()
                .map(|refer| Referral { to: refer.to.clone(), text: refer.text.clone() })
                .collect(),
            meanings: if options.unfold { self.meanings() } else { Vec::new() },
            example: self.found.stands.as_ref().map(|witness| self.example(witness, Vec::new())),
            overridden_example: self.found.yields.as_ref().map(|(witness, to)| {
                let names = to.iter().filter_map(|&place| decision.rules.rules.get(place as usize));
                self.example(witness, names.map(|rule| rule.name.clone()).collect())
            }),
            file: place.map(|(file, _)| file.to_owned()),
            line: place.map(|(_, position)| position.line),
        }
    }

    fn conditions(&self, parts: &[Part]) -> Vec<Condition> {
        let alone = parts.iter().filter(|part| !part.implied).count() == 1;
        let text = |part: &Part| match alone && !part.implied {
            true => self.policy.text_of(part.expr),
            false => self.policy.text_of_part(part.expr),
        };
        parts.iter().map(|part| Condition { text: text(part), implied: part.implied }).collect()
    }

    fn before(&self, decision: &Decision, other: &Unless) -> Option<Before> {
        let rule = decision.rules.rules.get(other.rule as usize)?;
        Some(Before {
            rule: rule.name.clone(),
            kind: kind(decision),
            outcome: self.policy.text_of(rule.outcome),
            matters: match other.matters {
                analysis::Matters::Yes => Matters::Yes,
                analysis::Matters::NeverTogether => Matters::NeverTogether,
                analysis::Matters::Implied => Matters::Implied,
            },
            window: window(rule.window),
            when: self.conditions(&other.when),
        })
    }

    fn overrides(&self, decision: &Decision, rule: &Rule) -> Vec<String> {
        let names = rule.overrides.iter().filter_map(|&place| decision.rules.rules.get(place as usize));
        names.map(|rule| rule.name.clone()).collect()
    }

    fn citation(&self, cite: &policy::Cite) -> Citation {
        let source = &self.policy.sources[cite.source];
        Citation { source: source.title.clone(), section: cite.section.clone(), at: source.at.clone() }
    }

    fn example(&self, witness: &Witness, by: Vec<String>) -> Example {
        let schema = &self.policy.schema;
        let (deal, ron) = (write::json_value(schema, &witness.deal), write::ron(schema, &witness.deal));
        Example { as_of: witness.as_of, deal, ron, by }
    }

    /// What the names stand for that the conditions shown use: definitions, constants and computed decisions, one level
    /// deep, in the order in which they are used.
    fn meanings(&self) -> Vec<Meaning> {
        let policy = self.policy;
        let matter = self.found.unless.iter().filter(|other| other.matters == analysis::Matters::Yes);
        let shown = self.found.when.iter().chain(matter.flat_map(|other| &other.when)).filter(|part| !part.implied);
        let mut open: Vec<ExprId> = shown.map(|part| part.expr).collect();
        open.reverse();
        let mut meanings: Vec<Meaning> = Vec::new();
        while let Some(expr) = open.pop() {
            let (name, text) = match &policy.exprs[expr].kind {
                ExprKind::Definition(id) => {
                    (&policy.definitions[*id].name, policy.text_of(policy.definitions[*id].body))
                }
                ExprKind::Decision(id) => match policy.decisions[*id].shape {
                    Shape::Computed(body) => (&policy.decisions[*id].name, policy.text_of(body)),
                    _ => continue,
                },
                ExprKind::Constant(id) => {
                    let constant = &policy.constants[*id];
                    let values = constant.values.iter().map(|(from, value)| {
                        let value = policy.text_of_value(value, &constant.ty);
                        from.map_or(value.clone(), |from| format!("{value} from {from}"))
                    });
                    (&constant.name, values.collect::<Vec<_>>().join(", "))
                }
                other => {
                    open.extend(other.operands().into_iter().rev());
                    continue;
                }
            };
            if !meanings.iter().any(|meaning| meaning.name == *name) {
                meanings.push(Meaning { name: name.clone(), text });
            }
        }
        meanings
    }
}

fn window(window: policy::Window) -> Window {
    Window { from: window.from, until: window.until }
}

fn kind(decision: &Decision) -> Kind {
    match decision.shape {
        Shape::Rubric { .. } => Kind::Band,
        Shape::Gate => Kind::Requirement,
        Shape::Table { .. } => Kind::Row,
        Shape::Checklist => Kind::Item,
        Shape::Computed(_) | Shape::Rules => Kind::Rule,
    }
}
