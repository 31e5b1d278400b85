//! Which rules override which, directly and through others.

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

use super::Checker;
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast;

/// The most rules of one decision where some override others.
const MOST_RULES: usize = 5_000;

/// The most pairs of rules in one pack of which one overrides the other, directly or through others.
pub(super) const MOST_PAIRS: usize = 1_000_000;

impl Checker<'_> {
    /// For each rule the places of those it overrides, directly or through others, ascending. `None`
    /// where something is wrong. Of a decision that could be read only in part, a rule may be missing.
    pub(super) fn overrides(&mut self, rules: &[ast::Rule], partial: bool) -> Option<Vec<Vec<u32>>> {
        self.unique_parts("rule", rules.iter().map(|rule| &rule.name));
        if rules.iter().all(|rule| rule.overrides.is_empty()) {
            return Some(vec![Vec::new(); rules.len()]);
        }
        let first = rules.first()?;
        if !self.at_most(MOST_RULES, rules.len(), &first.name, "rules beside it that override others") {
            return None;
        }
        let mut by_name: FxHashMap<&str, usize> = FxHashMap::default();
        for (place, rule) in rules.iter().enumerate() {
            by_name.entry(&rule.name.text).or_insert(place);
        }
        let mut fine = true;
        let mut direct: Vec<Vec<(usize, Span)>> = Vec::with_capacity(rules.len());
        for rule in rules {
            let mut targets = Vec::with_capacity(rule.overrides.len());
            for name in &rule.overrides {
                match by_name.get(name.text.as_str()) {
                    Some(&target) => targets.push((target, name.span)),
                    None => {
                        fine = false;
                        if partial {
                            continue; // It may be the one that could not be read.
                        }
                        self.report_unknown_rule(name, rules);
                    }
                }
            }
            direct.push(targets);
        }
        let order = self.override_order(rules, &direct)?;
        let mut closed: Vec<FixedBitSet> = vec![FixedBitSet::with_capacity(rules.len()); rules.len()];
        for place in order {
            let mut all = FixedBitSet::with_capacity(rules.len());
            for (target, _) in &direct[place] {
                all.insert(*target);
                all.union_with(&closed[*target]);
            }
            closed[place] = all;
        }
        if !self.spend_pairs(closed.iter().map(|set| set.count_ones(..)).sum(), &first.name) {
            return None;
        }
        let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        fine.then(|| closed.iter().map(|set| set.ones().map(place).collect()).collect())
    }

    /// Whether so many more pairs of rules of which one overrides the other can be kept.
    pub(super) fn spend_pairs(&mut self, pairs: usize, at: &ast::Name) -> bool {
        match self.overrides_left.checked_sub(pairs) {
            Some(left) => {
                self.overrides_left = left;
                true
            }
            None => {
                let message = format!("with `{}`, more than {MOST_PAIRS} pairs of rules override each other", at.text);
                let report = Diagnostic::error(Code::TooManyParts, at.span, message);
                self.report(report.here("too many that override each other").help("write it as a table"));
                false
            }
        }
    }

    fn report_unknown_rule(&mut self, name: &ast::Name, rules: &[ast::Rule]) {
        let message = format!("this decision has no rule `{}`", name.text);
        let mut report = Diagnostic::error(Code::UnknownRule, name.span, message).here("no rule of this name");
        if let Some(near) = self.suggest_among(&name.text, rules.iter().map(|rule| rule.name.text.as_str())) {
            let advice = format!("did you mean `{near}`?");
            report = report.suggest(name.span, near, advice);
        } else if name.text == "default" {
            report = report.help("every rule overrides the default; it need not say so");
        }
        self.report(report);
    }

    /// The rules, each after those it overrides. Every circle is reported.
    fn override_order(&mut self, rules: &[ast::Rule], direct: &[Vec<(usize, Span)>]) -> Option<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            OnWay,
            Done,
        }
        let mut marks = vec![Mark::New; rules.len()];
        let (mut order, mut fine) = (Vec::with_capacity(rules.len()), true);
        for start in 0..rules.len() {
            if marks[start] != Mark::New {
                continue;
            }
            let mut way: Vec<(usize, usize)> = vec![(start, 0)];
            marks[start] = Mark::OnWay;
            while let Some((rule, followed)) = way.last_mut() {
                let rule = *rule;
                let Some(&(target, span)) = direct[rule].get(*followed) else {
                    marks[rule] = Mark::Done;
                    order.push(rule);
                    way.pop();
                    continue;
                };
                *followed += 1;
                match marks[target] {
                    Mark::New => {
                        marks[target] = Mark::OnWay;
                        way.push((target, 0));
                    }
                    Mark::OnWay => {
                        fine = false;
                        let from = way.iter().position(|(on_way, _)| *on_way == target).unwrap_or(0);
                        let steps: Vec<(&str, Span)> = way[from..]
                            .iter()
                            .map(|(rule, followed)| {
                                let step = direct[*rule].get(followed.saturating_sub(1)).map_or(span, |t| t.1);
                                (rules[*rule].name.text.as_str(), step)
                            })
                            .collect();
                        self.report_override_cycle(&steps);
                    }
                    Mark::Done => {}
                }
            }
        }
        fine.then_some(order)
    }

    fn report_override_cycle(&mut self, steps: &[(&str, Span)]) {
        let [(first, span), rest @ ..] = steps else { return };
        let next = |i: usize| steps.get(i + 1).map_or(*first, |(name, _)| *name);
        let message = match rest {
            [] => format!("the rule `{first}` overrides itself"),
            _ => {
                let names: Vec<String> = steps.iter().map(|(name, _)| format!("`{name}`")).collect();
                format!("these rules override each other in a circle: {} → `{first}`", names.join(" → "))
            }
        };
        let mut report = Diagnostic::error(Code::OverrideCycle, *span, message);
        report = report.here(format!("`{first}` overrides `{}` here", next(0)));
        for (i, (name, span)) in steps.iter().enumerate().skip(1) {
            report = report.label(*span, format!("`{name}` overrides `{}` here", next(i)));
        }
        self.report(report.help("decide which of them goes before the others, and leave out what says the opposite"));
    }
}
