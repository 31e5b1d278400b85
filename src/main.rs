//! The `dealdesk` command: hands its arguments to the library's command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    dealdesk::cli::run()
}
