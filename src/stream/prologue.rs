//! What stands above the rows of a table.

use super::{is_blank, is_heading, is_like_a_row};
use crate::parse::netstat_title;

/// Title, blank lines and heading of a table, as they stand in a log time and again. By default nothing.
#[derive(Debug, Default)]
pub(super) struct Prologue {
    bytes: Vec<u8>,
    /// How many lines it has.
    pub lines: usize,
    /// How many of them are not blank.
    pub headers: usize,
}

impl Prologue {
    /// That of this table, and its heading. `None` where anything else stands above the rows.
    pub fn of(table: &[u8]) -> Option<(Prologue, &str)> {
        let (mut length, mut lines, mut headers, mut heading) = (0, 0, 0, None);
        for line in table.split_inclusive(|byte| *byte == b'\n') {
            let this = std::str::from_utf8(line).ok()?;
            if heading.is_some() || is_like_a_row(line) {
                break;
            }
            if is_heading(this) {
                heading = Some(this);
                headers += 1;
            } else if !is_blank(line) {
                (lines == 0 && netstat_title(this).is_some()).then_some(())?;
                headers += 1;
            }
            length += line.len();
            lines += 1;
        }
        let bytes = table.get(..length)?.to_vec();
        Some((Prologue { bytes, lines, headers }, heading?))
    }

    /// Does this table begin with it?
    pub fn begins(&self, table: &[u8]) -> bool {
        !self.bytes.is_empty() && table.starts_with(&self.bytes)
    }

    /// How long it is, in bytes.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_begins_with_title_and_heading() {
        let above =
            "\r\nActive Connections\r\n\r\n  Proto  Local Address  Foreign Address  State  PID\r\n";
        let row = "  TCP    0.0.0.0:80   0.0.0.0:0   LISTENING   4\r\n";
        let table = [above.trim_start(), row].concat();
        let (prologue, heading) = Prologue::of(table.as_bytes()).unwrap();
        assert_eq!((prologue.lines, prologue.headers), (3, 2));
        assert_eq!(prologue.length(), table.len() - row.len());
        assert!(heading.contains("PID") && prologue.begins(table.as_bytes()));
        assert!(!prologue.begins(row.as_bytes()) && !Prologue::default().begins(b""));
        assert!(Prologue::of(row.as_bytes()).is_none());
        assert!(
            Prologue::of([above, "prose\r\n", above].concat().replace("Active", "x").as_bytes())
                .is_none()
        );
    }
}
