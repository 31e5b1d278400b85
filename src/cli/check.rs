//! `dealdesk check`: every problem of a pack.

use clap::{Args, ValueEnum};

use super::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::base::Sources;
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::pack::Pack;

/// Report every problem of the policies
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk check
  dealdesk --policy rules check --format json | jq '.[].message'

Exit codes:
  0  nothing, or notes alone
  1  findings
  2  the policies do not compile")]
pub(super) struct Arguments {
    /// How to show the problems
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
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
            show(arguments.format, pack.findings(), pack.sources(), output)?;
            if arguments.format == Format::Human {
                output.remark(&summary(&pack));
            }
            let found = pack.findings().iter().any(|d| d.severity == Severity::Finding);
            Ok(if found { Exit::Found } else { Exit::Fine })
        }
        Err(Failure::Problems(error)) => {
            show(arguments.format, error.diagnostics(), error.sources(), output)?;
            Ok(Exit::Failed)
        }
        Err(other) => Err(other),
    }
}

/// What was checked, in a few words.
fn summary(pack: &Pack) -> String {
    let policy = pack.policy();
    let count = |n, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
    let name = policy.label.as_deref().unwrap_or(&policy.name);
    let decisions = count(policy.decisions.len(), "decision", "decisions");
    let facts = count(policy.schema.facts.len(), "fact", "facts");
    // Nobody is to take silence about these for proof.
    let mut unchecked = "conflicts and gaps between rules are not looked for yet".to_owned();
    if !policy.properties.is_empty() {
        let properties = count(policy.properties.len(), "property is", "properties are");
        unchecked.push_str(&format!(", and {properties} not proved"));
    }
    format!("{name}, version {}: {decisions} from {facts}\n{unchecked}", policy.version)
}

/// Problems as data are the result, on standard output; for people they go to standard error like all others.
fn show(format: Format, problems: &[Diagnostic], sources: &Sources, output: &mut Output) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&render::json(problems, sources));
            output.line(&json.unwrap_or_else(|_| "[]".to_owned()))?;
        }
        Format::Human => {
            output.diagnostics(problems, sources);
            let summary = render::summary(problems).map_or("no problems".to_owned(), |s| format!("\n{s}"));
            output.remark(&summary);
            output.hint_explain(problems);
        }
    }
    Ok(())
}
