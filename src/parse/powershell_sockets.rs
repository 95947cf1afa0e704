//! Sockets as PowerShell prints them: what `Get-NetTCPConnection` and `Get-NetUDPEndpoint` have in common.

use std::net::IpAddr;
use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::combinators::whole_number;
use super::powershell::{
    BEGINNING, Listing, Machine, Property, REST, Read, Recognises, cut, left_out, open, value,
};
use super::powershell_list::OpenRecord;
use super::table::{Opening, Surroundings, Table, Taken};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::{Endpoint, Family, Protocol, Socket, Stated};
use crate::state::State;
use crate::text::Line;

/// Properties that every listing of sockets has.
const LOCAL: [&str; 2] = ["LocalAddress", "LocalPort"];

/// Are there the properties of a socket? Those without an address are told, and not read.
pub(super) fn has_local(names: &[&str]) -> bool {
    names.contains(&"LocalPort")
        && (names.contains(&"LocalAddress") || names.contains(&"OwningProcess"))
}

/// Are there properties that a connection of TCP alone has?
pub(super) fn has_remote(names: &[&str]) -> bool {
    names.iter().any(|name| matches!(*name, "RemoteAddress" | "RemotePort" | "State"))
}

/// Where the owner is told; people have names of their own for it.
const OWNER: [&str; 3] = ["OwningProcess", "PID", "ProcessId"];

/// The protocol, where a column tells it, as some scripts do.
fn told_protocol(object: &[Property]) -> Option<Result<Protocol, Problem>> {
    let text = ["Protocol", "Proto"].iter().find_map(|name| value(object, name))?;
    let is =
        |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    Some(match (is("TCP"), is("UDP")) {
        (true, _) => Ok(Protocol::Tcp),
        (_, true) => Ok(Protocol::Udp),
        _ => Err(problem(Code::UnknownProtocol, "TCP or UDP", text)),
    })
}

/// Opens a section whose sockets are of this protocol; of none where the names do not tell.
pub(super) fn sockets(
    line: &Line<'_>,
    above: &[Line<'_>],
    recognises: Recognises,
    firsts: &[&str],
    protocol: fn(&[&str]) -> Option<Protocol>,
) -> Option<Opening> {
    let (listing, heading) = open(line, above, recognises, firsts)?;
    let sockets = Sockets {
        listing,
        protocol,
        asked: None,
        sockets: Vec::new(),
        open: OpenRecord::default(),
        machine: Machine::default(),
    };
    Some(Opening::new(sockets)?.with_heading_above(heading))
}

struct Sockets {
    listing: Listing,
    protocol: fn(&[&str]) -> Option<Protocol>,
    /// The protocol that the command asked for.
    asked: Option<Protocol>,
    sockets: Vec<Socket>,
    /// The socket of the object of a list that is being read.
    open: OpenRecord,
    machine: Machine,
}

/// What is wrong with an object, and the value that is.
struct Problem {
    code: Code,
    expected: &'static str,
    value: String,
}

fn problem(code: Code, expected: &'static str, value: &str) -> Problem {
    Problem { code, expected, value: value.to_owned() }
}

/// One side of a socket. `None` where the port is missing.
fn endpoint(object: &[Property], side: [&str; 2]) -> Result<Option<Endpoint>, Problem> {
    let [address, port] = side.map(|name| value(object, name));
    let port = match port {
        None => None,
        Some(text) => match whole_number(text).and_then(|port| u16::try_from(port).ok()) {
            Some(port) => Some(port),
            None => return Err(problem(Code::BadPort, "a port from 0 to 65535", text)),
        },
    };
    if address.is_none() && port.is_none() {
        return Ok(None);
    }
    let address = address.filter(|address| *address != "*");
    let without_zone = address.and_then(|address| address.split('%').next());
    let family =
        without_zone.and_then(|address| address.parse().ok()).map(|address| match address {
            IpAddr::V4(_) => Family::Ipv4,
            IpAddr::V6(_) => Family::Ipv6,
        });
    Ok(Some(Endpoint { address: address.map(str::to_owned), family, port, port_name: None }))
}

fn is_address(text: &str) -> bool {
    let address = text.split('%').next().unwrap_or_default();
    text == "*" || address.parse::<IpAddr>().is_ok() || cut(address).is_some()
}

/// Properties by which people name the program themselves:
/// `@{n='Process'; e={(Get-Process -Id $_.OwningProcess).ProcessName}}`.
const PROGRAM: [&str; 4] = ["Process", "ProcessName", "Process Name", "Name"];

fn stated(object: &[Property], line: usize) -> Option<Stated> {
    let name = PROGRAM.iter().find_map(|key| value(object, key))?;
    let whole = cut(name);
    let is_name = name.contains(char::is_alphabetic) && !name.contains(['\\', '/', ':']);
    let (name, truncated) = (whole.unwrap_or(name).to_owned(), whole.is_some());
    is_name.then_some(Stated::Image { name, line, truncated })
}

impl Sockets {
    fn socket(&self, line: usize, object: &[Property]) -> Result<Option<Socket>, Problem> {
        let Some(local) = endpoint(object, LOCAL)?.filter(|local| local.port.is_some()) else {
            return Ok(None);
        };
        if let Some(address) = local.address.as_deref().filter(|address| !is_address(address)) {
            return Err(problem(Code::BadAddress, "a local address", address));
        }
        let names: Vec<&str> = object.iter().map(|(name, _)| name.as_str()).collect();
        let address = local.address.as_deref().unwrap_or_default();
        let unknown = || problem(Code::UnknownProtocol, "a remote address or a state", address);
        let by_names = || (self.protocol)(&names).or(self.asked).ok_or_else(unknown);
        let protocol = told_protocol(object).unwrap_or_else(by_names)?;
        let foreign = endpoint(object, ["RemoteAddress", "RemotePort"])?.unwrap_or_default();
        let pid = match OWNER.iter().find_map(|name| value(object, name)) {
            None => None,
            Some(text) => match whole_number(text) {
                Some(pid) => Some(pid),
                None => return Err(problem(Code::BadPid, "a PID", text)),
            },
        };
        let text = value(object, "State").filter(|_| protocol == Protocol::Tcp);
        let state = text.and_then(State::from_text);
        let differs = text.filter(|text| state.is_none_or(|state| state.name() != *text));
        Ok(Some(Socket {
            local,
            foreign,
            state,
            state_text: differs.map(str::to_owned),
            pid,
            stated: stated(object, line),
            template: value(object, "AppliedSetting").map(str::to_owned),
            ..Socket::new(line, protocol)
        }))
    }

    /// A whole object on one line.
    fn row(&mut self, source: &Arc<str>, line: &Line<'_>, object: &[Property]) -> Taken {
        let has = |wanted: &[&str]| object.iter().any(|(name, _)| wanted.contains(&name.as_str()));
        if !has(&["LocalAddress"]) {
            return without_address(source, line);
        }
        match self.socket(line.number, object) {
            Ok(Some(socket)) => {
                if let Some(other) = self.machine.other(object) {
                    return self.machine.unread(source, line, other);
                }
                let lacks_pid = socket.pid.is_none() && has(&OWNER);
                self.sockets.push(socket);
                let about = lacks_pid.then(|| missing_pid(source, line));
                Taken::As(Class::Row, about.into_iter().collect())
            }
            // Only what begins as a row must be one.
            Err(problem) if object.first().is_some_and(|(_, first)| is_address(first)) => {
                unread(source, line, &problem)
            }
            Ok(None) | Err(_) => Taken::NotOurs,
        }
    }

    /// Lines were left out here. A socket is whole once its owner and its state are told.
    fn elided(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let is_told = |socket: &&Socket| {
            socket.pid.is_some() && (socket.protocol == Protocol::Udp || socket.state.is_some())
        };
        let is_part = !self.listing.object().0.is_empty();
        if !is_part
            || self
                .sockets
                .last()
                .filter(|_| self.open.is_open())
                .is_some_and(|last| is_told(&last))
        {
            return Taken::NotOurs;
        }
        self.open.take_back(&mut self.sockets);
        self.listing.drop_object();
        left_out(source, line, REST)
    }

    /// A property of an object whose others stand on other lines.
    fn property(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let (object, first_line) = self.listing.object();
        if let Some(other) = self.machine.other(object) {
            self.open.take_back(&mut self.sockets);
            return self.machine.unread(source, line, other);
        }
        match self.socket(first_line, object) {
            Ok(None) => {
                self.open.take_back(&mut self.sockets);
                Taken::as_class(Class::Header)
            }
            Ok(Some(socket)) if self.open.is_open() => {
                if let Some(last) = self.sockets.last_mut() {
                    *last = socket;
                }
                Taken::as_class(Class::Continuation)
            }
            Ok(Some(socket)) => {
                self.open.opens(line);
                self.sockets.push(socket);
                Taken::as_class(Class::Row)
            }
            // It may still tell.
            Err(problem) if problem.code == Code::UnknownProtocol => Taken::as_class(Class::Header),
            Err(problem) => {
                self.listing.drop_last();
                unread(source, line, &problem)
            }
        }
    }
}

/// Does the line begin with an address, or with a word and one, and hold a number too?
fn is_like_a_row(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_ip =
        |word: &str| word.split('%').next().is_some_and(|text| text.parse::<IpAddr>().is_ok());
    words.by_ref().take(2).any(is_ip) && words.any(|word| whole_number(word).is_some())
}

/// A row of a listing in which no address was selected.
fn without_address(source: &Arc<str>, line: &Line<'_>) -> Taken {
    let message = "expected a local address, found a listing without this column";
    let about = Diagnostic::of_part(source, line, line.text.trim(), Code::NotARow, message);
    Taken::unread(about.with_help("add LocalAddress to the columns"))
}

fn missing_pid(source: &Arc<str>, line: &Line<'_>) -> Diagnostic {
    let message = "expected a PID, found an empty cell";
    Diagnostic::of_part(source, line, line.text.trim(), Code::MissingPid, message)
        .with_help("the row is kept, as it stands")
}

fn unread(source: &Arc<str>, line: &Line<'_>, problem: &Problem) -> Taken {
    let Problem { code, expected, value } = problem;
    let part = line.text.find(value.as_str()).and_then(|at| line.text.get(at..at + value.len()));
    let part = part.unwrap_or(line.text);
    let (message, help) = if *code == Code::UnknownProtocol {
        let message = "expected a remote port or a state, found neither: this may be TCP or UDP";
        (message.to_owned(), "add State to the columns, or leave the command above the table")
    } else {
        (format!("expected {expected}, found `{value}`"), "the row is kept out of the answer")
    };
    Taken::unread(Diagnostic::of_part(source, line, part, *code, message).with_help(help))
}

impl Table for Sockets {
    fn begin(&mut self, around: Surroundings) {
        self.asked = around.protocol;
        if around.elided {
            self.listing.elided_above();
        }
    }

    fn withdrawn(&mut self) -> Option<usize> {
        self.open.withdrawn()
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match self.listing.read(line) {
            Read::Header => Taken::as_class(Class::Header),
            Read::Object(object, appended) => match self.row(source, line, &object) {
                Taken::As(Class::Row, about) if about.is_empty() => {
                    Taken::row_without(&appended, source, line)
                }
                taken => taken,
            },
            Read::Part { begins } => {
                if begins {
                    self.open.ends();
                }
                self.property(source, line)
            }
            Read::Beyond => Taken::as_class(Class::Continuation),
            Read::Mended(object) => match self.socket(line.number - 1, &object) {
                Ok(Some(socket)) => {
                    if let Some(other) = self.machine.other(&object) {
                        return self.machine.unread(source, line, other);
                    }
                    self.sockets.push(socket);
                    Taken::Mends
                }
                Err(problem) => unread(source, line, &problem),
                Ok(None) => Taken::misplaced(source, line),
            },
            Read::Elided => self.elided(source, line),
            Read::Rest => {
                self.open.ends();
                left_out(source, line, BEGINNING)
            }
            Read::Broken => Taken::misplaced(source, line),
            Read::NotOurs if is_like_a_row(line.text) => Taken::misplaced(source, line),
            Read::NotOurs => Taken::NotOurs,
        }
    }

    fn host(&self) -> Option<String> {
        self.machine.name.clone()
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let shown = around.shown(true);
        Some((Records::Sockets { sockets: self.sockets, continues: false, shown }, None))
    }
}
