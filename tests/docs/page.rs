//! Markdown pages: their fenced blocks, with what is said of each behind the fence.

/// A fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The words behind the fence: `policy fails E0203`.
    pub(crate) words: Vec<String>,
    /// What it holds.
    pub(crate) text: String,
    /// The line of its first fence, from 1.
    pub(crate) line: usize,
}

impl Block {
    /// Its first word: `policy`, `ron`, `answer`.
    pub(crate) fn kind(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether `word` is among the words behind its first.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|w| w == word)
    }

    /// What stands behind `word`.
    pub(crate) fn after(&self, word: &str) -> &[String] {
        let at = self.words.iter().position(|w| w == word).map_or(self.words.len(), |at| at + 1);
        &self.words[at..]
    }
}

/// The fenced blocks of a page, in order. A fence that is never closed runs to the end.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (i, line) in page.lines().enumerate() {
        match (line.trim_end().strip_prefix("```"), &mut open) {
            (Some(info), None) => {
                let words = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { words, text: String::new(), line: i + 1 });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks.extend(open);
    blocks
}
