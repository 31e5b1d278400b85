//! The changes of many deals as the few things that happened.

use rustc_hash::FxHashMap;

use super::Change;

/// What became of one decision, over many deals.
#[derive(Clone, Debug)]
pub struct Group {
    /// The decision's name.
    pub decision: String,
    /// What people call it.
    pub label: String,
    /// The ways in which it changed: other outcomes before other reasons for the same, and the most frequent first.
    pub ways: Vec<Way>,
}

/// One way in which a decision changed, and where it did.
#[derive(Clone, Debug)]
pub struct Way {
    /// The change in the first of the deals.
    pub change: Change,
    /// The deals, each once, in their order.
    pub deals: Vec<String>,
}

impl Group {
    /// In how many places: the sum over its ways.
    pub fn count(&self) -> usize {
        self.ways.iter().map(|way| way.deals.len()).sum()
    }
}

/// Brings together what is the same change in several deals, so that one edit that moves 300 deals reads as one
/// change. Decisions come in the order in which they are met.
pub fn groups<'a>(deals: impl IntoIterator<Item = (&'a str, &'a [Change])>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    let mut ways: FxHashMap<(usize, String), usize> = FxHashMap::default();
    for (deal, changes) in deals {
        for change in changes {
            let place = *places.entry(change.decision().to_owned()).or_insert_with(|| {
                let (decision, label) = (change.decision().to_owned(), change.label().to_owned());
                groups.push(Group { decision, label, ways: Vec::new() });
                groups.len() - 1
            });
            let Some(group) = groups.get_mut(place) else { continue };
            let way = *ways.entry((place, change.words())).or_insert_with(|| {
                group.ways.push(Way { change: change.clone(), deals: Vec::new() });
                group.ways.len() - 1
            });
            if let Some(way) = group.ways.get_mut(way).filter(|way| way.deals.last().is_none_or(|last| last != deal)) {
                way.deals.push(deal.to_owned());
            }
        }
    }
    for group in &mut groups {
        group.ways.sort_by_key(|way| (!way.change.is_outcome(), std::cmp::Reverse(way.deals.len())));
    }
    groups
}

/// `a, b and 298 more`: at most `most` names.
pub fn listed<S: AsRef<str>>(names: &[S], most: usize) -> String {
    // One more name is no longer than to say that there is one more.
    if names.len() <= most + 1 {
        return super::words::listed(names, "and");
    }
    let first: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    format!("{} and {} more", first.join(", "), names.len() - most)
}
