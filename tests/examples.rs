//! What the pack in `rules/` decides about every deal in `examples/deals`: a change to a rule shows here as a difference.

use std::path::Path;

use dealdesk::civil::date;
use dealdesk::{Format, Pack};

/// The root of the repository, from which all paths in snapshots are told.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_example_deal_is_decided_as_before() {
    let pack = Pack::load(Path::new(ROOT).join("rules")).unwrap();
    insta::glob!("../examples/deals", "*.*", |path| {
        let extension = path.extension().unwrap().to_str().unwrap();
        let format = Format::from_extension(extension).unwrap();
        #[allow(clippy::disallowed_methods, reason = "tests read files")]
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.strip_prefix(ROOT).unwrap().to_str().unwrap();
        let deal = pack.read_deal(name, &text, format).unwrap();
        let decisions = deal.decide(date(2026, 3, 1));
        insta::with_settings!({ snapshot_path => "snapshots/examples", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(decisions.report().tree(dealdesk::trace::TreeOptions::default()));
        });
    });
}

#[test]
fn the_library_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Pack>();
    shared::<dealdesk::Deal>();
    shared::<dealdesk::Decisions>();
    shared::<dealdesk::Error>();
}
