//! `ps` of Linux and macOS: recognised, named and not read.
//!
//! ```text
//! UID        PID  PPID  C STIME TTY          TIME CMD
//! root         1     0  0 09:14 ?        00:00:02 /sbin/init
//!
//! USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
//! root         1  0.0  0.1 168140 11588 ?        Ss   09:14   0:02 /sbin/init
//! ```
//!
//! Its PIDs are never those of Windows, not even below WSL.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "ps", os: Os::Other, open };

const PROCESSES: NotRead =
    NotRead { what: "the output of ps, which is not read", tool: "ps", class, yields: true };

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    is_heading(line.text).then(|| Opening::new(PROCESSES)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_heading(text) { Some(Class::Header) } else { is_row(text).then_some(Class::Notice) }
}

fn is_heading(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    matches!(words.as_slice(), ["UID", "PID", "PPID", .., "TIME", "CMD"])
        || matches!(words.as_slice(), ["USER", "PID", "%CPU", "%MEM", .., "COMMAND"])
        || matches!(words.as_slice(), ["PID", "TTY", "TIME" | "STAT", .., "CMD" | "COMMAND"])
}

/// A PID first or second, and six cells at least, or the four of plain `ps`
fn is_row(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
    let has_time = words.iter().any(|word| word.contains(':'));
    words.len() >= 4 && has_time && words.iter().take(2).any(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_heading("UID        PID  PPID  C STIME TTY          TIME CMD"));
        assert!(is_heading(
            "USER               PID  %CPU %MEM      VSZ    RSS   TT  STAT STARTED      TIME COMMAND"
        ));
        assert!(is_row("root         1     0  0 09:14 ?        00:00:02 /sbin/init"));
        assert!(is_row("    1 ?        00:00:02 init"));
        for text in ["Image Name   PID Session Name", "text at 10:00 o'clock", "Id Name"] {
            assert!(!is_heading(text) && !is_row(text), "{text}");
        }
    }
}
