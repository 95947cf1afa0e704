//! Capture: which sections were taken from one machine and belong together.
//!
//! Within a source, sections are of one machine as long as no prompt or banner names another. Sources
//! with only sockets or only processes are joined when there is just one reading of them: the only two
//! in the call, two with the same name once `netstat`, `tasklist` and the like are taken out of it, or
//! the only two in their folder. Where two readings are possible nothing is joined, and that is said:
//! a wrong owner is worse than none.

mod facts;
mod inference;
mod pairing;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::fact::PortFact;
use crate::parse::{Os, Records, Section, Shown, Source};
use crate::record::{Family, Process, Protocol, Service, Socket};
pub use inference::Inference;
pub use pairing::{Others, Unpaired, folder, name_in_common};

/// What was taken from one machine and may be joined.
#[derive(Debug, Default)]
pub struct Capture<'a> {
    /// The machine, where a prompt or a banner names it.
    pub host: Option<&'a str>,
    /// The system that printed all of it.
    pub os: Os,
    /// In the order in which they were taken.
    pub snapshots: Vec<Snapshot<'a>>,
    /// In the order in which they were taken.
    pub lists: Vec<ProcessList<'a>>,
    /// Services with their PIDs, in the order in which they were taken.
    pub services: Vec<ListedService<'a>>,
    /// What Windows says of ports beside its sockets.
    pub facts: Vec<StatedFact<'a>>,
    /// Protocols, and families where they were asked for, of which the capture has all excluded port ranges, even if
    /// there are none.
    pub exclusions_listed: Vec<(Protocol, Option<Family>)>,
}

/// A service and where it is told.
#[derive(Debug, Clone, Copy)]
pub struct ListedService<'a> {
    /// The source it stands in.
    pub source: &'a Source,
    /// Its place among the lists and snapshots of the capture.
    pub position: Position,
    /// Its name and its PID.
    pub service: &'a Service,
}

/// A port fact and where it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedFact<'a> {
    /// The source it stands in.
    pub source: &'a Source,
    /// What it says.
    pub fact: &'a PortFact,
}

/// One netstat table, taken at one moment.
#[derive(Debug)]
pub struct Snapshot<'a> {
    /// From 1, within the capture.
    pub number: usize,
    /// Where it stands.
    pub source: &'a Source,
    /// Its place among the lists and snapshots of the capture.
    pub position: Position,
    /// The first line of it, from 1.
    pub first_line: usize,
    /// When it was taken, as RFC 3339, where the capture says so.
    pub captured_at: Option<&'a str>,
    /// How much of the table is there.
    pub shown: Shown,
    /// The parts of the table, each the sockets of a section.
    pub tables: Vec<&'a [Socket]>,
    /// Does it have a UDP socket?
    pub(crate) seen_udp: bool,
}

/// One process list, taken at one moment.
#[derive(Debug)]
pub struct ProcessList<'a> {
    /// Where it stands.
    pub source: &'a Source,
    /// Its place among the lists and snapshots of the capture.
    pub position: Position,
    /// In the order of the lines.
    pub processes: &'a [Process],
    /// Is every process of the machine in it?
    pub complete: bool,
    /// Was it given for every capture (`--processes`)? Then no other is nearer.
    pub is_given: bool,
    /// Indices into `processes`, by PID.
    by_pid: Vec<(u32, usize)>,
}

/// When something was taken, as far as the order of files and lines tells. Compares by time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// What the name of the file says: 0 at the start, 1 nothing, 2 at the end.
    phase: u8,
    source: usize,
    line: usize,
}

impl Position {
    /// Another line of the same source.
    pub(crate) fn at_line(self, line: usize) -> Position {
        Position { line, ..self }
    }
}

/// Captures, and what could not be told about which inputs belong together.
#[derive(Debug, Default)]
pub struct Assembly<'a> {
    /// In the order of the sources; those of one name in common, together.
    pub captures: Vec<Capture<'a>>,
    /// What was joined with nothing.
    pub unpaired: Unpaired,
}

/// Sections of one machine in one source.
#[derive(Debug)]
struct Part<'a> {
    index: usize,
    source: &'a Source,
    host: Option<&'a str>,
    os: Os,
    sections: Vec<&'a Section>,
}

impl Part<'_> {
    fn has_sockets(&self) -> bool {
        self.sections.iter().any(|section| matches!(section.records, Records::Sockets { .. }))
    }

    /// Holds it nothing but what Windows says of ports?
    fn has_facts_only(&self) -> bool {
        self.sections.iter().all(|section| matches!(section.records, Records::Facts { .. }))
    }

    fn has_processes(&self) -> bool {
        self.sections.iter().any(|section| {
            matches!(section.records, Records::Processes { .. } | Records::Services { .. })
        })
    }
}

/// Finds out which sections belong together. `processes` are sources whose lists hold for every
/// capture, in place of its own (`--processes`).
pub fn assemble<'a>(sources: &'a [Source], processes: &'a [Source]) -> Assembly<'a> {
    assemble_among(sources, processes, Others::None)
}

/// The same for some of many sources, which gives what it gives among all: `others` says which there are beside
/// them. Sources with one name in common ([`name_in_common`]) stand together, those of a folder unless there are
/// [`Others::InTheFolder`].
pub fn assemble_among<'a>(
    sources: &'a [Source],
    processes: &'a [Source],
    others: Others,
) -> Assembly<'a> {
    let (groups, mut unpaired) = if processes.is_empty() {
        pairing::pair(parts(sources), others)
    } else {
        (parts(sources).into_iter().map(|part| vec![part]).collect(), Unpaired::default())
    };
    let mut captures: Vec<Capture<'a>> = groups.iter().map(|group| capture(group)).collect();
    if !processes.is_empty() {
        let given = parts(processes);
        for capture in captures.iter_mut().filter(|capture| !capture.snapshots.is_empty()) {
            let of_machine = given_for(capture, &given);
            if of_machine.is_empty() {
                unpaired.none_given(capture);
            }
            capture.lists = of_machine.iter().flat_map(|part| lists(part, 0)).collect();
            capture.lists.iter_mut().for_each(|list| list.is_given = true);
            capture.services = of_machine.iter().flat_map(|part| services(part)).collect();
        }
    }
    Assembly { captures, unpaired }
}

/// Of the lists that were given, those that can be of this machine: of its system, and of its name where both tell
/// one. Lists of several machines are for those that are named.
fn given_for<'p, 'a>(capture: &Capture<'a>, given: &'p [Part<'a>]) -> Vec<&'p Part<'a>> {
    let with_lists = || given.iter().filter(|part| part.has_processes());
    let hosts: HashSet<String> =
        with_lists().filter_map(|part| Some(part.host?.to_ascii_lowercase())).collect();
    let fits = |part: &&Part<'a>| {
        part.os == capture.os
            && match (capture.host, part.host) {
                (Some(of_capture), Some(of_list)) => of_capture.eq_ignore_ascii_case(of_list),
                (None, Some(_)) => hosts.len() == 1,
                (_, None) => true,
            }
    };
    with_lists().filter(fits).collect()
}

/// Are these sources so many that nothing beside them is the only one or two of the call, or where they are of one
/// folder, of that?
pub fn are_many(sources: &[Source]) -> bool {
    let mut parts = parts(sources);
    parts.retain(|part| !part.has_facts_only());
    parts.len() > 2 && parts.iter().filter(|part| part.has_sockets()).count() > 1
}

fn parts(sources: &[Source]) -> Vec<Part<'_>> {
    sources.iter().enumerate().flat_map(|(index, source)| parts_of(index, source)).collect()
}

/// Splits a source where a prompt or a banner shows another machine, or a section another system.
fn parts_of(index: usize, source: &Source) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut places: HashMap<(Os, bool, Option<String>), usize> = HashMap::new();
    let mut hosts = source.sections.iter().filter_map(|section| section.host.as_deref());
    let first_host = hosts.next();
    let one_host =
        hosts.all(|host| first_host.is_some_and(|first| host.eq_ignore_ascii_case(first)));
    for section in &source.sections {
        if matches!(section.records, Records::None { .. }) {
            continue;
        }
        let is_elsewhere = section.is_elsewhere;
        let is_lent = one_host && !is_elsewhere;
        let host = if is_lent { first_host } else { section.host.as_deref() };
        let machine = (section.os, is_elsewhere, host.map(str::to_ascii_lowercase));
        let place = *places.entry(machine).or_insert(parts.len());
        match parts.get_mut(place) {
            Some(part) => part.sections.push(section),
            None => {
                parts.push(Part { index, source, host, os: section.os, sections: vec![section] });
            }
        }
    }
    parts
}

fn capture<'a>(group: &[Part<'a>]) -> Capture<'a> {
    let mut capture = Capture {
        host: group.iter().find_map(|part| part.host),
        os: group.first().map_or(Os::Other, |part| part.os),
        lists: group.iter().flat_map(|part| lists(part, phase(part))).collect(),
        services: group.iter().flat_map(services).collect(),
        facts: facts::of(group),
        exclusions_listed: group.iter().flat_map(facts::exclusions_listed).collect(),
        snapshots: Vec::new(),
    };
    // Files of one machine are told apart by time in their names, if at all.
    let mut by_time: Vec<&Part<'a>> = group.iter().collect();
    by_time.sort_by_key(|part| pairing::phase(&part.source.name));
    for part in by_time {
        for section in &part.sections {
            add_table(&mut capture.snapshots, part.source, part.index, section);
        }
    }
    capture.lists.sort_by_key(|list| list.position);
    capture
}

/// Adds a section of the source with this index to the snapshots before it: it is another, or a part of the last.
pub(crate) fn add_table<'a>(
    snapshots: &mut Vec<Snapshot<'a>>,
    source: &'a Source,
    index: usize,
    section: &'a Section,
) {
    let Records::Sockets { sockets, continues, shown } = &section.records else { return };
    let number = snapshots.len() + 1;
    if let Some(last) = snapshots.last_mut()
        && *continues
        && Arc::ptr_eq(&last.source.name, &source.name)
        && !last.begins_again(sockets)
    {
        if !sockets.is_empty() {
            last.tables.push(sockets);
        }
        last.seen_udp |= has_udp(sockets);
        if last.shown == Shown::Whole && *shown != Shown::Headless {
            last.shown = *shown;
        }
        return;
    }
    snapshots.push(Snapshot {
        number,
        source,
        position: Position { phase: 1, source: index, line: section.first_line },
        first_line: section.first_line,
        captured_at: section.captured_at.as_deref(),
        shown: *shown,
        tables: vec![sockets],
        seen_udp: has_udp(sockets),
    });
}

fn has_udp(sockets: &[Socket]) -> bool {
    sockets.iter().any(|socket| socket.protocol == Protocol::Udp)
}

/// When the lists of a source were taken. A file that has tables too tells so by its lines.
fn phase(part: &Part<'_>) -> u8 {
    if part.has_sockets() { 1 } else { pairing::phase(&part.source.name) }
}

fn services<'a>(part: &Part<'a>) -> Vec<ListedService<'a>> {
    let source = part.source;
    let phase = phase(part);
    let of_section = |section: &&'a Section| match &section.records {
        Records::Services { services } => services.as_slice(),
        _ => &[],
    };
    let services = part.sections.iter().flat_map(of_section);
    services
        .map(|service| {
            let position = Position { phase, source: part.index, line: service.line };
            ListedService { source, position, service }
        })
        .collect()
}

fn lists<'a>(part: &Part<'a>, phase: u8) -> Vec<ProcessList<'a>> {
    let list = |section: &&'a Section| {
        let Records::Processes { processes, complete } = &section.records else {
            return None;
        };
        let mut by_pid: Vec<(u32, usize)> =
            processes.iter().enumerate().map(|(index, process)| (process.pid, index)).collect();
        by_pid.sort_unstable();
        Some(ProcessList {
            source: part.source,
            position: Position { phase, source: part.index, line: section.first_line },
            processes,
            complete: *complete,
            is_given: false,
            by_pid,
        })
    };
    part.sections.iter().filter_map(list).collect()
}

impl<'a> ProcessList<'a> {
    /// Every row with this PID; more than one where the list contradicts itself.
    pub fn of_pid(&self, pid: u32) -> impl Iterator<Item = &'a Process> {
        let start = self.by_pid.partition_point(|(other, _)| *other < pid);
        self.by_pid
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(move |(other, _)| *other == pid)
            .filter_map(|(_, index)| self.processes.get(*index))
    }
}

impl<'a> Snapshot<'a> {
    /// All sockets, in the order of the lines.
    pub fn sockets(&self) -> impl Iterator<Item = &'a Socket> {
        self.tables.iter().copied().flatten()
    }

    /// Is this the table again? TCP stands before UDP, and IPv4 first: such a row behind UDP begins another.
    fn begins_again(&self, sockets: &[Socket]) -> bool {
        let is_tcp = |socket: &Socket| socket.protocol == Protocol::Tcp;
        let is_same = |first: &Socket, again: &Socket| {
            first.local == again.local && first.foreign == again.foreign
        };
        let Some((first, again)) = self.sockets().next().zip(sockets.first()) else { return false };
        let is_anew =
            self.seen_udp && (again.local.family == Some(Family::Ipv4) || is_same(first, again));
        // Without a heading the first row again, of the same process, is enough.
        let is_headless = self.shown == Shown::Headless;
        let comes_again = is_headless && first.pid.is_some() && first.pid == again.pid;
        is_tcp(first) && is_tcp(again) && (is_anew || (comes_again && is_same(first, again)))
    }
}

#[cfg(test)]
mod tests;
