//! Questions about a policy that no single deal answers.

pub mod interview;
