//! What must hold whatever a file says, and ways to make files that say odd things.
//!
//! The targets in `fuzz/targets` look for inputs that break a promise, guided by which code an input
//! reaches; `tests/fuzz.rs` holds a few thousand mutations of known files to the same promises.

pub mod driver;
pub mod mutate;
pub mod promises;
pub mod seeds;
