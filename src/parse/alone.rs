//! One format, offered the lines of a text without the reader around it: for a fuzzer, which so spends its time on
//! that grammar.

use std::sync::Arc;

use super::accounting::{Accounting, Class};
use super::table::{Format, Surroundings, Table, Taken};
use super::{Section, Source};
use crate::diagnostic::Diagnostic;
use crate::text::{Encoding, Line};

/// As many lines as headings have, and more than most.
const MOST_ABOVE: usize = 8;

/// What one format makes of the lines. Quotes (`> `) and comment signs (`# `) are taken off and nothing else is; no
/// prompt is known, and prose ends nothing.
pub(super) fn read(format: &'static Format, text: &str) -> Source {
    let mut alone = Alone::new(format);
    for (index, line) in text.split('\n').enumerate() {
        let whole = line.strip_suffix('\r').unwrap_or(line);
        let is_comment = whole.starts_with("# ");
        let text = whole.strip_prefix("> ").or(whole.strip_prefix("# ")).unwrap_or(whole);
        alone.line(Line { text, is_comment, ..Line::plain(index + 1, whole) });
    }
    alone.finish()
}

struct Alone<'a> {
    format: &'static Format,
    source: Arc<str>,
    /// The section that is being read, and its first line.
    open: Option<(usize, Box<dyn Table>)>,
    /// Lines that nothing has taken.
    above: Vec<Line<'a>>,
    classes: Vec<Class>,
    sections: Vec<Section>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Alone<'a> {
    fn new(format: &'static Format) -> Self {
        Alone {
            format,
            source: Arc::from(format.name),
            open: None,
            above: Vec::new(),
            classes: Vec::new(),
            sections: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn line(&mut self, line: Line<'a>) {
        let class = self.classify(line);
        self.classes.push(class);
    }

    fn classify(&mut self, line: Line<'a>) -> Class {
        if line.text.trim().is_empty() {
            return Class::Blank;
        }
        if let Some(class) = self.take(&line) {
            return class;
        }
        if let Some(opening) = (self.format.open)(&line, &self.above) {
            self.end(line.number - 1);
            let mut table = opening.table;
            table.begin(Surroundings::default());
            self.open = Some((line.number, table));
            if let Some(class) = self.take(&line) {
                return class;
            }
        }
        if self.above.len() == MOST_ABOVE {
            self.above.remove(0);
        }
        self.above.push(line);
        Class::Prose
    }

    /// The open section takes the line, or it is none of its.
    fn take(&mut self, line: &Line<'a>) -> Option<Class> {
        let (_, table) = self.open.as_mut()?;
        let class = match table.take(&self.source, line) {
            Taken::As(class, diagnostics) => {
                self.diagnostics.extend(diagnostics);
                class
            }
            Taken::WithAbove(class, diagnostic) => {
                self.diagnostics.extend(diagnostic);
                class
            }
            Taken::Mends => Class::Continuation,
            Taken::Perhaps | Taken::NotOurs => return None,
        };
        self.above.clear();
        Some(class)
    }

    fn end(&mut self, last_line: usize) {
        let Some((first_line, table)) = self.open.take() else { return };
        let os = table.os().unwrap_or(self.format.os);
        let host = table.host();
        let Some((records, language)) = table.finish(Surroundings::default()) else { return };
        self.sections.push(Section {
            format: self.format.name,
            first_line,
            last_line,
            os,
            language,
            host,
            is_elsewhere: false,
            captured_at: None,
            records,
        });
    }

    fn finish(mut self) -> Source {
        self.end(self.classes.len());
        Source {
            name: self.source,
            encoding: Encoding::Utf8,
            encoding_reason: String::new(),
            replacements: 0,
            sections: self.sections,
            diagnostics: self.diagnostics,
            unread: Vec::new(),
            nothing_printed: Vec::new(),
            accounting: Accounting::of(&self.classes),
            is_live: false,
            is_binary: false,
        }
    }
}
