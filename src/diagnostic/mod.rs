//! A problem as data: what is wrong, where, and a likely mend. [`render`] shows it.

mod code;
pub mod render;

pub use code::Code;

use crate::base::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The text does not compile, or the deal cannot be read.
    Error,
    /// It compiles and is a defect all the same; `check` exits with 1.
    Finding,
    /// Worth knowing; does not set the exit code.
    Note,
}

impl Severity {
    /// The word used in output: `error`, `warning` or `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Finding => "warning",
            Severity::Note => "note",
        }
    }
}

/// A place and what to say there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say beside it; may be empty.
    pub message: String,
}

/// A replacement that would likely mend the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What to replace; empty to insert.
    pub span: Span,
    /// With what.
    pub replacement: String,
}

/// Advice on the way out, perhaps with the edit that follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The advice: lowercase, no full stop, backticks round user text.
    pub message: String,
    /// The edit, where one is likely right.
    pub edit: Option<Edit>,
}

/// One problem. Messages are lowercase, without a full stop, with backticks round user text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem; stable.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The place that is wrong, with what to say there. `None` where no text is at fault.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// Ways out.
    pub help: Vec<Help>,
    /// A deal that shows it.
    pub witness: Option<Witness>,
    /// How far it is proved, where it is said of all deals.
    pub completeness: Option<Completeness>,
}

/// A deal that shows a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The date of the decision, as deals write it.
    pub as_of: String,
    /// The deal as a file in RON.
    pub ron: String,
    /// The same as JSON.
    pub json: serde_json::Value,
}

/// How far something that is said of all deals is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It is so, in all deals and on all dates from the policy's first on.
    Exact,
    /// It is so in all deals whose lists are not longer than what was looked at.
    Bounded,
    /// It was not looked at.
    NotAnalysed,
}

impl Completeness {
    /// The word used in output.
    pub fn word(self) -> &'static str {
        match self {
            Completeness::Exact => "exact",
            Completeness::Bounded => "bounded",
            Completeness::NotAnalysed => "not_analysed",
        }
    }
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, Some(span), message)
    }

    /// A finding at `span`.
    pub fn finding(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Finding, code, Some(span), message)
    }

    /// A note at `span`.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, code, Some(span), message)
    }

    /// An error that no place in a text is to blame for.
    pub fn placeless(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, None, message)
    }

    fn new(severity: Severity, code: Code, span: Option<Span>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary: span.map(|span| Label { span, message: String::new() }),
            labels: Vec::new(),
            help: Vec::new(),
            witness: None,
            completeness: None,
        }
    }

    /// What to say right at the primary place.
    #[must_use]
    pub fn here(mut self, message: impl Into<String>) -> Diagnostic {
        if let Some(primary) = &mut self.primary {
            primary.message = message.into();
        }
        self
    }

    /// Another place that explains the problem.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// The same at another place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Diagnostic {
        self.primary = Some(Label { span, message: String::new() });
        self
    }

    /// Advice without an edit.
    #[must_use]
    pub fn help(mut self, message: impl Into<String>) -> Diagnostic {
        self.help.push(Help { message: message.into(), edit: None });
        self
    }

    /// Advice with the edit that follows it.
    #[must_use]
    pub fn suggest(mut self, span: Span, replacement: impl Into<String>, message: impl Into<String>) -> Diagnostic {
        let edit = Edit { span, replacement: replacement.into() };
        self.help.push(Help { message: message.into(), edit: Some(edit) });
        self
    }

    /// How far it is proved.
    #[must_use]
    pub fn proved(mut self, completeness: Completeness) -> Diagnostic {
        self.completeness = Some(completeness);
        self
    }

    /// A deal that shows it.
    #[must_use]
    pub fn shown_by(mut self, witness: Option<Witness>) -> Diagnostic {
        self.witness = witness;
        self
    }
}
