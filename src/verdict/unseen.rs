//! What a capture could not have shown, so that nothing seen is not taken for free.

use super::era::Eras;
use super::{Evidence, Place};
use crate::parse::Shown;
use crate::record::{Family, Protocol};
use crate::state::State;

/// Something that the capture could not have shown.
#[derive(Debug, Clone, Copy)]
pub enum Unseen<'a> {
    /// No socket table, or an empty one.
    NoSockets,
    /// The table is not whole.
    Cut {
        /// How it was cut.
        how: Shown,
        /// Where it begins.
        place: Place<'a>,
    },
    /// A later command that lets some rows through printed none of the port, which the table has.
    Ended(Place<'a>),
    /// No listening socket and no UDP: it was taken without `-a`.
    WithoutAll,
    /// No socket of this protocol, though of the other (`-p`).
    OtherProtocol,
    /// A line that was not read, and could be the port's.
    NotRead(Place<'a>),
    /// A local port stands as a name that is not known.
    PortName {
        /// Where.
        place: Place<'a>,
        /// The name.
        name: &'a str,
    },
    /// No row has a PID.
    WithoutPids,
    /// No IPv6 socket.
    WithoutIpv6,
    /// No IPv4 socket of this protocol, though of IPv6 (`-p tcpv6`).
    WithoutIpv4,
    /// Sockets that are bound, and neither listen nor are connected, are shown by `-q` alone.
    WithoutBound,
    /// The excluded port ranges are not in the capture.
    WithoutExclusions,
}

impl Unseen<'_> {
    /// Does it leave the question open, so that "nothing seen" would say too much?
    pub fn leaves_it_open(&self) -> bool {
        !matches!(
            self,
            Unseen::WithoutPids
                | Unseen::WithoutIpv6
                | Unseen::WithoutBound
                | Unseen::WithoutExclusions
        )
    }

    /// Snake-case name.
    pub fn name(&self) -> &'static str {
        match self {
            Unseen::NoSockets => "no_sockets",
            Unseen::Cut { .. } => "cut",
            Unseen::Ended(_) => "ended",
            Unseen::WithoutAll => "without_all",
            Unseen::OtherProtocol => "other_protocol",
            Unseen::NotRead(_) => "not_read",
            Unseen::PortName { .. } => "port_name",
            Unseen::WithoutPids => "without_pids",
            Unseen::WithoutIpv6 => "without_ipv6",
            Unseen::WithoutIpv4 => "without_ipv4",
            Unseen::WithoutBound => "without_bound",
            Unseen::WithoutExclusions => "without_exclusions",
        }
    }
}

/// How many lines or names are told one by one.
const TOLD: usize = 3;

/// Everything that the snapshot which is answered from could not have shown.
pub(super) fn of<'a>(evidence: &Evidence<'a, '_>, eras: &Eras) -> Vec<Unseen<'a>> {
    let number = evidence.snapshot();
    let rows = || evidence.rows.iter().copied().filter(move |row| row.snapshot == number);
    let mut unseen = Vec::new();
    let snapshot = evidence.capture.snapshots.iter().find(|one| one.number == number);
    let Some(snapshot) = snapshot.filter(|_| rows().next().is_some()) else {
        unseen.push(Unseen::NoSockets);
        unseen.extend(not_read(evidence));
        return unseen;
    };
    if snapshot.shown != Shown::Whole {
        let place = Place { source: snapshot.source, line: snapshot.first_line };
        unseen.push(Unseen::Cut { how: snapshot.shown, place });
    }
    unseen.extend(evidence.ends().map(Unseen::Ended));
    let listens = rows().any(|row| row.state == Some(State::Listening));
    let has_udp = rows().any(|row| row.socket.protocol == Protocol::Udp);
    if !listens && !has_udp {
        unseen.push(Unseen::WithoutAll);
    } else if evidence.now().next().is_none() && evidence.ends().is_none() {
        unseen.push(Unseen::OtherProtocol);
    }
    unseen.extend(not_read(evidence));
    let unknown_names = evidence.now().filter_map(|row| {
        let name = row.socket.local.port_name.as_deref()?;
        let place = Place { source: row.source, line: row.socket.line };
        row.socket.local.port.is_none().then_some(Unseen::PortName { place, name })
    });
    unseen.extend(unknown_names.take(TOLD));
    if rows().all(|row| row.socket.pid.is_none()) {
        unseen.push(Unseen::WithoutPids);
    }
    if !rows().any(|row| row.socket.family() == Some(Family::Ipv6)) && !eras.is_old() {
        unseen.push(Unseen::WithoutIpv6);
    }
    let of_family = |family| evidence.now().any(|row| row.socket.family() == Some(family));
    if of_family(Family::Ipv6) && !of_family(Family::Ipv4) && snapshot.shown == Shown::Whole {
        unseen.push(Unseen::WithoutIpv4);
    }
    if !eras.is_windows() {
        return unseen;
    }
    let shows_bound = rows().any(|row| row.state == Some(State::Bound));
    if evidence.question.protocol == Protocol::Tcp && !shows_bound {
        unseen.push(Unseen::WithoutBound);
    }
    // What was asked for IPv6 says nothing of IPv4, which is meant where no address is given.
    let wanted = evidence.question.family().unwrap_or(Family::Ipv4);
    let is_listed = |(protocol, family): &(Protocol, Option<Family>)| {
        *protocol == evidence.question.protocol && family.is_none_or(|family| family == wanted)
    };
    if !evidence.capture.exclusions_listed.iter().any(is_listed) && !eras.is_old() {
        unseen.push(Unseen::WithoutExclusions);
    }
    unseen
}

/// Lines of the snapshot, or between the tables, that were not read and could be the port's.
fn not_read<'a>(evidence: &Evidence<'a, '_>) -> Vec<Unseen<'a>> {
    let snapshots = &evidence.capture.snapshots;
    let number = evidence.snapshot();
    let Some(snapshot) = snapshots.iter().find(|one| one.number == number) else {
        return Vec::new();
    };
    let source = snapshot.source;
    let of_source = || snapshots.iter().filter(|one| std::ptr::eq(one.source, source));
    let is_first = of_source().all(|one| one.first_line >= snapshot.first_line);
    let first = if is_first { 0 } else { snapshot.first_line };
    let next =
        of_source().map(|one| one.first_line).filter(|line| *line > snapshot.first_line).min();
    let lines = first..next.unwrap_or(usize::MAX);
    let port = evidence.question.port;
    source
        .unread
        .iter()
        .filter(|unread| lines.contains(&unread.line))
        .filter(|unread| unread.local_port.is_none_or(|local| local == port))
        .take(TOLD)
        .map(|unread| Unseen::NotRead(Place { source, line: unread.line }))
        .collect()
}
