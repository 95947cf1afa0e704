//! Verdict: which program uses or blocks a port, and how that is known.
//!
//! The question of Microsoft's KB 323352. Owned sockets, port facts and what a capture can have shown go in,
//! a [`Verdict`] comes out: what kind of answer it is, who holds the port, what that blocks, what is not the
//! cause, and where the capture says so. "Nothing seen" is never "free".

pub mod bind;
mod blocked;
mod ended;
pub mod era;
mod holders;
mod http;
mod kernel;
mod steps;
mod unseen;

use std::collections::HashMap;
use std::net::IpAddr;

use crate::capture::{Capture, Snapshot, StatedFact};
use crate::fact::{PortFact, PortProxy, PortRange, UrlReservation};
use crate::join::{Joined, OwnedSocket};
use crate::parse::{NothingPrinted, Shown, Source};
use crate::query::Snapshots;
use crate::record::{Endpoint, Family, Protocol};
use crate::state::State;
use era::Eras;

pub use blocked::Blocked;
pub use holders::{Holder, Reach, Role, ServicesKnown};
pub use http::{BehindUrl, Http};
pub use kernel::Known;
pub use unseen::Unseen;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The port.
    pub port: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// The address that a program wants to bind; `None` for every one.
    pub bind: Option<IpAddr>,
    /// The Windows, where the user says it.
    pub era: Option<era::Era>,
    /// Which snapshot of a log: the last unless another is wanted.
    pub snapshot: Snapshots,
    /// May a next step be to end a process?
    pub suggest_kill: bool,
}

impl Question {
    /// The family of the address that a program wants to bind.
    fn family(&self) -> Option<Family> {
        self.bind.map(|address| if address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 })
    }
}

/// Where something stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The source.
    pub source: &'a Source,
    /// From 1, in the source.
    pub line: usize,
}

/// What kind of answer it is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A process listens there, or has bound the port.
    Held,
    /// The kernel listens there for someone.
    Kernel,
    /// The port is the local end of a connection.
    Connection,
    /// The port is excluded: no process holds it, and none may.
    Excluded,
    /// Only connections on their way out have it.
    Lingering,
    /// Nothing is seen there, in a capture that could have shown it.
    NothingSeen,
    /// The capture does not tell.
    CannotTell,
}

impl Kind {
    /// Snake-case name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Held => "held",
            Kind::Kernel => "kernel",
            Kind::Connection => "connection",
            Kind::Excluded => "excluded",
            Kind::Lingering => "lingering",
            Kind::NothingSeen => "nothing_seen",
            Kind::CannotTell => "cannot_tell",
        }
    }

    /// Does something hold the port?
    pub fn is_held(self) -> bool {
        matches!(self, Kind::Held | Kind::Kernel | Kind::Connection | Kind::Excluded)
    }
}

/// A port fact of one kind, and its source.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a, T> {
    /// Where it stands.
    pub place: Place<'a>,
    /// What it says.
    pub what: &'a T,
}

/// A socket on its way out, and what tells whose it was.
#[derive(Debug, Clone)]
pub struct Lingering<'a> {
    /// The row.
    pub socket: &'a OwnedSocket<'a>,
    /// The row that tells most, and how.
    pub clue: Option<(&'a OwnedSocket<'a>, Clue)>,
}

/// How a row tells whose another was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clue {
    /// It listens on that port.
    Listener,
    /// It is the other end of the connection, on the same machine: not the owner, but who talked to it.
    OtherEnd,
    /// It is the same connection, in an earlier snapshot.
    Earlier,
}

/// The answer for one port of one machine.
#[derive(Debug, Clone)]
pub struct Verdict<'a> {
    /// Index of the capture, from 0: verdicts of one machine have the same.
    pub capture: usize,
    /// What was asked.
    pub port: u16,
    /// What was asked.
    pub protocol: Protocol,
    /// The machine, where the capture names it.
    pub host: Option<&'a str>,
    /// The source of the snapshot that is answered from, or of a port fact where there is none.
    pub source: Option<&'a Source>,
    /// The snapshot that is answered from, and how many there are.
    pub snapshot: Option<(usize, usize)>,
    /// What kind of answer it is.
    pub kind: Kind,
    /// Who holds the port, listeners first.
    pub holders: Vec<Holder<'a>>,
    /// Excluded ranges that hold the port.
    pub excluded: Vec<Told<'a, PortRange>>,
    /// Sockets on their way out.
    pub lingering: Vec<Lingering<'a>>,
    /// URL prefixes reserved on the port: who may, not who does.
    pub reserved: Vec<Told<'a, UrlReservation>>,
    /// Rules of the port proxy for the port, where nothing that listens was seen.
    pub proxies: Vec<Told<'a, PortProxy>>,
    /// Clients of a remote port of this number: not the cause.
    pub clients: Vec<&'a OwnedSocket<'a>>,
    /// Rows of an earlier snapshot that held the port, where this one has none.
    pub earlier: Vec<&'a OwnedSocket<'a>>,
    /// What becomes of other programs.
    pub blocked: Vec<Blocked>,
    /// What the capture could not have shown.
    pub unseen: Vec<Unseen<'a>>,
    /// Which Windows it may be.
    pub eras: Eras,
    /// Commands that would tell more.
    pub next_steps: Vec<String>,
}

/// Answers for each machine of which there are sockets or port facts, in the order of the captures.
pub fn verdicts<'a>(
    captures: &'a [Capture<'a>],
    joined: &'a Joined<'a>,
    question: &Question,
) -> Vec<Verdict<'a>> {
    let asked = |capture: &Capture<'_>| {
        !capture.snapshots.is_empty() || !capture.facts.is_empty() || captures.len() == 1
    };
    captures
        .iter()
        .enumerate()
        .filter(|(_, capture)| asked(capture))
        .map(|(index, capture)| {
            // Sockets stand in the order of their captures.
            let sockets = &joined.sockets;
            let first = sockets.partition_point(|row| row.capture < index);
            let end = sockets.partition_point(|row| row.capture <= index);
            let rows = sockets.get(first..end).unwrap_or_default().iter().collect();
            let number = answered_from(capture, question);
            let ended = ended::behind(capture, question, number);
            verdict(&Evidence { index, capture, rows, question, number, ended })
        })
        .collect()
}

/// What one machine says, and what is asked of it.
struct Evidence<'a, 'q> {
    /// Of the capture, from 0.
    index: usize,
    capture: &'a Capture<'a>,
    /// Of all its snapshots.
    rows: Vec<&'a OwnedSocket<'a>>,
    question: &'q Question,
    /// Of the snapshot that is answered from.
    number: usize,
    /// Commands behind that snapshot that printed none of the rows they asked for.
    ended: Vec<&'a NothingPrinted>,
}

/// The number of the snapshot to answer from. The last is the last that can show the protocol: `Get-NetUDPEndpoint`
/// says nothing of TCP, whenever it ran.
fn answered_from(capture: &Capture<'_>, question: &Question) -> usize {
    let snapshots = &capture.snapshots;
    match question.snapshot {
        Snapshots::First => 1,
        Snapshots::Number(number) => number,
        Snapshots::All | Snapshots::Last => {
            let is_of_other = |snapshot: &&Snapshot<'_>| {
                let mut sockets = snapshot.sockets().peekable();
                snapshot.shown == Shown::Whole
                    && sockets.peek().is_some()
                    && sockets.all(|socket| socket.protocol != question.protocol)
            };
            let last = snapshots.iter().rev().find(|snapshot| !is_of_other(snapshot));
            last.map_or(snapshots.len(), |snapshot| snapshot.number)
        }
    }
}

impl<'a> Evidence<'a, '_> {
    /// The number of the snapshot that is answered from.
    fn snapshot(&self) -> usize {
        self.number
    }

    /// The rows of that snapshot and of the protocol.
    fn now(&self) -> impl Iterator<Item = &'a OwnedSocket<'a>> {
        let (number, protocol) = (self.snapshot(), self.question.protocol);
        let rows = self.rows.iter().copied().filter(|row| self.has_ended(row).is_none());
        rows.filter(move |row| row.snapshot == number && row.socket.protocol == protocol)
    }

    /// The rows of earlier snapshots, and what has ended since this one, the latest first.
    fn before(&self) -> impl Iterator<Item = &'a OwnedSocket<'a>> {
        let (number, protocol) = (self.snapshot(), self.question.protocol);
        let rows = self.rows.iter().rev().copied().filter(move |row| {
            row.snapshot < number || (row.snapshot == number && self.has_ended(row).is_some())
        });
        rows.filter(move |row| row.socket.protocol == protocol)
    }

    fn told<T: 'a>(
        &self,
        of: impl Fn(&'a PortFact) -> Option<&'a T>,
        line: impl Fn(&T) -> usize,
    ) -> Vec<Told<'a, T>> {
        let told = |stated: &StatedFact<'a>| {
            let what = of(stated.fact)?;
            Some(Told { place: Place { source: stated.source, line: line(what) }, what })
        };
        self.capture.facts.iter().filter_map(told).collect()
    }
}

fn is_local(row: &OwnedSocket<'_>, port: u16) -> bool {
    row.socket.local.port == Some(port)
}

/// Is the row on its way out, without a program that could let go of it?
fn is_lingering(row: &OwnedSocket<'_>) -> bool {
    let no_owner = row.socket.pid == Some(0) && row.state.is_some_and(State::is_closing);
    row.socket.protocol == Protocol::Tcp && (row.state == Some(State::TimeWait) || no_owner)
}

fn verdict<'a>(evidence: &Evidence<'a, '_>) -> Verdict<'a> {
    let question = evidence.question;
    let (port, protocol) = (question.port, question.protocol);
    let eras = match question.era {
        Some(era) => Eras::given(era),
        None => Eras::of(evidence.capture, &evidence.rows),
    };
    let here: Vec<&OwnedSocket<'a>> = evidence.now().filter(|row| is_local(row, port)).collect();
    let (lingering, alive): (Vec<_>, Vec<_>) = here.iter().partition(|row| is_lingering(row));
    let holders = holders::of(evidence, &alive, &eras);

    let excluded = evidence.told(
        |fact| match fact {
            PortFact::Excluded(range)
                if range.protocol == protocol
                    && range.contains(port)
                    && question
                        .family()
                        .is_none_or(|of| range.family.is_none_or(|is| is == of)) =>
            {
                Some(range)
            }
            _ => None,
        },
        |range| range.line,
    );
    let reserved = match protocol {
        Protocol::Udp => Vec::new(),
        Protocol::Tcp => evidence.told(
            |fact| match fact {
                PortFact::Reservation(url) if url.port == port => Some(url),
                _ => None,
            },
            |url| url.line,
        ),
    };
    let proxies = match protocol {
        Protocol::Tcp if holders.iter().all(|holder| holder.proxies.is_empty()) => {
            holders::proxies(evidence)
        }
        _ => Vec::new(),
    };
    let unseen = unseen::of(evidence, &eras);
    let kind = if holders.iter().any(|holder| holder.role.listens() && !holder.is_kernel()) {
        Kind::Held
    } else if holders.iter().any(|holder| holder.role.listens()) {
        Kind::Kernel
    } else if !holders.is_empty() {
        Kind::Connection
    } else if !excluded.is_empty() {
        Kind::Excluded
    } else if unseen.iter().any(Unseen::leaves_it_open) {
        Kind::CannotTell
    } else if !lingering.is_empty() {
        Kind::Lingering
    } else {
        Kind::NothingSeen
    };
    let is_client = |row: &&OwnedSocket<'a>| {
        protocol == Protocol::Tcp
            && port != 0
            && row.socket.foreign.port == Some(port)
            && !is_local(row, port)
            && !is_lingering(row)
    };
    let earlier = if kind.is_held() { Vec::new() } else { evidence.earlier() };
    let snapshots = evidence.capture.snapshots.len();
    let of_snapshot = evidence.capture.snapshots.get(evidence.snapshot().saturating_sub(1));
    let of_fact = || evidence.capture.facts.first().map(|stated| stated.source);
    let mut verdict = Verdict {
        capture: evidence.index,
        source: of_snapshot.map(|snapshot| snapshot.source).or_else(of_fact),
        port,
        protocol,
        host: evidence.capture.host,
        snapshot: (snapshots > 0).then(|| (evidence.snapshot(), snapshots)),
        kind,
        blocked: Vec::new(),
        excluded,
        lingering: clues(evidence, lingering),
        reserved,
        proxies,
        clients: evidence.now().filter(is_client).collect(),
        earlier,
        holders,
        unseen,
        eras,
        next_steps: Vec::new(),
    };
    verdict.blocked = blocked::of(&verdict, question.bind);
    verdict.next_steps = steps::after(&verdict, evidence);
    verdict
}

/// Both ends of a connection.
type Ends<'a> = (&'a Endpoint, &'a Endpoint);

/// What tells whose sockets on their way out were.
fn clues<'a>(evidence: &Evidence<'a, '_>, rows: Vec<&'a OwnedSocket<'a>>) -> Vec<Lingering<'a>> {
    if rows.is_empty() {
        return Vec::new();
    }
    let ends = |row: &'a OwnedSocket<'a>| (&row.socket.local, &row.socket.foreign);
    let has_owner = |row: &&OwnedSocket<'a>| row.socket.pid.is_some_and(|pid| pid != 0);
    let mut now: HashMap<Ends<'a>, &'a OwnedSocket<'a>> = HashMap::new();
    for row in evidence.now().filter(has_owner) {
        now.entry(ends(row)).or_insert(row);
    }
    // The latest comes first.
    let mut before: HashMap<Ends<'a>, &'a OwnedSocket<'a>> = HashMap::new();
    for row in evidence.before().filter(has_owner) {
        before.entry(ends(row)).or_insert(row);
    }
    let listener = evidence
        .now()
        .chain(evidence.before())
        .find(|row| row.state == Some(State::Listening) && is_local(row, evidence.question.port));
    let clue = |row: &'a OwnedSocket<'a>| {
        let (local, foreign) = ends(row);
        let earlier = before.get(&(local, foreign)).map(|row| (*row, Clue::Earlier));
        let other_end = || now.get(&(foreign, local)).map(|row| (*row, Clue::OtherEnd));
        earlier.or_else(|| listener.map(|row| (row, Clue::Listener))).or_else(other_end)
    };
    rows.into_iter().map(|socket| Lingering { socket, clue: clue(socket) }).collect()
}
