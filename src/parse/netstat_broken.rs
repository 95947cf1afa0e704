//! Rows of netstat that a console or a mail broke over two lines.
//!
//! A console of 80 columns breaks long IPv6 rows wherever the 80th character stands, a mail at a blank.
//! A row is mended only where both lines together are a whole row, and the first alone is none, or is
//! exactly as long as a console is wide and the second is the rest of its PID.

use super::netstat_row::Row;
use crate::text::Line;

/// Widths at which consoles break lines.
const CONSOLE_WIDTHS: [usize; 2] = [80, 120];

/// A row that may go on on the next line.
#[derive(Debug)]
pub(super) struct BrokenRow {
    /// The line it stands on.
    pub line: usize,
    /// Was it read, as far as it goes?
    pub was_kept: bool,
    text: String,
    is_console_wide: bool,
    is_complete: bool,
}

impl BrokenRow {
    /// `text` is the line from the protocol word on. `None` where nothing suggests that it goes on.
    pub(super) fn of(
        line: &Line<'_>,
        text: &str,
        was_kept: bool,
        is_complete: bool,
    ) -> Option<Self> {
        let is_wide = |text: &str| CONSOLE_WIDTHS.contains(&text.len());
        let is_console_wide = is_wide(line.raw) || is_wide(line.text);
        (is_console_wide || !is_complete).then(|| BrokenRow {
            line: line.number,
            was_kept,
            text: text.to_owned(),
            is_console_wide,
            is_complete,
        })
    }

    /// Both lines as one, if the second stands directly below.
    pub(super) fn joined_with(&self, next: &Line<'_>) -> Option<String> {
        if next.number != self.line + 1 {
            return None;
        }
        let rest = next.text.trim_end();
        if self.is_complete && !rest.bytes().all(|b| b.is_ascii_digit()) {
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
