//! Port facts: what Windows says of ports beside its sockets.
//!
//! A port may be taken though no socket row shows a program of its own: a range is excluded, http.sys
//! listens for a program, a proxy rule makes the IP Helper listen.

use std::sync::Arc;

use crate::record::{Family, Protocol};

/// One thing that `netsh` says of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortFact {
    /// Ports that no program may have (`netsh int ipv4 show excludedportrange`).
    Excluded(PortRange),
    /// Ports that are handed out to clients (`netsh int ipv4 show dynamicport`).
    Dynamic(PortRange),
    /// A URL for which http.sys listens (`netsh http show servicestate`).
    Url(HttpUrl),
    /// A URL that somebody may ask for, whether anybody does or not (`netsh http show urlacl`).
    Reservation(UrlReservation),
    /// A rule by which the IP Helper listens and passes on (`netsh interface portproxy show all`).
    Proxy(PortProxy),
}

impl PortFact {
    /// The line it stands on, from 1.
    pub fn line(&self) -> usize {
        match self {
            PortFact::Excluded(range) | PortFact::Dynamic(range) => range.line,
            PortFact::Url(url) => url.line,
            PortFact::Reservation(reservation) => reservation.line,
            PortFact::Proxy(proxy) => proxy.line,
        }
    }
}

/// Ports that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    /// From 1, in the source.
    pub line: usize,
    /// Transport protocol.
    pub protocol: Protocol,
    /// The family that was asked for; `None` where the command line is not in the capture.
    pub family: Option<Family>,
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
    /// Was the exclusion made by an administrator (`*`), so that it stays and a program may be meant to
    /// have it?
    pub administered: bool,
}

impl PortRange {
    /// Is the port one of these?
    pub fn contains(&self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

/// A URL that a program has registered with http.sys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    /// From 1, in the source.
    pub line: usize,
    /// As printed, `HTTP://+:5985/WSMAN/`.
    pub url: String,
    /// The port in it.
    pub port: u16,
    /// The request queue that gets its requests.
    pub queue: Option<String>,
    /// Does more than one queue have that name? Then the processes are those of all of them.
    pub queue_is_shared: bool,
    /// Processes that control the queue; they hold it, and take no requests from it.
    pub controllers: Arc<[QueueProcess]>,
    /// Processes that take requests from the queue.
    pub workers: Arc<[QueueProcess]>,
}

/// A process at a request queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueProcess {
    /// From 1, in the source.
    pub line: usize,
    /// Process identifier.
    pub pid: u32,
}

/// A URL prefix that is reserved for users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlReservation {
    /// From 1, in the source.
    pub line: usize,
    /// As printed.
    pub url: String,
    /// The port in it.
    pub port: u16,
}

/// A rule of the port proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortProxy {
    /// From 1, in the source.
    pub line: usize,
    /// Family of the listening side, where the title tells.
    pub family: Option<Family>,
    /// As printed, `*` for every address.
    pub listen_address: String,
    /// The port that the IP Helper listens on.
    pub listen_port: u16,
    /// Where it connects to, as printed.
    pub connect_address: String,
    /// The port there.
    pub connect_port: u16,
}
