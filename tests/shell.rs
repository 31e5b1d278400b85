//! What the command does with its streams, with colors and with the file system.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test writes files, and fails where it cannot")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/packs/discounts");
const DEAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/deals/charity.ron");

fn dealdesk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    dealdesk(folder, arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn json_alone_goes_to_standard_output() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("bad.json"), "{\"client\": {\"kind\": \"martian\"}}").unwrap();
    let arguments = ["--policy", PACK, "eval", DEAL, "bad.json", DEAL, "--format", "json", "--as-of", "2026-03-01"];
    let output = run(dir.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["decisions"]["discount"]["value"], "ten_percent");
    assert_eq!(lines[0], lines[2]);
    assert_eq!(lines[1]["deal"], "bad.json");
    assert_eq!(lines[1]["diagnostics"][0]["file"], "bad.json");
    // What standard output tells is not told again.
    assert_eq!(stderr(&output), "bad.json is not decided: 1 error, told in the JSON\n");
}

#[test]
fn a_deal_is_read_from_standard_input() {
    let dir = TempDir::new().unwrap();
    let arguments =
        ["--policy", PACK, "eval", "-", "--input-format", "ron", "--format", "json", "--as-of", "2026-03-01"];
    let mut child = dealdesk(dir.path(), &arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(DEAL).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["decisions"]["discount"]["value"], "ten_percent");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn without_a_date_decisions_are_of_today_where_this_computer_stands() {
    let dir = TempDir::new().unwrap();
    let as_of = |zone: &str| {
        let mut command = dealdesk(dir.path(), &["--policy", PACK, "eval", DEAL, "--format", "json", "--no-trace"]);
        let output = command.env("TZ", zone).output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["as_of"].as_str().unwrap().parse::<dealdesk::civil::Date>().unwrap()
    };
    // There are never fewer than 26 hours between these two.
    assert!(as_of("<+14>-14") > as_of("<-12>12"));
}

#[test]
fn nobody_minds_a_reader_that_goes_away() {
    let dir = TempDir::new().unwrap();
    let deals = [DEAL; 40];
    let arguments = [&["--policy", PACK, "eval", "--format", "json"], deals.as_slice()].concat();
    let mut child = dealdesk(dir.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
}

#[test]
fn colors_are_for_terminals_unless_asked_for() {
    let dir = TempDir::new().unwrap();
    let colored = |extra: &[&str], variable: Option<(&str, &str)>| {
        let base = ["--policy", PACK, "eval", DEAL, "--as-of", "2026-03-01"];
        let mut command = dealdesk(dir.path(), &[&base, extra].concat());
        command.envs(variable);
        stdout(&command.output().unwrap()).contains('\u{1b}')
    };
    assert!(!colored(&[], None));
    assert!(colored(&["--color", "always"], None));
    assert!(!colored(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(colored(&[], Some(("CLICOLOR_FORCE", "1"))));
    assert!(colored(&["--color", "always"], Some(("NO_COLOR", "1"))));
}

#[test]
fn quiet_says_nothing_but_results_and_errors() {
    let dir = TempDir::new().unwrap();
    let small = dir.path().join("small");
    std::fs::create_dir(&small).unwrap();
    std::fs::write(small.join("pack.ron"), "(name: \"small\", version: \"1\")").unwrap();
    std::fs::write(small.join("small.policy"), "fact a.b: boolean\ndecide c: boolean = a.b\n").unwrap();
    let output = run(dir.path(), &["--policy", "small", "check", "--quiet", "--format", "json"]);
    assert_eq!(stdout(&output).trim(), "[]");
    assert_eq!(stderr(&output), "");
    let output = run(dir.path(), &["--quiet", "eval", DEAL]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error[E0501]"), "{}", stderr(&output));
}

#[test]
fn the_nearest_pack_upwards_is_taken() {
    let dir = TempDir::new().unwrap();
    let new = run(dir.path(), &["init", "sales"]);
    assert_eq!(new.status.code(), Some(0), "{}", stderr(&new));
    let deals = dir.path().join("sales/deals");
    let output = run(&deals, &["eval", "first.ron", "--format", "json", "--no-trace"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["policy"]["name"], "sales");

    // Problems name the files from where the command was run.
    fs::write(dir.path().join("sales/more.policy"), "fact client.existing: boolean\n").unwrap();
    let output = run(&deals, &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json[0]["file"], "../more.policy");

    // The folder `rules` is the last resort.
    let other = TempDir::new().unwrap();
    let output = run(other.path(), &["check"]);
    assert!(stdout(&output).is_empty() && stderr(&output).starts_with("error[E0501]"), "{}", stderr(&output));
    run(other.path(), &["init", "rules"]);
    assert_eq!(run(other.path(), &["check"]).status.code(), Some(0));
}

#[test]
fn a_new_pack_works_and_overwrites_nothing() {
    let dir = TempDir::new().unwrap();
    let new = run(dir.path(), &["init", "sales"]);
    assert_eq!(new.status.code(), Some(0), "{}", stderr(&new));

    let checked = run(dir.path(), &["--policy", "sales", "check", "--format", "json"]);
    assert_eq!((checked.status.code(), stdout(&checked).trim()), (Some(0), "[]"));

    // What runs leave behind is nothing for version control.
    let ignored = fs::read_to_string(dir.path().join("sales/.gitignore")).unwrap();
    assert!(["*.snap.new", ".dealdesk-*"].iter().all(|pattern| ignored.lines().any(|line| line == *pattern)));

    // The next step that is printed, word for word.
    let printed = stdout(&new);
    let step: Vec<&str> = printed.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(step[0], "dealdesk");
    let next = run(dir.path(), &step[1..]);
    assert_eq!(next.status.code(), Some(0), "{}", stderr(&next));

    // And those of its README, in its folder.
    let readme = fs::read_to_string(dir.path().join("sales/README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("dealdesk ")).collect();
    assert!(commands.len() > 2);
    for command in commands {
        let output = run(&dir.path().join("sales"), &command.split_whitespace().collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(0), "{command}: {}", stderr(&output));
    }

    let before = fs::read_to_string(dir.path().join("sales/discounts.policy")).unwrap();
    fs::write(dir.path().join("sales/discounts.policy"), "mine").unwrap();
    let again = run(dir.path(), &["init", "sales"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("`sales` exists already"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(dir.path().join("sales/discounts.policy")).unwrap(), "mine");
    assert_ne!(before, "mine");

    let inside = run(dir.path(), &["init", "sales/more"]);
    assert!(stderr(&inside).contains("would lie inside the pack"), "{}", stderr(&inside));
    for name in ["", "..", "a b", "--", "sälés"] {
        let refused = run(dir.path(), &["init", "--", name]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
    }
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["sales"]);
}

#[test]
fn every_shell_gets_completions() {
    let dir = TempDir::new().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(dir.path(), &["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("explain"), "{shell}");
    }
}

#[test]
fn hostile_deals_are_refused_in_bounded_time_and_space() {
    let dir = TempDir::new().unwrap();
    let many = |n: usize, s: &str| s.repeat(n);
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("deep.json", many(1_000_000, "[").into_bytes()),
        ("deep-objects.json", many(300_000, "{\"a\":").into_bytes()),
        ("deep.ron", many(1_000_000, "(").into_bytes()),
        ("deep.yaml", many(1_000_000, "[").into_bytes()),
        ("bomb.yaml", b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: *c\n".to_vec()),
        ("deep.toml", [b"a = ".as_slice(), many(1_000_000, "[").as_bytes()].concat()),
        ("nul.json", b"{\"client\":\0{}}".to_vec()),
        ("latin1.yaml", b"client: caf\xe9\n".to_vec()),
        ("empty.json", Vec::new()),
        ("list.json", b"[]".to_vec()),
        ("huge-number.json", b"{\"order\":{\"total\":1e999999999}}".to_vec()),
        ("twice.json", b"{\"client\":{\"existing\":true,\"existing\":false}}".to_vec()),
    ];
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
        let output = run(dir.path(), &["--policy", PACK, "eval", name, "--format", "json"]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", stderr(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(json["diagnostics"].as_array().is_some_and(|d| !d.is_empty()), "{name}: {json}");
        assert!(stderr(&output).len() < 20_000, "{name} gives {} bytes of errors", stderr(&output).len());
    }
}

#[test]
fn hostile_policies_are_refused_in_bounded_time_and_space() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("pack.ron"), "(name: \"hostile\", version: \"1\")").unwrap();
    let policies = [
        format!("decide a: boolean = {}", "(".repeat(500_000)),
        format!("decide a: boolean = {}true", "not ".repeat(500_000)),
        format!("decide a: integer = 1{}", " + 1".repeat(500_000)),
        format!("decide a: integer = {}1", "if true then 1 else ".repeat(100_000)),
        "fact ".repeat(300_000),
        "\"".repeat(300_001),
        format!("decide {}: boolean = true", "a".repeat(300_000)),
        format!("constant a: integer = {}", "9".repeat(300_000)),
        "decide a: boolean = b\ndecide b: boolean = a\n".to_owned(),
    ];
    for policy in policies {
        fs::write(dir.path().join("a.policy"), &policy).unwrap();
        let output = run(dir.path(), &["check", "--format", "json"]);
        let start: String = policy.chars().take(40).collect();
        assert_eq!(output.status.code(), Some(2), "{start}: {}", stderr(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = json.as_array().map_or(0, Vec::len);
        assert!((1..1_000).contains(&count), "{start}: {count} diagnostics");
    }
}
