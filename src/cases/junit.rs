//! Results as JUnit XML, which CI systems show.

use std::fmt::Write as _;

/// The results of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One for each file of cases.
    pub suites: Vec<Suite>,
}

/// The results of a file of cases.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// The file.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Test>,
}

/// The result of a case.
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// The line of its file, from 1.
    pub line: usize,
    /// Why it failed, where it did: in a sentence, and in full.
    pub failure: Option<(String, String)>,
}

/// The results as a document in XML.
pub fn junit(report: &Report) -> String {
    let failed = |suite: &Suite| suite.cases.iter().filter(|case| case.failure.is_some()).count();
    let (tests, failures): (usize, usize) =
        report.suites.iter().fold((0, 0), |(t, f), suite| (t + suite.cases.len(), f + failed(suite)));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"dealdesk test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n"
    );
    for suite in &report.suites {
        let name = escaped(&suite.name);
        // Writing to a string does not fail.
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            suite.cases.len(),
            failed(suite)
        );
        for Test { name: case, line, failure } in &suite.cases {
            let head = format!(
                "    <testcase name=\"{}\" classname=\"{name}\" file=\"{name}\" line=\"{line}\"",
                escaped(case)
            );
            let _ = match failure {
                None => writeln!(xml, "{head}/>"),
                Some((message, body)) => writeln!(
                    xml,
                    "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                    escaped(message),
                    escaped(body)
                ),
            };
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Text as XML may hold it, also in an attribute. Characters that XML cannot hold are replaced.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            '\t' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_names_and_reasons_the_document_stays_one() {
        let failure = Some(("a <b> & \"c\"".to_owned(), "]]>\u{1}\u{ffff}\nä → 'x'\t.".to_owned()));
        let good = Test { name: "good".to_owned(), line: 3, failure: None };
        let bad = Test { name: "bad\r\n<&>".to_owned(), line: 7, failure };
        let report = Report { suites: vec![Suite { name: "cases/a&b.ron".to_owned(), cases: vec![good, bad] }] };
        insta::assert_snapshot!(junit(&report), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="dealdesk test" tests="2" failures="1" errors="0">
          <testsuite name="cases/a&amp;b.ron" tests="2" failures="1" errors="0" skipped="0">
            <testcase name="good" classname="cases/a&amp;b.ron" file="cases/a&amp;b.ron" line="3"/>
            <testcase name="bad�
        &lt;&amp;&gt;" classname="cases/a&amp;b.ron" file="cases/a&amp;b.ron" line="7">
              <failure message="a &lt;b&gt; &amp; &quot;c&quot;">]]&gt;��
        ä → 'x' .</failure>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
