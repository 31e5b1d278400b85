//! One HTML page that needs nothing beside it: no scripts, no other files.

mod detail;
mod markup;

use crate::facts::Element;
pub(crate) use markup::Markup;

use super::data::{Answer, Answers, Cite, Decision, Evaluation, Fault, Kind, Reason, RuleState, Status};
use super::reading::{self, Reading};

const STYLE: &str = include_str!("style.css");

/// The page of an evaluation.
pub(super) fn html(data: &Evaluation) -> String {
    let reading = Reading::new(data);
    let mut page = Page { reading, markup: Markup::default() };
    page.head();
    page.overview();
    for (group, decisions) in page.reading.groups() {
        page.markup.open("section", &[]);
        page.markup.element("h2", &[], group);
        for decision in decisions {
            page.decision(decision);
        }
        page.markup.close("section");
    }
    if !data.needed.is_empty() {
        page.markup.open("section", &[]);
        page.markup.element("h2", &[], "What these rest on");
        for decision in &data.needed {
            page.decision(decision);
        }
        page.markup.close("section");
    }
    page.missing();
    page.markup.close("main");
    page.markup.finish()
}

struct Page<'a> {
    reading: Reading<'a>,
    markup: Markup,
}

impl<'a> Page<'a> {
    fn head(&mut self) {
        let data = self.reading.data;
        let policy = data.policy.label.as_ref().unwrap_or(&data.policy.name);
        let out = &mut self.markup;
        out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        out.element("title", &[], &format!("{} on {}: {policy}", data.deal, data.as_of));
        out.raw("\n<style>\n");
        out.raw(STYLE);
        out.raw("</style>\n</head>\n<body>\n");
        out.open("header", &[]);
        out.element("h1", &[], &data.deal);
        let line = format!("Decided on {} by “{policy}” ({})", data.as_of, reading::version(data));
        out.element("p", &[("class", "soft")], &line);
        if data.strict {
            out.element("p", &[], "What the policy presumes is left out of account.");
        }
        out.element("p", &[("class", "soft")], &reading::summary(data));
        out.close("header");
        out.open("main", &[]);
    }

    /// Every answer in one table, with links to the reasons.
    fn overview(&mut self) {
        let out = &mut self.markup;
        out.raw("<table>\n");
        out.element("caption", &[], "All answers");
        out.raw("\n<thead><tr><th scope=\"col\">Decision</th><th scope=\"col\">Answer</th></tr></thead>\n<tbody>\n");
        for decision in &self.reading.data.decisions {
            out.raw("<tr><th scope=\"row\">");
            let label = decision.label.as_ref().unwrap_or(&decision.name);
            out.element("a", &[("href", &format!("#{}", anchor(decision)))], label);
            out.raw("</th><td>");
            match &decision.answers {
                Answers::One(answer) => verdict(out, answer),
                Answers::Each { answers, .. } if answers.is_empty() => {
                    out.element("span", &[("class", "soft")], "none in the list")
                }
                Answers::Each { answers, names } => {
                    for (i, (answer, name)) in answers.iter().zip(names).enumerate() {
                        if i > 0 {
                            out.raw("<br>");
                        }
                        out.text(&format!("{name}: "));
                        verdict(out, answer);
                    }
                }
            }
            out.raw("</td></tr>\n");
        }
        out.raw("</tbody>\n</table>\n");
    }

    fn decision(&mut self, decision: &'a Decision) {
        let class = match &decision.answers {
            Answers::One(answer) => format!("answer {}", answer.status.word()),
            Answers::Each { .. } => "answer".to_owned(),
        };
        self.markup.open("article", &[("class", &class), ("id", &anchor(decision))]);
        self.markup.raw("<h3>");
        self.markup.text(decision.label.as_ref().unwrap_or(&decision.name));
        if let Answers::One(answer) = &decision.answers {
            self.markup.raw(": ");
            verdict(&mut self.markup, answer);
        }
        if decision.label.is_some() {
            self.markup.raw(" ");
            self.markup.element("code", &[("class", "name")], &decision.name);
        }
        self.markup.raw("</h3>\n");
        match &decision.answers {
            Answers::One(answer) => self.answer(decision, answer, None),
            Answers::Each { answers, .. } if answers.is_empty() => {
                self.markup.element("p", &[("class", "soft")], "The list is empty.");
            }
            Answers::Each { answers, names } => {
                for (answer, name) in answers.iter().zip(names) {
                    self.markup.raw("<p>");
                    self.markup.text(&format!("{name}: "));
                    verdict(&mut self.markup, answer);
                    self.markup.raw("</p>\n");
                    self.answer(decision, answer, answer.record);
                }
            }
        }
        self.markup.close("article");
    }

    fn answer(&mut self, decision: &'a Decision, answer: &'a Answer, record: Option<Element>) {
        self.items(answer);
        self.rubric(answer);
        match answer.status {
            Status::Decided | Status::Default if decision.kind == Kind::Checklist => {}
            Status::Decided | Status::Default => self.reasons(decision, answer),
            Status::Undecided => self.undecided(decision, answer),
            Status::Conflict => self.conflict(decision, answer),
            Status::Error => {
                if let Some(fault) = &answer.error {
                    self.fault(fault);
                }
            }
        }
        self.failing(decision, answer);
        for judged in &answer.judged {
            let line = format!("{}: {}, as judged by {}", judged.label, judged.value, judged.who);
            self.markup.element("p", &[], &line);
        }
        for fact in &answer.presumed {
            let value = fact.presumed.as_deref().unwrap_or("a value");
            let line = format!("Provisional: nobody said, so {} is presumed to be {value}.", fact.label);
            self.markup.element("p", &[("class", "unknown")], &line);
        }
        for refer in &answer.refer {
            let text = refer.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
            self.markup.element("p", &[("class", "refer")], &format!("→ Ask {}{text}", refer.to));
        }
        if !answer.exact {
            let bound = "This answer is a bound: it may name more than there is.";
            self.markup.element("p", &[("class", "soft")], bound);
        }
        self.detail(decision, answer, record);
    }

    fn items(&mut self, answer: &Answer) {
        let certain = answer.value.iter().flat_map(|v| v.items.iter().flatten());
        let certain: Vec<&String> = certain.chain(answer.certain.iter().flatten().map(|v| &v.words)).collect();
        let open: Vec<&String> = answer.open.iter().flatten().map(|v| &v.words).collect();
        if certain.is_empty() && open.is_empty() {
            return;
        }
        self.markup.raw("<ul>\n");
        for item in certain {
            self.markup.element("li", &[("class", "value")], item);
        }
        for item in open {
            self.markup.element("li", &[], &format!("{item} (perhaps)"));
        }
        self.markup.raw("</ul>\n");
    }

    fn rubric(&mut self, answer: &Answer) {
        let Some(rubric) = answer.trace.as_ref().and_then(|t| t.rubric.as_ref()) else { return };
        let out = &mut self.markup;
        out.raw("<table class=\"points\">\n<thead><tr><th scope=\"col\">Criterion</th>");
        out.raw("<th scope=\"col\" class=\"number\">Points</th></tr></thead>\n<tbody>\n");
        for criterion in &rubric.criteria {
            out.raw("<tr>");
            out.element("th", &[("scope", "row")], criterion.label.as_ref().unwrap_or(&criterion.name));
            out.element("td", &[("class", "number")], &reading::share(&criterion.points));
            out.raw("</tr>\n");
        }
        out.raw("</tbody>\n<tfoot><tr><th scope=\"row\">Total</th>");
        out.element("td", &[("class", "number")], &reading::share(&rubric.score));
        out.raw("</tr></tfoot>\n</table>\n");
        let distance = reading::distance(rubric);
        let line = if distance.is_empty() { reading::bands(rubric) } else { distance.join("; ") };
        out.element("p", &[("class", "soft")], &line);
    }

    fn reasons(&mut self, decision: &Decision, answer: &Answer) {
        let tag = if answer.reasons.len() > 1 { "li" } else { "p" };
        if tag == "li" {
            self.markup.raw("<ul>\n");
        }
        for reason in &answer.reasons {
            self.markup.raw(&format!("<{tag}>"));
            if let Some(rule) = reason.rule.as_ref().filter(|_| reading::is_perhaps(answer, reason)) {
                self.markup.text(&format!("perhaps {rule}: "));
            }
            self.because(reason);
            self.markup.raw(&format!("</{tag}>\n"));
        }
        if tag == "li" {
            self.markup.raw("</ul>\n");
        }
        if let Some(by) = reading::without_reason(decision, answer) {
            self.markup.element("p", &[("class", "soft")], &reading::capitalized(&by));
        }
    }

    fn because(&mut self, reason: &Reason) {
        if let Some(because) = &reason.because {
            self.markup.text(because);
        }
        self.cites(&reason.cites);
    }

    fn cites(&mut self, cites: &[Cite]) {
        for cite in cites {
            self.markup.raw(" <cite class=\"soft\">");
            let text = reading::cite(cite);
            match cite.at.as_deref().and_then(reading::web_address) {
                Some(address) => self.markup.element("a", &[("href", address), ("rel", "noreferrer")], &text),
                None => self.markup.text(&text),
            }
            self.markup.raw("</cite>");
        }
    }

    fn undecided(&mut self, decision: &Decision, answer: &Answer) {
        if reading::is_gap(answer) {
            let (why, help) = reading::gap(decision, answer);
            self.markup.element("p", &[], &format!("{}.", reading::capitalized(&why)));
            if let Some(help) = help {
                self.help(&help);
            }
            return;
        }
        if let Some(possible) = &answer.possible {
            self.markup.element("p", &[], &format!("Possible: {}", reading::possibilities(possible)));
        }
        if let Some(states) = reading::possible_states(answer) {
            self.markup.element("p", &[], &reading::capitalized(&states));
        }
        self.markup.element("p", &[], &format!("Missing: {}", reading::missing_labels(answer)));
    }

    fn conflict(&mut self, decision: &Decision, answer: &Answer) {
        self.markup.raw("<p>Rules that stand disagree:</p>\n<ul>\n");
        for reason in &answer.reasons {
            self.markup.raw("<li>");
            self.markup.element("code", &[], reason.rule.as_deref().unwrap_or_default());
            self.markup.raw(" says ");
            self.markup.element("span", &[("class", "value")], reason.outcome.as_deref().unwrap_or_default());
            self.markup.raw(": ");
            self.because(reason);
            self.markup.raw("</li>\n");
        }
        self.markup.raw("</ul>\n");
        self.help(reading::peace(decision, answer));
    }

    /// What whoever writes the policy can do.
    fn help(&mut self, help: &str) {
        self.markup.element("p", &[("class", "soft")], &format!("{}.", reading::capitalized(help)));
    }

    fn fault(&mut self, fault: &Fault) {
        self.markup.raw("<p>");
        self.markup.element("code", &[], &fault.expression);
        self.markup.text(&format!(": {}", fault.message));
        if let Some(at) = &fault.at {
            self.markup.raw(" ");
            self.markup.element("span", &[("class", "name")], &reading::place(at));
        }
        self.markup.raw("</p>\n");
        if fault.values.is_empty() {
            return;
        }
        self.markup.raw("<ul>\n");
        for operand in &fault.values {
            self.markup.raw("<li>");
            self.markup.element("code", &[], &operand.expression);
            self.markup.text(&format!(" is {}", operand.value.words));
            self.markup.raw("</li>\n");
        }
        self.markup.raw("</ul>\n");
    }

    fn failing(&mut self, decision: &Decision, answer: &Answer) {
        if decision.kind != Kind::Gate {
            return;
        }
        for rule in answer.trace.iter().flat_map(|t| &t.rules) {
            if let (RuleState::Stands | RuleState::Overridden, Some(required)) = (rule.state, &rule.requires) {
                self.markup.raw("<p>Fails: ");
                self.markup.element("code", &[], &required.text);
                self.markup.raw("</p>\n");
            }
        }
    }

    fn missing(&mut self) {
        let facts = self.reading.missing();
        if facts.is_empty() {
            return;
        }
        let out = &mut self.markup;
        out.open("section", &[]);
        out.element("h2", &[], "What is missing");
        out.raw("\n<table>\n<thead><tr><th scope=\"col\">Fact</th><th scope=\"col\">Question</th>");
        out.raw("<th scope=\"col\">Takes</th></tr></thead>\n<tbody>\n");
        for (fact, _) in facts {
            out.raw("<tr><th scope=\"row\">");
            out.text(&format!("{} ", fact.label));
            out.element("code", &[("class", "name")], &fact.path);
            out.raw("</th>");
            let judged = fact.judged_by.as_ref().map(|who| format!(" ({who} judges)")).unwrap_or_default();
            out.element("td", &[], &format!("{}{judged}", fact.ask.as_deref().unwrap_or_default()));
            out.element("td", &[], &fact.takes);
            out.raw("</tr>\n");
        }
        out.raw("</tbody>\n</table>\n");
        out.close("section");
    }
}

/// The answer and, where it is not plainly decided, its state.
fn verdict(out: &mut Markup, answer: &Answer) {
    let (class, text) = match answer.status {
        Status::Decided | Status::Default => {
            out.element("span", &[("class", "value")], &reading::verdict(answer));
            if answer.provisional {
                out.raw(" ");
                out.element("span", &[("class", "badge open")], "provisional");
            }
            return;
        }
        Status::Undecided if reading::is_gap(answer) => ("badge open", "a gap in the policy"),
        Status::Undecided => ("badge open", "undecided"),
        Status::Conflict => ("badge bad", "in conflict"),
        Status::Error => ("badge bad", "error"),
    };
    out.element("span", &[("class", class)], text);
}

/// The id of a decision on the page; names hold nothing that an id may not.
fn anchor(decision: &Decision) -> String {
    format!("decision-{}", decision.name)
}
