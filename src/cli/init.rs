//! `dealdesk init`: a small pack to begin with.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::output::{CODE, Output};
use crate::host;

/// Begin a pack of policies: a folder with a small working example to change
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  dealdesk init discounts
  dealdesk --policy discounts eval discounts/deals/first.ron")]
pub(super) struct Arguments {
    /// The folder to create; its name becomes the pack's
    #[arg(value_name = "NAME", value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
}

/// The files of a new pack; `{name}` and `{folder}` stand for what was asked for.
const FILES: [(&str, &str); 6] = [
    ("pack.ron", include_str!("init/pack.ron")),
    ("discounts.policy", include_str!("init/discounts.policy")),
    ("deals/first.ron", include_str!("init/first.ron")),
    ("cases/discounts.ron", include_str!("init/discounts_cases.ron")),
    ("README.md", include_str!("init/README.md")),
    (".gitignore", include_str!("init/gitignore")),
];

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let folder = &arguments.folder;
    let shown = folder.display().to_string();
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(plain) || name.starts_with('-') || name.len() > 100 {
        return Err(Failure::message(format!("`{shown}` is no name for a pack"))
            .help("use letters, digits, `-` and `_`: `dealdesk init sales`"));
    }
    if !host::is_vacant(folder) {
        return Err(Failure::message(format!("`{shown}` exists already, and nothing is overwritten"))
            .help("choose another name, or delete it first"));
    }
    if let Some(pack) = host::enclosing_pack(folder) {
        return Err(Failure::message(format!("`{shown}` would lie inside the pack `{}`", pack.display()))
            .help("every policy below a pack's folder belongs to that pack; begin the new one elsewhere"));
    }
    for (path, text) in FILES {
        let text = text.replace("{name}", &name).replace("{folder}", &shown);
        let path = folder.join(path);
        host::create_file(&path, &text)
            .map_err(|e| Failure::message(format!("`{}` cannot be written: {}", path.display(), host::reason(&e))))?;
    }
    let mut next = format!("Created the pack `{name}`:\n");
    for (path, _) in FILES {
        next.push_str(&format!("  {}\n", folder.join(path).display()));
    }
    next.push_str("\nDecide its first deal, then change the rules and look again:\n");
    let quoted = quote(&shown);
    next.push_str(&format!("  {CODE}dealdesk --policy {quoted} eval {quoted}/deals/first.ron{CODE:#}\n"));
    next.push_str("\nFind what is wrong with the rules, and hold on to what they decide:\n");
    next.push_str(&format!("  {CODE}dealdesk --policy {quoted} check{CODE:#}\n"));
    next.push_str(&format!("  {CODE}dealdesk --policy {quoted} test --accept{CODE:#}\n"));
    output.result(&next)?;
    Ok(Exit::Fine)
}

/// As a shell reads it as one word.
fn quote(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
