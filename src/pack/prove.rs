//! What is proved of a pack over all deals, as diagnostics.

use jiff::civil::Date;

use super::Pack;
use super::diff::clauses;
use crate::analysis::diff::Clause;
use crate::analysis::{self, Finding, FindingKind, Unsettled, Why, Witness};
use crate::base::Span;
use crate::diagnostic::{self, Code, Completeness, Diagnostic};
use crate::facts::write;
use crate::policy::{Decision, DecisionId, Hit, LookupId, Policy, Rule, RuleId, Shape};
use crate::trace::words;

/// So many kinds of deals that a gap is found in are told.
const MOST_HOLES: usize = 4;

/// What was looked for in all deals, and found.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The defects, and notes on what was not settled.
    pub findings: Vec<Diagnostic>,
    /// How many properties were proved to hold.
    pub proved: usize,
    /// It was stopped before everything was looked at.
    pub stopped: bool,
    /// The names of the properties of which nothing was known then.
    pub open: Vec<String>,
}

impl Pack {
    /// Looks for defects over all deals that the policies allow, on all dates from their first on: rules that never
    /// apply, conflicts, gaps, errors, properties that do not hold.
    ///
    /// Examples are set on `today` where any date will do. `stop` is asked now and then whether to give up; what was found
    /// until then is kept.
    pub fn prove(&self, today: Date, stop: &dyn Fn() -> bool) -> Proof {
        let found = analysis::findings(self.policy(), analysis::dates(self.policy()), today, stop);
        let words = Words { policy: self.policy() };
        let findings = found.findings.iter().map(|finding| words.finding(finding));
        let notes = found.unsettled.iter().map(|unsettled| words.unsettled(unsettled));
        Proof {
            findings: findings.chain(notes).collect(),
            proved: found.proved.len(),
            stopped: found.stopped,
            open: found.open.iter().map(|id| self.policy().properties[*id].name.clone()).collect(),
        }
    }
}

struct Words<'p> {
    policy: &'p Policy,
}

impl Words<'_> {
    fn finding(&self, finding: &Finding) -> Diagnostic {
        let witness = finding.witness.as_ref().map(|witness| self.witness(witness));
        let diagnostic = match &finding.kind {
            FindingKind::NeverApplies(rule) => self.never_applies(*rule),
            FindingKind::NeverAsked(lookup, row) => self.never_asked(*lookup, *row),
            FindingKind::NeverStands(rule, over) => self.never_stands(*rule, over),
            FindingKind::Implied(rule, by) => self.implied(*rule, by),
            FindingKind::Conflict(decision, between) => self.conflict(*decision, between),
            FindingKind::Gap(decision) => {
                let decision = &self.policy.decisions[*decision];
                let message =
                    format!("`{}` is left undecided in some deals, though every fact is given", decision.name);
                let here = if matches!(decision.shape, Shape::Table { .. }) {
                    "no row matches then"
                } else {
                    "no rule speaks then"
                };
                let help = match decision.shape {
                    Shape::Table { .. } => "add a row for such deals",
                    _ => "add a `default`, or a rule for such deals",
                };
                let diagnostic = Diagnostic::finding(Code::UndecidedDeals, decision.span, message).here(here);
                let which =
                    if matches!(decision.shape, Shape::Table { .. }) { "no row matches" } else { "no rule speaks" };
                self.holes(diagnostic, which, &finding.when).help(help)
            }
            FindingKind::Error(decision, fault) => {
                let name = &self.policy.decisions[*decision].name;
                let as_of = finding.witness.as_ref().map_or(crate::facts::DateRange::ALL.low, |witness| witness.as_of);
                let why = words::fault(self.policy, fault, as_of);
                let span = self.policy.exprs[fault.expr].span;
                let message = format!("`{name}` ends in an error in some deals: {why}");
                Diagnostic::finding(Code::CanFail, span, message).here("this has no value then")
            }
            FindingKind::Constant(expr, holds) => {
                let span = self.policy.exprs[*expr].span;
                let (message, here) = match holds {
                    true => ("this condition holds in every deal", "always true"),
                    false => ("this condition holds in no deal", "never true"),
                };
                Diagnostic::finding(Code::SettledCondition, span, message)
                    .here(here)
                    .help("leave it out, or mend what it is to say")
            }
            FindingKind::OneSided(expr, holds) => {
                let (message, here) = match holds {
                    true => ("this condition holds in every deal in which it is asked", "always true here"),
                    false => ("this condition holds in no deal in which it is asked", "never true here"),
                };
                Diagnostic::finding(Code::SettledCondition, self.policy.exprs[*expr].span, message)
                    .here(here)
                    .help("leave it out, or mend what it is to say")
            }
            FindingKind::NoInfluence(fact) => {
                let name = self.policy.schema.qualified_name(*fact);
                let message = format!("`{name}` influences nothing: every deal is decided alike without it");
                Diagnostic::finding(Code::NoInfluence, self.policy.schema.facts[*fact].span, message)
                    .here("read, but never of consequence")
                    .help("leave it out, or mend the rules that read it")
            }
            FindingKind::Broken(id) | FindingKind::Valueless(id) => {
                let property = &self.policy.properties[*id];
                let (message, here) = match (&finding.kind, property.never) {
                    (FindingKind::Valueless(_), _) => (
                        format!("`{}` cannot be said to hold for every deal", property.name),
                        "this has no value then: something in it ends in an error or a conflict",
                    ),
                    (_, true) => (format!("`{}` does not hold for every deal", property.name), "this can happen"),
                    (_, false) => (format!("`{}` does not hold for every deal", property.name), "this can fail"),
                };
                let mut diagnostic =
                    Diagnostic::finding(Code::BrokenProperty, self.policy.exprs[property.condition].span, message)
                        .here(here);
                if let Some(because) = &property.notes.because {
                    diagnostic = diagnostic.help(format!("it is there because: {because}"));
                }
                diagnostic
            }
        };
        let more = match (&finding.kind, finding.more) {
            (FindingKind::Conflict(..), true) => {
                "the decision has more conflicts, which are told once some of these are mended"
            }
            (_, true) => "the decision has more errors, which are told once some of these are mended",
            (_, false) => return diagnostic.proved(Completeness::Exact).shown_by(witness),
        };
        diagnostic.help(more).proved(Completeness::Exact).shown_by(witness)
    }

    /// Which deals a gap is found in.
    fn holes(&self, diagnostic: Diagnostic, which: &str, holes: &[Vec<Clause>]) -> Diagnostic {
        let clauses = clauses::Clauses { before: self.policy, after: self.policy, records: &[] };
        let told = holes.iter().take(MOST_HOLES).map(|hole| {
            let hole: Vec<String> = hole.iter().map(|clause| clauses.clause(clause)).collect();
            match hole.is_empty() {
                true => format!("{which} in any deal"),
                false => format!("{which} when {}", hole.join(" and ")),
            }
        });
        let more = (holes.len() > MOST_HOLES).then(|| format!("{which} for other kinds of deals either"));
        told.chain(more).fold(diagnostic, |diagnostic, hole| diagnostic.help(hole))
    }

    fn witness(&self, witness: &Witness) -> diagnostic::Witness {
        let schema = &self.policy.schema;
        diagnostic::Witness {
            as_of: witness.as_of.to_string(),
            ron: write::ron(schema, &witness.deal),
            json: write::json_value(schema, &witness.deal),
        }
    }

    fn rule(&self, id: RuleId) -> (&Decision, &Rule) {
        let decision = &self.policy.decisions[id.decision];
        (decision, &decision.rules.rules[id.index as usize])
    }

    /// A rule by what it is called in a decision of this shape, and by its name.
    fn called(decision: &Decision, rule: &Rule) -> String {
        let kind = match decision.shape {
            Shape::Rubric { .. } => "band",
            Shape::Gate => "requirement",
            Shape::Table { .. } => "row",
            Shape::Checklist => "item",
            Shape::Computed(_) | Shape::Rules => "rule",
        };
        format!("the {kind} `{}` of `{}`", rule.name, decision.name)
    }

    fn never_applies(&self, id: RuleId) -> Diagnostic {
        let (decision, rule) = self.rule(id);
        let called = Words::called(decision, rule);
        let (message, here, help) = match (&decision.shape, decision.rules.hit) {
            (Shape::Rubric { .. }, _) => {
                (format!("{called} is never reached"), "no score falls here", "mend its threshold")
            }
            (Shape::Gate, _) => {
                (format!("{called} never fails"), "every deal meets it", "leave it out, or mend its condition")
            }
            (Shape::Table { .. }, Hit::First) => (
                format!("{called} is never reached"),
                "rows above it take every deal that it would",
                "leave it out, or move it up",
            ),
            (Shape::Table { .. }, _) => {
                (format!("{called} never matches"), "no deal has these values", "leave it out, or mend its cells")
            }
            _ if self.is_over(rule) => (
                format!("{called} never applies any more"),
                "its time was over before the first date that the policies speak about",
                "leave it out, or let the pack's `since` be an earlier date",
            ),
            _ => (
                format!("{called} never applies"),
                "no deal meets its condition",
                "leave it out, or mend its condition",
            ),
        };
        Diagnostic::finding(Code::NeverApplies, rule.span, message).here(here).help(help)
    }

    /// Whether a rule is only in force on dates that the policy does not speak about.
    fn is_over(&self, rule: &Rule) -> bool {
        rule.window.until.zip(self.policy.since).is_some_and(|(until, since)| until < since)
    }

    fn never_asked(&self, id: LookupId, row: u32) -> Diagnostic {
        let table = &self.policy.lookups[id];
        let row = table.rules.rules.get(row as usize);
        let name = row.map_or("", |row| row.name.as_str());
        let message = format!("the row `{name}` of `{}` is never reached", table.name);
        let here = match table.rules.hit {
            Hit::First => "rows above it take everything that is asked of the table, or nothing asks for it",
            _ => "nothing asks the table for this",
        };
        Diagnostic::finding(Code::NeverApplies, row.map_or(table.span, |row| row.span), message)
            .here(here)
            .help("leave it out, or mend its cells")
    }

    fn never_stands(&self, id: RuleId, over: &[u32]) -> Diagnostic {
        let (decision, rule) = self.rule(id);
        let message = format!("{} never stands", Words::called(decision, rule));
        let diagnostic =
            Diagnostic::finding(Code::NeverStands, rule.span, message).here("wherever it applies, it is overridden");
        self.labelled(diagnostic, id.decision, over, "this overrides it")
            .help("leave it out, or narrow what overrides it")
    }

    fn implied(&self, id: RuleId, by: &[u32]) -> Diagnostic {
        let (decision, rule) = self.rule(id);
        let message = format!("{} adds nothing", Words::called(decision, rule));
        let diagnostic = Diagnostic::note(Code::ImpliedRequirement, rule.span, message)
            .here("wherever it fails, another fails with the same outcome");
        self.labelled(diagnostic, id.decision, by, "this fails with it")
    }

    fn conflict(&self, id: DecisionId, between: &[u32]) -> Diagnostic {
        let decision = &self.policy.decisions[id];
        let rules: Vec<&Rule> = between.iter().filter_map(|&place| decision.rules.rules.get(place as usize)).collect();
        let names: Vec<String> = rules.iter().map(|rule| format!("`{}`", rule.name)).collect();
        let message =
            format!("{} of `{}` can stand together and disagree", words::listed(&names, "and"), decision.name);
        let span = rules.first().map_or(decision.span, |rule| rule.span);
        let mut diagnostic = Diagnostic::finding(Code::RulesDisagree, span, message).here("this stands");
        for rule in rules.iter().skip(1) {
            diagnostic = diagnostic.label(rule.span, "and so does this, with another outcome");
        }
        let help = match decision.shape {
            Shape::Table { .. } => {
                "let the rows exclude each other, or say `first match` if the order is to decide".to_owned()
            }
            _ => match rules.first() {
                Some(rule) => format!(
                    "say which one goes first, such as `overrides {}`, or let them exclude each other",
                    rule.name
                ),
                None => "let them exclude each other".to_owned(),
            },
        };
        diagnostic.help(help)
    }

    fn labelled(&self, diagnostic: Diagnostic, id: DecisionId, rules: &[u32], message: &str) -> Diagnostic {
        let rules = rules.iter().filter_map(|&place| self.policy.decisions[id].rules.rules.get(place as usize));
        rules.fold(diagnostic, |diagnostic, rule| diagnostic.label(rule.span, message))
    }

    fn unsettled(&self, unsettled: &Unsettled) -> Diagnostic {
        let span: Span = self.policy.exprs[unsettled.expr].span;
        let (message, completeness) = match unsettled.why {
            Why::LongerLists(most) => {
                (format!("what follows from lists of more than {most} records is not proved"), Completeness::Bounded)
            }
            Why::LargeNumbers => (
                "what follows from numbers as large as these can be is not proved".to_owned(),
                Completeness::NotAnalysed,
            ),
            Why::NotConfirmed => (
                "nothing is proved of this: a deal that was found for it comes out in another way".to_owned(),
                Completeness::NotAnalysed,
            ),
            Why::TooLarge => {
                ("the policy is too large: what follows from this is not proved".to_owned(), Completeness::NotAnalysed)
            }
        };
        let mut diagnostic =
            Diagnostic::note(Code::NotSettled, span, message).here("because of this").proved(completeness);
        if unsettled.why == Why::LargeNumbers {
            diagnostic = diagnostic.help("give the facts that it reads a range");
        }
        diagnostic
    }
}
