//! What cannot be read keeps nothing else from being run, and costs no snapshot.

use std::fs;

use crate::pack::Folder;

/// A pack with accepted cases in three files, of which one names a deal.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("deal.ron", "(score: 70)");
    folder
        .write("cases/other.ron", "(name: \"other\", as_of: \"2026-03-01\", deal: (score: 5), expect: (grade: poor))");
    folder.write(
        "cases/named.ron",
        "(as_of: \"2026-03-01\", cases: [(name: \"named\", deal: \"../deal.ron\"), (name: \"given\", deal: (score: 1))])",
    );
    assert_eq!(folder.test(&["--accept"]).code, 0);
    folder
}

/// The snapshots with their texts.
fn snapshots(folder: &Folder) -> Vec<(String, String)> {
    let snapshots = folder.cases().into_iter().filter(|name| name.ends_with(".snap"));
    snapshots.map(|name| (name.clone(), folder.read(&format!("cases/{name}")))).collect()
}

#[test]
fn a_file_of_cases_that_cannot_be_read_leaves_the_others_to_be_run_and_its_snapshot_as_it_is() {
    let folder = folder();
    let before = snapshots(&folder);
    for broken in ["(name: \"other\", as_of: ", "(name: \"other\", as_of: \"2026-03-01\", expect: (grad: poor))"] {
        folder.write("cases/other.ron", broken);
        for arguments in [&[][..], &["--accept"], &["--unreferenced", "delete"], &["--check"], &["--review"]] {
            let ended = folder.test(arguments);
            assert_eq!(ended.code, 2, "{arguments:?}: {}{}", ended.out, ended.err);
            assert!(ended.err.contains("--> cases/other.ron:1:"), "{}", ended.err);
            assert_eq!(snapshots(&folder), before, "{arguments:?}");
        }
        let ended = folder.test(&[]);
        assert_eq!(ended.out, "6 cases: 6 as expected; 1 file could not be read\n");
    }
}

#[test]
fn a_deal_that_cannot_be_read_leaves_out_the_cases_that_name_it() {
    let folder = folder();
    let before = snapshots(&folder);
    for broken in ["(score: 700)", "(score", "(scor: 70)"] {
        folder.write("deal.ron", broken);
        for arguments in [&["--accept"][..], &["--unreferenced", "delete"], &[]] {
            let ended = folder.test(arguments);
            assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
            assert!(ended.err.contains("deal.ron:1:"), "{}", ended.err);
            assert_eq!(ended.out, "6 cases: 6 as expected; 1 deal could not be read, so that 1 case was not run\n");
            assert_eq!(snapshots(&folder), before);
        }
    }
    fs::remove_file(folder.path("deal.ron")).unwrap();
    let ended = folder.test(&[]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("there is no file `deal.ron`"), "{}", ended.err);
    assert!(ended.err.contains("--> cases/named.ron:1:53"), "{}", ended.err);
    assert_eq!(snapshots(&folder), before);
}

#[test]
fn what_fails_is_still_told_beside_what_cannot_be_read() {
    let folder = folder();
    folder.write("cases/other.ron", "(name: \"other\"");
    folder.edit("cases/grades.ron", "(grade: fair)", "(grade: good)");
    let ended = folder.test(&["--check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.out.contains("`grade` is fair, not good"), "{}", ended.out);
    assert!(ended.out.ends_with("6 cases: 5 as expected, 1 failed; 1 file could not be read\n"), "{}", ended.out);
}

#[test]
fn nothing_is_deleted_while_something_cannot_be_read() {
    let folder = folder();
    fs::remove_file(folder.path("cases/named.ron")).unwrap();
    folder.edit("cases/grades.ron", "(name: \"far above\", deal: (score: 90)),", "");
    folder.write("cases/other.ron", "(");
    let before = snapshots(&folder);
    let ended = folder.test(&["--unreferenced", "delete"]);
    assert_eq!((ended.code, snapshots(&folder)), (2, before));
    assert!(ended.err.contains("none is deleted as long as something cannot be read"), "{}", ended.err);
    folder.write("cases/other.ron", "(name: \"other\", as_of: \"2026-03-01\", deal: (score: 5))");
    assert_eq!(folder.test(&["--unreferenced", "delete"]).code, 0);
    let left: Vec<String> = snapshots(&folder).into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["grades.ron.snap", "other.ron.snap"]);
}

#[test]
fn programs_are_told_of_what_cannot_be_read() {
    let folder = folder();
    folder.write("cases/other.ron", "(name: \"other\"");
    folder.write("deal.ron", "(score: 700)");
    let ended = folder.test(&["--check", "--format", "json"]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.err, "1 file and 1 deal could not be read: 2 errors, told in the JSON\n");
    let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(json["counts"]["cases"], 5);
    assert_eq!(json["counts"]["unread"], 2);
    assert_eq!(json["not_run"], serde_json::json!([{ "name": "named", "file": "cases/named.ron", "line": 1 }]));
    let unread = |i: usize, key: &str| json["unread"][i]["diagnostics"][0][key].clone();
    assert_eq!((json["unread"][0]["file"].clone(), unread(0, "code")), ("cases/other.ron".into(), "E0601".into()));
    assert_eq!((unread(1, "code"), unread(1, "line")), ("E0606".into(), 1.into()));

    let ended = folder.test(&["--check", "--format", "junit"]);
    assert_eq!(ended.code, 2);
    insta::assert_snapshot!(ended.out);
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_and_what_is_no_file_are_told_and_their_snapshots_stay() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let folder = folder();
    let before = snapshots(&folder);
    fs::remove_file(folder.path("cases/other.ron")).unwrap();
    symlink("nowhere.ron", folder.path("cases/other.ron")).unwrap();
    fs::remove_file(folder.path("cases/named.ron")).unwrap();
    let _socket = UnixListener::bind(folder.path("cases/named.ron")).unwrap();
    let ended = folder.test(&["--unreferenced", "delete"]);
    assert_eq!((ended.code, snapshots(&folder)), (2, before));
    assert!(ended.err.contains("the link `cases/other.ron` leads to no file"), "{}", ended.err);
    assert!(ended.err.contains("`cases/named.ron` is not a regular file"), "{}", ended.err);
}

/// Makes a pipe that nobody writes into: whoever reads it waits for ever.
#[cfg(unix)]
fn pipe(path: &std::path::Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn no_pipe_is_waited_for_and_none_is_written_over() {
    for (name, arguments) in [
        ("cases/other.ron", &["--accept"][..]),
        ("cases/other.ron.snap", &["--accept"]),
        ("cases/other.ron.snap.new", &["--accept"]),
        ("cases/other.ron.snap.new", &["--review"]),
        ("deal.ron", &["--accept"]),
    ] {
        let folder = folder();
        let _ = fs::remove_file(folder.path(name));
        pipe(&folder.path(name));
        let ended = folder.test(arguments);
        assert_eq!(ended.code, 2, "{name}: {}{}", ended.out, ended.err);
        let told = format!("error[E0502]: `{name}` is not a regular file");
        assert_eq!(ended.err.matches(&told).count(), 1, "{name}: {}", ended.err);
        if arguments == ["--accept"] {
            assert!(ended.out.contains("6 as expected; 1 "), "{name}: {}", ended.out);
        }
        assert!(!fs::metadata(folder.path(name)).unwrap().is_file());
    }
}

#[cfg(unix)]
#[test]
fn a_link_without_a_snapshot_behind_it_is_told_and_never_replaced() {
    use std::os::unix::fs::symlink;
    for (name, target) in
        [("other.ron.snap", "nowhere"), ("other.ron.snap.new", "nowhere"), ("other.ron.snap", "other.ron.snap")]
    {
        let folder = folder();
        let path = folder.path("cases").join(name);
        let _ = fs::remove_file(&path);
        symlink(target, &path).unwrap();
        let ended = folder.test(&["--accept"]);
        assert_eq!(ended.code, 2, "{name}: {}{}", ended.out, ended.err);
        assert_eq!(ended.err.matches("error[E0502]").count(), 1, "{}", ended.err);
        assert!(ended.err.contains(&format!("`cases/{name}`")), "{}", ended.err);
        assert_eq!(fs::read_link(&path).unwrap(), std::path::Path::new(target));
    }
}

#[cfg(unix)]
#[test]
fn a_name_with_line_ends_is_told_on_one_line() {
    let folder = folder();
    folder.write("cases/two\nlines.ron", "(name: \"");
    let ended = folder.test(&["--check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains(r"--> cases/two\nlines.ron:1:9"), "{}", ended.err);
}

#[test]
fn a_folder_named_by_the_manifest_that_is_not_there_keeps_the_others() {
    let folder = folder();
    folder.write("pack.ron", "(name: \"grades\", version: \"1\", cases: [\"cases\", \"more\", \"cases\"])");
    let ended = folder.test(&["--check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("pack.ron:1:49"), "{}", ended.err);
    assert_eq!(ended.out, "7 cases: 7 as expected; 1 file could not be read\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_keeps_its_snapshot() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder();
    let path = |ending: &[u8]| folder.path("cases").join(OsStr::from_bytes(&[b"caf\xe9.ron", ending].concat()));
    fs::rename(folder.path("cases/other.ron"), path(b"")).unwrap();
    fs::rename(folder.path("cases/other.ron.snap"), path(b".snap")).unwrap();
    let ended = folder.test(&["--unreferenced", "delete"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    assert!(path(b".snap").exists());
    fs::remove_file(path(b"")).unwrap();
    assert_eq!(folder.test(&["--unreferenced", "delete"]).code, 0);
    assert!(!path(b".snap").exists());
}

#[test]
fn frequent_mistakes_come_with_a_way_out() {
    let folder = Folder::new();
    let mut all = String::new();
    for text in [
        "(as_of: \"2026-03-01\", expect: (grade: (status: undecided, missing: client.kind)))",
        "(as_of: \"2026-03-01\", expect: (grade: (status: undecided, missing: [score, client.kind])))",
        "(as_of: \"2026-03-01\", deal: (client.kind: private))",
        "as_of: \"2026-03-01\", expect: (grade: good))",
        "// A case.\ncases: [(name: \"a\", as_of: \"2026-03-01\")])",
        "(as_of: \"2026-03-01\", expect: (grade: undecided))",
        "(as_of: \"2026-03-01\", deal: (score: 1.5.2))",
    ] {
        folder.write("cases/grades.ron", text);
        let ended = folder.test(&["--check"]);
        assert_eq!(ended.code, 2, "{text}");
        all.push_str(&ended.err);
    }
    insta::assert_snapshot!(all);
    folder.write("cases/grades.ron", "[]");
    folder.write("cases/status.json", "{\"as_of\": \"2026-03-01\", \"expect\": {\"grade\": \"default\"}}");
    let ended = folder.test(&["--check"]);
    assert!(ended.err.contains("`grade` can't be `default`, which is a status"), "{}", ended.err);
}
