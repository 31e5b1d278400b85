//! Deal Desk: a declarative rules engine for sales policies.

pub mod base;
pub mod check;
pub mod diagnostic;
pub mod engine;
pub mod facts;
pub mod policy;
pub mod syntax;
pub mod trace;
pub mod cli {
    //! The command line.
    /// Runs it.
    pub fn run() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}
