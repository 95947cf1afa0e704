//! `netsh int ipv4|ipv6 show excludedportrange`: ports that Windows gives to no program.
//!
//! ```text
//! Protocol tcp Port Exclusion Ranges
//!
//! Start Port    End Port
//! ----------    --------
//!       5357        5357
//!      50000       50059     *
//!
//! * - Administered port exclusions.
//! ```
//!
//! ```text
//! row    = [blanks] port blanks1 port [blanks1 "*"] [blanks]
//! notice = "*" blanks "-" *any
//! ```
//!
//! The title and the headings are translated, `tcp` and `udp` in the title are not. The family stands in the
//! command alone.

use std::sync::Arc;

use nom::Parser;
use nom::character::complete::char;
use nom::combinator::{all_consuming, cut, opt, verify};
use nom::sequence::{preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, blanks1, digits};
use super::failure::Parsed;
use super::netsh::{self, Ruler, port};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::fact::{PortFact, PortRange};
use crate::record::Protocol;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netsh_excludedportrange", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let ruler = netsh::ruler(line).filter(|ruler| ruler.runs == 2)?;
    let [.., title, heading] = above else { return None };
    let protocol = netsh::protocol(title.text)?;
    if netsh::protocol(heading.text).is_some() {
        return None;
    }
    let ranges = Ranges { ruler, protocol, headed: false, ranges: Vec::new() };
    Some(Opening::new(ranges)?.with_heading_above(2))
}

/// `row`, as first and last port and whether an administrator made it; two numbers make a line one.
fn row(input: &str) -> Parsed<'_, (u16, u16, bool)> {
    let (start, _) = blanks(input)?;
    let (_, _) = (digits, blanks1, digits).parse(start)?;
    let (input, first) = cut(port).parse(start)?;
    let (input, _) = blanks1(input)?;
    let last = verify(port, |last| *last >= first);
    let star = opt(preceded(blanks1, char('*')));
    let (input, (last, star)) =
        cut(all_consuming(terminated((last, star), blanks))).parse(input)?;
    Ok((input, (first, last, star.is_some())))
}

struct Ranges {
    ruler: Ruler,
    protocol: Protocol,
    headed: bool,
    ranges: Vec<PortRange>,
}

impl Table for Ranges {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if !std::mem::replace(&mut self.headed, true) {
            return Taken::as_class(Class::Header);
        }
        let text = self.ruler.row(line);
        match row(text) {
            Ok((_, (first, last, administered))) => {
                let (line, protocol) = (line.number, self.protocol);
                let range = PortRange { line, protocol, family: None, first, last, administered };
                self.ranges.push(range);
                Taken::as_class(Class::Row)
            }
            Err(nom::Err::Failure(failure)) => Taken::unread(failure.diagnostic(source, line)),
            Err(_) if text.trim_start().starts_with("* -") => Taken::as_class(Class::Notice),
            Err(_) => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let with_family = |range| PortRange { family: around.family, ..range };
        let facts = self.ranges.into_iter().map(with_family).map(PortFact::Excluded).collect();
        // What was left out may exclude any port.
        let excluded_for = around.is_whole().then_some((self.protocol, around.family));
        Some((Records::Facts { facts, excluded_for }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::failure::{Expected, Failure};
    use super::*;

    #[test]
    fn rows_are_two_ports_and_perhaps_a_star() {
        assert_eq!(row("        80          80      "), Ok(("", (80, 80, false))));
        assert_eq!(row("     50000       50059     *"), Ok(("", (50000, 50059, true))));
        for line in ["", "5357", "a 5357", "* - Administered port exclusions."] {
            assert!(matches!(row(line), Err(nom::Err::Error(_))), "{line}");
        }
    }

    #[test]
    fn failures_name_their_place() {
        for (line, at) in [("80 99999", "99999"), ("99999 80", "99999 80"), ("90 80", "80")] {
            let failed = row(line).map_err(|error| match error {
                nom::Err::Failure(failure) => failure,
                other => panic!("{line}: {other:?}"),
            });
            let at = failed.as_ref().err().filter(|failure| failure.at == at).copied();
            assert_eq!(failed, Err(at.unwrap()), "{line}");
        }
        let failure = Failure::new("99999", Expected::Port);
        assert_eq!(row("80 99999"), Err(nom::Err::Failure(failure)));
    }
}
