//! What mutations start from: every policy and every deal of this repository.
//!
//! A pack and its deals are one text, in which a line `# file: NAME` begins each file. What comes before
//! the first such line is a policy.

use std::path::{Path, PathBuf};

use dealdesk::Format;

/// A file inside a text of several.
pub struct Part<'t> {
    /// Its name.
    pub name: &'t str,
    /// What it says.
    pub text: &'t str,
}

impl Part<'_> {
    /// The format of the deal that it is; a policy or manifest has none.
    pub fn deal(&self) -> Option<Format> {
        if self.name == "pack.ron" { None } else { Format::from_extension(self.name.rsplit_once('.')?.1) }
    }
}

/// The files in a text.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut name = "policy.policy";
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("# file: ") {
            parts.push(Part { name, text: &text[start..at] });
            name = next.trim();
            start = at + line.len();
        }
        at += line.len();
    }
    parts.push(Part { name, text: &text[start..] });
    parts.retain(|part| !part.text.trim().is_empty());
    parts
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|p| p.join("rules").is_dir())
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// The files below `folder` that end so, by name.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.extend(std::fs::read_to_string(&path).map(|text| (name, text)));
            }
        }
    }
    found.sort();
    found
}

/// Every policy: the pack's, those that tests use, and the examples in the documentation.
pub fn policies() -> Vec<String> {
    let mut found: Vec<String> = ["rules", "tests/fixtures", "tests/cli"]
        .into_iter()
        .flat_map(|folder| files(folder, &["policy"]))
        .map(|(_, text)| text)
        .collect();
    found.extend(files("docs", &["md"]).iter().flat_map(|(_, text)| fenced(text, "policy")).map(str::to_owned));
    found
}

/// Every deal, behind the first letter of its format, and lines of `--set` behind an `s`.
pub fn deals() -> Vec<String> {
    let endings = ["ron", "json", "yaml", "toml"];
    let found = ["examples/deals", "tests/fixtures/deals"].into_iter().flat_map(|folder| files(folder, &endings));
    let found = found.filter_map(|(name, text)| Some(format!("{}{text}", name.rsplit_once('.')?.1.get(..1)?)));
    let set = "sclient.kind=private\ninstances[0].users=1200\ninstances=[(users: 3)]\nclient=(kind: private, existing: true)\n\
               deal.last_contact=2026-01-31\ndeal.last_contact=none\ndeal.hours_needed=12.5\nclient.name=\"A \\\"B\\\"\"\n";
    found.chain([set.to_owned()]).collect()
}

/// Packs with their deals: the OpenCraft pack with each example, and each other policy with a deal of which nothing is known.
pub fn packs() -> Vec<String> {
    let pack = opencraft();
    let examples = files("examples/deals", &["ron", "json", "yaml", "toml"]);
    let whole = examples.iter().map(|(name, text)| format!("{pack}# file: {name}\n{text}"));
    whole.chain(policies().into_iter().map(|text| format!("{text}\n# file: empty.json\n{{}}\n"))).collect()
}

/// The OpenCraft pack as one text.
pub fn opencraft() -> String {
    let manifest = files("rules", &["ron"]).into_iter().filter(|(name, _)| name == "pack.ron");
    let files = manifest.chain(files("rules", &["policy"]));
    files.map(|(name, text)| format!("# file: {name}\n{text}\n")).collect()
}

/// The fenced blocks of a page whose language begins so.
fn fenced<'t>(page: &'t str, language: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, block)) = rest.split_once("\n```") {
        let Some((head, body)) = block.split_once('\n') else { break };
        let Some((body, after)) = body.split_once("\n```") else { break };
        if head.starts_with(language) {
            found.push(body);
        }
        rest = after;
    }
    found
}
