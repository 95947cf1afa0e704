//! The records that every format is read into: [`Socket`] and [`Process`].
//!
//! A record says what one line of a capture says, and no more. What follows from other lines
//! (owner, inferred state, snapshot) is added by later stages.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::state::State;

/// Transport protocol of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// `TCP`, over IPv4 or IPv6.
    Tcp,
    /// `UDP`, over IPv4 or IPv6.
    Udp,
}

impl Protocol {
    /// Lower-case name, as the output contract has it.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }
}

/// Address family of an endpoint or a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4, RFC 791.
    Ipv4,
    /// IPv6, RFC 8200.
    Ipv6,
}

impl Family {
    /// Lower-case name, as the output contract has it.
    pub fn name(self) -> &'static str {
        match self {
            Family::Ipv4 => "ipv4",
            Family::Ipv6 => "ipv6",
        }
    }
}

/// One side of a socket: an address and a port.
///
/// RFC 9293 calls this pair a socket; Windows and portjoin call it an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// As printed, without brackets, zone kept (`fe80::1%12`); `None` for `*`.
    pub address: Option<String>,
    /// Of `address`; `None` for a host name and for `*`.
    pub family: Option<Family>,
    /// `None` for `*` and for a service name that is not known.
    pub port: Option<u16>,
    /// What stood in place of the number, where it was a service name.
    pub port_name: Option<String>,
}

impl Endpoint {
    /// The address as a number, without its zone; `None` for a name and for `*`.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.as_deref()?.split('%').next()?.parse().ok()
    }

    /// Is this the wildcard address of its family (`0.0.0.0`, `::`) or `*`?
    pub fn is_wildcard(&self) -> bool {
        match self.address.as_deref() {
            None => true,
            Some(address) => {
                address.parse() == Ok(Ipv4Addr::UNSPECIFIED)
                    || address.parse() == Ok(Ipv6Addr::UNSPECIFIED)
            }
        }
    }
}

/// One row of netstat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Socket {
    /// From 1, in the source.
    pub line: usize,
    /// Transport protocol.
    pub protocol: Protocol,
    /// The side of the machine that was captured.
    pub local: Endpoint,
    /// The other side; empty for `*:*`.
    pub foreign: Endpoint,
    /// Canonical state; `None` for UDP, for words not known, and where none was printed.
    pub state: Option<State>,
    /// What stood in the state column, where it differs from the canonical name.
    pub state_text: Option<String>,
    /// Process identifier; `None` where netstat printed none.
    pub pid: Option<u32>,
    /// What `netstat -t` says of TCP offload (`InHost`, `Offloaded`).
    pub offload_state: Option<String>,
    /// What the tool itself says of the owner: `netstat -b` on the lines below the row.
    pub stated: Option<Stated>,
    /// The component by which the owner is involved (`netstat -b`): a service, or on XP and Server
    /// 2003 modules, joined by `; `.
    pub component: Option<String>,
    /// What `netstat -y` says of the template of the connection.
    pub template: Option<String>,
    /// How long the connection has been in its state, in milliseconds (`netstat -i`).
    pub time_in_state_ms: Option<u64>,
}

/// What `netstat -b` says of the owner of a socket, or what the tools of Linux do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stated {
    /// The image name in brackets.
    Image {
        /// Without the brackets.
        name: String,
        /// The line it stands on, from 1.
        line: usize,
        /// The name fills its column and may have been cut there (Linux).
        truncated: bool,
    },
    /// That it was not allowed to tell.
    NotPermitted,
    /// That no process has the socket any more (Linux).
    Nobody,
}

impl Socket {
    /// A socket of which no more is known yet.
    pub fn new(line: usize, protocol: Protocol) -> Self {
        Socket {
            line,
            protocol,
            local: Endpoint::default(),
            foreign: Endpoint::default(),
            state: None,
            state_text: None,
            pid: None,
            offload_state: None,
            stated: None,
            component: None,
            template: None,
            time_in_state_ms: None,
        }
    }

    /// Family of the local side, or of the foreign side where the local one is a name.
    pub fn family(&self) -> Option<Family> {
        self.local.family.or(self.foreign.family)
    }
}

/// One row of a process list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// From 1, in the source.
    pub line: usize,
    /// Process identifier.
    pub pid: u32,
    /// File name of the program, as the list prints it.
    pub image_name: String,
    /// The name fills its column and may have been cut there (25 characters in `tasklist`).
    pub image_name_truncated: bool,
    /// `Services`, `Console`, `RDP-Tcp#1` …; `None` where the cell was blank.
    pub session_name: Option<String>,
    /// Terminal services session.
    pub session_number: Option<u32>,
    /// Working set in KiB; `None` where the cell held no number.
    pub mem_usage_kib: Option<u64>,
    /// `Running`, `Not Responding`, `Unknown` … (`tasklist /v`).
    pub status: Option<String>,
    /// `DOMAIN\user` (`tasklist /v`).
    pub user_name: Option<String>,
    /// As printed, `hours:minutes:seconds`; hours are not bounded (`tasklist /v`).
    pub cpu_time: Option<String>,
    /// Free text chosen by the program (`tasklist /v`).
    pub window_title: Option<String>,
    /// Short names of the services in this process; `None` where the list does not tell
    /// (`tasklist /svc`).
    pub services: Option<Vec<String>>,
    /// Loaded modules; `None` where the list does not tell (`tasklist /m`).
    pub modules: Option<Vec<String>>,
    /// Full path of the program (`wmic process`, `Win32_Process`).
    pub path: Option<String>,
    /// Command line (`wmic process`, `Win32_Process`).
    pub command_line: Option<String>,
    /// Process identifier of the parent (`wmic process`, `Win32_Process`).
    pub parent_pid: Option<u32>,
    /// When it started, as RFC 3339, in whole seconds (live).
    pub start_time: Option<String>,
}

/// A service and the process it runs in (`sc queryex`, `Win32_Service`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// From 1, in the source.
    pub line: usize,
    /// The short name.
    pub name: String,
    /// Process identifier; services that do not run have none and are no records.
    pub pid: u32,
    /// Does its process run no other service (`WIN32_OWN_PROCESS`)?
    pub is_alone: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcard_addresses() {
        let at = |address: Option<&str>| Endpoint {
            address: address.map(str::to_owned),
            ..Endpoint::default()
        };
        assert!(at(None).is_wildcard());
        assert!(at(Some("0.0.0.0")).is_wildcard());
        assert!(at(Some("::")).is_wildcard());
        assert!(!at(Some("127.0.0.1")).is_wildcard());
    }
}
