//! `netsh http show urlacl`: URL prefixes that are reserved. They say who may ask, not who does.
//!
//! ```text
//! URL Reservations:
//! -----------------
//!
//!     Reserved URL            : http://*:5357/
//!         User: BUILTIN\Users
//!             Listen: Yes
//!             Delegate: No
//!             SDDL: D:(A;;GX;;;BU)(A;;GX;;;LS)
//! ```
//!
//! ```text
//! row    = blanks label blanks1 ":" blanks url [blanks]
//! detail = blanks label ":" *any
//! ```

use std::sync::Arc;

use nom::Parser;
use nom::bytes::complete::take_till1;
use nom::character::complete::char;
use nom::sequence::terminated;

use super::accounting::Class;
use super::combinators::blanks;
use super::failure::Parsed;
use super::http_url;
use super::netsh;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::fact::{PortFact, UrlReservation};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netsh_http_urlacl", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if matches!(row(line.text), Err(nom::Err::Error(_))) {
        return None;
    }
    let is_title = matches!(above, [.., title, ruler]
        if title.text.trim_end().ends_with(':') && netsh::ruler(ruler).is_some());
    Some(Opening::new(Reservations::default())?.with_heading_above(if is_title { 2 } else { 0 }))
}

/// `row`, as its URL and the port in it
fn row(input: &str) -> Parsed<'_, (&str, u16)> {
    let mut label = terminated(take_till1(|c| c == ':'), (char(':'), blanks));
    let (url, label) = label.parse(input.trim_end())?;
    // A sentence has no blank before its colon.
    if !label.ends_with([' ', '\u{a0}']) || label.trim().is_empty() {
        return nom::combinator::fail().parse(input);
    }
    let (rest, port) = http_url::url(url)?;
    Ok((rest, (url, port)))
}

fn detail(input: &str) -> Parsed<'_, &str> {
    terminated(take_till1(|c| c == ':'), char(':')).parse(input)
}

#[derive(Default)]
struct Reservations {
    reservations: Vec<UrlReservation>,
}

impl Table for Reservations {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match row(line.text) {
            Ok((_, (url, port))) => {
                let reservation = UrlReservation { line: line.number, url: url.to_owned(), port };
                self.reservations.push(reservation);
                Taken::as_class(Class::Row)
            }
            Err(nom::Err::Failure(failure)) => Taken::unread(failure.diagnostic(source, line)),
            Err(_) if line.text.starts_with([' ', '\t']) && detail(line.text).is_ok() => {
                Taken::as_class(Class::Continuation)
            }
            Err(_) => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let facts = self.reservations.into_iter().map(PortFact::Reservation).collect();
        Some((Records::Facts { facts, excluded_for: None }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_a_label_and_a_url() {
        let line = "    Reserved URL            : http://+:80/Temporary_Listen_Addresses/ ";
        assert_eq!(row(line), Ok(("", ("http://+:80/Temporary_Listen_Addresses/", 80))));
        assert!(row("    Reservierte URL         : https://+:5986/wsman/").is_ok());
        for line in ["see: http://a:80/", "http://a:80/", "Reserved URL : none"] {
            assert!(matches!(row(line), Err(nom::Err::Error(_))), "{line}");
        }
    }
}
