//! Every view of answers: of the example deals, and of a small policy in which everything happens.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests read the examples from disk, and fail where they cannot"
)]

use std::fs;
use std::path::Path;

use dealdesk::base::{SourceFile, Sources};
use dealdesk::check::{self, Manifest};
use dealdesk::diagnostic::Severity;
use dealdesk::engine::{self, Options};
use dealdesk::facts::Deal;
use dealdesk::facts::read::{self, Format};
use dealdesk::policy::Policy;
use dealdesk::syntax;
use dealdesk::trace::{self, Report, TreeOptions};
use unicode_width::UnicodeWidthStr;

/// A compiled policy and its files.
struct Pack {
    policy: Policy,
    sources: Sources,
}

impl Pack {
    fn compile(name: &str, label: &str, report: &[String], files: Vec<(String, String)>) -> Pack {
        let (mut sources, mut parsed, mut problems) = (Sources::new(), Vec::new(), Vec::new());
        for (name, text) in files {
            let file = SourceFile::new(name, text);
            let id = sources.add(file.clone());
            let (ast, found) = syntax::parse(id, &file);
            parsed.push(ast);
            problems.extend(found);
        }
        let manifest = Manifest {
            name: name.to_owned(),
            version: "2026.11".to_owned(),
            label: Some(label.to_owned()),
            since: None,
            report: report.iter().map(|name| name.as_str().into()).collect(),
            hash: "0".repeat(64),
        };
        let (policy, found) = check::check(&manifest, &parsed, &sources);
        problems.extend(found);
        let errors: Vec<_> = problems.iter().filter(|d| d.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        Pack { policy: policy.expect("no errors, so a policy"), sources }
    }

    fn opencraft() -> Pack {
        let mut files: Vec<_> = fs::read_dir("rules").expect("the pack").map(|f| f.expect("a file").path()).collect();
        files.retain(|f| f.extension().is_some_and(|e| e == "policy"));
        files.sort();
        let files = files.iter().map(|f| (f.display().to_string(), read_file(f))).collect();
        let manifest = read_file(Path::new("rules/pack.ron"));
        let (_, report) = manifest.split_once("report:").expect("decisions to report");
        let report: Vec<String> = report.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        Pack::compile("opencraft", "How OpenCraft takes on work", &report, files)
    }

    fn deal(&self, name: &str, text: &str, format: Format) -> (Deal, Sources) {
        let mut sources = Sources::new();
        let file = SourceFile::new(name, text);
        let id = sources.add(file.clone());
        let (deal, problems) = read::deal(&self.policy.schema, id, &file, format);
        assert!(problems.is_empty(), "{problems:#?}");
        (deal, sources)
    }

    /// Decides a deal on 1 March 2026 and hands the report to `view`.
    fn report<T>(&self, name: &str, text: &str, options: &Options, view: impl FnOnce(&Report<'_>) -> T) -> T {
        let format = Format::from_extension(name.rsplit('.').next().unwrap_or_default()).expect("a known ending");
        let (deal, deal_sources) = self.deal(name, text, format);
        let decisions = engine::decide(&self.policy, &deal, jiff::civil::date(2026, 3, 1), options);
        view(&Report {
            policy: &self.policy,
            sources: &self.sources,
            deal: &deal,
            deal_sources: &deal_sources,
            deal_name: name,
            decisions: &decisions,
            traces: true,
        })
    }
}

fn read_file(path: &Path) -> String {
    fs::read_to_string(path).expect("a text file")
}

fn for_each_example(view: impl Fn(&str, &Report<'_>)) {
    let pack = Pack::opencraft();
    for (name, text) in examples() {
        pack.report(&name, &text, &Options::default(), |report| view(&name, report));
    }
}

fn examples() -> Vec<(String, String)> {
    let mut files: Vec<_> =
        fs::read_dir("examples/deals").expect("examples").map(|f| f.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|f| (f.file_name().expect("a name").to_string_lossy().into_owned(), read_file(f))).collect()
}

/// What happens to one order.
const SITUATIONS: [(&str, &str); 7] = [
    (
        "decided",
        "(order: (kind: special, price: 6000, pieces: 5, note: \"<script>\", rush: true, due: none), parts: [])",
    ),
    ("usual", "(order: (kind: usual, price: 120.5, pieces: 12, note: \"x\", due: \"2026-04-01\"), parts: [])"),
    ("unknown", "()"),
    ("conflict_and_gap", "(order: (kind: special, price: 2000, pieces: 1, note: \"b\", rush: false), parts: [])"),
    ("error", "(order: (kind: strange, price: 10, pieces: 0, note: \"c\", rush: false), parts: [])"),
    (
        "records",
        "(order: (kind: special, price: 10, pieces: 60, note: \"c\", rush: true), \
         parts: [(name: \"<b>lid</b> | `x`\", weight: 300), (weight: 300, spare: true), (name: \"pin\", spare: false)])",
    ),
    (
        "hostile",
        "(order: (kind: strange, price: 0.5, pieces: 1, note: \"\\u{1b}[31m <img src=x onerror=alert(1)> | `a` | \\n# b\"), \
         parts: [(name: \"\\u{1b}[31mred\\u{202e}\", weight: 1)])",
    ),
];

fn situations() -> Pack {
    let text = read_file(Path::new("tests/trace/situations.policy"));
    Pack::compile("situations", "Situations", &[], vec![("situations.policy".to_owned(), text)])
}

fn for_each_situation(view: impl Fn(&str, &Report<'_>)) {
    let pack = situations();
    for (name, deal) in SITUATIONS {
        let deal_name = format!("{name}.ron");
        pack.report(&deal_name, deal, &Options::default(), |report| view(name, report));
    }
}

/// Everything a view may not do to a terminal, and may not exceed.
fn assert_fits(name: &str, text: &str) {
    for line in text.lines() {
        assert!(line.width() <= 100, "{name}: {} columns: {line}", line.width());
        let acts = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!line.contains(acts), "{name}: {line:?}");
    }
}

#[test]
fn the_tree_fits_its_page_and_is_plain_without_colors() {
    let check = |name: &str, report: &Report<'_>| {
        for verbose in [false, true] {
            let plain = report.tree(TreeOptions { verbose, color: false });
            assert_fits(name, &plain);
            let colored = report.tree(TreeOptions { verbose, color: true });
            assert!(colored.contains("\u{1b}["), "{name}");
            assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain, "{name}: colors change the text");
        }
    };
    for_each_example(check);
    for_each_situation(check);
}

#[test]
fn every_evaluation_follows_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(&read_file(Path::new("docs/eval.schema.json"))).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    let check = |name: &str, report: &Report<'_>| {
        let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
        let errors: Vec<String> = schema.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
    };
    for_each_example(check);
    for_each_situation(check);
    let pack = situations();
    let (_, deal) = SITUATIONS[5];
    for options in [
        Options { explain: false, ..Options::default() },
        Options { strict: true, ..Options::default() },
        Options { only: pack.policy.decision_by_name("shipping").map(|id| vec![id]), ..Options::default() },
    ] {
        pack.report("options.ron", deal, &options, |report| check("options", report));
    }
    let wrong = serde_json::json!({ "version": 1, "policy": {}, "as_of": "today", "deal": "x", "decisions": {} });
    assert!(!schema.is_valid(&wrong), "the schema accepts anything");
}

#[test]
fn texts_that_nobody_named_are_possible_without_being_listed() {
    let text = "fact a: text\nfact b: text\nfact known: boolean\n\
                decide plain: text = a\n\
                decide mixed: text = if known then \"nobody\" else b\n\
                decide named: text = if known then \"x\" else \"y\"\n\
                decide same: boolean = a is b\n";
    let pack = Pack::compile("texts", "Texts", &[], vec![("texts.policy".to_owned(), text.to_owned())]);
    let schema: serde_json::Value = serde_json::from_str(&read_file(Path::new("docs/eval.schema.json"))).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    pack.report("texts.ron", "()", &Options::default(), |report| {
        let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
        assert!(schema.is_valid(&json), "{json}");
        let decision = |name: &str, key: &str| json["decisions"][name][key].clone();
        assert_eq!(decision("plain", "possible"), serde_json::json!(["nobody", "x", "y"]));
        assert_eq!(decision("plain", "other_texts"), true);
        assert_eq!(decision("mixed", "other_texts"), true);
        assert_eq!(decision("named", "possible"), serde_json::json!(["x", "y"]));
        assert!(json["decisions"]["named"].get("other_texts").is_none());
        assert_eq!(decision("same", "possible"), serde_json::json!([false, true]));
        let views = [report.json(), report.tree(TreeOptions { verbose: true, color: false }), report.markdown()];
        assert!(views.iter().all(|view| !view.contains('\u{10ffff}') && !view.contains("\\u10ffff")), "{views:#?}");
        assert!(views[1].contains("“nobody”, “x”, “y” or another text"), "{}", views[1]);
    });
    // A deal may say what stands for them, and they still differ.
    let odd = "(known: true, b: \"\u{10ffff}\")";
    pack.report("odd.ron", odd, &Options::default(), |report| {
        let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
        assert_eq!(json["decisions"]["same"]["possible"], serde_json::json!([false, true]));
    });
}

#[test]
fn trees() {
    for_each_situation(|name, report| {
        insta::assert_snapshot!(format!("tree_{name}"), report.tree(TreeOptions::default()));
        let verbose = report.tree(TreeOptions { verbose: true, color: false });
        insta::assert_snapshot!(format!("tree_{name}_verbose"), verbose);
    });
}

#[test]
fn the_city_tender() {
    let pack = Pack::opencraft();
    let text = read_file(Path::new("examples/deals/city-tender.ron"));
    pack.report("city-tender.ron", &text, &Options::default(), |report| {
        let tree = report.tree(TreeOptions::default());
        assert!(tree.lines().count() <= 110, "more than two screens: {}", tree.lines().count());
        insta::assert_snapshot!("city_tender_tree", tree);
        insta::assert_snapshot!("city_tender_tree_verbose", report.tree(TreeOptions { verbose: true, color: false }));
        insta::assert_snapshot!("city_tender_markdown", report.markdown());
        insta::assert_snapshot!("city_tender_mermaid", report.mermaid());
    });
    let only = pack.policy.decision_by_name("discovery.billing").map(|id| vec![id]);
    pack.report("city-tender.ron", &text, &Options { only, ..Options::default() }, |report| {
        let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
        insta::assert_snapshot!("city_tender_json", serde_json::to_string_pretty(&json).expect("JSON"));
    });
}

#[test]
fn answers_as_data() {
    let pack = situations();
    for (name, deal) in SITUATIONS {
        let options = Options { explain: false, ..Options::default() };
        pack.report(&format!("{name}.ron"), deal, &options, |report| {
            let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
            assert!(json.get("definitions").is_none() && json.get("needed").is_none(), "{json}");
            let decisions = serde_json::to_string_pretty(&json["decisions"]).expect("JSON");
            assert!(!decisions.contains("\"trace\""), "{decisions}");
            insta::assert_snapshot!(format!("data_{name}"), decisions);
        });
    }
}

#[test]
fn documents() {
    for_each_situation(|name, report| {
        let markdown = report.markdown();
        assert!(!markdown.contains("<script>") && !markdown.contains("(<javascript"), "{markdown}");
        insta::assert_snapshot!(format!("markdown_{name}"), markdown);
        if ["hostile", "records"].contains(&name) {
            insta::assert_snapshot!(format!("mermaid_{name}"), report.mermaid());
            insta::assert_snapshot!(format!("html_{name}"), body(&report.html()));
        }
    });
}

/// The page without its style.
fn body(page: &str) -> String {
    let (_, body) = page.split_once("</style>").expect("a style");
    body.to_owned()
}

#[test]
fn pages_are_well_formed_and_hold_no_foreign_markup() {
    const KNOWN: [&str; 33] = [
        "!doctype", "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "h1",
        "h2", "h3", "p", "ul", "li", "a", "code", "cite", "span", "div", "br", "table", "caption", "thead", "tbody",
        "tfoot", "tr", "th", "td", "details", "summary",
    ];
    let check = |name: &str, report: &Report<'_>| {
        let page = report.html();
        let (mut open, mut ids, mut links) = (Vec::new(), Vec::new(), Vec::new());
        let without_style =
            format!("{}<style></style>{}", page.split("<style>").next().unwrap_or_default(), body(&page));
        for tag in without_style.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(closed), "{name}: </{closed}>");
                continue;
            }
            let element = tag.split(' ').next().unwrap_or_default();
            assert!(KNOWN.contains(&element), "{name}: <{tag}>");
            assert!(!tag.contains("javascript:") && !tag.contains(" on"), "{name}: <{tag}>");
            if let Some((_, id)) = tag.split_once("id=\"") {
                ids.push(id.split('"').next().unwrap_or_default().to_owned());
            }
            if let Some((_, link)) = tag.split_once("href=\"#") {
                links.push(link.split('"').next().unwrap_or_default().to_owned());
            }
            if !["meta", "br", "!doctype"].contains(&element) {
                open.push(element.to_owned());
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
        assert!(!links.is_empty() && links.iter().all(|link| ids.contains(link)), "{name}: dead links");
    };
    for_each_example(check);
    for_each_situation(check);
}

#[test]
fn why_this_and_why_not_that() {
    let mut told = String::new();
    let mut tell = |pack: &Pack, name: &str, deal: &str, decision: &str, record: Option<u32>, not: Option<&str>| {
        let id = pack.policy.decision_by_name(decision).expect("a decision");
        let answer = pack.report(name, deal, &Options::default(), |report| trace::why(report, id, record, not));
        let of = record.map(|r| format!("[{r}]")).unwrap_or_default();
        let not = not.map(|value| format!(" --not {value:?}")).unwrap_or_default();
        if let Ok(answer) = &answer {
            assert_fits(decision, answer);
        }
        let answer = answer.unwrap_or_else(|error| format!("error: {error}\n"));
        told.push_str(&format!("$ dealdesk why {name} {decision}{of}{not}\n{answer}\n"));
    };
    let pack = Pack::opencraft();
    for (deal, questions) in QUESTIONS {
        let text = read_file(&Path::new("examples/deals").join(deal));
        for (decision, record, not) in *questions {
            tell(&pack, deal, &text, decision, *record, *not);
        }
    }
    let pack = situations();
    for (situation, decision, not) in SMALL_QUESTIONS {
        let (_, deal) = SITUATIONS.iter().find(|(name, _)| name == situation).expect("a situation");
        tell(&pack, &format!("{situation}.ron"), deal, decision, None, *not);
    }
    insta::assert_snapshot!("why", told);
}

/// A decision, its record, and what it is not.
type Question = (&'static str, Option<u32>, Option<&'static str>);

const QUESTIONS: &[(&str, &[Question])] = &[
    (
        "city-tender.ron",
        &[
            ("discovery.billing", None, None),
            ("discovery.billing", None, Some("on_acceptance")),
            ("discovery.billing", None, Some("deferred")),
            ("discovery.billing", None, Some("billed")),
            ("discovery.billing", None, Some("waved")),
            ("discovery.billing", None, Some("waived")),
            ("lead.priority", None, None),
            ("lead.priority", None, Some("low")),
            ("capacity", None, None),
            ("capacity", None, Some("closed")),
            ("instance.tier", None, None),
            ("instance.tier", Some(1), None),
            ("instance.tier", Some(1), Some("tier_2")),
            ("instance.tier", Some(7), None),
            ("accept_contract", None, Some("no")),
            ("maintenance.monthly_hours", None, None),
            ("maintenance.monthly_price", None, Some("100 EUR")),
            ("proposal.contents", None, Some("time_bank")),
            ("proposal.contents", None, Some("overhead_lines")),
            ("project.total_hours", None, Some("none")),
            ("project.total_hours", None, Some("100")),
            ("project.total_hours", None, Some("100 EUR")),
            ("follow_up.due", None, None),
            ("kickoff.attendance", None, None),
            ("time_bank.rate", None, Some("89.10 EUR/hour")),
        ],
    ),
    (
        "full-cell-new-client.ron",
        &[
            ("capacity", None, None),
            ("capacity", None, Some("open")),
            ("capacity", None, Some("limited")),
            ("accept_contract", None, Some("yes")),
        ],
    ),
    ("rfp-without-a-bid.json", &[("lead.priority", None, Some("high")), ("bid.respond", None, Some("yes"))]),
];

const SMALL_QUESTIONS: &[(&str, &str, Option<&str>)] = &[
    ("unknown", "shipping", None),
    ("unknown", "shipping", Some("collect")),
    ("unknown", "worth", Some("high")),
    ("conflict_and_gap", "quarrel", None),
    ("conflict_and_gap", "quarrel", Some("left")),
    ("error", "per_piece", None),
    ("error", "per_piece", Some("1")),
    ("error", "part.handling", None),
    ("usual", "quarrel", None),
    ("usual", "quarrel", Some("left")),
    ("usual", "shipping", None),
    ("usual", "shipping", Some("collect")),
    ("usual", "handling", Some("quick")),
    ("usual", "discount", None),
    ("records", "workshop", None),
];

/// Long chains and wide questions neither overflow the stack nor fill the page.
#[test]
fn large_policies_are_told_within_bounds() {
    let mut text = String::from(
        "policy large\nfact x: integer 0..10\nrecord r field n: integer 0..9\nfact rs: list of r up to 500\n",
    );
    text.push_str("define d0: integer = x\ndefine c0: boolean = x > 3\n");
    for i in 1..1_000 {
        text.push_str(&format!("define d{i}: integer = max(d{}, d{})\n", i - 1, i - 1));
        text.push_str(&format!("define c{i}: boolean = c{} and not (not c{})\n", i - 1, i - 1));
    }
    for i in 0..16 {
        let inner = if i == 0 { "n".to_owned() } else { format!("t{}(n) + t{}(n)", i - 1, i - 1) };
        text.push_str(&format!(
            "table t{i}(n: integer): integer\n  exactly one\n  | n | => v |\n  | any | {inner} |\n"
        ));
    }
    let sum = vec!["x"; 90].join(" + ");
    text.push_str(&format!(
        "rubric worth: one of high, low\n  criterion chain = d999\n  criterion sum = {sum}\n  criterion looked_up = min(1, t3(0))\n  \
         criterion few = count of rs where r.n > 3\n  band high from 100\n  band low otherwise\n\
         decide deep: boolean = c999\ndecide some: boolean = any of rs where r.n > 8\n"
    ));
    let pack = Pack::compile("large", "Large", &[], vec![("large.policy".to_owned(), text)]);
    let records = "(n: 1),".repeat(500);
    pack.report("large.ron", &format!("(x: 5, rs: [{records}])"), &Options::default(), |report| {
        let tree = report.tree(TreeOptions { verbose: true, color: false });
        assert_fits("large", &tree);
        assert!(tree.lines().count() < 2_000, "{} lines", tree.lines().count());
        for text in [report.markdown(), report.mermaid()] {
            assert!(text.len() < 100_000, "{} bytes", text.len());
        }
        let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON that others can read");
        assert_eq!(json["decisions"]["deep"]["value"], true);
        assert!(!report.html().is_empty());
        for decision in ["worth", "deep", "some"] {
            let id = pack.policy.decision_by_name(decision).expect("a decision");
            let told = trace::why(report, id, None, None).expect("an account");
            assert!(told.lines().count() < 100, "{told}");
        }
    });
    pack.report("unknown.ron", "()", &Options { budget: 50, ..Options::default() }, |report| {
        assert_fits("unknown", &report.tree(TreeOptions { verbose: true, color: false }));
    });
}
