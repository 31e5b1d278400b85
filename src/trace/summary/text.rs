//! The text form of a [`Summary`]: what is kept, and reviewed by people.
//!
//! ```text
//! How discovery is paid for
//!   discovery.billing: waived
//!     by legal_bar: The law that governs this tender leaves us no way to bill the discovery
//!     refer to Business Development Specialist: Is this tender worth the hours?
//!
//! Lead priority
//!   lead.priority is undecided: high or medium
//!     missing lead.ambition, lead.openness
//! ```

use std::fmt;

use super::{Because, Entry, Summary};
use crate::trace::data::Status;

/// Text that is not that of a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, as the rest of a sentence.
    pub message: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

const UNDECIDED: &str = " is undecided";
const CONFLICT: &str = " is in conflict";
const ERROR: &str = " is in error";

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<&Entry> = None;
        for entry in &self.entries {
            if before.is_none_or(|before| before.decision() != entry.decision()) {
                let gap = if before.is_some() { "\n" } else { "" };
                writeln!(f, "{gap}{}", entry.label)?;
            }
            write!(f, "{entry}")?;
            before = Some(entry);
        }
        Ok(())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.status {
            Status::Decided | Status::Default => "",
            Status::Undecided => UNDECIDED,
            Status::Conflict => CONFLICT,
            Status::Error => ERROR,
        };
        match self.outcome.as_str() {
            "" => writeln!(f, "  {}{state}", self.name)?,
            outcome => writeln!(f, "  {}{state}: {outcome}", self.name)?,
        }
        if self.status == Status::Default {
            writeln!(f, "    by the default")?;
        }
        for Because { rule, reason } in &self.rules {
            match reason {
                Some(reason) => writeln!(f, "    by {rule}: {reason}")?,
                None => writeln!(f, "    by {rule}")?,
            }
        }
        for reason in &self.reasons {
            writeln!(f, "    because {reason}")?;
        }
        if !self.missing.is_empty() {
            writeln!(f, "    missing {}", self.missing.join(", "))?;
        }
        if !self.presumed.is_empty() {
            writeln!(f, "    presuming {}", self.presumed.join(", "))?;
        }
        for refer in &self.refer {
            writeln!(f, "    refer to {refer}")?;
        }
        Ok(())
    }
}

impl Summary {
    /// Reads what a summary displays as.
    ///
    /// # Errors
    ///
    /// The first line that is not that of a summary.
    pub fn read(text: &str) -> Result<Summary, Malformed> {
        let mut summary = Summary::default();
        let mut label: Option<&str> = None;
        for (at, line) in text.lines().enumerate() {
            let wrong = |message| Malformed { line: at + 1, message };
            let line = line.trim_end();
            let indent = line.len() - line.trim_start_matches(' ').len();
            let words = &line[indent..];
            match indent {
                _ if words.is_empty() => {}
                0 => label = Some(words),
                2 => {
                    let label = label.ok_or(wrong("no decision is named above it"))?;
                    summary.entries.push(head(label, words).ok_or(wrong("is not `NAME: OUTCOME`"))?);
                }
                4 => {
                    let entry = summary.entries.last_mut().ok_or(wrong("no outcome stands above it"))?;
                    detail(entry, words).ok_or(wrong("is no `by`, `because`, `missing`, `presuming` or `refer to`"))?;
                }
                _ => return Err(wrong("is not indented as a summary is")),
            }
        }
        Ok(summary)
    }
}

/// The line with a name and an outcome.
fn head(label: &str, words: &str) -> Option<Entry> {
    let end = words.find([':', ' ']).unwrap_or(words.len());
    let (name, rest) = words.split_at(end);
    let state = [(UNDECIDED, Status::Undecided), (CONFLICT, Status::Conflict), (ERROR, Status::Error)];
    let stated = state.iter().find_map(|(words, status)| Some((*status, rest.strip_prefix(words)?)));
    let (status, rest) = stated.unwrap_or((Status::Decided, rest));
    let outcome = match rest.strip_prefix(": ") {
        Some(outcome) => outcome,
        None if rest.is_empty() && !name.is_empty() => "",
        None => return None,
    };
    Some(Entry {
        name: name.to_owned(),
        label: label.to_owned(),
        status,
        outcome: outcome.to_owned(),
        rules: Vec::new(),
        reasons: Vec::new(),
        missing: Vec::new(),
        presumed: Vec::new(),
        refer: Vec::new(),
    })
}

/// A line below it.
fn detail(entry: &mut Entry, words: &str) -> Option<()> {
    let list = |paths: &str| paths.split(", ").map(str::to_owned).collect::<Vec<_>>();
    if words == "by the default" {
        entry.status = Status::Default;
    } else if let Some(rule) = words.strip_prefix("by ") {
        let (rule, reason) = rule.split_once(": ").map_or((rule, None), |(rule, reason)| (rule, Some(reason)));
        entry.rules.push(Because { rule: rule.to_owned(), reason: reason.map(str::to_owned) });
    } else if let Some(reason) = words.strip_prefix("because ") {
        entry.reasons.push(reason.to_owned());
    } else if let Some(paths) = words.strip_prefix("missing ") {
        entry.missing = list(paths);
    } else if let Some(paths) = words.strip_prefix("presuming ") {
        entry.presumed = list(paths);
    } else {
        entry.refer.push(words.strip_prefix("refer to ")?.to_owned());
    }
    Some(())
}
