//! What may lie in a pack's folder, and the command on a stack of one megabyte.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs the command with a stack of one megabyte and two gigabytes of memory.
fn dealdesk(folder: &Path, arguments: &str) -> Output {
    let command = format!("ulimit -s 1024; ulimit -v 2000000; exec {} {arguments}", env!("CARGO_BIN_EXE_dealdesk"));
    Command::new("sh").current_dir(folder).args(["-c", &command]).output().unwrap()
}

/// The exit code; a signal has none.
fn code(output: &Output) -> i32 {
    output
        .status
        .code()
        .unwrap_or_else(|| panic!("ended by {}: {}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn pack(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("pack.ron"), "(name: \"hostile\", version: \"1\")").unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const GOOD: &str = "fact x: boolean\n\ndecide y: boolean = x\n";

#[test]
fn every_example_is_decided_on_a_small_stack() {
    for format in ["tree", "json", "html", "markdown"] {
        let output = dealdesk(
            Path::new(ROOT),
            &format!("eval examples/deals/half-known-lead.ron --as-of 2026-03-01 --format {format}"),
        );
        assert_eq!(code(&output), 1, "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_nests_deeply_needs_no_more_than_a_small_stack() {
    let nest = |levels: usize| {
        format!("fact x: boolean\n\ndecide y: boolean = {}x{}\n", "not (".repeat(levels), ")".repeat(levels))
    };
    let folder = pack(&[("a.policy", &nest(45))]);
    fs::write(folder.path().join("deal.json"), "{\"x\": true}").unwrap();
    fs::write(folder.path().join("deep.yaml"), format!("x: {}", "[".repeat(1 << 20))).unwrap();
    assert_eq!(code(&dealdesk(folder.path(), "eval deal.json --as-of 2026-03-01")), 0);
    assert_eq!(code(&dealdesk(folder.path(), "why deal.json y --as-of 2026-03-01")), 0);
    assert_eq!(code(&dealdesk(folder.path(), "eval deep.yaml --as-of 2026-03-01")), 2);
    fs::write(folder.path().join("a.policy"), nest(1_000_000)).unwrap();
    assert_eq!(code(&dealdesk(folder.path(), "check")), 2);
}

#[test]
fn what_is_not_a_text_file_is_named_and_refused() {
    let folder = pack(&[("good.policy", GOOD)]);
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("folder.policy")).unwrap();
    // A folder may be called as it likes.
    assert_eq!(code(&dealdesk(folder.path(), "check")), 0);
    type Make<'a> = &'a dyn Fn(&Path);
    let fifo: Make = &|at| assert!(Command::new("mkfifo").arg(at).status().unwrap().success());
    let link: Make = &|at| std::os::unix::fs::symlink(at, at).unwrap();
    let dangling: Make = &|at| std::os::unix::fs::symlink("nowhere", at).unwrap();
    let zero: Make = &|at| std::os::unix::fs::symlink("/dev/zero", at).unwrap();
    let bytes: Make = &|at| fs::write(at, b"fact x\xff: boolean").unwrap();
    let nul: Make = &|at| fs::write(at, "fact x: boolean\0").unwrap();
    for (name, make) in [
        ("fifo.policy", fifo),
        ("loop.policy", link),
        ("dangling.policy", dangling),
        ("zero.policy", zero),
        ("bytes.policy", bytes),
        ("nul.policy", nul),
    ] {
        make(&path(name));
        let output = dealdesk(folder.path(), "check");
        assert_eq!(code(&output), 2, "{name}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(told.contains(name), "{name}: {told}");
        fs::remove_file(path(name)).unwrap();
    }
    std::os::unix::fs::symlink(folder.path(), path("round")).unwrap();
    assert_eq!(code(&dealdesk(folder.path(), "check")), 2);
}

#[test]
fn deals_that_are_no_files_or_no_text_are_refused() {
    let folder = pack(&[("good.policy", GOOD)]);
    fs::create_dir(folder.path().join("folder.json")).unwrap();
    fs::write(folder.path().join("bytes.json"), b"{\"x\": \"\xff\"}").unwrap();
    fs::write(folder.path().join("nul.ron"), "(x: true)\0").unwrap();
    std::os::unix::fs::symlink("loop.toml", folder.path().join("loop.toml")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.yaml")).unwrap();
    for name in ["folder.json", "bytes.json", "nul.ron", "loop.toml", "zero.yaml"] {
        let output = dealdesk(folder.path(), &format!("eval {name} --as-of 2026-03-01"));
        assert_eq!(code(&output), 2, "{name}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(name), "{name}: {told}");
    }
}
