//! The only room with files and a clock: finds and loads packs, reads deals, asks for today's date.
//!
//! Whatever lies on a disk is taken for hostile: sizes, depths and counts are limited, links that
//! run in circles are reported, and nothing but regular files is read from a pack.

mod clock;
mod create;
mod deal;
mod find;
mod read;
mod walk;

pub use clock::today;
pub use create::{create_file, enclosing_pack, is_vacant};
pub use deal::{STDIN, format_of, read_deal};
pub use find::find;

use std::path::Path;

use crate::base::Sources;
use crate::pack::limits::{MAX_PACK_BYTES, MAX_POLICY_BYTES};
use crate::pack::{Error, Pack};

impl Pack {
    /// Loads the pack in the folder `dir`: its `pack.ron` and every `*.policy` file below it.
    ///
    /// # Errors
    ///
    /// Every problem of its files and of what they say, where one of them keeps it from compiling.
    pub fn load(dir: impl AsRef<Path>) -> Result<Pack, Error> {
        let mut sources = Sources::new();
        let dir = match find(Some(dir.as_ref()), Path::new(".")) {
            Ok(dir) => dir,
            Err(problem) => return Err(Error::new(vec![*problem], sources)),
        };
        let found = walk::pack(&dir);
        let mut problems = found.problems;
        let mut ids = Vec::new();
        let mut room = MAX_PACK_BYTES;
        for file in found.files {
            let limit = MAX_POLICY_BYTES.min(room);
            match read::file(&file.path, &file.shown, limit, &mut sources) {
                Ok(id) => {
                    room = room.saturating_sub(sources.get(id).map_or(0, |f| f.text().len() as u64));
                    ids.push((file.relative, id));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        Pack::from_files(ids, sources, problems)
    }
}
