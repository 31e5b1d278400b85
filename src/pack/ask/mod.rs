//! What to find out next of a deal, by name: one question, or a whole interview.

mod need;
mod question;

pub use need::{Need, NeededBy};
pub use question::Question;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use super::{Deal, Decisions, Error, Pack};
use crate::analysis::interview::{self, Choice, Next, Settings, given_at};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Options;
use crate::facts::{FactPath, Origin, TypeKind, read};
use crate::policy::DecisionId;
use crate::trace::words;

/// How questions are chosen.
#[derive(Clone, Debug)]
pub struct AskOptions {
    /// Ask for presumed facts like for others.
    pub strict: bool,
    /// Only what these decisions need; without it what the decisions need that a report shows.
    pub only: Option<Vec<DecisionId>>,
    /// How much may be spent on choosing a question: see [`Settings::budget`].
    pub budget: u32,
    /// Raise it, from another thread or a handler, to be content with the best question found so far.
    pub enough: Option<Arc<AtomicBool>>,
}

impl Default for AskOptions {
    fn default() -> AskOptions {
        AskOptions { strict: false, only: None, budget: Settings::BUDGET, enough: None }
    }
}

impl AskOptions {
    /// The decisions of a pack that are asked for.
    pub fn decisions(&self, pack: &Pack) -> Vec<DecisionId> {
        let policy = pack.policy();
        match &self.only {
            Some(only) => only.clone(),
            None if policy.report.is_empty() => policy.decisions.iter().map(|(id, _)| id).collect(),
            None => policy.report.clone(),
        }
    }

    fn settings(&self, deal: &Deal, as_of: Date) -> Settings {
        let decisions = self.decisions(deal.pack());
        let AskOptions { strict, only: _, budget, enough } = self.clone();
        Settings { as_of, strict, decisions, budget, enough }
    }
}

impl Deal {
    /// The question to ask next: of those that still matter the most decisive. None where every decision is certain.
    pub fn next_question(&self, as_of: Date, options: &AskOptions) -> Option<Question> {
        let settings = options.settings(self, as_of);
        match interview::next(self.pack().policy(), self.facts(), &settings, &std::collections::BTreeSet::new()) {
            Next::Ask(choice) => Some(Question::new(self, &choice)),
            Next::Done => None,
        }
    }

    /// Begins an interview about this deal.
    pub fn interview(&self, as_of: Date, options: &AskOptions) -> Interview {
        let settings = options.settings(self, as_of);
        let session =
            interview::Interview::new(Arc::clone(self.pack().policy()), self.facts().clone(), settings.clone());
        Interview { deal: self.clone(), settings, session }
    }
}

impl Decisions {
    /// What to ask first to settle those of these decisions that are asked for: the question that [`Deal::next_question`]
    /// gives, without deciding the deal once more. Whether presumptions count is as for these decisions.
    pub fn next_question(&self, options: &AskOptions) -> Option<Question> {
        let taken = self.taken();
        let settings = Settings { strict: taken.strict, ..options.settings(self.deal(), taken.as_of) };
        match interview::next_of(self.deal().pack().policy(), self.deal().facts(), &settings, taken) {
            Next::Ask(choice) => Some(Question::new(self.deal(), &choice)),
            Next::Done => None,
        }
    }
}

/// An interview about a deal: it asks only what still matters, and is done as soon as every decision asked for is certain.
///
/// ```
/// use dealdesk::{AskOptions, Pack, civil::date};
///
/// let pack = Pack::compile([(
///     "visits.policy",
///     r#"
///     fact client.far: boolean "Far away" ask "Does the client live far away?"
///     fact client.large: boolean "Large"
///     decide visit: boolean "Visit the client" = not client.far or client.large
///     "#,
/// )])?;
/// let mut interview = pack.empty_deal().interview(date(2026, 3, 1), &AskOptions::default());
/// let question = interview.question().ok_or("nothing to ask")?;
/// assert_eq!(question.path, "client.far");
/// interview.answer("no")?;
/// assert!(interview.question().is_none());
/// assert_eq!(interview.deal().decide(date(2026, 3, 1)).iter().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Interview {
    deal: Deal,
    settings: Settings,
    session: interview::Interview,
}

impl Interview {
    /// The question at hand; none when the interview is done.
    pub fn question(&mut self) -> Option<Question> {
        let choice = self.choice()?;
        Some(Question::new(&self.deal(), &choice))
    }

    /// Answers the question at hand as people write it: `yes`, `government`, `12.5`, `2026-03-01`, `none`; for a list how many
    /// records it has, or the records in RON. Nothing happens where there is no question.
    ///
    /// # Errors
    ///
    /// A value that does not fit; the question is still the same.
    pub fn answer(&mut self, text: &str) -> Result<(), Error> {
        let Some(choice) = self.choice() else { return Ok(()) };
        let mut facts = self.session.deal().clone();
        let schema = &self.deal.pack().policy().schema;
        let wrong = |problems: Vec<Diagnostic>| Error::new(problems, self.deal.sources().clone());
        let (ty, text) = (&schema.facts[choice.path.fact].ty, text.trim());
        if let (TypeKind::List { up_to, .. }, Ok(length)) = (&ty.kind, text.parse::<u32>()) {
            if self.session.answer_length(length, Origin::Set) {
                return Ok(());
            }
            let problem = format!("`{}` may have at most {up_to} records, not {length}", schema.path(choice.path));
            return Err(wrong(vec![Diagnostic::placeless(Code::DealBound, problem)]));
        }
        let plain = match (&ty.kind, text.to_lowercase().as_str()) {
            (TypeKind::Boolean, "yes" | "y") => "true",
            (TypeKind::Boolean, "no" | "n") => "false",
            (TypeKind::Boolean, "true") => "true",
            (TypeKind::Boolean, "false") => "false",
            _ => text,
        };
        let assignment = format!("{}={plain}", schema.path(choice.path));
        read::set(schema, &mut facts, &assignment).map_err(wrong)?;
        if let Some(given) = given_at(schema, &facts, choice.path) {
            self.session.answer(given.clone());
        }
        Ok(())
    }

    /// Leaves the fact at hand unknown, and asks for it no more.
    pub fn skip(&mut self) {
        self.session.skip();
    }

    /// Takes back the last answer or skip, and gives the path of the fact that it was about.
    pub fn back(&mut self) -> Option<String> {
        let path = self.session.back()?;
        Some(self.deal.pack().policy().schema.path(path))
    }

    /// What is known of the deal so far.
    pub fn deal(&self) -> Deal {
        self.deal.with_facts(self.session.deal().clone())
    }

    /// The decisions asked for, as far as they can be taken now, with what they rest on.
    pub fn decisions(&self) -> Decisions {
        let only = Some(self.settings.decisions.clone());
        let options = Options { strict: self.settings.strict, only, ..Options::default() };
        self.deal().decide_with(self.settings.as_of, &options)
    }

    /// What the facts that were skipped are called, in the order of the policy.
    pub fn skipped(&self) -> Vec<String> {
        let label = |path: FactPath| words::label(&self.deal.pack().policy().schema, self.session.deal(), path);
        self.session.skipped().map(label).collect()
    }

    /// How many questions were answered or skipped.
    pub fn turns(&self) -> usize {
        self.session.turns()
    }

    /// Why the question at hand is asked: each decision that needs it, with the rules that read it and are still open.
    pub fn why(&mut self) -> Vec<Need> {
        match self.choice() {
            Some(choice) => need::needs(&self.deal(), &self.settings, &choice),
            None => Vec::new(),
        }
    }

    fn choice(&mut self) -> Option<Choice> {
        self.session.question().cloned()
    }
}
