//! What editors, version control and people do to files, each against every way of watching.

use std::fs;
use std::io;
use std::path::Path;

use dealdesk::{Notice, WatchOptions};

use crate::trial::{FIRST, SECOND, Trial, first, save_by_rename, save_in_pieces, second, version, write_pack};

/// A test for each way of watching: told by the system, and by looking from time to time.
macro_rules! in_every_way {
    ($($name:ident)*) => {
        mod told {
            $(#[test] fn $name() { super::$name(super::WatchOptions::default()); })*
        }
        mod polling {
            $(#[test] fn $name() { super::$name(super::polling()); })*
        }
    };
}

in_every_way! {
    an_atomic_rename
    truncating_and_writing_in_pieces
    a_file_emptied_and_written_later
    several_files_at_once
    new_and_deleted_files
    a_folder_deleted_and_created_again
    a_new_folder_with_files
    the_folder_of_the_pack_replaced
    a_link_to_the_pack_turned
    a_link_to_a_policy_turned
    a_linked_policy_edited_where_it_lies
    a_link_to_a_folder
    a_burst_of_thousands_of_events
    a_broken_edit_and_its_mend
    files_beside_the_pack
    many_saves_in_a_row
}

fn polling() -> WatchOptions {
    let mut options = WatchOptions::polling();
    options.interval = std::time::Duration::from_millis(20);
    options
}

fn an_atomic_rename(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    for n in 1..=3 {
        save_by_rename(&trial.file(FIRST), &first(n));
        save_by_rename(&trial.file(SECOND), &second(n));
        trial.until_version(n);
    }
}

fn truncating_and_writing_in_pieces(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    for n in 1..=3 {
        save_in_pieces(&trial.file(FIRST), &first(n), 50, std::thread::yield_now);
        save_in_pieces(&trial.file(SECOND), &second(n), 5, std::thread::yield_now);
        trial.until_version(n);
    }
}

fn a_file_emptied_and_written_later(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    fs::write(trial.file(FIRST), "").unwrap();
    trial.until_stale("shared.v0");
    fs::write(trial.file(FIRST), first(1)).unwrap();
    trial.until_stale("shared.v0");
    fs::write(trial.file(SECOND), second(1)).unwrap();
    trial.until_version(1);
}

fn several_files_at_once(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    for n in 1..=20 {
        write_pack(&trial.pack(), n);
    }
    trial.until_version(20);
}

fn new_and_deleted_files(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    fs::write(trial.file("third.policy"), "decide third: boolean = shared.v0\n").unwrap();
    trial.until("a new file", |now| now.pack.policy().decision_by_name("third").is_some());
    fs::rename(trial.file("third.policy"), trial.file("fourth.policy")).unwrap();
    let named = |name: &'static str| {
        move |now: &dealdesk::host::live::Current| {
            now.pack.sources().iter().any(|(_, file)| file.name().ends_with(name))
        }
    };
    trial.until("a renamed file", named("fourth.policy"));
    fs::remove_file(trial.file("fourth.policy")).unwrap();
    trial.until("a deleted file", |now| now.pack.policy().decision_by_name("third").is_none());
    fs::remove_file(trial.file(FIRST)).unwrap();
    trial.until_stale("shared.v0");
    assert_eq!(version(&trial.live.pack()), 0);
}

fn a_folder_deleted_and_created_again(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    for n in 1..=5 {
        fs::remove_dir_all(trial.file("deep")).unwrap();
        if n % 2 == 0 {
            trial.until_stale("mine.v");
        }
        write_pack(&trial.pack(), n);
        trial.until_version(n);
        // It is watched again, and not only seen once.
        save_by_rename(&trial.file(FIRST), &first(n + 100));
        save_by_rename(&trial.file(SECOND), &second(n + 100));
        trial.until_version(n + 100);
    }
}

fn a_new_folder_with_files(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    fs::create_dir_all(trial.file("one/two/three")).unwrap();
    fs::write(trial.file("one/two/three/third.policy"), "decide third: boolean = shared.v0\n").unwrap();
    trial.until("a file in a new folder", |now| now.pack.policy().decision_by_name("third").is_some());
    fs::write(trial.file("one/two/three/third.policy"), "decide other: boolean = shared.v0\n").unwrap();
    trial.until("an edit in a new folder", |now| now.pack.policy().decision_by_name("other").is_some());
}

fn the_folder_of_the_pack_replaced(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    let (aside, next) = (trial.home().join("aside"), trial.home().join("next"));
    for n in 1..=3 {
        write_pack(&next, n);
        fs::rename(trial.pack(), &aside).unwrap();
        if n == 2 {
            trial.until_stale("there is no folder");
        }
        fs::rename(&next, trial.pack()).unwrap();
        trial.until_version(n);
        // The old folder is nobody's business any more, and the new one is.
        write_pack(&aside, 1_000);
        write_pack(&trial.pack(), n + 10);
        trial.until_version(n + 10);
        fs::remove_dir_all(&aside).unwrap();
    }
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    if target.is_dir() {
        std::os::windows::fs::symlink_dir(target, link)
    } else {
        std::os::windows::fs::symlink_file(target, link)
    }
}

/// Turns a link to another target as deployments do, in one step.
fn turn(path: &Path, target: &Path) {
    let beside = path.with_extension("turned");
    link(target, &beside).unwrap();
    fs::rename(beside, path).unwrap();
}

fn a_link_to_the_pack_turned(options: WatchOptions) {
    let mut trial = Trial::new(None);
    for n in 1..=3 {
        write_pack(&trial.home().join(format!("release{n}")), n);
    }
    fs::remove_dir_all(trial.pack()).unwrap();
    link(&trial.home().join("release1"), &trial.pack()).unwrap();
    let _watch = trial.live.watch(options);
    trial.until_version(1);
    for n in 2..=3 {
        turn(&trial.pack(), &trial.home().join(format!("release{n}")));
        trial.until_version(n);
    }
    write_pack(&trial.home().join("release3"), 4);
    trial.until_version(4);
}

fn a_link_to_a_policy_turned(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    let elsewhere = trial.home().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for n in 1..=2 {
        fs::write(elsewhere.join(format!("{n}.txt")), first(n)).unwrap();
        turn(&trial.file(FIRST), &elsewhere.join(format!("{n}.txt")));
        fs::write(trial.file(SECOND), second(n)).unwrap();
        trial.until_version(n);
    }
}

fn a_linked_policy_edited_where_it_lies(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    let elsewhere = trial.home().join("else/where");
    fs::create_dir_all(&elsewhere).unwrap();
    turn(&trial.file(FIRST), Path::new("../else/where/first.txt"));
    trial.until_stale("leads to no file");
    fs::write(elsewhere.join("first.txt"), first(1)).unwrap();
    trial.until_stale("shared.v0");
    fs::write(trial.file(SECOND), second(1)).unwrap();
    trial.until_version(1);
    save_by_rename(&elsewhere.join("first.txt"), &first(2));
    fs::write(trial.file(SECOND), second(2)).unwrap();
    trial.until_version(2);
}

fn a_link_to_a_folder(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    let shared = trial.home().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("third.policy"), "decide third: boolean = shared.v0\n").unwrap();
    link(&shared, &trial.file("linked")).unwrap();
    trial.until("a linked folder", |now| now.pack.policy().decision_by_name("third").is_some());
    fs::write(shared.join("third.policy"), "decide other: boolean = shared.v0\n").unwrap();
    trial.until("an edit in a linked folder", |now| now.pack.policy().decision_by_name("other").is_some());
    // A link in a circle is a problem, and no end.
    link(&trial.pack(), &trial.file("circle")).unwrap();
    trial.until_stale("leads back");
    fs::remove_file(trial.file("circle")).unwrap();
    trial.until_version(0);
}

fn a_burst_of_thousands_of_events(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    for n in 1..=2_000 {
        fs::write(trial.file(FIRST), first(n)).unwrap();
        fs::write(trial.file(&format!("note{}.txt", n % 50)), "not a policy").unwrap();
        fs::write(trial.file(&format!(".hidden{}", n % 50)), "hidden").unwrap();
        if n % 10 == 0 {
            fs::create_dir_all(trial.file("come/and/go")).unwrap();
            fs::remove_dir_all(trial.file("come")).unwrap();
        }
    }
    fs::write(trial.file(SECOND), second(2_000)).unwrap();
    trial.until_version(2_000);
    assert!(!trial.told.iter().any(|told| told.starts_with("trouble")), "{:?}", trial.told);
}

fn a_broken_edit_and_its_mend(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    save_by_rename(&trial.file(SECOND), "fact mine.v0: boolean\ndecide second: boolean = shared.v00\n");
    trial.until_stale("shared.v00");
    let since = trial.live.stale().unwrap().since;
    save_by_rename(&trial.file(SECOND), "decide second: boolean =\n");
    trial.until("other problems", |now| {
        now.stale.as_ref().is_some_and(|stale| !stale.error.to_string().contains("shared.v00"))
    });
    assert_eq!(trial.live.stale().unwrap().since, since);
    save_by_rename(&trial.file(SECOND), &second(0));
    trial.until_version(0);
    assert_eq!(trial.told, ["failed", "failed", "0 -> 0 again"]);
}

fn files_beside_the_pack(options: WatchOptions) {
    let mut trial = Trial::with(Some(options), |home| vec![home.join("deals/one.ron"), home.join("two.ron")]);
    let (one, two) = (trial.home().join("deals/one.ron"), trial.home().join("two.ron"));
    fs::create_dir(trial.home().join("deals")).unwrap();
    fs::write(&one, "(one)").unwrap();
    trial.until("a new file", |now| now.files[0].text.as_deref().is_ok_and(|text| text == "(one)"));
    save_by_rename(&one, "(another)");
    trial.until("an edited file", |now| now.files[0].text.as_deref().is_ok_and(|text| text == "(another)"));
    save_in_pieces(&two, "(two, too)", 5, || {});
    trial.until("another file", |now| now.files[1].text.as_deref().is_ok_and(|text| text == "(two, too)"));
    fs::remove_dir_all(trial.home().join("deals")).unwrap();
    trial.until("a deleted file", |now| now.files[0].text.is_err());
    assert!(trial.told.iter().all(|told| told == "1 files"), "{:?}", trial.told);
}

fn many_saves_in_a_row(options: WatchOptions) {
    let mut trial = Trial::new(Some(options));
    for n in 1..=300 {
        save_by_rename(&trial.file(SECOND), &second(n));
        save_in_pieces(&trial.file(FIRST), &first(n), 4, || {});
    }
    trial.until_version(300);
    // Whatever was told on the way was of whole versions, in their order.
    let versions: Vec<usize> = trial.told.iter().filter_map(|told| told.split(' ').nth(2)?.parse().ok()).collect();
    assert!(versions.is_sorted(), "{versions:?}");
}

#[test]
fn a_watch_that_has_ended_tells_nothing() {
    let mut trial = Trial::new(None);
    let watch = trial.live.watch(WatchOptions::default());
    save_by_rename(&trial.file(SECOND), "decide");
    trial.until_stale("decide");
    drop(watch);
    trial.drain();
    let before = trial.told.len();
    write_pack(&trial.pack(), 1);
    trial.drain();
    assert_eq!(trial.told.len(), before);
    // The handle lives on.
    assert!(matches!(trial.live.reload().as_slice(), [Notice::Reloaded { .. }]));
}
