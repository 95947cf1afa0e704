//! `ss` of Linux (iproute2): recognised, named and not read.
//!
//! ```text
//! Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
//! tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*     users:(("sshd",pid=812,fd=3))
//! ```
//!
//! The column `Netid` is there only where several families were asked for.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "linux_ss", os: Os::Linux, open };

const SOCKETS: NotRead = NotRead {
    what: "the output of Linux ss, which is not read",
    tool: "Linux ss",
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
    let has = |word: &str| text.contains(word);
    has("Recv-Q") && has("Send-Q") && has("Local Address:Port") && has("Peer Address:Port")
}

/// `[netid] state number number endpoint endpoint`
fn is_row(text: &str) -> bool {
    const STATES: [&str; 12] = [
        "LISTEN",
        "ESTAB",
        "UNCONN",
        "TIME-WAIT",
        "CLOSE-WAIT",
        "FIN-WAIT-1",
        "FIN-WAIT-2",
        "SYN-SENT",
        "SYN-RECV",
        "LAST-ACK",
        "CLOSING",
        "CLOSED",
    ];
    let words: Vec<&str> = text.split_whitespace().take(6).collect();
    let from_state = match words.as_slice() {
        [_, state, rest @ ..] | [state, rest @ ..] if STATES.contains(state) => rest,
        _ => return false,
    };
    let [received, sent, local, ..] = from_state else {
        return false;
    };
    [received, sent].iter().all(|word| word.parse::<u64>().is_ok()) && local.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_heading("State  Recv-Q Send-Q Local Address:Port  Peer Address:Port"));
        assert!(is_row("tcp   LISTEN 0      128    0.0.0.0:22    0.0.0.0:*"));
        assert!(is_row("ESTAB 0 0 [2001:db8::1]:22 [2001:db8::2]:50000"));
        assert!(!is_row("TCP    0.0.0.0:22   0.0.0.0:0   LISTENING   600"));
        assert!(!is_row("LISTEN to this: 0"));
    }
}
