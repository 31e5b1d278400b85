//! What can be exercised, and how often it was.

use crate::base::Span;

/// What a clause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A rule; it is to stand.
    Rule,
    /// What a decision comes to where no rule stands.
    Default,
    /// The expression of a computed decision; it is to have a value.
    Computed,
    /// A row of a table; it is to match.
    Row,
    /// A criterion; its points are to be known.
    Criterion,
    /// One of the `points` lines of a criterion; it is to give the points.
    Points,
    /// A band; the score is to fall into it.
    Band,
    /// A requirement; it is to fail and to be met.
    Requirement,
    /// An item of a checklist; it is to be on the list.
    Item,
    /// A part of a condition; it is to be true and to be false.
    Condition,
    /// The dates of a rule; they are to be inside and outside.
    Window,
}

impl Kind {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Kind; 11] = [
        Kind::Rule,
        Kind::Default,
        Kind::Computed,
        Kind::Row,
        Kind::Criterion,
        Kind::Points,
        Kind::Band,
        Kind::Requirement,
        Kind::Item,
        Kind::Condition,
        Kind::Window,
    ];

    /// What people call one.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Rule => "rule",
            Kind::Default => "default",
            Kind::Computed => "computed decision",
            Kind::Row => "row",
            Kind::Criterion => "criterion",
            Kind::Points => "points line",
            Kind::Band => "band",
            Kind::Requirement => "requirement",
            Kind::Item => "item",
            Kind::Condition => "condition",
            Kind::Window => "window",
        }
    }

    /// What people call several.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Rule => "rules",
            Kind::Default => "defaults",
            Kind::Computed => "computed decisions",
            Kind::Row => "rows",
            Kind::Criterion => "criteria",
            Kind::Points => "points lines",
            Kind::Band => "bands",
            Kind::Requirement => "requirements",
            Kind::Item => "items",
            Kind::Condition => "conditions",
            Kind::Window => "windows",
        }
    }

    /// What is to happen to one: each is a goal.
    pub fn goals(self) -> &'static [&'static str] {
        match self {
            Kind::Rule => &["stood"],
            Kind::Default => &["the outcome"],
            Kind::Computed | Kind::Criterion => &["known"],
            Kind::Row => &["matched"],
            Kind::Points => &["the points"],
            Kind::Band => &["reached"],
            Kind::Requirement => &["failed", "met"],
            Kind::Item => &["listed"],
            Kind::Condition => &["true", "false"],
            Kind::Window => &["in force", "out of force"],
        }
    }

    /// Whether it is a question that comes out in two ways, rather than a clause with an outcome.
    pub fn is_condition(self) -> bool {
        matches!(self, Kind::Condition | Kind::Window)
    }
}

/// Something that cases can exercise.
#[derive(Clone, Debug)]
pub struct Clause {
    /// What it is.
    pub kind: Kind,
    /// Its name, or that of the clause it is part of: `discovery.billing/legal_bar`.
    pub name: String,
    /// Where it was written.
    pub span: Span,
    /// How it was written, on one line.
    pub text: String,
    /// How often each of its goals was reached; of two, the second is unused where it has one.
    pub hits: [u64; 2],
    /// How often it applied and was overridden.
    pub overridden: u64,
}

impl Clause {
    /// Its goals, and how often each was reached.
    pub fn goals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.kind.goals().iter().copied().zip(self.hits)
    }

    /// The goals that were not reached.
    pub fn open(&self) -> impl Iterator<Item = &'static str> {
        self.goals().filter(|(_, hits)| *hits == 0).map(|(goal, _)| goal)
    }

    /// Notes that a goal was reached.
    pub(super) fn hit(&mut self, goal: usize) {
        if let Some(hits) = self.hits.get_mut(goal) {
            *hits = hits.saturating_add(1);
        }
    }

    /// Notes what a question came out as.
    pub(super) fn answer(&mut self, holds: bool) {
        self.hit(usize::from(!holds));
    }

    pub(super) fn join(&mut self, other: &Clause) {
        for (own, other) in self.hits.iter_mut().zip(other.hits) {
            *own = own.saturating_add(other);
        }
        self.overridden = self.overridden.saturating_add(other.overridden);
    }
}

/// How many goals there are, and how many were reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Reached.
    pub reached: usize,
    /// All.
    pub all: usize,
}

impl Tally {
    /// That of these clauses.
    pub fn of<'a>(clauses: impl IntoIterator<Item = &'a Clause>) -> Tally {
        let mut tally = Tally::default();
        for (_, hits) in clauses.into_iter().flat_map(Clause::goals) {
            tally.all += 1;
            tally.reached += usize::from(hits > 0);
        }
        tally
    }

    /// In tenths of a percent, rounded down, so that only everything is 100.0; where there is nothing, everything is reached.
    pub fn permille(self) -> usize {
        (self.reached * 1000).checked_div(self.all).unwrap_or(1000)
    }

    /// `97.5%`; `100%` only where everything was reached.
    pub fn percent(self) -> String {
        match self.permille() {
            1000 => "100%".to_owned(),
            permille => format!("{}.{}%", permille / 10, permille % 10),
        }
    }
}
