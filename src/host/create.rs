//! Beginning a new pack on disk.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::pack::limits::MANIFEST;

/// Whether nothing is at `folder` but perhaps an empty folder.
pub fn is_vacant(folder: &Path) -> bool {
    match folder.symlink_metadata() {
        Ok(meta) => meta.is_dir() && std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none()),
        Err(e) => e.kind() == io::ErrorKind::NotFound,
    }
}

/// The pack that `folder` lies or would lie in, if there is one.
pub fn enclosing_pack(folder: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(folder).ok()?;
    absolute.ancestors().skip(1).find(|above| above.join(MANIFEST).is_file()).map(Path::to_owned)
}

/// Creates a file with its folders; never overwrites one.
///
/// # Errors
///
/// What the system says.
pub fn create_file(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}
