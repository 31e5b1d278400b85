//! What every command takes that decides deals: where they come from, and as of which date.

use std::path::Path;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::output::Output;
use crate::diagnostic::Code;
use crate::facts::DateRange;
use crate::facts::read::Format;
use crate::host;
use crate::pack::{Deal, Error, Pack};
use crate::trace::words::count;

/// How deals are read and decided.
#[derive(Args, Debug)]
pub(super) struct How {
    /// The date of the decisions, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,
    /// Set a fact, over what the deal says; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Leave presumed facts unknown
    #[arg(long)]
    pub(super) strict: bool,
    /// The format of the deal, whatever its name ends in
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<InputFormat>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InputFormat {
    /// Rusty Object Notation
    Ron,
    Json,
    Yaml,
    Toml,
}

impl How {
    /// Whether something is set over what deals say.
    pub(super) fn sets(&self) -> bool {
        !self.set.is_empty()
    }

    /// Refuses what can be set in no deal, such as a fact that there is not.
    pub(super) fn admit(&self, pack: &Pack) -> Result<(), Error> {
        let Err(error) = pack.empty_deal().set_all(&self.set) else { return Ok(()) };
        // Whether a record leaves a hole before it depends on the deal.
        let anywhere = error.diagnostics().iter().filter(|problem| problem.code != Code::DealBound);
        let problems: Vec<_> = anywhere.cloned().collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::new(problems, error.sources().clone())) }
    }

    /// The date of the decisions.
    pub(super) fn as_of(&self) -> Date {
        self.as_of.unwrap_or_else(host::today)
    }

    /// Reads the deal at `path`, where `-` is standard input, and sets what is to be set. Without a path nothing else
    /// is known of the deal. Says by the way which lists are begun by what is set.
    pub(super) fn read(&self, pack: &Pack, path: Option<&Path>, output: &mut Output) -> Result<Deal, Error> {
        let mut deal = match path {
            Some(path) => {
                let mut sources = pack.sources().clone();
                match host::read_deal(path, self.format(), &mut sources) {
                    Ok((id, format)) => pack.deal_in(&name(path), id, sources, format)?,
                    Err(problem) => return Err(Error::new(vec![*problem], sources)),
                }
            }
            None => pack.empty_deal(),
        };
        for (list, length) in deal.set_all(&self.set)? {
            let records = count(length, "record", "records");
            output.remark_once(&format!("`--set` begins the list `{list}`: it is taken to hold {records}"));
        }
        Ok(deal)
    }

    /// The deal at `path`, whose text is read already.
    pub(super) fn understand(&self, pack: &Pack, path: &Path, text: &str) -> Result<Deal, Error> {
        let format = self.format().map_or_else(|| host::format_of(path), Ok);
        let format = format.map_err(|problem| Error::new(vec![*problem], pack.sources().clone()))?;
        let mut deal = pack.read_deal(&name(path), text, format)?;
        deal.set_all(&self.set)?;
        Ok(deal)
    }

    /// The format that is given for the deals, whatever their names end in.
    fn format(&self) -> Option<Format> {
        self.input_format.map(|format| match format {
            InputFormat::Ron => Format::Ron,
            InputFormat::Json => Format::Json,
            InputFormat::Yaml => Format::Yaml,
            InputFormat::Toml => Format::Toml,
        })
    }
}

/// What a deal is called.
pub(super) fn name(path: &Path) -> String {
    if path.as_os_str() == host::STDIN { "<stdin>".to_owned() } else { host::called(path) }
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    let date = text.parse::<Date>().ok().filter(|d| d.to_string() == text);
    let date = date.ok_or("write year, month and day: 2026-01-31")?;
    if DateRange::ALL.contains(date) { Ok(date) } else { Err("dates lie in the years 1900 to 2199".to_owned()) }
}
