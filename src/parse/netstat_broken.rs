//! Rows of netstat that a console or a mail broke over two lines.
//!
//! A console of 80 columns breaks long IPv6 rows wherever the 80th character stands, a mail at a blank.
//! A row is mended only where both lines together are a whole row, and the first alone is none, or is
//! exactly as long as a console is wide and the second is the rest of its PID. At any other width it is not certain
//! whether a lone number is that: then neither is the PID.

use std::sync::Arc;

use super::netstat_row::Row;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Line;

/// Is this a width that people give a console? Tens, from 80 on, and the 132 of old terminals. Not any width: a number
/// below a long row may be a note or a count.
pub(super) fn is_console_width(length: usize) -> bool {
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

/// The row above a line, as far as a number below it may be the rest of its PID.
#[derive(Debug, Default)]
pub(super) struct RowAbove {
    line: usize,
    length: usize,
    /// Of the longest row before it: a console cuts no row that is shorter.
    longest: usize,
    pid: Option<u32>,
}

impl RowAbove {
    /// The row that was read last ends on this line.
    pub(super) fn is(&mut self, line: &Line<'_>, pid: Option<u32>) {
        self.longest = self.longest.max(self.length);
        (self.line, self.length, self.pid) = (line.number, line.text.trim_end().len(), pid);
    }

    /// What to say of a lone number that may be the rest of the PID. All PIDs of Windows are multiples of 4.
    pub(super) fn cut_by(&self, source: &Arc<str>, line: &Line<'_>) -> Option<Diagnostic> {
        let pid = self.pid.filter(|pid| *pid != 0)?.to_string();
        let rest = line.text.trim_end();
        let is_number = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
        let whole: Option<u32> = is_number.then(|| format!("{pid}{rest}").parse().ok()).flatten();
        let may_be_cut = line.number == self.line + 1
            && self.length >= self.longest
            && whole.is_some_and(|whole| whole.is_multiple_of(4));
        let message = format!("expected a row, found a number that may be the rest of PID `{pid}`");
        may_be_cut.then(|| {
            Diagnostic::of_part(source, line, line.text.trim(), Code::BadPid, message)
                .with_help("the row above is kept, without a PID")
        })
    }
}
