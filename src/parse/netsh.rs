//! What the tables of `netsh` have in common: a ruler of dashes, and titles that say `tcp` or `ipv4`.

use nom::Parser;
use nom::bytes::complete::take_while1;
use nom::combinator::map_res;
use nom::multi::separated_list1;

use super::combinators::{blanks1, digits};
use super::failure::{Expected, Parsed, expecting};
use crate::record::{Family, Protocol};
use crate::text::Line;

/// `port = digits`, from 0 to 65535
pub(super) fn port(input: &str) -> Parsed<'_, u16> {
    expecting(Expected::Port, map_res(digits, str::parse)).parse(input)
}

/// `ruler = run *(blanks1 run)`, `run = 3*"-"`: how many runs, where the whole line is one.
///
/// Of a line that was quoted or commented out the sign before the ruler stays out; it is given as what
/// stands before every row as well.
pub(super) fn ruler(line: &Line<'_>) -> Option<Ruler> {
    let at = line.whole.find("---")?;
    let (before, ruler) = line.whole.split_at(at);
    let is_prefix = before.chars().all(|c| c.is_whitespace() || ">#;/|*".contains(c));
    let run = take_while1(|c| c == '-');
    let runs: Parsed<'_, Vec<&str>> = separated_list1(blanks1, run).parse(ruler.trim_end());
    let (rest, runs) = runs.ok()?;
    let is_ruler = is_prefix && rest.is_empty() && runs.iter().all(|run| run.len() >= 3);
    let prefix = if before.trim().is_empty() { "" } else { before }.to_owned();
    is_ruler.then_some(Ruler { runs: runs.len(), prefix })
}

/// A line of dashes below a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ruler {
    /// How many columns there are.
    pub runs: usize,
    /// What stands before each row, where the table is quoted.
    pub prefix: String,
}

impl Ruler {
    /// A line of the table, without what the whole table is quoted by.
    pub(super) fn row<'a>(&self, line: &Line<'a>) -> &'a str {
        line.behind(&self.prefix)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

/// The protocol that a title names, in any language.
pub(super) fn protocol(title: &str) -> Option<Protocol> {
    words(title).find_map(|word| match word.to_ascii_lowercase().as_str() {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        _ => None,
    })
}

/// The family that a title or a command names first.
pub(super) fn family(text: &str) -> Option<Family> {
    words(text).find_map(|word| match word.to_ascii_lowercase().as_str() {
        "ipv4" | "v4tov4" | "v4tov6" => Some(Family::Ipv4),
        "ipv6" | "v6tov4" | "v6tov6" => Some(Family::Ipv6),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler_of(text: &str) -> Option<(usize, String)> {
        let line = crate::text::Lines::new(text).next()?;
        ruler(&line).map(|ruler| (ruler.runs, ruler.prefix))
    }

    #[test]
    fn rulers_are_dashes_and_nothing_else() {
        assert_eq!(ruler_of("----------    --------      "), Some((2, String::new())));
        assert_eq!(ruler_of("> ----------    --------"), Some((2, "> ".to_owned())));
        assert_eq!(ruler_of("    ---------------------"), Some((1, String::new())));
        for text in ["-- More --", "--- x ---", "text ---", "-- --", ""] {
            assert_eq!(ruler_of(text), None, "{text}");
        }
    }

    #[test]
    fn titles_tell_protocol_and_family() {
        assert_eq!(protocol("协议 tcp 端口排除范围"), Some(Protocol::Tcp));
        assert_eq!(protocol("Protocol udp Dynamic Port Range"), Some(Protocol::Udp));
        assert_eq!(protocol("tcpip"), None);
        assert_eq!(family("Listen on ipv6:             Connect to ipv4:"), Some(Family::Ipv6));
        assert_eq!(family("netsh int ipv4 show excludedportrange tcp"), Some(Family::Ipv4));
    }
}
