//! Why a decision is as it is, and why it is not otherwise, in sentences.

mod not;
mod say;
mod wanted;

use std::fmt;

use say::Account;
pub(crate) use wanted::{near, read};

use super::Report;
use super::data::Answers;
use super::reading::Reading;
use crate::policy::DecisionId;

/// Why there is nothing to explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyError {
    /// The decision was not taken here.
    NotTaken {
        /// The decision.
        decision: String,
    },
    /// The decision is taken for each record of a list, and it was not said for which.
    WhichRecord {
        /// The decision.
        decision: String,
        /// How many records there are.
        records: usize,
    },
    /// The list has no such record.
    NoRecord {
        /// The decision.
        decision: String,
        /// How many records there are.
        records: usize,
    },
    /// The decision cannot have the value.
    NotAValue {
        /// The decision.
        decision: String,
        /// The value.
        value: String,
        /// What it may be.
        takes: String,
        /// What was likely meant.
        near: Option<String>,
    },
    /// The decision has the value.
    IsSo {
        /// The decision.
        decision: String,
        /// The value.
        value: String,
    },
}

impl fmt::Display for WhyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyError::NotTaken { decision } => write!(f, "`{decision}` was not decided here"),
            WhyError::WhichRecord { decision, records: 0 } => {
                write!(f, "`{decision}` is decided for each record of a list, and the list is empty")
            }
            WhyError::WhichRecord { decision, records } => {
                write!(f, "`{decision}` is decided for each of {records} records: ask for `{decision}[0]`")?;
                if *records > 1 { write!(f, " to `{decision}[{}]`", records - 1) } else { Ok(()) }
            }
            WhyError::NoRecord { decision, records: 0 } => {
                write!(f, "`{decision}` has no such record: the list is empty")
            }
            WhyError::NoRecord { decision, records } => {
                write!(f, "`{decision}` has no such record: the last is `{decision}[{}]`", records.saturating_sub(1))
            }
            WhyError::NotAValue { decision, value, takes, near } => {
                write!(f, "`{decision}` can never be `{value}`: it is {takes}")?;
                match near {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            WhyError::IsSo { decision, value } => write!(f, "`{decision}` is `{value}`, so there is no reason why not"),
        }
    }
}

impl std::error::Error for WhyError {}

/// Why `decision` (for one taken for records: that of `record`, from 0) is as it is; and, where `not`
/// is a value as a policy writes it, why it is not that. For a checklist `not` is an item.
///
/// # Errors
///
/// Where the decision was not taken for the report, where it is not clear for which record, and where
/// the decision has the value already or can never have it.
pub fn why(
    report: &Report<'_>,
    decision: DecisionId,
    record: Option<u32>,
    not: Option<&str>,
) -> Result<String, WhyError> {
    let data = report.data();
    let name = &report.policy.decisions[decision].name;
    let taken = data.decisions.iter().chain(&data.needed).find(|d| &d.name == name);
    let Some(taken) = taken else { return Err(WhyError::NotTaken { decision: name.clone() }) };
    let (answer, of) = match (&taken.answers, record) {
        (Answers::One(answer), _) => (&**answer, None),
        (Answers::Each { answers, names }, Some(i)) => {
            let found = answers.get(i as usize).zip(names.get(i as usize));
            let (answer, name) =
                found.ok_or_else(|| WhyError::NoRecord { decision: name.clone(), records: answers.len() })?;
            (answer, Some(name.as_str()))
        }
        (Answers::Each { answers, names }, None) => match (answers.as_slice(), names.as_slice()) {
            ([answer], [name]) => (answer, Some(name.as_str())),
            _ => return Err(WhyError::WhichRecord { decision: name.clone(), records: answers.len() }),
        },
    };
    let wanted = not.map(|text| wanted::wanted(report.policy, decision, text, answer)).transpose()?;
    let mut account = Account::new(Reading::new(&data), taken, answer, answer.record, of);
    match wanted {
        None => account.why(),
        Some(wanted) => account.why_not(&wanted),
    }
    Ok(account.finish())
}
