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
    /// How it ended.
    pub ended: Ended,
}

/// How a case ended.
#[derive(Clone, Debug, Default)]
pub enum Ended {
    /// It is as it is to be.
    #[default]
    Well,
    /// It is not.
    Failed {
        /// Why, in a sentence.
        message: String,
        /// Why, in full.
        body: String,
    },
    /// It could not be run.
    Error {
        /// Why, in a sentence.
        message: String,
        /// Why, in full.
        body: String,
    },
}

/// The results as a document in XML.
pub fn junit(report: &Report) -> String {
    let of = |suite: &Suite, is: fn(&Ended) -> bool| suite.cases.iter().filter(|case| is(&case.ended)).count();
    let failed = |suite: &Suite| of(suite, |ended| matches!(ended, Ended::Failed { .. }));
    let in_error = |suite: &Suite| of(suite, |ended| matches!(ended, Ended::Error { .. }));
    let sum = |count: &dyn Fn(&Suite) -> usize| report.suites.iter().map(count).sum::<usize>();
    let (tests, failures, errors) = (sum(&|suite| suite.cases.len()), sum(&failed), sum(&in_error));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"dealdesk test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n"
    );
    for suite in &report.suites {
        let name = escaped(&suite.name);
        // Writing to a string does not fail.
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\">",
            suite.cases.len(),
            failed(suite),
            in_error(suite)
        );
        for Test { name: case, line, ended } in &suite.cases {
            let head = format!(
                "    <testcase name=\"{}\" classname=\"{name}\" file=\"{name}\" line=\"{line}\"",
                escaped(case)
            );
            let (element, message, body) = match ended {
                Ended::Well => {
                    xml.push_str(&format!("{head}/>\n"));
                    continue;
                }
                Ended::Failed { message, body } => ("failure", message, body),
                Ended::Error { message, body } => ("error", message, body),
            };
            let (message, body) = (escaped(message), escaped(body));
            xml.push_str(&format!(
                "{head}>\n      <{element} message=\"{message}\">{body}</{element}>\n    </testcase>\n"
            ));
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
        let (message, body) = ("a <b> & \"c\"".to_owned(), "]]>\u{1}\u{ffff}\nä → 'x'\t.".to_owned());
        let test = |name: &str, line, ended| Test { name: name.to_owned(), line, ended };
        let tests = vec![
            test("good", 3, Ended::Well),
            test("bad\r\n<&>", 7, Ended::Failed { message, body }),
            test("worse", 9, Ended::Error { message: "no deal".to_owned(), body: "no \"deal\"".to_owned() }),
        ];
        let report = Report { suites: vec![Suite { name: "cases/a&b.ron".to_owned(), cases: tests }] };
        insta::assert_snapshot!(junit(&report), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="dealdesk test" tests="3" failures="1" errors="1">
          <testsuite name="cases/a&amp;b.ron" tests="3" failures="1" errors="1" skipped="0">
            <testcase name="good" classname="cases/a&amp;b.ron" file="cases/a&amp;b.ron" line="3"/>
            <testcase name="bad�
        &lt;&amp;&gt;" classname="cases/a&amp;b.ron" file="cases/a&amp;b.ron" line="7">
              <failure message="a &lt;b&gt; &amp; &quot;c&quot;">]]&gt;��
        ä → 'x' .</failure>
            </testcase>
            <testcase name="worse" classname="cases/a&amp;b.ron" file="cases/a&amp;b.ron" line="9">
              <error message="no deal">no &quot;deal&quot;</error>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
