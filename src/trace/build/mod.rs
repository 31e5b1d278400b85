//! From the engine's answers to the trace as data: ids become names, spans become places.

mod explain;
mod name;
mod node;

use rustc_hash::FxHashMap;

use super::Report;
use super::data::{self, Answers, Evaluation, Fault, Kind, Operand, PolicyInfo, Possible, Reason, Shown, Status};
use super::reading::{self, Reading};
use super::words;
use crate::engine;
use crate::facts::{Element, Type, Value, encode};
use crate::policy::{DecisionId, Notes, Policy};

/// Makes the data of one report.
pub(super) struct Builder<'a> {
    report: &'a Report<'a>,
    policy: &'a Policy,
}

/// The data of a report.
pub(super) fn evaluation(report: &Report<'_>) -> Evaluation {
    let mut data = Builder { report, policy: report.policy }.evaluation();
    let reading = Reading::new(&data);
    let all = data.decisions.iter().chain(&data.needed).flat_map(reading::answers);
    let judged: Vec<_> = all.map(|answer| reading.judged(answer)).collect();
    let all = data.decisions.iter_mut().chain(&mut data.needed).flat_map(|decision| match &mut decision.answers {
        Answers::One(answer) => std::slice::from_mut(answer.as_mut()),
        Answers::Each { answers, .. } => answers.as_mut_slice(),
    });
    for (answer, judged) in all.zip(judged) {
        answer.judged = judged;
        if !report.traces {
            answer.trace = None;
        }
    }
    if !report.traces {
        data.needed.clear();
        data.definitions.clear();
    }
    data
}

impl Builder<'_> {
    fn evaluation(&self) -> Evaluation {
        let (policy, decisions) = (self.policy, self.report.decisions);
        let taken = |requested: bool| decisions.taken.iter().filter(move |t| t.requested == requested);
        let explained = taken(true).any(|t| match &t.answers {
            engine::Answers::One(a) => a.explanation.is_some(),
            engine::Answers::Each(all) => all.iter().any(|a| a.explanation.is_some()),
        });
        Evaluation {
            version: data::VERSION,
            policy: PolicyInfo {
                name: policy.name.clone(),
                version: policy.version.clone(),
                hash: policy.hash.clone(),
                label: policy.label.clone(),
            },
            as_of: decisions.as_of.to_string(),
            deal: self.report.deal_name.to_owned(),
            strict: decisions.strict,
            next: None,
            decisions: taken(true).map(|t| self.decision(t)).collect(),
            needed: taken(false).filter(|_| explained).map(|t| self.decision(t)).collect(),
            definitions: self.definitions(),
        }
    }

    fn decision(&self, taken: &engine::Taken) -> data::Decision {
        let decision = &self.policy.decisions[taken.decision];
        let answers = match &taken.answers {
            engine::Answers::One(answer) => Answers::One(Box::new(self.answer(taken.decision, answer, None))),
            engine::Answers::Each(answers) => {
                let list = decision.scope.and_then(|record| self.policy.schema.records[record].list);
                let records = list.into_iter().flat_map(|list| (0u32..).map(move |index| Element { list, index }));
                let each = answers.iter().zip(records);
                Answers::Each {
                    answers: each.clone().map(|(a, record)| self.answer(taken.decision, a, Some(record))).collect(),
                    names: each.map(|(_, record)| self.record_name(record)).collect(),
                }
            }
        };
        data::Decision {
            name: decision.name.clone(),
            label: decision.label.clone(),
            group: self.group(taken.decision),
            kind: Kind::of(&decision.shape),
            rank: match self.policy.report.as_slice() {
                [] => Some(taken.decision.into_raw().into_u32() as usize),
                report => report.iter().position(|id| *id == taken.decision),
            },
            answers,
        }
    }

    fn definitions(&self) -> Vec<data::Definition> {
        let mut places = FxHashMap::default();
        let mut all: Vec<data::Definition> = Vec::new();
        for (id, record, body) in &self.report.decisions.definitions {
            let definition = &self.policy.definitions[*id];
            let body = self.node(*body, node::Context::of(*record));
            let place = *places.entry(*id).or_insert_with(|| {
                let (name, label) = (definition.name.clone(), definition.label.clone());
                all.push(data::Definition { name, label, bodies: Vec::new() });
                all.len() - 1
            });
            if let Some(definition) = all.get_mut(place) {
                let list = record.map(|r| self.policy.schema.facts[r.list].name.clone());
                definition.bodies.push(data::Body { list, record: *record, body });
            }
        }
        all
    }

    fn answer(&self, id: DecisionId, answer: &engine::Answer, record: Option<Element>) -> data::Answer {
        let decision = &self.policy.decisions[id];
        let ty = &decision.ty;
        let rule_names = |places: &[u32]| -> Vec<String> {
            let rules = &decision.rules.rules;
            places.iter().filter_map(|&i| rules.get(i as usize)).map(|r| r.name.clone()).collect()
        };
        let mut out = data::Answer {
            record,
            status: Status::Decided,
            value: None,
            unit: None,
            by: None,
            provisional: !answer.presumed.is_empty(),
            presumed: answer.presumed.iter().map(|p| self.fact_ref(*p)).collect(),
            missing: None,
            possible: None,
            certain: None,
            open: None,
            possible_states: Vec::new(),
            exact: answer.exact,
            between: None,
            error: None,
            refer: self.referrals(id, answer),
            reasons: self.reasons(id, answer),
            trace: answer.explanation.as_ref().map(|e| Box::new(self.trace(id, answer, e, record))),
            perhaps: Vec::new(),
            judged: Vec::new(),
        };
        match &answer.state {
            engine::State::Decided(value) | engine::State::Default(value) => {
                if matches!(answer.state, engine::State::Default(_)) {
                    out.status = Status::Default;
                }
                let value = self.shown(ty, value);
                out.unit = if value.is_none() { None } else { self.unit(ty) };
                out.value = Some(value);
                out.by = Some(rule_names(&answer.by));
                let open = answer.by.iter().filter(|rule| !answer.certain.contains(rule)).copied();
                out.perhaps = rule_names(&open.collect::<Vec<u32>>());
            }
            engine::State::Undecided(undecided) => {
                out.status = Status::Undecided;
                out.missing = Some(undecided.missing.iter().map(|p| self.fact_ref(*p)).collect());
                if let engine::Possible::Items { certain, open } = &undecided.possible {
                    out.certain = Some(self.items(ty, certain));
                    out.open = Some(self.items(ty, open));
                } else {
                    out.possible = self.possible(ty, &undecided.possible);
                    out.unit = self.unit(ty);
                }
                let states = [(undecided.gap, "gap"), (undecided.conflict, "conflict"), (undecided.error, "error")];
                out.possible_states = states.iter().filter(|(is, _)| *is).map(|(_, state)| *state).collect();
            }
            engine::State::Conflict(between) => {
                out.status = Status::Conflict;
                out.between = Some(rule_names(between));
            }
            engine::State::Error(fault) => {
                out.status = Status::Error;
                out.error = Some(self.fault(fault));
            }
        }
        out
    }

    /// Who is to be asked: by the rules that stand whatever is missing, the default where it is the
    /// outcome, and the decision as a whole where it has one.
    fn referrals(&self, id: DecisionId, answer: &engine::Answer) -> Vec<data::Refer> {
        let decision = &self.policy.decisions[id];
        let certain = answer.certain.iter().filter_map(|&i| decision.rules.rules.get(i as usize)).map(|r| &r.notes);
        let default = decision.rules.default.iter().map(|d| &d.notes);
        let default = default.filter(|_| matches!(answer.state, engine::State::Default(_)));
        let settled = matches!(answer.state, engine::State::Decided(_) | engine::State::Default(_));
        let whole = std::iter::once(&decision.notes).filter(|_| settled);
        let mut all: Vec<data::Refer> = Vec::new();
        for refer in certain.chain(default).chain(whole).flat_map(|notes| &notes.refer) {
            let refer = data::Refer { to: refer.to.clone(), text: refer.text.clone() };
            if !all.contains(&refer) {
                all.push(refer);
            }
        }
        all
    }

    fn reasons(&self, id: DecisionId, answer: &engine::Answer) -> Vec<Reason> {
        let decision = &self.policy.decisions[id];
        let of_rule = |&i: &u32| {
            let rule = decision.rules.rules.get(i as usize)?;
            let seen = answer.explanation.as_ref().and_then(|e| e.rules.get(i as usize)?.outcome);
            let outcome = match seen.map(|node| &self.nodes()[node].seen) {
                Some(engine::Seen::Known(value)) => self.shown(&decision.ty, value).words,
                _ => self.policy.text_of(rule.outcome),
            };
            Some(Reason {
                rule: Some(rule.name.clone()),
                label: rule.label.clone(),
                outcome: Some(outcome),
                because: rule.notes.because.clone(),
                cites: self.cites(&rule.notes),
            })
        };
        let of_notes = |notes: &Notes| Reason {
            rule: None,
            label: None,
            outcome: None,
            because: notes.because.clone(),
            cites: self.cites(notes),
        };
        let mut reasons: Vec<Reason> = match &answer.state {
            engine::State::Decided(_) => answer.by.iter().filter_map(of_rule).collect(),
            engine::State::Default(_) => decision.rules.default.iter().map(|d| of_notes(&d.notes)).collect(),
            engine::State::Undecided(_) => answer.certain.iter().filter_map(of_rule).collect(),
            engine::State::Conflict(between) => between.iter().filter_map(of_rule).collect(),
            engine::State::Error(_) => Vec::new(),
        };
        if matches!(answer.state, engine::State::Decided(_) | engine::State::Default(_)) {
            reasons.push(of_notes(&decision.notes));
        }
        let conflict = matches!(answer.state, engine::State::Conflict(_));
        reasons.retain(|r| conflict || r.because.is_some() || !r.cites.is_empty());
        reasons
    }

    fn shown(&self, ty: &Type, value: &Value) -> Shown {
        let schema = &self.policy.schema;
        let items = matches!(value, Value::Items(_)).then(|| words::items(schema, ty, value));
        Shown { json: encode::json(schema, ty, value), words: words::value(schema, ty, value), items }
    }

    fn unit(&self, ty: &Type) -> Option<String> {
        ty.number().and_then(|n| self.policy.schema.unit_name(&n.unit))
    }

    /// Values that are still possible; sets of items have no such form.
    fn possible(&self, ty: &Type, possible: &engine::Possible) -> Option<Possible> {
        match possible {
            engine::Possible::Values(values) => {
                let (others, named): (Vec<&Value>, _) = values.iter().partition(|v| v.is_other_text());
                let values = named.into_iter().map(|v| self.shown(ty, v)).collect();
                Some(Possible::Values { values, other_texts: !others.is_empty() })
            }
            engine::Possible::Range { low, high, none } => {
                let (from, to) = (Box::new(self.shown(ty, low)), Box::new(self.shown(ty, high)));
                Some(Possible::Range { from, to, none: *none })
            }
            engine::Possible::Items { .. } => None,
        }
    }

    fn items(&self, ty: &Type, set: &crate::facts::ItemSet) -> Vec<Shown> {
        let crate::facts::TypeKind::Items(enumeration) = ty.kind else { return Vec::new() };
        let item = Type::of(crate::facts::TypeKind::Variant(enumeration));
        let label = |i: u32| {
            let variant = self.policy.schema.enumerations[enumeration].variants.get(i as usize);
            variant.and_then(|v| v.label.clone())
        };
        set.iter()
            .map(|i| {
                let shown = self.shown(&item, &Value::Variant(i));
                Shown { words: label(i).unwrap_or(shown.words), ..shown }
            })
            .collect()
    }

    fn cites(&self, notes: &Notes) -> Vec<data::Cite> {
        notes
            .cites
            .iter()
            .map(|cite| {
                let source = &self.policy.sources[cite.source];
                data::Cite {
                    source: source.name.clone(),
                    title: source.title.clone(),
                    section: cite.section.clone(),
                    at: source.at.clone(),
                }
            })
            .collect()
    }

    fn notes(&self, notes: &Notes) -> data::Notes {
        data::Notes {
            because: notes.because.clone(),
            cites: self.cites(notes),
            refer: notes.refer.iter().map(|r| data::Refer { to: r.to.clone(), text: r.text.clone() }).collect(),
        }
    }

    fn fault(&self, fault: &engine::Fault) -> Fault {
        let policy = self.policy;
        let message = words::fault(policy, fault, self.report.decisions.as_of);
        let operand = |(expr, value): &(crate::policy::ExprId, Value)| {
            let ty = &policy.exprs[*expr].ty;
            Operand { expression: policy.text_of(*expr), value: self.shown(ty, value), unit: self.unit(ty) }
        };
        Fault {
            expression: policy.text_of(fault.expr),
            message,
            at: self.place(policy.exprs[fault.expr].span),
            values: fault.operands.iter().map(operand).collect(),
        }
    }
}
