//! Join: who owns each socket, by PID.
//!
//! A left join over the sockets: their number and order never change, and every way of not knowing an
//! owner has a name. PIDs of different captures never meet.

mod in_force;
mod services;

use crate::capture::{Capture, Inference, Snapshot};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::{Os, Source};
use crate::record::{Process, Protocol, Socket, Stated};
use crate::state::State;
pub(crate) use in_force::InForce;
use services::Services;

/// How a socket has an owner, or why it has none.
///
/// PIDs with a meaning of their own are those of Windows: 0 is no process, 4 is the kernel. On Linux no socket
/// has PID 0; where no process holds it, the tool says so or prints no PID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A process list of this capture names the PID.
    Matched,
    /// The source of the sockets itself names the program.
    Stated,
    /// Two sources of this capture name different programs for the PID.
    Conflict,
    /// Several lists of this capture disagree: the PID was used again in between.
    Ambiguous,
    /// The list is complete and has no such PID: the process ended, or the handle was inherited.
    NotListed,
    /// The PID is not in the list, and the list is cut: nothing can be said.
    ListIncomplete,
    /// Netstat was not allowed to tell, and no list names the PID.
    NotPermitted,
    /// PID 4: the kernel holds it for someone.
    System,
    /// PID 0 in a closing state of TCP, or on Linux none in `TIME_WAIT`: no process owns it any more.
    None,
    /// The capture has no process list.
    NoProcessList,
    /// Netstat printed no PID, or one that is none.
    NoPid,
}

impl Owner {
    /// Every value, in the order of the contract.
    pub const ALL: [Owner; 11] = [
        Owner::Matched,
        Owner::Stated,
        Owner::Conflict,
        Owner::Ambiguous,
        Owner::NotListed,
        Owner::ListIncomplete,
        Owner::NotPermitted,
        Owner::System,
        Owner::None,
        Owner::NoProcessList,
        Owner::NoPid,
    ];

    /// Snake-case name, as the output contract has it.
    pub fn name(self) -> &'static str {
        match self {
            Owner::Matched => "matched",
            Owner::Stated => "stated",
            Owner::Conflict => "conflict",
            Owner::Ambiguous => "ambiguous",
            Owner::NotListed => "not_listed",
            Owner::ListIncomplete => "list_incomplete",
            Owner::NotPermitted => "not_permitted",
            Owner::System => "system",
            Owner::None => "none",
            Owner::NoProcessList => "no_process_list",
            Owner::NoPid => "no_pid",
        }
    }
}

/// What names a program for a PID, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The image name, as printed.
    pub image_name: &'a str,
    /// Was the name cut at the width of its column?
    pub truncated: bool,
    /// The source it stands in.
    pub source: &'a Source,
    /// The line it stands on, from 1.
    pub line: usize,
    /// The row of a process list; `None` where netstat itself names the program.
    pub process: Option<&'a Process>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn of_process(process: &'a Process, source: &'a Source) -> Self {
        Evidence {
            image_name: &process.image_name,
            truncated: process.image_name_truncated,
            source,
            line: process.line,
            process: Some(process),
        }
    }

    fn of_socket(socket: &'a Socket, source: &'a Source) -> Option<Self> {
        match &socket.stated {
            Some(Stated::Image { name, line, truncated }) => Some(Evidence {
                image_name: name,
                truncated: *truncated,
                source,
                line: *line,
                process: None,
            }),
            Some(Stated::NotPermitted | Stated::Nobody) | None => None,
        }
    }

    /// Could both name the same program? Case and `.exe`, which some lists leave out, do not count, and a
    /// cut name stands for every name that begins with it.
    fn same_program(&self, other: &Evidence<'_>) -> bool {
        let whole = |name: &str| {
            let name = name.to_lowercase();
            if name.ends_with(".exe") { name } else { name + ".exe" }
        };
        let begins = |cut: &str, other: &str| whole(other).starts_with(&cut.to_lowercase());
        let (own, others) = (whole(self.image_name), whole(other.image_name));
        own == others
            || differ_in_lost_characters(&own, &others)
            || (self.truncated && begins(self.image_name, other.image_name))
            || (other.truncated && begins(other.image_name, self.image_name))
    }
}

/// Do two names differ only where one has `?`? No file of Windows is called so: it stands where a code page had
/// no such character.
fn differ_in_lost_characters(a: &str, b: &str) -> bool {
    let same = |(a, b): (char, char)| a == b || a == '?' || b == '?';
    (a.contains('?') || b.contains('?'))
        && a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).all(same)
}

/// A socket with its owner.
#[derive(Debug, Clone)]
pub struct OwnedSocket<'a> {
    /// Index of the capture, from 0.
    pub capture: usize,
    /// From 1, within the capture.
    pub snapshot: usize,
    /// The machine, where the capture names it.
    pub host: Option<&'a str>,
    /// The source the socket stands in.
    pub source: &'a Source,
    /// The row of netstat.
    pub socket: &'a Socket,
    /// When its snapshot was taken, as RFC 3339, where the capture says so.
    pub captured_at: Option<&'a str>,
    /// As printed, or inferred from the rest of the snapshot.
    pub state: Option<State>,
    /// Was the state inferred?
    pub state_inferred: bool,
    /// How it has an owner, or why it has none.
    pub owner: Owner,
    /// What names the owner.
    pub evidence: Option<Evidence<'a>>,
    /// Other rows of process lists that tell of the owner, beside the one in its evidence.
    pub described_by: Vec<&'a Process>,
    /// Services in the owner, where a list tells.
    pub services: Vec<&'a str>,
    /// Are those all that the owner runs? Not where single services were asked for their PID, which may share it.
    pub services_are_all: bool,
    /// What disagrees, for `conflict` and `ambiguous`.
    pub candidates: Vec<Evidence<'a>>,
}

impl<'a> OwnedSocket<'a> {
    /// A socket of which nothing is known beyond its snapshot.
    pub(crate) fn unowned(
        snapshot: &Snapshot<'a>,
        socket: &'a Socket,
        inference: Inference<'_>,
    ) -> Self {
        let (state, state_inferred) = inference.state_of(socket);
        OwnedSocket {
            capture: 0,
            snapshot: snapshot.number,
            host: None,
            source: snapshot.source,
            socket,
            captured_at: snapshot.captured_at,
            state,
            state_inferred,
            owner: Owner::NoPid,
            evidence: None,
            described_by: Vec::new(),
            services: Vec::new(),
            services_are_all: false,
            candidates: Vec::new(),
        }
    }

    /// Image name of the owner; `None` where no one program is known to own the socket.
    pub fn image_name(&self) -> Option<&'a str> {
        self.evidence.map(|evidence| evidence.image_name)
    }
}

/// All sockets with their owners, and what the join found out.
#[derive(Debug, Default)]
pub struct Joined<'a> {
    /// In the order of the captures and of the lines.
    pub sockets: Vec<OwnedSocket<'a>>,
    /// What the rows say that should be known.
    pub findings: Vec<Diagnostic>,
}

/// Joins the sockets of every capture with its process lists.
pub fn join<'a>(captures: &[Capture<'a>]) -> Joined<'a> {
    let mut joined = Joined::default();
    for (index, capture) in captures.iter().enumerate() {
        let of_capture = join_capture(index, capture);
        joined.sockets.extend(of_capture.sockets);
        joined.findings.extend(of_capture.findings);
    }
    joined
}

/// The same for one capture, of which this is the index.
pub fn join_capture<'a>(index: usize, capture: &Capture<'a>) -> Joined<'a> {
    let mut joined = Joined::default();
    for snapshot in &capture.snapshots {
        join_snapshot(index, capture, snapshot, &mut joined);
    }
    joined
}

/// Joins the sockets of one snapshot with the process lists of its capture.
pub(crate) fn join_snapshot<'a>(
    index: usize,
    capture: &Capture<'a>,
    snapshot: &Snapshot<'a>,
    joined: &mut Joined<'a>,
) {
    let lists = InForce::at(snapshot, &capture.lists);
    let inference = snapshot.inference();
    for socket in snapshot.sockets() {
        let mut owned = OwnedSocket {
            capture: index,
            host: capture.host,
            ..OwnedSocket::unowned(snapshot, socket, inference)
        };
        joined.findings.extend(own(&mut owned, capture, &lists));
        joined.sockets.push(owned);
    }
}

/// Finds the owner of a socket; gives what should be known about it.
pub(crate) fn own<'a>(
    owned: &mut OwnedSocket<'a>,
    capture: &Capture<'a>,
    lists: &InForce<'_, 'a>,
) -> Option<Diagnostic> {
    if capture.os == Os::Linux {
        find_owner_on_linux(owned, lists);
    } else {
        find_owner(owned, lists, capture);
    }
    if let (Some(pid), Some(owner)) = (owned.socket.pid, &owned.evidence) {
        owned.described_by = lists.details(pid, owner);
    }
    finding(owned, capture.os, lists)
}

/// What the lists of a capture that hold for a snapshot name for a PID, and the services in it.
pub(crate) fn named_by_lists<'a>(
    capture: &Capture<'a>,
    snapshot: Option<&Snapshot<'a>>,
    pid: u32,
) -> (Vec<Evidence<'a>>, Vec<&'a str>) {
    let lists = match snapshot {
        Some(snapshot) => InForce::at(snapshot, &capture.lists),
        None => InForce::all(&capture.lists),
    };
    let programs = lists.programs(pid);
    let listed = match programs.as_slice() {
        [only] => lists.services(pid, only),
        _ => None,
    };
    let services = match (listed, programs.as_slice()) {
        (Some(names), _) => names.iter().map(String::as_str).collect(),
        (None, [_, _, ..]) => Vec::new(),
        (None, _) => {
            let number = snapshot.map(|snapshot| snapshot.number);
            let services = Services { capture, lists: &lists, number };
            services.told_of(pid, programs.first(), lists.absence()).0
        }
    };
    (programs, services)
}

/// The PID of what Windows keeps for no process.
const IDLE: u32 = 0;
/// The PID of the kernel, from Windows XP on.
const SYSTEM: u32 = 4;

/// Sets the owner: of all that hold, the first in the order of the contract.
fn find_owner<'a>(owned: &mut OwnedSocket<'a>, lists: &InForce<'_, 'a>, capture: &Capture<'a>) {
    let stated = Evidence::of_socket(owned.socket, owned.source);
    let Some(pid) = owned.socket.pid else {
        owned.evidence = stated;
        return;
    };
    if pid == IDLE {
        let closing = owned.state.is_some_and(State::is_closing);
        if closing && owned.socket.protocol == Protocol::Tcp {
            owned.owner = Owner::None;
        }
        return;
    }
    let programs = lists.programs(pid);
    let contradicts = |stated: &Evidence<'_>| programs.iter().any(|one| !one.same_program(stated));
    owned.owner = match (programs.as_slice(), &stated) {
        _ if pid == SYSTEM => Owner::System,
        (_, Some(stated)) if contradicts(stated) => Owner::Conflict,
        ([_, _, ..], _) => Owner::Ambiguous,
        ([_], _) => Owner::Matched,
        ([], Some(_)) => Owner::Stated,
        ([], None) if owned.socket.stated == Some(Stated::NotPermitted) => Owner::NotPermitted,
        ([], None) => lists.absence(),
    };
    match owned.owner {
        Owner::Conflict | Owner::Ambiguous => {
            owned.candidates = stated.into_iter().chain(programs).collect();
        }
        _ => {
            owned.evidence = match (programs.first(), stated) {
                // Netstat does not cut names.
                (Some(list), Some(stated)) if list.truncated && list.same_program(&stated) => {
                    Some(Evidence { process: list.process, ..stated })
                }
                (list, stated) => list.copied().or(stated),
            }
        }
    }
    let listed = owned.evidence.and_then(|evidence| lists.services(pid, &evidence));
    (owned.services, owned.services_are_all) = match listed {
        // A list that knows the program and no service in it contradicts any that was told of the PID.
        Some(names) => (names.iter().map(String::as_str).collect(), true),
        None if owned.candidates.is_empty() => {
            let number = Some(owned.snapshot);
            Services { capture, lists, number }.told_of(pid, owned.evidence.as_ref(), owned.owner)
        }
        None => (Vec::new(), false),
    };
}

/// On Linux what the tool calls a program is what the process calls itself, which is free to differ from the
/// name that a list has: it contradicts nothing.
fn find_owner_on_linux<'a>(owned: &mut OwnedSocket<'a>, lists: &InForce<'_, 'a>) {
    let stated = Evidence::of_socket(owned.socket, owned.source);
    let Some(pid) = owned.socket.pid else {
        owned.owner = match owned.socket.stated {
            Some(Stated::Nobody) => Owner::None,
            Some(Stated::NotPermitted) => Owner::NotPermitted,
            Some(Stated::Image { .. }) | None => Owner::NoPid,
        };
        return;
    };
    let programs = lists.programs(pid);
    owned.owner = match (programs.as_slice(), &stated) {
        ([_, _, ..], _) => Owner::Ambiguous,
        ([_], _) => Owner::Matched,
        ([], Some(_)) => Owner::Stated,
        ([], None) => lists.absence(),
    };
    if owned.owner == Owner::Ambiguous {
        owned.candidates = stated.into_iter().chain(programs).collect();
    } else {
        owned.evidence = programs.first().copied().or(stated);
    }
}

/// What a row says that should be known: PID 0 is the owner of no socket that still lives, and a process that
/// started later is the owner of none that was there before.
fn finding(owned: &OwnedSocket<'_>, os: Os, lists: &InForce<'_, '_>) -> Option<Diagnostic> {
    let pid = owned.socket.pid?;
    let name = &owned.source.name;
    let mut finding = if pid == IDLE && os != Os::Linux && owned.owner != Owner::None {
        let state = owned.state.map_or("no known state", State::name);
        let message = format!("expected PID 0 on a closing TCP row only, found it with {state}");
        Diagnostic::of_source(name, Code::PidZero, message)
            .with_help("the row is kept, without an owner; it may have been edited or damaged")
    } else if owned.owner == Owner::NotListed
        && let Some(heir) = lists.heir(pid)
    {
        let message =
            format!("PID {pid} is {} now, which started after netstat ran", heir.image_name);
        Diagnostic::of_source(name, Code::StartedLater, message)
            .with_help("it did not own this socket; the process that did is gone")
    } else {
        return None;
    };
    finding.line = Some(owned.socket.line);
    Some(finding)
}

#[cfg(test)]
mod tests;
