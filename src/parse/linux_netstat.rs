//! `netstat` of Linux (net-tools): recognised, named and not read.
//!
//! ```text
//! Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
//! tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      600/sshd
//! ```
//!
//! Its PIDs are those of another system. To join them with a process list of Windows would name a
//! wrong owner.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "linux_netstat", os: Os::Linux, open };

const SOCKETS: NotRead = NotRead {
    what: "the output of Linux netstat, which is not read",
    tool: "Linux netstat",
    class,
    yields: false,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    (is_heading(line.text) || is_row(line.text)).then(|| Opening::new(SOCKETS)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_heading(text) {
        Some(Class::Header)
    } else if is_row(text) {
        Some(Class::Unread)
    } else {
        text.starts_with("unix ").then_some(Class::Notice)
    }
}

fn is_heading(text: &str) -> bool {
    text.starts_with("Active Internet connections (")
        || text.starts_with("Active UNIX domain sockets (")
        || text.starts_with("Proto Recv-Q Send-Q")
        || text.starts_with("Proto RefCnt Flags")
}

/// `("tcp" / "udp") ["6"] number number endpoint endpoint`
fn is_row(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_protocol = matches!(words.next(), Some("tcp" | "tcp6" | "udp" | "udp6" | "udplite"));
    let mut is_number = || words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    is_protocol && is_number() && is_number() && words.next().is_some_and(|word| word.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_linux_have_two_counters() {
        assert!(is_row("tcp        0      0 0.0.0.0:22    0.0.0.0:*    LISTEN      600/sshd"));
        assert!(is_row("udp6       0      0 :::5353       :::*         -"));
        assert!(!is_row("TCP    0.0.0.0:22   0.0.0.0:0   LISTENING   600"));
    }
}
