//! `lsof -i` of Linux and macOS: recognised, named and not read.
//!
//! ```text
//! COMMAND   PID USER   FD   TYPE  DEVICE SIZE/OFF NODE NAME
//! sshd      812 root    3u  IPv4   18764      0t0  TCP *:22 (LISTEN)
//! ```

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "lsof", os: Os::Other, open };

const SOCKETS: NotRead =
    NotRead { what: "the output of lsof, which is not read", tool: "lsof", class, yields: false };

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    (is_heading(line.text)).then(|| Opening::new(SOCKETS)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_heading(text) { Some(Class::Header) } else { is_row(text).then_some(Class::Unread) }
}

fn is_heading(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    matches!(words.as_slice(), ["COMMAND", "PID", .., "NODE", "NAME"])
}

/// `command pid … ("IPv4" / "IPv6") … ("TCP" / "UDP") name`
fn is_row(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let family = words.iter().position(|word| matches!(*word, "IPv4" | "IPv6"));
    let behind = family.and_then(|at| words.get(at..)).unwrap_or_default();
    matches!(behind, [_, _, _, "TCP" | "UDP", ..])
        && words.iter().skip(1).any(|word| word.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_heading("COMMAND   PID USER   FD   TYPE  DEVICE SIZE/OFF NODE NAME"));
        assert!(is_row("sshd      812 root    3u  IPv4   18764      0t0  TCP *:22 (LISTEN)"));
        assert!(!is_row("TCP    0.0.0.0:22   0.0.0.0:0   LISTENING   600"));
    }
}
