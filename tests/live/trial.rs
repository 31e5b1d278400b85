//! A pack on disk whose files must agree, a handle that follows it, and an editor that is up to everything.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use dealdesk::host::live::Current;
use dealdesk::{LivePack, Notice, Pack, Watch, WatchOptions};
use tempfile::TempDir;

/// How long to wait for what must come; nothing is concluded from how long it takes.
const GENEROUS: Duration = Duration::from_secs(60);

pub(crate) const FIRST: &str = "first.policy";
pub(crate) const SECOND: &str = "deep/second.policy";

/// A pack in a folder within a folder, so that its own folder can be replaced.
pub(crate) struct Trial {
    home: TempDir,
    pub(crate) live: LivePack,
    notices: Receiver<Notice>,
    _watch: Option<Watch>,
    /// Every notice so far, in a word.
    pub(crate) told: Vec<String>,
}

/// The first file of version `n`. It compiles with the second of the same version alone.
pub(crate) fn first(n: usize) -> String {
    let mut text = format!("fact shared.v{n}: boolean\ndecide first: boolean = mine.v{n}\n");
    // Half of the file would compile too.
    for i in 0..3 {
        text.push_str(&format!("decide first.d{i}: integer 0..1_000_000 = {n}\n"));
    }
    text
}

/// The second file of version `n`.
pub(crate) fn second(n: usize) -> String {
    format!("fact mine.v{n}: boolean\ndecide second: boolean = shared.v{n}\n# the end of {n}\n")
}

/// The version that a pack is of.
///
/// # Panics
///
/// Where it is of none: where it is a mixture, or half of one.
pub(crate) fn version(pack: &Pack) -> usize {
    let texts: Vec<&str> = pack.sources().iter().map(|(_, file)| file.text()).collect();
    let of = |mark: &str| texts.iter().find_map(|text| text.split_once(mark)?.1.split(':').next()?.parse().ok());
    let n = of("shared.v").unwrap();
    assert!(texts.contains(&first(n).as_str()), "half of the first file: {texts:?}");
    assert!(texts.contains(&second(n).as_str()), "a mixture: {texts:?}");
    n
}

impl Trial {
    pub(crate) fn new(options: Option<WatchOptions>) -> Trial {
        Trial::with(options, |_| Vec::new())
    }

    /// A trial that watches other files too.
    pub(crate) fn with(options: Option<WatchOptions>, files: impl FnOnce(&Path) -> Vec<PathBuf>) -> Trial {
        let home = TempDir::new().unwrap();
        write_pack(&home.path().join("pack"), 0);
        let files = files(home.path());
        let live = LivePack::open_with(home.path().join("pack"), files).unwrap();
        let notices = live.notices();
        let watch = options.map(|options| live.watch(options));
        Trial { home, live, notices, _watch: watch, told: Vec::new() }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn pack(&self) -> PathBuf {
        self.home.path().join("pack")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.pack().join(name)
    }

    /// Waits until what holds is as it must be.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Current) -> bool) {
        while !holds(&self.live.current()) {
            match self.notices.recv_timeout(GENEROUS) {
                Ok(notice) => self.hear(&notice),
                Err(_) => panic!("{what}: never told, after {:?}", self.told),
            }
        }
    }

    /// Waits until the policy is of version `n`, and fresh.
    pub(crate) fn until_version(&mut self, n: usize) {
        self.until(&format!("version {n}"), |now| now.stale.is_none() && version(&now.pack) == n);
    }

    /// Waits until the policy is stale with such a problem.
    pub(crate) fn until_stale(&mut self, problem: &str) {
        let wanted = |now: &Current| now.stale.as_ref().is_some_and(|stale| stale.error.to_string().contains(problem));
        self.until(problem, wanted);
    }

    /// The notices that are there, without waiting.
    pub(crate) fn drain(&mut self) {
        while let Ok(notice) = self.notices.try_recv() {
            self.hear(&notice);
        }
    }

    fn hear(&mut self, notice: &Notice) {
        self.told.push(match notice {
            Notice::Reloaded { before, after, recovered } => {
                let again = if recovered.is_some() { " again" } else { "" };
                format!("{} -> {}{again}", version(before), version(after))
            }
            Notice::Failed(_) => "failed".to_owned(),
            Notice::Files(files) => format!("{} files", files.len()),
            Notice::Trouble(message) => format!("trouble: {message}"),
            other => format!("{other:?}"),
        });
    }
}

/// Writes version `n` of the whole pack into a folder.
pub(crate) fn write_pack(folder: &Path, n: usize) {
    fs::create_dir_all(folder.join("deep")).unwrap();
    fs::write(folder.join("pack.ron"), "(name: \"trial\", version: \"1\")").unwrap();
    fs::write(folder.join(FIRST), first(n)).unwrap();
    fs::write(folder.join(SECOND), second(n)).unwrap();
}

/// Saves as most editors do: writes another file and puts it in place of the old one.
pub(crate) fn save_by_rename(path: &Path, text: &str) {
    let beside = path.with_extension("policy~");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

/// Saves as the others do: empties the file and writes it in pieces, doing something after each.
pub(crate) fn save_in_pieces(path: &Path, text: &str, pieces: usize, mut between: impl FnMut()) {
    let mut file = File::create(path).unwrap();
    between();
    for piece in text.as_bytes().chunks(text.len().div_ceil(pieces)) {
        file.write_all(piece).unwrap();
        file.flush().unwrap();
        between();
    }
}
