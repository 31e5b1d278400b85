//! `dealdesk mutate`: makes small mistakes in the policies, and says which of them no case notices.

mod human;
mod machine;
mod progress;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Global, find};
use crate::base::did_you_mean;
use crate::cases;
use crate::host::{self, CaseFiles};
use crate::mutate::{self, Baseline, Compared, Killer, Mutant, Reach, Sample, Subject, Telling, Told, Words};
use crate::pack::Pack;
use crate::policy::Policy;
use progress::Progress;

/// Make small mistakes in the policies, and show those that no case notices
#[derive(Args, Debug)]
#[command(after_help = "\
A mistake is a figure one step off, a comparison turned, a rule left out, an outcome swapped and
the like. Each is tried on its own, on a copy: no file is written. It is killed where a case no
longer comes to what is expected of it, or to what its snapshot holds. One that survives shows
what the cases do not look at, as a change of the policy, with a deal that would tell. One of
which it is proved that every deal is decided alike is no mistake, and is not counted.

Examples:
  dealdesk mutate                          all mistakes
  dealdesk mutate discovery.billing        those in one decision
  dealdesk mutate leads --max 50           fifty of those in a file with `leads` in its name
  dealdesk mutate --timeout 60             what can be tried in a minute

Ctrl-C ends it early, with what was found so far.

Exit codes:
  0  all were tried, and no mistake survived
  1  some survived, or were not tried to the end
  2  the policies or cases cannot be read, or the cases do not hold even without a mistake")]
pub(super) struct Arguments {
    /// Only in this decision, table, definition, constant or fact, or in files with this in their name
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// At most so many mistakes, picked from all
    #[arg(long, value_name = "N", value_parser = most)]
    max: Option<usize>,
    /// Which mistakes `--max` picks: the same for the same number
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Stop after so many seconds; what was not tried is said
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<u64>,
    /// How many deals to try for a mistake that survives and of which nothing can be proved
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    tries: usize,
    /// How to show the results
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Show also what noticed each mistake
    #[arg(long, short)]
    verbose: bool,
}

fn most(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "write how many, 1 or more".to_owned())
}

fn seconds(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "write whole seconds, 1 or more".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object, for programs
    Json,
}

/// How many deals are tried before one is searched for.
const FIRST_TRIES: usize = 200;

/// A mistake, and what became of it.
struct Tried {
    mutant: Mutant,
    words: Words,
    fate: Fate,
}

enum Fate {
    /// A case noticed.
    Killed(Killer),
    /// None did; a deal that would tell, and how many were tried for it.
    Survived(Option<Box<Telling>>, usize),
    /// None did, and the time was over while a deal was looked for; how many were tried.
    Unfinished(usize),
    /// No decision rests on it.
    Equal,
    /// It is proved that every deal is decided alike.
    Proved,
    /// It was ended before: the time was over, or somebody ended it.
    NotTried,
}

/// Everything that was tried.
struct Results<'a> {
    pack: &'a Pack,
    /// The file and the name of each case, in order.
    names: Vec<(&'a str, &'a str)>,
    tried: Vec<Tried>,
    /// Whether somebody ended it early.
    interrupted: bool,
}

/// How many mistakes ended in which way.
struct Counts {
    all: usize,
    by_expectation: usize,
    by_snapshot: usize,
    survived: usize,
    unfinished: usize,
    equal: usize,
    proved: usize,
    not_tried: usize,
}

impl Results<'_> {
    fn counts(&self) -> Counts {
        let of = |is: fn(&Fate) -> bool| self.tried.iter().filter(|tried| is(&tried.fate)).count();
        Counts {
            all: self.tried.len(),
            by_expectation: of(|fate| matches!(fate, Fate::Killed(killer) if killer.expectation)),
            by_snapshot: of(|fate| matches!(fate, Fate::Killed(killer) if !killer.expectation)),
            survived: of(|fate| matches!(fate, Fate::Survived(..))),
            unfinished: of(|fate| matches!(fate, Fate::Unfinished(_))),
            equal: of(|fate| matches!(fate, Fate::Equal)),
            proved: of(|fate| matches!(fate, Fate::Proved)),
            not_tried: of(|fate| matches!(fate, Fate::NotTried)),
        }
    }
}

impl Counts {
    /// What is not tried is not found to be fine.
    fn exit(&self) -> Exit {
        if self.survived + self.unfinished + self.not_tried > 0 { Exit::Found } else { Exit::Fine }
    }

    fn killed(&self) -> usize {
        self.by_expectation + self.by_snapshot
    }

    /// What part of those that count was killed, in tenths of a percent, rounded down: 100 % is all of them.
    fn score(&self) -> Option<String> {
        let tenths = (self.killed() * 1000).checked_div(self.killed() + self.survived)?;
        Some(format!("{}.{}", tenths / 10, tenths % 10))
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let begun = host::now();
    let over = || {
        let spent = host::now().duration_since(begun).unwrap_or_default();
        INTERRUPTED.load(Ordering::Relaxed)
            || arguments.timeout.is_some_and(|seconds| spent >= Duration::from_secs(seconds))
    };
    end_early_with_ctrl_c()?;
    let dir = find(global)?;
    let pack = Pack::load(&dir)?;
    let cases = host::cases(&dir, &pack).complete()?;
    let policy = pack.policy();
    let picked = pick(arguments, policy, &cases)?;
    let baselines = baselines(policy, &cases)?;
    let subject = Subject { policy, sources: &cases.sources, cases: &baselines };
    let progress = Progress::new(picked.len(), global.quiet);
    let tried = host::in_parallel(&picked, |mutant| {
        let fate = if over() { Fate::NotTried } else { fate(&subject, mutant, arguments.tries, &|| !over()) };
        progress.step(matches!(fate, Fate::Survived(..)));
        Tried { mutant: mutant.clone(), words: mutate::words(policy, &cases.sources, mutant), fate }
    });
    progress.end();
    let names = cases.files.iter().flat_map(|file| file.cases.iter().map(|c| (file.shown.as_str(), c.name.as_str())));
    let interrupted = INTERRUPTED.load(Ordering::Relaxed);
    let results = Results { pack: &pack, names: names.collect(), tried, interrupted };
    match arguments.format {
        Format::Human => human::show(&results, arguments.verbose, output)?,
        Format::Json => output.line(&machine::json(&results))?,
    }
    Ok(results.counts().exit())
}

/// Whether somebody has pressed Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Stops trying when people ask for it, and ends the process where they ask again.
fn end_early_with_ctrl_c() -> Result<(), Failure> {
    let end = || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(2);
        }
    };
    ctrlc::set_handler(end).map_err(|e| Failure::message(format!("Ctrl-C cannot be listened for: {e}")))
}

fn fate(subject: &Subject<'_>, mutant: &Mutant, tries: usize, go_on: &dyn Fn() -> bool) -> Fate {
    let mutated = mutant.apply(subject.policy);
    let reach = mutate::reach(subject.policy, &mutated);
    if mutate::proven_equal(subject.policy, &mutated, &reach) {
        return Fate::Equal;
    }
    match mutate::judge(subject, &mutated, &reach) {
        Some(killer) => Fate::Killed(killer),
        None => unnoticed(subject, mutant, &mutated, &reach, tries, go_on),
    }
}

/// What becomes of a mistake that no case notices. Most are told apart by one of the first deals that are tried; for the
/// others one is searched for, or proved not to be there, and only where that cannot be settled are more deals tried.
fn unnoticed(
    subject: &Subject<'_>,
    mutant: &Mutant,
    mutated: &Policy,
    reach: &Reach,
    tries: usize,
    go_on: &dyn Fn() -> bool,
) -> Fate {
    let first = tries.min(FIRST_TRIES);
    let (told, tried) = mutate::tell_apart(subject, mutant, mutated, reach, first, go_on);
    match told {
        Told::By(telling) => return Fate::Survived(Some(telling), tried),
        Told::Unfinished => return Fate::Unfinished(tried),
        Told::ByNone => {}
    }
    match mutate::compare(subject, mutant, mutated, reach, go_on) {
        Compared::Equal => Fate::Proved,
        Compared::Told(telling) => Fate::Survived(Some(telling), tried),
        Compared::Unfinished => Fate::Unfinished(tried),
        Compared::Open => match mutate::tell_apart(subject, mutant, mutated, reach, tries, go_on) {
            (Told::By(telling), tried) => Fate::Survived(Some(telling), tried),
            (Told::ByNone, tried) => Fate::Survived(None, tried),
            (Told::Unfinished, tried) => Fate::Unfinished(tried),
        },
    }
}

/// The mistakes that are asked for.
fn pick(arguments: &Arguments, policy: &Policy, cases: &CaseFiles) -> Result<Vec<Mutant>, Failure> {
    let all = mutate::mutants(policy, &cases.sources);
    let file = |span| cases.sources.locate(span).map_or("", |(file, _)| file);
    for name in &arguments.names {
        if !all.iter().any(|mutant| Sample::names(name, mutant, file(mutant.span))) {
            let failure = Failure::message(format!("there is nothing to change in `{name}`"));
            let mut owners: Vec<&str> = all.iter().map(|mutant| mutant.owner.as_str()).collect();
            owners.dedup();
            return Err(match did_you_mean(name, owners) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure
                    .help("name a decision, a table, a definition, a constant, a fact, or a part of a file's name"),
            });
        }
    }
    if all.is_empty() {
        return Err(Failure::message("there is nothing to change in these policies"));
    }
    let sample = Sample { names: arguments.names.clone(), max: arguments.max, seed: arguments.seed };
    Ok(sample.of(all, file))
}

/// The cases without a mistake. They have to hold, or nothing could be learned from their failing.
pub(super) fn baselines<'a>(policy: &Policy, cases: &'a CaseFiles) -> Result<Vec<Baseline<'a>>, Failure> {
    let all: Vec<_> = cases.files.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case))).collect();
    if all.is_empty() {
        let failure = Failure::message("the pack has no cases, so that any mistake would survive");
        return Err(failure.help("write some first: see `dealdesk test --help`"));
    }
    let run = host::in_parallel(&all, |(file, case)| {
        let deal = cases.deal(file, case);
        let outcome = cases::run(policy, &cases.sources, case, &deal);
        let held = file.accepted.as_ref().and_then(|snapshot| snapshot.get(&case.name));
        let holds = outcome.unmet.is_empty() && held.is_none_or(|held| *held == outcome.summary);
        (Baseline { case, deal, summary: outcome.summary, held: held.is_some() }, holds)
    });
    let broken = run.iter().filter(|(_, holds)| !holds).count();
    if let Some((first, _)) = run.iter().find(|(_, holds)| !holds) {
        let message = match broken {
            1 => format!("the case “{}” does not hold even without a mistake", first.case.name),
            n => format!("{n} cases do not hold even without a mistake, “{}” first", first.case.name),
        };
        return Err(Failure::message(message).help("`dealdesk test` shows why"));
    }
    Ok(run.into_iter().map(|(baseline, _)| baseline).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(go_on: bool) -> Vec<Fate> {
        let pack = Pack::compile([("a.policy", "fact n: integer 0..1_000\ndecide high: boolean = n >= 417")]).unwrap();
        let subject = Subject { policy: pack.policy(), sources: pack.sources(), cases: &[] };
        let mutants = mutate::mutants(pack.policy(), pack.sources());
        mutants.iter().map(|mutant| fate(&subject, mutant, 2_000, &|| go_on)).collect()
    }

    #[test]
    fn a_mistake_that_time_was_too_short_for_has_not_survived() {
        assert!(fates(true).iter().all(|fate| matches!(fate, Fate::Survived(Some(_), _))));
        assert!(fates(false).iter().all(|fate| matches!(fate, Fate::Unfinished(0))));
        assert!(fates(false).len() > 2);
    }
}
