//! The conversation, line by line: it works at a terminal and in a pipe.

use std::io::{self, BufRead, IsTerminal, Read};

use crate::cli::exit::Failure;
use crate::cli::output::{CODE, HEADING, Output};
use crate::diagnostic::render;
use crate::pack::{Interview, Need, Question};
use crate::trace::words;

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// How many decisions are named with a question, and how many rules with a decision.
const MOST_NAMED: usize = 4;

/// Of more questions than this nobody wants to hear.
const MOST_FORETOLD: u64 = 30;

/// What was typed instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Why,
    Back,
    Skip,
    Done,
    Help,
}

impl Command {
    fn of(line: &str) -> Option<Command> {
        Some(match line.to_lowercase().as_str() {
            "why" | "why?" => Command::Why,
            "back" => Command::Back,
            "skip" => Command::Skip,
            "done" | "quit" | "exit" => Command::Done,
            "help" | "?" => Command::Help,
            _ => return None,
        })
    }
}

const COMMANDS: &str = "  why    why this is asked            back   take back the last answer
  skip   leave it unknown             done   stop here, and show what is decided
An answer that is one of these words is written in quotes: \"why\".";

/// Asks until everything is decided or nobody answers any more. With `aside` it is no result, and goes to standard error.
pub(super) fn hold(interview: &mut Interview, output: &mut Output, aside: bool) -> Result<(), Failure> {
    let mut desk = Desk { output, aside, input: io::stdin().lock(), echo: !io::stdin().is_terminal() };
    let mut announced = None;
    while let Some(question) = interview.question() {
        if announced.as_ref() != Some(&question) {
            desk.ask(&question, interview.turns())?;
            announced = Some(question.clone());
        }
        let Some(line) = desk.line()? else { break };
        let line = line.trim();
        match Command::of(line) {
            Some(Command::Why) => desk.why(&interview.why())?,
            Some(Command::Skip) => interview.skip(),
            Some(Command::Done) => break,
            Some(Command::Help) => {
                desk.say(&format!("This takes {}.", question.takes))?;
                desk.say(COMMANDS)?;
            }
            Some(Command::Back) => {
                if interview.back().is_some() {
                    announced = None;
                } else {
                    desk.say("There is no answer to take back.")?;
                }
            }
            None if line.is_empty() => desk.say("Type an answer, or `help`.")?,
            None => {
                if let Err(error) = interview.answer(line) {
                    let text = render::human(error.diagnostics(), error.sources(), desk.output.color() && !aside);
                    desk.say(text.trim_end())?;
                }
            }
        }
    }
    let skipped = interview.skipped();
    if !skipped.is_empty() {
        desk.say(&format!("Left unknown: {}.", words::listed(&skipped, "and")))?;
    }
    desk.say("")
}

struct Desk<'a> {
    output: &'a mut Output,
    aside: bool,
    input: io::StdinLock<'static>,
    /// What is typed does not show by itself.
    echo: bool,
}

impl Desk<'_> {
    fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.part(text)?;
        self.part("\n")
    }

    fn part(&mut self, text: &str) -> Result<(), Failure> {
        if self.aside { self.output.aside(text) } else { self.output.result(text) }
    }

    /// The next line; none where there are no more, or it is longer than anybody types.
    fn line(&mut self) -> Result<Option<String>, Failure> {
        self.part("> ")?;
        self.output.finish()?;
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        read.map_err(|e| Failure::message(format!("what is typed cannot be read: {e}")))?;
        if bytes.is_empty() {
            self.say("")?;
            return Ok(None);
        }
        if bytes.len() as u64 == LONGEST_LINE && bytes.last() != Some(&b'\n') {
            return Err(Failure::message("a line of the answers is longer than 1 MB"));
        }
        let line = String::from_utf8(bytes).map_err(|_| Failure::message("what is typed is not UTF-8 text"))?;
        if self.echo {
            let shown: String = line.trim_end().chars().filter(|c| !words::is_unseen(*c)).collect();
            self.say(&shown)?;
        }
        Ok(Some(line))
    }

    fn ask(&mut self, question: &Question, turns: usize) -> Result<(), Failure> {
        if turns > 0 {
            self.say("")?;
        }
        self.say(&format!("{HEADING}{}{HEADING:#}  {CODE}{}{CODE:#}", question.text, question.path))?;
        let judged = question.judged_by.as_ref().map(|who| format!("; {who} judges")).unwrap_or_default();
        let presumed = question.presumed.as_ref().map(|value| format!("; presumed {value}")).unwrap_or_default();
        let more = match question.at_most.saturating_sub(1) {
            0 => "; the last question".to_owned(),
            // Lists of which nothing is known may be long, and rarely are.
            n if n > MOST_FORETOLD => String::new(),
            n => {
                let rest = words::count(usize::try_from(n).unwrap_or(usize::MAX), "question", "questions");
                format!("; at most {rest} after this one")
            }
        };
        self.say(&format!("  {}{judged}{presumed}", question.takes))?;
        self.say(&format!("  for {}{more}", some(&question.decisions)))
    }

    fn why(&mut self, needs: &[Need]) -> Result<(), Failure> {
        for need in needs.iter().take(MOST_NAMED) {
            let name = if need.label == need.decision { String::new() } else { format!("  {}", need.decision) };
            let possible = if need.possible.is_empty() { "undecided".to_owned() } else { need.possible.clone() };
            self.say(&format!("{HEADING}{}{HEADING:#}: {possible}{CODE}{name}{CODE:#}", need.label))?;
            for reader in need.rules.iter().take(MOST_NAMED) {
                let of = if reader.of == need.label { String::new() } else { format!(" of “{}”", reader.of) };
                let because = reader.because.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                let name = if reader.name.is_empty() { String::new() } else { format!(" {}", reader.name) };
                self.say(&format!("  - {}{name}{of} depends on it{because}", reader.kind))?;
            }
            if let Some(more) = need.rules.len().checked_sub(MOST_NAMED + 1) {
                self.say(&format!("  - and {} more", more + 1))?;
            }
        }
        if let Some(more) = needs.len().checked_sub(MOST_NAMED + 1) {
            let rest: Vec<String> = needs.iter().skip(MOST_NAMED).map(|need| need.decision.clone()).collect();
            self.say(&format!("and {} more: {}", more + 1, words::listed(&rest, "and")))?;
        }
        Ok(())
    }
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> String {
    match names.len().checked_sub(MOST_NAMED + 1) {
        Some(more) => {
            format!("{} and {} more", names.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", "), more + 1)
        }
        None => words::listed(names, "and"),
    }
}
