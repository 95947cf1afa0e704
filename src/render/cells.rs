//! Cells of the tables for people: what stands in them, and how they are shortened and escaped.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::visible::visible;
use crate::join::{Evidence, OwnedSocket, Owner};
use crate::record::{Endpoint, Family};

/// Stands for what is absent.
pub(super) const ABSENT: &str = "—";

/// As netstat prints it, with `*` for `*:*`.
pub(super) fn endpoint(endpoint: &Endpoint) -> String {
    let mut text = String::with_capacity(48);
    match (&endpoint.address, endpoint.family) {
        (None, _) if endpoint.port_name.is_none() && endpoint.port.is_none() => {}
        (None, _) => text.push_str("*:"),
        (Some(address), Some(Family::Ipv6)) => {
            text.push('[');
            text.push_str(address);
            text.push_str("]:");
        }
        (Some(address), _) => {
            text.push_str(address);
            text.push(':');
        }
    }
    match (&endpoint.port_name, endpoint.port) {
        (Some(name), _) => text.push_str(name),
        (None, Some(number)) => text.push_str(itoa::Buffer::new().format(number)),
        (None, None) => text.push('*'),
    }
    match visible(&text) {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) => text,
    }
}

/// The canonical state, with `?` where it was inferred; else the word that stood there.
pub(super) fn state(row: &OwnedSocket<'_>) -> String {
    match row.state {
        Some(state) if row.state_inferred => format!("{}?", state.name()),
        Some(state) => state.name().to_owned(),
        None => shown_or_absent(row.socket.state_text.as_deref().unwrap_or_default()),
    }
}

/// The image name, or in words why there is none.
pub(super) fn owner(row: &OwnedSocket<'_>) -> String {
    let name = |name: &str, cut: bool| format!("{}{}", visible(name), if cut { "…" } else { "" });
    if let Some(evidence) = row.evidence {
        return name(evidence.image_name, evidence.truncated);
    }
    let candidates = || {
        let one = |evidence: &Evidence<'_>| name(evidence.image_name, false);
        row.candidates.iter().map(one).collect::<Vec<_>>().join(" or ")
    };
    match row.owner {
        Owner::Matched | Owner::Stated => ABSENT.to_owned(),
        Owner::Conflict => format!("{} (sources disagree)", candidates()),
        Owner::Ambiguous => format!("{} (PID used again)", candidates()),
        Owner::NotListed => "— not in the process list".to_owned(),
        Owner::ListIncomplete => "— process list incomplete".to_owned(),
        Owner::NotPermitted => "— netstat was not permitted to tell".to_owned(),
        Owner::System => "— the kernel, by its PID".to_owned(),
        Owner::None => "— no owner any more".to_owned(),
        Owner::NoProcessList => "— no process list".to_owned(),
        Owner::NoPid => "— no PID".to_owned(),
    }
}

pub(super) fn shown_or_absent(text: &str) -> String {
    if text.is_empty() { ABSENT.to_owned() } else { visible(text).into_owned() }
}

/// The beginning of a text and an ellipsis, `to` cells wide in all; of an endpoint the port stays.
pub(super) fn shortened(text: &str, to: usize) -> String {
    if text.width() <= to {
        return text.to_owned();
    }
    let port = text.rfind(':').and_then(|at| text.get(at..)).unwrap_or_default();
    let port = if port.width() <= LONGEST_PORT { port } else { "" };
    let mut start = String::new();
    for c in text.chars() {
        start.push(c);
        if start.width() + port.width() >= to {
            start.pop();
            break;
        }
    }
    format!("{start}…{port}")
}

/// `:65535`, or the name of a service as short.
const LONGEST_PORT: usize = 6;

/// Escapes the signs that Markdown would act on within a cell.
pub(super) fn escaped_for_markdown(cell: &str) -> String {
    let mut escaped = String::with_capacity(cell.len());
    for c in cell.chars() {
        if matches!(c, '\\' | '`' | '*' | '<' | '>' | '[' | ']' | '|' | '&' | '~' | '!' | '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(shortened("微信微信微信", 5), "微信…");
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("[2001:db8::1]:443", 12), "[2001:d…:443");
    }

    #[test]
    fn markdown_is_not_acted_on() {
        assert_eq!(escaped_for_markdown("a|b <img> [x](y) *"), r"a\|b \<img\> \[x\](y) \*");
    }
}
