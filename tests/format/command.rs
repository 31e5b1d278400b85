//! What `dealdesk fmt` does to files and streams.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const UNTIDY: &str = "fact a :boolean\r\ndecide b:boolean=a # why\r\n";
const TIDY: &str = "fact a: boolean\ndecide b: boolean = a  # why\n";
const BROKEN: &str = "fact a :boolean\ndecide b: boolean = a or\n";

fn fmt(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
    command.env("NO_COLOR", "1").current_dir(folder).arg("fmt").args(arguments);
    command
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn pack() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("below")).unwrap();
    fs::write(dir.path().join("pack.ron"), "(name: \"p\", version: \"1\")").unwrap();
    fs::write(dir.path().join("a.policy"), UNTIDY).unwrap();
    fs::write(dir.path().join("below/b.policy"), TIDY).unwrap();
    fs::write(dir.path().join("below/c.txt"), UNTIDY).unwrap();
    dir
}

#[test]
fn the_files_of_a_pack_are_formatted_and_the_others_left_alone() {
    let dir = pack();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let below = dir.path().join("below");

    let (code, out, _) = told(&fmt(&below, &["--check"]).output().unwrap());
    assert_eq!((code, out.lines().next()), (Some(1), Some("../a.policy would change")), "{out}");
    assert_eq!(read("a.policy"), UNTIDY);

    let done = told(&fmt(&below, &[]).output().unwrap());
    let summary = "1 file formatted, 1 formatted already\n".to_owned();
    assert_eq!(done, (Some(0), "formatted ../a.policy\n".to_owned(), summary));
    assert_eq!((read("a.policy").as_str(), read("below/c.txt").as_str()), (TIDY, UNTIDY));
    assert_eq!(told(&fmt(&below, &["--check", "-q"]).output().unwrap()), (Some(0), String::new(), String::new()));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left beside the files");
}

#[test]
fn a_broken_file_is_left_alone_and_the_others_are_formatted() {
    let dir = pack();
    fs::write(dir.path().join("a-broken.policy"), BROKEN).unwrap();
    fs::write(dir.path().join("bytes.policy"), b"fact a :boolean # \xff").unwrap();
    let (code, out, err) = told(&fmt(dir.path(), &["."]).output().unwrap());
    assert_eq!((code, out.as_str()), (Some(2), "formatted a.policy\n"), "{err}");
    assert!(err.contains("error[E0111]") && err.contains("a-broken.policy:2:"), "{err}");
    assert!(err.contains("error[E0503]") && err.contains("bytes.policy"), "{err}");
    assert!(err.ends_with("1 file formatted, 1 formatted already, 2 not formatted\n"), "{err}");
    assert_eq!(fs::read_to_string(dir.path().join("a-broken.policy")).unwrap(), BROKEN);
    assert_eq!(fs::read(dir.path().join("bytes.policy")).unwrap(), b"fact a :boolean # \xff");
}

#[test]
fn what_is_named_twice_is_formatted_once() {
    let dir = pack();
    let (code, out, err) = told(&fmt(dir.path(), &["a.policy", ".", "./a.policy", "below"]).output().unwrap());
    assert_eq!((code, out.as_str()), (Some(0), "formatted a.policy\n"), "{err}");
    assert_eq!(err, "1 file formatted, 1 formatted already\n");
}

#[test]
fn standard_input_is_formatted_to_standard_output_or_not_at_all() {
    let dir = TempDir::new().unwrap();
    let stream = |arguments: &[&str], text: &str| {
        let mut command = fmt(dir.path(), arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        told(&child.wait_with_output().unwrap())
    };
    assert_eq!(stream(&["--stdin"], UNTIDY), (Some(0), TIDY.to_owned(), String::new()));
    let (code, out, err) = stream(&["--stdin"], BROKEN);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("<stdin>:2:"), "{err}");
    assert_eq!(stream(&["--stdin", "--check"], TIDY), (Some(0), String::new(), String::new()));
    assert_eq!(stream(&["--stdin", "--check"], UNTIDY).0, Some(1));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_stays_and_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let dir = pack();
    let mode = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    // Who may write everywhere cannot be kept from it.
    if fs::write(dir.path().join("probe"), "").is_err() {
        let (code, out, err) = told(&fmt(dir.path(), &[]).output().unwrap());
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert!(err.contains("`a.policy` cannot be written: permission denied"), "{err}");
        assert_eq!(fs::read_to_string(dir.path().join("a.policy")).unwrap(), UNTIDY);
    }
    mode(0o755);
}
