//! Who holds a port: rows grouped by process, and what else the capture says of each.

use super::era::{self, ClientPorts, Eras};
use super::{Evidence, Place, Told, kernel};
use crate::fact::{HttpUrl, PortFact, PortProxy, QueueProcess};
use crate::join::{Evidence as Named, OwnedSocket, Owner, named_by_lists};
use crate::record::{Endpoint, Protocol};
use crate::state::State;

/// What a process does with the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// It listens, or has a UDP socket there.
    Listener,
    /// It has bound the port, and neither listens nor is connected.
    Bound,
    /// It was handed the port as a client.
    Client {
        /// The range it is from.
        range: ClientPorts<'a>,
    },
    /// It serves a connection to a listener of this port.
    Accepted {
        /// Does that listener still listen?
        listener_is_there: bool,
    },
    /// It has a connection from this port, and nothing tells how it came by it.
    Connection,
}

impl Role<'_> {
    /// Does it listen there, or could it at once?
    pub fn listens(self) -> bool {
        matches!(self, Role::Listener | Role::Bound)
    }

    /// Snake-case name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Listener => "listener",
            Role::Bound => "bound",
            Role::Client { .. } => "client",
            Role::Accepted { .. } => "accepted",
            Role::Connection => "connection",
        }
    }
}

/// From where the port can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On every address of the machine.
    Everywhere,
    /// From the machine itself alone.
    Loopback,
    /// On some addresses.
    SomeAddresses,
}

/// How well the services behind a process are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicesKnown {
    /// It is this one.
    Exact,
    /// It is one of the process, and the port is known for it.
    Narrowed,
    /// It is one of these.
    Candidates,
}

/// A URL of http.sys, and the processes behind it.
#[derive(Debug, Clone)]
pub struct Http<'a> {
    /// Where it stands.
    pub place: Place<'a>,
    /// What it says.
    pub url: &'a HttpUrl,
    /// Processes that take its requests, and then those that control its queue.
    pub processes: Vec<BehindUrl<'a>>,
}

/// A process behind a URL of http.sys.
#[derive(Debug, Clone)]
pub struct BehindUrl<'a> {
    /// Does it control the queue? Then it takes no requests from it.
    pub is_controller: bool,
    /// Its PID.
    pub pid: u32,
    /// Where that stands.
    pub place: Place<'a>,
    /// What the process lists name; more than one where they disagree.
    pub named: Vec<Named<'a>>,
    /// Services in it, where a list tells.
    pub services: Vec<&'a str>,
}

/// A process that holds the port, or the kernel.
#[derive(Debug, Clone)]
pub struct Holder<'a> {
    /// What it does with the port.
    pub role: Role<'a>,
    /// How it is known, or why not.
    pub owner: Owner,
    /// Its PID.
    pub pid: Option<u32>,
    /// Its sockets there. None where only a URL tells that http.sys listens.
    pub sockets: Vec<&'a OwnedSocket<'a>>,
    /// Connections to its listening sockets that it serves besides.
    pub connections: usize,
    /// From where it can be reached.
    pub reach: Reach,
    /// Services in the process, and how well they are known; empty where nothing tells.
    pub services: Vec<&'a str>,
    /// See `services`.
    pub services_known: ServicesKnown,
    /// Does another process have the same endpoint?
    pub is_shared: bool,
    /// URLs for which http.sys listens there.
    pub http: Vec<Http<'a>>,
    /// What the port is known for, where the kernel holds it.
    pub known: Option<kernel::Known>,
    /// Rules of the port proxy, where the IP Helper may be the one that listens.
    pub proxies: Vec<Told<'a, PortProxy>>,
    /// Processes whose parent this was: a process that is gone may have left them its sockets.
    pub heirs: Vec<Named<'a>>,
}

impl<'a> Holder<'a> {
    /// Is it the kernel?
    pub fn is_kernel(&self) -> bool {
        self.owner == Owner::System
    }

    /// Its image name.
    pub fn image_name(&self) -> Option<&'a str> {
        self.sockets.first().and_then(|row| row.image_name())
    }
}

/// Groups the rows of the port by what is done with it and by whom.
pub(super) fn of<'a>(
    evidence: &Evidence<'a, '_>,
    rows: &[&'a OwnedSocket<'a>],
    eras: &Eras,
) -> Vec<Holder<'a>> {
    let mut holders: Vec<Holder<'a>> = Vec::new();
    for row in rows {
        let role = role(evidence, row, eras);
        // Connections of the process that listens are part of its listening.
        let same = |holder: &&mut Holder<'a>| {
            let by_the_same = holder.pid == row.socket.pid && holder.owner == row.owner;
            let of_listener = holder.role.listens() && matches!(role, Role::Accepted { .. });
            by_the_same && row.socket.pid.is_some() && (holder.role == role || of_listener)
        };
        match holders.iter_mut().find(same) {
            Some(holder) if holder.role == role => holder.sockets.push(row),
            Some(holder) => holder.connections += 1,
            None => {
                let holder = holder(role, row.owner, row.socket.pid);
                holders.push(Holder { sockets: vec![row], ..holder });
            }
        }
    }
    let http = urls(evidence);
    if !http.is_empty() && !holders.iter().any(|holder| holder.role.listens()) {
        // The socket is not in the capture, and the URL tells that http.sys listens.
        holders.push(holder(Role::Listener, Owner::System, Some(4)));
    }
    let by_kernel = holders.iter_mut().find(|holder| holder.is_kernel() && holder.role.listens());
    if let Some(holder) = by_kernel {
        holder.http = http;
    }
    let shared: Vec<bool> = holders.iter().map(|holder| shares(holder, &holders)).collect();
    for (holder, is_shared) in holders.iter_mut().zip(shared) {
        holder.is_shared = is_shared;
        complete(evidence, holder);
    }
    holders.sort_by_key(|holder| (!holder.role.listens(), holder.is_kernel()));
    holders
}

fn holder<'a>(role: Role<'a>, owner: Owner, pid: Option<u32>) -> Holder<'a> {
    Holder {
        role,
        owner,
        pid,
        sockets: Vec::new(),
        connections: 0,
        reach: Reach::SomeAddresses,
        services: Vec::new(),
        services_known: ServicesKnown::Candidates,
        is_shared: false,
        http: Vec::new(),
        known: None,
        proxies: Vec::new(),
        heirs: Vec::new(),
    }
}

fn role<'a>(evidence: &Evidence<'a, '_>, row: &'a OwnedSocket<'a>, eras: &Eras) -> Role<'a> {
    let socket = row.socket;
    match row.state {
        _ if socket.protocol == Protocol::Udp => return Role::Listener,
        Some(State::Listening) => return Role::Listener,
        Some(State::Bound) => return Role::Bound,
        // A state that is not known, and no other end: it may well listen.
        None if socket.foreign.port.is_none_or(|port| port == 0) => return Role::Listener,
        _ => {}
    }
    let serves = |other: &&OwnedSocket<'a>| {
        other.state == Some(State::Listening)
            && other.socket.local.port == socket.local.port
            && accepts(&other.socket.local, &socket.local)
    };
    if evidence.now().any(|other| serves(&other)) {
        return Role::Accepted { listener_is_there: true };
    }
    if evidence.before().any(|other| serves(&other)) {
        return Role::Accepted { listener_is_there: false };
    }
    let port = evidence.question.port;
    match era::client_ports(evidence.capture, eras, socket.protocol, socket.family(), port) {
        Some(range) => Role::Client { range },
        None => Role::Connection,
    }
}

/// Could a listener on `listening` have accepted a connection on `local`? IPv6 sockets may serve IPv4.
fn accepts(listening: &Endpoint, local: &Endpoint) -> bool {
    listening.is_wildcard() || listening.address == local.address
}

fn urls<'a>(evidence: &Evidence<'a, '_>) -> Vec<Http<'a>> {
    if evidence.question.protocol == Protocol::Udp {
        return Vec::new();
    }
    let port = evidence.question.port;
    let of_port = |fact: &'a PortFact| match fact {
        PortFact::Url(url) if url.port == port => Some(url),
        _ => None,
    };
    let told = evidence.told(of_port, |url| url.line);
    told.into_iter().map(|told| behind(evidence, told)).collect()
}

fn behind<'a>(evidence: &Evidence<'a, '_>, told: Told<'a, HttpUrl>) -> Http<'a> {
    let Told { place, what: url } = told;
    let snapshots = &evidence.capture.snapshots;
    let snapshot = snapshots.iter().find(|one| one.number == evidence.snapshot());
    let process = |is_controller: bool| {
        move |process: &QueueProcess| {
            let (named, services) = named_by_lists(evidence.capture, snapshot, process.pid);
            let place = Place { source: place.source, line: process.line };
            BehindUrl { is_controller, pid: process.pid, place, named, services }
        }
    };
    let workers = url.workers.iter().map(process(false));
    let processes = workers.chain(url.controllers.iter().map(process(true))).collect();
    Http { place, url, processes }
}

/// Rules of the port proxy for the port.
pub(super) fn proxies<'a>(evidence: &Evidence<'a, '_>) -> Vec<Told<'a, PortProxy>> {
    let port = evidence.question.port;
    let of_port = |fact: &'a PortFact| match fact {
        PortFact::Proxy(proxy) if proxy.listen_port == port => Some(proxy),
        _ => None,
    };
    evidence.told(of_port, |proxy| proxy.line)
}

/// Could this socket be the one that the rule makes the IP Helper listen on?
fn may_be_of(row: &OwnedSocket<'_>, rule: &PortProxy) -> bool {
    let local = &row.socket.local;
    let family = rule.family.is_none_or(|family| local.family == Some(family));
    let named = local.address.as_deref() == Some(rule.listen_address.as_str());
    family && (named || local.is_wildcard())
}

fn shares(holder: &Holder<'_>, all: &[Holder<'_>]) -> bool {
    let of_others = || {
        let others = all.iter().filter(|other| other.pid != holder.pid && other.role.listens());
        others.flat_map(|other| &other.sockets)
    };
    holder.role.listens()
        && holder
            .sockets
            .iter()
            .any(|row| of_others().any(|other| other.socket.local == row.socket.local))
}

/// Adds what follows from all rows of a holder and from the rest of the capture.
fn complete<'a>(evidence: &Evidence<'a, '_>, holder: &mut Holder<'a>) {
    let locals = || holder.sockets.iter().map(|row| &row.socket.local);
    holder.reach = if locals().any(Endpoint::is_wildcard) {
        Reach::Everywhere
    } else if locals().count() > 0 && locals().all(is_loopback) {
        Reach::Loopback
    } else {
        Reach::SomeAddresses
    };
    let (port, protocol) = (evidence.question.port, evidence.question.protocol);
    if holder.is_kernel() {
        if holder.role.listens() {
            holder.known = kernel::behind_the_kernel(protocol, port);
        }
        return;
    }
    services(holder, protocol, port);
    let is_svchost =
        holder.image_name().is_some_and(|name| name.to_lowercase().starts_with("svchost"));
    let may_be_ip_helper = holder.role.listens()
        && (holder.services.iter().any(|name| name.eq_ignore_ascii_case("iphlpsvc"))
            || (holder.services.is_empty() && (is_svchost || holder.image_name().is_none())));
    if may_be_ip_helper && protocol == Protocol::Tcp {
        holder.proxies = proxies(evidence);
        let sockets = &holder.sockets;
        holder.proxies.retain(|told| sockets.iter().any(|row| may_be_of(row, told.what)));
    }
    if holder.owner == Owner::NotListed {
        holder.heirs = heirs(evidence, holder.pid);
    }
}

/// The services of a process, as far as one can be told from the others.
fn services(holder: &mut Holder<'_>, protocol: Protocol, port: u16) {
    let Some(row) = holder.sockets.first() else { return };
    let of_process = &row.services;
    // XP and Server 2003 list modules where Vista and later name the service.
    let component = row.socket.component.as_deref().filter(|text| !text.contains(['\\', ';']));
    let known = kernel::of_svchost(protocol, port)
        .filter(|known| of_process.iter().any(|name| name.eq_ignore_ascii_case(known)));
    (holder.services, holder.services_known) = match (component, known) {
        (Some(component), _) => (vec![component], ServicesKnown::Exact),
        _ if of_process.len() == 1 => (of_process.clone(), ServicesKnown::Exact),
        (None, Some(known)) => (vec![known], ServicesKnown::Narrowed),
        (None, None) => (of_process.clone(), ServicesKnown::Candidates),
    };
}

fn is_loopback(endpoint: &Endpoint) -> bool {
    let address = endpoint.address.as_deref().and_then(|text| text.split('%').next());
    let parsed = address.and_then(|text| text.parse::<std::net::IpAddr>().ok());
    parsed.is_some_and(|address| address.is_loopback())
}

/// Processes that a process which is gone has started.
fn heirs<'a>(evidence: &Evidence<'a, '_>, pid: Option<u32>) -> Vec<Named<'a>> {
    let of_list = |list: &'a crate::capture::ProcessList<'a>| {
        let children = list.processes.iter().filter(move |child| child.parent_pid == pid);
        children.map(move |child| Named::of_process(child, list.source))
    };
    match pid {
        Some(_) => evidence.capture.lists.iter().flat_map(of_list).collect(),
        None => Vec::new(),
    }
}
