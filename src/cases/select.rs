//! Which cases to run.

use super::case::Case;

/// Which cases are picked out: those whose name has one of `names` in it and that have one of `tags`. Where there are
/// no names or no tags, any do.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Parts of names, in any case.
    pub names: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
}

impl Selection {
    /// Whether it picks out everything.
    pub fn is_all(&self) -> bool {
        self.names.is_empty() && self.tags.is_empty()
    }

    /// Whether it picks out `case`, of a file that is called `file`.
    pub fn takes(&self, case: &Case, file: &str) -> bool {
        let within = |text: &str, part: &String| text.to_lowercase().contains(&part.to_lowercase());
        let named = self.names.iter().any(|part| within(&case.name, part) || within(file, part));
        let tagged = self.tags.iter().any(|tag| case.tags.contains(tag));
        (self.names.is_empty() || named) && (self.tags.is_empty() || tagged)
    }
}
