//! The grammar of one row of Windows netstat, whatever the language.
//!
//! ```text
//! row      = protocol blanks1 endpoint blanks1 endpoint tail
//! protocol = ("TCP" / "UDP") ["v4" / "v6"]              ; in any case
//! endpoint = address ":" port                           ; at the last colon of the word
//! address  = "*" / "[" text "]" / IPv4 / name
//! port     = number / "*" / service-name
//! tail     = *(blanks1 word) [blanks1 pid [sign] *(blanks1 word)]
//! ```
//!
//! After the protocol word a failure is final: from there on it is a row, and has a place where it
//! stops being one. Netstat's columns are minimums and overflow, so blanks separate, not positions.

use std::net::{Ipv4Addr, Ipv6Addr};

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, cut, map_res, opt, rest, verify};
use nom::sequence::delimited;

use super::combinators::{blanks, blanks1, digits, is_blank, pid, taken, word};
use super::failure::{Expected, Failure, Parsed, expecting};
use crate::record::{Family, Protocol};

/// One row, as spans of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub protocol: Protocol,
    pub local: EndpointText<'a>,
    pub foreign: EndpointText<'a>,
    /// The words between the foreign endpoint and the PID, as they stand; may be empty.
    pub state: &'a str,
    pub pid: Option<u32>,
    /// What follows the PID; may be empty.
    pub trailing: &'a str,
}

impl<'a> Row<'a> {
    /// The number is no PID: somebody appended it with what follows.
    pub(super) fn append_pid(&mut self, text: &'a str) {
        let before =
            text.strip_suffix(self.trailing).map(str::trim_end).filter(|_| self.pid.is_some());
        let Some(at) = before.and_then(|before| before.rfind(is_blank)) else { return };
        self.pid = None;
        self.trailing = text.get(at..).unwrap_or_default().trim();
    }
}

/// One side of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndpointText<'a> {
    pub address: Address<'a>,
    pub port: Port<'a>,
}

/// What stands before the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    Any,
    Ip(&'a str, Family),
    Name(&'a str),
    /// Neither an address nor a name, such as `xx.xx.xx.xx`: captures are made anonymous by hand.
    Invalid(&'a str, Option<Family>),
}

/// What stands behind the last colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port<'a> {
    Any,
    Number(u16),
    Service(&'a str),
}

/// `row`, from the protocol word on.
pub(crate) fn row(input: &str) -> Parsed<'_, Row<'_>> {
    let (input, protocol) = expecting(Expected::Protocol, protocol).parse(input)?;
    let (input, _) = cut(blanks1).parse(input)?;
    let from = input;
    let (input, local) = cut(expecting(Expected::LocalEndpoint, endpoint)).parse(input)?;
    let (input, _) = blanks(input)?;
    let foreign = |input| match protocol {
        Protocol::Udp => alt((any_without_stars, endpoint)).parse(input),
        Protocol::Tcp => endpoint(input),
    };
    let (input, foreign) = cut(expecting(Expected::ForeignEndpoint, foreign)).parse(input)?;
    if is_time(&local) && is_time(&foreign) {
        return Err(nom::Err::Failure(Failure::new(from, Expected::LocalEndpoint)));
    }
    let (input, state) = state(input)?;
    let (input, pid) =
        if input.is_empty() { (input, None) } else { cut(number_word.map(Some)).parse(input)? };
    let (input, trailing) = rest.map(|text: &str| text.trim_matches(is_blank)).parse(input)?;
    Ok((input, Row { protocol, local, foreign, state, pid, trailing }))
}

/// `protocol = ("TCP" / "UDP") ["v4" / "v6"]`
pub(super) fn protocol(input: &str) -> Parsed<'_, Protocol> {
    let (input, protocol) =
        alt((in_any_case("TCP").map(|_| Protocol::Tcp), in_any_case("UDP").map(|_| Protocol::Udp)))
            .parse(input)?;
    let (input, _) = opt(alt((in_any_case("v4"), in_any_case("v6")))).parse(input)?;
    Ok((input, protocol))
}

/// A word of ASCII. It is asked for wherever a row may begin, so it is compared as bytes, not letter by letter.
fn in_any_case<'a>(
    expected: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Failure<'a>> {
    move |input: &'a str| match input.split_at_checked(expected.len()) {
        Some((word, rest)) if word.eq_ignore_ascii_case(expected) => Ok((rest, word)),
        _ => Err(nom::Err::Error(Failure { at: input, expected: None })),
    }
}

/// `endpoint = address ":" port`, one word, split at its last colon.
pub(crate) fn endpoint(input: &str) -> Parsed<'_, EndpointText<'_>> {
    let (input, text) = word(input)?;
    let no_endpoint = || nom::Err::Error(Failure { at: text, expected: None });
    // What begins within brackets and does not end there was broken.
    let is_whole = |host: &str| !host.is_empty() && (!host.starts_with('[') || host.ends_with(']'));
    let (host, port_text) =
        text.rsplit_once(':').filter(|(host, _)| is_whole(host)).ok_or_else(no_endpoint)?;
    let (_, address) = all_consuming(address).parse(host).map_err(|_| no_endpoint())?;
    let (_, port) = expecting(Expected::Port, all_consuming(port)).parse(port_text)?;
    Ok((input, EndpointText { address, port }))
}

/// `*:*` as Markdown prints it, to which two stars are the signs of a stress.
fn any_without_stars(input: &str) -> Parsed<'_, EndpointText<'_>> {
    let (input, _) = verify(word, |word: &str| matches!(word, ":" | "<em>:</em>")).parse(input)?;
    Ok((input, EndpointText { address: Address::Any, port: Port::Any }))
}

/// `10:30` is a time, and two of them are from when to when.
fn is_time(endpoint: &EndpointText<'_>) -> bool {
    let Address::Name(host) = endpoint.address else { return false };
    matches!(endpoint.port, Port::Number(0..60))
        && host.len() <= 2
        && host.parse::<u8>().is_ok_and(|hour| hour < 24)
}

/// `address = "*" / "[" text "]" / IPv4 / name`, and anything else that somebody put in its place
fn address(input: &str) -> Parsed<'_, Address<'_>> {
    alt((
        all_consuming(tag("*")).map(|_| Address::Any),
        all_consuming(delimited(char('['), take_while1(|c| c != ']'), char(']'))).map(bracketed),
        rest.map(bare),
    ))
    .parse(input)
}

/// May this character stand in what is written for a host? Signs with which addresses are masked
/// may; those of paths, lists and sentences may not.
pub(super) fn is_host(c: char) -> bool {
    !matches!(c, '/' | '\\' | '|' | '"' | '\'' | '`' | ',' | ';' | '(' | ')' | '=' | '@')
}

/// An IPv6 address in brackets, perhaps with a zone (RFC 4007).
fn bracketed(text: &str) -> Address<'_> {
    let bare = text.split_once('%').map_or(text, |(address, _)| address);
    if bare.parse::<Ipv6Addr>().is_ok() {
        Address::Ip(text, Family::Ipv6)
    } else {
        Address::Invalid(text, Some(Family::Ipv6))
    }
}

fn bare(text: &str) -> Address<'_> {
    if text.parse::<Ipv4Addr>().is_ok() {
        return Address::Ip(text, Family::Ipv4);
    }
    if text.contains(':') && text.chars().all(|c| c.is_ascii_hexdigit() || ":.%".contains(c)) {
        return bracketed(text);
    }
    let numeric = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let masked = text.contains('.')
        && text.chars().all(|c| matches!(c, 'x' | 'X' | '.') || c.is_ascii_digit());
    let name = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if numeric {
        Address::Invalid(text, Some(Family::Ipv4))
    } else if masked || !name {
        Address::Invalid(text, None)
    } else {
        Address::Name(text)
    }
}

/// `port = number / "*" / service-name`; a service name begins with a letter.
fn port(input: &str) -> Parsed<'_, Port<'_>> {
    let service = verify(take_while1(|c: char| c.is_ascii_graphic() && c != ':'), |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    alt((
        map_res(digits, str::parse).map(Port::Number),
        tag("*").map(|_| Port::Any),
        service.map(Port::Service),
    ))
    .parse(input)
}

/// `state = *(blanks1 word)`, the words up to the first that begins with a digit.
fn state(input: &str) -> Parsed<'_, &str> {
    let (input, _) = blanks(input)?;
    let words = |input| {
        let mut rest: &str = input;
        while let Ok((after, _)) = word(rest) {
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                break;
            }
            (rest, _) = blanks(after)?;
        }
        Ok((rest, ()))
    };
    let (input, text) = taken(words)(input)?;
    Ok((input, text.trim_end_matches(is_blank)))
}

/// `number-word = pid [sign]`, and nothing but a blank behind it
fn number_word(input: &str) -> Parsed<'_, u32> {
    let (_, text) = expecting(Expected::Pid, word).parse(input)?;
    match pid(text) {
        Ok((sign, number)) if sign.is_empty() || is_glued(sign) => {
            let rest = input.get(text.len() - sign.len()..).unwrap_or_default();
            Ok((rest, number))
        }
        _ => Err(nom::Err::Error(Failure::new(text, Expected::Pid))),
    }
}

/// Is this the end of a quote, a list, a mark, a tag or a word of RTF? Not so what may stand for a digit, as `?`
/// and `*` do, or for several, as dots do.
fn is_glued(sign: &str) -> bool {
    let is_mark = |c: char| matches!(c, ',' | ';' | '"' | '\'' | '`' | ')' | ']' | '}' | '|' | '_');
    let is_tag = sign.starts_with('<') && sign.ends_with('>');
    let is_rtf = sign.strip_prefix('\\').is_some_and(|word| word.starts_with(char::is_alphabetic));
    sign == "." || sign == "**" || sign == "***" || sign.chars().all(is_mark) || is_tag || is_rtf
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Row<'_> {
        row(line).unwrap().1
    }

    fn fails(line: &str) -> (usize, Expected) {
        match row(line) {
            Err(nom::Err::Failure(failure)) => {
                (nom::Offset::offset(line, failure.at), failure.expected.unwrap())
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_row_of_each_protocol() {
        let tcp = read("TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1712");
        assert_eq!(tcp.protocol, Protocol::Tcp);
        assert_eq!(tcp.local.address, Address::Ip("0.0.0.0", Family::Ipv4));
        assert_eq!(tcp.local.port, Port::Number(135));
        assert_eq!((tcp.state, tcp.pid, tcp.trailing), ("LISTENING", Some(1712), ""));
        let udp = read("UDP    [::]:500               *:*                                    4808");
        assert_eq!(udp.foreign, EndpointText { address: Address::Any, port: Port::Any });
        assert_eq!((udp.state, udp.pid), ("", Some(4808)));
    }

    #[test]
    fn rows_without_a_pid() {
        let tcp = read("TCP 0.0.0.0:80 0.0.0.0:0 Listening");
        assert_eq!((tcp.state, tcp.pid), ("Listening", None));
        let udp = read("UDP    0.0.0.0:53             *:*                    ");
        assert_eq!((udp.state, udp.pid), ("", None));
    }

    #[test]
    fn states_may_hold_blanks_and_text_may_follow() {
        let row = read("TCP 192.0.2.1:1 192.0.2.2:2 IN ASCOLTO 888   see ticket 7");
        assert_eq!((row.state, row.pid, row.trailing), ("IN ASCOLTO", Some(888), "see ticket 7"));
    }

    #[test]
    fn endpoints_in_every_form() {
        let of = |text| endpoint(text).unwrap().1;
        assert_eq!(of("[fe80::1%12]:546").address, Address::Ip("fe80::1%12", Family::Ipv6));
        assert_eq!(
            of("82:http"),
            EndpointText { address: Address::Name("82"), port: Port::Service("http") }
        );
        assert_eq!(
            of("[fe80::asda:1%9]:1900").address,
            Address::Invalid("fe80::asda:1%9", Some(Family::Ipv6))
        );
        assert_eq!(
            of("198.51.273.8:443").address,
            Address::Invalid("198.51.273.8", Some(Family::Ipv4))
        );
        assert_eq!(of("xx.xx.xx.xx:443").address, Address::Invalid("xx.xx.xx.xx", None));
        assert_eq!(of("0.0.0.0:00080").port, Port::Number(80));
    }

    #[test]
    fn failures_name_their_place() {
        assert_eq!(fails("TCP    0.0.0.0:99999   0.0.0.0:0"), (15, Expected::Port));
        assert_eq!(fails("TCP    0.0.0.0:80"), (17, Expected::ForeignEndpoint));
        assert_eq!(fails("TCP    0.0.0.0:80  LISTENING"), (19, Expected::ForeignEndpoint));
        assert_eq!(fails("TCP    LISTENING"), (7, Expected::LocalEndpoint));
        assert_eq!(fails("TCP 1.1.1.1:1 1.1.1.1:2 LISTENING 12x4"), (34, Expected::Pid));
        assert_eq!(fails("TCP 1.1.1.1:1 1.1.1.1:2 LISTENING 99999999999"), (34, Expected::Pid));
        for cut in ["338?", "338*", "338...", "338…", "4,412", "338#"] {
            let row = format!("TCP 1.1.1.1:1 1.1.1.1:2 LISTENING {cut}");
            assert_eq!(fails(&row), (34, Expected::Pid), "{cut}");
        }
    }

    #[test]
    fn signs_glued_to_the_pid_are_none_of_it() {
        for sign in ["**", ",", "\",", "</b>", r"\par", ".", ")"] {
            let text = format!("TCP 1.1.1.1:1 1.1.1.1:2 LISTENING 3380{sign}");
            let row = read(&text);
            assert_eq!((row.pid, row.trailing), (Some(3380), sign), "{sign}");
        }
    }

    #[test]
    fn every_port_and_none_beyond() {
        for number in 0..=u16::MAX {
            assert_eq!(port(&number.to_string()), Ok(("", Port::Number(number))));
        }
        for text in ["65536", "-1", "+1", "080x", "1e3", ""] {
            assert!(all_consuming(port).parse(text).is_err(), "{text}");
        }
    }
}
