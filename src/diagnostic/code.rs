//! The stable code of every problem that can be reported.

use std::fmt;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $title:literal;)*) => {
        /// What kind of problem a diagnostic reports. The code is stable; `docs/codes/CODE.md` explains it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$meta])* #[doc = $title] $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as printed, such as `E0201`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// What it is about, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// The page that explains it, in Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => include_str!(concat!("../../docs/codes/", $code, ".md")),)* }
            }
        }
    };
}

// One code a line; the page docs/codes/CODE.md belongs to the same change.
// E01xx the text itself, E02xx names, E03xx types, units and ranges, E04xx decisions and their
// shapes, E05xx packs and files, E06xx deals, W07xx findings and notes.
codes! {
    SyntaxError = "E0101", "text that is not part of the language";
    OpenString = "E0102", "a string that is not closed on its line";
    StrayCharacter = "E0103", "a character that means nothing here";
    UnknownEscape = "E0104", "an unknown escape in a string";
    ForeignOperator = "E0105", "an operator of another language";
    UnknownKeyword = "E0106", "a line that begins with an unknown word";
    ReservedWord = "E0107", "a reserved word where a name belongs";
    NameStyle = "E0108", "a name that is not written in snake_case";
    NumberForm = "E0109", "a number that is not written as the language writes it";
    DateForm = "E0110", "a date that is not written as the language writes it, or does not exist";
    IncompleteExpression = "E0111", "an expression or a line that lacks a part";
    ChainedComparison = "E0112", "a chain of comparisons";
    RepeatedClause = "E0113", "a clause that stands twice";
    MisplacedClause = "E0114", "a clause where it does not belong";
    TwoForms = "E0115", "two ways to say the same thing at once";
    EmptyDeclaration = "E0116", "a declaration without its contents";
    RowShape = "E0117", "a table whose rows do not fit its heading";
    TooDeep = "E0118", "an expression that nests too deeply";
    TitlePlace = "E0119", "a title that is not the first line";
    TooLarge = "E0120", "a file that is too large";

    DealForm = "E0601", "a deal that does not follow its format";
    DealName = "E0602", "a name that the policy does not declare";
    DealTwice = "E0603", "a fact that is given twice";
    DealType = "E0604", "a value of the wrong type";
    DealVariant = "E0605", "a value that is not one of those the fact can have";
    DealRange = "E0606", "a value outside its declared range";
    DealDigits = "E0607", "a number with more digits than it may have";
    DealDate = "E0608", "a text that is not a date";
    DealNone = "E0609", "none for a fact that can't be none";
    DealBound = "E0610", "more records or values than there may be";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Code {
    /// The code printed as `text`, in any case.
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| c.as_str().eq_ignore_ascii_case(text))
    }
}
