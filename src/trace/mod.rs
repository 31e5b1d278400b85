//! The trace as data.
