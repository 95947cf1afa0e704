//! One entry of a table in a log: a row, and what `-b` prints below it.

use super::{first_line, is_like_a_row};

/// The entry at the beginning of these bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// How long its row is, in bytes, with the line end.
    pub row: usize,
    /// The same of all its lines.
    pub length: usize,
    pub lines: usize,
    /// Stands another row below it?
    is_above_row: bool,
}

impl Entry {
    /// `None` where the bytes begin otherwise, or a line of it has no end. Lines below the row are of it where they can
    /// be nothing else.
    pub fn of(bytes: &[u8]) -> Option<Entry> {
        let row = first_line(bytes);
        if !is_like_a_row(row) || !row.ends_with(b"\n") {
            return None;
        }
        let (length, below) = (row.len(), bytes.get(row.len()..).unwrap_or_default());
        // Most rows do.
        let is_above_row = is_like_a_row(below);
        let owner = if is_above_row { None } else { owner_lines(below) };
        let (of_owner, lines) = owner.unwrap_or_default();
        Some(Entry { row: length, length: length + of_owner, lines: 1 + lines, is_above_row })
    }

    /// A row alone, as long as this.
    #[cfg(test)]
    pub fn of_row(length: usize) -> Self {
        Entry { row: length, length, lines: 1, is_above_row: false }
    }

    /// Does it end where these bytes show it to, whatever stands behind them? They begin with it.
    pub fn ends_in(&self, bytes: &[u8]) -> bool {
        self.is_above_row || Entry::ends_above(bytes.get(self.length..).unwrap_or_default())
    }

    /// Does the entry end above these bytes, whatever stands behind them?
    pub fn ends_above(bytes: &[u8]) -> bool {
        // Most rows stand above another.
        if is_like_a_row(bytes) {
            return true;
        }
        let line = first_line(bytes);
        let next = || first_line(bytes.get(line.len()..).unwrap_or_default());
        line.ends_with(b"\n") && (Below::of(line) != Below::Component || next().ends_with(b"\n"))
    }
}

/// How long the lines are by which `-b` names an owner, and how many, where these bytes begin with them.
pub(super) fn owner_lines(bytes: &[u8]) -> Option<(usize, usize)> {
    let is_ended = |line: &[u8], below| line.ends_with(b"\n") && Below::of(line) == below;
    let first = first_line(bytes);
    if is_ended(first, Below::Owner) {
        return Some((first.len(), 1));
    }
    let second = first_line(bytes.get(first.len()..)?);
    (is_ended(first, Below::Component) && is_ended(second, Below::Owner))
        .then_some((first.len() + second.len(), 2))
}

/// A line of a table, by what may stand below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    Row,
    /// A name, one blank further in than an owner.
    Component,
    /// An image name in brackets, or that it may not be told.
    Owner,
    Other,
}

impl Below {
    /// Only what can be nothing else; all other lines are read.
    pub fn of(line: &[u8]) -> Below {
        let is_name = |name: &[u8]| {
            let is_of_names = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
            // Dots alone stand for lines that were left out.
            name.iter().any(u8::is_ascii_alphanumeric) && name.iter().all(is_of_names)
        };
        let line = line.trim_ascii_end();
        let image = line.strip_prefix(b" [").and_then(|line| line.strip_suffix(b"]"));
        let is_program = |name: &[u8]| name.ends_with(b".exe") || name == b"System";
        if image.is_some_and(|image| is_name(image) && is_program(image))
            || line == b" Can not obtain ownership information"
        {
            Below::Owner
        } else if line.strip_prefix(b"  ").is_some_and(is_name) {
            Below::Component
        } else {
            Below::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_row_and_what_certainly_belongs_to_it() {
        let row = "  TCP    0.0.0.0:135   0.0.0.0:0   LISTENING   1712\r\n";
        for (below, lines) in [
            ("", 1),
            (row, 1),
            (" [svchost.exe]\r\n", 2),
            ("  RpcSs\r\n [svchost.exe]\r\n", 3),
            (" Can not obtain ownership information\r\n", 2),
            // A component without an owner is none, and a note is none.
            ("  RpcSs\r\n", 1),
            ("  RpcSs\r\n  TCP ", 1),
            (" [10:00:05]\r\n", 1),
            (" [svchost.exe]", 1),
            ("\r\n [svchost.exe]\r\n", 1),
        ] {
            let bytes = [row, below].concat();
            let entry = Entry::of(bytes.as_bytes()).unwrap();
            let length = bytes.split_inclusive('\n').take(lines).map(str::len).sum();
            assert_eq!(
                (entry.row, entry.length, entry.lines),
                (row.len(), length, lines),
                "{below}"
            );
        }
        for (behind, ends) in [
            ("", false),
            (" [svch", false),
            ("  RpcSs\r\n", false),
            ("  RpcSs\r\n [svch", false),
            ("  TCP ", true),
            ("\r\n", true),
            (" [svchost.exe]\r\n", true),
            ("  RpcSs\r\n\r\n", true),
        ] {
            assert_eq!(Entry::ends_above(behind.as_bytes()), ends, "{behind}");
        }
        assert!(Entry::of(b" [svchost.exe]\r\n").is_none());
        assert!(Entry::of(row.trim_end().as_bytes()).is_none());
    }
}
