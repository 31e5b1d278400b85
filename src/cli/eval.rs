//! `dealdesk eval`: decides deals, and says why.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, deals};
use crate::base::did_you_mean;
use crate::diagnostic::render;
use crate::engine::Options;
use crate::host;
use crate::pack::{AskOptions, Decisions, Error, NAMELESS, Pack};
use crate::policy::DecisionId;
use crate::trace::{TreeOptions, data::Status};

/// Decide deals by the policies, and say why
#[derive(Args, Debug)]
#[command(after_help = "\
Without a deal nothing is known: the answers say what would have to be. `--set` on a record of a
list that is not given begins that list, which is then taken to hold no other records.

Examples:
  dealdesk eval deal.ron
  dealdesk eval deals/*.json --format json --as-of 2026-03-01
  dealdesk eval deal.ron --set client.existing=true --set 'instances[0].users=1200'
  dealdesk eval deal.ron --decision discovery.billing --verbose
  curl -s https://example.com/deal | dealdesk eval - --input-format json

Exit codes:
  0  everything is decided
  1  a decision is undecided, in conflict or in error
  2  the policies or a deal cannot be read")]
pub(super) struct Arguments {
    /// Deals: files in RON, JSON, YAML or TOML, told by their endings; `-` is standard input. Without any, nothing is known
    #[arg(value_name = "DEAL", value_hint = clap::ValueHint::FilePath)]
    deals: Vec<PathBuf>,
    #[command(flatten)]
    how: deals::How,
    /// Take this decision alone; may be given several times
    #[arg(long, value_name = "NAME")]
    decision: Vec<String>,
    /// How to show the decisions
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: Format,
    /// Leave out what the decisions rest on
    #[arg(long)]
    no_trace: bool,
    /// Show everything a decision rests on, down to rules that do not apply
    #[arg(long, short, conflicts_with = "no_trace")]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree for the terminal
    Tree,
    /// One object; for several deals one a line
    Json,
    /// A report in Markdown
    Markdown,
    /// A report as a page of its own
    Html,
    /// A diagram in Mermaid's language
    Mermaid,
}

/// What is written above answers where no deal is named.
const NO_DEAL: &str = "no deal given: nothing is known";
const ONLY_SET: &str = "no deal given: nothing is known but what is set";

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let stdin = arguments.deals.iter().filter(|d| d.as_os_str() == host::STDIN).count();
    if stdin > 1 {
        return Err(Failure::message("standard input can be only one of the deals").help("give `-` once"));
    }
    if arguments.verbose && arguments.format != Format::Tree {
        return Err(Failure::message("`--verbose` is for the tree alone")
            .help("`--format json` has everything as it is; `--format markdown` and `html` are reports"));
    }
    if arguments.deals.len() > 1 && matches!(arguments.format, Format::Html | Format::Mermaid) {
        return Err(Failure::message("a page or a diagram is of one deal")
            .help("run it for each deal; `--format markdown` and `json` take several"));
    }
    let pack = super::load(global)?;
    let options = Options {
        strict: arguments.how.strict,
        // What people judged is told even without a trace.
        explain: !(arguments.no_trace && arguments.format == Format::Json),
        only: only(&pack, &arguments.decision)?,
        ..Options::default()
    };
    let asking = AskOptions { only: options.only.clone(), ..AskOptions::default() };
    let as_of = arguments.how.as_of();
    let deals: Vec<Option<&Path>> = match arguments.deals.as_slice() {
        [] => vec![None],
        deals => deals.iter().map(|d| Some(d.as_path())).collect(),
    };
    let mut exit = Exit::Fine;
    let mut told: Option<Error> = None;
    for (i, path) in deals.into_iter().enumerate() {
        match arguments.how.read(&pack, path, output) {
            Ok(deal) => {
                let decisions = deal.decide_with(as_of, &options);
                if i > 0 && arguments.format != Format::Json {
                    output.line("")?;
                }
                output.result(&view(&decisions, arguments, &asking, output.color()))?;
                exit = exit.max(outcome(&decisions));
            }
            Err(error) => {
                exit = exit.max(if arguments.format == Format::Json {
                    unreadable(path, &error, output)?
                } else if told.as_ref().is_some_and(|told| is_same(told, &error)) {
                    Exit::Failed
                } else {
                    output.failure(told.insert(error).clone().into())
                });
            }
        }
    }
    Ok(exit)
}

/// A deal that cannot be read, for programs: standard output has its problems, and standard error says no more than
/// that there are some.
fn unreadable(path: Option<&Path>, error: &Error, output: &mut Output) -> Result<Exit, Failure> {
    let name = path.map_or_else(|| NAMELESS.to_owned(), deals::name);
    let problems = render::json(error.diagnostics(), error.sources());
    output.line(&json!({ "deal": name, "diagnostics": problems }).to_string())?;
    let summary = render::summary(error.diagnostics()).unwrap_or_default();
    output.remark(&format!("{name} is not decided: {summary}, told in the JSON"));
    Ok(Exit::Failed)
}

/// Whether two deals are wrong for one cause: what `--set` says, which need not be read twice.
fn is_same(one: &Error, other: &Error) -> bool {
    one.diagnostics() == other.diagnostics() && one.diagnostics().iter().all(|d| d.primary.is_none())
}

/// The decisions in the form asked for, with a line break at the end.
fn view(decisions: &Decisions, arguments: &Arguments, asking: &AskOptions, color: bool) -> String {
    let mut report = decisions.report();
    report.traces = !arguments.no_trace;
    if arguments.deals.is_empty() && arguments.format != Format::Json {
        report.deal_name = if arguments.how.sets() { ONLY_SET } else { NO_DEAL };
    }
    let mut text = match arguments.format {
        Format::Tree => {
            let options = TreeOptions { verbose: arguments.verbose, color };
            match decisions.next_question(asking) {
                Some(question) => report.tree_with_next(options, &question.path),
                None => report.tree(options),
            }
        }
        Format::Json if arguments.deals.len() > 1 => report.json(),
        Format::Json => serde_json::to_string_pretty(decisions).unwrap_or_else(|_| report.json()),
        Format::Markdown => report.markdown(),
        Format::Html => report.html(),
        Format::Mermaid => report.mermaid(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// 1 where something is not decided.
pub(super) fn outcome(decisions: &Decisions) -> Exit {
    let settled = |status| matches!(status, Status::Decided | Status::Default);
    if decisions.iter().all(|(_, answer)| settled(answer.status)) { Exit::Fine } else { Exit::Found }
}

/// The decisions asked for by name; all where none is.
pub(super) fn only(pack: &Pack, names: &[String]) -> Result<Option<Vec<DecisionId>>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    names.iter().map(|name| decision(pack, name)).collect::<Result<Vec<_>, _>>().map(Some)
}

/// The decision called `name`.
pub(super) fn decision(pack: &Pack, name: &str) -> Result<DecisionId, Failure> {
    let policy = pack.policy();
    policy.decision_by_name(name).ok_or_else(|| {
        let failure = Failure::message(format!("the policy has no decision `{name}`"));
        let names: Vec<&str> = policy.decisions.iter().map(|(_, d)| d.name.as_str()).collect();
        match did_you_mean(name, names.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("its decisions are `{}`", names.join("`, `"))),
        }
    })
}
