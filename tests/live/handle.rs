//! What the handle promises, with nobody watching.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use dealdesk::{LivePack, Notice};

use tempfile::TempDir;

use crate::trial::{FIRST, SECOND, Trial, first, save_by_rename, second, version, write_pack};

#[test]
fn no_reader_ever_sees_a_mixed_or_half_policy_in_10_000_edits() {
    const EDITS: usize = 10_000;
    let trial = Trial::new(None);
    let (live, done) = (&trial.live, &AtomicBool::new(false));
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    let (mut last, mut seen) = (0, 1);
                    while !done.load(Ordering::Acquire) {
                        thread::yield_now();
                        let n = version(&live.pack());
                        assert!(n >= last, "{n} after {last}");
                        // Every third edit leaves the files broken for a while, and those in between disagree.
                        assert_ne!(n % 3, 2, "a policy that does not compile");
                        seen += usize::from(n > last);
                        last = n;
                    }
                    seen
                })
            })
            .collect();
        for n in 1..=EDITS {
            if n % 3 == 2 {
                fs::write(trial.file(FIRST), &first(n)[..first(n).len() / 2 - 3]).unwrap();
                assert!(matches!(trial.live.reload().as_slice(), [Notice::Failed(_)]), "{n}");
                continue;
            }
            fs::write(trial.file(FIRST), first(n)).unwrap();
            // Between the two files: an agreement of old and new is no policy.
            if n % 100 == 0 {
                assert!(matches!(trial.live.reload().as_slice(), [Notice::Failed(_)]), "{n}");
            }
            fs::write(trial.file(SECOND), second(n)).unwrap();
            assert!(matches!(trial.live.reload().as_slice(), [Notice::Reloaded { .. }]), "{n}");
            assert_eq!(version(&trial.live.pack()), n);
        }
        done.store(true, Ordering::Release);
        for reader in readers {
            let seen = reader.join().unwrap();
            assert!(seen > 1, "the reader has seen {seen} policies");
        }
    });
}

/// The editor raises the number in the first file, then in the second, and so on: the second is never ahead on disk,
/// unless one is read early and the other late.
#[test]
fn an_editor_that_never_stops_is_never_read_at_two_moments() {
    const EDITS: usize = 2_000;
    let home = TempDir::new().unwrap();
    let save = |name: &str, n: usize| {
        let text = format!("decide {name}: integer 0..1_000_000 = {n}\n");
        save_by_rename(&home.path().join(name).with_extension("policy"), &text);
    };
    fs::write(home.path().join("pack.ron"), "(name: \"race\", version: \"1\")").unwrap();
    save("ahead", 0);
    save("behind", 0);
    let live = LivePack::open(home.path()).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1..=EDITS {
                save("ahead", n);
                save("behind", n);
            }
            done.store(true, Ordering::Release);
        });
        loop {
            let last = done.load(Ordering::Acquire);
            live.reload();
            let number = |file: &str| -> usize { file.split_once(" = ").unwrap().1.trim().parse().unwrap() };
            let pack = live.pack();
            let mut numbers = pack.sources().iter().filter(|(_, f)| f.text().starts_with("decide"));
            let (ahead, behind) = (number(numbers.next().unwrap().1.text()), number(numbers.next().unwrap().1.text()));
            assert!(ahead == behind || ahead == behind + 1, "{ahead} and {behind}");
            if last {
                assert_eq!((ahead, behind), (EDITS, EDITS));
                break;
            }
        }
    });
}

#[test]
fn what_does_not_compile_leaves_the_last_good_policy_and_says_why_and_since_when() {
    let mut trial = Trial::new(None);
    fs::write(trial.file(SECOND), "fact mine.v0: boolean\ndecide second: boolean = shared.v1\n").unwrap();
    assert!(
        matches!(trial.live.reload().as_slice(), [Notice::Failed(stale)] if stale.error.to_string().contains("shared.v1"))
    );
    let stale = trial.live.stale().unwrap();
    assert_eq!(version(&trial.live.pack()), 0);

    // Other problems, the same age.
    fs::write(trial.file(SECOND), "decide").unwrap();
    trial.live.reload();
    let later = trial.live.stale().unwrap();
    assert_eq!(later.since, stale.since);
    assert_ne!(later.error.to_string(), stale.error.to_string());

    // To take the edit back is to recover.
    fs::write(trial.file(SECOND), second(0)).unwrap();
    trial.live.reload();
    assert!(trial.live.stale().is_none());
    trial.drain();
    assert_eq!(trial.told, ["failed", "failed", "0 -> 0 again"]);
}

#[test]
fn nothing_is_told_of_what_changes_nothing() {
    let mut trial = Trial::new(None);
    fs::write(trial.file(FIRST), first(0)).unwrap();
    fs::write(trial.file("notes.txt"), "not a policy").unwrap();
    fs::create_dir(trial.file("empty")).unwrap();
    assert!(trial.live.reload().is_empty());
    trial.drain();
    assert_eq!(trial.told, [""; 0]);
}

#[test]
fn a_pack_that_is_gone_is_a_problem_like_any_other() {
    let mut trial = Trial::new(None);
    fs::remove_dir_all(trial.pack()).unwrap();
    trial.live.reload();
    assert!(trial.live.stale().unwrap().error.to_string().contains("there is no folder"));
    write_pack(&trial.pack(), 1);
    trial.live.reload();
    trial.drain();
    assert_eq!(trial.told, ["failed", "0 -> 1 again"]);
}

#[test]
fn policy_and_files_are_of_the_same_moment() {
    let mut trial = Trial::with(None, |home| {
        fs::write(home.join("deal.ron"), "(shared: (v0: true))").unwrap();
        vec![home.join("deal.ron"), home.join("missing.ron")]
    });
    let [deal, missing] = &*trial.live.current().files.clone() else { panic!("two files are watched") };
    assert_eq!(deal.text.as_deref().unwrap(), "(shared: (v0: true))");
    assert!(missing.text.as_ref().unwrap_err().to_string().contains("there is no file"));

    fs::write(trial.home().join("deal.ron"), "(shared: (v1: true))").unwrap();
    write_pack(&trial.pack(), 1);
    let notices = trial.live.reload();
    assert!(matches!(notices.as_slice(), [Notice::Reloaded { .. }, Notice::Files(files)] if files.len() == 1));
    assert_eq!(trial.live.current().files[0].text.as_deref().unwrap(), "(shared: (v1: true))");

    // A broken policy does not keep the files from being read.
    fs::write(trial.file(FIRST), "").unwrap();
    fs::write(trial.home().join("missing.ron"), "()").unwrap();
    trial.live.reload();
    let now = trial.live.current();
    assert!(now.stale.is_some() && version(&now.pack) == 1);
    assert_eq!(now.files[1].text.as_deref().unwrap(), "()");
    trial.drain();
    assert_eq!(trial.told, ["0 -> 1", "1 files", "failed", "1 files"]);
}

#[test]
fn everybody_who_asked_is_told_and_nobody_minds_who_has_left() {
    let trial = Trial::new(None);
    let (one, two) = (trial.live.notices(), trial.live.notices());
    drop(two);
    write_pack(&trial.pack(), 1);
    trial.live.clone().reload();
    assert!(matches!(one.try_recv().unwrap(), Notice::Reloaded { .. }));
    assert!(one.try_recv().is_err());
}

#[test]
fn there_is_no_handle_to_a_pack_that_never_was_good() {
    let home = TempDir::new().unwrap();
    let error = LivePack::open(home.path().join("nowhere")).unwrap_err();
    assert!(error.to_string().contains("there is no folder"), "{error}");
    write_pack(home.path(), 0);
    fs::write(home.path().join(FIRST), "").unwrap();
    assert!(LivePack::open(home.path()).unwrap_err().to_string().contains("shared.v0"));
}
