//! Where coverage is written: as told, and never over the pack itself.

use std::fs;

use crate::pack::{Ended, Folder};

fn write(folder: &Folder, file: &str) -> Ended {
    folder.test(&["--check", "--coverage-json", file])
}

fn is_coverage(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok_and(|json| json["total"]["of"].is_number())
}

#[test]
fn no_file_of_the_pack_is_overwritten() {
    let folder = Folder::accepted();
    folder.write("deal.ron", "(score: 70)");
    folder.write("cases/named.ron", "(name: \"named\", as_of: \"2026-03-01\", deal: \"../deal.ron\")");
    assert_eq!(folder.test(&["--accept"]).code, 0);
    for file in [
        "grades.policy",
        "new.policy",
        "./cases/../pack.ron",
        "cases/grades.ron",
        "cases/grades.ron.snap",
        "cases/grades.ron.snap.new",
        "cases/coverage.json",
        "deal.ron",
    ] {
        let before = fs::read_to_string(folder.path(file)).ok();
        let ended = write(&folder, file);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{file}: {}", ended.err);
        assert!(ended.err.contains(&format!("the coverage is not written to `{file}`: that is ")), "{}", ended.err);
        assert_eq!(fs::read_to_string(folder.path(file)).ok(), before, "{file}");
    }
    assert_eq!(write(&folder, "coverage.json").code, 0);
    assert!(is_coverage(&folder.read("coverage.json")));
}

#[test]
fn one_place_takes_one_result() {
    let folder = Folder::accepted();
    for (one, two) in [("a", "a"), ("a", "./cases/../a"), ("-", "-")] {
        let ended = folder.test(&["--check", "--coverage-json", one, "--coverage-html", two]);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{}", ended.err);
        assert!(ended.err.contains("in two forms"), "{}", ended.err);
    }
    assert!(!folder.path("a").exists());
    for format in ["json", "junit"] {
        let ended = folder.test(&["--check", "--coverage-lcov", "-", "--format", format]);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""));
        assert!(ended.err.contains("standard output cannot take both"), "{}", ended.err);
    }
}

#[test]
fn standard_output_has_the_coverage_and_nothing_else() {
    let folder = Folder::accepted();
    let ended = write(&folder, "-");
    assert_eq!(ended.code, 0);
    assert!(is_coverage(&ended.out), "{}", ended.out);
    assert!(ended.err.starts_with("4 cases: 4 as expected\n"), "{}", ended.err);
    assert!(!folder.path("-").exists());
}

#[test]
fn what_cannot_be_written_is_said_in_terms_of_what_was_asked_for() {
    let folder = Folder::accepted();
    fs::create_dir(folder.path("taken")).unwrap();
    for (file, why) in [("no/such/file", "there is no folder `no/such`"), ("taken", "`taken` cannot be written")] {
        let ended = write(&folder, file);
        assert_eq!(ended.code, 2);
        assert!(ended.err.contains(why), "{}", ended.err);
        assert!(ended.err.contains(&format!("`{file}`")) && !ended.err.contains(".dealdesk-"), "{}", ended.err);
    }
    assert!(!folder.path("no").exists());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_what_is_no_file_is_written_into() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let folder = Folder::accepted();
    folder.write("real.json", "");
    symlink("real.json", folder.path("link.json")).unwrap();
    assert_eq!(write(&folder, "link.json").code, 0);
    assert!(is_coverage(&folder.read("real.json")));
    assert!(folder.path("link.json").is_symlink());

    symlink("nowhere", folder.path("dangling.json")).unwrap();
    assert_eq!(write(&folder, "dangling.json").code, 2);
    assert!(folder.path("dangling.json").is_symlink() && !folder.path("nowhere").exists());

    symlink("grades.policy", folder.path("other.json")).unwrap();
    let ended = write(&folder, "other.json");
    assert!(ended.code == 2 && ended.err.contains("that is a file of the pack"), "{}", ended.err);

    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(write(&folder, "pipe").code, 0);
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(is_coverage(&reader.join().unwrap()));
}
