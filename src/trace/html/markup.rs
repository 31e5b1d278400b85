//! Markup in which text cannot become markup.

use crate::trace::words;

/// HTML under construction.
#[derive(Debug, Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// Markup as it is: only for what is written in this program.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Text, escaped.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c if words::is_unseen(c) && !matches!(c, '\n' | '\t') => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
    }

    /// `<tag attributes>` on a line of its own.
    pub(crate) fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.0.push('\n');
    }

    /// `</tag>` on a line of its own.
    pub(crate) fn close(&mut self, tag: &str) {
        self.end(tag);
        self.0.push('\n');
    }

    /// `<tag attributes>text</tag>`
    pub(crate) fn element(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(tag, attributes);
        self.text(text);
        self.end(tag);
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn end(&mut self, tag: &str) {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }

    /// The page.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</body>\n</html>\n");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let mut markup = Markup::default();
        markup.element("a", &[("href", "x\"y")], "<script>'&\u{1b}");
        assert_eq!(markup.0, "<a href=\"x&quot;y\">&lt;script&gt;&#39;&amp;\u{fffd}</a>");
    }
}
