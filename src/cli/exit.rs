//! How a command ends.

use std::io;
use std::process::ExitCode;

use crate::pack;

/// The exit code of a command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: fine.
    Fine,
    /// 1: the work was done, and found something.
    Found,
    /// 2: the work could not be done, or not all of it.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Found => 1,
            Exit::Failed => 2,
        })
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) enum Failure {
    /// Problems of the policies or of a deal.
    Problems(pack::Error),
    /// Something about the arguments or the system: what, and ways out.
    Message {
        /// What is wrong.
        message: String,
        /// Ways out.
        help: Vec<String>,
    },
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    pub(super) fn message(message: impl Into<String>) -> Failure {
        Failure::Message { message: message.into(), help: Vec::new() }
    }

    #[must_use]
    pub(super) fn help(mut self, advice: impl Into<String>) -> Failure {
        if let Failure::Message { help, .. } = &mut self {
            help.push(advice.into());
        }
        self
    }
}

impl From<pack::Error> for Failure {
    fn from(error: pack::Error) -> Failure {
        Failure::Problems(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}
