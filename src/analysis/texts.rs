//! Plain words in examples, for texts that no policy names.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::facts::{Deal, Value};

/// Puts plain words in place of texts that stand for those nobody named: the same in all of `deals`, and none of
/// `named`, so that everything is decided as before.
pub(super) fn spell(deals: &mut [&mut Deal], named: &[Arc<str>]) {
    let mut spelled: FxHashMap<Arc<str>, Arc<str>> = FxHashMap::default();
    let mut words = (1u32..).map(|n| match n {
        1 => "any other text".into(),
        n => format!("any other text {n}").into(),
    });
    let mut word = |value: &mut Value| {
        if let Value::Text(text) = value
            && (Value::Text(Arc::clone(text))).is_other_text()
        {
            let other = spelled.entry(Arc::clone(text)).or_insert_with(|| {
                words.by_ref().find(|word| !named.contains(word)).unwrap_or_else(|| Arc::clone(text))
            });
            *text = Arc::clone(other);
        }
    };
    for deal in deals {
        for (_, given) in deal.given.iter_mut() {
            let Value::List(records) = &mut given.value else {
                word(&mut given.value);
                continue;
            };
            let mut rows = records.to_vec();
            rows.iter_mut().flat_map(|row| row.fields.iter_mut().flatten()).for_each(|field| word(&mut field.value));
            *records = rows.into();
        }
    }
}
