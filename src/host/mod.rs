//! The only room with files and a clock: finds and loads packs, reads deals, asks for today's date.
//!
//! Whatever lies on a disk is taken for hostile: sizes, depths and counts are limited, links that
//! run in circles are reported, and nothing but regular files is read from a pack.

mod batch;
mod cases;
mod chunks;
mod clock;
mod create;
mod deal;
mod find;
#[cfg(feature = "columnar")]
mod guard;
pub mod live;
mod parallel;
mod policies;
mod read;
mod revision;
mod rows;
mod texts;
mod walk;
mod write;

pub use batch::{Batch, BatchFailed, BatchFormat, BatchWatch, batch, batch_format, file_size, is_one_file};
pub use cases::{CaseFile, CaseFiles, Unread, cases};
pub use clock::{now, pause, time_of_day, timestamp, today};
pub use create::{create_file, enclosing_pack, is_vacant};
pub use deal::{STDIN, format_of, read_deal};
pub use find::find;
pub use parallel::{in_parallel, processors};
pub use policies::{PolicyFiles, policies, read_policy, read_policy_from_stdin};
pub use read::called;
pub(crate) use read::reason;
pub use rows::{Row, Rows, rows};
pub use write::{abandon_files, create_whole_file, real_path, remove_file, replace_file, write_result};

use std::path::Path;

use crate::pack::{Error, Pack};

impl Pack {
    /// Loads the pack in the folder `dir`: its `pack.ron` and every `*.policy` file below it.
    ///
    /// # Errors
    ///
    /// Every problem of its files and of what they say, where one of them keeps it from compiling.
    pub fn load(dir: impl AsRef<Path>) -> Result<Pack, Error> {
        texts::Texts::read(dir.as_ref()).compile()
    }
}
