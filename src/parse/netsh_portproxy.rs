//! `netsh interface portproxy show all`: ports on which the IP Helper service listens and passes on.
//!
//! ```text
//! Listen on ipv4:             Connect to ipv4:
//!
//! Address         Port        Address         Port
//! --------------- ----------  --------------- ----------
//! *               8080        192.0.2.10      80
//! ```
//!
//! ```text
//! row = [blanks] address blanks1 port blanks1 address blanks1 port [blanks]
//! ```
//!
//! An address may be a name, or `*` for all of the machine. Titles and headings are translated, `ipv4` and
//! `ipv6` are not. The widths were not checked against a capture, and are not used.

use std::sync::Arc;

use nom::Parser;
use nom::combinator::{all_consuming, cut};
use nom::sequence::{preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, blanks1, digits, word};
use super::failure::Parsed;
use super::netsh::{self, Ruler, port};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::fact::{PortFact, PortProxy};
use crate::record::Family;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netsh_portproxy", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let ruler = netsh::ruler(line).filter(|ruler| ruler.runs == 4)?;
    let [.., title, heading] = above else { return None };
    let family = netsh::family(title.text)?;
    if heading.text.split_whitespace().count() < 4 {
        return None;
    }
    let proxies = Proxies { ruler, family, headed: false, rules: Vec::new() };
    Some(Opening::new(proxies)?.with_heading_above(2))
}

/// One rule, as spans of its line: listening address and port, and those it connects to.
type Row<'a> = ((&'a str, u16), (&'a str, u16));

/// `row`; two words and two numbers in turn make a line one.
fn row(input: &str) -> Parsed<'_, Row<'_>> {
    let shape = (blanks, word, blanks1, digits, blanks1, word, blanks1, digits, blanks);
    all_consuming(shape).parse(input)?;
    let side = |input| (word, preceded(blanks1, port)).parse(input);
    let sides = (preceded(blanks, side), preceded(blanks1, side));
    cut(all_consuming(terminated(sides, blanks))).parse(input)
}

struct Proxies {
    ruler: Ruler,
    family: Family,
    headed: bool,
    rules: Vec<PortProxy>,
}

impl Table for Proxies {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if !std::mem::replace(&mut self.headed, true) {
            return Taken::as_class(Class::Header);
        }
        match row(self.ruler.row(line)) {
            Ok((_, ((listen_address, listen_port), (connect_address, connect_port)))) => {
                self.rules.push(PortProxy {
                    line: line.number,
                    family: Some(self.family),
                    listen_address: listen_address.to_owned(),
                    listen_port,
                    connect_address: connect_address.to_owned(),
                    connect_port,
                });
                Taken::as_class(Class::Row)
            }
            Err(nom::Err::Failure(failure)) => Taken::unread(failure.diagnostic(source, line)),
            Err(_) => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let facts = self.rules.into_iter().map(PortFact::Proxy).collect();
        Some((Records::Facts { facts, excluded_for: None }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_two_addresses_with_ports() {
        let line = "*               8080        web.example     80";
        assert_eq!(row(line), Ok(("", (("*", 8080), ("web.example", 80)))));
        for line in ["", "* 8080 192.0.2.10", "a b c d", "* 8080 192.0.2.10 80 x"] {
            assert!(matches!(row(line), Err(nom::Err::Error(_))), "{line}");
        }
        assert!(matches!(row("* 99999 192.0.2.10 80"), Err(nom::Err::Failure(_))));
    }
}
