//! `dealdesk check`: every problem of a pack.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::base::Sources;
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::host;
use crate::pack::{Pack, Proof};

/// Report every problem of the policies, and prove what they promise
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk check
  dealdesk --policy rules check --format json | jq '.[].message'

Exit codes:
  0  nothing, or notes alone
  1  findings, or not finished
  2  the policies do not compile")]
pub(super) struct Arguments {
    /// How to show the problems
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// Give examples on this date, where any date will do [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::deals::date)]
    as_of: Option<Date>,

    /// Stop proving after so many seconds, and say what is not finished
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// An array of objects, for programs
    Json,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    match super::load(global) {
        Ok(pack) => {
            let start = host::now();
            let limit = Duration::from_secs(arguments.timeout);
            let proof = pack.prove(arguments.as_of.unwrap_or_else(host::today), &|| {
                host::now().duration_since(start).is_ok_and(|time| time > limit)
            });
            let problems: Vec<Diagnostic> = pack.findings().iter().chain(&proof.findings).cloned().collect();
            let none = if proof.stopped { "no problems were found so far" } else { "no problems" };
            show(arguments.format, &problems, pack.sources(), none, output)?;
            if arguments.format == Format::Human {
                output.remark(&summary(&pack, &proof));
            } else if proof.stopped {
                output.remark(NOT_FINISHED);
            }
            let found = proof.stopped || problems.iter().any(|d| d.severity == Severity::Finding);
            Ok(if found { Exit::Found } else { Exit::Fine })
        }
        Err(Failure::Problems(error)) => {
            show(arguments.format, error.diagnostics(), error.sources(), "no problems", output)?;
            Ok(Exit::Failed)
        }
        Err(other) => Err(other),
    }
}

/// What was checked, in a few words.
fn summary(pack: &Pack, proof: &Proof) -> String {
    let policy = pack.policy();
    let count = |n, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
    let name = policy.label.as_deref().unwrap_or(&policy.name);
    let decisions = count(policy.decisions.len(), "decision", "decisions");
    let facts = count(policy.schema.facts.len(), "fact", "facts");
    let mut summary = format!("{name}, version {}: {decisions} from {facts}", policy.version);
    if !policy.properties.is_empty() {
        let properties = count(policy.properties.len(), "property", "properties");
        let since = policy.since.map(|date| format!(" from {date} on")).unwrap_or_default();
        summary.push_str(&format!("\n{} of {properties} proved for every deal{since}", proof.proved));
    }
    if proof.stopped {
        summary.push_str(&format!("\n{NOT_FINISHED}"));
    }
    if !proof.open.is_empty() {
        summary.push_str(&format!("\nneither proved nor broken so far: {}", open(&proof.open)));
    }
    summary
}

/// Names of properties, the first few of many.
fn open(names: &[String]) -> String {
    let told: Vec<String> = names.iter().take(MOST_TOLD).map(|name| format!("`{name}`")).collect();
    let more = names.len() - told.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", told.join(", "))
}

/// So many names are told.
const MOST_TOLD: usize = 10;

const NOT_FINISHED: &str =
    "not finished: the time was over before all deals were looked at; `--timeout SECONDS` gives more";

/// Problems as data are the result, on standard output; for people they go to standard error like all others.
fn show(
    format: Format,
    problems: &[Diagnostic],
    sources: &Sources,
    none: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&render::json(problems, sources));
            output.line(&json.unwrap_or_else(|_| "[]".to_owned()))?;
        }
        Format::Human => {
            output.diagnostics(problems, sources);
            let summary = render::summary(problems).map_or(none.to_owned(), |s| format!("\n{s}"));
            output.remark(&summary);
            output.hint_explain(problems);
        }
    }
    Ok(())
}
