//! What people write out of habit: the signs and words of other languages, numbers and names as they
//! write them elsewhere, and the small words they forget.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};

use super::errors::{Look, excerpt};
use super::grammar::Rule;
use super::lex::{self, Kind};
use super::lower::snake_case;
use super::words;

/// A word of the language for one that is not, where people have a habit of it.
pub(super) fn other_word(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "import" | "include" | "use" => return None,
        "let" | "def" | "var" | "set" => "define",
        "const" => "constant",
        "enum" => "type",
        "struct" | "class" => "record",
        "input" | "question" => "fact",
        "decision" => "decide",
        "assert" | "ensure" => "always",
        "if" | "where" | "unless" => "when",
        "reason" => "because",
        "override" => "overrides",
        "else" => "otherwise",
        "priority" => "overrides",
        "description" | "label" => return None,
        _ => return None,
    })
}

/// Explains a place by a habit, if one fits.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    number(look)
        .or_else(|| operator(look))
        .or_else(|| punctuation(look))
        .or_else(|| name(look))
        .or_else(|| word(look))
        .or_else(|| missing(look))
}

/// `5%`, `.5`, `5hours`, `1,000`, `1.2.3`
fn number(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found?;
    let written = look.text(look.found);
    let error = |span, message: String| Diagnostic::error(Code::NumberForm, span, message);
    if found.kind == Kind::Symbol && written == "," && look.glued() {
        let (previous, next) = (look.previous?, look.next?);
        let groups = (look.text(look.previous), look.text(look.next));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if digits(groups.0) && next.start == found.end && groups.1.len() == 3 && digits(groups.1) {
            let span = look.span(previous).to(look.span(next));
            let better = format!("{}_{}", groups.0, groups.1);
            let advice = format!("group digits with `_`: `{better}`");
            return Some(error(span, "a comma within a number".to_owned()).suggest(span, better, advice));
        }
    }
    // The grammar takes `5` and stumbles over what is glued to it.
    let token = match look.previous {
        Some(previous)
            if look.place.at > previous.start && previous.kind == Kind::Number && is_odd(look.text(look.previous)) =>
        {
            previous
        }
        _ if found.kind == Kind::Number && is_odd(written) => found,
        _ if written == "%" && look.previous.is_some_and(|p| p.kind == Kind::Number) => {
            let span = look.span(found);
            return Some(error(span, "`%` is not a sign of the language".to_owned()).suggest(
                span,
                " percent",
                "write `percent`",
            ));
        }
        _ => return number_around(look),
    };
    Some(odd_number(look.span(token), token.text(look.place.text)))
}

/// The place may lie within a number: pest reads `5` of `5%` and gets stuck at `%`.
fn number_around(look: &Look<'_>) -> Option<Diagnostic> {
    let line = lex::tokens_in(look.place.text, look.place.start, look.place.end);
    let around = line.take_while(|t| t.start < look.place.at).last()?;
    let written = around.text(look.place.text);
    let holds = around.kind == Kind::Number && around.end > look.place.at && is_odd(written);
    holds.then(|| odd_number(look.span(around), written))
}

/// Whether a token that begins like a number is not written as one.
fn is_odd(written: &str) -> bool {
    let plain = written.bytes().all(|b| b.is_ascii_digit() || b == b'_' || b == b'.' || b == b'-');
    !plain
        || written.starts_with('.')
        || written.ends_with('_')
        || written.contains("__")
        || written.matches('.').count() > 1
}

fn odd_number(span: Span, written: &str) -> Diagnostic {
    let error =
        Diagnostic::error(Code::NumberForm, span, format!("`{}` is not how numbers are written", excerpt(written)));
    let suggest = |error: Diagnostic, better: String| {
        let advice = format!("write `{better}`");
        error.suggest(span, better, advice)
    };
    if let Some(number) = written.strip_suffix('%') {
        return suggest(error, format!("{number} percent"));
    }
    if written.starts_with('.') {
        return suggest(error, format!("0{written}"));
    }
    let digits = written.find(|c: char| c.is_alphabetic()).unwrap_or(written.len());
    let (number, rest) = written.split_at(digits);
    if matches!(rest, "k" | "K") {
        return suggest(error, format!("{number}_000"));
    }
    if rest.starts_with(['e', 'E']) && rest.len() > 1 && rest[1..].bytes().all(|b| b.is_ascii_digit()) {
        return error.help("write all digits, in groups if you like: `1_500_000`");
    }
    if !rest.is_empty() && !number.is_empty() {
        return suggest(error, format!("{number} {rest}")).here("a number and its unit stand apart");
    }
    error.help("numbers are written like `1_000` or `95.50`")
}

/// `==`, `!=`, `&&` and their like.
fn operator(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found?;
    let span = look.span(found);
    let written = look.text(look.found);
    let instead = |better: &str, advice: String| {
        let message = format!("`{written}` is not an operator of the language");
        Diagnostic::error(Code::ForeignOperator, span, message).suggest(span, better, advice)
    };
    let write = |better: &str| Some(instead(better, format!("write `{better}`")));
    if look.opener == "|" && look.text(look.previous) == "|" && matches!(written, "=" | "==" | "->") {
        let message = format!("`{written}` does not begin a cell");
        let error = Diagnostic::error(Code::ForeignOperator, span, message);
        return Some(error.help("the heading marks the outcome with `=>`; in a row a value stands by itself"));
    }
    if look.expects(Rule::equals) && matches!(written, "==" | ":=" | "=>" | "->") {
        return write("=");
    }
    if look.behind_operand() {
        match written {
            "=" | "==" | ":=" => return write("is"),
            "!=" | "<>" => return write("is not"),
            "&&" | "&" => return write("and"),
            "||" => return write("or"),
            "=>" => return write(">="),
            "=<" => return write("<="),
            "!" if look.text(look.next) == "in" => return write("not"),
            "%" => return Some(instead("", "there is no remainder; for a percentage write `10 percent`".to_owned())),
            "**" | "^" => {
                let error = Diagnostic::error(
                    Code::ForeignOperator,
                    span,
                    format!("`{written}` is not an operator of the language"),
                );
                return Some(error.help("write the product out: `x * x`"));
            }
            "?" => {
                let error = Diagnostic::error(Code::ForeignOperator, span, "`?` is not an operator of the language");
                return Some(error.help("write `if … then … else …`"));
            }
            _ => {}
        }
    }
    if look.before_operand() {
        let previous = look.text(look.previous);
        match (previous, written) {
            (_, "!") => return write("not"),
            ("<" | ">" | "<=" | ">=" | "is" | "=", "=" | "==") => {
                let whole = look.span(look.previous?).to(span);
                let better = match previous {
                    "<" | "<=" => "<=",
                    ">" | ">=" => ">=",
                    _ => "is",
                };
                let message = format!("`{previous}` and `{written}` do not go together");
                let advice = format!("write `{better}`");
                return Some(Diagnostic::error(Code::ForeignOperator, whole, message).suggest(whole, better, advice));
            }
            ("is", "in") => {
                let whole = look.span(look.previous?).to(span);
                let error = Diagnostic::error(Code::ForeignOperator, whole, "`is in` is one word too many");
                return Some(error.suggest(whole, "in", "write `in`"));
            }
            ("not", "in") => {
                return Some(
                    Diagnostic::error(Code::SyntaxError, span, "`not in` has nothing to look for")
                        .help("write `x not in (a, b)`"),
                );
            }
            _ => {}
        }
    }
    if look.text(look.previous) == "not" && look.expects(Rule::kw_in) && !look.before_operand() {
        let not = look.span(look.previous?);
        let error = Diagnostic::error(Code::SyntaxError, not, "`not` between two values");
        return Some(error.suggest(not, "is not", "write `is not`, `not in` or `and not`"));
    }
    (written == "//").then(|| comment(span))
}

/// `// …`
pub(super) fn comment(span: Span) -> Diagnostic {
    Diagnostic::error(Code::ForeignOperator, span, "`//` does not begin a comment").suggest(
        span,
        "#",
        "a comment begins with `#`",
    )
}

/// `;`, `{`, `'`, a comma too many, a parenthesis too many or too few, a colon too few.
fn punctuation(look: &Look<'_>) -> Option<Diagnostic> {
    let error = |span, message: String| Diagnostic::error(Code::SyntaxError, span, message);
    let written = look.text(look.found);
    if look.at_line_end() || (look.found.is_some() && written != ")" && words::begins_clause(written)) {
        if look.expects(Rule::close)
            && let Some(open) = open_parenthesis(look)
        {
            return Some(error(open, "a parenthesis that is not closed".to_owned()).here("opened here").suggest(
                look.gap(),
                ")",
                "close it with `)`",
            ));
        }
        if look.text(look.previous) == "," {
            let span = look.span(look.previous?);
            return Some(error(span, "a comma with nothing behind it".to_owned()).suggest(
                span,
                "",
                "take it out, or go on with the list",
            ));
        }
    }
    let found = look.found?;
    let span = look.span(found);
    match written {
        ";" => Some(error(span, "no semicolons stand between declarations and clauses".to_owned()).suggest(span, "", "take it out")),
        "." if look.glued() => Some(
            error(span, "a dot with no name behind it".to_owned()).suggest(span, "", "take it out, or write what it groups"),
        ),
        _ if found.kind == Kind::Text && !found.first_on_line && look.previous.is_some_and(|p| p.kind == Kind::Text) && look.expects(Rule::EOI) => Some(
            error(span, "one text too many".to_owned())
                .here("a text stands before it already")
                .help("join the two into one"),
        ),
        "{" | "}" => Some(
            error(span, format!("`{written}` is not a sign of the language"))
                .help("a declaration ends where the next one begins; no braces are needed"),
        ),
        "[" | "]" => Some(
            error(span, format!("`{written}` is not a sign of the language"))
                .help("lists stand in parentheses: `in (a, b)`; the items of a record's list are reached with `any of`, `count of` and `sum of`"),
        ),
        ")" if !look.expects(Rule::close) && open_parenthesis(look).is_none() && look.behind_operand() => {
            Some(error(span, "no parenthesis is open here".to_owned()).suggest(span, "", "take it out"))
        }
        "," if look.next.is_none_or(|n| n.first_on_line) => {
            Some(error(span, "a comma at the end of the line".to_owned()).suggest(span, "", "take it out"))
        }
        "=" if look.expects(Rule::colon) && !look.expects(Rule::equals) => Some(
            error(span, "expected `:` and a type before `=`".to_owned()).help(format!("write `{} NAME: TYPE = …`", look.opener)),
        ),
        _ if look.expects(Rule::colon) && !look.at_line_end() && found.kind != Kind::Symbol && !is_two_words(look) => {
            Some(no_colon(look, span))
        }
        _ if look.expects(Rule::comma)
            && !found.first_on_line
            && matches!(found.kind, Kind::Word | Kind::Number | Kind::Text)
            && look.previous.is_some_and(|p| p.kind == found.kind)
            && !words::is_reserved(written)
            && likely_word(look).is_none() =>
        {
            Some(
                error(span, format!("a comma is missing in front of `{}`", excerpt(written)))
                    .suggest(look.gap(), ",", "put `,` between them"),
            )
        }
        _ => None,
    }
}

/// `rule x true`, `rule x when …`, `define x 5`
fn no_colon(look: &Look<'_>, span: Span) -> Diagnostic {
    let behind = excerpt(look.text(look.previous));
    let written = look.text(look.found);
    if words::begins_clause(written) && look.opener == "rule" {
        return Diagnostic::error(Code::IncompleteExpression, look.spot(), "a rule without an outcome")
            .here("the outcome belongs in front of this, behind `:`")
            .help(format!("write `rule {behind}: OUTCOME {written} …`"));
    }
    let sign = if look.expects(Rule::equals) && !is_type(written) { " =" } else { ":" };
    let error = Diagnostic::error(Code::SyntaxError, span, format!("`{}` is missing behind `{behind}`", sign.trim()));
    error.here("it belongs in front of this").suggest(look.gap(), sign, format!("put `{}` in", sign.trim()))
}

/// The last parenthesis that is open at the place.
fn open_parenthesis(look: &Look<'_>) -> Option<Span> {
    let mut open = Vec::new();
    for token in lex::tokens_in(look.place.text, look.place.start, look.place.at) {
        match token.text(look.place.text) {
            "(" => open.push(token),
            ")" => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop().map(|t| look.span(t))
}

/// `client kind:` where a name is declared.
fn is_two_words(look: &Look<'_>) -> bool {
    let word = |t: Option<lex::Token>| t.is_some_and(|t| t.kind == Kind::Word);
    word(look.previous)
        && word(look.found)
        && match look.text(look.next) {
            ":" => true,
            "=" => !is_type(look.text(look.found)),
            _ => false,
        }
        && !words::is_reserved(look.text(look.previous))
}

/// Whether a word begins a type of the language.
fn is_type(word: &str) -> bool {
    matches!(word, "boolean" | "integer" | "decimal" | "text" | "date" | "one" | "list")
}

/// Reserved words, hyphens and blanks in names.
fn name(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found?;
    let span = look.span(found);
    let written = look.text(look.found);
    let names_it = look.before_name();
    let opener = look.opener;
    let first = written.split('.').next().unwrap_or(written);
    let behind_opener = look.text(look.previous) == opener;
    if names_it
        && !look.at_line_end()
        && behind_opener
        && matches!(opener, "rule" | "require" | "criterion" | "item" | "band")
    {
        let names_nothing = written == ":" || found.kind == Kind::Text;
        if names_nothing || (words::is_reserved(first) && !matches!(look.text(look.next), ":" | "=")) {
            return Some(
                Diagnostic::error(Code::SyntaxError, span, format!("a `{opener}` without a name"))
                    .here("its name belongs in front of this")
                    .help(format!("explanations and other rules refer to it by its name: `{opener} some_name …`")),
            );
        }
    }
    if names_it && !look.at_line_end() && found.kind == Kind::Word && words::is_reserved(first) {
        return Some(
            Diagnostic::error(Code::ReservedWord, span, format!("`{first}` is a word of the language"))
                .here("a name is expected here, and no name begins with it")
                .help(format!("behind a dot it may stand: `deal.{written}`; or choose another word")),
        );
    }
    if names_it && found.kind == Kind::Number && !look.at_line_end() {
        return Some(
            Diagnostic::error(Code::NameStyle, span, format!("`{}` cannot begin a name", excerpt(written)))
                .help("a name begins with a small letter from a to z"),
        );
    }
    if names_it && found.kind == Kind::Text && !look.at_line_end() {
        return Some(
            Diagnostic::error(Code::SyntaxError, span, "expected a name, found a text")
                .help(format!("write a name, and the text behind it as a label: `{} some_name …`", look.opener)),
        );
    }
    let declares = look.expects(Rule::colon) || look.expects(Rule::equals) || look.expects(Rule::label);
    let previous = look.previous.filter(|p| p.kind == Kind::Word)?;
    if written == "-" && look.glued() && !look.behind_operand() && (declares || !look.opener.is_empty()) {
        // All parts of `client-kind-2`.
        let rest = look.place.text.get(previous.start..).unwrap_or("");
        let end = rest.find(|c: char| !(lex::continues_name(c) || matches!(c, '-' | '.'))).unwrap_or(rest.len());
        let whole = look.between(previous.start, previous.start + end);
        let hyphenated = rest.get(..end).unwrap_or("").trim_end_matches('-');
        let error = Diagnostic::error(
            Code::NameStyle,
            whole,
            format!("`{}` is not written in snake_case", excerpt(hyphenated)),
        )
        .here("a hyphen is a minus sign");
        return Some(match snake_case(hyphenated) {
            Some(better) => {
                let advice = format!("write `{better}`");
                error.suggest(whole, better, advice)
            }
            None => error,
        });
    }
    if declares && is_two_words(look) && !look.behind_operand() {
        let whole = look.span(previous).to(span);
        let better = format!("{}_{written}", look.text(look.previous));
        let advice = format!("join them: `{better}`; or group with a dot");
        return Some(
            Diagnostic::error(
                Code::NameStyle,
                whole,
                format!("a name is one word, and `{} {written}` are two", look.text(look.previous)),
            )
            .suggest(whole, better, advice),
        );
    }
    None
}

/// A word in capitals, a word of another language, a misspelt word.
fn word(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found.filter(|f| f.kind == Kind::Word && !f.first_on_line)?;
    let span = look.span(found);
    let written = look.text(look.found);
    let error = |message: String| Diagnostic::error(Code::UnknownKeyword, span, message);
    // `NOT a`: the grammar takes a word in capitals for a name.
    let (previous, lower) = (look.text(look.previous), look.text(look.previous).to_lowercase());
    if previous != lower && words::is_reserved(&lower) {
        let span = look.span(look.previous?);
        let error =
            Diagnostic::error(Code::UnknownKeyword, span, format!("`{previous}` is not a word of the language"));
        let advice = format!("write `{lower}`");
        return Some(error.suggest(span, lower, advice));
    }
    if let Some(likely) = likely_word(look) {
        return Some(error(format!("`{}` is not a word of the language", excerpt(written))).suggest(
            span,
            likely,
            format!("did you mean `{likely}`?"),
        ));
    }
    if look.behind_operand() {
        let better = match written {
            "equals" | "eq" | "be" | "was" | "are" => "is",
            "isnt" | "neq" | "ne" => "is not",
            "unless" => "when not",
            "elif" | "elsif" | "elseif" | "elsewise" => "else if",
            "if" => "when",
            "plus" => "+",
            "minus" => "-",
            "times" => "*",
            "exceeds" | "over" | "above" => ">",
            "below" | "under" => "<",
            "contains" | "includes" => {
                return Some(
                    error(format!("`{written}` is not a word of the language"))
                        .help("ask the other way round: `x in (a, b)`"),
                );
            }
            "between" => {
                return Some(
                    error("`between` is not a comparison of the language".to_owned())
                        .help("write a range, with both ends included: `x in 1..5`"),
                );
            }
            "xor" => {
                return Some(
                    error("`xor` is not a word of the language".to_owned()).help("compare the two: `a is not b`"),
                );
            }
            _ => "",
        };
        if !better.is_empty() {
            return Some(error(format!("`{written}` does not fit here")).suggest(
                span,
                better,
                format!("did you mean `{better}`?"),
            ));
        }
    }
    let quotable = look.expects(Rule::string) && !look.behind_operand() && !look.expects(Rule::EOI);
    if quotable || (look.expects(Rule::label) && look.opener == "source") {
        return Some(unquoted(look, found));
    }
    None
}

/// The word of the language that was likely meant by the one at the place, of those that fit.
fn likely_word(look: &Look<'_>) -> Option<&'static str> {
    let found = look.found.filter(|f| f.kind == Kind::Word)?;
    let written = found.text(look.place.text);
    let mut fitting: Vec<&'static str> = look.place.expected.iter().filter_map(|kind| word_of(*kind)).collect();
    if look.expects(Rule::EOI) || look.expects(Rule::reserved_clause_word) {
        fitting.extend(words::CLAUSES);
    }
    let lower = written.to_lowercase();
    if let Some(exact) = fitting.iter().find(|w| **w == lower) {
        return (lower != written).then_some(exact);
    }
    // Short words are near to everything.
    let near = |w: &&&'static str| w.len() > 3 || written.len() == w.len();
    words::nearest(written, fitting.iter().filter(near).copied())
}

/// The word that a rule of the grammar stands for.
fn word_of(kind: Rule) -> Option<&'static str> {
    Some(match kind {
        Rule::and_word => "and",
        Rule::or_word => "or",
        Rule::not_word => "not",
        Rule::is_word => "is",
        Rule::membership => "in",
        Rule::kw_then => "then",
        Rule::kw_else => "else",
        Rule::kw_of => "of",
        Rule::kw_over => "over",
        Rule::kw_where => "where",
        Rule::kw_have => "have",
        Rule::kw_to => "to",
        Rule::kw_up => "up",
        Rule::kw_by => "by",
        Rule::kw_with => "with",
        Rule::kw_one => "one",
        Rule::kw_match => "match",
        Rule::kw_between => "between",
        Rule::kw_decimals => "decimals",
        _ => return None,
    })
}

/// A text without its quotes.
fn unquoted(look: &Look<'_>, found: lex::Token) -> Diagnostic {
    let rest = look.place.text.get(found.start..look.place.end).unwrap_or("");
    let line = rest.split(['\n', '#', '"']).next().unwrap_or(rest).trim_end();
    let span = look.between(found.start, found.start + line.len());
    Diagnostic::error(
        Code::SyntaxError,
        span,
        format!("expected a text in quotes behind `{}`", look.text(look.previous)),
    )
    .here("this is not in quotes")
    .suggest(span, format!("\"{line}\""), "put it in quotes")
}

/// Small words that are needed and not there.
fn missing(look: &Look<'_>) -> Option<Diagnostic> {
    let error = |message: &str| Diagnostic::error(Code::IncompleteExpression, look.spot(), message);
    if look.expects(Rule::kw_else) && look.opener == "require" {
        return Some(
            error("a requirement without `else`")
                .here("`else` and the outcome are missing behind this")
                .help("say the outcome where it does not hold: `require hours: free >= needed else limited`"),
        );
    }
    if look.expects(Rule::kw_then) {
        return Some(error("`if` without `then`").here("`then` is missing here").help("write `if … then … else …`"));
    }
    if look.expects(Rule::kw_over) {
        return Some(
            error("`sum of` without `over`")
                .here("`over` is missing here")
                .help("write `sum of instance.users over instances`"),
        );
    }
    let is_in = look.expects(Rule::choices) || look.expects(Rule::range);
    // `a in b` reads like the low end of a range.
    if is_in || (look.expects(Rule::dots) && look.expects(Rule::times) && !look.expects(Rule::bar)) {
        return Some(
            error("`in` takes a list in parentheses, or a range")
                .help("write `in (a, b)` or `in 1..5`; to compare with a single value write `is`"),
        );
    }
    if look.expects(Rule::kw_of) && matches!(look.text(look.previous), "any" | "all" | "count" | "sum" | "one" | "list")
    {
        let word = look.text(look.previous);
        return Some(error(&format!("`{word}` without `of`")).suggest(look.gap(), " of", format!("write `{word} of`")));
    }
    if look.before_operand()
        && look.opener == "rule"
        && look.text(look.previous) == ":"
        && words::begins_clause(look.text(look.found))
    {
        return Some(
            error("a rule without an outcome")
                .here("the outcome belongs in front of this")
                .help("write `rule NAME: OUTCOME when …`"),
        );
    }
    if look.at_line_end()
        && (look.before_operand() || look.expects(Rule::type_of))
        && let Some(previous) = look.previous
    {
        let what = if look.expects(Rule::type_of) { "a type" } else { "an expression" };
        let rule_outcome = look.opener == "rule" && look.text(look.previous) == ":";
        let what = if rule_outcome { "an outcome" } else { what };
        let behind = previous.text(look.place.text);
        return Some(
            error(&format!("expected {what} behind `{}`", excerpt(behind)))
                .here("nothing follows it on this line, nor on the next"),
        );
    }
    None
}
