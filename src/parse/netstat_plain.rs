//! A row of netstat in the one way in which netstat itself writes most of them: with addresses, with English
//! states, with a PID, and with nothing odd about it.
//!
//! ```text
//! row      = "  TCP" blanks1 endpoint blanks1 endpoint blanks1 state blanks1 pid
//!          / "  UDP" blanks1 endpoint blanks1 ("*:*" / endpoint) blanks1 pid
//! endpoint = (IPv4 / "[" IPv6 ["%" zone] "]") ":" port
//! blanks1  = 1*" "
//! port     = number                                   ; without leading zeros
//! ```
//!
//! It is a part of the language of [`super::netstat_row`], which says what such a row means: logs of gigabytes
//! are made of these. What it does not take is no failure, it is read there.

use super::netstat_row::{Address, EndpointText, Port, Row};
use crate::record::{Family, Protocol};
use crate::state::State;

/// One row, as spans of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlainRow<'a> {
    pub protocol: Protocol,
    pub local: PlainEnd<'a>,
    /// `None` for `*:*`.
    pub foreign: Option<PlainEnd<'a>>,
    /// `None` for UDP.
    pub state: Option<State>,
    pub pid: u32,
}

/// One side of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlainEnd<'a> {
    /// Without brackets.
    pub address: &'a [u8],
    pub family: Family,
    pub port: u16,
}

impl<'a> PlainEnd<'a> {
    fn as_text(self) -> Option<EndpointText<'a>> {
        let address = Address::Ip(str::from_utf8(self.address).ok()?, self.family);
        Some(EndpointText { address, port: Port::Number(self.port) })
    }
}

/// What is left of the line, and what was read.
type Read<'a, T> = Option<(&'a [u8], T)>;

/// Reads a line without its line end.
pub(crate) fn plain_row(line: &[u8]) -> Option<PlainRow<'_>> {
    from_protocol(line.strip_prefix(b"  ")?)
}

/// What [`super::netstat_row::row`] reads, of a text that is plain from the protocol word on.
pub(super) fn row(text: &str) -> Option<Row<'_>> {
    let row = from_protocol(text.as_bytes())?;
    let any = EndpointText { address: Address::Any, port: Port::Any };
    Some(Row {
        protocol: row.protocol,
        local: row.local.as_text()?,
        foreign: row.foreign.map_or(Some(any), PlainEnd::as_text)?,
        state: row.state.map_or("", State::name),
        pid: Some(row.pid),
        trailing: "",
    })
}

/// The local port of a line, and its last word if that is a PID: no more of it is looked at. `None` where the port
/// is not written as netstat writes a number.
pub(crate) fn port_and_pid(line: &[u8]) -> Option<(u16, Option<u32>)> {
    let rest = blanks(line.get(b"  TCP ".len()..)?);
    let local = rest.get(..rest.iter().position(|byte| *byte == b' ')?)?;
    // Two rows may stand on one line.
    let other = rest.get(local.len()..)?;
    let has_more = memchr::memchr_iter(b':', other).count() > 1
        && [b"TCP ", b"UDP "].iter().any(|word| memchr::memmem::find(other, *word).is_some());
    if has_more {
        return None;
    }
    let digits = local.get(local.iter().rposition(|byte| *byte == b':')? + 1..)?;
    let port = u16::try_from(whole(digits)?).ok()?;
    let (before, last) = rest.split_at_checked(rest.iter().rposition(|byte| *byte == b' ')? + 1)?;
    let word_before = before.trim_ascii_end().rsplit(|byte| *byte == b' ').next()?;
    // Somebody may have appended a number.
    let pid = whole(last).filter(|_| whole(word_before).is_none());
    Some((port, pid))
}

/// `number`, and nothing behind it
fn whole(text: &[u8]) -> Option<u32> {
    number(text, u32::MAX).filter(|(rest, _)| rest.is_empty()).map(|(_, number)| number)
}

fn from_protocol(text: &[u8]) -> Option<PlainRow<'_>> {
    let (rest, protocol) = if let Some(rest) = text.strip_prefix(b"TCP ") {
        (rest, Protocol::Tcp)
    } else {
        (text.strip_prefix(b"UDP ")?, Protocol::Udp)
    };
    let (rest, local) = endpoint(blanks(rest))?;
    let rest = blanks(rest.strip_prefix(b" ")?);
    let (rest, foreign) = match (rest.strip_prefix(b"*:*"), protocol) {
        (Some(rest), Protocol::Udp) => (rest, None),
        _ => endpoint(rest).map(|(rest, foreign)| (rest, Some(foreign)))?,
    };
    let rest = blanks(rest.strip_prefix(b" ")?);
    let (rest, state) = match protocol {
        Protocol::Tcp => {
            let length = rest.iter().position(|byte| *byte == b' ')?;
            let (word, rest) = rest.split_at_checked(length)?;
            (blanks(rest), Some(state(word)?))
        }
        Protocol::Udp => (rest, None),
    };
    let (rest, pid) = number(rest, u32::MAX)?;
    rest.is_empty().then_some(PlainRow { protocol, local, foreign, state, pid })
}

fn blanks(mut rest: &[u8]) -> &[u8] {
    while let [b' ', behind @ ..] = rest {
        rest = behind;
    }
    rest
}

/// `endpoint`
fn endpoint(rest: &[u8]) -> Read<'_, PlainEnd<'_>> {
    let (rest, address, family) = match rest.strip_prefix(b"[") {
        Some(inner) => {
            let length = inner.iter().position(|byte| *byte == b']')?;
            let (address, rest) = inner.split_at_checked(length)?;
            is_ipv6(address).then_some((rest.get(1..)?, address, Family::Ipv6))?
        }
        None => {
            let length = ipv4(rest)?;
            let (address, rest) = rest.split_at_checked(length)?;
            (rest, address, Family::Ipv4)
        }
    };
    let (rest, port) = number(rest.strip_prefix(b":")?, u32::from(u16::MAX))?;
    let port = u16::try_from(port).ok()?;
    Some((rest, PlainEnd { address, family, port }))
}

/// How long the dotted quad is that stands here.
fn ipv4(text: &[u8]) -> Option<usize> {
    let (mut rest, _) = number(text, 255)?;
    for _ in 1..4 {
        (rest, _) = number(rest.strip_prefix(b".")?, 255)?;
    }
    Some(text.len() - rest.len())
}

/// Eight groups of up to four digits, or fewer and `::` once, and a zone. A dotted quad at its end is left to others.
fn is_ipv6(text: &[u8]) -> bool {
    let (mut groups, mut digits, mut is_shortened) = (0, 0, false);
    let mut rest = text;
    loop {
        rest = match rest {
            [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F', behind @ ..] if digits < 4 => {
                groups += u32::from(digits == 0);
                digits += 1;
                behind
            }
            [b':', b':', behind @ ..] if !is_shortened => {
                is_shortened = true;
                digits = 0;
                behind
            }
            // A group stands before it and behind it.
            [b':', behind @ ..]
                if digits > 0 && behind.first().is_some_and(u8::is_ascii_hexdigit) =>
            {
                digits = 0;
                behind
            }
            [b'%', zone @ ..] => {
                if zone.is_empty() || !zone.iter().all(u8::is_ascii_alphanumeric) {
                    return false;
                }
                &[]
            }
            [] => break,
            _ => return false,
        };
    }
    if is_shortened { groups < 8 } else { groups == 8 }
}

/// `number`, without leading zeros and no greater than this
fn number(rest: &[u8], most: u32) -> Read<'_, u32> {
    const LONGEST: usize = 10;
    let (mut value, mut length) = (0_u64, 0);
    for digit in rest.iter().take(LONGEST + 1) {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        length += 1;
    }
    let has_leading_zero = length > 1 && rest.first() == Some(&b'0');
    let is_number = (1..=LONGEST).contains(&length) && !has_leading_zero;
    let value = u32::try_from(value).ok().filter(|value| is_number && *value <= most)?;
    Some((rest.get(length..)?, value))
}

/// A state by its canonical name.
fn state(word: &[u8]) -> Option<State> {
    Some(match word {
        b"ESTABLISHED" => State::Established,
        b"LISTENING" => State::Listening,
        b"TIME_WAIT" => State::TimeWait,
        b"CLOSE_WAIT" => State::CloseWait,
        b"SYN_SENT" => State::SynSent,
        b"SYN_RECEIVED" => State::SynReceived,
        b"FIN_WAIT_1" => State::FinWait1,
        b"FIN_WAIT_2" => State::FinWait2,
        b"LAST_ACK" => State::LastAck,
        b"CLOSING" => State::Closing,
        b"CLOSED" => State::Closed,
        b"BOUND" => State::Bound,
        b"DELETE_TCB" => State::DeleteTcb,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::netstat_row::{self, Address, Port};
    use super::*;

    /// Reads a line both ways; what the plain one takes, the other must read alike.
    fn both(line: &str) -> bool {
        let Some(plain) = plain_row(line.as_bytes()) else { return false };
        let (_, row) = netstat_row::row(line.trim_start()).unwrap();
        let end = |end: PlainEnd<'_>| {
            let address = std::str::from_utf8(end.address).unwrap().to_owned();
            (address, end.family, end.port)
        };
        let of_row = |side: netstat_row::EndpointText<'_>| match (side.address, side.port) {
            (Address::Ip(address, family), Port::Number(port)) => {
                Some((address.to_owned(), family, port))
            }
            _ => None,
        };
        assert_eq!(Some(end(plain.local)), of_row(row.local), "{line}");
        assert_eq!(plain.foreign.map(end), of_row(row.foreign), "{line}");
        assert_eq!((plain.protocol, Some(plain.pid)), (row.protocol, row.pid), "{line}");
        assert_eq!(plain.state.map_or("", State::name), row.state, "{line}");
        assert_eq!(row.trailing, "", "{line}");
        assert_eq!(port_and_pid(line.as_bytes()), Some((plain.local.port, row.pid)), "{line}");
        assert_eq!(super::row(line.trim_start()), Some(row), "{line}");
        true
    }

    #[test]
    fn what_is_plain_is_read_as_any_row_is() {
        for line in [
            "  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       3380",
            "  TCP    255.255.255.255:65535  0.0.0.0:0   DELETE_TCB 4294967295",
            "  TCP    [fe80::1%12]:49825     [2001:db8::1]:443      CLOSE_WAIT      2924",
            "  UDP    0.0.0.0:5353           *:*                                    2924",
            "  UDP    192.0.2.30:5353        192.0.2.31:53                          0",
        ] {
            assert!(both(line), "{line}");
        }
        for name in State::names() {
            assert!(both(&format!("  TCP 192.0.2.1:1 192.0.2.2:2 {name} 4")), "{name}");
        }
    }

    #[test]
    fn addresses_are_those_of_the_standard() {
        let pieces =
            ["", "0", "fe80", "12345", "g", ":", "::", ":::", "1:2:3:4:5:6:7", "%4", "%", "%a_"];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    for four in pieces {
                        let text = [one, two, three, four].concat();
                        let (address, zone) = text.split_once('%').unwrap_or((&text, "0"));
                        let is_zone = |zone: &str| {
                            !zone.is_empty()
                                && zone.bytes().all(|byte| byte.is_ascii_alphanumeric())
                        };
                        let expected =
                            address.parse::<std::net::Ipv6Addr>().is_ok() && is_zone(zone);
                        assert_eq!(is_ipv6(text.as_bytes()), expected, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_port_or_a_pid_that_is_odd_is_none() {
        let of = |line: &str| port_and_pid(line.as_bytes());
        assert_eq!(of("  TCP    0.0.0.0:80   anything 4x"), Some((80, None)));
        assert_eq!(of("  UDP    [::1]:500    *:*      04"), Some((500, None)));
        assert_eq!(of("  UDP    [::1]:500    *:*      4  7"), Some((500, None)));
        for odd in ["0.0.0.0:080 ", "0.0.0.0:http ", "0.0.0.0:65536 ", "0.0.0.0:* ", "[::]: "] {
            assert_eq!(of(&format!("  TCP    {odd}0.0.0.0:0  LISTENING  4")), None, "{odd}");
        }
    }

    #[test]
    fn what_is_odd_is_left() {
        for line in [
            "  TCP    0.0.0.0:080            0.0.0.0:0              LISTENING       3380",
            "  TCP    0.0.0.0:65536          0.0.0.0:0              LISTENING       3380",
            "  TCP    0.0.0.256:80           0.0.0.0:0              LISTENING       3380",
            "  TCP    192.0.2.01:80          0.0.0.0:0              LISTENING       3380",
            "  TCP    [fe80::zz]:80          0.0.0.0:0              LISTENING       3380",
            "  TCP    [fe80::1%]:80          0.0.0.0:0              LISTENING       3380",
            "  TCP    srv1:80                0.0.0.0:0              LISTENING       3380",
            "  TCP    0.0.0.0:http           0.0.0.0:0              LISTENING       3380",
            "  TCP    0.0.0.0:80             *:*                    LISTENING       3380",
            "  TCP    0.0.0.0:80             0.0.0.0:0              Listening       3380",
            "  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       4294967296",
            "  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       3380 ",
            "  TCP    0.0.0.0:80             0.0.0.0:0              3380",
            "  UDP    0.0.0.0:53             *:*      LISTENING     3380",
            "  TCP\t0.0.0.0:80             0.0.0.0:0              LISTENING       3380",
            "",
        ] {
            assert_eq!(plain_row(line.as_bytes()), None, "{line}");
        }
    }
}
