//! Who holds a port: rows grouped by process, and what else the capture says of each.

use std::collections::{HashMap, HashSet};

use super::era::{self, ClientPorts, Eras};
use super::http::{self, Http};
use super::{Evidence, Told, is_local, kernel};
use crate::fact::{PortFact, PortProxy};
use crate::join::{Evidence as Named, OwnedSocket, Owner};
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

    /// Is it a host of services?
    pub fn is_svchost(&self) -> bool {
        self.image_name().is_some_and(|name| name.to_lowercase().starts_with("svchost"))
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
    let (now, before) =
        (Listeners::of(evidence.now(), evidence), Listeners::of(evidence.before(), evidence));
    let mut roles: Vec<(&OwnedSocket<'a>, Role<'a>)> =
        rows.iter().map(|row| (*row, role(evidence, row, eras, &now, &before))).collect();
    // Connections of the process that listens are part of its listening.
    roles.sort_by_key(|(_, role)| !role.listens());
    let mut holders: Vec<Holder<'a>> = Vec::new();
    let mut known: HashMap<(u32, Owner, &str), usize> = HashMap::new();
    for (row, role) in roles {
        let key = |name| row.socket.pid.map(|pid| (pid, row.owner, name));
        let index = key(role.name()).and_then(|key| known.get(&key).copied());
        let listening = match role {
            Role::Accepted { .. } => {
                key(Role::Listener.name()).and_then(|key| known.get(&key).copied())
            }
            _ => None,
        };
        if let Some(holder) = listening.and_then(|index| holders.get_mut(index)) {
            holder.connections += 1;
        } else if let Some(holder) = index.and_then(|index| holders.get_mut(index)) {
            holder.sockets.push(row);
        } else {
            known.extend(key(role.name()).map(|key| (key, holders.len())));
            let holder = holder(role, row.owner, row.socket.pid);
            holders.push(Holder { sockets: vec![row], ..holder });
        }
    }
    let http = http::urls(evidence);
    if !http.is_empty() && !holders.iter().any(|holder| holder.role.listens()) {
        // The socket is not in the capture, and the URL tells that http.sys listens.
        holders.push(holder(Role::Listener, Owner::System, Some(4)));
    }
    let by_kernel = holders.iter_mut().find(|holder| holder.is_kernel() && holder.role.listens());
    if let Some(holder) = by_kernel {
        holder.http = http;
    }
    mark_shared(&mut holders);
    for holder in &mut holders {
        complete(evidence, holder);
    }
    holders.sort_by_key(|holder| (!holder.role.listens(), holder.is_kernel()));
    holders
}

/// Where the port is listened on.
struct Listeners<'a> {
    everywhere: bool,
    addresses: HashSet<&'a str>,
}

impl<'a> Listeners<'a> {
    fn of(rows: impl Iterator<Item = &'a OwnedSocket<'a>>, evidence: &Evidence<'a, '_>) -> Self {
        let mut listeners = Listeners { everywhere: false, addresses: HashSet::new() };
        let port = evidence.question.port;
        let listens =
            |row: &&OwnedSocket<'a>| row.state == Some(State::Listening) && is_local(row, port);
        for local in rows.filter(listens).map(|row| &row.socket.local) {
            listeners.everywhere |= local.is_wildcard();
            listeners.addresses.extend(local.address.as_deref());
        }
        listeners
    }

    /// Could one of them have accepted a connection on this endpoint? IPv6 sockets may serve IPv4.
    fn serve(&self, local: &Endpoint) -> bool {
        let address = local.address.as_deref();
        self.everywhere || address.is_some_and(|address| self.addresses.contains(address))
    }
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

fn role<'a>(
    evidence: &Evidence<'a, '_>,
    row: &OwnedSocket<'a>,
    eras: &Eras,
    now: &Listeners<'a>,
    before: &Listeners<'a>,
) -> Role<'a> {
    let socket = row.socket;
    match row.state {
        _ if socket.protocol == Protocol::Udp => return Role::Listener,
        Some(State::Listening) => return Role::Listener,
        Some(State::Bound) => return Role::Bound,
        // A state that is not known, and no other end: it may well listen.
        None if is_nobody(&socket.foreign) => return Role::Listener,
        _ => {}
    }
    if now.serve(&socket.local) {
        return Role::Accepted { listener_is_there: true };
    }
    if before.serve(&socket.local) {
        return Role::Accepted { listener_is_there: false };
    }
    let port = evidence.question.port;
    match era::client_ports(evidence.capture, eras, socket.protocol, socket.family(), port) {
        Some(range) => Role::Client { range },
        None => Role::Connection,
    }
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

/// Marks the holders that listen on an endpoint together with another.
fn mark_shared(holders: &mut [Holder<'_>]) {
    let mut first: HashMap<&Endpoint, Option<u32>> = HashMap::new();
    let mut shared: HashSet<&Endpoint> = HashSet::new();
    for holder in holders.iter().filter(|holder| holder.role.listens()) {
        for row in &holder.sockets {
            let local = &row.socket.local;
            if *first.entry(local).or_insert(holder.pid) != holder.pid {
                shared.insert(local);
            }
        }
    }
    for holder in holders.iter_mut().filter(|holder| holder.role.listens()) {
        holder.is_shared = holder.sockets.iter().any(|row| shared.contains(&row.socket.local));
    }
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
    let may_be_ip_helper = holder.role.listens()
        && (holder.services.iter().any(|name| name.eq_ignore_ascii_case("iphlpsvc"))
            || (holder.services.is_empty()
                && (holder.is_svchost() || holder.image_name().is_none())));
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
        _ if of_process.len() == 1 && row.services_are_all => {
            (of_process.clone(), ServicesKnown::Exact)
        }
        (None, Some(known)) => (vec![known], ServicesKnown::Narrowed),
        (None, None) => (of_process.clone(), ServicesKnown::Candidates),
    };
}

/// Does no other end stand there?
fn is_nobody(foreign: &Endpoint) -> bool {
    foreign.port_name.is_none() && foreign.port.is_none_or(|port| port == 0)
}

fn is_loopback(endpoint: &Endpoint) -> bool {
    endpoint.ip().is_some_and(|address| address.is_loopback())
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
