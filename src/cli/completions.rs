//! `dealdesk completions`: completion scripts for shells.

use clap::{Args, CommandFactory};

use super::exit::{Exit, Failure};
use super::output::Output;

/// Print the script that completes commands and options in a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk completions bash > ~/.local/share/bash-completion/completions/dealdesk
  dealdesk completions fish > ~/.config/fish/completions/dealdesk.fish")]
pub(super) struct Arguments {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Cli::command(), "dealdesk", &mut script);
    output.result(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
