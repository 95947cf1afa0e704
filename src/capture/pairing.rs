//! Which sources with only sockets belong to which with only processes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Part;
use crate::diagnostic::{Code, Diagnostic};

/// Parts grouped into captures, and a diagnostic for each netstat table left without a list that it
/// could have had.
pub(super) fn pair(parts: Vec<Part<'_>>) -> (Vec<Vec<Part<'_>>>, Vec<Diagnostic>) {
    let (whole, halves): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.has_sockets() && part.has_processes());
    let mut groups: Vec<Vec<Part<'_>>> = whole.into_iter().map(|part| vec![part]).collect();

    let mut rest = halves;
    let readings: [fn(&Part<'_>) -> String; 3] =
        [|_| String::new(), |part| key(&part.source.name), |part| folder(&part.source.name)];
    for (which, reading) in readings.into_iter().enumerate() {
        // By name a table may have several lists, at the start and at the end; otherwise just one.
        let by_name = which == 1;
        let (paired, left) = pair_by(rest, reading, by_name);
        groups.extend(paired);
        rest = left;
    }

    let diagnostics = unpaired(&rest);
    groups.extend(rest.into_iter().map(|part| vec![part]));
    for group in &mut groups {
        group.sort_by_key(|part| part.index);
    }
    groups.sort_by_key(|group| {
        let of_sockets = group.iter().find(|part| part.has_sockets()).or(group.first());
        of_sockets.map(|part| (part.index, part.sections.first().map(|first| first.first_line)))
    });
    (groups, diagnostics)
}

type Groups<'a> = Vec<Vec<Part<'a>>>;

/// Pairs the parts that have the same key, where that leaves one reading and one machine.
fn pair_by<'a>(
    parts: Vec<Part<'a>>,
    key: fn(&Part<'_>) -> String,
    by_name: bool,
) -> (Groups<'a>, Vec<Part<'a>>) {
    let mut keyed: BTreeMap<String, Vec<Part<'a>>> = BTreeMap::new();
    for part in parts {
        keyed.entry(key(&part)).or_default().push(part);
    }
    let (mut paired, mut left) = (Vec::new(), Vec::new());
    for (_, group) in keyed {
        let tables = group.iter().filter(|part| part.has_sockets()).count();
        let lists = group.len() - tables;
        let is_pair = tables >= 1 && lists >= 1 && (by_name || group.len() == 2);
        if is_pair && may_be_one_machine(&group) {
            paired.push(group);
        } else {
            left.extend(group);
        }
    }
    left.sort_by_key(|part| part.index);
    (paired, left)
}

fn may_be_one_machine(parts: &[Part<'_>]) -> bool {
    let host = |part: &Part<'_>| part.host.map(str::to_ascii_lowercase);
    parts.iter().all(|part| {
        parts.iter().all(|other| {
            let differ = host(part).zip(host(other)).is_some_and(|(a, b)| a != b);
            part.os == other.os && !differ
        })
    })
}

fn unpaired(parts: &[Part<'_>]) -> Vec<Diagnostic> {
    let lists: Vec<&str> =
        parts.iter().filter(|part| part.has_processes()).map(|part| &*part.source.name).collect();
    if lists.is_empty() {
        return Vec::new();
    }
    let message = match lists.as_slice() {
        [one] => format!("no process list was joined: it is not certain that {one} is its own"),
        [first, others @ ..] => format!(
            "no process list was joined: it could be {first} or {} other{}",
            others.len(),
            if others.len() == 1 { "" } else { "s" }
        ),
        [] => String::new(),
    };
    parts
        .iter()
        .filter(|part| part.has_sockets())
        .map(|part| {
            Diagnostic::of_source(&Arc::clone(&part.source.name), Code::Unpaired, &message)
                .with_help("give one netstat file, and its list with --processes FILE")
        })
        .collect()
}

/// Words of a file name that say what is in the file, not where it was taken.
const KIND_WORDS: [&str; 27] = [
    "netstat",
    "tasklist",
    "atstart",
    "atend",
    "start",
    "end",
    "before",
    "after",
    "at",
    "ano",
    "an",
    "anob",
    "aon",
    "nao",
    "svc",
    "csv",
    "process",
    "processes",
    "procs",
    "ps",
    "connections",
    "conns",
    "sockets",
    "ports",
    "output",
    "out",
    "txt",
];

/// Folder and name of a file, without the words that tell netstat from tasklist.
fn key(name: &str) -> String {
    let (folder, file) = split(name);
    let file = file.to_lowercase();
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    let stem = stem.replace("netstat", "-").replace("tasklist", "-");
    let words = stem.split(|c: char| !c.is_alphanumeric());
    let telling: Vec<&str> =
        words.filter(|word| !word.is_empty() && !KIND_WORDS.contains(word)).collect();
    format!("{folder}/{}", telling.join("-"))
}

fn folder(name: &str) -> String {
    split(name).0.to_owned()
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(['/', '\\']).unwrap_or(("", name))
}

/// When a file was taken, by its name: 0 at the start, 2 at the end, 1 where it does not say.
pub(super) fn phase(name: &str) -> u8 {
    let file = split(name).1.to_lowercase();
    let says = |words: [&str; 2]| words.iter().any(|word| file.contains(word));
    if says(["atstart", "before"]) {
        0
    } else if says(["atend", "after"]) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_belong_together() {
        for (netstat, tasklist) in [
            ("srv1-netstat.txt", "srv1-tasklist.txt"),
            ("hosts/srv1/netstat.txt", "hosts/srv1/tasklist.csv"),
            ("Netstat_SRV1.log", "TASKLIST_srv1_AtEnd.txt"),
            ("netstat-ano.web.01.txt", "tasklist-svc.web.01.txt"),
            (r"c:\t\dc1netstat.txt", r"c:\t\dc1tasklist.txt"),
        ] {
            assert_eq!(key(netstat), key(tasklist));
        }
        assert_ne!(key("srv1-netstat.txt"), key("srv2-tasklist.txt"));
        assert_ne!(key("a/netstat.txt"), key("b/tasklist.txt"));
    }

    #[test]
    fn names_tell_when() {
        assert_eq!(phase("tasklist-AtStart.txt"), 0);
        assert_eq!(phase("start/tasklist_AtEnd.txt"), 2);
        assert_eq!(phase("tasklist.txt"), 1);
    }
}
