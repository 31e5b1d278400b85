//! `dealdesk explain`: what a code means.

use std::fmt::Write as _;

use clap::Args;

use super::exit::{Exit, Failure};
use super::output::{CODE, HEADING, Output};
use crate::base::did_you_mean;
use crate::diagnostic::Code;

/// Explain a code such as E0201 by an example and its mend, or list all codes
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dealdesk explain E0502
  dealdesk explain            every code in one line each")]
pub(super) struct Arguments {
    /// The code that stands in brackets behind `error` or `warning`
    code: Option<String>,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let Some(wanted) = &arguments.code else {
        for code in Code::ALL {
            output.line(&format!("{CODE}{code}{CODE:#}  {}", code.title()))?;
        }
        return Ok(Exit::Fine);
    };
    let trimmed = wanted.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let Some(code) = Code::parse(trimmed) else {
        let failure = Failure::message(format!("there is no code `{wanted}`"));
        return Err(match did_you_mean(trimmed, Code::ALL.iter().map(|c| c.as_str())) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        }
        .help("`dealdesk explain` lists them all"));
    };
    output.result(&page(code.page()))?;
    Ok(Exit::Fine)
}

/// A page in Markdown, as a terminal shows it.
fn page(markdown: &str) -> String {
    let mut text = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        // Writing to a string does not fail.
        let _ = if line.starts_with("```") {
            fenced = !fenced;
            Ok(())
        } else if fenced {
            writeln!(text, "    {CODE}{line}{CODE:#}")
        } else if line.starts_with('#') {
            writeln!(text, "{HEADING}{}{HEADING:#}", line.trim_start_matches('#').trim_start())
        } else {
            writeln!(text, "{}", inline(line))
        };
    }
    text
}

/// A line with its `code` in color, and the backticks kept for those who see none.
fn inline(line: &str) -> String {
    let mut text = String::new();
    for (i, part) in line.split('`').enumerate() {
        let _ = if i % 2 == 1 { write!(text, "{CODE}`{part}`{CODE:#}") } else { write!(text, "{part}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_that_begins_with_it() {
        for code in Code::ALL {
            let heading = format!("# {code}: ");
            assert!(code.page().starts_with(&heading), "docs/codes/{code}.md does not begin with `{heading}`");
        }
    }

    #[test]
    fn pages_lose_their_markup() {
        let text = anstream::adapter::strip_str(&page("# E1: a title\n\nSay `x`.\n\n```policy fails\nfact\n```\n"))
            .to_string();
        assert_eq!(text, "E1: a title\n\nSay `x`.\n\n    fact\n");
    }
}
