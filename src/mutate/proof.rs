//! Whether a mistake is one at all: a proof that no deal tells, or a deal that does.

use jiff::civil::Date;

use super::judge::ids;
use super::telling::{Telling, confirm};
use super::{Mutant, Reach, Subject};
use crate::analysis::{Apart, apart};
use crate::policy::Policy;

/// The date of examples where no case has one.
const UNDATED: Date = jiff::civil::date(2026, 1, 1);

/// What comparing a policy with a mutant of it, over all deals, came to.
#[derive(Clone, Debug)]
pub enum Compared {
    /// It is proved that every deal is decided alike. Such a mutant is no mistake, and counts neither for the cases nor
    /// against them.
    Equal,
    /// This deal is decided otherwise.
    Told(Box<Telling>),
    /// It could not be settled: of what is presumed where nobody says, and of what is not analysed, nothing is proved.
    Open,
    /// It was ended before it was settled.
    Unfinished,
}

/// Compares `mutated` with the policy that it was made of, over all deals and dates. `go_on` may end it early.
///
/// Equal means that in every deal of which all facts are given every decision ends in the same way: with the same value by
/// the same rules, or undecided, in conflict or in error in both. As what is said of a deal that is not complete follows from
/// all the ways to complete it, that is alike too. What an error says is not compared.
pub fn compare(
    subject: &Subject<'_>,
    mutant: &Mutant,
    mutated: &Policy,
    reach: &Reach,
    go_on: &dyn Fn() -> bool,
) -> Compared {
    if mutant.concerns_unknown() {
        return Compared::Open;
    }
    let only = ids(subject.policy, reach);
    let today = subject.cases.iter().map(|baseline| baseline.case.as_of).max();
    let today = today.unwrap_or(UNDATED);
    match apart(subject.policy, mutated, &only, today, &|| !go_on()) {
        Apart::ByNone => Compared::Equal,
        Apart::By(witness) => match confirm(subject, mutant, mutated, reach, *witness) {
            Some(telling) => Compared::Told(Box::new(telling)),
            None => Compared::Open,
        },
        Apart::NotAnalysed => Compared::Open,
        Apart::Stopped => Compared::Unfinished,
    }
}
