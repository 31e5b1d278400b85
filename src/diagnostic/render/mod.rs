//! Diagnostics as people and programs see them.
//!
//! Both views are sorted by file and position, whatever the order in which the problems were found;
//! what has no place comes last. How many are shown is the caller's business.

mod excerpt;
mod human;
mod json;

pub use human::human;
pub use json::json;

use super::{Diagnostic, Severity};

/// How many there are of each kind, as `2 errors, 1 warning`; `None` where there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let parts: Vec<String> = [Severity::Error, Severity::Finding, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let word = severity.word();
            match diagnostics.iter().filter(|d| d.severity == severity).count() {
                0 => None,
                1 => Some(format!("1 {word}")),
                n => Some(format!("{n} {word}s")),
            }
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// By file and position, then the graver first; what has no place comes last.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| {
        let place = d.primary.as_ref().map(|label| label.span);
        (place.is_none(), place, d.severity, d.code)
    });
    sorted
}

#[cfg(test)]
mod tests;
