//! Cells of the tables for people: what stands in them, and how they are shortened and escaped.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::visible::visible;
use crate::join::{Evidence, OwnedSocket, Owner};
use crate::record::{Endpoint, Family};

/// Stands for what is absent.
pub(super) const ABSENT: &str = "—";

/// How wide a text is that is shown, in cells of a terminal.
pub(super) fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

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
pub(super) fn state<'r>(row: &'r OwnedSocket<'_>) -> Cow<'r, str> {
    match row.state {
        Some(state) if row.state_inferred => format!("{}?", state.name()).into(),
        Some(state) => state.name().into(),
        None => shown_or_absent(row.socket.state_text.as_deref().unwrap_or_default()),
    }
}

/// The image name, or in words why there is none.
pub(super) fn owner<'r>(row: &'r OwnedSocket<'_>) -> Cow<'r, str> {
    if let Some(evidence) = &row.evidence {
        let name = visible(evidence.image_name);
        return if evidence.truncated { name + "…" } else { name };
    }
    let candidates = || {
        let one = |evidence: &Evidence<'_>| visible(evidence.image_name).into_owned();
        row.candidates.iter().map(one).collect::<Vec<_>>().join(" or ")
    };
    match row.owner {
        Owner::Matched | Owner::Stated => ABSENT,
        Owner::Conflict => return format!("{} (sources disagree)", candidates()).into(),
        Owner::Ambiguous => return format!("{} (PID used again)", candidates()).into(),
        Owner::NotListed => "— not in the process list",
        Owner::ListIncomplete => "— process list incomplete",
        Owner::NotPermitted => "— netstat was not permitted to tell",
        Owner::System => "— the kernel, by its PID",
        Owner::None => "— no owner any more",
        Owner::NoProcessList => "— no process list",
        Owner::NoPid => "— no PID",
    }
    .into()
}

pub(super) fn shown_or_absent(text: &str) -> Cow<'_, str> {
    if text.is_empty() { ABSENT.into() } else { visible(text) }
}

/// The beginning of a text and an ellipsis, `to` cells wide in all; of an endpoint the port stays.
pub(super) fn shortened(text: &str, to: usize) -> Cow<'_, str> {
    if width_of(text) <= to {
        return text.into();
    }
    let port = text.rfind(':').and_then(|at| text.get(at..)).unwrap_or_default();
    let port = if width_of(port) <= LONGEST_PORT { port } else { "" };
    let mut start = String::new();
    for c in text.chars() {
        start.push(c);
        if width_of(&start) + width_of(port) >= to {
            start.pop();
            break;
        }
    }
    format!("{start}…{port}").into()
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
