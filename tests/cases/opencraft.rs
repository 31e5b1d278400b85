//! The cases of the pack in `rules/`: a change to a rule shows here as a difference, as it does in `dealdesk test`, and
//! both hold it against the same snapshots.

use std::path::Path;

use dealdesk::cases::{self, Snapshot};
use dealdesk::{Pack, host};

/// The root of the repository.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_case_is_decided_as_expected_and_as_before() {
    let dir = Path::new(ROOT).join("rules");
    let pack = Pack::load(&dir).unwrap();
    let all = host::cases(&dir, &pack).complete().unwrap();
    assert_eq!(all.unreferenced, Vec::<std::path::PathBuf>::new());
    let mut unmet = Vec::new();
    let mut changed = Vec::new();
    for file in &all.files {
        let mut snapshot = Snapshot::default();
        for case in &file.cases {
            let outcome = cases::run(pack.policy(), &all.sources, case, &all.deal(file, case));
            let of_case = |u: &cases::Unmet| format!("{}, {}: {}", file.relative, case.name, u.message);
            unmet.extend(outcome.unmet.iter().map(of_case));
            snapshot.insert(case.name.clone(), outcome.summary);
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(file.path.parent().unwrap());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = file.path.file_name().unwrap().to_str().unwrap();
        // Every file is compared before any fails, so that all can be reviewed together.
        let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            settings.bind(|| insta::assert_snapshot!(name, snapshot.contents()));
        }));
        if compared.is_err() {
            changed.push(file.relative.as_str());
        }
    }
    assert!(unmet.is_empty(), "{}", unmet.join("\n"));
    assert!(changed.is_empty(), "decided otherwise than before: {changed:?}");
}
