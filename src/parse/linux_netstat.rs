//! `netstat` of Linux (net-tools): recognised, named and not read.
//!
//! ```text
//! Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
//! tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      600/sshd
//! ```
//!
//! Its PIDs are those of another system. To join them with a process list of Windows would name a
//! wrong owner.

use std::sync::Arc;

use super::accounting::Class;
use super::reader::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "linux_netstat", os: Os::Linux, open };

const WHAT: &str = "the output of Linux netstat, which is not read";

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    (is_heading(line.text) || is_row(line.text)).then(|| Opening::new(Sockets)).flatten()
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

fn is_unix_row(text: &str) -> bool {
    text.starts_with("unix ")
}

struct Sockets;

impl Table for Sockets {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if is_heading(line.text) {
            Taken::as_class(Class::Header)
        } else if is_row(line.text) {
            let message = "expected a row of Windows netstat, found one of Linux";
            let protocol = line.text.split_whitespace().next().unwrap_or_default();
            Taken::unread(
                Diagnostic::of_part(source, line, protocol, Code::OtherTool, message)
                    .with_help("its PIDs belong to another system, so nothing is joined with them"),
            )
        } else if is_unix_row(line.text) {
            Taken::as_class(Class::Notice)
        } else {
            Taken::NotOurs
        }
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        Some((Records::None { what: WHAT }, None))
    }
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
