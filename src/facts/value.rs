//! Values as the engine handles them.

use std::sync::Arc;

use jiff::civil::Date;

use super::deal::Given;
use crate::base::Number;

/// A value of a fact, an expression or an outcome. Its type is known from where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Known to be absent.
    None,
    /// True or false.
    Boolean(bool),
    /// An integer, decimal or fraction, in the unit of its type.
    Number(Number),
    /// A text.
    Text(Arc<str>),
    /// A calendar date.
    Date(Date),
    /// A variant of an enumeration, by its place in it.
    Variant(u32),
    /// The items of a checklist that apply.
    Items(ItemSet),
    /// A list of records, complete.
    List(Arc<[RecordValue]>),
}

/// Begins a text that stands for one that neither the policy nor the deal names: a noncharacter of Unicode.
const OTHER_TEXT: char = '\u{10ffff}';

impl Value {
    /// Texts that stand for those that nobody named, all different.
    pub fn other_texts() -> impl Iterator<Item = Arc<str>> {
        (1u32..).map(|n| format!("{OTHER_TEXT}{n}").into())
    }

    /// Whether it stands for a text that nobody named, and so is not to be shown.
    pub fn is_other_text(&self) -> bool {
        matches!(self, Value::Text(text) if text.starts_with(OTHER_TEXT))
    }
}

/// A record in a list: what is given of each of its fields, in the order of their declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordValue {
    /// One entry for each field; `None` where nobody said.
    pub fields: Vec<Option<Given>>,
}

/// A set of items of one checklist, by their place in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ItemSet(Vec<u32>);

impl ItemSet {
    /// The set of these items.
    pub fn new(items: impl IntoIterator<Item = u32>) -> ItemSet {
        let mut items: Vec<u32> = items.into_iter().collect();
        items.sort_unstable();
        items.dedup();
        ItemSet(items)
    }

    /// Whether `item` is in it.
    pub fn contains(&self, item: u32) -> bool {
        self.0.binary_search(&item).is_ok()
    }

    /// Its items in the order of the checklist.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}
