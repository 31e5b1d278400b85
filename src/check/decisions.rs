//! Decisions: rules with their windows and notes, and the way to each of the other shapes.

use rustc_hash::FxHashMap;

use super::expressions::{Asked, Inferred};
use super::names::{Decision, Declarations, Entity};
use super::order::Dependency;
use super::{Checker, Scope, id, text};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Type;
use crate::policy::{self, Cite, DecisionId, Hit, Notes, Outcome, Refer, RuleSet, Shape, Window};
use crate::syntax::ast;

/// A decision's rules and the shape they were written in.
pub(super) type Body = (RuleSet, Shape);

impl Checker<'_> {
    /// Checks every decision.
    pub(super) fn check_decisions(&mut self, all: &Declarations<'_>) -> Vec<Option<policy::Decision>> {
        (0..all.decisions.len()).map(|place| self.decision(all, id(place))).collect()
    }

    fn decision(&mut self, all: &Declarations<'_>, decision: DecisionId) -> Option<policy::Decision> {
        let place = super::index(decision);
        let (written, group) = all.decisions[place];
        let ty = self.signatures.decisions[place].clone();
        let declared = self.signatures.decision_scopes[place];
        let scope = Scope { declared, ..Scope::default() };
        let (parts, scope) = self.within(scope, |c| {
            let (label, notes) = match written {
                Decision::Decide(d) => (&d.label, &d.notes),
                Decision::Rubric(d, _) => (&d.label, &d.notes),
                Decision::Gate(d) => (&d.label, &d.notes),
                Decision::Table(d) => (&d.label, &d.notes),
                Decision::Checklist(d) => (&d.label, &d.notes),
            };
            let notes = c.notes(notes, all);
            let body = match written {
                Decision::Decide(decide) => c.decide(decide, ty.as_ref(), all),
                Decision::Rubric(rubric, score) => c.rubric(rubric, score, ty.as_ref(), all),
                Decision::Gate(gate) => c.gate(gate, ty.as_ref(), all),
                Decision::Table(table) => c.table(table, ty.as_ref(), all),
                Decision::Checklist(checklist) => c.checklist(checklist, ty.as_ref(), all),
            };
            (text(label.as_ref()), notes, body)
        });
        self.edges.insert(Dependency::Decision(decision), scope.uses);
        let (label, notes, body) = parts;
        let (rules, shape) = body?;
        let name = written.name();
        Some(policy::Decision {
            name: name.text.clone(),
            label,
            ty: ty?,
            scope: declared,
            group,
            rules,
            shape,
            notes,
            span: name.span,
        })
    }

    fn decide(&mut self, decide: &ast::Decide, ty: Option<&Type>, all: &Declarations<'_>) -> Option<Body> {
        let asked = Asked { what: "the outcome of", name: &decide.name.text, at: Some(decide.ty.span) };
        match &decide.body {
            ast::DecideBody::Computed(body) => {
                let body = self.outcome(body, ty, &asked)?;
                Some((RuleSet::default(), Shape::Computed(body)))
            }
            ast::DecideBody::Rules { default, rules } => {
                if default.is_none() && rules.is_empty() {
                    self.report_empty(
                        &decide.name,
                        "neither a rule nor a default",
                        "write `default …`, `rule …` or `= …`",
                    );
                }
                let default = default.as_ref().map(|default| {
                    let outcome = self.outcome(&default.outcome, ty, &asked);
                    let notes = self.notes(&default.notes, all);
                    outcome.map(|outcome| Outcome { outcome, notes, span: default.span })
                });
                let overrides = self.overrides(rules, self.names.is_partial(&decide.name));
                let lowered: Vec<Option<policy::Rule>> =
                    rules.iter().map(|rule| self.rule(rule, ty, &asked, all)).collect();
                let mut lowered = lowered.into_iter().collect::<Option<Vec<_>>>()?;
                for (rule, overrides) in lowered.iter_mut().zip(overrides?) {
                    rule.overrides = overrides;
                }
                let default = match default {
                    Some(default) => Some(default?),
                    None => None,
                };
                Some((RuleSet { hit: Hit::Agree, rules: lowered, default }, Shape::Rules))
            }
        }
    }

    fn rule(
        &mut self,
        rule: &ast::Rule,
        ty: Option<&Type>,
        asked: &Asked<'_>,
        all: &Declarations<'_>,
    ) -> Option<policy::Rule> {
        let when = rule.when.as_ref().map(|when| self.condition(when));
        let known = when.as_ref().map_or(&[][..], |when| when.known.when_true.as_slice());
        let outcome = self.knowing(known, |c| c.outcome(&rule.outcome, ty, asked));
        let notes = self.notes(&rule.notes, all);
        let window = self.window(rule);
        let condition = match when {
            Some(Inferred { expr, .. }) => Some(expr?),
            None => None,
        };
        Some(policy::Rule {
            name: rule.name.text.clone(),
            label: text(rule.label.as_ref()),
            condition,
            outcome: outcome?,
            overrides: Vec::new(),
            window: window?,
            notes,
            span: rule.span,
        })
    }

    fn window(&mut self, rule: &ast::Rule) -> Option<Window> {
        if let (Some((from, from_span)), Some((until, until_span))) = (rule.from, rule.until)
            && from > until
        {
            let message = format!("the rule `{}` ends before it begins", rule.name.text);
            self.report(
                Diagnostic::error(Code::WindowBackwards, until_span, message)
                    .here("the last day")
                    .label(from_span, "the first day")
                    .help("both days are included: write the earlier one after `from`"),
            );
            return None;
        }
        Some(Window { from: rule.from.map(|(date, _)| date), until: rule.until.map(|(date, _)| date) })
    }

    /// Reports a decision that says nothing. Where a part of it could not be read, that has been
    /// reported instead.
    pub(super) fn report_empty(&mut self, name: &ast::Name, has: &str, help: &str) {
        if self.names.is_partial(name) {
            return;
        }
        let message = format!("`{}` has {has}", name.text);
        let report = Diagnostic::error(Code::EmptyDeclaration, name.span, message);
        self.report(report.here("decides nothing").help(help));
    }

    /// Reports parts of one declaration that share a name.
    pub(super) fn unique_parts<'n>(&mut self, what: &str, names: impl IntoIterator<Item = &'n ast::Name>) {
        let mut places: FxHashMap<&str, Span> = FxHashMap::default();
        for name in names {
            match places.get(name.text.as_str()) {
                Some(&first) => self.report_duplicate_part(what, name, first),
                None => {
                    places.insert(&name.text, name.span);
                }
            }
        }
    }

    /// Reports a declaration with more parts than can be handled.
    pub(super) fn at_most(&mut self, most: usize, count: usize, name: &ast::Name, parts: &str) -> bool {
        if count > most {
            let message = format!("`{}` has {count} {parts}, more than the {most} that are allowed", name.text);
            let report = Diagnostic::error(Code::TooManyParts, name.span, message);
            self.report(report.here(format!("too many {parts}")).help("split it, or write it as a table"));
        }
        count <= most
    }

    /// Reasons, citations and referrals, their sources looked up.
    pub(super) fn notes(&mut self, notes: &ast::Notes, all: &Declarations<'_>) -> Notes {
        let mut cites = Vec::with_capacity(notes.cites.len());
        for cite in &notes.cites {
            match all.source_names.get(cite.source.text.as_str()) {
                Some(&source) => {
                    self.cited.insert(source);
                    cites.push(Cite { source, section: text(cite.section.as_ref()) });
                }
                None => self.report_unknown_source(&cite.source, all),
            }
        }
        let refer = notes.refer.iter().map(|r| Refer { to: r.to.value.clone(), text: text(r.text.as_ref()) });
        Notes { because: text(notes.because.as_ref()), cites, refer: refer.collect() }
    }

    fn report_unknown_source(&mut self, name: &ast::Name, all: &Declarations<'_>) {
        if self.names.is_broken(&name.text) {
            return;
        }
        let message = format!("there is no source `{}`", name.text);
        let report = Diagnostic::error(Code::UnknownSource, name.span, message).here("not declared");
        let near = self.suggest_among(&name.text, all.source_names.keys().copied());
        self.report(match near {
            Some(near) => {
                let advice = format!("did you mean `{near}`?");
                report.suggest(name.span, near, advice)
            }
            None => report.help(format!("declare it: `source {} \"Title\" at \"https://…\"`", name.text)),
        });
    }

    /// The cited documents.
    pub(super) fn sources_of(&self, all: &Declarations<'_>) -> la_arena::Arena<policy::Source> {
        all.sources
            .iter()
            .map(|source| policy::Source {
                name: source.name.text.clone(),
                title: source.title.value.clone(),
                at: text(source.at.as_ref()),
            })
            .collect()
    }

    /// A literal of one of the variants of the enumeration that `ty` is.
    pub(super) fn variant_literal(&mut self, ty: &Type, place: u32, span: Span) -> policy::ExprId {
        use crate::facts::{TypeKind, Value};
        let ty = match ty.kind {
            TypeKind::Items(items) => Type::of(TypeKind::Variant(items)),
            _ => ty.clone(),
        };
        self.push(policy::ExprKind::Literal(Value::Variant(place)), ty, span)
    }

    /// Marks a record as used.
    pub(super) fn uses_record(&mut self, record: crate::facts::RecordId) {
        self.used.insert(Entity::Record(record));
    }
}
