//! Which Windows a capture is of, as far as that changes the answer, or that it is none.

use crate::capture::Capture;
use crate::fact::PortFact;
use crate::join::OwnedSocket;
use crate::parse::Os;
use crate::record::{Family, Protocol};
use crate::state::State;

/// Versions of Windows that treat ports alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// Windows XP and earlier.
    Xp,
    /// Windows Server 2003.
    Server2003,
    /// Windows Vista, Server 2008, and all since.
    Vista,
}

impl Era {
    /// Every era, the oldest first.
    pub const ALL: [Era; 3] = [Era::Xp, Era::Server2003, Era::Vista];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Era::Xp => "Windows XP or earlier",
            Era::Server2003 => "Windows Server 2003",
            Era::Vista => "Windows Vista or later",
        }
    }

    /// The era of a version as people name it: `2003`, `xp`, `10`, `2008 R2`, `Server 2019`.
    pub fn from_name(name: &str) -> Option<Era> {
        let name = name.to_ascii_lowercase().replace(['-', '_', ' '], "");
        let name = name.trim_start_matches("windows").trim_start_matches("server");
        match name.trim_end_matches("r2") {
            "nt" | "nt4" | "2000" | "xp" => Some(Era::Xp),
            "2003" => Some(Era::Server2003),
            "vista" | "7" | "8" | "8.1" | "10" | "11" | "2008" | "2012" | "2016" | "2019"
            | "2022" | "2025" => Some(Era::Vista),
            _ => None,
        }
    }
}

/// Eras that a capture may be of, and what shows that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eras {
    /// Empty where the capture is of another system.
    pub possible: Vec<Era>,
    /// What tells; `None` where nothing does.
    pub reason: Option<&'static str>,
}

impl Eras {
    /// The era that the user gives.
    pub fn given(era: Era) -> Eras {
        Eras { possible: vec![era], reason: Some("given on the command line") }
    }

    fn old(reason: &'static str) -> Eras {
        Eras { possible: vec![Era::Xp, Era::Server2003], reason: Some(reason) }
    }

    /// Is it Windows at all?
    pub fn is_windows(&self) -> bool {
        !self.possible.is_empty()
    }

    /// Is it certainly older than Vista?
    pub fn is_old(&self) -> bool {
        self.is_windows() && !self.possible.contains(&Era::Vista)
    }

    /// Is it certainly Vista or later?
    pub fn is_new(&self) -> bool {
        self.possible == [Era::Vista]
    }

    /// What the rows and lists of a capture tell of its Windows.
    pub fn of(capture: &Capture<'_>, rows: &[&OwnedSocket<'_>]) -> Eras {
        if capture.os == Os::Linux {
            return Eras { possible: Vec::new(), reason: None };
        }
        let new = |reason| Eras { possible: vec![Era::Vista], reason: Some(reason) };
        let processes = || capture.lists.iter().flat_map(|list| list.processes);
        let session_of_system = processes()
            .find(|process| matches!(process.pid, 0 | 4) && process.session_number == Some(0))
            .and_then(|process| process.session_name.as_deref());
        match session_of_system {
            Some("Services") => return new("session 0 is called Services"),
            Some("Console") => return Eras::old("session 0 is called Console"),
            _ => {}
        }
        let says = |of: fn(&PortFact) -> bool| capture.facts.iter().any(|stated| of(stated.fact));
        if says(|fact| matches!(fact, PortFact::Excluded(_) | PortFact::Dynamic(_))) {
            return new("netsh shows excluded or dynamic ports");
        }
        if rows.iter().any(|row| row.socket.component.as_deref().is_some_and(is_module_path)) {
            return Eras::old("netstat -b lists modules");
        }
        if rows.iter().any(|row| row.state == Some(State::Bound)) {
            return new("netstat shows bound sockets");
        }
        let on_rpc_ports = |row: &&OwnedSocket<'_>| {
            row.state == Some(State::Listening)
                && row.socket.local.port.is_some_and(|port| (49152..=49180).contains(&port))
        };
        if rows.iter().filter(|row| on_rpc_ports(row)).count() >= 3 {
            return new("services listen on ports from 49152 on");
        }
        Eras { possible: Era::ALL.to_vec(), reason: None }
    }

    /// The ports that are handed out to clients, unless the capture says otherwise.
    pub fn default_client_ports(&self) -> Vec<(u16, u16)> {
        if !self.is_windows() {
            return LINUX_CLIENT_PORTS.to_vec();
        }
        let mut ranges = Vec::new();
        if !self.is_new() {
            ranges.push((1025, 5000));
        }
        if !self.is_old() {
            ranges.push((49152, 65535));
        }
        ranges
    }
}

fn is_module_path(component: &str) -> bool {
    component.contains(":\\") && component.to_ascii_lowercase().contains(".dll")
}

/// The default of `net.ipv4.ip_local_port_range` (ip-sysctl of the Linux kernel).
const LINUX_CLIENT_PORTS: [(u16, u16); 1] = [(32768, 60999)];

/// Where the ports of clients are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientPorts<'a> {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
    /// The range that the capture states; `None` where it is the default of the era.
    pub stated: Option<crate::capture::StatedFact<'a>>,
}

/// The range of client ports that holds this port, if one does.
pub fn client_ports<'a>(
    capture: &Capture<'a>,
    eras: &Eras,
    protocol: Protocol,
    family: Option<Family>,
    port: u16,
) -> Option<ClientPorts<'a>> {
    let stated: Vec<_> = capture
        .facts
        .iter()
        .filter_map(|stated| match stated.fact {
            PortFact::Dynamic(range) if range.protocol == protocol => Some((*stated, range)),
            _ => None,
        })
        .filter(|(_, range)| range.family.is_none() || family.is_none() || range.family == family)
        .collect();
    if !stated.is_empty() {
        return stated.into_iter().find(|(_, range)| range.contains(port)).map(
            |(stated, range)| ClientPorts {
                first: range.first,
                last: range.last,
                stated: Some(stated),
            },
        );
    }
    let default = eras.default_client_ports();
    let (first, last) =
        default.into_iter().find(|(first, last)| (*first..=*last).contains(&port))?;
    Some(ClientPorts { first, last, stated: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_people_name_them() {
        for (name, era) in [
            ("2003", Era::Server2003),
            ("Server 2003 R2", Era::Server2003),
            ("XP", Era::Xp),
            ("10", Era::Vista),
            ("Windows 8.1", Era::Vista),
            ("2012-R2", Era::Vista),
        ] {
            assert_eq!(Era::from_name(name), Some(era), "{name}");
        }
        assert_eq!(Era::from_name("95"), None);
    }
}
