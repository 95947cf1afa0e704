//! Rows of netstat that a console or a mail broke over two lines.
//!
//! A console of 80 columns breaks long IPv6 rows wherever the 80th character stands, a mail at a blank.
//! A row is mended only where both lines together are a whole row, and the first alone is none, or is
//! exactly as long as a console is wide and the second is the rest of its PID.

use super::netstat_row::Row;
use crate::text::Line;

/// Is this a width that people give a console? Tens, from 80 on, and the 132 of old terminals. Not any width: a number
/// below a long row may be a note or a count.
fn is_console_width(length: usize) -> bool {
    length == 132 || (length >= 80 && length.is_multiple_of(10))
}

impl Lacks {
    /// Nothing, or more than is told.
    pub(super) fn unless(is_complete: bool) -> Self {
        if is_complete { Lacks::Nothing } else { Lacks::More }
    }
}

/// A row that may go on on the next line.
#[derive(Debug)]
pub(super) struct BrokenRow {
    /// The line it stands on.
    pub line: usize,
    /// Was it read, as far as it goes?
    pub was_kept: bool,
    text: String,
    is_console_wide: bool,
    lacks: Lacks,
}

/// What a row has not, of what the rows of its table have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    /// Nothing.
    Nothing,
    /// A PID, if the table has any: no heading tells.
    PerhapsPid,
    /// More than that.
    More,
}

impl BrokenRow {
    /// `text` is the line from the protocol word on. `None` where nothing suggests that it goes on.
    pub(super) fn of(line: &Line<'_>, text: &str, was_kept: bool, lacks: Lacks) -> Option<Self> {
        let is_console_wide = [line.raw, line.text].iter().any(|text| is_console_width(text.len()));
        (is_console_wide || lacks != Lacks::Nothing).then(|| BrokenRow {
            line: line.number,
            was_kept,
            text: text.to_owned(),
            is_console_wide,
            lacks,
        })
    }

    /// Both lines as one, if the second stands directly below.
    pub(super) fn joined_with(&self, next: &Line<'_>) -> Option<String> {
        if next.number != self.line + 1 {
            return None;
        }
        let rest = next.text.trim_end();
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let fits = match self.lacks {
            Lacks::Nothing => is_number(rest),
            Lacks::PerhapsPid => is_number(rest.trim_start()),
            Lacks::More => true,
        };
        if !fits {
            return None;
        }
        let blank = if self.is_console_wide { "" } else { " " };
        let rest = if self.is_console_wide { rest } else { rest.trim_start() };
        Some(format!("{}{blank}{rest}", self.text))
    }

    /// Is the row, whole, one of Windows? Its PIDs are multiples of 4, stray numbers seldom.
    pub(super) fn is_mended_by(&self, row: &Row<'_>) -> bool {
        row.pid.is_none_or(|pid| pid % 4 == 0)
    }
}
