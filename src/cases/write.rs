//! Cases as a file that people can go on with: what the policies decide today, to be read by somebody.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::engine::{self, Answer, Answers, Options, State};
use crate::facts::{Deal, Value, write};
use crate::policy::{Decision, DecisionId, Policy};

/// A case to be written.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// Its name.
    pub name: String,
    /// What is said above it, one on a line.
    pub remarks: Vec<String>,
    /// The date of the decisions.
    pub as_of: Date,
    /// The facts.
    pub deal: &'a Deal,
    /// The decisions that it is about.
    pub decisions: &'a [DecisionId],
}

/// A file of cases in RON, each with what the policy decides today for what is expected.
pub fn text(policy: &Policy, tag: &str, drafts: &[Draft<'_>]) -> String {
    let mut text = format!("(\n    tags: [{}],\n    cases: [\n", write::ron_text(tag));
    for draft in drafts {
        for remark in &draft.remarks {
            let _ = writeln!(text, "        // {}", remark.replace(['\n', '\r'], " "));
        }
        let deal = write::ron(&policy.schema, draft.deal);
        let deal = deal.trim_end().replace('\n', "\n            ");
        let names: Vec<String> =
            draft.decisions.iter().map(|id| write::ron_text(&policy.decisions[*id].name)).collect();
        let _ = writeln!(text, "        (\n            name: {},", write::ron_text(&draft.name));
        let _ = writeln!(text, "            as_of: \"{}\",", draft.as_of);
        let _ = writeln!(text, "            only: [{}],", names.join(", "));
        let _ = writeln!(text, "            deal: {deal},");
        text.push_str("            expect: {\n");
        for (name, wish) in names.iter().zip(wishes(policy, draft)) {
            let _ = writeln!(text, "                {name}: {wish},");
        }
        text.push_str("            },\n        ),\n");
    }
    text.push_str("    ],\n)\n");
    text
}

/// What each decision of a draft comes to, as an expectation.
fn wishes(policy: &Policy, draft: &Draft<'_>) -> Vec<String> {
    let options = Options { explain: false, only: Some(draft.decisions.to_vec()), ..Options::default() };
    let decided = engine::decide(policy, draft.deal, draft.as_of, &options);
    let wish = |id: &DecisionId| {
        let decision = &policy.decisions[*id];
        match decided.taken.iter().find(|taken| taken.decision == *id).map(|taken| &taken.answers) {
            Some(Answers::One(answer)) => self::wish(policy, decision, answer),
            Some(Answers::Each(answers)) => {
                let wishes: Vec<String> = answers.iter().map(|answer| self::wish(policy, decision, answer)).collect();
                format!("[{}]", wishes.join(", "))
            }
            None => "()".to_owned(),
        }
    };
    draft.decisions.iter().map(wish).collect()
}

fn wish(policy: &Policy, decision: &Decision, answer: &Answer) -> String {
    let with = |value: &Value, by: String| match write::ron_value(&policy.schema, &decision.ty, value) {
        Some(value) if by.is_empty() => format!("(value: {value})"),
        Some(value) => format!("(value: {value}, by: {by})"),
        // A number that no file can hold is told by its status.
        None => "(status: decided)".to_owned(),
    };
    let names = |places: &[u32]| {
        let rules = places.iter().filter_map(|&place| decision.rules.rules.get(place as usize));
        rules.map(|rule| write::ron_text(&rule.name)).collect::<Vec<_>>()
    };
    match &answer.state {
        State::Decided(value) if answer.by.is_empty() => with(value, String::new()),
        State::Decided(value) => with(value, format!("[{}]", names(&answer.by).join(", "))),
        State::Default(value) => with(value, "default".to_owned()),
        State::Undecided(_) => "(status: undecided)".to_owned(),
        State::Conflict(_) => "(status: conflict)".to_owned(),
        State::Error(_) => "(status: error)".to_owned(),
    }
}
