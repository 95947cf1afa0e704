//! `netstat -x`: connections of NetworkDirect, which are no sockets. Recognised by the title and the heading.
//!
//! ```text
//! Active NetworkDirect Connections, Listeners, SharedEndpoints
//!
//!   Mode   IfIndex Type           Local Address          Foreign Address        PID
//! ```
//!
//! The layout of the rows is not established: they are taken by their mode alone.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netstat_networkdirect", os: Os::Windows, open };

const CONNECTIONS: NotRead = NotRead {
    what: "connections of NetworkDirect (`netstat -x`), which are no sockets",
    tool: "netstat -x",
    class,
    yields: false,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    is_head(line.text).then(|| Opening::new(CONNECTIONS)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_head(text) { Some(Class::Header) } else { is_row(text).then_some(Class::Notice) }
}

fn is_head(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    text.contains("NetworkDirect") && words.len() == 3
        || matches!(words.as_slice(), ["Mode", "IfIndex" | "Iflndex", "Type"])
}

/// `("Kernel" / "User") number type …`
fn is_row(text: &str) -> bool {
    let mut words = text.split_whitespace();
    matches!(words.next(), Some("Kernel" | "User"))
        && words.next().is_some_and(|index| index.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_head("Active NetworkDirect Connections, Listeners, SharedEndpoints"));
        assert!(is_head("  Mode   IfIndex Type           Local Address"));
        assert!(is_row("  Kernel  9  Listener  192.0.2.123:445  NA  0") && !is_row("Kernel mode"));
    }
}
