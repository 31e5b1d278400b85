//! When a rule stands, for people: the answer first, then what was left out of it, then reasons, then examples.

use std::fmt;

use jiff::civil::Date;

use super::data::{Before, Condition, EffectiveRule, Example, Kind, Matters, Proved, Stands, Window};
use crate::trace::words::listed;

impl fmt::Display for EffectiveRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.answer();
        paragraph(&mut lines, self.asides());
        paragraph(&mut lines, self.meaning_lines());
        paragraph(&mut lines, self.reasons());
        paragraph(&mut lines, self.examples());
        for line in lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

fn paragraph(lines: &mut Vec<String>, more: Vec<String>) {
    if !more.is_empty() {
        lines.push(String::new());
        lines.extend(more);
    }
}

impl EffectiveRule {
    /// When it stands.
    fn answer(&self) -> Vec<String> {
        let called = match self.kind {
            Kind::Default => format!("The default of `{}`", self.decision),
            kind => format!("The {} `{}` of `{}`", kind.word(), self.rule, self.decision),
        };
        let never = match self.stands {
            Stands::NeverApplies => Some(match self.out_of_force(self.window) {
                Some(date) => format!("it is not in force on {date}"),
                None => "no deal meets its condition".to_owned(),
            }),
            Stands::NeverStands => {
                let names: Vec<String> = self.matter().map(|other| format!("`{}`", other.rule)).collect();
                Some(format!("wherever it applies, {} {}", listed(&names, "or"), self.goes_before(names.len())))
            }
            Stands::Sometimes | Stands::NotSettled => None,
        };
        let force = in_force(self.window);
        if let Some(never) = never {
            let mut lines = vec![format!("{called} never stands: {never}.")];
            let on =
                self.as_of.map_or("on every date that the pack speaks about".to_owned(), |d| format!("decided on {d}"));
            lines.push(format!("This is proved for all deals {on}. What it says:"));
            lines.push(format!("  {}{force} when", self.decides()));
            lines.extend(self.conditions("    "));
            return lines;
        }
        let own: Vec<String> = self.conditions("  ");
        let over: Vec<&Before> = self.matter().collect();
        let first = format!("{called} {}{force}", self.decides());
        let unless = self.unless(&over);
        let mut lines = match (own.is_empty(), &unless) {
            (true, None) => vec![format!("{first} in every deal.")],
            (true, Some(unless)) => vec![format!("{first} {unless}")],
            (false, _) => {
                let mut lines = vec![format!("{first} when")];
                lines.extend(own);
                lines.extend(unless);
                lines
            }
        };
        if let [only] = over.as_slice() {
            lines.extend(joined("  ", &only.when));
        } else {
            for other in over {
                lines.push(format!("  {}{}:", self.called(other), in_force(other.window)));
                lines.extend(joined("    ", &other.when));
            }
        }
        lines
    }

    /// A rule with what it gives, where its name does not say that.
    fn called(&self, other: &Before) -> String {
        match self.kind == Kind::Item || other.outcome == other.rule {
            true => format!("`{}`", other.rule),
            false => format!("`{}` ({})", other.rule, other.outcome),
        }
    }

    fn decides(&self) -> String {
        match self.kind {
            Kind::Requirement => format!("fails, with {},", self.outcome),
            Kind::Item => "is on the list".to_owned(),
            _ => format!("gives {}", self.outcome),
        }
    }

    /// What goes before it and is of consequence.
    fn matter(&self) -> impl Iterator<Item = &Before> {
        self.unless.iter().filter(|other| other.matters == Matters::Yes)
    }

    fn conditions(&self, indent: &str) -> Vec<String> {
        if self.stands == Stands::Sometimes { joined(indent, &self.when) } else { all_joined(indent, &self.when) }
    }

    fn goes_before(&self, count: usize) -> &'static str {
        match (self.kind, count) {
            (Kind::Row | Kind::Band, 1) => "stands above it and takes the deal",
            (Kind::Row | Kind::Band, _) => "stand above it and take the deal",
            (_, 1) => "overrides it",
            (_, _) => "override it",
        }
    }

    /// The date that was asked about, if it lies outside of a window.
    fn out_of_force(&self, window: Window) -> Option<Date> {
        self.as_of.filter(|date| {
            window.from.is_some_and(|from| *date < from) || window.until.is_some_and(|until| until < *date)
        })
    }

    /// Whether it is the default of a gate.
    fn fails(&self) -> bool {
        self.unless.first().is_some_and(|other| other.kind == Kind::Requirement)
    }

    /// How what goes before it begins.
    fn unless(&self, over: &[&Before]) -> Option<String> {
        let (one, several) = match self.kind {
            Kind::Row | Kind::Band => ("above it comes first", "of those above it comes first"),
            Kind::Requirement => ("fails too", "of these fails too"),
            Kind::Default if self.fails() => ("fails", "of these fails"),
            Kind::Default => ("applies", "of these applies"),
            Kind::Rule | Kind::Item => ("overrides it", "of these overrides it"),
        };
        match over {
            [] => None,
            [only] => Some(format!("unless {} {one}{}:", self.called(only), in_force(only.window))),
            _ => Some(format!("unless one {several}:")),
        }
    }

    /// What was left out of the answer, and how far it is proved.
    fn asides(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match self.completeness {
            Proved::Exact => {}
            Proved::NotFinished => {
                lines.push("Not finished: the time was over before all deals were looked at.".to_owned());
            }
            Proved::NotAnalysed => {
                let why =
                    "Some of what this rests on is not analysed, so that nothing was left out: see `dealdesk check`.";
                lines.push(why.to_owned());
            }
        }
        let implied: Vec<String> = self.when.iter().filter(|p| p.implied).map(|p| format!("`{}`", p.text)).collect();
        if !implied.is_empty() {
            let is = if implied.len() == 1 { "is" } else { "are" };
            lines.push(format!("Left out, as the rest implies it, {is} {}.", listed(&implied, "and")));
        }
        for other in self.matter() {
            let implied: Vec<String> =
                other.when.iter().filter(|part| part.implied).map(|part| format!("`{}`", part.text)).collect();
            if !implied.is_empty() {
                let is = if implied.len() == 1 { "is" } else { "are" };
                lines.push(format!(
                    "Left out of `{}`, as it makes no difference here, {is} {}.",
                    other.rule,
                    listed(&implied, "and")
                ));
            }
        }
        let named = |matters: Matters, in_force: bool| {
            let others = self.unless.iter().filter(move |other| other.matters == matters);
            let others = others.filter(move |other| self.out_of_force(other.window).is_none() == in_force);
            others.map(|other| format!("`{}`", other.rule)).collect::<Vec<String>>()
        };
        let later = named(Matters::NeverTogether, false);
        if let (Some(date), false) = (self.as_of, later.is_empty()) {
            let is = if later.len() == 1 { "is" } else { "are" };
            lines.push(format!("{} {is} not in force on {date}.", listed(&later, "and")));
        }
        let apart = named(Matters::NeverTogether, true);
        let one = apart.len() == 1;
        let never = match self.kind {
            Kind::Default if self.fails() => {
                if one {
                    "never fails"
                } else {
                    "never fail"
                }
            }
            Kind::Default => {
                if one {
                    "never applies"
                } else {
                    "never apply"
                }
            }
            Kind::Row | Kind::Band => {
                if one {
                    "never matches together with it"
                } else {
                    "never match together with it"
                }
            }
            _ => {
                if one {
                    "could override it, but never applies together with it"
                } else {
                    "could override it, but never apply together with it"
                }
            }
        };
        if !apart.is_empty() {
            lines.push(format!("{} {never}.", listed(&apart, "and")));
        }
        let mut too = named(Matters::Implied, true);
        too.extend(named(Matters::Implied, false));
        let one = too.len() == 1;
        let does = match self.kind {
            Kind::Row | Kind::Band => {
                if one {
                    "comes first"
                } else {
                    "come first"
                }
            }
            Kind::Requirement => {
                if one {
                    "fails"
                } else {
                    "fail"
                }
            }
            Kind::Default if self.fails() => {
                if one {
                    "fails"
                } else {
                    "fail"
                }
            }
            Kind::Default => {
                if one {
                    "applies"
                } else {
                    "apply"
                }
            }
            Kind::Rule | Kind::Item => {
                if one {
                    "overrides it"
                } else {
                    "override it"
                }
            }
        };
        if !too.is_empty() {
            lines.push(format!("{} {does} too, but only where one of these does.", listed(&too, "and")));
        }
        lines
    }

    fn meaning_lines(&self) -> Vec<String> {
        if self.meanings.is_empty() {
            return Vec::new();
        }
        let lines = self.meanings.iter().map(|meaning| format!("  {} = {}", meaning.name, meaning.text));
        std::iter::once("Where".to_owned()).chain(lines).collect()
    }

    fn reasons(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.because.as_ref().map(|because| format!("Because: {because}")));
        for cite in &self.cites {
            let section = cite.section.as_ref().map(|section| format!(", “{section}”")).unwrap_or_default();
            lines.push(format!("From: {}{section}", cite.source));
        }
        for refer in &self.refer_to {
            let text = refer.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
            lines.push(format!("Refers to the {}{text}", refer.to));
        }
        if !self.overrides.is_empty() {
            let names: Vec<String> = self.overrides.iter().map(|name| format!("`{name}`")).collect();
            lines.push(format!("It overrides {}.", listed(&names, "and")));
        }
        if let (Some(file), Some(line)) = (&self.file, self.line) {
            lines.push(format!("Written in {file}:{line}"));
        }
        lines
    }

    fn examples(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.example.is_none() && self.stands == Stands::Sometimes {
            lines.push("No deal was found that is decided by it: what it gives may have no value.".to_owned());
        }
        if let Some(example) = &self.example {
            lines.push(format!("It stands in this deal, decided on {}:", example.as_of));
            lines.extend(deal(example));
        }
        if let Some(example) = &self.overridden_example {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let names: Vec<String> = example.by.iter().map(|name| format!("`{name}`")).collect();
            let names = listed(&names, "and");
            lines.push(format!(
                "It applies, but {names} {} in this one, decided on {}:",
                self.goes(&example.by),
                example.as_of
            ));
            lines.extend(deal(example));
        }
        lines
    }

    fn goes(&self, by: &[String]) -> &'static str {
        match (self.kind, by.len()) {
            (Kind::Row | Kind::Band, _) => "comes first",
            (_, 1) => "overrides it",
            (_, _) => "override it",
        }
    }
}

fn deal(example: &Example) -> impl Iterator<Item = String> {
    example.ron.lines().map(|line| format!("  {line}"))
}

/// The conditions that are not left out, one a line.
fn joined(indent: &str, parts: &[Condition]) -> Vec<String> {
    lines(indent, parts.iter().filter(|part| !part.implied))
}

/// All conditions, one a line.
fn all_joined(indent: &str, parts: &[Condition]) -> Vec<String> {
    lines(indent, parts.iter())
}

fn lines<'a>(indent: &str, parts: impl Iterator<Item = &'a Condition>) -> Vec<String> {
    let line = |(at, part): (usize, &Condition)| {
        let and = if at == 0 { "" } else { "and " };
        format!("{indent}{and}{}", part.text)
    };
    parts.enumerate().map(line).collect()
}

fn in_force(window: Window) -> String {
    match (window.from, window.until) {
        (None, None) => String::new(),
        (Some(from), None) => format!(" from {from} on"),
        (None, Some(until)) => format!(" until {until}"),
        (Some(from), Some(until)) => format!(" from {from} until {until}"),
    }
}
