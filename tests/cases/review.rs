//! Going through changes, with what a person types.

use crate::pack::Folder;

const SNAPSHOT: &str = "cases/grades.ron.snap";

/// Two sets of cases that changed: those that were good, and one that was fair.
fn changed() -> Folder {
    let folder = Folder::accepted();
    folder.edit("grades.policy", "good when score >= 50", "fair when score >= 50");
    folder.edit("grades.policy", "It is a beginning", "A beginning");
    folder.edit("cases/grades.ron", ", expect: (grade: good)", "");
    folder
}

#[test]
fn a_person_accepts_rejects_and_looks_closer() {
    let folder = changed();
    let ended = folder.typing(&["--review"], "x\n?\nd\nt\nr\na\n");
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(format!("{}{}", ended.out, ended.err));
    let snapshot = folder.read(SNAPSHOT);
    assert!(snapshot.contains("It is a beginning"), "that was rejected: {snapshot}");
    assert!(!snapshot.contains("grade: good"), "that was accepted: {snapshot}");
}

#[test]
fn everything_accepted_is_fine_from_then_on() {
    let folder = changed();
    let ended = folder.typing(&["--review"], "accept\nA\n");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.out.ends_with("3 cases accepted, 0 rejected, 0 skipped\n"), "{}", ended.out);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
    assert_eq!(folder.test(&["--check"]).code, 0);
    let nothing = folder.typing(&["--review"], "");
    assert_eq!((nothing.code, nothing.out.as_str()), (0, "nothing has changed\n"));
}

#[test]
fn what_is_rejected_waits_no_longer_and_what_is_skipped_does() {
    let folder = changed();
    let before = folder.read(SNAPSHOT);
    let ended = folder.typing(&["--review"], "s\ns\n");
    assert_eq!(ended.code, 1);
    assert!(ended.out.ends_with("0 cases accepted, 0 rejected, 3 skipped\n"), "{}", ended.out);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap", "grades.ron.snap.new"]);
    let ended = folder.typing(&["--review"], "r\nr\n");
    assert_eq!(ended.code, 1);
    assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap"]);
    assert_eq!(folder.read(SNAPSHOT), before);
}

#[test]
fn who_goes_away_loses_nothing() {
    for input in ["", "q\n", "a\nq\n", "a"] {
        let folder = changed();
        let ended = folder.typing(&["--review"], input);
        assert_eq!(ended.code, 1, "{input:?}");
        let accepted = folder.read(SNAPSHOT).contains("A beginning");
        assert_eq!(accepted, input.starts_with('a'), "{input:?}");
        assert_eq!(folder.cases(), ["grades.ron", "grades.ron.snap", "grades.ron.snap.new"], "{input:?}");
    }
}
