//! The thread that follows the files.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, Event, EventKind};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::look::{Look, steady};
use super::pace::{Found, Pace, Stir};
use super::scope::{Scope, is_about_content};
use super::{Candidate, Inner, Notice, lock};

/// After how long a change is looked at that does not come to rest.
const PATIENCE: Duration = Duration::from_secs(2);

/// A look takes at most one of so many parts of the time.
const MODESTY: u32 = 10;
/// Whether the system tells when a file that was written is complete.
pub(super) const TELLS_OF_CLOSING: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// How to follow files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WatchOptions {
    /// Look at the files from time to time, whether the system tells of changes or not. Some file systems never do,
    /// such as those of another computer.
    pub poll: bool,
    /// How often, then.
    pub interval: Duration,
}

impl Default for WatchOptions {
    fn default() -> WatchOptions {
        WatchOptions { poll: false, interval: Duration::from_millis(250) }
    }
}

impl WatchOptions {
    /// Looks at the files from time to time.
    #[must_use]
    pub fn polling() -> WatchOptions {
        WatchOptions { poll: true, ..WatchOptions::default() }
    }
}

/// Files are followed as long as this lives.
#[derive(Debug)]
#[must_use = "files are followed only as long as this lives"]
pub struct Watch {
    messages: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

enum Message {
    Event(notify::Result<Event>),
    Stop,
}

impl Watch {
    pub(super) fn start(inner: Arc<Inner>, options: WatchOptions) -> Watch {
        let (messages, received) = mpsc::channel();
        let mut follower = Follower::new(inner, options, &messages);
        let thread = thread::Builder::new().name("dealdesk watch".to_owned());
        let inner = follower.inner.clone();
        match thread.spawn(move || follower.run(&received)) {
            Ok(thread) => Watch { messages, thread: Some(thread) },
            Err(error) => {
                inner.tell(&[Notice::Trouble(format!("the files cannot be followed: {}", words(&error)))]);
                Watch { messages, thread: None }
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Where the thread is gone there is nothing to stop.
        let _ = self.messages.send(Message::Stop);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Follower {
    inner: Arc<Inner>,
    options: WatchOptions,
    pace: Pace,
    /// Whether it looks at the files from time to time.
    polls: bool,
    /// When the change began that has not come to rest yet.
    begun: Option<Instant>,
    /// What looked half done when it was last looked at.
    doubted: Option<Candidate>,
    watcher: Option<RecommendedWatcher>,
    scope: Scope,
    /// The folders and links of the pack that the scope is of.
    armed: Option<(Vec<PathBuf>, Vec<PathBuf>)>,
    /// Whether folders may have been replaced, with which their watches are gone.
    moved: bool,
    /// The troubles told already.
    told: BTreeSet<String>,
}

impl Follower {
    fn new(inner: Arc<Inner>, options: WatchOptions, messages: &Sender<Message>) -> Follower {
        let mut follower = Follower {
            inner,
            pace: Pace::new(),
            polls: options.poll,
            begun: None,
            doubted: None,
            watcher: None,
            scope: Scope::default(),
            armed: None,
            moved: true,
            told: BTreeSet::new(),
            options,
        };
        if follower.options.poll {
            follower.pace.poll_every(follower.options.interval);
            return follower;
        }
        let messages = messages.clone();
        let tell = move |event: notify::Result<Event>| {
            // Looking at files is an event too, and the follower looks often.
            let read = |kind| matches!(kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
            if !event.as_ref().is_ok_and(|event| read(event.kind)) {
                // Where nobody listens any more, it has been stopped.
                let _ = messages.send(Message::Event(event));
            }
        };
        match notify::recommended_watcher(tell) {
            Ok(watcher) => follower.watcher = Some(watcher),
            Err(error) => follower.trouble(&format!("the system does not tell of changes: {}", reason(&error))),
        }
        follower
    }

    #[allow(clippy::disallowed_methods, reason = "how long a change goes on decides when it is looked at")]
    fn run(&mut self, messages: &Receiver<Message>) {
        loop {
            let patient = self.begun.is_none_or(|begun| begun.elapsed() < PATIENCE);
            let message = match self.pace.wait() {
                Some(time) if patient => messages.recv_timeout(time),
                // It never comes to rest. What happens meanwhile is heard afterwards.
                Some(_) => Err(RecvTimeoutError::Timeout),
                None => messages.recv().map_err(RecvTimeoutError::from),
            };
            match message {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Message::Event(event)) => self.hear(event),
                Err(RecvTimeoutError::Timeout) if self.pace.rested(patient) => self.look(patient),
                Err(RecvTimeoutError::Timeout) => {}
            }
            match self.pace.is_calm() {
                true => self.begun = None,
                false => self.begun = self.begun.or_else(|| Some(Instant::now())),
            }
        }
    }

    fn hear(&mut self, event: notify::Result<Event>) {
        match event {
            Ok(event) => {
                let stirs = self.scope.stirs(&event);
                self.moved |= !stirs.is_empty() && !is_about_content(event.kind);
                stirs.into_iter().for_each(|stir| self.pace.note(stir));
            }
            Err(error) => {
                self.trouble(&format!("changes may go unnoticed: {}", reason(&error)));
                self.moved = true;
                self.pace.note(Stir::Other);
            }
        }
    }

    #[allow(clippy::disallowed_methods, reason = "how long a look takes decides how often there is one")]
    fn look(&mut self, patient: bool) {
        let inner = self.inner.clone();
        let mut seen = lock(&inner.seen);
        let begun = Instant::now();
        let look = steady(|| {
            let look = inner.take();
            self.arm(&look);
            look
        });
        if self.polls {
            self.pace.poll_every(self.options.interval.max(begun.elapsed() * MODESTY));
        }
        let Some(look) = look else {
            self.pace.believes(Found::Restless, patient);
            self.begun = Some(begun);
            return;
        };
        let before = self.doubted.take();
        if look.says_what(&seen) {
            self.pace.believes(Found::Nothing, patient);
            return;
        }
        let before = before.filter(|doubted| doubted.is_of(&look, &seen));
        let again = before.is_some();
        let candidate = before.unwrap_or_else(|| inner.examine(look, &seen));
        let found = if self.doubts(&candidate, &seen) { Found::Doubtful { again } } else { Found::Whole };
        if self.pace.believes(found, patient) {
            inner.accept(candidate, &mut seen);
        } else {
            self.doubted = Some(candidate);
        }
    }

    /// Whether what was seen may be half of what is being saved.
    fn doubts(&self, candidate: &Candidate, seen: &Look) -> bool {
        let broken = candidate.policy.as_ref().is_some_and(Result::is_err);
        // Where the system tells when a file is complete, one that has become shorter is so on purpose.
        broken || self.polls || candidate.look.has_lost(seen, !TELLS_OF_CLOSING)
    }

    /// Watches every folder that matters for what was seen.
    fn arm(&mut self, look: &Look) {
        let Some(watcher) = &mut self.watcher else { return };
        let shape = (&look.texts.folders, &look.texts.links);
        if !self.moved && self.armed.as_ref().is_some_and(|(folders, links)| (folders, links) == shape) {
            return;
        }
        let scope = Scope::of(&self.inner.dir, look);
        let mut problems = Vec::new();
        for gone in self.scope.folders().filter(|folder| !scope.has(folder)) {
            // It is mostly gone from the disk too, and with it its watch.
            let _ = watcher.unwatch(gone);
        }
        for folder in scope.folders().filter(|folder| self.moved || !self.scope.has(folder)) {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Err(error) if !is_missing(&error) => problems.push((folder.to_owned(), error)),
                // The folder above tells when it appears.
                _ => {}
            }
        }
        self.armed = Some((look.texts.folders.clone(), look.texts.links.clone()));
        (self.scope, self.moved) = (scope, false);
        for (folder, error) in problems {
            self.trouble(&format!("`{}` cannot be watched: {}", folder.display(), reason(&error)));
        }
    }

    /// Tells of a trouble, once, and does not rely on being told of changes any more.
    fn trouble(&mut self, message: &str) {
        self.polls = true;
        self.pace.poll_every(self.options.interval);
        if self.told.insert(message.to_owned()) {
            let interval = self.options.interval.as_millis();
            let message = format!("{message}; the files are looked at every {interval} ms instead");
            self.inner.tell(&[Notice::Trouble(message)]);
        }
    }
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

/// Why the system does not watch, in words for people.
fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => {
            "the system's limit of watched folders is reached (`fs.inotify.max_user_watches` on Linux)".to_owned()
        }
        ErrorKind::Io(error) => words(error),
        ErrorKind::Generic(message) => message.clone(),
        _ => error.to_string(),
    }
}

/// What the system says, without its error number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::live::LivePack;

    #[test]
    fn errors_of_watching_are_told_once_and_looked_past() {
        let live = LivePack::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/packs/discounts")).unwrap();
        let notices = live.notices();
        let (messages, _events) = mpsc::channel();
        let mut follower = Follower::new(live.inner.clone(), WatchOptions::default(), &messages);
        assert!(!follower.polls);
        follower.pace.believes(Found::Nothing, true);
        for _ in 0..3 {
            let error = notify::Error::new(ErrorKind::MaxFilesWatch);
            follower.hear(Err(error));
        }
        let told: Vec<Notice> = notices.try_iter().collect();
        let [Notice::Trouble(message)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(
            message,
            "changes may go unnoticed: the system's limit of watched folders is reached (`fs.inotify.max_user_watches` \
             on Linux); the files are looked at every 250 ms instead"
        );
        assert!(follower.polls && !follower.pace.is_calm());
        follower.look(true);
        assert!(follower.pace.is_calm());
        assert!(follower.pace.wait().is_some_and(|wait| wait >= follower.options.interval));
    }
}
