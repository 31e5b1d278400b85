//! `dealdesk test`: what it writes, accepts, rejects and deletes, and what it makes of files that are not as they should be.

#![allow(clippy::disallowed_methods, reason = "tests read and write files")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it cannot go on")]
#![allow(missing_docs, reason = "a test has no users")]

mod broken;
mod coverage;
mod opencraft;
mod pack;
mod read;
mod results;
mod review;
mod write;
