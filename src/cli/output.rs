//! Where results and messages go: results to standard output, all else to standard error.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;

use super::exit::{Exit, Failure};
use crate::base::Sources;
use crate::diagnostic::{Diagnostic, render};

/// Bold, for headings.
pub(super) const HEADING: Style = Style::new().bold();
/// For names and code.
pub(super) const CODE: Style = AnsiColor::Cyan.on_default();

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::BrightCyan.on_default().bold();

/// The two streams of a command. Text is written with its colors, which are taken out where they are not wanted.
pub(super) struct Output {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    colors: (bool, bool),
    quiet: bool,
    /// What need not be said again.
    said: Vec<String>,
    /// Whether nobody reads the results any more.
    closed: bool,
    /// Whether results go to standard error, as something else needs standard output for itself.
    aside: bool,
}

impl Output {
    pub(super) fn new(color: ColorChoice, quiet: bool) -> Output {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        let (out, err) = (AutoStream::new(io::stdout(), choice), AutoStream::new(io::stderr(), choice));
        let shown = |choice| choice != anstream::ColorChoice::Never;
        let colors = (shown(out.current_choice()), shown(err.current_choice()));
        Output { out, err, colors, quiet, said: Vec::new(), closed: false, aside: false }
    }

    /// Whether results are shown in color.
    pub(super) fn color(&self) -> bool {
        self.colors.0
    }

    /// Writes a result. Whoever reads it may stop reading at any time, which is no error.
    pub(super) fn result(&mut self, text: &str) -> Result<(), Failure> {
        let written = match self.aside {
            true => self.err.write_all(text.as_bytes()),
            false => self.out.write_all(text.as_bytes()),
        };
        self.pass_over_closed(written)
    }

    /// Whether results go to standard error from now on, to leave standard output to something for programs.
    pub(super) fn give_way(&mut self, aside: bool) {
        self.aside = aside;
    }

    /// Whether nobody reads the results any more, as far as writing has shown.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes to standard error what is part of a conversation whose result goes to standard output.
    pub(super) fn aside(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.err.write_all(text.as_bytes())?)
    }

    /// Writes a result and ends the line.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.result(text)?;
        self.result("\n")
    }

    /// Says something by the way; not with `--quiet`.
    pub(super) fn remark(&mut self, text: &str) {
        if !self.quiet {
            // Where standard error is gone there is nobody to tell.
            let _ = writeln!(self.err, "{text}");
        }
    }

    /// Says something by the way, unless it was said already.
    pub(super) fn remark_once(&mut self, text: &str) {
        if !self.said.iter().any(|said| said == text) {
            self.said.push(text.to_owned());
            self.remark(text);
        }
    }

    /// Says that something is not as it should be, though the work goes on.
    pub(super) fn warning(&mut self, text: &str) {
        let _ = writeln!(self.err, "{WARNING}warning{WARNING:#}: {text}");
    }

    /// Shows diagnostics on standard error.
    pub(super) fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        let text = render::human(diagnostics, sources, self.colors.1);
        let _ = self.err.write_all(text.as_bytes());
    }

    /// Says why the work could not be done.
    pub(super) fn failure(&mut self, failure: Failure) -> Exit {
        match failure {
            Failure::Problems(error) => {
                self.diagnostics(error.diagnostics(), error.sources());
                if let Some(summary) = render::summary(error.diagnostics()).filter(|_| error.diagnostics().len() > 1) {
                    self.remark(&format!("\n{summary}"));
                }
                self.hint_explain(error.diagnostics());
            }
            Failure::Message { message, help } => {
                let _ = writeln!(self.err, "{ERROR}error{ERROR:#}: {message}");
                for help in help {
                    let _ = writeln!(self.err, "  {HELP}help{HELP:#}: {help}");
                }
            }
            Failure::Output(error) => {
                let _ = writeln!(self.err, "{ERROR}error{ERROR:#}: the output cannot be written: {error}");
            }
        }
        Exit::Failed
    }

    /// Tells people at a terminal where the codes are explained.
    pub(super) fn hint_explain(&mut self, diagnostics: &[Diagnostic]) {
        if let Some(first) = diagnostics.first().filter(|_| io::stderr().is_terminal()) {
            self.remark(&format!("\nMore about a code: dealdesk explain {}", first.code));
        }
    }

    /// Writes out what is still held back.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        let written = self.out.flush();
        self.pass_over_closed(written)
    }

    fn pass_over_closed(&mut self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => Ok(other?),
        }
    }
}
