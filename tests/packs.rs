//! Packs on disk: what is read, what is refused, and how it is said.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test writes files, and fails where it cannot")]

use std::fs;
use std::path::Path;

use dealdesk::pack::Pack;
use tempfile::TempDir;

const MANIFEST: &str = "(name: \"trial\", version: \"1\")";
const POLICY: &str = "fact client.existing: boolean\ndecide discount: boolean = client.existing\n";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = TempDir::new().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// A pack with these files beside its manifest.
fn pack(files: &[(&str, &[u8])]) -> TempDir {
    let dir = folder(files);
    fs::write(dir.path().join("pack.ron"), MANIFEST).unwrap();
    dir
}

/// The problems of loading the pack in `dir`, in which the folder itself is called DIR.
fn problems(dir: &Path) -> Vec<String> {
    let shown = dir.display().to_string();
    let diagnostics = match Pack::load(dir) {
        Ok(pack) => pack.findings().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    };
    diagnostics.iter().map(|d| format!("{} {}", d.code, d.message).replace(&shown, "DIR")).collect()
}

#[test]
fn reads_policies_in_every_folder_but_hidden_ones() {
    let dir = pack(&[
        ("b.policy", b"policy b \"B\"\ndecide discount: boolean = client.existing\n"),
        ("deep/er/a.policy", b"policy a \"A\"\nfact client.existing: boolean\n"),
        (".git/c.policy", b"this is not one"),
        (".#b.policy", b"nor is this"),
        ("notes.txt", b"nor this"),
    ]);
    let pack = Pack::load(dir.path()).unwrap();
    let names: Vec<_> = pack.sources().iter().map(|(_, f)| f.name().to_owned()).collect();
    let expected = ["b.policy", "deep/er/a.policy", "pack.ron"];
    assert_eq!(names, expected.map(|name| dir.path().join(name).display().to_string()));
    assert_eq!(pack.policy().name, "trial");
}

#[test]
fn the_hash_depends_on_names_and_texts_and_on_nothing_else() {
    let hash = |files: &[(&str, &[u8])]| Pack::load(pack(files).path()).unwrap().policy().hash.clone();
    let one = hash(&[("a.policy", POLICY.as_bytes())]);
    assert_eq!(one.len(), 64);
    assert_eq!(one, hash(&[("a.policy", POLICY.as_bytes()), ("README.md", b"what it is")]));
    assert_ne!(one, hash(&[("b.policy", POLICY.as_bytes())]));
    assert_ne!(one, hash(&[("a.policy", format!("{POLICY}# more\n").as_bytes())]));
    let compiled = Pack::compile([("pack.ron", MANIFEST), ("a.policy", POLICY)]).unwrap();
    assert_eq!(one, compiled.policy().hash);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let dir = pack(&[("a.policy", format!("\u{feff}{POLICY}").as_bytes())]);
    assert_eq!(problems(dir.path()), [""; 0]);
}

#[test]
fn what_is_no_pack_is_said_to_be_none() {
    let dir = folder(&[("a.policy", POLICY.as_bytes()), ("rules/pack.ron", MANIFEST.as_bytes())]);
    assert_eq!(problems(dir.path()), ["E0501 the folder `DIR` has no `pack.ron`, so it is no pack"]);
    assert_eq!(problems(&dir.path().join("a.policy")), ["E0501 `DIR` is a file, and a pack is a folder"]);
    assert_eq!(problems(&dir.path().join("nowhere")), ["E0501 there is no folder `DIR`"]);
    assert_eq!(problems(&dir.path().join("rules")), ["E0505 the pack has no policies"]);
}

#[test]
fn a_pack_inside_a_pack_is_refused() {
    let dir = pack(&[("a.policy", POLICY.as_bytes()), ("trial/pack.ron", MANIFEST.as_bytes())]);
    assert_eq!(problems(dir.path()), ["E0506 the folder `DIR/trial` is a pack of its own inside this pack"]);
}

#[test]
fn files_that_are_not_text_are_shown_with_the_place() {
    let dir = pack(&[("a.policy", b"fact a: boolean\n# caf\xe9\n"), ("b.policy", b"fact b: bool\0ean\n")]);
    let error = Pack::load(dir.path()).unwrap_err();
    let found: Vec<_> = error
        .diagnostics()
        .iter()
        .map(|d| {
            let (file, at) = error.sources().locate(d.primary.as_ref().unwrap().span).unwrap();
            let file = file.rsplit('/').next().unwrap().to_owned();
            (d.code.to_string(), file, at.line, at.column)
        })
        .collect();
    assert_eq!(found, [("E0503".into(), "a.policy".into(), 2, 6), ("E0503".into(), "b.policy".into(), 1, 13)]);
}

#[test]
fn a_file_too_large_is_not_read() {
    let dir = pack(&[("a.policy", POLICY.as_bytes())]);
    let file = fs::File::create(dir.path().join("b.policy")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    assert_eq!(problems(dir.path()), ["E0504 `DIR/b.policy` is too large: at most 16 MB are read"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn links_that_run_in_a_circle_are_reported() {
        let dir = pack(&[("a.policy", POLICY.as_bytes()), ("more/b.txt", b"")]);
        symlink("..", dir.path().join("more/again")).unwrap();
        symlink("self.policy", dir.path().join("self.policy")).unwrap();
        let problems = problems(dir.path());
        assert_eq!(problems.len(), 2, "{problems:#?}");
        assert_eq!(problems[0], "E0502 the link `DIR/more/again` leads back to `DIR`, a folder above it");
        assert!(problems[1].starts_with("E0502 `DIR/self.policy` cannot be read: "), "{problems:#?}");
    }

    #[test]
    fn links_to_files_are_followed_and_broken_ones_reported() {
        let elsewhere = folder(&[("shared.policy", POLICY.as_bytes())]);
        let dir = pack(&[]);
        symlink(elsewhere.path().join("shared.policy"), dir.path().join("a.policy")).unwrap();
        assert_eq!(problems(dir.path()), [""; 0]);
        symlink("nothing", dir.path().join("notes")).unwrap();
        assert_eq!(problems(dir.path()), [""; 0]);
        symlink("nothing", dir.path().join("b.policy")).unwrap();
        assert_eq!(problems(dir.path()), ["E0502 the link `DIR/b.policy` leads to no file"]);
    }

    #[test]
    fn only_regular_files_are_read_from_a_pack() {
        let dir = pack(&[("a.policy", POLICY.as_bytes()), ("folder.policy/b.txt", b"")]);
        let _socket = UnixListener::bind(dir.path().join("s.policy")).unwrap();
        symlink("/dev/zero", dir.path().join("z.policy")).unwrap();
        assert_eq!(
            problems(dir.path()),
            ["E0502 `DIR/s.policy` is not a regular file", "E0502 `DIR/z.policy` is not a regular file"]
        );
    }
}
