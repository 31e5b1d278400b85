//! What the cases exercised of the policies: counted, shown, and written where it was asked for.

use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::ran::Ran;
use crate::base::Sources;
use crate::cases::coverage::{self, Coverage, Tally};
use crate::cli::exit::Failure;
use crate::cli::output::{CODE, HEADING, Output};
use crate::host::{self, CaseFile, CaseFiles};
use crate::pack::Pack;

const GOOD: Style = AnsiColor::Green.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

/// How much of what was never exercised is told before it is only said how much more there is.
const MOST_MISSING: usize = 50;

/// What is asked for.
#[derive(Args, Debug)]
#[command(next_help_heading = "Coverage")]
pub(super) struct Asked {
    /// Show which rules, rows, conditions… of the policies the cases exercise
    #[arg(long)]
    coverage: bool,
    /// Write the policy files with what was exercised of them as one HTML page; `-` is standard output
    #[arg(long, value_name = "FILE")]
    coverage_html: Option<PathBuf>,
    /// Write it as an LCOV tracefile
    #[arg(long, value_name = "FILE")]
    coverage_lcov: Option<PathBuf>,
    /// Write it as JSON
    #[arg(long, value_name = "FILE")]
    coverage_json: Option<PathBuf>,
    /// Fail where less than this percentage was exercised
    #[arg(long, value_name = "PERCENT", value_parser = permille, allow_hyphen_values = true)]
    fail_under: Option<Permille>,
}

/// A percentage in tenths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permille(usize);

/// A percentage from 0 to 100, with at most one decimal.
fn permille(text: &str) -> Result<Permille, String> {
    let wrong = || "write a percentage from 0 to 100 with at most one decimal, such as `90` or `97.5`".to_owned();
    let number = text.strip_suffix('%').unwrap_or(text);
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str, most: usize| {
        let fits = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse::<usize>().ok()).flatten().ok_or_else(wrong)
    };
    let permille = digits(whole, 3)? * 10 + digits(tenth, 1)?;
    if permille > 1000 { Err(wrong()) } else { Ok(Permille(permille)) }
}

impl Asked {
    /// Whether coverage was asked for in any way.
    pub(super) fn wanted(&self) -> bool {
        self.coverage || self.fail_under.is_some() || self.files().next().is_some()
    }

    /// The files that were asked for.
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.coverage_html, &self.coverage_lcov, &self.coverage_json].into_iter().flatten()
    }

    /// Whether something goes to standard output, which then has no room for anything else.
    pub(super) fn takes_output(&self) -> bool {
        self.files().any(|file| is_output(file))
    }

    /// Refuses what would overwrite the pack, or one result by another.
    pub(super) fn admit(&self, dir: &Path, cases: &CaseFiles) -> Result<(), Failure> {
        let mut known = Vec::new();
        for file in self.files() {
            let shown = file.display();
            let real = if is_output(file) { PathBuf::from("-") } else { host::real_path(file) };
            if known.contains(&real) {
                let failure = Failure::message(format!("the coverage cannot be written to `{shown}` in two forms"));
                return Err(failure.help("name another file for one of them"));
            }
            if let Some(what) = cases.own(dir, file).filter(|_| !is_output(file)) {
                let failure = Failure::message(format!("the coverage is not written to `{shown}`: that is {what}"));
                return Err(failure.help("name a file that the pack does not read"));
            }
            known.push(real);
        }
        Ok(())
    }

    /// Writes the files that were asked for.
    pub(super) fn write(&self, pack: &Pack, coverage: &Coverage, output: &mut Output) -> Result<(), Failure> {
        let (policy, sources) = (pack.policy(), pack.sources());
        if let Some(path) = &self.coverage_html {
            write(path, &coverage::html(coverage, policy, sources), output)?;
        }
        if let Some(path) = &self.coverage_lcov {
            write(path, &coverage::lcov(coverage, sources), output)?;
        }
        if let Some(path) = &self.coverage_json {
            let json = serde_json::to_string_pretty(&coverage.data(policy, sources)).unwrap_or_default();
            write(path, &format!("{json}\n"), output)?;
        }
        Ok(())
    }

    /// Whether less was exercised than is asked for; says so.
    pub(super) fn is_under(&self, coverage: &Coverage, output: &mut Output) -> bool {
        let Some(Permille(least)) = self.fail_under else { return false };
        let total = coverage.total();
        let under = total.permille() < least;
        if under {
            let asked =
                if least % 10 == 0 { (least / 10).to_string() } else { format!("{}.{}", least / 10, least % 10) };
            output.remark(&format!("\nThe coverage of {} is under the {asked}% that are asked for", total.percent()));
        }
        under
    }
}

/// Whether that is a name of standard output.
fn is_output(path: &Path) -> bool {
    path.as_os_str() == "-" || path.as_os_str() == "/dev/stdout"
}

fn write(path: &Path, text: &str, output: &mut Output) -> Result<(), Failure> {
    if is_output(path) {
        return output.result(text);
    }
    host::write_result(path, text).map_err(|e| {
        let failure = Failure::message(format!("`{}` cannot be written: {}", path.display(), host::reason(&e)));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        failure.help(match folder {
            Some(folder) => format!("there is no folder `{}`: create it first, or name another", folder.display()),
            None if path.is_symlink() => "it is a link: name the file itself".to_owned(),
            None => "name a file in a folder that can be written to".to_owned(),
        })
    })?;
    output.remark(&format!("Coverage written to `{}`", path.display()));
    Ok(())
}

/// Counts what the cases that were run exercised.
pub(super) fn count(pack: &Pack, cases: &CaseFiles, ran: &[Ran<'_>]) -> Coverage {
    let empty = Coverage::of(pack.policy(), pack.sources());
    let all: Vec<(&CaseFile, &_)> =
        ran.iter().flat_map(|file| file.results.iter().map(move |done| (file.file, done.case))).collect();
    // As many at a time as make one more count worth its while.
    let parts: Vec<_> = all.chunks(64).collect();
    let counts = host::in_parallel(&parts, |part| {
        let mut coverage = empty.clone();
        for (file, case) in *part {
            coverage.add(pack.policy(), case, &cases.deal(file, case));
        }
        coverage
    });
    let mut coverage = empty;
    counts.iter().for_each(|count| coverage.join(count));
    coverage
}

/// Shows it to people.
pub(super) fn show(pack: &Pack, coverage: &Coverage, verbose: bool, output: &mut Output) -> Result<(), Failure> {
    let sources = pack.sources();
    let files = coverage.files();
    let name = |id| sources.get(id).map_or("", |file| file.name());
    let width = files.iter().map(|(id, _)| name(*id).chars().count()).chain([9]).max().unwrap_or(9);
    output.line(&format!("\n{HEADING}{:width$}   clauses          conditions       all{HEADING:#}", "Coverage"))?;
    for (id, clauses) in &files {
        output.line(&row(name(*id), width, clauses))?;
    }
    if files.len() != 1 {
        let all: Vec<&coverage::Clause> = coverage.clauses.iter().collect();
        output.line(&row("all files", width, &all))?;
    }
    // A line is broken between two kinds, and not within one.
    let kinds = coverage.by_kind();
    let kinds =
        kinds.iter().map(|(kind, t)| format!("{}\u{a0}{}/{}", kind.words().replace(' ', "\u{a0}"), t.reached, t.all));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    output.line(&format!("\n{}", textwrap::fill(&kinds, 100).replace('\u{a0}', " ")))?;
    missing(sources, coverage, verbose, output)
}

fn row(name: &str, width: usize, clauses: &[&coverage::Clause]) -> String {
    let of =
        |condition: bool| Tally::of(clauses.iter().filter(|clause| clause.kind.is_condition() == condition).copied());
    let mut text = format!("{name:width$}");
    for tally in [of(false), of(true)] {
        text.push_str(&if tally.all == 0 { format!("   {:14}", "–") } else { cell(tally, true) });
    }
    text.push_str(&cell(Tally::of(clauses.iter().copied()), false));
    text.trim_end().to_owned()
}

/// `  12/14   85.7%`
fn cell(tally: Tally, counts: bool) -> String {
    let style = if tally.reached == tally.all { GOOD } else { OPEN };
    let counted = if counts { format!("{}/{}", tally.reached, tally.all) } else { String::new() };
    let percent = tally.percent();
    match counts {
        true => format!("   {style}{counted:7} {percent:>6}{style:#}"),
        false => format!("   {style}{percent}{style:#}"),
    }
}

/// What was never exercised, each with its place and how it was written.
fn missing(sources: &Sources, coverage: &Coverage, verbose: bool, output: &mut Output) -> Result<(), Failure> {
    let files = coverage.files();
    let all: Vec<(&coverage::Clause, String)> =
        files.iter().flat_map(|(_, clauses)| clauses).filter_map(|c| Some((*c, c.missing()?))).collect();
    if all.is_empty() {
        return output.line("\nEverything was exercised");
    }
    output.line(&format!("\n{HEADING}Never exercised{HEADING:#}"))?;
    let shown = if verbose { all.len() } else { MOST_MISSING };
    for (clause, missing) in all.iter().take(shown) {
        let place = sources.locate(clause.span).map(|(file, at)| format!("{file}:{}:{}", at.line, at.column));
        output.line(&format!("{}  {missing}", place.unwrap_or_default()))?;
        if !clause.kind.is_condition() {
            output.line(&format!("    {CODE}{}{CODE:#}", clause.text))?;
        }
    }
    if all.len() > shown {
        output.line(&format!("and {} more; `--verbose` shows them", all.len() - shown))?;
    }
    Ok(())
}
