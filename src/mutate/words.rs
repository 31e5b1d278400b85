//! What a mutant changes, as a difference between two texts of the policy.

use super::apply::rules_of;
use super::{Change, Mutant, Rules, find};
use crate::base::{Number, Sources, Span};
use crate::facts::Value;
use crate::policy::{ConstantId, ExprId, ExprKind, Policy, Shape, Window};

/// The longest condition, in bytes, that is told beside what changes.
const LONGEST: usize = 100;

/// What a mutant changes, in the words of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Where.
    pub place: Option<Place>,
    /// The lines that it changes.
    pub before: Vec<String>,
    /// What they become; nothing where they are left out.
    pub after: Vec<String>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it is shown.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// What `mutant` changes in `policy`, whose texts are `sources`.
pub fn words(policy: &Policy, sources: &Sources, mutant: &Mutant) -> Words {
    let mutated = mutant.apply(policy);
    let place =
        sources.locate(mutant.span).map(|(file, position)| Place { file: file.to_owned(), line: position.line });
    let (before, after) = match &mutant.change {
        Change::Expr(id, _) if policy.exprs[*id].span == mutant.span => {
            replaced(sources, mutant.span, &expression(policy, &mutated, *id, sources.slice(mutant.span).trim()))
        }
        Change::Expr(..) | Change::Drop(..) => (head(sources, mutant.span), Vec::new()),
        Change::Severity(decision, rule, _) => {
            let text = policy.decisions[*decision].rules.rules.get(*rule as usize).map(|rule| rule.outcome);
            replaced(sources, mutant.span, &text.map(|outcome| mutated.text_of(outcome)).unwrap_or_default())
        }
        Change::Override(rules, rule, _) => (overrides(policy, *rules, *rule), overrides(&mutated, *rules, *rule)),
        Change::Window(rules, rule, window) => {
            let was = rules_of(policy, *rules).rules.get(*rule as usize).map(|rule| rule.window);
            let line = |window: Window| vec![format!("{}{}", rule_head(policy, *rules, *rule), window_text(window))];
            (line(was.unwrap_or_default()), line(*window))
        }
        Change::Constant(id, place, _) => {
            let is_percent = find::constant_text(sources, mutant.span, *place).contains("percent");
            (constant(policy, *id, *place, is_percent), constant(&mutated, *id, *place, is_percent))
        }
        Change::Presumed(fact, _) => {
            let line = |policy: &Policy| {
                let of = &policy.schema.facts[*fact];
                let presumed = of.presumed.as_ref().map(|value| policy.text_of_value(value, &of.ty));
                let presumed = presumed.map(|value| format!(" presumed {value}")).unwrap_or_default();
                vec![format!("fact {}{presumed}", policy.schema.qualified_name(*fact))]
            };
            (line(policy), line(&mutated))
        }
    };
    Words { place, before, after }
}

/// The changed expression as it would stand where `written` does.
fn expression(policy: &Policy, mutated: &Policy, id: ExprId, written: &str) -> String {
    let text = mutated.text_of(id);
    let kind = &mutated.exprs[id].kind;
    let negated = matches!(policy.exprs[id].kind, ExprKind::Not(_));
    match kind {
        ExprKind::Literal(Value::Number(n)) if written.ends_with("percent") => percent(*n).unwrap_or(text),
        // A cell says `false` where the expression is the column's negation.
        _ if negated && written == "false" => "true".to_owned(),
        ExprKind::And(parts) | ExprKind::Or(parts) if parts.len() > 1 && (negated || written.starts_with('(')) => {
            format!("({text})")
        }
        ExprKind::Compare(_, of, _)
        | ExprKind::Is { left: of, .. }
        | ExprKind::In { of, .. }
        | ExprKind::Within { of, .. } => {
            // A cell leaves out the column.
            let column = mutated.text_of(*of);
            match text.strip_prefix(&format!("{column} ")).filter(|_| !written.contains(&column)) {
                Some(test) => cell(test),
                None => text,
            }
        }
        _ => text,
    }
}

/// A comparison without its left side, as a cell says it.
fn cell(test: &str) -> String {
    let (not, rest) = match test.strip_prefix("not in ").or(test.strip_prefix("is not ")) {
        Some(rest) => ("not ", rest),
        None => ("", test.strip_prefix("in ").or(test.strip_prefix("is ")).unwrap_or(test)),
    };
    let bare = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
    format!("{not}{bare}")
}

/// The lines of a span, and what they are with `text` in its place.
fn replaced(sources: &Sources, span: Span, text: &str) -> (Vec<String>, Vec<String>) {
    let Some(file) = sources.get(span.file) else { return (Vec::new(), vec![text.to_owned()]) };
    let all = file.text();
    let (start, end) = (span.start as usize, span.end as usize);
    let first = all.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let last = all.get(end..).and_then(|after| after.find('\n')).map_or(all.len(), |at| end + at);
    let part = |from: usize, to: usize| all.get(from..to).unwrap_or_default();
    let after = format!("{}{text}{}", part(first, start), part(end, last));
    (lines(part(first, last)), lines(&after))
}

/// The first line of a clause, with those in which its condition goes on.
fn head(sources: &Sources, span: Span) -> Vec<String> {
    const NOTES: [&str; 5] = ["because", "cites", "refer", "overrides", "from"];
    let text = sources.slice(span);
    let note = |line: &&str| NOTES.iter().any(|word| line.trim_start().split(' ').next() == Some(*word));
    let end = text.lines().skip(1).position(|line| note(&line)).map_or(text.lines().count(), |at| at + 1);
    text.lines().take(end).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Lines without what all of them are indented by.
fn lines(text: &str) -> Vec<String> {
    let full = || text.lines().filter(|line| !line.trim().is_empty());
    let indent = full().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    full().map(|line| line.get(indent..).unwrap_or(line).trim_end().to_owned()).collect()
}

fn overrides(policy: &Policy, rules: Rules, place: u32) -> Vec<String> {
    let set = rules_of(policy, rules);
    let names = |rule: &crate::policy::Rule| {
        let names = rule.overrides.iter().filter_map(|other| set.rules.get(*other as usize));
        names.map(|rule| rule.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let names = set.rules.get(place as usize).map(names).unwrap_or_default();
    let head = rule_head(policy, rules, place);
    vec![if names.is_empty() { head } else { format!("{head} overrides {names}") }]
}

fn rule_head(policy: &Policy, rules: Rules, place: u32) -> String {
    let Some(rule) = rules_of(policy, rules).rules.get(place as usize) else { return String::new() };
    let word = match rules {
        Rules::Decision(id) if matches!(policy.decisions[id].shape, Shape::Checklist) => "item",
        _ => "rule",
    };
    // A condition is no part of what changes; that there is one is said all the same.
    let condition = rule.condition.map(|condition| policy.text_of(condition)).map(|text| match text.len() {
        0..=LONGEST => format!(" when {text}"),
        _ => " when …".to_owned(),
    });
    format!("{word} {}: {}{}", rule.name, policy.text_of(rule.outcome), condition.unwrap_or_default())
}

fn window_text(window: Window) -> String {
    let from = window.from.map(|date| format!(" from {date}")).unwrap_or_default();
    let until = window.until.map(|date| format!(" until {date}")).unwrap_or_default();
    format!("{from}{until}")
}

/// The number as a percentage, as far as it can be written so.
fn percent(n: Number) -> Option<String> {
    Some(format!("{} percent", n.multiply(Number::integer(100)).ok()?))
}

fn constant(policy: &Policy, id: ConstantId, place: usize, is_percent: bool) -> Vec<String> {
    let constant = &policy.constants[id];
    let Some((from, value)) = constant.values.get(place) else { return Vec::new() };
    let text = policy.text_of_value(value, &constant.ty);
    let value = match value {
        Value::Number(n) if is_percent => percent(*n).unwrap_or(text),
        _ => text,
    };
    vec![match from {
        Some(from) => format!("constant {}: value {value} from {from}", constant.name),
        None => format!("constant {} = {value}", constant.name),
    }]
}
