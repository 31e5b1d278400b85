//! Conditions that are told to come always to the same, against deciding every deal with each condition as a decision of
//! its own, and with what is told in the place of what was written.

use std::collections::BTreeMap;

use dealdesk::analysis::{FindingKind, Findings};
use dealdesk::policy::{ExprId, ExprKind, Policy, Shape};
use jiff::civil::Date;

use crate::bridge::{Compiled, compile};
use crate::reference::Val;
use crate::reference::deal::Deal;
use crate::reference::evaluate::{Outcome, World};

/// What was found of a policy, its text, and every deal.
pub struct Told<'a> {
    pub compiled: &'a Compiled,
    pub text: &'a str,
    pub found: &'a Findings,
    pub deals: &'a [Deal],
    pub as_of: Date,
}

/// The condition of a rule, as a decision.
struct Probe {
    name: String,
    /// `decision.rule`
    of: String,
    told: bool,
}

impl Told<'_> {
    /// What is wrong with what is told of conditions.
    pub fn problems(&self, tally: &mut BTreeMap<&'static str, usize>) -> Vec<String> {
        let mut problems = self.missed_or_wrong(tally);
        for finding in &self.found.findings {
            if let FindingKind::Constant(expr, holds) = finding.kind {
                problems.extend(self.replaced(expr, holds, tally));
            }
        }
        problems
    }

    fn source(&self, expr: ExprId) -> &str {
        self.compiled.sources.slice(self.compiled.policy.exprs[expr].span)
    }

    /// The conditions of rules, which are told where they hold in some deals and fail in none.
    fn missed_or_wrong(&self, tally: &mut BTreeMap<&'static str, usize>) -> Vec<String> {
        let policy = &self.compiled.policy;
        let (mut probes, mut text) = (Vec::new(), self.text.to_owned());
        for (_, decision) in
            policy.decisions.iter().filter(|(_, d)| matches!(d.shape, Shape::Rules) && d.scope.is_none())
        {
            for rule in decision.rules.rules.iter().filter(|rule| rule.window.contains(self.as_of)) {
                let Some(condition) = rule.condition.filter(|condition| reads_facts(policy, *condition)) else {
                    continue;
                };
                let name = format!("probe_{}", probes.len());
                let more = format!("decide {name}: boolean = ({})\n", self.source(condition));
                // A condition that several clauses make has no text of its own.
                if compile([(text.clone() + &more).as_str()]).is_err() {
                    continue;
                }
                text.push_str(&more);
                let told = |kind: &FindingKind| matches!(kind, FindingKind::Constant(of, true) if *of == condition);
                let told = self.found.findings.iter().any(|finding| told(&finding.kind));
                probes.push(Probe { name, of: format!("{}.{}", decision.name, rule.name), told });
            }
        }
        let Ok(with_probes) = compile([text.as_str()]) else { return vec!["does not compile with probes".to_owned()] };
        let pack = with_probes.pack();
        let mut seen = vec![(false, false); probes.len()];
        for deal in self.deals {
            let world = World::new(&pack, deal, self.as_of);
            for (probe, (holds, fails)) in probes.iter().zip(&mut seen) {
                for outcome in world.take(&probe.name) {
                    *holds |= matches!(outcome, Outcome::Value { value: Val::Boolean(true), .. });
                    *fails |= matches!(outcome, Outcome::Value { value: Val::Boolean(false), .. });
                }
            }
        }
        let wrong = probes.iter().zip(seen).filter_map(|(probe, (holds, fails))| {
            *tally.entry(if probe.told { "always" } else { "not always" }).or_default() += 1;
            let always = holds && !fails;
            (always != probe.told)
                .then(|| format!("the condition of {}: always {always}, told {}", probe.of, probe.told))
        });
        wrong.collect()
    }

    /// With the constant in the place of the condition every decision that was taken is taken as before.
    fn replaced(&self, expr: ExprId, holds: bool, tally: &mut BTreeMap<&'static str, usize>) -> Vec<String> {
        let policy = &self.compiled.policy;
        let span = policy.exprs[expr].span;
        let (start, end) = (span.start as usize, span.end as usize);
        let text = format!("{}{holds}{}", &self.text[..start], &self.text[end..]);
        let Ok(replaced) = compile([text.as_str()]) else { return Vec::new() };
        *tally.entry("replaced").or_default() += 1;
        let (before, after) = (self.compiled.pack(), replaced.pack());
        for deal in self.deals {
            let (old, new) = (World::new(&before, deal, self.as_of), World::new(&after, deal, self.as_of));
            for (_, decision) in policy.decisions.iter() {
                let (old, new) = (old.take(&decision.name), new.take(&decision.name));
                let other =
                    |(old, new): (&Outcome, &Outcome)| !matches!(old, Outcome::Error(_) | Outcome::Gap) && old != new;
                if old.iter().zip(&new).any(other) {
                    let written = self.source(expr);
                    return vec![format!(
                        "`{written}` is told to be {holds}; {}: {old:?} became {new:?}",
                        decision.name
                    )];
                }
            }
        }
        Vec::new()
    }
}

/// Whether an expression depends on the deal, and not on constants alone.
fn reads_facts(policy: &Policy, expr: ExprId) -> bool {
    match &policy.exprs[expr].kind {
        ExprKind::Fact(_) | ExprKind::Decision(_) | ExprKind::Item(..) | ExprKind::AsOf => true,
        ExprKind::Aggregate { .. } | ExprKind::Lookup(..) | ExprKind::Parameter(_) => true,
        ExprKind::Definition(definition) => reads_facts(policy, policy.definitions[*definition].body),
        other => other.operands().into_iter().any(|operand| reads_facts(policy, operand)),
    }
}
