//! What leads to an outcome, for people: the answer first, then each way with what follows from it.

use std::fmt;

use super::data::{Change, Flipped, Outcome, Proved, Reachable, Restriction, Way};
use crate::trace::words::{count, listed};

impl fmt::Display for Flipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = match self.result {
            Outcome::IsSo => {
                vec![format!("`{}` is {} already: there is nothing to change.", self.decision, self.words)]
            }
            Outcome::Found => self.found(),
            Outcome::Impossible => self.impossible(),
            Outcome::NotSettled => {
                vec![format!("It is not settled whether anything leads `{}` to be {}.", self.decision, self.words)]
            }
        };
        lines.extend(self.proof().into_iter().flat_map(|line| [String::new(), line]));
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Flipped {
    fn found(&self) -> Vec<String> {
        let fewest = self.ways.iter().map(|way| way.changes.len()).min().unwrap_or(0);
        let changes = match self.ways.iter().all(|way| way.changes.len() == fewest) {
            true if fewest == 1 => "one change".to_owned(),
            true => count(fewest, "change", "changes"),
            false => "changes".to_owned(),
        };
        let ways = match (self.ways.len(), self.more) {
            (0 | 1, false) => String::new(),
            (ways, false) => format!(", in any of {ways} ways"),
            (ways, true) => format!(", in any of these {ways} ways and others"),
        };
        let cost = self.cost.as_ref().filter(|_| self.is_priced());
        let cost = cost.map(|cost| format!(" at a cost of {cost}")).unwrap_or_default();
        let mut lines = vec![format!("`{}` becomes {} with {changes}{cost}{ways}:", self.decision, self.words)];
        for way in &self.ways {
            lines.push(String::new());
            lines.extend(way.lines());
        }
        lines
    }

    /// Whether costs tell more than how many facts change.
    fn is_priced(&self) -> bool {
        self.ways.iter().flat_map(|way| &way.changes).any(|change| change.cost.as_i64() != Some(1))
    }

    fn impossible(&self) -> Vec<String> {
        let may = if self.restricted { "these facts" } else { "the facts that may change" };
        let mut lines = vec![format!("No change of {may} leads `{}` to be {}.", self.decision, self.words)];
        if let Some(past) = &self.past_restrictions {
            let kept = |why: Restriction| -> Vec<String> {
                let kept = past.changes.iter().filter(|change| change.restriction == Some(why));
                kept.map(|change| format!("`{}`", change.fact)).collect()
            };
            let (fixed, outside) = (kept(Restriction::Fixed), kept(Restriction::NotWithin));
            let mut reasons = Vec::new();
            if !fixed.is_empty() {
                reasons.push(format!(
                    "{} {} fixed",
                    listed(&fixed, "and"),
                    if fixed.len() == 1 { "is" } else { "are" }
                ));
            }
            if !outside.is_empty() {
                reasons.push(format!("{} may not change", listed(&outside, "and")));
            }
            lines.push(format!("What keeps it from that: {}. Otherwise this would do:", reasons.join(", and ")));
            lines.push(String::new());
            lines.extend(past.lines());
        } else {
            let lists: Vec<String> = self.unknown_lists.iter().map(|list| format!("`{list}`")).collect();
            lines.push(match lists.is_empty() {
                true => match self.elsewhere {
                    Some(Reachable::OtherRecords) => {
                        "It would take other records: with these in its lists, no deal comes to that.".to_owned()
                    }
                    Some(Reachable::OtherDates) => {
                        format!("No deal comes to that on {}; on other dates some do.", self.as_of)
                    }
                    Some(Reachable::Nowhere) => {
                        "No deal comes to that on any date: it would take another policy.".to_owned()
                    }
                    None => "Whether any other deal comes to that is not known.".to_owned(),
                },
                false => format!(
                    "{} {} not known, and lists are left as they are.",
                    listed(&lists, "and"),
                    if lists.len() == 1 { "is" } else { "are" }
                ),
            });
        }
        lines
    }

    /// How far what is said is proved.
    fn proof(&self) -> Option<String> {
        Some(match (self.completeness, self.result) {
            (_, Outcome::IsSo) => return None,
            (Proved::Exact, Outcome::Found) => {
                let others = if self.more { "" } else { ", nor do other facts at this cost" };
                format!("Proved: no change that costs less leads there{others}.")
            }
            (Proved::Exact, _) => "This is proved for every value that these facts can have.".to_owned(),
            (Proved::NotFinished, Outcome::Found) => {
                "Not finished: these lead there, but there may be smaller changes that do. `--timeout SECONDS` gives more time.".to_owned()
            }
            (Proved::NotFinished, _) => "Not finished: the time was over. `--timeout SECONDS` gives more.".to_owned(),
            (Proved::NotAnalysed, Outcome::Found) => {
                "These lead there, but there may be smaller changes that do: something that the decision reads is not analysed; `dealdesk check` names it.".to_owned()
            }
            (Proved::NotAnalysed, _) => "Something that the decision reads is not analysed; `dealdesk check` names it.".to_owned(),
        })
    }
}

impl Way {
    fn lines(&self) -> Vec<String> {
        let alone = self.changes.len() == 1;
        let mut lines: Vec<String> = Vec::new();
        for change in &self.changes {
            let mut to = vec![change.to_words.clone()];
            if alone {
                to.extend(self.or_words.iter().flatten().cloned());
                to.dedup();
            }
            if alone && self.or_more {
                to.push("others".to_owned());
            }
            lines.push(format!("  {}{}", change.line(&listed(&to, "or")), change.aside()));
        }
        if !alone && !self.or_words.is_empty() {
            lines.push("    or to other values that move as little in all; `--format json` has them".to_owned());
        }
        lines.extend(self.scores.iter().map(|score| format!("    {}: {}", score.decision, score.words)));
        lines.extend(self.then.iter().map(|line| format!("    {line}")));
        lines
    }
}

impl Change {
    fn line(&self, to: &str) -> String {
        let from = if self.presumed { format!("{} (presumed)", self.from_words) } else { self.from_words.clone() };
        format!("{} ({}): {from} → {to}", self.label, self.fact)
    }

    fn aside(&self) -> String {
        let mut asides = Vec::new();
        asides.extend(self.judged_by.as_ref().map(|who| format!("{who} judges")));
        if self.cost.as_i64() != Some(1) {
            asides.push(format!("cost {}", self.cost));
        }
        asides.extend(self.restriction.map(|why| match why {
            Restriction::Fixed => "fixed".to_owned(),
            Restriction::NotWithin => "may not change".to_owned(),
        }));
        if asides.is_empty() { String::new() } else { format!("  [{}]", asides.join("; ")) }
    }
}
