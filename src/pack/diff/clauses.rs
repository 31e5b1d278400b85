//! Conditions on deals, as the policies would write them.

use crate::analysis::diff::{Bound, Clause, Range, Records, Side, Subject};
use crate::facts::Value;
use crate::policy::{ExprId, ExprKind, Policy};

/// The two policies that conditions speak about.
pub(in crate::pack) struct Clauses<'p> {
    pub(in crate::pack) before: &'p Policy,
    pub(in crate::pack) after: &'p Policy,
    /// The records that they may speak about.
    pub(in crate::pack) records: &'p [Records],
}

impl Clauses<'_> {
    /// A condition as the policy would write it; where both policies say it otherwise, with which of them says so.
    pub(in crate::pack) fn clause(&self, clause: &Clause) -> String {
        let policy = match clause.side {
            Side::Before => self.before,
            Side::After => self.after,
        };
        let text = match (&clause.subject, &clause.range) {
            (Subject::AsOf, range) => self.ranged(policy, "as_of", None, range),
            (Subject::NoValue(expr), Range::Holds(none)) => {
                let text = policy.text_of(*expr);
                format!("{text} has {} value", if *none { "no" } else { "a" })
            }
            (Subject::Item(expr, item), Range::Holds(holds)) => {
                let text = policy.text_of(*expr);
                let name = policy.text_of_value(&Value::Variant(*item), &policy.exprs[*expr].ty);
                format!("{}{text}.{name}", if *holds { "" } else { "not " })
            }
            (Subject::Otherwise(expr), range) => {
                let otherwise = *range == Range::Holds(true);
                format!("{} comes out {}", policy.text_of(*expr), if otherwise { "otherwise" } else { "as before" })
            }
            (Subject::Records(place), range) => self.some_records(*place, *range == Range::Holds(true)),
            (Subject::Expr(expr), Range::Holds(holds)) => holds_text(policy, *expr, *holds),
            (Subject::Expr(expr) | Subject::NoValue(expr) | Subject::Item(expr, _), range) => {
                self.ranged(policy, &operand(policy, *expr), Some(*expr), range)
            }
        };
        match (clause.ambiguous, clause.side) {
            (false, _) => text,
            (true, Side::Before) => format!("before: {text}"),
            (true, Side::After) => format!("now: {text}"),
        }
    }

    /// That there are such records, or that there are none.
    fn some_records(&self, place: u32, some: bool) -> String {
        let Some(records) = self.records.get(place as usize) else { return String::new() };
        let list = &self.after.schema.facts[records.list].name;
        let quantifier = if some { "any" } else { "none" };
        match &records.which {
            Some(clauses) => {
                let clauses: Vec<String> = clauses.iter().map(|clause| self.clause(clause)).collect();
                format!("{quantifier} of {list} where {}", clauses.join(" and "))
            }
            None => format!("{quantifier} of {list} adds {} than before", if records.more { "more" } else { "less" }),
        }
    }

    /// What a subject comes to.
    fn ranged(&self, policy: &Policy, subject: &str, expr: Option<ExprId>, range: &Range) -> String {
        let value = |value: &Value| match expr {
            Some(expr) => policy.text_of_value(value, &policy.exprs[expr].ty),
            None => match value {
                Value::Date(date) => date.to_string(),
                _ => String::new(),
            },
        };
        let listed = |values: &[Value]| values.iter().map(value).collect::<Vec<_>>().join(", ");
        match range {
            Range::Holds(true) => subject.to_owned(),
            Range::Holds(false) => format!("not {subject}"),
            Range::None => format!("{subject} is none"),
            Range::Given => format!("{subject} is not none"),
            Range::Among { values, excluded, other_texts } => match (&values[..], &excluded[..]) {
                ([], []) => format!("{subject} is given"),
                ([only], _) if !other_texts => format!("{subject} is {}", value(only)),
                (_, [only]) => format!("{subject} is not {}", value(only)),
                (many, out) if *other_texts || out.len() < many.len() => {
                    format!("{subject} not in ({})", listed(out))
                }
                (many, _) => format!("{subject} in ({})", listed(many)),
            },
            Range::Between { low, high } => match (low, high) {
                (Some(low), Some(high)) if low == high => format!("{subject} is {}", value(&low.value)),
                (Some(low), Some(high)) if low.included && high.included => {
                    format!("{subject} in {}..{}", value(&low.value), value(&high.value))
                }
                (None, None) => format!("{subject} is given"),
                (low, high) => {
                    let end = |bound: &Option<Bound>, sign: &str| {
                        let bound = bound.as_ref()?;
                        let or_equal = if bound.included { "=" } else { "" };
                        Some(format!("{subject} {sign}{or_equal} {}", value(&bound.value)))
                    };
                    let ends: Vec<String> = end(low, ">").into_iter().chain(end(high, "<")).collect();
                    ends.join(" and ")
                }
            },
        }
    }
}

/// An expression where something follows it.
fn operand(policy: &Policy, expr: ExprId) -> String {
    let text = policy.text_of(expr);
    let is_closed = matches!(
        policy.exprs[expr].kind,
        ExprKind::Literal(_)
            | ExprKind::Fact(_)
            | ExprKind::Constant(_)
            | ExprKind::Definition(_)
            | ExprKind::Decision(_)
            | ExprKind::Item(..)
            | ExprKind::Parameter(_)
            | ExprKind::AsOf
            | ExprKind::Call(..)
            | ExprKind::Lookup(..)
            | ExprKind::Arithmetic(..)
            | ExprKind::Aggregate { condition: None, .. }
    );
    if is_closed { text } else { format!("({text})") }
}

/// That a condition holds, or that it does not.
fn holds_text(policy: &Policy, expr: ExprId, holds: bool) -> String {
    let text = policy.text_of(expr);
    let is_name = matches!(
        policy.exprs[expr].kind,
        ExprKind::Fact(_) | ExprKind::Definition(_) | ExprKind::Decision(_) | ExprKind::Item(..) | ExprKind::Lookup(..)
    );
    match (holds, is_name) {
        (true, _) => text,
        (false, true) => format!("not {text}"),
        (false, false) => format!("not ({text})"),
    }
}
