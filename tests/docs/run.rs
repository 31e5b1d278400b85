//! Running the blocks of a page.

use std::str::FromStr;

use dealdesk::base::Sources;
use dealdesk::engine::{self, Options};
use dealdesk::facts::Deal;
use dealdesk::policy::Policy;
use dealdesk::trace::Report;
use jiff::civil::Date;

use crate::answer;
use crate::pack::{self, Read};
use crate::page::{Block, blocks};

/// The date of an `answer` that names none.
const AS_OF: &str = "2026-03-01";

/// The kinds of blocks that are run.
pub(crate) const KINDS: &[&str] = &["policy", "ron", "answer", "manifest", "case", "snapshot"];

/// A block that does not do what its page says.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) line: usize,
    pub(crate) expected: String,
    pub(crate) came: String,
}

/// What the blocks of one page have brought so far.
#[derive(Default)]
struct Runner {
    /// The text of the pack, over all its blocks.
    text: String,
    policy: Option<Policy>,
    sources: Sources,
    deal: Deal,
    deal_sources: Sources,
    wrong: Vec<Wrong>,
}

/// Runs every block of a page; gives back what is not as the page says, and how many blocks were run.
///
/// * `policy` compiles without a single problem, as a pack of its own; `policy continues` together with
///   the policy blocks above it.
/// * `policy fails E0203 …` gives exactly these codes; without codes, those of `own`, the code that the page explains.
/// * `ron` is a deal of the policy above it that is read without a problem, `ron fails` one that gives `own`.
/// * `manifest` is a `pack.ron` without a problem, `manifest fails` one that gives `own`; of the policy above it, if any.
/// * `case` is a file of cases of the policy above it, read and run without a problem, `case fails` one that gives `own`.
/// * `snapshot` is a snapshot that can be read, `snapshot fails` one that gives `own`.
/// * `answer [as of DATE] [strict]` states answers for the policy and the deal above it, one a line.
pub(crate) fn page(text: &str, own: Option<&str>) -> (usize, Vec<Wrong>) {
    let mut runner = Runner::default();
    let mut run = 0;
    for block in blocks(text) {
        match block.kind() {
            "policy" => runner.policy(&block, own),
            "ron" => runner.deal(&block, own),
            "answer" => runner.answers(&block),
            "manifest" => runner.manifest(&block, own),
            "case" => runner.cases(&block, own),
            "snapshot" => runner.other(&block, own, &pack::snapshot(&block.text)),
            _ => continue,
        }
        run += 1;
    }
    (run, runner.wrong)
}

impl Runner {
    fn expect(&mut self, line: usize, expected: impl Into<String>, came: impl Into<String>) {
        self.wrong.push(Wrong { line, expected: expected.into(), came: came.into() });
    }

    fn policy(&mut self, block: &Block, own: Option<&str>) {
        let text = if block.has("continues") { format!("{}\n{}", self.text, block.text) } else { block.text.clone() };
        // What is proved over all deals is looked for on its own pages.
        let proves = own.is_some_and(|code| code.starts_with("W09"));
        let compiled = if proves { pack::prove(&text) } else { pack::compile(&text) };
        if block.has("fails") {
            self.codes(block, own, &compiled);
            return;
        }
        if !compiled.found.is_empty() || compiled.value.is_none() {
            self.expect(block.line, "a policy without any problem", compiled.words());
        }
        self.text = text;
        self.policy = compiled.value;
        self.sources = compiled.sources;
        self.deal = Deal::new();
    }

    fn manifest(&mut self, block: &Block, own: Option<&str>) {
        self.other(block, own, &pack::manifest(&block.text, &self.text));
    }

    fn cases(&mut self, block: &Block, own: Option<&str>) {
        let Some(policy) = &self.policy else {
            return self.expect(block.line, "a policy above the cases that compiles", "none");
        };
        let read = pack::cases(policy, &block.text);
        self.other(block, own, &read);
    }

    fn other<T>(&mut self, block: &Block, own: Option<&str>, read: &Read<T>) {
        if block.has("fails") {
            self.codes(block, own, read);
        } else if !read.found.is_empty() {
            self.expect(block.line, format!("a {} without any problem", block.kind()), read.words());
        }
    }

    fn codes<T>(&mut self, block: &Block, own: Option<&str>, read: &Read<T>) {
        let named = block.after("fails");
        let mut expected: Vec<&str> =
            if named.is_empty() { own.into_iter().collect() } else { named.iter().map(String::as_str).collect() };
        expected.sort_unstable();
        let mut codes = read.codes();
        codes.sort_unstable();
        codes.dedup();
        if codes != expected {
            self.expect(block.line, format!("exactly {}", expected.join(" and ")), read.words());
        }
    }

    fn deal(&mut self, block: &Block, own: Option<&str>) {
        let Some(policy) = &self.policy else {
            return self.expect(block.line, "a policy above the deal that compiles", "none");
        };
        let read = pack::deal(policy, &block.text);
        if block.has("fails") {
            return self.codes(block, own, &read);
        }
        if !read.found.is_empty() {
            self.expect(block.line, "a deal without any problem", read.words());
        }
        self.deal = read.value;
        self.deal_sources = read.sources;
    }

    fn answers(&mut self, block: &Block) {
        let Some(policy) = &self.policy else {
            return self.expect(block.line, "a policy above the answers that compiles", "none");
        };
        let as_of = block.after("of").first().map_or(AS_OF, String::as_str);
        let as_of = Date::from_str(as_of).expect("`as of` has a date behind it");
        let options = Options { strict: block.has("strict"), ..Options::default() };
        let decisions = engine::decide(policy, &self.deal, as_of, &options);
        let data = Report {
            policy,
            sources: &self.sources,
            deal: &self.deal,
            deal_sources: &self.deal_sources,
            deal_name: "example.ron",
            decisions: &decisions,
            traces: true,
        }
        .data();
        let mut wrong = Vec::new();
        for (i, expected) in block.text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let name = expected.split(": ").next().unwrap_or_default();
            let came = data.decisions.iter().find(|d| d.name == name).map(answer::line);
            let came = came.unwrap_or_else(|| format!("no decision is called `{name}`"));
            if came != expected.trim() {
                wrong.push(Wrong { line: block.line + 1 + i, expected: expected.trim().to_owned(), came });
            }
        }
        self.wrong.append(&mut wrong);
    }
}

/// What is wrong on a page, in words.
pub(crate) fn report(file: &str, wrong: &[Wrong]) -> String {
    let one = |w: &Wrong| format!("{file}:{}\n    expected: {}\n    came:     {}\n", w.line, w.expected, w.came);
    wrong.iter().map(one).collect()
}
