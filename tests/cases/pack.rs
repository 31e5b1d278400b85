//! A small pack in a folder of its own, and the command run on it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A pack with cases.
pub(crate) struct Folder {
    dir: TempDir,
}

/// What a command printed, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) const POLICY: &str = r#"
fact score: integer 0..100 "Score"

decide grade: one of good, fair, poor "Grade"
  default poor
    because "Nobody begins with a good grade"
  rule high: good when score >= 50
    because "Half of the points are a lot"
  rule some: fair when score >= 30 and score < 50
    because "It is a beginning"

decide invited: boolean "Invited" = grade is good
"#;

pub(crate) const CASES: &str = r#"(
    as_of: "2026-03-01",
    cases: [
        (name: "just below", deal: (score: 49), expect: (grade: fair)),
        (name: "just at", deal: (score: 50), expect: (grade: good)),
        (name: "far above", deal: (score: 90)),
        (name: "poor", deal: (score: 10), tags: ["low"]),
    ],
)
"#;

impl Folder {
    pub(crate) fn new() -> Folder {
        let folder = Folder { dir: TempDir::new().unwrap() };
        fs::create_dir(folder.path("cases")).unwrap();
        folder.write("pack.ron", "(name: \"grades\", version: \"1\")");
        folder.write("grades.policy", POLICY);
        folder.write("cases/grades.ron", CASES);
        folder
    }

    /// One whose cases are accepted.
    pub(crate) fn accepted() -> Folder {
        let folder = Folder::new();
        assert_eq!(folder.test(&["--accept"]).code, 0);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a piece of a file that is there.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{text}");
        self.write(name, &text.replace(from, to));
    }

    /// The names of the files in `cases`, sorted.
    pub(crate) fn cases(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("cases")).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn test(&self, arguments: &[&str]) -> Ended {
        self.typing(arguments, "")
    }

    /// Runs `dealdesk test` with something to read from its input.
    pub(crate) fn typing(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dealdesk"))
            .arg("test")
            .args(arguments)
            .current_dir(self.dir.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who ends without reading may close its input first.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}
