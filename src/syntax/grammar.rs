//! The parser that pest makes of `grammar/policy.pest`.

/// Reads the grammar's rules.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/policy.pest"]
pub(super) struct PolicyParser;

/// A node of pest's tree.
pub(super) type Pair<'i> = pest::iterators::Pair<'i, Rule>;

/// What pest says where it gets stuck.
pub(super) type PestError = pest::error::Error<Rule>;
