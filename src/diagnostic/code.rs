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
// shapes, E05xx packs and files, E06xx deals, W07xx findings and notes, E08xx cases,
// W09xx findings that are proved over all deals.
codes! {
    SyntaxError = "E0101", "text that is not part of the language";
    OpenString = "E0102", "a string that is not closed on its line";
    StrayCharacter = "E0103", "a character that means nothing here";
    UnknownEscape = "E0104", "an unknown escape in a string";
    ForeignOperator = "E0105", "an operator of another language";
    UnknownKeyword = "E0106", "a word that is not of the language";
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
    TooLarge = "E0120", "a file with too much in it";

    UnknownName = "E0201", "a name that nothing declares";
    DuplicateName = "E0202", "a name that is declared twice";
    DuplicatePart = "E0203", "two parts of one declaration with one name";
    UnknownVariant = "E0204", "a variant that its type does not have";
    AmbiguousVariant = "E0205", "a variant whose type is not known";
    FactInFact = "E0206", "a fact that lies inside of another";
    MisplacedName = "E0207", "a name that belongs to a record";
    ReservedName = "E0208", "a name that belongs to the language";
    UnknownType = "E0209", "a type that nothing declares";
    UnknownUnit = "E0210", "a unit that nothing declares";
    UnknownSource = "E0211", "a source that nothing declares";
    UnknownRecord = "E0212", "a record that nothing declares";
    UnknownFunction = "E0213", "a function or table that is not there";
    UnknownRule = "E0214", "an overridden rule that is not there";
    NoRecordAtHand = "E0215", "a record's value where no record is at hand";
    NotAValue = "E0216", "a name that has no value";
    NotAList = "E0217", "a question about something that is no list";

    WrongType = "E0301", "a value of another type than is asked for";
    UnitMismatch = "E0302", "units that do not agree";
    MayBeNone = "E0303", "a value that may be none";
    NeverNone = "E0304", "none where nothing can be none";
    UnroundedQuotient = "E0305", "a quotient that is not rounded";
    OutOfRange = "E0306", "a value outside of its range";
    EmptyRange = "E0307", "a range that nothing lies in";
    TooManyDecimals = "E0308", "more decimals than a unit has";
    MalformedType = "E0309", "a type that does not fit together";
    ListBound = "E0310", "a list without a fitting bound";
    NotFixed = "E0311", "a value that hangs on the deal where it may not";
    ConstantFault = "E0312", "a constant without a value";
    WrongArguments = "E0313", "arguments that do not fit";
    NotACost = "E0314", "a cost that is none";

    Cycle = "E0401", "declarations that use each other in a circle";
    OverrideCycle = "E0402", "rules that override each other in a circle";
    WindowBackwards = "E0403", "a rule that ends before it begins";
    ConstantDates = "E0404", "values of a constant that are not in order";
    BandOrder = "E0405", "bands of a rubric that do not descend";
    PointsOtherwise = "E0406", "points of a criterion that leave cases out";
    NotEnumerated = "E0407", "a shape whose outcomes are not listed";
    GateElseBest = "E0408", "a failed requirement that changes nothing";
    RecordLists = "E0409", "a record that does not belong to exactly one list";
    NestedQuestion = "E0410", "a question about a list within another about the same";
    TwoRecords = "E0411", "a property about two records at once";
    CollectedLookup = "E0412", "a table with parameters that collects";
    TooManyParts = "E0413", "a declaration with too many parts";
    DeepTables = "E0414", "tables that ask each other too deeply";

    NoPack = "E0501", "no pack where one was looked for";
    UnreadableFile = "E0502", "a file or folder that cannot be read";
    NotText = "E0503", "a file that is not text";
    TooMuch = "E0504", "more than is read";
    NoPolicies = "E0505", "a pack without policies";
    PackInPack = "E0506", "a pack inside a pack";
    ManifestSyntax = "E0507", "a manifest that is not RON";
    ManifestField = "E0508", "a manifest that does not say what it should";
    UnknownFormat = "E0509", "a deal in a format that is not known";
    UnknownReport = "E0510", "a reported decision that is not there";

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

    UnusedDefinition = "W0701", "a definition that nothing uses";
    UnusedFact = "W0702", "a fact that no rule reads";
    UnusedRecord = "W0703", "a record that no list holds";
    UnusedTable = "W0704", "a table that nothing asks";
    UnusedType = "W0705", "a type that nothing is of";
    UnusedUnit = "W0706", "a unit that nothing is measured in";
    UnusedSource = "W0707", "a source that nothing cites";
    UnusedConstant = "W0708", "a constant that nothing uses";
    NoDecisions = "W0709", "a pack that decides nothing";

    NeverApplies = "W0901", "a rule that never applies";
    NeverStands = "W0902", "a rule that never stands";
    ImpliedRequirement = "W0903", "a requirement that others imply";
    RulesDisagree = "W0904", "rules that can stand and disagree";
    UndecidedDeals = "W0905", "a decision that no rule takes in some deals";
    CanFail = "W0906", "an expression that can be without a value";
    SettledCondition = "W0907", "a condition that always comes to the same";
    NoInfluence = "W0908", "a fact that influences nothing";
    BrokenProperty = "W0909", "a property that does not hold";
    NotSettled = "W0910", "a question that is not settled";

    CaseField = "E0801", "a case that does not say what it should";
    CaseTwice = "E0802", "a name that two cases have";
    CaseUnknown = "E0803", "an expectation of something that is not there";
    CaseUnmet = "E0804", "an expectation that is not met";
    SnapshotForm = "E0805", "a snapshot that cannot be read";
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
