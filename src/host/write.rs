//! Writing files so that nobody ever sees half of one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Puts `text` in the place of the file at `path`, or creates it, with its folder. At every moment, also when the
/// program or the computer stops, there is the old file or the new one, and nothing between.
///
/// # Errors
///
/// What the system says; then the old file is as it was.
pub fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    // What a link points to is replaced, and not the link.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    written_beside(&target, text)?.persist(&target).map(drop).map_err(|e| e.error)
}

/// Creates the file at `path`, with its folder, as a whole or not at all; never overwrites one.
///
/// # Errors
///
/// What the system says.
pub fn create_whole_file(path: &Path, text: &str) -> io::Result<()> {
    written_beside(path, text)?.persist_noclobber(path).map(drop).map_err(|e| e.error)
}

/// A file beside `target` that holds `text`, and goes away unless it is put in its place.
fn written_beside(target: &Path, text: &str) -> io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(folder_of(target))?;
    let mut file = beside(target)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// An empty file beside `target`, which goes away unless it is put in its place.
fn beside(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dealdesk-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: what the umask leaves of it.
        let mode = std::fs::metadata(target).map_or(0o666, |meta| meta.permissions().mode());
        builder.permissions(std::fs::Permissions::from_mode(mode & 0o777));
    }
    builder.tempfile_in(folder_of(target))
}

/// Files that are being written and have not taken their places.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every file that has not taken its place: what is to be done before the process is ended from outside.
pub fn abandon_files() {
    for path in unfinished().drain(..) {
        let _ = remove_file(&path);
    }
}

/// Somewhere that is written piece by piece. A file takes its place when it is finished, and not before; anything else, such as a
/// pipe or standard output, gets each piece as it comes.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    File(Growing, PathBuf),
    Stream(std::fs::File),
    Stdout(io::Stdout),
}

/// A file that is written for long. What was written is brought to the disk meanwhile, so that nobody waits for all of it in the end.
#[derive(Debug)]
struct Growing {
    file: tempfile::NamedTempFile,
    /// How much was written since that was last asked for.
    since: usize,
    /// To ask for it; where no thread can be had for that, all is done in the end.
    disk: Option<(SyncSender<()>, JoinHandle<io::Result<()>>)>,
}

/// So much is brought to the disk at once.
const STRETCH: usize = 8 << 20;

impl Growing {
    fn new(file: tempfile::NamedTempFile) -> io::Result<Growing> {
        let (ask, asked) = mpsc::sync_channel::<()>(1);
        let twin = file.as_file().try_clone()?;
        let sync = move || asked.iter().try_for_each(|()| twin.sync_data());
        let disk = thread::Builder::new().spawn(sync).ok().map(|thread| (ask, thread));
        Ok(Growing { file, since: 0, disk })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.since += bytes.len();
        if let Some((ask, _)) = self.disk.as_ref().filter(|_| self.since >= STRETCH) {
            // Where it is asked for already it will take this as well; what goes wrong is told in the end.
            let _ = ask.try_send(());
            self.since = 0;
        }
        Ok(())
    }

    /// Waits until all is on the disk.
    fn sync(mut self) -> io::Result<tempfile::NamedTempFile> {
        if let Some((ask, thread)) = self.disk.take() {
            drop(ask);
            // An error is told once, to whoever asks first.
            thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
        }
        self.file.as_file().sync_all()?;
        Ok(self.file)
    }
}

impl Place {
    /// At this path; `-` is standard output.
    ///
    /// # Errors
    ///
    /// What the system says. No folder is created.
    pub(super) fn new(path: &Path) -> io::Result<Place> {
        let to = match std::fs::metadata(path) {
            _ if path.as_os_str() == super::STDIN => To::Stdout(io::stdout()),
            Ok(meta) if meta.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // What is open already is one of these names too, be it a file.
            Ok(meta) if !meta.is_file() || is_open_already(path) => {
                To::Stream(std::fs::OpenOptions::new().append(true).open(path)?)
            }
            Err(e) if e.kind() != io::ErrorKind::NotFound || path.is_symlink() => return Err(e),
            _ => {
                // What a link points to is replaced, and not the link.
                let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                let file = beside(&target)?;
                unfinished().push(file.path().to_owned());
                To::File(Growing::new(file)?, target)
            }
        };
        Ok(Place { path: path.to_owned(), to })
    }

    /// As it was given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes some more.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.to {
            To::File(file, _) => file.write(bytes),
            To::Stream(file) => file.write_all(bytes),
            To::Stdout(out) => out.write_all(bytes),
        }
    }

    /// Everything is written.
    ///
    /// # Errors
    ///
    /// What the system says; then a file that was there is as it was.
    pub(super) fn finish(self) -> io::Result<()> {
        match self.to {
            To::File(file, target) => {
                let file = file.sync()?;
                let beside = file.path().to_owned();
                let done = file.persist(&target).map(drop).map_err(|e| e.error);
                unfinished().retain(|path| *path != beside);
                done
            }
            To::Stream(mut file) => file.flush(),
            To::Stdout(mut out) => out.flush(),
        }
    }
}

/// Whether it is a name of something that the process has open.
fn is_open_already(path: &Path) -> bool {
    let named = ["/dev/stdout", "/dev/stderr"].into_iter().any(|name| path == Path::new(name));
    named
        || path.starts_with("/dev/fd")
        || (path.starts_with("/proc") && path.parent().is_some_and(|of| of.ends_with("fd")))
}

/// Writes `text` where a command was told to: into what is no regular file, such as a pipe, a device or `/dev/stdout`, as it
/// is; into anything else as [`replace_file`] does, but creates no folder.
///
/// # Errors
///
/// What the system says; then a file that was there is as it was.
pub fn write_result(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // What is open already is one of these names too, be it a file.
        Ok(meta) if !meta.is_file() || is_open_already(path) => {
            std::fs::OpenOptions::new().append(true).open(path)?.write_all(text.as_bytes())
        }
        Ok(_) => replace_file(path, text),
        // A link that leads nowhere is not to be taken for a file that nobody has written yet.
        Err(e) if e.kind() == io::ErrorKind::NotFound && !path.is_symlink() && folder_of(path).is_dir() => {
            replace_file(path, text)
        }
        Err(e) => Err(e),
    }
}

/// The real path of what is, or would be, at `path`: two names of one place have the same.
pub fn real_path(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = std::fs::canonicalize(folder_of(path)).unwrap_or_else(|_| folder_of(path).to_owned());
        path.file_name().map_or(folder.clone(), |name| folder.join(name))
    })
}

/// The folder in which `path` lies.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes a file, if it is there.
///
/// # Errors
///
/// What the system says.
pub fn remove_file(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::disallowed_methods, reason = "a test reads what was written")]
    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_created_and_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.snap");
        replace_file(&path, "one").unwrap();
        assert_eq!(read(&path), "one");
        replace_file(&path, "two").unwrap();
        assert_eq!((read(&path).as_str(), names(&folder.path().join("a"))), ("two", vec!["b.snap".to_owned()]));
        remove_file(&path).unwrap();
        remove_file(&path).unwrap();
        assert_eq!(names(&folder.path().join("a")), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_is_there_is_not_created_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/deal.ron");
        create_whole_file(&path, "one").unwrap();
        let error = create_whole_file(&path, "two").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((read(&path).as_str(), names(&folder.path().join("a"))), ("one", vec!["deal.ron".to_owned()]));
    }

    #[test]
    fn where_a_file_cannot_be_put_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir_all(path.join("inside")).unwrap();
        assert!(replace_file(&path, "text").is_err());
        assert_eq!(names(folder.path()), ["taken"]);
        assert_eq!(names(&path), ["inside"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_goes_on_pointing_to_the_file() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        replace_file(&real, "one").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        replace_file(&link, "two").unwrap();
        assert_eq!(read(&real), "two");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
