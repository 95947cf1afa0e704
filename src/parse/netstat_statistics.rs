//! `netstat -s` and `netstat -e`: counters, which name no socket. Recognised so that it can be said.
//!
//! ```text
//! IPv4 Statistics
//!
//!   Packets Received                   = 405661
//! ```
//!
//! In any language a counter is a label, `=` and a number; those of ICMP have two numbers and no `=`,
//! as has `-e`, and are taken only below a line that is certain.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netstat_statistics", os: Os::Windows, open };

const COUNTERS: NotRead = NotRead {
    what: "the counters of `netstat -s` or `netstat -e`, which name no socket",
    tool: "netstat -s",
    class,
    yields: false,
};

/// Titles of `netstat -e`, whose rows alone would not be certain.
const INTERFACE_TITLES: [&str; 2] = ["Interface Statistics", "Schnittstellenstatistik"];

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if INTERFACE_TITLES.contains(&line.text.trim()) {
        return Opening::new(COUNTERS);
    }
    let titled = above.last().is_some_and(|title| {
        line.number - title.number <= 2 && title.text.split_whitespace().count() <= 5
    });
    is_counter(line.text)
        .then(|| Opening::new(COUNTERS))
        .flatten()
        .map(|opening| opening.with_heading_above(usize::from(titled)))
}

/// `"  " label "= " number`
fn is_counter(text: &str) -> bool {
    text.starts_with("  ")
        && text.rsplit_once("= ").is_some_and(|(label, number)| {
            let number = number.trim();
            label.trim().starts_with(char::is_alphabetic)
                && label.len() <= 60
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        })
}

/// `label number [number]`, or the heading of those numbers
fn is_pair(text: &str) -> bool {
    let mut words = text.split_whitespace().rev();
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    words.next().is_some_and(is_number) && words.next_back().is_some_and(|word| !is_number(word))
}

fn class(text: &str) -> Option<Class> {
    let is_heading = text.starts_with("        ") && text.split_whitespace().count() <= 4;
    let is_title = INTERFACE_TITLES.contains(&text.trim());
    (is_title || is_counter(text) || is_pair(text) || is_heading).then_some(Class::Notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_in_any_language() {
        assert!(is_counter("  Packets Received                   = 405661"));
        assert!(is_counter("  Empfangene Pakete                  = 7"));
        assert!(!is_counter("x = 5"));
        assert!(!is_counter("  a = b"));
        assert!(is_pair("Bytes                    1060028650        90286628"));
        assert!(!is_pair("12 13"));
    }
}
