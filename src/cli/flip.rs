//! `dealdesk flip`: the smallest change of a deal that leads to an outcome.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, deals};
use crate::host;
use crate::pack::FlipOptions;
use crate::pack::flip::{Outcome, Proved};

/// Find the smallest change of a deal that leads to an outcome, or prove that none does
#[derive(Args, Debug)]
#[command(after_help = "\
Each fact that changes, or is found out, costs 1 or the `cost` that the policy declares. What
costs the least together is told: every set of facts that does, with values that are as near as
can be to what they were. Facts that are `fixed`, the date, and the number of records stay.

Examples:
  dealdesk flip deal.ron discovery.billing=waived
  dealdesk flip deal.ron 'retainer.rate<=90'
  dealdesk flip deal.ron lead.priority=high --within lead.budget_fit lead.openness
  dealdesk flip deal.ron 'instances[0].tier!=large' --format json

Exit codes:
  0  changes lead there, or it is so already
  1  proved that none does, or not finished
  2  the decision, the value or the deal cannot be read, or the policies do not compile")]
pub(super) struct Arguments {
    /// The deal: a file, or `-` for standard input
    #[arg(value_name = "DEAL", value_hint = clap::ValueHint::FilePath)]
    deal: PathBuf,
    /// The decision and what it is to come to, with =, !=, <, <=, > or >=; for a checklist an item
    #[arg(value_name = "DECISION=VALUE")]
    wanted: String,
    /// Only these facts may change: a fact, a group, a list or a record, such as `client.kind`, `client`,
    /// `instances[0]`
    #[arg(long, value_name = "FACT", num_args = 1.., value_delimiter = ',')]
    within: Vec<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Stop after so many seconds, and say what was found until then
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    #[command(flatten)]
    how: deals::How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object, for programs
    Json,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let pack = super::load(global)?;
    let deal = arguments.how.read(&pack, Some(&arguments.deal), output)?;
    let start = host::now();
    let limit = Duration::from_secs(arguments.timeout);
    let stop = || host::now().duration_since(start).is_ok_and(|time| time > limit);
    let options = FlipOptions { strict: arguments.how.strict, within: arguments.within.clone() };
    let flipped = deal.flip(&arguments.wanted, arguments.how.as_of(), &options, &stop).map_err(|wrong| {
        let failure = Failure::message(wrong.message);
        match wrong.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    match arguments.format {
        Format::Human => output.result(&flipped.to_string())?,
        Format::Json => output.line(&serde_json::to_string_pretty(&flipped).unwrap_or_default())?,
    }
    Ok(match (flipped.result, flipped.completeness) {
        (Outcome::IsSo, _) | (Outcome::Found, Proved::Exact | Proved::NotAnalysed) => Exit::Fine,
        (Outcome::Found, Proved::NotFinished) | (Outcome::Impossible | Outcome::NotSettled, _) => Exit::Found,
    })
}
