//! The `dealdesk` command: arguments in, views out. One file for each command.

mod ask;
mod batch;
mod check;
mod completions;
mod deals;
mod diff;
mod eval;
mod exit;
mod explain;
mod flip;
mod fmt;
mod init;
mod mutate;
mod output;
mod rule;
mod test;
mod watch;
mod why;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};

use crate::base::{Sources, did_you_mean};
use crate::host;
use crate::pack::{Error, Pack};
use exit::{Exit, Failure};
use output::Output;

/// Decides deals by written policies, and says why.
///
/// Policies are text files that people can read. Deal Desk applies them to the facts of a deal and
/// explains every decision down to the facts, with what is still missing where something is.
#[derive(Debug, Parser)]
#[command(name = "dealdesk", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  dealdesk eval deal.ron                 decide a deal, and say why
  dealdesk batch deals.csv -o out.csv    decide every row of a file
  dealdesk ask --save deal.ron           find out what a deal is missing, question by question
  dealdesk why deal.ron discovery.billing --not waived
  dealdesk flip deal.ron discovery.billing=waived
  dealdesk rule discovery.billing.bid    when a rule stands, and what goes before it
  dealdesk check                         report every problem of the policies
  dealdesk diff HEAD                     what the edits since the last commit mean for deals
  dealdesk test                          decide the pack's cases, and show what changed
  dealdesk mutate                        make small mistakes in the policies; do the cases notice?
  dealdesk watch deal.ron                show what every save of a policy changes
  dealdesk fmt                           lay out the policies as all policies are laid out
  dealdesk init discounts                begin a pack of policies

Exit codes:
  0  fine
  1  done, and something was found: a decision undecided or in conflict, a finding, a case
     that failed or has changed
  2  could not be done: usage, unreadable or invalid policies or deals";

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Everywhere")]
struct Global {
    /// The folder of the pack [default: the nearest folder upwards with a `pack.ron`, else `rules`]
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    policy: Option<PathBuf>,
    /// When to use colors; `auto` minds the terminal, NO_COLOR and CLICOLOR
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    /// Print results and errors, and nothing else
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Eval(eval::Arguments),
    Batch(batch::Arguments),
    Ask(ask::Arguments),
    Why(why::Arguments),
    Flip(flip::Arguments),
    Rule(rule::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Test(test::Arguments),
    Mutate(mutate::Arguments),
    Watch(watch::Arguments),
    Fmt(fmt::Arguments),
    Explain(explain::Arguments),
    Init(init::Arguments),
    Completions(completions::Arguments),
}

/// Runs the command with the arguments of this process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let error = nearest(error);
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed.into() } else { Exit::Fine.into() };
        }
    };
    let mut output = Output::new(cli.global.color, cli.global.quiet);
    let done = match &cli.command {
        Command::Eval(arguments) => eval::run(arguments, &cli.global, &mut output),
        Command::Batch(arguments) => batch::run(arguments, &cli.global, &mut output),
        Command::Ask(arguments) => ask::run(arguments, &cli.global, &mut output),
        Command::Why(arguments) => why::run(arguments, &cli.global, &mut output),
        Command::Flip(arguments) => flip::run(arguments, &cli.global, &mut output),
        Command::Rule(arguments) => rule::run(arguments, &cli.global, &mut output),
        Command::Check(arguments) => check::run(arguments, &cli.global, &mut output),
        Command::Diff(arguments) => diff::run(arguments, &cli.global, &mut output),
        Command::Test(arguments) => test::run(arguments, &cli.global, &mut output),
        Command::Mutate(arguments) => mutate::run(arguments, &cli.global, &mut output),
        Command::Watch(arguments) => watch::run(arguments, &cli.global, &mut output),
        Command::Fmt(arguments) => fmt::run(arguments, &cli.global, &mut output),
        Command::Explain(arguments) => explain::run(arguments, &mut output),
        Command::Init(arguments) => init::run(arguments, &mut output),
        Command::Completions(arguments) => completions::run(arguments, &mut output),
    };
    let done = done.and_then(|exit| output.finish().map(|()| exit));
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => output.failure(failure).into(),
    }
}

/// Names the one command that is likely meant, where there is one.
fn nearest(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidSubcommand) {
        let cli = Cli::command();
        let near = did_you_mean(wrong, cli.get_subcommands().map(|command| command.get_name()));
        if let Some(near) = near.map(str::to_owned) {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::String(near));
        }
    }
    error
}

/// Finds and loads the pack that the arguments mean.
fn load(global: &Global) -> Result<Pack, Failure> {
    Ok(Pack::load(find(global)?)?)
}

/// Finds the folder of the pack that the arguments mean.
fn find(global: &Global) -> Result<PathBuf, Failure> {
    host::find(global.policy.as_deref(), &here()?).map_err(|d| Failure::Problems(Error::new(vec![*d], Sources::new())))
}

#[allow(clippy::disallowed_methods, reason = "the shell knows where it stands")]
fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|e| Failure::message(format!("the current folder cannot be found: {e}")))
}
