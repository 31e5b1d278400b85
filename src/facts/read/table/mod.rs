//! Deals in a table: facts by their paths in the first row, and a deal in each other one.
//!
//! A cell says what `--set` says: words need no quotes, `none` is none. An empty cell gives nothing. A record of a list has a
//! column for each of its fields, `instances[0].users`; or the whole list stands in one cell, in JSON or RON.

mod header;
mod row;
mod split;

pub use header::{Column, Header, Means};
pub use split::{Cell, Cells, Malformed, Rows, header_end, row_end};
