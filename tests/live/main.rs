//! The handle that holds the last good policy, against an editor that does whatever editors do.
//!
//! Nothing here sleeps or measures: a test waits to be told, and what it is told must be right whenever that is.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test writes files, and fails where it cannot"
)]

mod edits;
mod handle;
mod trial;
