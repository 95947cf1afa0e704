//! `netscan` and `netstat` of Volatility, a tool that reads memory: recognised, named and not read.
//!
//! ```text
//! Offset(P)          Proto    Local Address                  Foreign Address      State            Pid      Owner          Created
//! 0x7d60f010         UDPv4    192.0.2.30:1900                *:*                                   2836     svchost.exe    2026-11-23
//!
//! Offset  Proto  LocalAddr  LocalPort  ForeignAddr  ForeignPort  State  PID  Owner  Created
//! 0xe8f1a2  TCPv4  0.0.0.0  135  0.0.0.0  0  LISTENING  972  svchost.exe  -
//! ```

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "volatility", os: Os::Other, open };

const SOCKETS: NotRead = NotRead {
    what: "the output of Volatility, which is not read",
    tool: "Volatility",
    class,
    yields: false,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    is_heading(line.text).then(|| Opening::new(SOCKETS)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_heading(text) { Some(Class::Header) } else { is_row(text).then_some(Class::Unread) }
}

fn is_heading(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|word| word.starts_with("Offset"))
        && words.next() == Some("Proto")
        && words.next().is_some_and(|word| word.starts_with("Local"))
}

/// `offset protocol …`
fn is_row(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|word| word.starts_with("0x"))
        && words.next().is_some_and(|word| word.starts_with("TCPv") || word.starts_with("UDPv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_heading("Offset\tProto\tLocalAddr\tLocalPort\tForeignAddr"));
        assert!(is_row("0x7d60f010         UDPv4    192.0.2.30:1900"));
        assert!(!is_row("TCPv4 192.0.2.30:1900") && !is_heading("Proto  Local Address"));
    }
}
