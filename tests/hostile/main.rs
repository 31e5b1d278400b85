//! Policies and deals that are made to do harm, on their way through all rooms: each comes to an answer
//! or to a clear error, within its stack, its memory and its time.
//!
//! Tests of single rooms are with the rooms; here a pack is compiled, a deal read and decided, and every view made.
//! Nothing is timed, but what runs away is seen.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "tests fail, and write files")]

mod deals;
mod files;
#[allow(dead_code, reason = "the benches use more of it")]
#[path = "../../benches/speed/generate.rs"]
mod generate;
mod lists;
mod nesting;
mod size;

use dealdesk::civil::{Date, date};
use dealdesk::trace::TreeOptions;
use dealdesk::{Decisions, Error, Format, Pack, Status};

const AS_OF: Date = date(2026, 3, 1);

fn compile(text: &str) -> Result<Pack, Error> {
    Pack::compile([("hostile.policy", text)])
}

/// The codes of a policy's problems.
fn refused(text: &str) -> Vec<&'static str> {
    let error = compile(text).err().unwrap_or_else(|| panic!("this should not compile"));
    assert!(error.to_string().len() < 1 << 20, "the problems fill {} bytes", error.to_string().len());
    error.diagnostics().iter().map(|problem| problem.code.as_str()).collect()
}

fn decide(text: &str, deal: &str) -> Decisions {
    let pack = compile(text).unwrap_or_else(|e| panic!("{e}"));
    pack.read_deal("hostile.json", deal, Format::Json).unwrap_or_else(|e| panic!("{e}")).decide(AS_OF)
}

/// Makes every view.
fn show(decisions: &Decisions) {
    let report = decisions.report();
    let views = [
        report.tree(TreeOptions::default()),
        report.tree(TreeOptions { verbose: true, color: true }),
        report.markdown(),
        report.html(),
        report.mermaid(),
        report.json(),
    ];
    for view in views {
        assert!(!view.is_empty());
        assert!(view.len() < 200 << 20, "a view of {} bytes", view.len());
    }
}

/// Decides, shows, and tells the status of a decision.
fn status(text: &str, deal: &str, decision: &str) -> Status {
    let decisions = decide(text, deal);
    show(&decisions);
    decisions.get(decision).unwrap_or_else(|| panic!("there is no `{decision}`")).status
}

/// Runs `test` on a stack of half the size that a thread has by default.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(test).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}
