//! The lines of a table on their way out: without blanks at their ends, each in its style.

use std::fmt;
use std::io::{self, Write};

use anstyle::Style;

/// Takes text and writes it line by line.
pub(super) struct Lines<W, NextStyle> {
    out: W,
    /// The style of the next line, where it has one.
    next_style: NextStyle,
    line: String,
    /// Was there any text?
    is_begun: bool,
    /// Why nothing more could be written.
    failed: Option<io::Error>,
}

impl<W: Write, NextStyle: FnMut() -> Option<Style>> Lines<W, NextStyle> {
    pub fn new(out: W, next_style: NextStyle) -> Self {
        Lines { out, next_style, line: String::new(), is_begun: false, failed: None }
    }

    /// Writes what `format` gives, and a line end behind it, if it gives anything.
    ///
    /// # Errors
    ///
    /// What `out` gives.
    pub fn write(mut self, format: impl FnOnce(&mut Self) -> fmt::Result) -> io::Result<()> {
        let formatted =
            format(&mut self).and_then(|()| if self.is_begun { self.end_line() } else { Ok(()) });
        match (self.failed, formatted) {
            (Some(failed), _) => Err(failed),
            (None, formatted) => formatted.map_err(io::Error::other),
        }
    }

    fn end_line(&mut self) -> fmt::Result {
        let line = self.line.trim_end_matches(' ').len();
        self.line.truncate(line);
        let written = match (self.next_style)() {
            Some(style) => writeln!(self.out, "{style}{}{style:#}", self.line),
            None => {
                self.line.push('\n');
                self.out.write_all(self.line.as_bytes())
            }
        };
        self.line.clear();
        written.map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}

impl<W: Write, NextStyle: FnMut() -> Option<Style>> fmt::Write for Lines<W, NextStyle> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.is_begun |= !text.is_empty();
        let mut rest = text;
        while let Some(end) = memchr::memchr(b'\n', rest.as_bytes()) {
            self.line += rest.get(..end).unwrap_or_default();
            self.end_line()?;
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        self.line += rest;
        Ok(())
    }

    /// Padding comes blank by blank.
    fn write_char(&mut self, c: char) -> fmt::Result {
        self.is_begun = true;
        if c == '\n' {
            return self.end_line();
        }
        self.line.push(c);
        Ok(())
    }
}
