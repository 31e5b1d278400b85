//! The front door of the library: a compiled [`Pack`], a [`Deal`] and its [`Decisions`] by name. No I/O.

mod ask;
mod compile;
mod deal;
mod decisions;
mod diff;
mod error;
pub mod flip;
pub mod limits;
mod manifest;
mod prove;
pub mod rule;

pub use ask::{AskOptions, Interview, Need, NeededBy, Question};
pub use compile::Pack;
pub use deal::Deal;
pub use decisions::Decisions;
pub(crate) use decisions::NAMELESS;
pub use diff::{
    DecisionImpact, Diff, DiffOptions, DiffOutcome, DiffRegion, DiffWitness, Impact, Measure, NameChange, RegionImpact,
    Told,
};
pub use error::Error;
pub use flip::{FlipOptions, Flipped, NotAGoal};
pub use prove::Proof;
pub use rule::{EffectiveRule, NoSuchRule, RuleOptions};
