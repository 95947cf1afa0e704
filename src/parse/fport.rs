//! `fport` of Foundstone: local ports with their programs, on Windows NT to XP.
//!
//! ```text
//! Pid   Process            Port  Proto Path
//! 392   svchost        ->  135   TCP   C:\WINNT\system32\svchost.exe
//! 8     System         ->  445   TCP
//! ```
//!
//! ```text
//! row = pid blanks1 name blanks1 "->" blanks1 port blanks1 protocol [blanks1 path]
//! ```
//!
//! Neither addresses nor states are told. Names have no `.exe`. A path that a mail has broken goes on on the
//! next line.

use std::sync::Arc;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_until};
use nom::combinator::{cut, map_res, rest, verify};
use nom::sequence::preceded;

use super::accounting::Class;
use super::combinators::{blanks, blanks1, digits, pid};
use super::failure::{Expected, Parsed, expecting};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::record::{Endpoint, Protocol, Socket, Stated};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "fport", os: Os::Windows, open };

const HEADING: [&str; 5] = ["Pid", "Process", "Port", "Proto", "Path"];

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    let prefix = line.quoted_by();
    let is_heading = line.text.split_whitespace().eq(HEADING);
    is_heading.then(|| Opening::new(Sockets { prefix, ..Sockets::default() }))?
}

/// A row, as spans of its line.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    pid: u32,
    name: &'a str,
    port: u16,
    protocol: Protocol,
    /// May be empty.
    path: &'a str,
}

/// `row`; digits, a name and an arrow make a line one.
fn row(input: &str) -> Parsed<'_, Row<'_>> {
    let (start, _) = blanks(input)?;
    let name = verify(take_until("->"), |name: &str| !name.trim().is_empty());
    let (input, (_, _, name, _)) = (digits, blanks1, name, tag("->")).parse(start)?;
    let (_, pid) = cut(pid).parse(start)?;
    let port = expecting(Expected::Port, map_res(digits, str::parse));
    let (input, port) = cut(preceded(blanks, port)).parse(input)?;
    let tcp = tag("TCP").map(|_| Protocol::Tcp);
    let udp = tag("UDP").map(|_| Protocol::Udp);
    let protocol = expecting(Expected::Protocol, alt((tcp, udp)));
    let (input, protocol) = cut(preceded(blanks1, protocol)).parse(input)?;
    let (input, path) = rest.parse(input)?;
    Ok((input, Row { pid, name: name.trim(), port, protocol, path: path.trim() }))
}

#[derive(Default)]
struct Sockets {
    sockets: Vec<Socket>,
    headed: bool,
    /// Bytes that stand before the heading, and then before each row.
    prefix: String,
    /// The last line on which the path of the row above would go on: one may be blank.
    path_goes_on: Option<usize>,
}

fn is_whole(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.is_empty() || [".exe", ".dll", ".com", ".scr"].iter().any(|end| path.ends_with(end))
}

impl Table for Sockets {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if !std::mem::replace(&mut self.headed, true) {
            return Taken::as_class(Class::Header);
        }
        let goes_on = self.path_goes_on.take().is_some_and(|last| line.number <= last);
        match row(line.behind(&self.prefix)) {
            Ok((_, row)) => {
                self.path_goes_on = (!is_whole(row.path)).then_some(line.number + 2);
                let image = Stated::Image {
                    name: row.name.to_owned(),
                    line: line.number,
                    truncated: false,
                };
                self.sockets.push(Socket {
                    local: Endpoint { port: Some(row.port), ..Endpoint::default() },
                    pid: Some(row.pid),
                    stated: (row.pid != 0).then_some(image),
                    ..Socket::new(line.number, row.protocol)
                });
                Taken::as_class(Class::Row)
            }
            Err(nom::Err::Failure(failure)) => Taken::unread(failure.diagnostic(source, line)),
            Err(_) if goes_on && is_whole(line.text.trim()) => Taken::as_class(Class::Continuation),
            Err(_) => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let shown = around.shown(true);
        Some((Records::Sockets { sockets: self.sockets, continues: false, shown }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::failure::Failure;
    use super::*;

    #[test]
    fn rows_with_and_without_a_path() {
        let (_, row) = row(r"392   a b            ->  135   TCP   C:\WINNT\a b.exe ").unwrap();
        assert_eq!((row.pid, row.name, row.port), (392, "a b", 135));
        assert_eq!((row.protocol, row.path), (Protocol::Tcp, r"C:\WINNT\a b.exe"));
        assert_eq!(super::row("8  System  ->  445   UDP").unwrap().1.path, "");
    }

    #[test]
    fn failures_name_their_place() {
        for (line, at, expected) in [
            ("99999999999 a -> 135 TCP", "99999999999", Expected::Pid),
            ("8 a -> 99999 TCP", "99999 TCP", Expected::Port),
            ("8 a -> x TCP", "x TCP", Expected::Port),
            ("8 a -> 135 ICMP", "ICMP", Expected::Protocol),
        ] {
            match row(line) {
                Err(nom::Err::Failure(failure)) => {
                    assert!(failure.at.starts_with(at), "{line}: {failure:?}");
                    assert_eq!(Failure::new(failure.at, expected), failure, "{line}");
                }
                other => panic!("{line}: {other:?}"),
            }
        }
        for line in ["", "a -> 135 TCP", "8 -> 135 TCP", "8  a  135  TCP"] {
            assert!(matches!(row(line), Err(nom::Err::Error(_))), "{line}");
        }
    }
}
