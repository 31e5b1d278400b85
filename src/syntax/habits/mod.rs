//! What people write out of habit: the signs and words of other languages, numbers and names as they
//! write them elsewhere, and the small words they forget.
//!
//! Each explanation looks at the place where the grammar got stuck, and passes on what is not its own.

mod missing;
mod names;
mod numbers;
mod operators;
mod punctuation;
mod vocabulary;

use crate::diagnostic::Diagnostic;

use super::errors::Look;

pub(super) use operators::comment;
pub(super) use vocabulary::other_word;

/// Explains a place by a habit, if one fits.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    numbers::explain(look)
        .or_else(|| operators::explain(look))
        .or_else(|| punctuation::explain(look))
        .or_else(|| names::explain(look))
        .or_else(|| vocabulary::explain(look))
        .or_else(|| missing::explain(look))
}
