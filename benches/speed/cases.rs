//! The cases of the pack: reading them with their snapshots, and running them.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::{Bencher, black_box};

use dealdesk::cases::{self, Outcome};
use dealdesk::host::{self, CaseFiles};

use crate::{AS_OF, PACK, rules};

fn read() -> CaseFiles {
    host::cases(&rules(), &PACK).complete().unwrap_or_else(|e| panic!("{e}"))
}

/// Every file of cases with its snapshot.
#[divan::bench]
fn read_cases(bencher: Bencher) {
    let _ = &*PACK;
    bencher.bench(read);
}

/// Every case, one after the other on one processor.
#[divan::bench]
fn run_cases(bencher: Bencher) {
    let all = read();
    let one = |file, case| -> Outcome { cases::run(PACK.policy(), &all.sources, case, &all.deal(file, case)) };
    bencher.bench(|| {
        let every = all.files.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case)));
        every.map(|(file, case)| one(black_box(file), case)).filter(|outcome| outcome.unmet.is_empty()).count()
    });
}

/// How often the cases of the pack are repeated for ten thousand of them.
const COPIES: usize = 58;

/// The pack with 9,976 cases in 870 files, all accepted: its own, over and over, each time on dates a day later.
static MANY: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let to = folder.path().join("rules");
    std::fs::create_dir_all(to.join("cases")).expect("a folder can be made");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        std::fs::create_dir_all(to).expect("a folder can be made");
        for file in std::fs::read_dir(from).expect("the folder is there").flatten() {
            if file.path().is_file() {
                std::fs::copy(file.path(), to.join(file.file_name())).expect("a file can be copied");
            }
        }
    };
    copy(&rules(), &to);
    copy(&rules().join("../examples/deals"), &folder.path().join("examples/deals"));
    for file in read().files {
        let text = std::fs::read_to_string(&file.path).expect("the cases are there");
        let name = file.path.file_name().expect("a file has a name").to_string_lossy();
        let dates = std::iter::successors(Some(AS_OF), |date| date.tomorrow().ok());
        for (copy, date) in dates.take(COPIES).enumerate() {
            let text = text.replace(&AS_OF.to_string(), &date.to_string());
            std::fs::write(to.join(format!("cases/{copy:02}_{name}")), text).expect("a file can be written");
        }
    }
    assert!(test(folder.path(), &["--accept"]), "the cases hold on later days");
    folder
});

/// Runs `dealdesk test`, and says whether all is well.
fn test(folder: &std::path::Path, arguments: &[&str]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
    command.arg("test").args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("the command runs").success()
}

/// `dealdesk test` over ten thousand cases that are all as before, as a whole process on all processors.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn test_ten_thousand(bencher: Bencher) {
    let folder = MANY.path();
    bencher.bench(|| assert!(test(folder, &[])));
}
