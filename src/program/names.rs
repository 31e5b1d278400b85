//! The names of facts as a deal nests them, for reading straight into slots.

use super::form::{Form, Kind};
use super::slots::Slots;
use crate::facts::{FactId, Schema, TypeKind};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Fact(Target),
    Group(usize),
    /// Nothing that the policy knows.
    Beside,
}

/// A fact, or a field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) slot: u32,
    pub(super) form: Form,
    pub(super) optional: bool,
    pub(super) low: i64,
    pub(super) high: i64,
    /// For a variant, where its names stand in [`Names::variants`]; for a list, the group of its record's fields.
    pub(super) further: usize,
}

/// A name within a group.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// In quotes, as it stands in JSON: names have no characters that are escaped.
    quoted: Box<str>,
    pub(super) stands_for: Name,
    /// Where what is said of it is kept as it was written.
    pub(super) keep: Option<usize>,
}

/// All names, in groups.
#[derive(Clone, Debug)]
pub(super) struct Names {
    groups: Vec<Vec<Entry>>,
    /// In quotes.
    variants: Vec<Vec<Box<str>>>,
}

/// The group of a whole deal.
pub(super) const DEAL: usize = 0;

fn quoted(name: &str) -> Box<str> {
    format!("\"{name}\"").into()
}

impl Names {
    pub(super) fn of(schema: &Schema, slots: &Slots) -> Names {
        let enumerations = schema.enumerations.iter();
        let variants = enumerations.map(|(_, e)| e.variants.iter().map(|v| quoted(&v.name)).collect());
        let mut names = Names { groups: vec![Vec::new()], variants: variants.collect() };
        // Behind the group of the deal, one for the fields of each record.
        names.groups.extend(schema.records.iter().map(|_| Vec::new()));
        for (id, fact) in schema.facts.iter() {
            let root = fact.field_of.map_or(DEAL, |(record, _)| 1 + record.into_raw().into_u32() as usize);
            let target = Names::target(schema, slots, id);
            names.insert(root, &fact.name, Name::Fact(target), None);
        }
        names
    }

    fn target(schema: &Schema, slots: &Slots, id: FactId) -> Target {
        let ty = &schema.facts[id].ty;
        let slot = id.into_raw().into_u32();
        let (low, high) = slots.bounds(slot);
        let further = match &ty.kind {
            TypeKind::Variant(id) => id.into_raw().into_u32() as usize,
            TypeKind::List { record, .. } => 1 + record.into_raw().into_u32() as usize,
            _ => 0,
        };
        Target { slot, form: slots.form(slot), optional: ty.optional, low, high, further }
    }

    fn insert(&mut self, root: usize, name: &str, stands_for: Name, keep: Option<usize>) {
        let (path, last) = name.rsplit_once('.').unwrap_or(("", name));
        let mut group = root;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            group = match self.find(group, &quoted(part)) {
                Some((_, Entry { stands_for: Name::Group(known), .. })) => *known,
                // What is below something that is passed over is passed over with it.
                Some((_, Entry { stands_for: Name::Beside, keep: None, .. })) => return,
                _ => {
                    self.groups.push(Vec::new());
                    let next = self.groups.len() - 1;
                    self.groups[group].push(Entry { quoted: quoted(part), stands_for: Name::Group(next), keep: None });
                    next
                }
            };
        }
        self.groups[group].push(Entry { quoted: quoted(last), stands_for, keep });
    }

    /// Lets a name pass that need not be a fact, and keeps what is said of it at a place, if that is given. A name with
    /// characters that JSON escapes is left to others.
    pub(super) fn pass(&mut self, name: &str, keep: Option<usize>) {
        if name.contains(['"', '\\']) || name.chars().any(char::is_control) {
            return;
        }
        let (path, last) = name.rsplit_once('.').unwrap_or(("", name));
        let parts = path.split('.').filter(|part| !part.is_empty());
        let group = parts.clone().try_fold(DEAL, |group, part| match self.find(group, &quoted(part))?.1.stands_for {
            Name::Group(inner) => Some(inner),
            _ => None,
        });
        let known = group.and_then(|group| Some((group, self.find(group, &quoted(last))?.0)));
        match known.and_then(|(group, place)| self.groups.get_mut(group)?.get_mut(place)) {
            Some(entry) => entry.keep = keep.or(entry.keep),
            None => self.insert(DEAL, name, Name::Beside, keep),
        }
    }

    /// What stands in a group.
    #[inline]
    pub(super) fn group(&self, group: usize) -> &[Entry] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    fn find(&self, group: usize, quoted: &str) -> Option<(usize, &Entry)> {
        find(self.group(group), quoted)
    }

    /// The cell of the variant whose name in quotes a text begins with, and the length of that.
    #[inline]
    pub(super) fn variant_at(&self, target: &Target, text: &[u8]) -> Option<(i64, usize)> {
        let variants = self.variants.get(target.further)?;
        let place = variants.iter().position(|variant| begins(text, variant.as_bytes()))?;
        Some((place as i64, variants.get(place)?.len()))
    }

    /// The cell of a variant.
    #[inline]
    pub(super) fn variant(&self, target: &Target, name: &str) -> Option<i64> {
        let variants = self.variants.get(target.further)?;
        let is = |variant: &str| variant.get(1..variant.len() - 1) == Some(name);
        variants.iter().position(|variant| is(variant)).map(|place| place as i64)
    }

    /// The fact of this name.
    pub(super) fn fact(&self, fact: FactId, schema: &Schema, slots: &Slots) -> Target {
        Names::target(schema, slots, fact)
    }
}

/// What a name in quotes stands for among others, and its place there.
pub(super) fn find<'n>(entries: &'n [Entry], quoted: &str) -> Option<(usize, &'n Entry)> {
    entries.iter().enumerate().find(|(_, entry)| *entry.quoted == *quoted)
}

impl Entry {
    /// Whether a text begins with it.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        begins(text, self.quoted.as_bytes())
    }

    /// How long it is, with its quotes.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.quoted.len()
    }
}

/// Whether a text begins with a word. Words are short: comparing eight bytes at a time takes less than calling what compares long
/// ones.
#[inline]
fn begins(text: &[u8], word: &[u8]) -> bool {
    let Some(text) = text.get(..word.len()) else { return false };
    let eight =
        |of: &[u8], at: usize| of.get(at..at + 8).and_then(|part| part.first_chunk()).map(|b| u64::from_le_bytes(*b));
    let last = match word.len().checked_sub(8) {
        None => return text.iter().eq(word),
        Some(last) => last,
    };
    let mut at = 0;
    while at < last {
        if eight(text, at) != eight(word, at) {
            return false;
        }
        at += 8;
    }
    eight(text, last) == eight(word, last)
}

impl Target {
    /// The cell itself where the type allows it.
    #[inline]
    pub(super) fn within(&self, cell: i64) -> Option<i64> {
        (self.low <= cell && cell <= self.high).then_some(cell)
    }

    /// Whether it is held so.
    pub(super) fn is(&self, kind: Kind) -> bool {
        self.form.kind == kind
    }
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn words_are_found_at_the_beginning_of_texts() {
        let word = b"\"discovery_billing\"".as_slice();
        for length in 0..word.len() {
            let word = &word[..length];
            assert!(begins(word, word) && begins(&[word, b"x"].concat(), word), "{length}");
            for wrong in 0..length {
                let mut other = word.to_vec();
                other[wrong] ^= 1;
                assert!(!begins(&other, word) && !begins(&word[..wrong], word), "{length} {wrong}");
            }
        }
    }
}
