//! `dealdesk ask`: finds out what a deal is still missing, one question after the other.

mod dialogue;
mod save;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, deals, eval};
use crate::engine::Options;
use crate::host;
use crate::pack::{AskOptions, Deal};
use save::Target;

/// Find out what a deal is missing: only what still matters, the most decisive question first
#[derive(Args, Debug)]
#[command(after_help = "\
Without a deal nothing is known to begin with. It ends as soon as every decision is certain, and
shows them as `dealdesk eval` does. Instead of an answer, type

  why    why this is asked            back   take back the last answer
  skip   leave it unknown             done   stop here
  help   what can be answered

Examples:
  dealdesk ask --save deal.ron
  dealdesk ask half-known.ron --decision discovery.billing
  dealdesk ask deal.json --set client.existing=true --next
  dealdesk ask deal.ron --save deal.ron --force

Exit codes:
  0  everything asked for is decided; with `--next`: there is a question
  1  a decision is undecided, in conflict or in error
  2  the policies or the deal cannot be read, or the deal cannot be saved")]
pub(super) struct Arguments {
    /// What is known already: a file in RON, JSON, YAML or TOML, told by its ending
    #[arg(value_name = "DEAL", value_hint = clap::ValueHint::FilePath)]
    deal: Option<PathBuf>,
    #[command(flatten)]
    how: deals::How,
    /// Ask for what this decision needs alone; may be given several times
    #[arg(long, value_name = "NAME")]
    decision: Vec<String>,
    /// Save the deal with the answers: a file in RON or JSON, told by its ending
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with = "next")]
    save: Option<PathBuf>,
    /// Save it even over a file that is there
    #[arg(long, requires = "save")]
    force: bool,
    /// Print the next question as one object of JSON for other programs, and ask nothing
    #[arg(long)]
    next: bool,
    /// How to show the decisions at the end; with `json` the dialogue goes to standard error
    #[arg(long, value_name = "FORMAT", default_value = "tree", conflicts_with = "next")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree for the terminal
    Tree,
    /// One object
    Json,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    if !arguments.next && arguments.deal.as_ref().is_some_and(|deal| deal.as_os_str() == host::STDIN) {
        return Err(Failure::message("standard input cannot be both the deal and the answers")
            .help("name a file, or ask for one question with `--next`"));
    }
    let target = arguments.save.as_deref().map(|path| Target::new(path, arguments.force)).transpose()?;
    let pack = super::load(global)?;
    let options = AskOptions {
        strict: arguments.how.strict,
        only: eval::only(&pack, &arguments.decision)?,
        ..AskOptions::default()
    };
    let deal = arguments.how.read(&pack, arguments.deal.as_deref(), output)?;
    if arguments.next {
        return next(&deal, arguments, &options, output);
    }
    let mut interview = deal.interview(arguments.how.as_of(), &options);
    dialogue::hold(&mut interview, output, arguments.format == Format::Json)?;
    let decisions = interview.decisions();
    match arguments.format {
        Format::Json => output.line(&serde_json::to_string_pretty(&decisions).unwrap_or_default())?,
        Format::Tree => {
            let mut report = decisions.report();
            if arguments.deal.is_none() {
                report.deal_name = "the deal as you told it";
            }
            let options = crate::trace::TreeOptions { verbose: false, color: output.color() };
            output.result(&report.tree(options))?;
        }
    }
    let exit = eval::outcome(&decisions);
    match target {
        Some(target) => target.save(&interview.deal(), output).map(|()| exit),
        None => Ok(exit),
    }
}

/// The next question for programs, or the decisions where there is none.
fn next(deal: &Deal, arguments: &Arguments, options: &AskOptions, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(question) = deal.next_question(arguments.how.as_of(), options) {
        output.line(&format!("{:#}", question.json()))?;
        return Ok(Exit::Fine);
    }
    let how = Options {
        strict: options.strict,
        explain: false,
        only: Some(options.decisions(deal.pack())),
        ..Options::default()
    };
    let decisions = deal.decide_with(arguments.how.as_of(), &how);
    let evaluation = serde_json::to_value(&decisions).unwrap_or_default();
    output.line(&format!("{:#}", json!({ "version": 1, "done": true, "evaluation": evaluation })))?;
    Ok(eval::outcome(&decisions))
}
