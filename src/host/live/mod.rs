//! A pack that follows its files: the last good policy, for as many threads as want it, while people edit.
//!
//! ```no_run
//! use dealdesk::{LivePack, Notice, WatchOptions, civil::date};
//!
//! # fn main() -> Result<(), dealdesk::Error> {
//! let live = LivePack::open("rules")?;
//! let notices = live.notices();
//! let _watch = live.watch(WatchOptions::default());
//!
//! // Any number of threads, each with a clone of the handle, ask whenever they like and never wait.
//! let decisions = live.pack().decide(&serde_json::json!({ "client": { "existing": true } }), date(2026, 3, 1))?;
//!
//! for notice in notices {
//!     match notice {
//!         Notice::Reloaded { after, .. } => println!("policy {} serves", after.policy().version),
//!         Notice::Failed(stale) => eprintln!("stale since {:?}: {}", stale.since, stale.error),
//!         Notice::Trouble(message) => eprintln!("{message}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod look;
mod pace;
mod scope;
mod watcher;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use super::clock;
use crate::pack::{Error, Pack};
pub use look::WatchedFile;
use look::{Look, steady};
pub use watcher::{Watch, WatchOptions};

/// A handle to the last good policy of a folder. Cloning it is cheap, and all clones are one.
///
/// A changed policy is compiled beside the one that serves, and takes its place as a whole, or not at all. Reading
/// never waits for that.
#[derive(Clone, Debug)]
pub struct LivePack {
    inner: Arc<Inner>,
}

/// What holds at one moment. It never changes; the handle only comes to hold another one.
#[derive(Clone, Debug)]
pub struct Current {
    /// The last good policy.
    pub pack: Pack,
    /// Why it is not what the files say, where it is not.
    pub stale: Option<Arc<Stale>>,
    /// The files watched beside the pack, from the same look at the disk as the policy.
    pub files: Arc<[WatchedFile]>,
}

/// Since when and why the last good policy is not what the files say.
#[derive(Clone, Debug)]
pub struct Stale {
    /// When files were first seen that do not compile.
    pub since: SystemTime,
    /// What is wrong with them now.
    pub error: Error,
}

/// What has come of a change.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// What the files say now compiles, and serves from now on.
    Reloaded {
        /// The policy that served until now.
        before: Pack,
        /// The one that serves now.
        after: Pack,
        /// Why `before` was stale, if it was.
        recovered: Option<Arc<Stale>>,
    },
    /// What the files say now does not compile. The last good policy goes on serving.
    Failed(Arc<Stale>),
    /// Files watched beside the pack have changed: [`Current::files`] has them.
    Files(Vec<PathBuf>),
    /// Changes may be seen late, and why.
    Trouble(String),
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    files: Vec<PathBuf>,
    current: ArcSwap<Current>,
    /// What was seen last, good or not. Whoever reloads holds it, so that nothing older replaces what is newer.
    seen: Mutex<Look>,
    listeners: Mutex<Vec<Sender<Notice>>>,
}

impl LivePack {
    /// Loads the pack in the folder `dir`.
    ///
    /// # Errors
    ///
    /// Every problem of the pack, if it does not compile: then there is no good policy to hold.
    pub fn open(dir: impl AsRef<Path>) -> Result<LivePack, Error> {
        LivePack::open_with(dir, Vec::new())
    }

    /// Loads the pack in the folder `dir`, and reads files beside it that are watched as well, such as deals.
    ///
    /// # Errors
    ///
    /// Every problem of the pack, if it does not compile. A file that cannot be read is none: [`WatchedFile::text`]
    /// has it.
    pub fn open_with(dir: impl AsRef<Path>, files: Vec<PathBuf>) -> Result<LivePack, Error> {
        let dir = dir.as_ref().to_owned();
        let take = || Look::take(&dir, &files);
        let seen = steady(take).unwrap_or_else(take);
        let pack = seen.texts.clone().compile()?;
        let current = Current { pack, stale: None, files: seen.files.clone() };
        let (current, seen) = (ArcSwap::from_pointee(current), Mutex::new(seen));
        Ok(LivePack { inner: Arc::new(Inner { dir, files, current, seen, listeners: Mutex::default() }) })
    }

    /// The last good policy.
    pub fn pack(&self) -> Pack {
        self.inner.current.load().pack.clone()
    }

    /// Since when and why the policy is not what the files say, where it is not.
    pub fn stale(&self) -> Option<Arc<Stale>> {
        self.inner.current.load().stale.clone()
    }

    /// Everything that holds, of one and the same moment.
    pub fn current(&self) -> Arc<Current> {
        self.inner.current.load_full()
    }

    /// The folder of the pack.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// From now on everybody who asked is told of every reload and every failed one. What nobody takes out is kept;
    /// whoever drops the receiver is told no more.
    pub fn notices(&self) -> Receiver<Notice> {
        let (sender, receiver) = mpsc::channel();
        lock(&self.inner.listeners).push(sender);
        receiver
    }

    /// Looks at the files now. Gives what has come of it; nothing where nothing has changed, or where the files do not
    /// hold still, which is to be tried again.
    pub fn reload(&self) -> Vec<Notice> {
        self.inner.reload()
    }

    /// Follows the files, until the result is dropped.
    pub fn watch(&self, options: WatchOptions) -> Watch {
        Watch::start(self.inner.clone(), options)
    }
}

/// A look, and the policy that it makes.
#[derive(Debug)]
struct Candidate {
    look: Look,
    /// `None` where the policies are those that were seen last.
    policy: Option<Result<Pack, Error>>,
}

impl Candidate {
    /// Whether it is what was seen now, and still new.
    fn is_of(&self, look: &Look, seen: &Look) -> bool {
        self.look.says_what(look) && self.policy.is_none() == look.texts.say_the_same(&seen.texts)
    }
}

impl Inner {
    fn take(&self) -> Look {
        Look::take(&self.dir, &self.files)
    }

    fn reload(&self) -> Vec<Notice> {
        let mut seen = lock(&self.seen);
        let Some(look) = steady(|| self.take()) else { return Vec::new() };
        if look.says_what(&seen) {
            return Vec::new();
        }
        let candidate = self.examine(look, &seen);
        self.accept(candidate, &mut seen)
    }

    /// Compiles what was seen.
    fn examine(&self, look: Look, seen: &Look) -> Candidate {
        let policy = (!look.texts.say_the_same(&seen.texts)).then(|| look.texts.clone().compile());
        Candidate { look, policy }
    }

    /// Puts what was seen in the place of what serves, where it is good, and tells everybody.
    fn accept(&self, candidate: Candidate, seen: &mut MutexGuard<'_, Look>) -> Vec<Notice> {
        let Candidate { look, policy } = candidate;
        let before = self.current.load_full();
        let mut now = Current { files: look.files.clone(), ..Current::clone(&before) };
        let mut notices = Vec::new();
        match policy {
            Some(Ok(after)) => {
                let recovered = now.stale.take();
                now.pack = after.clone();
                notices.push(Notice::Reloaded { before: before.pack.clone(), after, recovered });
            }
            Some(Err(error)) => {
                let since = before.stale.as_ref().map_or_else(clock::now, |stale| stale.since);
                let stale = Arc::new(Stale { since, error });
                now.stale = Some(stale.clone());
                notices.push(Notice::Failed(stale));
            }
            None => {}
        }
        let files = look.files.iter().zip(seen.files.iter()).filter(|(is, was)| is != was);
        let files: Vec<PathBuf> = files.map(|(is, _)| is.path.clone()).collect();
        if !files.is_empty() {
            notices.push(Notice::Files(files));
        }
        **seen = look;
        self.current.store(Arc::new(now));
        self.tell(&notices);
        notices
    }

    fn tell(&self, notices: &[Notice]) {
        lock(&self.listeners)
            .retain(|listener| notices.iter().try_for_each(|notice| listener.send(notice.clone())).is_ok());
    }
}

/// What a thread that panicked has left is whole: everything is put in place at once.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
