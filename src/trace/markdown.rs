//! Markdown to paste into a ticket or a CRM: answers in bold, reasons as bullets, what is missing as a table.

use std::fmt::Write as _;

use super::data::{Answer, Answers, Decision, Evaluation, Kind, Reason, RuleState, Status};
use super::reading::{self, Reading};
use super::words;

/// The Markdown of an evaluation.
pub(super) fn markdown(data: &Evaluation) -> String {
    let mut out = Document(String::new());
    out.paragraph(&format!("# {}", escaped(&data.deal)));
    let policy = data.policy.label.as_ref().unwrap_or(&data.policy.name);
    let version = reading::version(data);
    out.paragraph(&format!("Decided on {} by “{}” ({}).", data.as_of, escaped(policy), escaped(&version)));
    if data.strict {
        out.paragraph("What the policy presumes is left out of account.");
    }
    out.paragraph(&format!("{}.", reading::summary(data)));
    let reading = Reading::new(data);
    for (group, decisions) in reading.groups() {
        out.paragraph(&format!("## {}", escaped(group)));
        let mut told = Vec::new();
        for decision in decisions {
            match &decision.answers {
                Answers::One(answer) if !reading::worth_telling(decision, answer) => out.quiet(decision, answer),
                _ => told.push(decision),
            }
        }
        out.end_list();
        for decision in told {
            out.decision(decision);
        }
    }
    out.missing(&reading);
    let text = out.0.trim_end();
    format!("{text}\n")
}

struct Document(String);

impl Document {
    fn paragraph(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push_str("\n\n");
    }

    fn bullet(&mut self, text: &str) {
        let _ = writeln!(self.0, "- {text}");
    }

    fn end_list(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn row(&mut self, cells: &[String]) {
        let _ = writeln!(self.0, "| {} |", cells.join(" | "));
    }

    fn header(&mut self, cells: &[&str]) {
        let cells: Vec<String> = cells.iter().map(|&c| c.to_owned()).collect();
        self.row(&cells);
        self.row(&vec!["---".to_owned(); cells.len()]);
    }

    /// A decision that went as usual: one line.
    fn quiet(&mut self, decision: &Decision, answer: &Answer) {
        let label = escaped(decision.label.as_ref().unwrap_or(&decision.name));
        let because = reading::default_reason(answer).map(|because| format!(". {}", escaped(because)));
        self.bullet(&format!("{label}: **{}**{}", escaped(&reading::verdict(answer)), because.unwrap_or_default()));
    }

    fn decision(&mut self, decision: &Decision) {
        let label = escaped(decision.label.as_ref().unwrap_or(&decision.name));
        match &decision.answers {
            Answers::One(answer) => {
                let items = answer.value.as_ref().and_then(|v| v.items.as_ref()).is_some_and(|i| !i.is_empty());
                if items {
                    self.paragraph(&format!("### {label}"));
                } else {
                    let provisional = if answer.provisional { " (provisional)" } else { "" };
                    let verdict = escaped(&reading::verdict(answer));
                    self.paragraph(&format!("### {label}: **{verdict}**{provisional}"));
                }
                self.answer(decision, answer);
            }
            Answers::Each { answers, names } => {
                self.paragraph(&format!("### {label}"));
                self.each(decision, answers, names);
                for (answer, name) in answers.iter().zip(names) {
                    if !matches!(answer.status, Status::Decided | Status::Default) {
                        self.paragraph(&format!("{}:", escaped(name)));
                        self.answer(decision, answer);
                    }
                }
            }
        }
    }

    fn each(&mut self, decision: &Decision, answers: &[Answer], names: &[String]) {
        if answers.is_empty() {
            self.paragraph("The list is empty.");
            return;
        }
        self.header(&["", "Answer", "Why"]);
        for (answer, name) in answers.iter().zip(names) {
            let mut why: Vec<String> = Vec::new();
            for reason in answer.reasons.iter().filter(|reason| reason.because.is_some()) {
                let because = reason.because.as_deref().map(escaped).unwrap_or_default();
                why.push(format!("{}{because}", perhaps(answer, reason)));
            }
            why.extend(reading::without_reason(decision, answer).as_deref().map(escaped));
            let provisional = if answer.provisional { " (provisional)" } else { "" };
            let verdict = format!("**{}**{provisional}", escaped(&reading::verdict(answer)));
            self.row(&[escaped(name), verdict, why.join("; ")]);
        }
        self.end_list();
    }

    fn answer(&mut self, decision: &Decision, answer: &Answer) {
        let items = answer.value.iter().flat_map(|v| v.items.iter().flatten());
        for item in items.chain(answer.certain.iter().flatten().map(|v| &v.words)) {
            self.bullet(&format!("**{}**", escaped(item)));
        }
        for item in answer.open.iter().flatten() {
            self.bullet(&format!("{} (perhaps)", escaped(&item.words)));
        }
        self.end_list();
        self.rubric(answer);
        match answer.status {
            Status::Decided | Status::Default if decision.kind == Kind::Checklist => {}
            Status::Decided | Status::Default => {
                for node in reading::computed(answer) {
                    self.bullet(&format!("Computed as {}", code(&node.text)));
                }
                for reason in &answer.reasons {
                    self.bullet(&format!("{}{}", perhaps(answer, reason), because(reason)));
                }
                if let Some(by) = reading::without_reason(decision, answer) {
                    self.bullet(&reading::capitalized(&escaped(&by)));
                }
            }
            Status::Undecided => self.undecided(decision, answer),
            Status::Conflict => {
                self.bullet("rules that stand disagree:");
                for reason in &answer.reasons {
                    let name = code(reason.rule.as_deref().unwrap_or_default());
                    let outcome = escaped(reason.outcome.as_deref().unwrap_or_default());
                    let _ = writeln!(self.0, "  - {name} says **{outcome}**: {}", because(reason));
                }
                self.bullet(&reading::capitalized(reading::peace(decision, answer)));
            }
            Status::Error => {
                if let Some(error) = &answer.error {
                    let place = error.at.as_ref().map(|at| format!(" ({})", escaped(&reading::place(at))));
                    let place = place.unwrap_or_default();
                    self.bullet(&format!("{}: {}{place}", code(&error.expression), escaped(&error.message)));
                    for operand in &error.values {
                        let value = escaped(&operand.value.words);
                        let _ = writeln!(self.0, "  - {} is **{value}**", code(&operand.expression));
                    }
                }
            }
        }
        self.failing(decision, answer);
        for judged in &answer.judged {
            let (label, value, who) = (escaped(&judged.label), escaped(&judged.value), escaped(&judged.who));
            self.bullet(&format!("{label}: **{value}**, as judged by {who}"));
        }
        for fact in &answer.presumed {
            let value = fact.presumed.as_deref().unwrap_or("a value");
            let label = escaped(&fact.label);
            self.bullet(&format!("Provisional: nobody said, so {label} is presumed to be **{}**", escaped(value)));
        }
        for refer in &answer.refer {
            let text = refer.text.as_ref().map(|text| format!(": {}", escaped(text))).unwrap_or_default();
            self.bullet(&format!("**Ask {}**{text}", escaped(&refer.to)));
        }
        if !answer.exact {
            self.bullet("This answer is a bound: it may name more than there is");
        }
        self.end_list();
    }

    fn rubric(&mut self, answer: &Answer) {
        let Some(rubric) = answer.trace.as_ref().and_then(|t| t.rubric.as_ref()) else { return };
        self.header(&["Criterion", "Points"]);
        for criterion in &rubric.criteria {
            let label = criterion.label.as_ref().unwrap_or(&criterion.name);
            self.row(&[escaped(label), reading::share(&criterion.points)]);
        }
        self.row(&["**Total**".to_owned(), format!("**{}**", reading::share(&rubric.score))]);
        self.end_list();
        let distance = reading::distance(rubric);
        let line = if distance.is_empty() { reading::bands(rubric) } else { distance.join("; ") };
        self.bullet(&escaped(&line));
    }

    fn undecided(&mut self, decision: &Decision, answer: &Answer) {
        if reading::is_gap(answer) {
            let (why, help) = reading::gap(decision, answer);
            self.bullet(&reading::capitalized(&why));
            if let Some(help) = help {
                self.bullet(&reading::capitalized(&help));
            }
            return;
        }
        if let Some(possible) = &answer.possible {
            self.bullet(&format!("Possible: {}", escaped(&reading::possibilities(possible))));
        }
        if let Some(states) = reading::possible_states(answer) {
            self.bullet(&reading::capitalized(&states));
        }
        self.bullet(&format!("Missing: {}", escaped(&reading::missing_labels(answer))));
    }

    fn failing(&mut self, decision: &Decision, answer: &Answer) {
        if decision.kind != Kind::Gate {
            return;
        }
        for rule in answer.trace.iter().flat_map(|t| &t.rules) {
            if let (RuleState::Stands | RuleState::Overridden, Some(required)) = (rule.state, &rule.requires) {
                self.bullet(&format!("Fails: {}", code(&required.text)));
            }
        }
    }

    fn missing(&mut self, reading: &Reading<'_>) {
        let facts = reading.missing();
        if facts.is_empty() {
            return;
        }
        self.paragraph("## What is missing");
        self.header(&["Fact", "Question", "Takes", "Name"]);
        for (fact, _) in facts {
            let judged = fact.judged_by.as_ref().map(|who| format!(" ({} judges)", escaped(who))).unwrap_or_default();
            let question = fact.ask.as_deref().map(escaped).unwrap_or_default();
            self.row(&[escaped(&fact.label), format!("{question}{judged}"), escaped(&fact.takes), code(&fact.path)]);
        }
    }
}

/// What stands before the reason of a rule that may yet turn out not to stand.
fn perhaps(answer: &Answer, reason: &Reason) -> String {
    let rule = reason.rule.as_ref().filter(|_| reading::is_perhaps(answer, reason));
    rule.map(|rule| format!("perhaps {}: ", code(rule))).unwrap_or_default()
}

fn because(reason: &Reason) -> String {
    let because = reason.because.as_deref().map(escaped);
    let cites: Vec<String> = reason
        .cites
        .iter()
        .map(|cite| {
            let text = escaped(&reading::cite(cite));
            match cite.at.as_deref().and_then(reading::web_address) {
                Some(address) => format!("[{text}](<{}>)", address.replace(['<', '>', '\n', '\\'], "")),
                None => text,
            }
        })
        .collect();
    match (because, cites.is_empty()) {
        (Some(because), true) => because,
        (Some(because), false) => format!("{because} ({})", cites.join("; ")),
        (None, _) => cites.join("; "),
    }
}

/// Text of policies and deals, with everything that Markdown would read as markup escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let text = words::on_one_line(text);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let within_word = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        let markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' => true,
            '_' => !within_word,
            // What begins a list, where a line begins.
            '+' | '-' | '.' | ')' => {
                out.chars().all(|c| c.is_ascii_digit()) && rest.peek().is_none_or(|next| next.is_whitespace())
            }
            _ => false,
        };
        if markup {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// A name or an expression as code; bars are escaped, as it may stand in a table.
fn code(text: &str) -> String {
    let text = words::on_one_line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escaped("<script>alert(1)</script>"), "\\<script\\>alert(1)\\</script\\>");
        assert_eq!(escaped("a|b `c` *d*"), "a\\|b \\`c\\` \\*d\\*");
        assert_eq!(escaped("on_acceptance _x_"), "on_acceptance \\_x\\_");
        assert_eq!(escaped("1. one"), "1\\. one");
        assert_eq!(escaped("- one - two"), "\\- one - two");
        assert_eq!(escaped("about 1.5 hours"), "about 1.5 hours");
        assert_eq!(code("a `b` c"), "`` a `b` c ``");
        assert_eq!(code("plain"), "`plain`");
    }
}
