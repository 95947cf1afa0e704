//! `netstat` of Linux (net-tools): sockets, with `-p` their processes.
//!
//! ```text
//! Active Internet connections (only servers)
//! Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
//! tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      600/sshd: /usr/sbin/
//! tcp6       0      0 ::1:5432                :::*                    LISTEN      -
//! udp        0      0 0.0.0.0:68              0.0.0.0:*                           640/dhclient
//! ```
//!
//! ```text
//! row      = protocol blanks1 number blanks1 number blanks1 endpoint blanks1 endpoint tail
//! protocol = ("tcp" / "udp" / "udplite") ["6"]
//! tail     = *(blanks1 word) [blanks1 ("-" / pid "/" program) [blanks1 timer]]
//! timer    = word blanks1 "(" text ")"                 ; `-o`
//! ```
//!
//! Between the state and the PID `-e` puts a user and an inode. The program is what the process calls
//! itself, may hold blanks and is cut. Without `-W` an address that fills its column is cut too. `-` stands
//! for a process that netstat was not allowed to see, and for none: which of them, a notice tells.

use std::sync::Arc;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::combinator::{cut, opt, rest};
use nom::sequence::{preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, blanks1, digits, pid, word};
use super::failure::{Expected, Parsed, expecting};
use super::linux_endpoint::{Side, side};
use super::netstat_broken::{BrokenRow, Lacks};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::{Family, Protocol, Socket, Stated};
use crate::state::State;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "linux_netstat", os: Os::Linux, open };

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    let text = line.text.trim();
    (is_heading(text) || is_refusal(text) || opens_a_row(text))
        .then(|| Opening::new(Sockets::default()))
        .flatten()
}

fn is_heading(text: &str) -> bool {
    text.starts_with("Active Internet connections (")
        || text.starts_with("Active UNIX domain sockets (")
        || text.starts_with("Proto Recv-Q Send-Q")
        || text.starts_with("Proto RefCnt Flags")
}

/// What netstat says, on stderr, where it was not allowed to see every process.
fn is_refusal(text: &str) -> bool {
    text.starts_with("(Not all processes could be identified")
        || text.starts_with("(No info could be read for \"-p\"")
}

/// A row, as spans of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row<'a> {
    protocol: Protocol,
    local: Side<'a>,
    foreign: Side<'a>,
    /// May be empty.
    state: &'a str,
    program: Program<'a>,
}

/// What stands in the column `PID/Program name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program<'a> {
    /// There is no such column.
    Absent,
    /// `-`
    Unseen,
    Named {
        pid: u32,
        name: &'a str,
        is_cut: bool,
    },
}

/// `protocol = ("tcp" / "udp" / "udplite") ["6"]`
fn protocol(input: &str) -> Parsed<'_, Protocol> {
    let udp = terminated(tag("udp"), opt(tag("lite"))).map(|_| Protocol::Udp);
    terminated(alt((tag("tcp").map(|_| Protocol::Tcp), udp)), opt(tag("6"))).parse(input)
}

/// `protocol blanks1 number blanks1 number blanks1`
fn counters(input: &str) -> Parsed<'_, Protocol> {
    let number = || preceded(blanks1, digits);
    terminated(protocol, (number(), number(), blanks1)).parse(input)
}

fn opens_a_row(text: &str) -> bool {
    counters(text).is_ok_and(|(rest, _)| rest.split(' ').next().is_some_and(|at| at.contains(':')))
}

fn row(input: &str) -> Parsed<'_, Row<'_>> {
    let (input, protocol) = counters(input)?;
    let (input, local) = cut(expecting(Expected::LocalEndpoint, side)).parse(input)?;
    let (input, _) = blanks(input)?;
    let (input, foreign) = cut(expecting(Expected::ForeignEndpoint, side)).parse(input)?;
    let (input, (state, program)) = cut(tail).parse(input)?;
    Ok((input, Row { protocol, local, foreign, state, program }))
}

/// `tail`: the state, and the process
fn tail(input: &str) -> Parsed<'_, (&str, Program<'_>)> {
    let (mut input, _) = blanks(input)?;
    let mut state = "";
    loop {
        if input.is_empty() {
            return Ok((input, (state, Program::Absent)));
        }
        if let Ok((rest, program)) = program(input) {
            return Ok((rest, (state, program)));
        }
        let (rest, word) = word(input)?;
        // A user or an inode is no state.
        let is_state = state.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit());
        if is_state {
            state = word;
        }
        (input, _) = blanks(rest)?;
    }
}

/// `"-" / pid "/" program`, and what is behind it
fn program(input: &str) -> Parsed<'_, Program<'_>> {
    let unseen = terminated(tag("-"), alt((blanks1, nom::combinator::eof)));
    let named = (terminated(pid, tag("/")), rest).map(|(pid, text): (u32, &str)| {
        // A tab is no part of a name: what stands behind it was another cell.
        let text = text.split('\t').next().unwrap_or_default();
        let name = without_timer(text.trim());
        let width = pid.checked_ilog10().unwrap_or_default() as usize + 2 + name.chars().count();
        Program::Named { pid, name, is_cut: width >= PROGRAM_WIDTH }
    });
    alt((unseen.map(|_| Program::Unseen), named)).parse(input)
}

/// PID, slash and name fill at least this where the name is cut.
const PROGRAM_WIDTH: usize = 19;

/// An address is cut where it fills its column together with the colon and the port.
const ENDPOINT_WIDTH: usize = 23;

/// The name without what `-o` prints behind it: `off (0.00/0/0)`.
fn without_timer(text: &str) -> &str {
    let before =
        text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")).filter(|(_, of)| {
            of.contains('/') && of.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '.'))
        });
    let words = before.and_then(|(before, _)| before.trim_end().rsplit_once(' '));
    words.map_or(text, |(name, _)| name.trim_end())
}

#[derive(Debug, Default)]
struct Sockets {
    sockets: Vec<Socket>,
    headed: bool,
    /// Has the table a column with user and inode?
    extended: bool,
    /// Does netstat say that it was not allowed to see every process?
    refused: bool,
    /// The row read last, where it may go on on the next line.
    broken: Option<BrokenRow>,
}

impl Sockets {
    fn heading(&mut self, text: &str) -> bool {
        // The UNIX sockets stand behind, in the same table.
        let is_anew = text.starts_with("Active Internet") || text.starts_with("Proto Recv-Q");
        if !is_heading(text) || (is_anew && !self.sockets.is_empty()) {
            return false;
        }
        self.headed = true;
        self.extended |= text.contains(" User ") && text.contains(" Inode ");
        true
    }

    /// The rest of a row that was broken over two lines: with it, the row has a process.
    fn mend(&mut self, source: &Arc<str>, line: &Line<'_>, broken: &BrokenRow) -> Option<Taken> {
        let text = broken.joined_with(line)?;
        let (_, row) = row(text.trim_end()).ok()?;
        if row.program == Program::Absent {
            return None;
        }
        if broken.was_kept {
            self.sockets.pop();
        }
        self.add(source, line, &row);
        if let Some(socket) = self.sockets.last_mut() {
            socket.line = broken.line;
        }
        Some(Taken::Mends)
    }

    fn add(&mut self, source: &Arc<str>, line: &Line<'_>, row: &Row<'_>) -> Vec<Diagnostic> {
        let protocol = row.protocol;
        let ((local, wrong), (foreign, wrong_foreign)) =
            (row.local.endpoint(protocol), row.foreign.endpoint(protocol));
        let may_be_cut = |side: &Side<'_>, family: Option<Family>| {
            side.text.len() == ENDPOINT_WIDTH && family != Some(Family::Ipv4)
        };
        let diagnostic = if let Some(text) = wrong.or(wrong_foreign) {
            let message = format!("expected an address, found `{text}`");
            Some((
                text,
                message,
                "the row is kept, as it stands; netstat -W prints whole addresses",
            ))
        } else {
            let sides = [(&row.local, local.family), (&row.foreign, foreign.family)];
            sides.into_iter().find(|(side, family)| may_be_cut(side, *family)).map(|(side, _)| {
                let message =
                    format!("`{}` fills its column, so the address may be cut", side.text);
                (side.text, message, "netstat -W prints whole addresses")
            })
        };
        let state_text = if self.extended && protocol == Protocol::Udp { "" } else { row.state };
        let state = State::from_text(state_text).filter(|_| protocol == Protocol::Tcp);
        let differs = state.is_none_or(|state| state.name() != state_text);
        let (pid, stated) = match row.program {
            Program::Named { pid, name, is_cut } => {
                let image =
                    Stated::Image { name: name.to_owned(), line: line.number, truncated: is_cut };
                (Some(pid), (!name.is_empty()).then_some(image))
            }
            Program::Unseen if state == Some(State::TimeWait) => (None, Some(Stated::Nobody)),
            Program::Unseen if self.refused => (None, Some(Stated::NotPermitted)),
            Program::Unseen | Program::Absent => (None, None),
        };
        self.sockets.push(Socket {
            local,
            foreign,
            state,
            state_text: (differs && !state_text.is_empty()).then(|| state_text.to_owned()),
            pid,
            stated,
            ..Socket::new(line.number, protocol)
        });
        let about = diagnostic.map(|(part, message, help)| {
            Diagnostic::of_part(source, line, part, Code::BadAddress, message).with_help(help)
        });
        about.into_iter().collect()
    }
}

impl Table for Sockets {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = line.text.trim();
        let broken = self.broken.take();
        if opens_a_row(text) {
            let whole = line.text.trim_start();
            return match row(text) {
                Ok((_, row)) => {
                    let is_complete = row.program != Program::Absent;
                    self.broken = BrokenRow::of(line, whole, true, Lacks::unless(is_complete));
                    Taken::As(Class::Row, self.add(source, line, &row))
                }
                Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
                    self.broken = BrokenRow::of(line, whole, false, Lacks::More);
                    Taken::unread(failure.diagnostic(source, line))
                }
                Err(nom::Err::Incomplete(_)) => Taken::NotOurs,
            };
        }
        if let Some(mended) = broken.and_then(|broken| self.mend(source, line, &broken)) {
            return mended;
        }
        if self.heading(text) {
            return Taken::as_class(Class::Header);
        }
        if is_refusal(text) && self.sockets.is_empty() {
            self.refused = true;
            return Taken::as_class(Class::Notice);
        }
        let goes_on = text.starts_with("will not be shown, you would have to be root");
        (goes_on || is_unix_socket(text))
            .then_some(Class::Notice)
            .map_or(Taken::NotOurs, Taken::as_class)
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let shown = around.shown(self.headed);
        let continues = !self.headed && !around.prompted;
        Some((Records::Sockets { sockets: self.sockets, continues, shown }, None))
    }
}

/// `unix  2  [ ACC ]  STREAM  LISTENING  16384  1/systemd  /run/example`
fn is_unix_socket(text: &str) -> bool {
    text.strip_prefix("unix ").is_some_and(|rest| {
        let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        rest.trim_start().starts_with('[')
    })
}

#[cfg(test)]
mod tests {
    use super::super::failure::Failure;
    use super::*;

    fn read(line: &str) -> Row<'_> {
        row(line).unwrap().1
    }

    fn named<'a>(pid: u32, name: &'a str, is_cut: bool) -> Program<'a> {
        Program::Named { pid, name, is_cut }
    }

    #[test]
    fn rows_with_and_without_programs() {
        let tcp = read("tcp        0      0 0.0.0.0:22    0.0.0.0:*    LISTEN      600/sshd");
        assert_eq!((tcp.protocol, tcp.state), (Protocol::Tcp, "LISTEN"));
        assert_eq!(tcp.program, named(600, "sshd", false));
        let udp = read("udp6       0      0 :::5353       :::*         -");
        assert_eq!((udp.protocol, udp.state, udp.program), (Protocol::Udp, "", Program::Unseen));
        let plain = read("tcp 0 0 192.0.2.1:22 192.0.2.2:50000 ESTABLISHED");
        assert_eq!((plain.state, plain.program), ("ESTABLISHED", Program::Absent));
    }

    #[test]
    fn programs_hold_blanks_and_timers_follow() {
        let of = |tail: &'static str| tail_of(tail).1;
        assert_eq!(of("LISTEN 1340/nginx: master p"), named(1340, "nginx: master p", true));
        assert_eq!(of("LISTEN 812/sshd  off (0.00/0/0)"), named(812, "sshd", false));
        assert_eq!(of("ESTABLISHED root 40211 812/a b (c)"), named(812, "a b (c)", false));
        assert_eq!(of("TIME_WAIT   -   timewait (12.43/0/0)"), Program::Unseen);
    }

    fn tail_of(text: &str) -> (&str, Program<'_>) {
        tail(text).unwrap().1
    }

    #[test]
    fn failures_name_their_place() {
        for (line, at, expected) in [
            ("tcp 0 0 0.0.0.0:99999 0.0.0.0:* LISTEN", "99999", Expected::Port),
            ("tcp 0 0 0.0.0.0:22 LISTEN", "LISTEN", Expected::ForeignEndpoint),
            ("tcp 0 0 0.0.0.0:22", "", Expected::ForeignEndpoint),
        ] {
            assert_eq!(row(line), Err(nom::Err::Failure(Failure::new(at, expected))), "{line}");
        }
    }

    #[test]
    fn other_lines_are_no_rows() {
        for line in [
            "TCP    0.0.0.0:22   0.0.0.0:0   LISTENING   600",
            "tcp4       0      0  192.0.2.5.52001        203.0.113.5.443        ESTABLISHED",
            "tcp 0 0 hello",
            "udp 1 2",
        ] {
            assert!(!opens_a_row(line), "{line}");
        }
    }
}
