//! `netstat` of macOS and the BSDs: recognised, named and not read.
//!
//! ```text
//! Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
//! tcp4       0      0  192.0.2.10.22          198.51.100.7.50000     ESTABLISHED
//! ```
//!
//! The port stands behind a dot, and the heading has `(state)` in brackets.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "bsd_netstat", os: Os::Other, open };

const SOCKETS: NotRead = NotRead {
    what: "the output of macOS or BSD netstat, which is not read",
    tool: "macOS or BSD netstat",
    class,
    yields: false,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    (is_heading(line.text) || is_row(line.text)).then(|| Opening::new(SOCKETS)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_heading(text) { Some(Class::Header) } else { is_row(text).then_some(Class::Unread) }
}

fn is_heading(text: &str) -> bool {
    text.trim_start().starts_with("Proto Recv-Q Send-Q") && text.contains("(state)")
        || text.trim_end() == "Active Internet connections (including servers)"
}

/// `("tcp" / "udp") ("4" / "6" / "46") number number address "." port …`
fn is_row(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_protocol =
        matches!(words.next(), Some("tcp4" | "tcp6" | "tcp46" | "udp4" | "udp6" | "udp46"));
    let mut is_number = || words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    let has_numbers = is_number() && is_number();
    let has_port = words.next().is_some_and(|local| {
        local.rsplit_once('.').is_some_and(|(_, port)| port == "*" || port.parse::<u16>().is_ok())
    });
    is_protocol && has_numbers && has_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_heading(
            "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)"
        ));
        assert!(is_row("tcp4       0      0  192.0.2.10.22   198.51.100.7.50000   ESTABLISHED"));
        assert!(is_row("udp6       0      0  *.5353                 *.*"));
        assert!(!is_row("tcp        0      0 0.0.0.0:22    0.0.0.0:*    LISTEN      600/sshd"));
    }
}
