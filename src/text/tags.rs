//! Tags of HTML, in which captures are put on web pages and in mails.

use std::borrow::Cow;

/// Tags in which captures are put, and by which words of them are marked.
const TAGS: [&str; 22] = [
    "pre", "code", "p", "div", "b", "strong", "i", "em", "u", "span", "font", "mark", "tt", "li",
    "ul", "table", "tbody", "thead", "tr", "td", "th", "samp",
];

/// Without tags, and with a gap for each end of a cell. A sign that begins no known tag is text.
pub(super) fn without_tags(text: &str) -> Cow<'_, str> {
    let Some(mut at) = text.find('<') else { return Cow::Borrowed(text) };
    let (mut out, mut rest) = (String::new(), text);
    loop {
        let (before, from_sign) = rest.split_at(at);
        out.push_str(before);
        let length = match tag(from_sign) {
            Some((name, length)) => {
                out.push_str(if matches!(name, "td" | "th") { "  " } else { "" });
                length
            }
            None => {
                out.push('<');
                1
            }
        };
        rest = from_sign.get(length..).unwrap_or_default();
        match rest.find('<') {
            Some(next) => at = next,
            None => break,
        }
    }
    out.push_str(rest);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// The tag at the beginning of a text, and its length.
fn tag(text: &str) -> Option<(&'static str, usize)> {
    let (inner, _) = text.strip_prefix('<')?.split_once('>')?;
    let name = inner.trim_start_matches('/').split([' ', '/']).next()?;
    let known = TAGS.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some((known, inner.len() + 2))
}
