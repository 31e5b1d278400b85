//! Values and deals, by name rather than by id.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use dealdesk::base::Number;
use jiff::civil::Date;

/// What is known of a deal, by the names of facts. A name that is not here is unknown.
pub type Deal = BTreeMap<String, Val>;

/// What is known of one record, by the names of its fields. A field that is not here is unknown.
pub type Record = BTreeMap<String, Val>;

/// A value of any type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Val {
    None,
    Boolean(bool),
    Number(Number),
    Text(String),
    Date(Date),
    /// A variant of an enumeration, by its name.
    Variant(String),
    /// The items of a checklist that apply, or the outcomes that a table collects.
    Items(BTreeSet<String>),
    List(Vec<Record>),
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Val::None => f.write_str("none"),
            Val::Boolean(b) => write!(f, "{b}"),
            Val::Number(n) => write!(f, "{n}"),
            Val::Text(text) => write!(f, "{text:?}"),
            Val::Date(date) => write!(f, "{date}"),
            Val::Variant(name) => f.write_str(name),
            Val::Items(items) => write!(f, "{{{}}}", items.iter().cloned().collect::<Vec<_>>().join(", ")),
            Val::List(records) => {
                let record = |r: &Record| {
                    let fields: Vec<String> = r.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                    format!("({})", fields.join(", "))
                };
                write!(f, "[{}]", records.iter().map(record).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl Val {
    pub fn boolean(self) -> bool {
        match self {
            Val::Boolean(b) => b,
            other => panic!("{other} is not a boolean"),
        }
    }

    pub fn number(&self) -> Number {
        match self {
            Val::Number(n) => *n,
            other => panic!("{other} is not a number"),
        }
    }

    pub fn date(&self) -> Date {
        match self {
            Val::Date(date) => *date,
            other => panic!("{other} is not a date"),
        }
    }
}
