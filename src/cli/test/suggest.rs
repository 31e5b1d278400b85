//! `dealdesk test --suggest`: cases for what no case shows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Arguments;
use crate::cases::coverage::{Coverage, Kind};
use crate::cases::{Draft, draft_file};
use crate::cli::exit::{Exit, Failure};
use crate::cli::mutate::baselines;
use crate::cli::output::Output;
use crate::host::{self, CaseFiles};
use crate::mutate::{self, Baseline, Boundary, Cover, Subject, Suggestions, Survivor};
use crate::pack::Pack;
use crate::trace::words::{count, listed};

/// The tag of every case that is suggested.
const TAG: &str = "suggested";
/// The file that they are saved in, without its number and its ending.
const FILE: &str = "suggested";
/// How many such files there may be.
const MOST_FILES: usize = 1_000;
/// How much of what a case shows is told above it.
const MOST_REMARKS: usize = 12;
/// How many decisions the name of a case names at most.
const MOST_NAMED: usize = 3;

/// What stands above the cases.
const HEAD: &str = "\
// Suggested by `dealdesk test --suggest`. What is expected is what the policies decide today: read each case,
// decide by yourself what it should come to, and give it a name.
";

pub(super) fn run(
    arguments: &Arguments,
    folder: &Path,
    pack: &Pack,
    cases: &CaseFiles,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let begun = host::now();
    let limit = Duration::from_secs(arguments.timeout);
    let over = || host::now().duration_since(begun).is_ok_and(|spent| spent > limit);
    let policy = pack.policy();
    let baselines = if cases.files.is_empty() { Vec::new() } else { baselines(policy, cases)? };
    let subject = Subject { policy, sources: &cases.sources, cases: &baselines };
    let coverage = exercised(pack, &baselines);
    let mistakes = mutate::mutants(policy, &cases.sources);
    let survivors = host::in_parallel(&mistakes, |mutant| {
        let mutated = mutant.apply(policy);
        let reach = mutate::reach(policy, &mutated);
        let unnoticed = !over()
            && !mutate::proven_equal(policy, &mutated, &reach)
            && mutate::judge(&subject, &mutated, &reach).is_none();
        unnoticed.then(|| Survivor { mutant: mutant.clone(), mutated, reach })
    });
    let survivors: Vec<Survivor> = survivors.into_iter().flatten().collect();
    let today = baselines.iter().map(|baseline| baseline.case.as_of).max().unwrap_or_else(host::today);
    let found = mutate::suggest(&subject, &coverage, &survivors, today, &over);
    let told = Told { pack, cases, coverage: &coverage, survivors: &survivors, found: &found };
    if !found.cases.is_empty() {
        let text = told.file();
        if is_output(folder) {
            output.result(&text)?;
        } else {
            output.line(&format!("saved in {}", save(folder, &text)?.display()))?;
        }
    }
    let summary = told.summary();
    // Where cases are printed they alone are the result.
    if found.cases.is_empty() || !is_output(folder) {
        output.line(&summary)?
    } else {
        output.remark(&summary)
    }
    Ok(if found.cases.is_empty() && !found.stopped { Exit::Fine } else { Exit::Found })
}

fn is_output(folder: &Path) -> bool {
    folder.as_os_str() == "-"
}

/// What the cases exercise.
fn exercised(pack: &Pack, baselines: &[Baseline<'_>]) -> Coverage {
    let mut coverage = Coverage::of(pack.policy(), pack.sources());
    baselines.iter().for_each(|baseline| coverage.add(pack.policy(), baseline.case, &baseline.deal));
    coverage
}

/// Saves the cases under a name that nothing has yet.
fn save(folder: &Path, text: &str) -> Result<PathBuf, Failure> {
    let names = (1..=MOST_FILES).map(|n| if n == 1 { format!("{FILE}.ron") } else { format!("{FILE}-{n}.ron") });
    for name in names {
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() {
            continue;
        }
        return match host::create_whole_file(&path, text) {
            Ok(()) => Ok(path),
            Err(error) => {
                let failure =
                    Failure::message(format!("`{}` cannot be written: {}", path.display(), host::reason(&error)));
                Err(failure.help("`--suggest` alone prints the cases"))
            }
        };
    }
    let failure =
        Failure::message(format!("`{}` holds {MOST_FILES} files of suggested cases already", folder.display()));
    Err(failure.help("move or delete some, or name another folder"))
}

struct Told<'a> {
    pack: &'a Pack,
    cases: &'a CaseFiles,
    coverage: &'a Coverage,
    survivors: &'a [Survivor],
    found: &'a Suggestions,
}

impl Told<'_> {
    /// The file of cases.
    fn file(&self) -> String {
        let drafts = self.found.cases.iter().enumerate().map(|(at, case)| {
            let mut remarks: Vec<String> =
                case.shows.iter().map(|&shown| self.boundary(self.found.boundaries[shown].0)).collect();
            let decisions = case.decisions.iter().map(|id| self.pack.policy().decisions[*id].name.clone());
            let mut decisions: Vec<String> = decisions.collect();
            let others = decisions.len().saturating_sub(MOST_NAMED);
            decisions.truncate(MOST_NAMED);
            if others > 0 {
                decisions.push(format!("{others} more"));
            }
            let name = format!("suggested {}: {}", at + 1, listed(&decisions, "and"));
            let more = remarks.len().saturating_sub(MOST_REMARKS);
            remarks.truncate(MOST_REMARKS);
            if more > 0 {
                remarks.push(format!("and {more} more"));
            }
            remarks.insert(0, "shows for the first time:".to_owned());
            Draft { name, remarks, as_of: case.as_of, deal: &case.deal, decisions: &case.decisions }
        });
        let drafts: Vec<Draft<'_>> = drafts.collect();
        format!("{HEAD}{}", draft_file(self.pack.policy(), TAG, &drafts))
    }

    /// Something that no case shows, in words.
    fn boundary(&self, boundary: Boundary) -> String {
        match boundary {
            Boundary::Goal(place, goal) => {
                let clause = &self.coverage.clauses[place];
                let goal = clause.kind.goals().get(goal).copied().unwrap_or_default();
                match clause.kind {
                    Kind::Condition | Kind::Window => format!("`{}` of {}: {goal}", clause.text, clause.name),
                    kind => format!("{} {}: {goal}", kind.word(), clause.name),
                }
            }
            Boundary::Mistake(place) => {
                let mutant = &self.survivors[place].mutant;
                let words = mutate::words(self.pack.policy(), &self.cases.sources, mutant);
                let line = |lines: &[String], others: &[String]| {
                    lines.iter().find(|line| !others.contains(line)).map(|line| format!("`{line}`"))
                };
                match line(&words.after, &words.before) {
                    Some(mistake) => format!("a mistake in {}: {mistake}", mutant.owner),
                    None => {
                        let without = line(&words.before, &words.after).unwrap_or_default();
                        format!("a mistake in {}: no {without}", mutant.owner)
                    }
                }
            }
        }
    }

    /// How many cases, for how much, and what is left.
    fn summary(&self) -> String {
        let found = self.found;
        let is_none =
            |(boundary, cover): &&(Boundary, Cover)| matches!(boundary, Boundary::Mistake(_)) && *cover == Cover::Never;
        let none = found.boundaries.iter().filter(is_none).count();
        let of =
            |cover: Cover| found.boundaries.iter().filter(move |(_, c)| *c == cover).map(|(boundary, _)| *boundary);
        let (shown, all) = (of(Cover::Suggested).count(), found.boundaries.len() - none);
        let mut lines = Vec::new();
        if all == 0 {
            lines.push("nothing to suggest: the cases exercise everything, and notice every mistake".to_owned());
        } else {
            let cases = count(found.cases.len(), "case shows", "cases show");
            let few = match found.cases.len() {
                0 => String::new(),
                n if n == found.at_least => "; fewer cannot, which is proved".to_owned(),
                _ => format!("; for that it takes at least {}", found.at_least.max(1)),
            };
            lines.push(format!("{cases} {shown} of {all} things that no case shows{few}"));
        }
        for (cover, why) in
            [(Cover::Never, "no deal shows this, which is proved"), (Cover::Open, "no deal was found for this")]
        {
            let is_told = |boundary: &Boundary| cover == Cover::Open || matches!(boundary, Boundary::Goal(..));
            let left: Vec<String> = of(cover).filter(is_told).map(|boundary| self.boundary(boundary)).collect();
            lines.extend(left.iter().take(MOST_REMARKS).map(|boundary| format!("{why}: {boundary}")));
            if left.len() > MOST_REMARKS {
                lines.push(format!("{why}: {} more", left.len() - MOST_REMARKS));
            }
        }
        if none > 0 {
            let mistakes = count(none, "mistake is proved to be none", "mistakes are proved to be none");
            lines.push(format!("{mistakes}: every deal is decided alike"));
        }
        if found.stopped {
            lines.push("not finished: the time was over; `--timeout SECONDS` gives more".to_owned());
        }
        lines.join("\n")
    }
}

/// Refuses what is no folder before anything is searched for.
pub(super) fn admit(folder: &Path) -> Result<(), Failure> {
    if is_output(folder) || folder.is_dir() || !folder.exists() {
        return Ok(());
    }
    let failure = Failure::message(format!("`{}` is a file, and the cases are saved in a folder", folder.display()));
    Err(failure.help("name a folder; the file is named by itself, and overwrites nothing"))
}
