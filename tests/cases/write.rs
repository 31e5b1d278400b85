//! What is written, and what is not.

use dealdesk::base::{FileId, SourceFile};
use dealdesk::cases::Snapshot;

use crate::pack::Folder;

const SNAPSHOT: &str = "cases/grades.ron.snap";
const PENDING: &str = "cases/grades.ron.snap.new";

fn snapshot(text: &str) -> Snapshot {
    Snapshot::read(FileId(0), &SourceFile::new("a.snap", text)).unwrap()
}

#[test]
fn new_cases_wait_until_they_are_accepted() {
    let folder = Folder::new();
    let first = folder.test(&[]);
    assert_eq!(first.code, 1);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap.new"]);
    assert!(first.out.ends_with("4 cases: 4 new; all expectations are met\n"), "{}", first.out);
    let waiting = folder.read(PENDING);
    let accepted = folder.test(&["--accept"]);
    assert_eq!((accepted.code, accepted.err.as_str()), (0, ""));
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
    assert_eq!(folder.read(SNAPSHOT), waiting);
    insta::assert_snapshot!(waiting);
    let again = folder.test(&[]);
    assert_eq!((again.code, again.out.as_str(), again.err.as_str()), (0, "4 cases: 4 as expected\n", ""));
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
}

#[test]
fn a_changed_policy_is_shown_by_decision_and_waits() {
    let folder = Folder::accepted();
    let before = folder.read(SNAPSHOT);
    folder.edit("grades.policy", ">= 50", ">= 91");
    folder.edit("grades.policy", "< 50", "< 91");
    let ended = folder.test(&[]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(format!("{}{}", ended.out, ended.err));
    assert_eq!(folder.read(SNAPSHOT), before);
    // Undone, nothing waits any more.
    folder.edit("grades.policy", ">= 91", ">= 50");
    folder.edit("grades.policy", "< 91", "< 50");
    assert_eq!(folder.test(&[]).code, 0);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
}

#[test]
fn a_check_writes_nothing() {
    let folder = Folder::new();
    let ended = folder.test(&["--check"]);
    assert_eq!((ended.code, folder.cases()), (1, vec!["grades.ron".to_owned()]));
    folder.test(&["--accept"]);
    assert_eq!(folder.test(&["--check"]).code, 0);
}

#[test]
fn those_that_are_picked_out_are_accepted_and_the_others_go_on_waiting() {
    let folder = Folder::accepted();
    folder.edit("grades.policy", "Nobody begins", "No one begins");
    folder.edit("grades.policy", "Half of the points", "Half of all points");
    assert_eq!(folder.test(&[]).code, 1);
    let waiting = folder.read(PENDING);
    assert_eq!(folder.test(&["--tag", "low", "--accept"]).code, 0);
    let accepted = snapshot(&folder.read(SNAPSHOT));
    assert!(accepted.get("poor").unwrap().to_string().contains("No one begins"));
    assert!(accepted.get("far above").unwrap().to_string().contains("Half of the points"));
    assert_eq!(folder.read(PENDING), waiting);
    assert_eq!(folder.test(&["just", "far", "--accept"]).code, 0);
    assert_eq!(folder.read(SNAPSHOT), waiting);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
}

#[test]
fn snapshots_that_no_case_has_are_mentioned_rejected_or_deleted() {
    let folder = Folder::accepted();
    folder.write("cases/old.yaml.snap", "");
    folder.write("cases/older.yaml.snap.new", "");
    folder.edit("cases/grades.ron", "(name: \"far above\", deal: (score: 90)),", "");
    let mentioned = folder.test(&[]);
    assert_eq!(mentioned.code, 0);
    for name in ["old.yaml.snap", "older.yaml.snap.new", "far above"] {
        assert!(mentioned.err.contains(name), "{}", mentioned.err);
    }
    assert_eq!(folder.test(&["--unreferenced", "reject"]).code, 1);
    assert_eq!(folder.cases().len(), 4);
    assert_eq!(folder.test(&["--unreferenced", "delete"]).code, 0);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
    assert_eq!(snapshot(&folder.read(SNAPSHOT)).names().collect::<Vec<_>>(), ["just below", "just at", "poor"]);
    let clean = folder.test(&["--unreferenced", "reject"]);
    assert_eq!((clean.code, clean.err.as_str()), (0, ""));
}

#[test]
fn a_snapshot_that_cannot_be_read_is_never_overwritten() {
    let folder = Folder::accepted();
    folder.edit(SNAPSHOT, "grade: fair", "grade = fair");
    let broken = folder.read(SNAPSHOT);
    for arguments in [&["--accept"][..], &[], &["--unreferenced", "delete"]] {
        let ended = folder.test(arguments);
        assert_eq!(ended.code, 2, "{}", ended.err);
        assert!(ended.err.contains("grades.ron.snap:7:3"), "{}", ended.err);
        assert_eq!(folder.read(SNAPSHOT), broken);
    }
}

#[test]
fn a_failing_expectation_is_still_one_after_the_snapshot_is_accepted() {
    let folder = Folder::new();
    folder.edit("cases/grades.ron", "(grade: fair)", "(grade: good)");
    assert_eq!(folder.test(&["--accept"]).code, 1);
    let ended = folder.test(&["--check"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("`grade` is fair, not good"), "{}", ended.out);
    assert!(ended.out.contains("by some: It is a beginning"), "{}", ended.out);
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_written_is_said_and_what_was_there_stays() {
    let folder = Folder::accepted();
    folder.edit("grades.policy", "Nobody begins", "No one begins");
    let before = folder.read(SNAPSHOT);
    // A folder where the pending file belongs; whoever runs the tests cannot write there.
    std::fs::create_dir(folder.path(PENDING)).unwrap();
    let ended = folder.test(&[]);
    assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("grades.ron.snap.new` cannot be written"), "{}", ended.err);
    // What was found out is shown all the same.
    assert!(ended.out.ends_with("4 cases: 3 as expected, 1 changed; all expectations are met\n"), "{}", ended.out);
    assert_eq!(folder.read(SNAPSHOT), before);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap", "grades.ron.snap.new"]);
}

#[test]
fn what_was_accepted_before_something_went_wrong_is_told_exactly() {
    let folder = Folder::accepted();
    folder.write("cases/more.ron", "(name: \"more\", as_of: \"2026-03-01\", deal: (score: 1))");
    folder.edit("grades.policy", "Nobody begins", "No one begins");
    // Its snapshot is written, and what waits beside it cannot be deleted.
    std::fs::create_dir(folder.path(PENDING)).unwrap();
    for arguments in [&["--accept"][..], &["--review"]] {
        let ended = folder.typing(arguments, "a\na\n");
        assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
        if arguments == ["--accept"] {
            assert!(ended.err.contains("`cases/grades.ron.snap.new` cannot be deleted"), "{}", ended.err);
            let told = "what was accepted is written: `cases/grades.ron.snap` and `cases/more.ron.snap`";
            assert!(ended.err.contains(told), "{}", ended.err);
            assert!(!ended.err.contains("is as it was"), "{}", ended.err);
            assert!(ended.out.contains("snapshots written"), "{}", ended.out);
            assert!(folder.read(SNAPSHOT).contains("No one begins"));
        }
    }
}

#[test]
fn what_could_not_be_accepted_is_told_beside_what_was() {
    let folder = Folder::new();
    folder.write("cases/more.ron", "(name: \"more\", as_of: \"2026-03-01\", deal: (score: 1))");
    // The longest name that a file can have, so that there is none left for that of its snapshot.
    let long = format!("{}.ron", "z".repeat(251));
    folder.write(&format!("cases/{long}"), "(name: \"long\", as_of: \"2026-03-01\", deal: (score: 1))");
    let ended = folder.test(&["--accept"]);
    assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("what was accepted is written: `cases/grades.ron.snap` and `cases/more.ron.snap`"));
    assert!(ended.err.contains(&format!("as before, and not accepted: `cases/{long}.snap`")), "{}", ended.err);
    assert!(ended.out.contains("5 snapshots written"), "{}", ended.out);
}

#[test]
fn a_file_of_cases_that_was_emptied_does_not_pass() {
    for empty in ["", "[]", "()", "(as_of: \"2026-03-01\", cases: [])", "// nothing\n"] {
        let folder = Folder::accepted();
        folder.write("cases/more.ron", "(name: \"more\", as_of: \"2026-03-01\", deal: (score: 1))");
        assert_eq!(folder.test(&["--accept"]).code, 0);
        folder.write("cases/more.ron", empty);
        let ended = folder.test(&["--check"]);
        assert_eq!(ended.code, 2, "{empty}: {}{}", ended.out, ended.err);
        assert!(ended.err.contains("error[E0801]: `cases/more.ron` holds no case"), "{empty}: {}", ended.err);
        assert!(ended.out.starts_with("4 cases: 4 as expected; 1 file"), "{}", ended.out);
    }
}

#[test]
fn the_old_and_the_new_words_of_a_reason_are_told() {
    let folder = Folder::accepted();
    let long = "It is a beginning, and whoever begins with so little may come to much more in the years to come, or so we hope";
    folder.edit("grades.policy", "It is a beginning", long);
    let ended = folder.test(&["--check"]);
    let lines = format!("    - by some: It is a beginning\n    + by some: {long}\n");
    let told = format!("  still fair; with another reason of some\n{lines}      1 case");
    assert!(ended.out.contains(&told), "{}", ended.out);
    let ended = folder.test(&["--check", "--verbose"]);
    assert!(ended.out.contains(&format!("reason of some\n{lines}\n")), "{}", ended.out);
}

#[test]
fn insta_reads_the_same_contents() {
    let folder = Folder::accepted();
    let read = insta::Snapshot::from_file(&folder.path(SNAPSHOT)).unwrap();
    let ours = snapshot(&folder.read(SNAPSHOT));
    let contents = match read.contents() {
        insta::internals::SnapshotContents::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(contents.trim_end(), ours.contents().trim_end());
    assert_eq!(read.metadata().source(), Some("cases/grades.ron"));
    // What `cargo insta` saves is read just the same.
    let saved = format!("---\nsource: tests/x.rs\nassertion_line: 3\ndescription: d\n---\n{}", contents.trim_end());
    assert_eq!(snapshot(&saved), ours);
}
