//! What formatting promises, whatever a text says, and texts that need it.

use dealdesk::base::{FileId, SourceFile};
use dealdesk::syntax::format::{Unformatted, format};
use dealdesk::syntax::lex::{self, Kind, Token};
use dealdesk::syntax::parse;
use fastrand::Rng;

/// Holds formatting to its promises. `None` is a text that is no policy.
pub fn hold(text: &str) -> Option<String> {
    let file = SourceFile::new("a.policy", text);
    let formatted = match format(FileId(0), &file) {
        Ok(formatted) => formatted,
        Err(Unformatted::Broken(problems)) => {
            assert!(!problems.is_empty(), "left alone without a reason:\n{text}");
            return None;
        }
        Err(Unformatted::Defect) => panic!("formatting would change what this says:\n{text}"),
    };
    assert_eq!(tree(text), tree(&formatted), "\n{text}\n---\n{formatted}");
    assert_eq!(words(text), words(&formatted), "\n{text}\n---\n{formatted}");
    assert_eq!(comments(text), comments(&formatted), "\n{text}\n---\n{formatted}");
    let again = format(FileId(0), &SourceFile::new("a.policy", formatted.as_str())).expect("what was formatted reads");
    assert_eq!(formatted, again, "\n{text}");
    assert!(formatted.is_empty() || formatted.ends_with('\n') && !formatted.ends_with("\n\n"), "\n{formatted}");
    assert!(!formatted.contains("\n\n\n") && !formatted.starts_with('\n'), "\n{formatted}");
    for line in formatted.lines() {
        assert_eq!(line, line.trim_end_matches([' ', '\t', '\r']), "\n{formatted}");
    }
    Some(formatted)
}

/// The tree of a text, without places.
fn tree(text: &str) -> String {
    let (file, problems) = parse(FileId(0), &SourceFile::new("a.policy", text));
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    let written = format!("{file:?}");
    let mut parts = written.split("Span { ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |tree, part| tree + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// The words of a text.
fn words(text: &str) -> Vec<&str> {
    lex::tokens(text).filter(|token| token.kind != Kind::Comment).map(|token| token.text(text)).collect()
}

/// The comments of a text: behind how many words, whether on a line of their own, and what they say.
fn comments(text: &str) -> Vec<(usize, bool, &str)> {
    let mut words = 0;
    let mut found = Vec::new();
    for token in lex::tokens(text) {
        if token.kind == Kind::Comment {
            found.push((words, token.first_on_line, token.text(text).trim_end_matches([' ', '\t', '\r'])));
        } else {
            words += 1;
        }
    }
    found
}

/// The same policy in a layout that nobody would choose, with comments in places where nobody expects them.
pub fn disturbed(text: &str, rng: &mut Rng) -> String {
    const BLANKS: [&str; 6] = [" ", "  ", "\t", "      ", " \t ", "\u{feff} "];
    const BREAKS: [&str; 12] = [
        "\n",
        "\r\n",
        "\n\n",
        "\n \t\n\n\n",
        "\n       ",
        " # beside\n",
        "#beside, \"at once\"  \r\n",
        "\n# on its own\n",
        "\n   # on its own, é漢\n\n      # and another\t\n  ",
        "\n\n\n# far away\n\n\n",
        " # beside\n# below\n     # deeper\n",
        "\n  # indented\n\n",
    ];
    let tokens: Vec<Token> = lex::tokens(text).collect();
    let often = rng.u32(2..40);
    let mut disturbed = String::new();
    let mut in_row = false;
    for (index, token) in tokens.iter().enumerate() {
        let from = index.checked_sub(1).map_or(0, |before| tokens[before].end);
        let between = &text[from..token.start];
        let written = token.text(text);
        if token.first_on_line {
            in_row = written == "|";
        }
        let before = index.checked_sub(1).map(|before| tokens[before]);
        let comments = token.kind == Kind::Comment || before.is_some_and(|t| t.kind == Kind::Comment);
        let quantity = before.is_some_and(|t| t.kind == Kind::Number) && token.kind == Kind::Word;
        let keep = comments || rng.u32(..often) > 0 || (between.is_empty() && rng.bool());
        if keep {
            disturbed.push_str(between);
        } else if (in_row || quantity) && !token.first_on_line {
            disturbed.push_str(if quantity { "   " } else { BLANKS[rng.usize(..BLANKS.len())] });
        } else {
            let some: &[&str] = if rng.bool() { &BLANKS } else { &BREAKS };
            // Rows and declarations begin on lines of their own, as before.
            disturbed.push_str(if token.first_on_line { "\n" } else { "" });
            disturbed.push_str(some[rng.usize(..some.len())]);
        }
        disturbed.push_str(written);
    }
    disturbed.push_str(["", "\n", "\r\n\r\n", "  # the end", "\n\n  # the end\n\n\n"][rng.usize(..5)]);
    disturbed
}
