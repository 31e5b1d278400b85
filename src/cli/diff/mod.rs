//! `dealdesk diff`: what a change of a policy means.

mod human;
mod markdown;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::host;
use crate::pack::limits::MANIFEST;
use crate::pack::{Deal, Diff, DiffOptions, Pack, Told};
use crate::trace::words::count;

/// Show what a change of the policies means: every deal that is decided otherwise
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk diff HEAD                      what the edits since the last commit mean
  dealdesk diff main --format markdown    the same for a merge request
  dealdesk diff old-rules rules           two folders
  dealdesk diff HEAD --on deals.jsonl     which of these deals come out otherwise

Exit codes:
  0  proved: every deal is decided alike
  1  something changed, or not everything was settled
  2  could not be done")]
pub(super) struct Arguments {
    /// The old pack: its folder, or a git revision of the new one
    #[arg(value_name = "OLD")]
    old: String,
    /// The new pack: its folder, or a git revision of it [default: the pack as it is]
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Count what changes among these deals: files, folders, JSON Lines or CSV
    #[arg(long, value_name = "DEALS", num_args = 1.., value_hint = clap::ValueHint::AnyPath)]
    on: Vec<PathBuf>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Give examples on this date, and decide the deals of `--on` as of it [default: today]
    #[arg(long, value_name = "DATE", value_parser = crate::cli::deals::date)]
    as_of: Option<Date>,
    /// Take no fact for a renamed one: what is gone is gone, and what is new is new
    #[arg(long)]
    no_renames: bool,
    /// Stop after so many seconds, and say what is not finished
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For a merge request
    Markdown,
    /// For programs
    Json,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let folder = folder_of_revisions(arguments, global)?;
    let load = |named: &str| match (is_folder(named), is_pack(named)) {
        (true, true) => Pack::load(named),
        (false, _) => Pack::load_revision(&folder, named),
        // A folder that is no pack may have the name of a revision.
        (true, false) => Pack::load_revision(&folder, named).or_else(|_| Pack::load(named)),
    };
    let new = match &arguments.new {
        Some(new) => load(new)?,
        None => Pack::load(&folder)?,
    };
    let old = load(&arguments.old)?;
    let start = host::now();
    let limit = Duration::from_secs(arguments.timeout);
    let options = DiffOptions { today: arguments.as_of.unwrap_or_else(host::today), renames: !arguments.no_renames };
    let mut diff = new.diff(&old, &options, &|| host::now().duration_since(start).is_ok_and(|time| time > limit));
    let unread = match arguments.on.is_empty() {
        true => 0,
        false => measure(&mut diff, arguments, [&old, &new], options.today, output),
    };
    match arguments.format {
        Format::Human => output.result(&human::human(&diff, output.color()))?,
        Format::Markdown => output.result(&markdown::markdown(&diff))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&diff).unwrap_or_else(|_| "{}".to_owned());
            output.line(&json)?;
        }
    }
    if diff.stopped {
        output
            .remark("not finished: the time was over before all deals were looked at; `--timeout SECONDS` gives more");
    }
    Ok(match (unread, diff.equivalent) {
        (0, true) => Exit::Fine,
        (0, false) => Exit::Found,
        _ => Exit::Failed,
    })
}

fn is_folder(named: &str) -> bool {
    Path::new(named).is_dir()
}

fn is_pack(named: &str) -> bool {
    Path::new(named).join(MANIFEST).is_file()
}

/// The folder that revisions are of.
fn folder_of_revisions(arguments: &Arguments, global: &Global) -> Result<PathBuf, Failure> {
    let sides = [Some(&arguments.old), arguments.new.as_ref()];
    let revision = sides.into_iter().flatten().find(|named| !is_folder(named));
    match (&arguments.new, revision, super::find(global)) {
        (Some(new), None, _) => Ok(PathBuf::from(new)),
        (Some(new), _, _) if is_pack(new) => Ok(PathBuf::from(new)),
        (_, Some(named), Err(_)) if global.policy.is_none() => {
            let message = format!("there is no folder `{named}`, and no pack here that it could be a git revision of");
            Err(Failure::message(message).help("name folders, or begin in that of a pack to name its revisions"))
        }
        (_, _, found) => found,
    }
}

/// Decides the deals of `--on` by both packs; gives how many could not be read.
fn measure(diff: &mut Diff, arguments: &Arguments, packs: [&Pack; 2], as_of: Date, output: &mut Output) -> usize {
    let [_, new] = packs;
    // A column of this name tells what a deal is called, unless it is a fact.
    let name = Some("deal").filter(|name| new.policy().schema.fact_by_name(name).is_none());
    let mut unread = 0;
    let mut read: Vec<host::Row> = Vec::new();
    host::rows(&host::Rows { paths: &arguments.on, name, packs: &packs }, &mut |row| match row {
        Ok(row) => read.push(row),
        Err(error) => {
            unread += 1;
            output.diagnostics(error.diagnostics(), error.sources());
        }
    });
    if unread > 0 {
        output.warning(&format!("{} could not be read, and left out", count(unread, "deal", "deals")));
    }
    diff.measure(told(read), as_of);
    unread
}

/// Deals as both packs read them. Those with one name are told apart by their places.
fn told(read: Vec<host::Row>) -> Vec<Told> {
    let mut called: HashMap<String, usize> = HashMap::new();
    read.iter().for_each(|row| *called.entry(row.name.clone()).or_default() += 1);
    let told = read.into_iter().filter_map(|row| {
        let name = match called.get(&row.name) {
            Some(2..) if row.name != row.place => format!("{} ({})", row.name, row.place),
            _ => row.name,
        };
        let [before, after] = <[Deal; 2]>::try_from(row.deals).ok()?;
        Some(Told { name, before, after })
    });
    told.collect()
}
