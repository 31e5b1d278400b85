//! The results for people: what survived, as a change of the policy.

use anstyle::{AnsiColor, Style};

use super::super::exit::Failure;
use super::super::output::{HEADING, Output};
use super::{Counts, Fate, Results, Tried};
use crate::facts::write;
use crate::mutate::Telling;
use crate::trace::words::count;

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

pub(super) fn show(results: &Results<'_>, verbose: bool, output: &mut Output) -> Result<(), Failure> {
    for tried in &results.tried {
        match &tried.fate {
            Fate::Survived(telling, tries) => {
                output.line(&difference(tried, "survived"))?;
                output.line(&told(results, telling.as_deref(), *tries))?;
            }
            Fate::Unfinished(tries) => {
                output.line(&difference(tried, "not finished"))?;
                let tries = count(*tries, "try", "tries");
                output
                    .line(&format!("  no case noticed it, and this ended after {tries} to find a deal that tells\n"))?;
            }
            Fate::Killed(killer) if verbose => {
                let (file, name) = results.names.get(killer.case).copied().unwrap_or_default();
                let how = if killer.expectation { "expectation" } else { "snapshot" };
                output.line(&difference(tried, "killed"))?;
                output.line(&format!("  by the {how} of “{name}” in {file}: {}\n", killer.message))?;
            }
            Fate::Equal if verbose => {
                output.line(&difference(tried, "no mistake"))?;
                output.line("  no decision rests on it\n")?;
            }
            Fate::Proved if verbose => {
                output.line(&difference(tried, "no mistake"))?;
                output.line("  proved: every deal is decided alike\n")?;
            }
            _ => {}
        }
    }
    output.line(&summary(&results.counts(), results.interrupted))
}

fn difference(tried: &Tried, fate: &str) -> String {
    let place = tried.words.place.as_ref().map(|place| format!("{}:{}  ", place.file, place.line)).unwrap_or_default();
    let mut text =
        format!("{HEADING}{place}{}{HEADING:#}  {}, {fate}", tried.mutant.owner, tried.mutant.operator.words());
    let (before, after) = (&tried.words.before, &tried.words.after);
    for line in before.iter().filter(|line| !after.contains(line)) {
        text.push_str(&format!("\n  {OLD}- {line}{OLD:#}"));
    }
    for line in after.iter().filter(|line| !before.contains(line)) {
        text.push_str(&format!("\n  {NEW}+ {line}{NEW:#}"));
    }
    text
}

fn told(results: &Results<'_>, telling: Option<&Telling>, tries: usize) -> String {
    let Some(telling) = telling else {
        return match tries {
            1 => "  no deal that tells was found in 1 try, and none is proved not to be there\n".to_owned(),
            _ => format!("  no deal that tells was found in {tries} tries, and none is proved not to be there\n"),
        };
    };
    let deal = write::ron(&results.pack.policy().schema, &telling.deal);
    let deal: String = deal.lines().map(|line| format!("\n    {line}")).collect();
    let changes: String = telling.changes.iter().map(|change| format!("\n  {change}")).collect();
    format!("  this deal would tell, as of {}:{deal}{changes}\n", telling.as_of)
}

fn summary(counts: &Counts, interrupted: bool) -> String {
    let number = |n: usize| count(n, "", "").trim_end().to_owned();
    let mut text = format!("{}: ", count(counts.all, "mistake", "mistakes"));
    text.push_str(&format!(
        "{} killed ({} by expectations, {} by snapshots alone), {} survived",
        number(counts.killed()),
        number(counts.by_expectation),
        number(counts.by_snapshot),
        number(counts.survived)
    ));
    if counts.equal > 0 {
        text.push_str(&format!(", {} without effect", number(counts.equal)));
    }
    if counts.proved > 0 {
        text.push_str(&format!(", {} proved equivalent", number(counts.proved)));
    }
    if counts.unfinished > 0 {
        text.push_str(&format!(", {} not finished", number(counts.unfinished)));
    }
    if counts.not_tried > 0 {
        text.push_str(&format!(", {} not tried", number(counts.not_tried)));
    }
    let cut = counts.unfinished + counts.not_tried > 0;
    if cut {
        text.push_str(if interrupted { ": it was interrupted" } else { ": the time was over" });
    }
    if let Some(score) = counts.score() {
        let of = if cut { " of those tried" } else { "" };
        text.push_str(&format!("\nscore: {score} %{of}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    #[test]
    fn what_was_not_tried_is_said_and_is_not_fine() {
        let counts = |survived, unfinished, not_tried| {
            let (by_expectation, by_snapshot) = (3, 0);
            Counts { all: 10, by_expectation, by_snapshot, survived, equal: 0, proved: 0, unfinished, not_tried }
        };
        let told = summary(&counts(0, 0, 7), false);
        assert!(told.ends_with("0 survived, 7 not tried: the time was over\nscore: 100.0 % of those tried"), "{told}");
        let told = summary(&counts(0, 1, 7), true);
        assert!(told.contains("1 not finished, 7 not tried: it was interrupted\n"), "{told}");
        assert!(summary(&counts(0, 0, 0), false).ends_with("score: 100.0 %"));
        let exits = [counts(0, 0, 7), counts(0, 1, 0), counts(1, 0, 0), counts(0, 0, 0)].map(|counts| counts.exit());
        assert_eq!(exits, [Exit::Found, Exit::Found, Exit::Found, Exit::Fine]);
    }
}
