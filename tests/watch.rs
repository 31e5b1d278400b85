//! `dealdesk watch` as people run it: what it says after each edit.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test writes files, and fails where it cannot"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/packs/discounts");

/// How long to wait for what must come; nothing is concluded from how long it takes.
const GENEROUS: Duration = Duration::from_secs(60);

/// A running `dealdesk watch` in a folder with a pack `sales` and some deals.
struct Watching {
    home: TempDir,
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)).ok()
    });
    receiver
}

impl Watching {
    fn new(arguments: &[&str], prepare: impl FnOnce(&Path)) -> Watching {
        let home = TempDir::new().unwrap();
        fs::create_dir(home.path().join("sales")).unwrap();
        for name in ["pack.ron", "discounts.policy"] {
            fs::copy(Path::new(PACK).join(name), home.path().join("sales").join(name)).unwrap();
        }
        fs::write(home.path().join("one.ron"), "(client: (existing: true, kind: private))").unwrap();
        fs::write(home.path().join("two.ron"), "(client: (existing: true, kind: private))").unwrap();
        prepare(home.path());
        let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
        let common =
            ["--policy", "sales", "--color", "never", "watch", "--as-of", "2026-03-01", "--decision", "discount"];
        let mut child = command
            .current_dir(home.path())
            .args(common)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Watching { home, child, out, err }
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.home.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Lines of standard output up to the one that ends so, with the times of day as `T`.
    fn until(&self, end: &str) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        loop {
            let Ok(line) = self.out.recv_timeout(GENEROUS) else { panic!("no line with `{end}` after {told:#?}") };
            told.push(without_times(&line));
            if told.last().is_some_and(|line| line.ends_with(end)) {
                return told;
            }
        }
    }

    /// The next object with this event.
    fn event(&self, name: &str) -> Value {
        loop {
            let line = self.out.recv_timeout(GENEROUS).unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name {
                return event;
            }
        }
    }

    fn said(&self, what: &str) {
        while !self.err.recv_timeout(GENEROUS).unwrap().contains(what) {}
    }

    /// Waits until it is told that it watches.
    fn begun(self) -> Watching {
        self.said("Watching");
        self
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn without_times(line: &str) -> String {
    let is_time = |word: &str| word.len() == 8 && word.chars().all(|c| c.is_ascii_digit() || c == ':');
    line.split(' ')
        .map(|word| if is_time(word.trim_end_matches(':')) { "T" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

fn nothing(_: &Path) {}

#[test]
fn every_save_tells_what_it_changes() {
    let watching = Watching::new(&["one.ron", "two.ron"], nothing);
    assert_eq!(
        watching.until("    discount  five_percent, by loyal")[..3],
        ["T discounts, version 1.2", "  one.ron", "    discount  five_percent, by loyal"]
    );
    let watching = watching.begun();
    watching.until("loyal");

    watching.edit("sales/discounts.policy", "rule loyal: five_percent", "rule loyal: ten_percent");
    let told = watching.until("two.ron");
    assert_eq!(
        told,
        [
            "T sales/discounts.policy changed",
            "  discount: five_percent → ten_percent, by loyal",
            "    2 deals: one.ron and two.ron"
        ]
    );

    watching.edit("one.ron", "existing: true", "existing: false");
    let told = watching.until("one.ron");
    assert_eq!(told, ["T one.ron changed", "  discount: ten_percent → none_given, by default", "    one.ron"]);

    watching.edit("sales/discounts.policy", "Our prices are fair as they are", "Our prices are as they are");
    let told = watching.until("one.ron");
    let reasons = "“Our prices are fair as they are” → “Our prices are as they are”";
    assert_eq!(told[1], format!("  discount: still none_given; with another reason: {reasons}"));

    fs::write(watching.home.path().join("one.ron"), "").unwrap();
    assert_eq!(watching.until("one.ron")[0], "T one.ron changed: it is empty now");
}

#[test]
fn a_broken_edit_leaves_the_last_good_policy_to_decide() {
    let watching = Watching::new(&["one.ron", "--poll"], nothing).begun();
    watching.until("loyal");
    watching.edit("sales/discounts.policy", "when client.existing", "when client.exsting");
    let told = watching.until("T");
    assert_eq!(told, ["T 1 error in sales/discounts.policy: the last good policy goes on serving, stale since T"]);
    watching.said("client.exsting");

    // Deals are decided all the same.
    watching.edit("one.ron", "existing: true", "existing: false");
    let told = watching.until("by default");
    assert_eq!(told[0], "T one.ron changed; the last good policy goes on serving, stale since T");
    watching.edit("one.ron", "(client", "(clint");
    let told = watching.until("stays");
    assert_eq!(told, ["T one.ron: 1 error, what was decided of it stays"]);
    watching.edit("one.ron", "(clint", "(client");
    watching.until("stale since T");

    watching.edit(
        "sales/discounts.policy",
        "rule loyal: five_percent when client.exsting",
        "rule loyal: ten_percent when not client.existing",
    );
    let told = watching.until("by loyal");
    assert_eq!(
        told,
        [
            "T good again, stale since T sales/discounts.policy changed",
            "  discount: none_given → ten_percent, by loyal"
        ]
    );
}

#[test]
fn policies_that_never_were_good_and_deals_that_are_not_there_are_waited_for() {
    let watching = Watching::new(&["later.ron"], |home| {
        fs::write(home.join("sales/broken.policy"), "decide").unwrap();
    });
    assert_eq!(
        watching.until("compile"),
        ["T 1 error in sales/broken.policy: nothing is decided until the policies compile"]
    );
    fs::remove_file(watching.home.path().join("sales/broken.policy")).unwrap();
    let told = watching.until("decided of it");
    assert_eq!(told, ["T discounts, version 1.2", "T later.ron: 1 error, nothing is decided of it"]);
    let watching = watching.begun();
    fs::write(watching.home.path().join("later.ron"), "(client: (existing: true, kind: private))").unwrap();
    let told = watching.until("by loyal");
    assert_eq!(told, ["T later.ron changed", "  later.ron", "    discount  five_percent, by loyal"]);
}

#[test]
fn programs_are_told_the_same() {
    let watching = Watching::new(&["one.ron", "--format", "json"], nothing);
    assert_eq!(watching.event("watching")["policy"]["name"], "discounts");
    let decided = watching.event("decided");
    assert_eq!(decided["decisions"]["discount"]["outcome"], "five_percent");
    watching.edit("sales/discounts.policy", "rule loyal: five_percent", "rule loyal: ten_percent");
    let reloaded = watching.event("reloaded");
    let change = &reloaded["changes"][0];
    assert_eq!((&change["deal"], &change["after"]["outcome"]), (&"one.ron".into(), &"ten_percent".into()));
    assert_eq!(change["words"], "five_percent → ten_percent, by loyal");
    watching.edit("sales/discounts.policy", "decide discount", "decid discount");
    let failed = watching.event("failed");
    assert!(failed["stale_since"].as_str().unwrap().ends_with('Z'), "{failed}");
    assert_eq!(failed["diagnostics"][0]["file"], "sales/discounts.policy");
    watching.edit("one.ron", "(client", "(clint");
    assert_eq!(watching.event("unreadable")["deal"], "one.ron");
    watching.edit("sales/discounts.policy", "decid discount", "decide discount");
    assert_eq!(watching.event("reloaded")["stale_since"], failed["stale_since"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_for_a_deal_is_no_deal_and_keeps_nothing_waiting() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let watching = Watching::new(&["pipe.ron", "two.ron", "--format", "json"], |home| pipe(&home.join("pipe.ron")));
    let unreadable = watching.event("unreadable");
    assert_eq!(unreadable["diagnostics"][0]["message"], "`pipe.ron` is not a regular file");
    watching.edit("sales/discounts.policy", "rule loyal: five_percent", "rule loyal: ten_percent");
    assert_eq!(watching.event("reloaded")["changes"][0]["deal"], "two.ron");
    pipe(&watching.home.path().join("another"));
    fs::rename(watching.home.path().join("another"), watching.home.path().join("two.ron")).unwrap();
    assert_eq!(watching.event("unreadable")["deal"], "two.ron");
    watching.edit("sales/discounts.policy", "decide discount", "decid discount");
    watching.event("failed");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly() {
    let mut watching = Watching::new(&[], nothing).begun();
    let interrupted = Command::new("kill").args(["-INT", &watching.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(watching.child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_watched_is_said() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
        let output = command.args(["--policy", PACK, "watch"]).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["-"]);
    assert!(code == Some(2) && said.contains("standard input cannot be watched"), "{said}");
    let (code, said) = run(&["--decision", "discont"]);
    assert!(code == Some(2) && said.contains("did you mean `discount`?"), "{said}");
    let (code, said) = run(&["--set", "client.existin=true"]);
    assert!(code == Some(2) && said.contains("did you mean `client.existing`?"), "{said}");
    let (code, said) = run(&["--policy", "nowhere"]);
    assert!(code == Some(2) && said.contains("there is no folder `nowhere`"), "{said}");
}

#[test]
fn what_is_compared_needs_no_explanation() {
    use dealdesk::{Format, Options, Pack, civil::date, trace::Summary};
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pack = Pack::load(root.join("rules")).unwrap();
    let mut deals = 0;
    for entry in fs::read_dir(root.join("examples/deals")).unwrap() {
        let path = entry.unwrap().path();
        let format = Format::from_extension(path.extension().unwrap().to_str().unwrap()).unwrap();
        let deal = pack.read_deal("deal", &fs::read_to_string(&path).unwrap(), format).unwrap();
        let [long, short] = [true, false].map(|explain| {
            let options = Options { explain, ..Options::default() };
            Summary::of(deal.decide_with(date(2026, 3, 1), &options).data())
        });
        assert_eq!(long, short, "{}", path.display());
        deals += 1;
    }
    assert!(deals > 10, "{deals} deals");
}
