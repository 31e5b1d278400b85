//! Writes what mutations start from into a folder for each target: `seeds FOLDER`.

use std::path::Path;

use dealdesk_fuzz::seeds;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "seeds".into());
    for (target, texts) in [("syntax", seeds::policies()), ("deals", seeds::deals()), ("pipeline", seeds::packs())] {
        let folder = Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder)?;
        for (number, text) in texts.iter().enumerate() {
            std::fs::write(folder.join(format!("{number:04}")), text)?;
        }
    }
    Ok(())
}
