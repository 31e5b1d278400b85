//! The words of the language.

use crate::base::did_you_mean;

/// Words that begin a declaration. They cannot begin a name.
pub const DECLARATIONS: &[&str] = &[
    "policy",
    "source",
    "unit",
    "currency",
    "type",
    "fact",
    "record",
    "constant",
    "define",
    "decide",
    "rubric",
    "gate",
    "table",
    "checklist",
    "always",
    "never",
];

/// Words that begin a clause of a declaration.
pub const CLAUSES: &[&str] = &[
    "at",
    "ask",
    "fixed",
    "cost",
    "presumed",
    "judged",
    "field",
    "value",
    "from",
    "until",
    "default",
    "rule",
    "when",
    "overrides",
    "because",
    "cites",
    "refer",
    "criterion",
    "points",
    "band",
    "otherwise",
    "require",
    "item",
    "exactly",
    "first",
    "collect",
];

/// Words of expressions and types.
pub const EXPRESSIONS: &[&str] = &[
    "and", "or", "not", "is", "in", "if", "then", "else", "true", "false", "none", "as_of", "any", "all", "count",
    "sum", "of", "over", "where", "have", "days", "between", "boolean", "integer", "decimal", "text", "date", "one",
    "list", "up", "to", "by", "with", "percent",
];

/// Clause words that are reserved as a name's first part; the other clause words may be names.
const RESERVED_CLAUSES: &[&str] = &[
    "rule",
    "default",
    "when",
    "overrides",
    "because",
    "cites",
    "from",
    "until",
    "otherwise",
    "require",
    "criterion",
    "presumed",
];

/// Expression words that are reserved as a name's first part.
const RESERVED_EXPRESSIONS: &[&str] = &[
    "and", "or", "not", "is", "in", "if", "then", "else", "true", "false", "none", "as_of", "any", "of", "over",
    "where", "have",
];

/// The word of the language that was likely meant by `word`, of `candidates`.
pub(super) fn nearest(word: &str, candidates: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    // No word of the language is half as long, and what is compared letter by letter must not be a megabyte.
    const LONGEST: usize = 24;
    if word.len() > LONGEST { None } else { did_you_mean(word, candidates) }
}

/// Whether `word` begins a declaration.
pub(super) fn begins_declaration(word: &str) -> bool {
    DECLARATIONS.contains(&word)
}

/// Whether `word` begins a clause.
pub(super) fn begins_clause(word: &str) -> bool {
    CLAUSES.contains(&word)
}

/// Whether a name cannot begin with `word`.
pub fn is_reserved(word: &str) -> bool {
    begins_declaration(word) || RESERVED_CLAUSES.contains(&word) || RESERVED_EXPRESSIONS.contains(&word)
}

#[cfg(test)]
mod tests {
    use pest::Parser;

    use super::*;
    use crate::syntax::grammar::{PolicyParser, Rule};

    #[test]
    fn the_lists_say_what_the_grammar_says() {
        let says = |kind, word: &str| PolicyParser::parse(kind, word).is_ok();
        for word in DECLARATIONS.iter().chain(CLAUSES).chain(EXPRESSIONS) {
            assert_eq!(says(Rule::declaration_word, word), begins_declaration(word), "{word}");
            let begins = says(Rule::reserved_clause_word, word) || says(Rule::free_clause_word, word);
            assert_eq!(begins, begins_clause(word), "{word}");
            assert_eq!(says(Rule::reserved, word), is_reserved(word), "{word}");
            assert_eq!(says(Rule::name, word), !is_reserved(word), "{word}");
        }
    }
}
