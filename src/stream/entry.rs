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
}

impl Entry {
    /// `None` where the bytes begin otherwise, or a line of it has no end. Lines below the row are of it where they can
    /// be nothing else.
    pub fn of(bytes: &[u8]) -> Option<Entry> {
        let row = first_line(bytes);
        if !is_like_a_row(row) || !row.ends_with(b"\n") {
            return None;
        }
        let row = Entry { row: row.len(), length: row.len(), lines: 1 };
        // Most rows stand above another.
        if bytes.get(row.length..).is_some_and(is_like_a_row) {
            return Some(row);
        }
        let component = row.followed_by(bytes, Below::Component).unwrap_or(row);
        Some(component.followed_by(bytes, Below::Owner).unwrap_or(row))
    }

    /// Does the entry end above these bytes, whatever stands behind them?
    pub fn ends_above(bytes: &[u8]) -> bool {
        let line = first_line(bytes);
        let is_ended = |line: &[u8]| line.ends_with(b"\n");
        let next = || first_line(bytes.get(line.len()..).unwrap_or_default());
        is_like_a_row(bytes)
            || (is_ended(line) && (Below::of(line) != Below::Component || is_ended(next())))
    }

    /// With the next line, if it is of this kind.
    fn followed_by(self, bytes: &[u8], below: Below) -> Option<Entry> {
        let line = first_line(bytes.get(self.length..)?);
        (line.ends_with(b"\n") && Below::of(line) == below).then_some(Entry {
            length: self.length + line.len(),
            lines: self.lines + 1,
            ..self
        })
    }
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
            !name.is_empty() && name.iter().all(is_of_names)
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
            assert_eq!(entry, Entry { row: row.len(), length, lines }, "{below}");
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
        assert_eq!(Entry::of(b" [svchost.exe]\r\n"), None);
        assert_eq!(Entry::of(row.trim_end().as_bytes()), None);
    }
}
