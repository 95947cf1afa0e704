//! `tcpvcon -c` of Sysinternals: one socket a line, with its program.
//!
//! ```text
//! TCP,chrome.exe,1284,ESTABLISHED,192.0.2.42:49723,203.0.113.14:443
//! TCP,[System Process],0,TIME_WAIT,192.0.2.42:49730,203.0.113.14:443
//! ```
//!
//! ```text
//! row      = protocol "," name "," pid "," state "," endpoint "," endpoint
//! protocol = ("TCP" / "UDP") ["V6"]
//! ```
//!
//! There is no heading and nothing is quoted. A name may hold commas: so one cell is taken from the left and
//! four from the right. A line is a row where its first cell is the protocol and its last two hold a colon.
//! The text of `tcpvcon` without `-c` names no port and is not read.

use std::sync::Arc;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag_no_case;
use nom::character::complete::char;
use nom::combinator::{all_consuming, cut, opt};
use nom::sequence::{preceded, terminated};

use super::combinators::{blanks, pid_cell};
use super::failure::{Expected, Parsed, expecting};
use super::netstat;
use super::netstat_row::{self, EndpointText};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::record::{Protocol, Socket, Stated};
use crate::state::State;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "tcpvcon_csv", os: Os::Windows, open };

/// Cells behind the name.
const BEHIND_NAME: usize = 4;

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    cells(line.text).and_then(|_| Opening::new(Sockets::default()))
}

/// A row, as spans of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row<'a> {
    protocol: Protocol,
    name: &'a str,
    pid: u32,
    state: &'a str,
    local: EndpointText<'a>,
    foreign: EndpointText<'a>,
    /// What somebody put behind the row.
    appended: &'a str,
}

/// The protocol, the name and the four cells behind it, where the line is a row.
fn cells(text: &str) -> Option<(Protocol, &str, [&str; BEHIND_NAME])> {
    let (text, protocol) = protocol(text.trim()).ok()?;
    let mut from_right = text.rsplitn(BEHIND_NAME + 1, ',');
    let mut next = || from_right.next();
    let (foreign, local, state, pid, name) = (next()?, next()?, next()?, next()?, next()?);
    let is_row = !name.is_empty() && [local, foreign].iter().all(|side| side.contains(':'));
    is_row.then_some((protocol, name, [pid, state, local, foreign]))
}

/// `protocol ","`
fn protocol(input: &str) -> Parsed<'_, Protocol> {
    let tcp = tag_no_case("TCP").map(|_| Protocol::Tcp);
    let udp = tag_no_case("UDP").map(|_| Protocol::Udp);
    let version = opt(alt((tag_no_case("V6"), tag_no_case("V4"))));
    terminated(alt((tcp, udp)), (version, char(','))).parse(input)
}

/// `side = [blanks] endpoint [blanks]`, the whole of a cell
fn side(expected: Expected, cell: &str) -> Parsed<'_, EndpointText<'_>> {
    let endpoint = terminated(preceded(blanks, netstat_row::endpoint), blanks);
    cut(expecting(expected, all_consuming(endpoint))).parse(cell)
}

fn row(text: &str) -> Option<Parsed<'_, Row<'_>>> {
    let (protocol, name, [pid, state, local, foreign]) = cells(text)?;
    let (foreign, appended) = foreign.split_once("  ").unwrap_or((foreign, ""));
    let read = || {
        let (_, pid) = pid_cell(pid)?;
        let (_, local) = side(Expected::LocalEndpoint, local)?;
        let (rest, foreign) = side(Expected::ForeignEndpoint, foreign)?;
        let (name, state) = (name.trim(), state.trim());
        Ok((rest, Row { protocol, name, pid, state, local, foreign, appended: appended.trim() }))
    };
    Some(read())
}

#[derive(Default)]
struct Sockets {
    sockets: Vec<Socket>,
}

impl Sockets {
    fn add(&mut self, row: &Row<'_>, line: usize) {
        let is_tcp = row.protocol == Protocol::Tcp;
        let state = State::from_text(row.state).filter(|_| is_tcp);
        let differs = state.is_none_or(|state| state.name() != row.state);
        let is_printed = !matches!(row.state, "" | "*");
        let name = || Stated::Image { name: row.name.to_owned(), line, truncated: false };
        self.sockets.push(Socket {
            local: netstat::endpoint(&row.local, row.protocol),
            foreign: netstat::endpoint(&row.foreign, row.protocol),
            state,
            state_text: (differs && is_printed).then(|| row.state.to_owned()),
            pid: Some(row.pid),
            // PID 0 is no process; what stands there is no program.
            stated: (row.pid != 0).then(name),
            ..Socket::new(line, row.protocol)
        });
    }
}

impl Table for Sockets {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match row(line.text) {
            Some(Ok((_, row))) => {
                self.add(&row, line.number);
                Taken::row_without(row.appended, source, line)
            }
            Some(Err(nom::Err::Error(failure) | nom::Err::Failure(failure))) => {
                Taken::unread(failure.diagnostic(source, line))
            }
            Some(Err(nom::Err::Incomplete(_))) | None => Taken::NotOurs,
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

    fn read(line: &str) -> Row<'_> {
        row(line).unwrap().unwrap().1
    }

    #[test]
    fn a_name_may_hold_commas() {
        let row = read("TCP,a, b.exe,1284,ESTABLISHED,192.0.2.42:49723,203.0.113.14:443");
        assert_eq!((row.name, row.pid, row.state), ("a, b.exe", 1284, "ESTABLISHED"));
        assert_eq!(row.local, netstat_row::endpoint("192.0.2.42:49723").unwrap().1);
        assert_eq!(read("UDPV6,a.exe,8,*,[::]:123,*:*").protocol, Protocol::Udp);
        assert_eq!(read("UDP,a.exe,8,*,[::]:123,*:*     see ticket").appended, "see ticket");
    }

    #[test]
    fn failures_name_their_place() {
        for (line, at, expected) in [
            ("TCP,a.exe,8x,LISTENING,0.0.0.0:80,0.0.0.0:0", "8x", Expected::Pid),
            ("TCP,a.exe,8,LISTENING,0.0.0.0:99999,0.0.0.0:0", "99999", Expected::Port),
            ("TCP,a.exe,8,LISTENING,0.0.0.0:80,:x", ":x", Expected::ForeignEndpoint),
        ] {
            let failure = nom::Err::Failure(Failure::new(at, expected));
            assert_eq!(row(line), Some(Err(failure)), "{line}");
        }
    }

    #[test]
    fn other_lines_are_no_rows() {
        for line in [
            "TCP    0.0.0.0:80    0.0.0.0:0    LISTENING    8",
            "TCP,0.0.0.0:80,0.0.0.0:0,LISTENING,8",
            "Protocol,Process,PID,State,Local,Remote",
            "tcp, udp, icmp: see a:b, c:d",
            "",
        ] {
            assert!(row(line).is_none(), "{line}");
        }
    }
}
