//! Exact questions about all deals at once.

mod circuit;
mod encode;
mod machine;

pub use machine::{Ending, Machine, since};
