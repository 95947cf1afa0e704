//! The address and port of a socket as the tools of Linux print them.
//!
//! ```text
//! endpoint = address ":" port                        ; at the last colon of the word
//! address  = "*" / IPv4 ["%" device] / IPv6 ["%" device] / "[" IPv6 "]" ["%" device] / name
//! port     = number / "*" / service-name
//! ```

use std::net::{Ipv4Addr, Ipv6Addr};

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::combinator::{all_consuming, map_res, verify};

use super::combinators::{digits, word};
use super::failure::{Expected, Failure, Parsed, expecting};
use super::service_names;
use crate::record::{Endpoint, Family, Protocol};

/// One side of a row, as spans of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side<'a> {
    /// With its port, as it stands.
    pub text: &'a str,
    address: &'a str,
    port: Port<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port<'a> {
    Any,
    Number(u16),
    Service(&'a str),
}

/// `endpoint`, one word
pub(super) fn side(input: &str) -> Parsed<'_, Side<'_>> {
    let (rest, text) = word(input)?;
    let no_endpoint = || nom::Err::Error(Failure { at: text, expected: None });
    let (address, port_text) =
        text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).ok_or_else(no_endpoint)?;
    let (_, port) = expecting(Expected::Port, all_consuming(port)).parse(port_text)?;
    Ok((rest, Side { text, address, port }))
}

/// `port = number / "*" / service-name`
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

impl<'a> Side<'a> {
    /// The address without brackets, its family, and whether it is one.
    fn address(&self) -> (Option<String>, Option<Family>, bool) {
        let bare = self.address.replace(['[', ']'], "");
        let number = bare.split('%').next().unwrap_or_default();
        if matches!(number, "" | "*") {
            // `*` alone; on one device it keeps its name.
            return (bare.contains('%').then_some(bare), None, true);
        }
        let family = if number.parse::<Ipv4Addr>().is_ok() {
            Some(Family::Ipv4)
        } else if number.parse::<Ipv6Addr>().is_ok() {
            Some(Family::Ipv6)
        } else {
            None
        };
        let is_name = number.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let is_quad = number.chars().all(|c| c.is_ascii_digit() || c == '.');
        (Some(bare), family, family.is_some() || (is_name && !is_quad))
    }

    /// The record, and the address where it is none.
    pub(super) fn endpoint(&self, protocol: Protocol) -> (Endpoint, Option<&'a str>) {
        let (address, family, is_sound) = self.address();
        let (port, port_name) = match self.port {
            Port::Any => (None, None),
            Port::Number(number) => (Some(number), None),
            Port::Service(name) => (service_names::port(name, protocol), Some(name.to_owned())),
        };
        (Endpoint { address, family, port, port_name }, (!is_sound).then_some(self.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Option<Family>, Option<u16>) {
        let (endpoint, wrong) = side(text).unwrap().1.endpoint(Protocol::Tcp);
        assert_eq!(wrong, None, "{text}");
        (endpoint.address, endpoint.family, endpoint.port)
    }

    #[test]
    fn endpoints_in_every_form() {
        for (text, address, family, port) in [
            ("0.0.0.0:22", Some("0.0.0.0"), Some(Family::Ipv4), Some(22)),
            (":::22", Some("::"), Some(Family::Ipv6), Some(22)),
            ("::1:25", Some("::1"), Some(Family::Ipv6), Some(25)),
            ("[::]:22", Some("::"), Some(Family::Ipv6), Some(22)),
            ("[fe80::1]%eth0:546", Some("fe80::1%eth0"), Some(Family::Ipv6), Some(546)),
            ("127.0.0.53%lo:53", Some("127.0.0.53%lo"), Some(Family::Ipv4), Some(53)),
            ("*:8080", None, None, Some(8080)),
            ("*%eth0:68", Some("*%eth0"), None, Some(68)),
            ("*:*", None, None, None),
            (":::*", Some("::"), Some(Family::Ipv6), None),
            ("host-a.example:ssh", Some("host-a.example"), None, Some(22)),
        ] {
            assert_eq!(read(text), (address.map(str::to_owned), family, port), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_kept_and_told() {
        for text in ["198.51.273.8:443", "2001:db8:1111:2222:4:443", "a/b:80"] {
            let (endpoint, wrong) = side(text).unwrap().1.endpoint(Protocol::Tcp);
            assert_eq!(endpoint.address.as_deref(), wrong, "{text}");
        }
        assert!(side("0.0.0.0:99999").is_err() && side("0.0.0.0").is_err() && side(":80").is_err());
    }
}
