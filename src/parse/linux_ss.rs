//! `ss` of Linux (iproute2): sockets, with `-p` their processes.
//!
//! ```text
//! Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
//! tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*     users:(("sshd",pid=812,fd=3))
//! ```
//!
//! ```text
//! row     = [netid blanks1] state blanks1 number blanks1 number blanks1 endpoint blanks1 endpoint rest
//! users   = "users:((" user *("),(" user) "))"         ; anywhere in the rest
//! user    = DQUOTE name DQUOTE ",pid=" pid ",fd=" number
//! ```
//!
//! The column `Netid` is there only where several families were asked for; without it a table with an
//! `UNCONN` and no state of TCP alone is of UDP. Several processes may hold one socket: the first that is
//! not the first process of the system is told, and a note says which are the others.

use std::sync::Arc;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_until};
use nom::combinator::{cut, opt, rest, verify};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, blanks1, digits, pid, word};
use super::failure::{Expected, Parsed, expecting};
use super::linux_endpoint::{Side, side};
use super::netstat_broken::{BrokenRow, Lacks};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::{Protocol, Socket, Stated};
use crate::state::State;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "linux_ss", os: Os::Linux, open };

const STATES: [&str; 12] = [
    "LISTEN",
    "ESTAB",
    "UNCONN",
    "TIME-WAIT",
    "CLOSE-WAIT",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "SYN-SENT",
    "SYN-RECV",
    "LAST-ACK",
    "CLOSING",
    "CLOSED",
];

/// A line without the quote signs that stand directly before its first word.
fn text_of<'a>(line: &Line<'a>) -> &'a str {
    line.text.trim().trim_start_matches('>')
}

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    let text = text_of(line);
    let opens = is_heading(text) || opens_a_row(text) || text == SS_UNPRIVILEGED;
    opens.then(|| Opening::new(Sockets::default())).flatten()
}

/// What portjoin adds to the output of ss that it ran itself, where ss could not see every process: ss
/// itself does not say so.
pub const SS_UNPRIVILEGED: &str =
    "(portjoin: ss was not run by root and does not name the processes of others)";

fn is_heading(text: &str) -> bool {
    let has = |word: &str| text.contains(word);
    has("Recv-Q") && has("Send-Q") && has("Local Address:Port") && has("Peer Address:Port")
}

/// What a row is of, by its column `Netid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Netid {
    Absent,
    Ports(Protocol),
    /// UNIX sockets, raw sockets and the like, which have no ports.
    Other,
}

/// A row, as spans of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row<'a> {
    protocol: Option<Protocol>,
    state: &'a str,
    local: Side<'a>,
    foreign: Side<'a>,
    users: Vec<User<'a>>,
}

/// A process that holds the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct User<'a> {
    name: &'a str,
    pid: u32,
}

/// `[netid blanks1] state blanks1 number blanks1 number blanks1`
fn beginning(input: &str) -> Parsed<'_, (Netid, &str)> {
    let state = |input| verify(word, |word: &str| STATES.contains(&word)).parse(input);
    let netid = word.map(|word| match word {
        "tcp" | "mptcp" => Netid::Ports(Protocol::Tcp),
        "udp" => Netid::Ports(Protocol::Udp),
        _ => Netid::Other,
    });
    let with_netid = (terminated(netid, blanks1), state);
    let alone = state.map(|state| (Netid::Absent, state));
    let number = || preceded(blanks1, digits);
    terminated(alt((alone, with_netid)), (number(), number(), blanks1)).parse(input)
}

fn opens_a_row(text: &str) -> bool {
    beginning(text).is_ok_and(|(rest, _)| {
        let first = rest.split(' ').next().unwrap_or_default();
        first.contains(':')
    })
}

fn row(input: &str) -> Parsed<'_, Row<'_>> {
    let (input, (netid, state)) = beginning(input)?;
    let (input, local) = cut(expecting(Expected::LocalEndpoint, side)).parse(input)?;
    let (input, _) = blanks(input)?;
    let (input, foreign) = cut(expecting(Expected::ForeignEndpoint, side)).parse(input)?;
    let (input, rest) = rest(input)?;
    let users = match rest.split_once("users:") {
        Some((_, text)) => cut(expecting(Expected::Pid, users)).parse(text)?.1,
        None => Vec::new(),
    };
    let protocol = match netid {
        Netid::Ports(protocol) => Some(protocol),
        Netid::Absent | Netid::Other => None,
    };
    Ok((input, Row { protocol, state, local, foreign, users }))
}

/// `"((" user *("),(" user) "))"`
fn users(input: &str) -> Parsed<'_, Vec<User<'_>>> {
    delimited(tag("(("), separated_list1(tag("),("), user), tag("))")).parse(input)
}

/// `DQUOTE name DQUOTE ",pid=" pid ",fd=" number`; a name may hold anything but this
fn user(input: &str) -> Parsed<'_, User<'_>> {
    let name = delimited(tag("\""), take_until("\",pid="), tag("\",pid="));
    let label = (tag(",proc_ctx="), take_until(",fd="));
    let behind = (opt(label), tag(",fd="), digits, opt((tag(",sock_ctx="), take_until(")"))));
    terminated((name, pid), behind).map(|(name, pid)| User { name, pid }).parse(input)
}

#[derive(Debug, Default)]
struct Sockets {
    sockets: Vec<Socket>,
    headed: bool,
    /// Sockets of which no column tells the protocol: their places.
    untold: Vec<usize>,
    /// A state that only TCP has, and one that UDP has.
    seen_tcp: bool,
    seen_unconnected: bool,
    unprivileged: bool,
    /// The row read last, where it may go on on the next line.
    broken: Option<BrokenRow>,
}

impl Sockets {
    fn add(&mut self, source: &Arc<str>, line: &Line<'_>, row: &Row<'_>) -> Option<Diagnostic> {
        let protocol = row.protocol.unwrap_or(Protocol::Tcp);
        if row.protocol.is_none() {
            self.untold.push(self.sockets.len());
            self.seen_tcp |= !matches!(row.state, "UNCONN" | "ESTAB");
            self.seen_unconnected |= row.state == "UNCONN";
        }
        let ((local, wrong), (foreign, wrong_foreign)) =
            (row.local.endpoint(protocol), row.foreign.endpoint(protocol));
        let state = State::from_text(row.state).filter(|_| protocol == Protocol::Tcp);
        let user = row.users.iter().find(|user| user.pid != INIT).or(row.users.first());
        let stated = match user {
            Some(user) => Some(Stated::Image {
                name: user.name.to_owned(),
                line: line.number,
                // The kernel keeps 15 characters of what a process calls itself.
                truncated: user.name.chars().count() >= KEPT_OF_NAME,
            }),
            None if state == Some(State::TimeWait) => Some(Stated::Nobody),
            None => self.unprivileged.then_some(Stated::NotPermitted),
        };
        self.sockets.push(Socket {
            local,
            foreign,
            state,
            state_text: (state.map(State::name) != Some(row.state)).then(|| row.state.to_owned()),
            pid: user.map(|user| user.pid),
            stated,
            ..Socket::new(line.number, protocol)
        });
        if let Some(text) = wrong.or(wrong_foreign) {
            let message = format!("expected an address, found `{text}`");
            return Some(
                Diagnostic::of_part(source, line, text, Code::BadAddress, message)
                    .with_help("the row is kept, as it stands"),
            );
        }
        self.shared(source, line, row, user?.pid)
    }

    /// The rest of a row that was broken over two lines: with it, the row has a process, or at least another
    /// end than before.
    fn mend(&mut self, source: &Arc<str>, line: &Line<'_>, broken: &BrokenRow) -> Option<Taken> {
        let text = broken.joined_with(line)?;
        let (_, row) = row(text.trim_end()).ok()?;
        let (foreign, _) = row.foreign.endpoint(row.protocol.unwrap_or(Protocol::Tcp));
        let is_as_before = self.sockets.last().is_some_and(|last| last.foreign == foreign);
        if broken.was_kept && row.users.is_empty() && is_as_before {
            return None;
        }
        if broken.was_kept {
            self.sockets.pop();
            self.untold.pop_if(|place| *place == self.sockets.len());
        }
        self.add(source, line, &row);
        if let Some(socket) = self.sockets.last_mut() {
            socket.line = broken.line;
        }
        Some(Taken::Mends)
    }

    /// One socket is one row, and has one PID. That others hold it too must be said.
    fn shared(
        &self,
        source: &Arc<str>,
        line: &Line<'_>,
        row: &Row<'_>,
        pid: u32,
    ) -> Option<Diagnostic> {
        let mut others: Vec<String> = Vec::new();
        for user in row.users.iter().filter(|user| user.pid != pid) {
            let other = format!("{} {}", user.pid, user.name);
            if !others.contains(&other) {
                others.push(other);
            }
        }
        (!others.is_empty()).then(|| {
            let message =
                format!("this socket is held by other processes too: {}", others.join(", "));
            let place = line.text.find("users:").and_then(|at| line.text.get(at..));
            let part = place.unwrap_or(line.text).trim_end();
            Diagnostic::of_part(source, line, part, Code::SharedSocket, message)
                .with_help(format!("PID {pid} stands for all of them"))
        })
    }
}

/// The first process: it opens sockets for others and keeps them.
const INIT: u32 = 1;

const KEPT_OF_NAME: usize = 15;

impl Table for Sockets {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = text_of(line);
        let broken = self.broken.take();
        if opens_a_row(text) {
            let whole = line.text.trim_start().trim_start_matches('>');
            if beginning(text).is_ok_and(|(_, (netid, _))| netid == Netid::Other) {
                return Taken::as_class(Class::Notice);
            }
            return match row(text) {
                Ok((_, row)) => {
                    self.broken =
                        BrokenRow::of(line, whole, true, Lacks::unless(!row.users.is_empty()));
                    let about = self.add(source, line, &row);
                    Taken::As(Class::Row, about.into_iter().collect())
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
        if is_heading(text) && self.sockets.is_empty() {
            self.headed = true;
            return Taken::as_class(Class::Header);
        }
        if text == SS_UNPRIVILEGED && self.sockets.is_empty() {
            self.unprivileged = true;
            return Taken::as_class(Class::Notice);
        }
        if is_other_socket(text) {
            return Taken::as_class(Class::Notice);
        }
        // What `-i`, `-m` and `-e` print below a row is indented by a tab.
        let is_detail = line.whole.starts_with('\t') && !self.sockets.is_empty();
        if is_detail { Taken::as_class(Class::Continuation) } else { Taken::NotOurs }
    }

    fn finish(
        mut self: Box<Self>,
        around: Surroundings,
    ) -> Option<(Records, Option<&'static str>)> {
        if self.seen_unconnected && !self.seen_tcp {
            for place in &self.untold {
                if let Some(socket) = self.sockets.get_mut(*place) {
                    socket.protocol = Protocol::Udp;
                    if let Some(state) = socket.state.take() {
                        socket.state_text.get_or_insert_with(|| state.name().to_owned());
                    }
                }
            }
        }
        let shown = around.shown(self.headed);
        let continues = !self.headed && !around.prompted;
        Some((Records::Sockets { sockets: self.sockets, continues, shown }, None))
    }
}

/// A socket without ports: `u_str ESTAB 0 0 * 20711 * 20712`.
fn is_other_socket(text: &str) -> bool {
    beginning(text).is_ok_and(|(_, (netid, _))| netid == Netid::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Row<'_> {
        row(line).unwrap().1
    }

    #[test]
    fn rows_with_and_without_netid() {
        let row = read(r#"tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=812,fd=3))"#);
        assert_eq!((row.protocol, row.state), (Some(Protocol::Tcp), "LISTEN"));
        assert_eq!(row.users, [User { name: "sshd", pid: 812 }]);
        let row = read("ESTAB 0 0 [2001:db8::1]:22 [2001:db8::2]:50000");
        assert_eq!((row.protocol, row.state, row.users.len()), (None, "ESTAB", 0));
    }

    #[test]
    fn names_hold_anything() {
        let text = r#"(("a",pid=1,"),("b",pid=8,fd=3),("c",pid=9,proc_ctx=x,fd=4))"#;
        assert!(users(text).is_err());
        let text = r#"(("a)),(",pid=8,fd=3),("c",pid=9,proc_ctx=x_t,fd=4,sock_ctx=y_t))"#;
        let both = [User { name: "a)),(", pid: 8 }, User { name: "c", pid: 9 }];
        assert_eq!(users(text).unwrap().1, both);
    }

    #[test]
    fn other_lines_are_no_rows() {
        assert!(is_heading("State  Recv-Q Send-Q Local Address:Port  Peer Address:Port"));
        assert!(opens_a_row("ESTAB 0 0 [2001:db8::1]:22 [2001:db8::2]:50000"));
        assert!(!opens_a_row("TCP    0.0.0.0:22   0.0.0.0:0   LISTENING   600"));
        assert!(!opens_a_row("LISTEN to this: 0"));
        assert!(is_other_socket("u_str ESTAB 0 0 * 20711 * 20712"));
        assert!(!is_other_socket("ESTAB 0 0 192.0.2.1:22 192.0.2.2:50000"));
    }
}
