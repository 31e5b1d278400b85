//! Facts that influence nothing.

use super::Search;
use crate::analysis::inquiry::Stopped;

impl Search<'_, '_, '_> {
    pub(super) fn influence(&mut self) -> Result<(), Stopped> {
        Ok(())
    }
}
