//! Files of cases and deals that could not be read: told, while everything else is run.

use super::Format;
use super::ran::Ran;
use crate::cli::output::Output;
use crate::diagnostic::render;
use crate::host::CaseFiles;
use crate::trace::words;

/// Tells why something could not be read; in a line where the results tell it in full.
pub(super) fn tell(cases: &CaseFiles, format: Format, output: &mut Output) {
    let problems = cases.problems();
    let Some(summary) = render::summary(&problems) else { return };
    match format {
        Format::Human => {
            output.diagnostics(&problems, &cases.sources);
            if problems.len() > 1 {
                output.remark(&format!("\n{summary}"));
            }
            output.hint_explain(&problems);
            output.remark("");
        }
        Format::Json | Format::Junit => {
            let form = if format == Format::Json { "JSON" } else { "XML" };
            output.remark(&format!("{} could not be read: {summary}, told in the {form}", what(cases)));
        }
    }
}

/// `1 file and 2 deals could not be read, so that 3 cases were not run`; `None` where everything could be read.
pub(super) fn count(cases: &CaseFiles, ran: &[Ran<'_>]) -> Option<String> {
    if cases.unread.is_empty() {
        return None;
    }
    let so = match ran.iter().map(|file| file.left_out.len()).sum() {
        0 => String::new(),
        1 => ", so that 1 case was not run".to_owned(),
        n => format!(", so that {n} cases were not run"),
    };
    Some(format!("{} could not be read{so}", what(cases)))
}

/// `1 file and 2 deals`.
fn what(cases: &CaseFiles) -> String {
    let deals = cases.unread.iter().filter(|unread| unread.is_deal).count();
    let counted = [(cases.unread.len() - deals, "file", "files"), (deals, "deal", "deals")];
    let counted = counted.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| words::count(*n, one, many));
    words::listed(&counted.collect::<Vec<_>>(), "and")
}
