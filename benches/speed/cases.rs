//! The cases of the pack: reading them with their snapshots, and running them.

use divan::{Bencher, black_box};

use dealdesk::cases::{self, Outcome};
use dealdesk::host::{self, CaseFiles};

use crate::{PACK, rules};

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
