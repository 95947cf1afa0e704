//! The sentences of a verdict.

use super::cells::owner;
use crate::join::{OwnedSocket, Owner};
use crate::parse::Shown;
use crate::verdict::{Holder, Kind, Place, Role, ServicesKnown, Unseen, Verdict};

/// `httpd.exe (PID 3380)`, or what is known instead.
pub(super) fn process_name(row: &OwnedSocket<'_>) -> String {
    match (row.socket.pid, row.image_name()) {
        (Some(pid), Some(name)) => format!("PID {pid} {name}"),
        (Some(pid), None) => format!("PID {pid} {}", owner(row)),
        (None, Some(name)) => name.to_owned(),
        (None, None) => "no PID".to_owned(),
    }
}

fn holder_name(holder: &Holder<'_>) -> String {
    let service = match holder.services.as_slice() {
        [only] if holder.services_known == ServicesKnown::Exact => format!(", service {only}"),
        _ => String::new(),
    };
    holder_process(holder) + &service
}

fn holder_process(holder: &Holder<'_>) -> String {
    let pid = holder.pid.map(|pid| format!("PID {pid}"));
    match (holder.owner, holder.image_name(), pid) {
        (_, Some(name), Some(pid)) => format!("{name} ({pid})"),
        (_, Some(name), None) => name.to_owned(),
        (Owner::NotListed, None, Some(pid)) => format!("{pid}, a process that is gone"),
        (Owner::Ambiguous, None, Some(pid)) => {
            format!("{pid}, which the process lists name differently")
        }
        (Owner::Conflict, None, Some(pid)) => {
            format!("{pid}, which netstat and a list name differently")
        }
        (_, None, Some(pid)) => format!("{pid}, which this capture does not name"),
        (_, None, None) => "a process that this capture does not name".to_owned(),
    }
}

/// The answer in one line. Of `several` machines it says which: its name, or else the source.
pub(super) fn headline(verdict: &Verdict<'_>, several: bool) -> String {
    let port = format!("{}/{}", verdict.protocol.name(), verdict.port);
    let answer = match verdict.kind {
        Kind::Held => held(&port, verdict),
        Kind::Kernel => kernel(&port, verdict),
        Kind::Connection => connection(&port, verdict),
        Kind::Excluded if verdict.excluded.iter().all(|told| told.what.administered) => {
            format!(
                "{port} is held by no process: an administrator excluded it, and a bind to it may fail"
            )
        }
        Kind::Excluded => {
            format!("{port} is held by no process: Windows excludes it, so a bind to it fails")
        }
        Kind::Lingering => {
            format!("{port} is not held: only connections on their way out have it")
        }
        Kind::NothingSeen => {
            format!("nothing is seen on {port} in this capture; that does not make it free")
        }
        Kind::CannotTell => format!("this capture does not tell whether anything has {port}"),
    };
    let source = verdict.source.filter(|_| several).map(|source| &*source.name);
    let host = verdict.host.or(source).map(|name| format!("{name}: ")).unwrap_or_default();
    let snapshot = match verdict.snapshot {
        Some((number, count)) if count > 1 => format!(" (snapshot {number} of {count})"),
        _ => String::new(),
    };
    format!("{host}{answer}{snapshot}")
}

fn held(port: &str, verdict: &Verdict<'_>) -> String {
    let listeners: Vec<&Holder<'_>> =
        verdict.holders.iter().filter(|holder| holder.role.listens()).collect();
    let names: Vec<String> = listeners.iter().map(|holder| holder_name(holder)).collect();
    let is_bound = listeners.iter().all(|holder| holder.role == Role::Bound);
    let how = if is_bound { "is bound, without listening, by" } else { "is held by" };
    match names.as_slice() {
        [one] => format!("{port} {how} {one}"),
        names => format!("{port} {how} {} processes: {}", names.len(), names.join(" and ")),
    }
}

fn kernel(port: &str, verdict: &Verdict<'_>) -> String {
    let holder = verdict.holders.iter().find(|holder| holder.is_kernel());
    let mut queues: Vec<&str> = holder
        .iter()
        .flat_map(|holder| &holder.http)
        .filter_map(|http| http.url.queue.as_deref())
        .collect();
    queues.sort_unstable();
    queues.dedup();
    let has_urls = holder.is_some_and(|holder| !holder.http.is_empty());
    match (queues.as_slice(), holder.and_then(|holder| holder.known)) {
        // What netsh says of a queue without a name is no name.
        ([queue], _) if queue.ends_with("unnamed.") => {
            format!("{port} is held by the kernel's http.sys for an unnamed request queue")
        }
        ([queue], _) => {
            format!("{port} is held by the kernel's http.sys for request queue {queue}")
        }
        ([_, _, ..], _) => {
            format!("{port} is held by the kernel's http.sys for {} request queues", queues.len())
        }
        ([], _) if has_urls => format!("{port} is held by the kernel's http.sys"),
        ([], Some(known)) => {
            format!(
                "{port} is held by the kernel (PID 4); the port is known for {}",
                known.component
            )
        }
        ([], None) => {
            format!("{port} is held by the kernel (PID 4); this capture does not say for whom")
        }
    }
}

fn connection(port: &str, verdict: &Verdict<'_>) -> String {
    let Some(holder) = verdict.holders.first() else { return port.to_owned() };
    let name = holder_name(holder);
    let others = match verdict.holders.len() {
        0 | 1 => String::new(),
        2 => ", and by one other".to_owned(),
        more => format!(", and by {} others", more - 1),
    };
    match holder.role {
        Role::Client { .. } => {
            format!("{port} is taken: it was handed to {name} for a connection of its own{others}")
        }
        Role::Accepted { .. } => {
            format!(
                "{port} is taken by a connection that {name} serves; nothing listens there{others}"
            )
        }
        _ => format!("{port} is taken by a connection of {name}{others}"),
    }
}

/// What the capture could not have shown.
pub(super) fn unseen<'a>(
    unseen: &Unseen<'a>,
    verdict: &Verdict<'_>,
) -> (String, Option<Place<'a>>) {
    let (port, protocol) = (verdict.port, verdict.protocol.name());
    match unseen {
        Unseen::NoSockets => ("any socket: it has no row of netstat".to_owned(), None),
        Unseen::Cut { how, place } => {
            let how = match how {
                Shown::Filtered => "rows that a filter took out",
                Shown::Elided => "rows that somebody left out",
                Shown::Headless | Shown::Whole => {
                    "rows that may be missing: the table has no heading, as after a filter"
                }
            };
            (how.to_owned(), Some(*place))
        }
        Unseen::Ended(place) => {
            (format!("what came later: port {port} was asked for again, and nothing was printed"), Some(*place))
        }
        Unseen::WithoutAll => {
            ("listening sockets and UDP: netstat was run without -a".to_owned(), None)
        }
        Unseen::OtherProtocol => (format!("{protocol}: it has no row of it"), None),
        Unseen::NotRead(place) => {
            (format!("a line that was not read, and could be of port {port}"), Some(*place))
        }
        Unseen::PortName { place, name } => {
            (format!("the number behind the port name `{name}`"), Some(*place))
        }
        Unseen::WithoutPids => ("owners: netstat was run without -o, or on Linux without -p".to_owned(), None),
        Unseen::WithoutIpv6 => ("IPv6 sockets: it has none".to_owned(), None),
        Unseen::WithoutIpv4 => {
            ("IPv4 sockets: it has none, though of IPv6".to_owned(), None)
        }
        Unseen::WithoutBound => (
            "sockets that are bound, and neither listen nor are connected: no netstat shows them but -q \
             (Windows 8.1 and Server 2012 R2 with KB3123245, and later)"
                .to_owned(),
            None,
        ),
        Unseen::WithoutExclusions => ("ports that Windows excludes".to_owned(), None),
    }
}
