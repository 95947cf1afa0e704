//! Where on a line a row of netstat begins, and what only looks like one.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{eof, peek};
use nom::sequence::{preceded, terminated};

use super::combinators::{blanks1, is_blank};
use super::failure::Expected;
use super::netstat_row::{Address, EndpointText, Row, endpoint, is_host, protocol};
use crate::record::Protocol;
use crate::state::State;

/// The part of a line from the protocol word of a row on, wherever that stands: a word of its own,
/// followed by an address with its port or, where names stand for addresses, by two of them.
pub(crate) fn find(line: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(candidate) = line.get(from..) {
        let at = candidate.bytes().position(|b| matches!(b, b'T' | b't' | b'U' | b'u'))?;
        let start = candidate.get(at..).unwrap_or_default();
        let before = line.get(..from + at).and_then(|before| before.chars().next_back());
        if before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '.'))
            && opens_a_row(start)
        {
            return Some(start);
        }
        from += at + 1;
    }
    None
}

/// The protocol word of a line that holds TCP or UDP as a word of its own and an `address:port`: such
/// a line is never prose.
pub(crate) fn like_a_socket(text: &str) -> Option<&str> {
    if !text.contains(':') {
        return None;
    }
    let protocol = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .find(|word| word.eq_ignore_ascii_case("tcp") || word.eq_ignore_ascii_case("udp"))?;
    holds_an_endpoint(text).then_some(protocol)
}

/// Does an `address:port` stand anywhere in this text? The address is of digits and dots, in brackets,
/// or `*`; the port is a number, a service name or `*`.
fn holds_an_endpoint(text: &str) -> bool {
    text.match_indices(':').any(|(at, _)| {
        let (before, after) = text.split_at(at);
        let quad = before.rsplit(|c: char| !(c.is_ascii_digit() || c == '.')).next();
        let quad = quad.is_some_and(|quad| {
            quad.split('.').filter(|group| matches!(group.len(), 1..=3)).count() == 4
        });
        let port = after.get(1..).unwrap_or_default();
        (quad || before.ends_with([']', '*']))
            && port.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '*')
    })
}

/// The local port of a row that could not be read, where it got as far as that.
pub(crate) fn local_port(line: &str) -> Option<u16> {
    let row = find(line).or_else(|| begins_with_protocol(line))?;
    let local = row.split_whitespace().nth(1)?;
    local.rsplit_once(':')?.1.parse().ok()
}

/// Does the line begin with a protocol word, whatever follows?
pub(crate) fn begins_with_protocol(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(is_blank);
    terminated(protocol, peek(alt((blanks1, eof)))).parse(line).ok().map(|_| line)
}

/// Is this the beginning of a row, so that any failure behind it is one of a row?
fn opens_a_row(input: &str) -> bool {
    match preceded(terminated(protocol, blanks1), endpoint).parse(input) {
        Ok((rest, EndpointText { address: Address::Name(_), .. })) => {
            preceded(blanks1, endpoint).parse(rest).is_ok()
        }
        Ok((_, EndpointText { address: Address::Invalid(text, _), .. })) => {
            text.chars().all(is_host)
        }
        Ok(_) => true,
        Err(nom::Err::Error(failure)) => failure.expected == Some(Expected::Port),
        Err(_) => false,
    }
}

/// Is this no row of netstat, but of a log: behind words, and with a state that is none?
pub(super) fn is_of_a_log(prefix: &str, row: &Row<'_>, state: Option<State>) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.chars().all(char::is_alphabetic);
    let is_socket = match row.protocol {
        Protocol::Tcp => state.is_some(),
        Protocol::Udp => row.foreign.address == Address::Any,
    };
    !is_socket && prefix.split(is_blank).any(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_behind_a_prefix_and_prose_is_not() {
        assert!(find("> # 6\tTCP 0.0.0.0:80 0.0.0.0:0").is_some());
        assert!(find("(tcp) then UDP 0.0.0.0:80 *:*").is_some_and(|at| at.starts_with("UDP 0")));
        for prose in ["TCP 80", "open TCP: 80", "NTCP 0.0.0.0:80", "TCP http://x:80 y", "u", ""] {
            assert_eq!(find(prose), None, "{prose}");
        }
    }

    #[test]
    fn what_is_like_a_socket() {
        for text in ["open TCP to 192.0.2.1:80 please", "192.0.2.1:53/udp", "tcp [::1]:80"] {
            assert!(like_a_socket(text).is_some(), "{text}");
        }
        for text in ["TCP 80", "TCP: 192.0.2.1", "192.0.2.1:80", "NTCP 192.0.2.1:80", "TCP a:b"] {
            assert!(like_a_socket(text).is_none(), "{text}");
        }
    }
}
