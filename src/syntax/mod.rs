//! Text to syntax tree, with every problem found. The only room that knows pest.

pub mod ast;
