//! Deal Desk applies written policies to deals, and says why.
//!
//! A [`Pack`] is a folder of policies, compiled and checked. A [`Deal`] is what is known of a deal, read by the facts that
//! the pack declares. [`Decisions`] are what follows, each by its name, down to everything it rests on. Nothing here
//! but [`Pack::load`] reads files, and nothing but the command line asks for the time.
//!
//! ```
//! use dealdesk::{Pack, Status, civil::date};
//! use serde::Serialize;
//!
//! // A pack is usually loaded from its folder: `Pack::load("rules")?`
//! let pack = Pack::compile([(
//!     "discounts.policy",
//!     r#"
//!     currency EUR
//!     fact client.existing: boolean "Existing client"
//!     fact order.total: decimal in EUR 0..1_000_000 "Order total"
//!
//!     decide discount: one of none_given, five_percent, ten_percent "Discount"
//!       default none_given
//!       rule loyal: five_percent when client.existing
//!         because "Clients who come back have earned a thank-you"
//!       rule large: ten_percent when order.total >= 10_000 EUR
//!         overrides loyal
//!         because "A large order saves us work"
//!     "#,
//! )])?;
//!
//! // A deal is anything that can be serialized. What it leaves out is unknown.
//! #[derive(Serialize)]
//! struct Deal {
//!     client: Client,
//! }
//! #[derive(Serialize)]
//! struct Client {
//!     existing: bool,
//! }
//! let deal = Deal { client: Client { existing: true } };
//!
//! let decisions = pack.decide(&deal, date(2026, 3, 1))?;
//! let discount = decisions.get("discount").ok_or("no such decision")?;
//! assert_eq!(discount.status, Status::Undecided);
//! assert_eq!(discount.missing_paths(), ["order.total"]);
//!
//! // The same with one fact more.
//! let mut deal = pack.deal(&deal)?;
//! deal.set("order.total=9999.99")?;
//! let decisions = deal.decide(date(2026, 3, 1));
//! let discount = decisions.get("discount").ok_or("no such decision")?;
//! assert_eq!(discount.status, Status::Decided);
//! assert_eq!(discount.value_as::<String>(), Some("five_percent".to_owned()));
//! println!("{}", decisions.report().markdown());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is wrong with policies or deals is an [`Error`]. It displays every problem with its place and a likely mend, and
//! carries them as data:
//!
//! ```
//! use dealdesk::Pack;
//!
//! let error = Pack::compile([("a.policy", "decide discount: boolean = client.existng\nfact client.existing: boolean")])
//!     .err()
//!     .ok_or("it compiles")?;
//! assert_eq!(error.diagnostics().len(), 1);
//! assert!(error.to_string().contains("client.existing"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The rooms below are the library's own parts, from exact numbers to the views of an explanation.

pub mod analysis;
pub mod base;
pub mod batch;
pub mod cases;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod facts;
pub mod host;
pub mod mutate;
pub mod pack;
pub mod policy;
pub mod program;
pub mod syntax;
pub mod trace;

pub use engine::Options;
pub use facts::read::Format;
pub use host::live::{LivePack, Notice, Watch, WatchOptions};
pub use jiff::civil;
pub use pack::{
    AskOptions, Deal, Decisions, EffectiveRule, Error, FlipOptions, Flipped, Interview, Pack, Question, RuleOptions,
};
pub use trace::data::{Answer, Status};

/// The examples in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// The example in the page about what is proved.
#[cfg(doctest)]
#[doc = include_str!("../docs/analysis.md")]
mod analysis_page {}

/// The example in the page about columns.
#[cfg(all(doctest, feature = "columnar"))]
#[doc = include_str!("../docs/columns.md")]
mod columns {}

/// The example in the page about comparing.
#[cfg(doctest)]
#[doc = include_str!("../docs/comparing.md")]
mod comparing {}

/// The example in the page about watching.
#[cfg(doctest)]
#[doc = include_str!("../docs/watching.md")]
mod watching {}

/// The example in the page about ways to another outcome.
#[cfg(doctest)]
#[doc = include_str!("../docs/flipping.md")]
mod flipping {}

/// The example in the page about interviews.
#[cfg(doctest)]
#[doc = include_str!("../docs/asking.md")]
mod asking {}
