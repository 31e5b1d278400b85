//! Diagnostics as people and programs see them.
