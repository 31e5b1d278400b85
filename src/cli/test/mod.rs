//! `dealdesk test`: decides the cases of a pack, and says what is not as expected and what is not as before.

mod coverage;
mod human;
mod machine;
mod ran;
mod review;
mod save;
mod suggest;
mod unread;

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, find};
use crate::base::did_you_mean;
use crate::cases::{Case, Selection};
use crate::host::{self, CaseFiles};
use crate::pack::Pack;
use ran::Ran;
use save::Saved;

/// Decide the pack's cases, and show what is not as expected or not as before
#[derive(Args, Debug)]
#[command(after_help = "\
Cases are deals with a name and a date, in files in the pack's folder `cases`. What a case
expects is written by hand; everything else it comes to is held by a snapshot beside the file.
What differs from a snapshot is written to a file that ends in `.snap.new`, and waits there to
be accepted.

Examples:
  dealdesk test                    all cases
  dealdesk test tender --tag eu    those with `tender` in their name or file, and this tag
  dealdesk test --review           go through what changed, and accept or reject it
  dealdesk test --check --unreferenced reject
                                   for CI: write nothing, and fail where anything differs
  dealdesk test --coverage         what the cases exercise of the policies, and what they do not
  dealdesk test --suggest          few cases for what they do not exercise, or do not notice

Exit codes:
  0  every case is as expected and as before
  1  an expectation is not met, a case has changed or has no snapshot yet, too little is covered, or
     cases are suggested
  2  the policies, a case, a deal that it names or a snapshot cannot be read, and the others were
     run; or a snapshot cannot be written")]
pub(super) struct Arguments {
    /// Only cases with this in their name or in that of their file, in any case; may be given several times
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only cases with this tag; with several, one of them is enough
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Take what the cases come to now for right
    #[arg(long, conflicts_with_all = ["review", "check"])]
    accept: bool,
    /// Go through what changed: accept, reject or skip it, or see why
    #[arg(long, conflicts_with = "check")]
    review: bool,
    /// Write nothing, not even what waits to be reviewed
    #[arg(long)]
    check: bool,
    /// What to do about snapshots of cases that are no longer there [default: mention them]
    #[arg(long, value_name = "WHAT")]
    unreferenced: Option<Unreferenced>,
    /// How to show the results
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Show what changed case by case
    #[arg(long, short)]
    verbose: bool,
    /// Print few cases that show what no case does; with `=DIR`, save them in a new file in this folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "-",
          conflicts_with_all = ["names", "tag", "accept", "review", "check", "unreferenced", "format", "verbose",
                                "coverage", "coverage_html", "coverage_lcov", "coverage_json", "fail_under"])]
    suggest: Option<PathBuf>,
    /// Stop looking for cases to suggest after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "suggest")]
    timeout: u64,
    #[command(flatten)]
    coverage: coverage::Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unreferenced {
    /// Fail
    Reject,
    /// Delete them
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object, for programs
    Json,
    /// JUnit XML, for CI systems
    Junit,
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    if arguments.review && arguments.format != Format::Human {
        return Err(Failure::message("`--review` is for people: it has no other format"));
    }
    if arguments.review && arguments.coverage.wanted() {
        let failure = Failure::message("`--review` goes through changes, and shows no coverage");
        return Err(failure.help("accept or reject what changed first"));
    }
    if arguments.check && arguments.unreferenced == Some(Unreferenced::Delete) {
        let failure = Failure::message("`--check` writes and deletes nothing");
        return Err(failure.help("`--unreferenced reject` fails where there are such snapshots"));
    }
    if arguments.format != Format::Human && arguments.coverage.takes_output() {
        let failure = Failure::message("standard output cannot take both the results and the coverage");
        return Err(failure.help("name a file for the coverage; `--format json --coverage` has it among the results"));
    }
    let dir = find(global)?;
    let pack = Pack::load(&dir)?;
    // The process ends with this command and gives everything back at once; of ten thousand cases, piece by piece takes long.
    let cases = ManuallyDrop::new(host::cases(&dir, &pack));
    if let Some(folder) = &arguments.suggest {
        suggest::admit(folder)?;
        let cases = ManuallyDrop::into_inner(cases).complete()?;
        return suggest::run(arguments, folder, &pack, &cases, output);
    }
    arguments.coverage.admit(&dir, &cases)?;
    let selection = Selection { names: arguments.names.clone(), tags: arguments.tag.clone() };
    let mut ran = ManuallyDrop::new(ran::run(&pack, &cases, &selection));
    if cases.unread.is_empty() && ran.iter().all(|file| file.results.is_empty()) {
        return Err(nothing(&dir, &cases, &selection));
    }
    unread::tell(&cases, arguments.format, output);
    if arguments.review {
        let exit = review::review(&pack, &cases, &mut ran, output)?;
        return Ok(if cases.unread.is_empty() { exit } else { Exit::Failed });
    }
    let saved = save(arguments, &cases, &mut ran);
    let coverage = arguments.coverage.wanted().then(|| coverage::count(&pack, &cases, &ran));
    match arguments.format {
        Format::Human => {
            output.give_way(arguments.coverage.takes_output());
            human::show(&pack, &cases, &ran, &saved, arguments.verbose, output)?;
            if let Some(coverage) = &coverage {
                coverage::show(&pack, coverage, arguments.verbose, output)?;
            }
            output.give_way(false);
        }
        Format::Json => output.line(&machine::json(&pack, &cases, &ran, &saved, coverage.as_ref()))?,
        Format::Junit => output.result(&machine::junit(&cases, &ran))?,
    }
    let mut under = false;
    if let Some(coverage) = &coverage {
        arguments.coverage.write(&pack, coverage, output)?;
        under = arguments.coverage.is_under(coverage, output);
    }
    if !saved.refused.is_empty() {
        return Err(save::failure(&saved.refused, &saved.written));
    }
    let unreferenced = arguments.unreferenced == Some(Unreferenced::Reject) && !saved.unreferenced.is_empty();
    let open = !arguments.accept && ran.iter().any(Ran::has_changed);
    let failed = ran.iter().any(Ran::has_failed);
    Ok(if !cases.unread.is_empty() {
        Exit::Failed
    } else if failed || open || unreferenced || under {
        Exit::Found
    } else {
        Exit::Fine
    })
}

fn save(arguments: &Arguments, cases: &CaseFiles, ran: &mut [Ran<'_>]) -> Saved {
    let mut saved = Saved::default();
    // Who picks out some cases does not want to hear of others.
    if arguments.unreferenced.is_some() || (arguments.names.is_empty() && arguments.tag.is_empty()) {
        saved.unreferenced = save::unreferenced(cases, ran);
    }
    if arguments.check {
        return saved;
    }
    if arguments.unreferenced == Some(Unreferenced::Delete) {
        // What could not be read may be what a snapshot belongs to.
        saved.withheld = !cases.unread.is_empty() && !saved.unreferenced.is_empty();
        if !saved.withheld {
            save::delete_unreferenced(cases, ran, &mut saved);
            saved.unreferenced.retain(|name| !saved.deleted.contains(name));
        }
    }
    for file in ran {
        if arguments.accept {
            match file.accept_all(&mut saved.written) {
                Ok(accepted) => saved.accepted += accepted,
                Err(refused) => {
                    saved.refused.push(refused);
                    continue;
                }
            }
        }
        match file.leave_pending() {
            Ok(pending) => saved.pending.extend(pending),
            Err(refused) => saved.refused.push(refused),
        }
    }
    saved
}

/// There is no case to run.
fn nothing(dir: &std::path::Path, cases: &CaseFiles, selection: &Selection) -> Failure {
    let all: Vec<&Case> = cases.files.iter().flat_map(|file| &file.cases).collect();
    if all.is_empty() {
        let folder: PathBuf = dir.join("cases");
        let folder = folder.strip_prefix(".").unwrap_or(&folder).display();
        let failure = Failure::message("the pack has no cases");
        return failure
            .help(format!("write one in a file in `{folder}`, in RON, JSON, YAML or TOML"))
            .help("such as `(name: \"a new client\", as_of: \"2026-03-01\", deal: (…), expect: (…))`");
    }
    let mut tags: Vec<&str> = all.iter().flat_map(|case| &case.tags).map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    let unknown = selection.tags.iter().find(|tag| !tags.contains(&tag.as_str()));
    if let Some(tag) = unknown {
        let failure = Failure::message(format!("no case has the tag `{tag}`"));
        return match did_you_mean(tag, tags.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None if tags.is_empty() => failure.help("no case has any tag"),
            None => failure.help(format!("the tags are `{}`", tags.join("`, `"))),
        };
    }
    let failure = Failure::message("no case is picked out");
    let one = |name: &String| {
        let alone = Selection { names: vec![name.clone()], tags: Vec::new() };
        cases.files.iter().any(|file| file.cases.iter().any(|case| alone.takes(case, &file.relative)))
    };
    match selection.names.iter().find(|name| !one(name)) {
        Some(name) => failure.help(format!("no case or file has `{name}` in its name")),
        None => failure.help("no case of these names has one of these tags"),
    }
}
