//! Query: which rows, in which order, and how many of a kind.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::column::Column;
use crate::join::OwnedSocket;
use crate::parse::{PlainRow, port_and_pid};
use crate::record::{Endpoint, Protocol};
use crate::state::State;

/// Which snapshots of a capture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Snapshots {
    /// Every one.
    #[default]
    All,
    /// The first of each capture.
    First,
    /// The last of each capture.
    Last,
    /// The one of this number, from 1.
    Number(usize),
}

/// What a row must be to pass. An empty list lets everything pass; of a list one entry must match.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Local ports, compared as numbers.
    pub ports: Vec<RangeInclusive<u16>>,
    /// Foreign ports, compared as numbers.
    pub foreign_ports: Vec<RangeInclusive<u16>>,
    /// Addresses on either side.
    pub addresses: Vec<Address>,
    /// Process identifiers.
    pub pids: Vec<u32>,
    /// Image names.
    pub processes: Vec<Glob>,
    /// Services in the owner.
    pub services: Vec<Glob>,
    /// States, by any spelling.
    pub states: Vec<StateName>,
    /// Only TCP sockets that listen.
    pub listening: bool,
    /// Only this protocol.
    pub protocol: Option<Protocol>,
    /// Which snapshots.
    pub snapshots: Snapshots,
}

impl Filter {
    /// Leaves only the rows that pass, in their order.
    pub fn apply(&self, rows: &mut Vec<OwnedSocket<'_>>) {
        let mut last_of_capture: HashMap<usize, usize> = HashMap::new();
        for row in rows.iter() {
            let last = last_of_capture.entry(row.capture).or_default();
            *last = row.snapshot.max(*last);
        }
        rows.retain(|row| {
            let in_snapshot = match self.snapshots {
                Snapshots::All => true,
                Snapshots::First => row.snapshot == 1,
                Snapshots::Last => last_of_capture.get(&row.capture) == Some(&row.snapshot),
                Snapshots::Number(number) => row.snapshot == number,
            };
            in_snapshot && self.passes(row)
        });
    }

    /// The same, for which any port is right.
    pub(crate) fn without_ports(&self) -> Filter {
        Filter { ports: Vec::new(), foreign_ports: Vec::new(), ..self.clone() }
    }

    /// Has this row the ports that are wanted?
    pub(crate) fn passes_ports(&self, row: &PlainRow<'_>) -> bool {
        let among = |ports: &[RangeInclusive<u16>], port: Option<u16>| {
            ports.is_empty()
                || port.is_some_and(|port| ports.iter().any(|range| range.contains(&port)))
        };
        among(&self.ports, Some(row.local.port))
            && among(&self.foreign_ports, row.foreign.map(|end| end.port))
    }

    /// Does a line that begins as a row of a log never pass, by its local port or by its PID? Ports and PIDs that are
    /// written otherwise than netstat writes them may.
    pub(crate) fn never_passes(&self, line: &[u8]) -> bool {
        if self.ports.is_empty() && self.pids.is_empty() {
            return false;
        }
        let Some((port, pid)) = port_and_pid(line) else { return false };
        let is_other = |pid: u32| !self.pids.is_empty() && !self.pids.contains(&pid);
        let has_port =
            self.ports.is_empty() || self.ports.iter().any(|ports| ports.contains(&port));
        !has_port || pid.is_some_and(is_other)
    }

    /// Does this row pass, whatever its snapshot?
    pub(crate) fn passes(&self, row: &OwnedSocket<'_>) -> bool {
        let socket = row.socket;
        let among = |ports: &[RangeInclusive<u16>], endpoint: &Endpoint| {
            ports.is_empty()
                || endpoint.port.is_some_and(|port| ports.iter().any(|range| range.contains(&port)))
        };
        among(&self.ports, &socket.local)
            && among(&self.foreign_ports, &socket.foreign)
            && any(&self.addresses, |address| {
                address.matches(&socket.local) || address.matches(&socket.foreign)
            })
            && any(&self.pids, |pid| socket.pid == Some(*pid))
            && any(&self.processes, |glob| is_of_process(row, glob))
            && any(&self.services, |glob| row.services.iter().any(|name| glob.matches(name)))
            && any(&self.states, |state| state.matches(row))
            && (!self.listening || row.state == Some(State::Listening))
            && self.protocol.is_none_or(|protocol| socket.protocol == protocol)
    }
}

fn any<T>(wanted: &[T], matches: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(matches)
}

fn is_of_process(row: &OwnedSocket<'_>, glob: &Glob) -> bool {
    row.evidence.iter().chain(&row.candidates).any(|evidence| {
        if evidence.truncated {
            glob.matches_cut(evidence.image_name)
        } else {
            glob.matches(evidence.image_name)
        }
    })
}

/// An address to look for. Numbers are compared by value, names without case; without a zone it stands
/// for the address in every zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
}

impl Address {
    /// From an address as netstat prints it, with or without brackets, or a host name.
    pub fn new(text: &str) -> Self {
        Address { text: text.trim_matches(['[', ']']).to_lowercase() }
    }

    fn matches(&self, endpoint: &Endpoint) -> bool {
        let Some(address) = &endpoint.address else {
            return self.text == "*";
        };
        let address = address.to_lowercase();
        if address == self.text {
            return true;
        }
        let (wanted, wanted_zone) = split_zone(&self.text);
        let (found, found_zone) = split_zone(&address);
        let zones = wanted_zone.is_none() || wanted_zone == found_zone;
        match (wanted.parse::<IpAddr>(), found.parse::<IpAddr>()) {
            (Ok(wanted), Ok(found)) => zones && wanted == found,
            _ => false,
        }
    }
}

fn split_zone(address: &str) -> (&str, Option<&str>) {
    match address.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (address, None),
    }
}

/// A state by any spelling: of the row's own word or of what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateName {
    text: String,
    state: Option<State>,
}

impl StateName {
    /// From a canonical name, another spelling, or a word of the capture.
    pub fn new(text: &str) -> Self {
        StateName { text: text.to_lowercase(), state: State::from_text(text) }
    }

    /// Is this a state that portjoin knows?
    pub fn is_known(&self) -> bool {
        self.state.is_some()
    }

    fn matches(&self, row: &OwnedSocket<'_>) -> bool {
        let text = row.socket.state_text.as_deref();
        (self.state.is_some() && self.state == row.state)
            || text.is_some_and(|text| text.to_lowercase() == self.text)
    }
}

/// A pattern for names: `*` stands for any text, `?` for one character; case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    pattern: Vec<char>,
}

impl Glob {
    /// From the text of the pattern.
    pub fn new(pattern: &str) -> Self {
        Glob { pattern: pattern.to_lowercase().chars().collect() }
    }

    /// Does the whole name match?
    ///
    /// ```
    /// use portjoin::query::Glob;
    /// assert!(Glob::new("sql*.exe").matches("SqlServr.exe"));
    /// assert!(!Glob::new("sql").matches("sqlservr.exe"));
    /// ```
    pub fn matches(&self, name: &str) -> bool {
        self.reachable(name).last().copied().unwrap_or_default()
    }

    /// Could some name that begins like this one match? For names that were cut.
    pub fn matches_cut(&self, start: &str) -> bool {
        self.reachable(start).into_iter().any(|reached| reached)
    }

    /// Which places in the pattern the name leads to, from before the first sign to behind the last.
    /// Takes the length of the pattern times that of the name, whatever they are.
    fn reachable(&self, name: &str) -> Vec<bool> {
        let mut reached = vec![false; self.pattern.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        self.pass_stars(&mut reached);
        for c in name.to_lowercase().chars() {
            let mut next = vec![false; reached.len()];
            for (place, sign) in self.pattern.iter().enumerate() {
                if reached.get(place) != Some(&true) {
                    continue;
                }
                let to = match sign {
                    '*' => place,
                    sign if *sign == '?' || *sign == c => place + 1,
                    _ => continue,
                };
                if let Some(to) = next.get_mut(to) {
                    *to = true;
                }
            }
            self.pass_stars(&mut next);
            reached = next;
        }
        reached
    }

    fn pass_stars(&self, reached: &mut [bool]) {
        for (place, sign) in self.pattern.iter().enumerate() {
            if *sign == '*'
                && reached.get(place) == Some(&true)
                && let Some(next) = reached.get_mut(place + 1)
            {
                *next = true;
            }
        }
    }
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// What is compared.
    pub column: Column,
    /// Largest first?
    pub descending: bool,
}

/// Sorts by the first key, among equals by the next; rows that are equal in all keep their order.
pub fn sort(rows: &mut [OwnedSocket<'_>], keys: &[SortKey]) {
    rows.sort_by(|a, b| {
        keys.iter()
            .map(|key| {
                let order = key.column.compare(a, b);
                if key.descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
}

/// Rows that have the same values in some columns.
#[derive(Debug)]
pub struct Group<'r, 'a> {
    /// The first row of the group, from which the values are taken.
    pub first: &'r OwnedSocket<'a>,
    /// How many rows.
    pub count: usize,
}

/// Counts the rows that have the same values in these columns, the largest group first.
pub fn count_by<'r, 'a>(rows: &'r [OwnedSocket<'a>], columns: &[Column]) -> Vec<Group<'r, 'a>> {
    let mut groups: Vec<Group<'r, 'a>> = Vec::new();
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    for row in rows {
        let values: Vec<String> =
            columns.iter().map(|column| column.value(row).plain().into_owned()).collect();
        let place = *places.entry(values).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.count += 1,
            None => groups.push(Group { first: row, count: 1 }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Endpoint {
        Endpoint { address: Some(address.into()), ..Endpoint::default() }
    }

    #[test]
    fn addresses_are_compared_by_value() {
        assert!(Address::new("[::1]").matches(&at("0:0:0:0:0:0:0:1")));
        assert!(Address::new("FE80::1").matches(&at("fe80::1%12")));
        assert!(!Address::new("fe80::1%3").matches(&at("fe80::1%12")));
        assert!(!Address::new("192.0.2.1").matches(&at("192.0.2.10")));
        assert!(Address::new("SRV1").matches(&at("srv1")));
        assert!(Address::new("*").matches(&Endpoint::default()));
    }

    #[test]
    fn globs() {
        for (pattern, name, matches) in [
            ("*", "", true),
            ("svchost.exe", "SvcHost.EXE", true),
            ("svc*", "svchost.exe", true),
            ("*host*", "svchost.exe", true),
            ("?vchost.exe", "svchost.exe", true),
            ("svc?.exe", "svchost.exe", false),
            ("svc", "svchost.exe", false),
            ("", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(name), matches, "{pattern} {name}");
        }
    }

    #[test]
    fn a_cut_name_matches_what_could_be_its_end() {
        let cut = "StartMenuExperienceHost.e";
        assert!(Glob::new("StartMenuExperienceHost.exe").matches_cut(cut));
        assert!(Glob::new("start*").matches_cut(cut));
        assert!(!Glob::new("StartMenu.exe").matches_cut(cut));
    }

    #[test]
    fn globs_take_no_more_than_their_product() {
        let pattern = "*a".repeat(500);
        assert!(!Glob::new(&pattern).matches(&"a".repeat(499)));
    }
}
