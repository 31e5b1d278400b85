//! `dealdesk rule`: when a rule stands, with everything that goes before it.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::host;
use crate::pack::RuleOptions;
use crate::pack::rule::Proved;

/// Say when a rule stands, with everything that goes before it
#[derive(Args, Debug)]
#[command(after_help = "\
A rule may apply and yet not stand: another overrides it, or a row above it comes first. This
tells the whole condition in the words of the policy, and leaves out what is proved to make no
difference. An example shows it standing, another giving way.

Examples:
  dealdesk rule discovery.billing.bid
  dealdesk rule legal_bar --unfold         what the definitions in its condition stand for, too
  dealdesk rule accept_contract.room       a row of a table; bands, requirements, items likewise
  dealdesk rule discovery.billing.default  when no rule of a decision stands

Exit codes:
  0  done
  1  not finished in time
  2  nothing is called so, or the policies do not compile")]
pub(super) struct Arguments {
    /// The rule, row, band, requirement or item: `DECISION.RULE`, or its own name where it has no namesake;
    /// `DECISION.default` is a default
    #[arg(value_name = "NAME")]
    name: String,
    /// Say what the definitions and constants stand for that the conditions name
    #[arg(long)]
    unfold: bool,
    /// Decisions on this date alone [default: all dates]
    #[arg(long, value_name = "DATE", value_parser = super::deals::date)]
    as_of: Option<Date>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Stop proving after so many seconds; what was left out until then is proved
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
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
    let start = host::now();
    let limit = Duration::from_secs(arguments.timeout);
    let stop = || host::now().duration_since(start).is_ok_and(|time| time > limit);
    let options = RuleOptions {
        today: arguments.as_of.unwrap_or_else(host::today),
        as_of: arguments.as_of,
        unfold: arguments.unfold,
    };
    let rule = pack.rule(&arguments.name, &options, &stop).map_err(|unknown| {
        let failure = Failure::message(unknown.message);
        match unknown.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    match arguments.format {
        Format::Human => output.result(&rule.to_string())?,
        Format::Json => output.line(&serde_json::to_string_pretty(&rule).unwrap_or_default())?,
    }
    Ok(if rule.completeness == Proved::NotFinished { Exit::Found } else { Exit::Fine })
}
