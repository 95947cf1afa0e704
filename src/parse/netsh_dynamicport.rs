//! `netsh int ipv4|ipv6 show dynamicport tcp|udp`: the ports that Windows hands out to clients.
//!
//! ```text
//! Protocol tcp Dynamic Port Range
//! ---------------------------------
//! Start Port      : 49152
//! Number of Ports : 16384
//! ```
//!
//! ```text
//! row = [blanks] label [blanks] ":" [blanks] number [blanks]      ; the first port, then how many
//! ```
//!
//! The labels are translated; the order is not. Before Windows Vista the range was 1025 to 5000, since then
//! it is 49152 to 65535 (KB 929851).

use std::sync::Arc;

use nom::Parser;
use nom::bytes::complete::take_till1;
use nom::character::complete::char;
use nom::combinator::{all_consuming, map_res};
use nom::sequence::{preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, digits};
use super::failure::{Expected, Failure, Parsed};
use super::netsh::{self, Ruler};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::fact::{PortFact, PortRange};
use crate::record::Protocol;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netsh_dynamicport", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let ruler = netsh::ruler(line).filter(|ruler| ruler.runs == 1)?;
    let title = above.last().filter(|title| !title.text.contains(':'))?;
    let protocol = netsh::protocol(title.text)?;
    let range = Range { ruler, protocol, headed: false, start: None, range: None };
    Some(Opening::new(range)?.with_heading_above(1))
}

/// `row`, as its number and where that stands
fn row(input: &str) -> Parsed<'_, (u32, &str)> {
    let label = (blanks, take_till1(|c| matches!(c, ':' | '：')), take_colon);
    let value = digits.and_then(map_res(nom::combinator::rest, str::parse));
    let (at, _) = terminated(label, blanks).parse(input)?;
    let (rest, number) = all_consuming(terminated(value, blanks)).parse(at)?;
    Ok((rest, (number, at)))
}

fn take_colon(input: &str) -> Parsed<'_, char> {
    preceded(blanks, nom::branch::alt((char(':'), char('：')))).parse(input)
}

struct Range {
    ruler: Ruler,
    protocol: Protocol,
    headed: bool,
    /// The first port.
    start: Option<u16>,
    range: Option<PortRange>,
}

impl Table for Range {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if !std::mem::replace(&mut self.headed, true) {
            return Taken::as_class(Class::Header);
        }
        let Ok((_, (number, at))) = row(self.ruler.row(line)) else { return Taken::NotOurs };
        let bad = || Taken::unread(Failure::new(at, Expected::Port).diagnostic(source, line));
        match (self.start, self.range) {
            (None, _) => match u16::try_from(number) {
                Ok(first) => {
                    self.start = Some(first);
                    Taken::as_class(Class::Header)
                }
                Err(_) => bad(),
            },
            (Some(first), None) => {
                let last = u32::from(first).checked_add(number).and_then(|end| end.checked_sub(1));
                let last = last.and_then(|last| u16::try_from(last).ok());
                let Some(last) = last.filter(|last| *last >= first) else { return bad() };
                self.range = Some(PortRange {
                    line: line.number,
                    protocol: self.protocol,
                    family: None,
                    first,
                    last,
                    administered: false,
                });
                Taken::as_class(Class::Row)
            }
            (Some(_), Some(_)) => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        self.start?;
        let with_family = |range| PortRange { family: around.family, ..range };
        let facts = self.range.map(with_family).map(PortFact::Dynamic).into_iter().collect();
        Some((Records::Facts { facts, excluded_for: None }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_a_label_and_a_number() {
        let number = |text| row(text).ok().map(|(_, (number, _))| number);
        assert_eq!(number("Start Port      : 49152"), Some(49152));
        assert_eq!(number("启动端口        : 1024"), Some(1024));
        assert_eq!(number("端口数          ：13977 "), Some(13977));
        for text in
            ["Enabled:   Yes", "49152", ": 49152", "Start Port : 49152 x", "a : 99999999999"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
