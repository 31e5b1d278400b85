//! Which folder is the pack.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic};
use crate::pack::limits::MANIFEST;

/// The folder of the pack to use from `here`: `given`, else the nearest folder upwards with a
/// `pack.ron`, else `rules` in `here`. The path is written as short as possible, for messages.
///
/// # Errors
///
/// A diagnostic that says where it looked, where there is no pack.
pub fn find(given: Option<&Path>, here: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    if let Some(given) = given {
        return is_pack(given).map(|()| given.to_owned());
    }
    let mut shown = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(MANIFEST).is_file() {
            return Ok(if shown.as_os_str().is_empty() { PathBuf::from(".") } else { shown });
        }
        shown.push("..");
    }
    let rules = PathBuf::from("rules");
    if here.join(&rules).join(MANIFEST).is_file() {
        return Ok(rules);
    }
    let message = "there is no pack of policies here";
    Err(Box::new(
        Diagnostic::placeless(Code::NoPack, message)
            .help(format!("looked for `{MANIFEST}` in this folder, in those above it, and in `rules`"))
            .help("name the pack's folder with `--policy DIR`, or begin one with `dealdesk init NAME`"),
    ))
}

/// Whether `folder` is a pack, and if not, why.
fn is_pack(folder: &Path) -> Result<(), Box<Diagnostic>> {
    let shown = folder.display();
    let problem = |message: String| Err(Box::new(Diagnostic::placeless(Code::NoPack, message)));
    match std::fs::metadata(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => problem(format!("there is no folder `{shown}`")),
        Err(e) => problem(format!("the folder `{shown}` cannot be opened: {}", super::read::reason(&e))),
        Ok(meta) if !meta.is_dir() => {
            let d = Diagnostic::placeless(Code::NoPack, format!("`{shown}` is a file, and a pack is a folder"));
            let parent = folder.parent().filter(|p| p.join(MANIFEST).is_file());
            Err(Box::new(match parent {
                Some(p) if p.as_os_str().is_empty() => d.help("name the folder it lies in: `--policy .`"),
                Some(p) => d.help(format!("name the folder it lies in: `--policy {}`", p.display())),
                None => d,
            }))
        }
        Ok(_) if !folder.join(MANIFEST).is_file() => {
            let d = Diagnostic::placeless(
                Code::NoPack,
                format!("the folder `{shown}` has no `{MANIFEST}`, so it is no pack"),
            );
            let below = folder.join("rules");
            Err(Box::new(if below.join(MANIFEST).is_file() {
                d.help(format!("there is one in `{0}`: `--policy {0}`", below.display()))
            } else {
                d.help(format!(
                    "add a `{MANIFEST}` with a name and a version, or begin a pack with `dealdesk init NAME`"
                ))
            }))
        }
        Ok(_) => Ok(()),
    }
}
