//! Which sources with only sockets belong to which with only processes.

use std::collections::BTreeMap;

use super::Part;
use crate::diagnostic::{Code, Diagnostic};
use crate::names;

/// Parts grouped into captures, and a diagnostic for each netstat table left without a list that it
/// could have had.
pub(super) fn pair(parts: Vec<Part<'_>>) -> (Vec<Vec<Part<'_>>>, Vec<Diagnostic>) {
    let (facts, parts): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.has_facts_only());
    let folders = count_by(&parts, |part| folder(&part.source.name));
    let all = parts.len();
    let (whole, halves): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.has_sockets() && part.has_processes());
    let mut groups: Vec<Vec<Part<'_>>> = whole.into_iter().map(|part| vec![part]).collect();

    let mut rest = halves;
    let readings: [fn(&Part<'_>) -> String; 3] =
        [|_| String::new(), |part| key(&part.source.name), |part| folder(&part.source.name)];
    for (which, reading) in readings.into_iter().enumerate() {
        // By name a table may have several lists, at the start and at the end; otherwise there must be just one
        // of each, in the call or in the folder, and nothing else.
        let by_name = which == 1;
        let is_alone = |part: &Part<'_>| match which {
            0 => all == 2,
            1 => true,
            _ => folders.get(&folder(&part.source.name)) == Some(&2),
        };
        let (alone, mut others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_alone);
        let (paired, left) = pair_by(alone, reading, by_name);
        others.extend(left);
        let mut left = others;
        left.sort_by_key(|part| part.index);
        groups.extend(paired);
        rest = left;
    }

    let mut diagnostics = unpaired(&rest);
    groups.extend(rest.into_iter().map(|part| vec![part]));
    for part in facts {
        let home = home(&part, &groups).and_then(|home| groups.get_mut(home));
        match home {
            Some(group) => group.push(part),
            None => {
                diagnostics.extend(homeless(&part, &groups));
                groups.push(vec![part]);
            }
        }
    }
    for group in &mut groups {
        group.sort_by_key(|part| part.index);
    }
    groups.sort_by_key(|group| {
        let of_sockets = group.iter().find(|part| part.has_sockets()).or(group.first());
        of_sockets.map(|part| (part.index, part.sections.first().map(|first| first.first_line)))
    });
    (groups, diagnostics)
}

fn count_by(parts: &[Part<'_>], key: fn(&Part<'_>) -> String) -> BTreeMap<String, usize> {
    parts.iter().fold(BTreeMap::new(), |mut counts, part| {
        *counts.entry(key(part)).or_default() += 1;
        counts
    })
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
        let is_doubtful = !by_name && numbered_apart(&group);
        if is_pair && !is_doubtful && may_be_one_machine(&group) {
            paired.push(group);
        } else {
            left.extend(group);
        }
    }
    left.sort_by_key(|part| part.index);
    (paired, left)
}

/// The group to which port facts in a file of their own belong: the only one with sockets, the only one of
/// the same name, or the only one in the folder.
fn home(facts: &Part<'_>, groups: &Groups<'_>) -> Option<usize> {
    let readings: [fn(&Part<'_>) -> String; 3] =
        [|_| String::new(), |part| key(&part.source.name), |part| folder(&part.source.name)];
    readings.into_iter().find_map(|reading| {
        let fits = |group: &&Vec<Part<'_>>| {
            let of_table = group.iter().filter(|part| part.has_sockets());
            let mut of_table = of_table.filter(|part| reading(part) == reading(facts));
            of_table.any(|table| may_be_one_machine([table, facts]))
        };
        let mut found = groups.iter().enumerate().filter(|(_, group)| fits(group));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        }
    })
}

/// Why port facts in a file of their own were joined with no table.
fn homeless(facts: &Part<'_>, groups: &Groups<'_>) -> Option<Diagnostic> {
    groups.iter().flatten().any(Part::has_sockets).then(|| {
        let message = "these port facts were joined with no table: it is not certain of which machine \
                       they are";
        Diagnostic::of_source(&facts.source.name, Code::Unpaired, message)
            .with_help("give the files of one machine alone, or put them into one file")
    })
}

fn may_be_one_machine<'p>(parts: impl IntoIterator<Item = &'p Part<'p>> + Clone) -> bool {
    // Parts of one source are of several machines, or they would be one.
    let mut indices: Vec<usize> = parts.clone().into_iter().map(|part| part.index).collect();
    indices.sort_unstable();
    if indices.windows(2).any(|two| two.first() == two.last()) {
        return false;
    }
    let first_host = parts.clone().into_iter().find_map(|part| part.host);
    let first_os = parts.clone().into_iter().next().map(|part| part.os);
    parts.into_iter().all(|part| {
        let same_host = part.host.zip(first_host).is_none_or(|(a, b)| a.eq_ignore_ascii_case(b));
        Some(part.os) == first_os && same_host
    })
}

/// Do the names differ in their digits alone, as `srv1-netstat` and `srv2-tasklist` do? Then they are
/// likely of two machines, or of two times.
fn numbered_apart(parts: &[Part<'_>]) -> bool {
    let words: Vec<Vec<String>> = parts
        .iter()
        .map(|part| names::telling_words_of_file(split(&part.source.name).1))
        .filter(|words| !words.is_empty())
        .collect();
    let without_digits =
        |words: &[String]| words.concat().replace(|c: char| c.is_ascii_digit(), "");
    words.windows(2).any(|two| match two {
        [a, b] => a != b && without_digits(a) == without_digits(b),
        _ => false,
    })
}

fn unpaired(parts: &[Part<'_>]) -> Vec<Diagnostic> {
    let lists: Vec<&Part<'_>> = parts.iter().filter(|part| part.has_processes()).collect();
    let tables = parts.iter().filter(|part| part.has_sockets());
    tables.filter_map(|table| about(table, &lists)).collect()
}

/// Why a netstat table got none of these lists.
fn about(table: &Part<'_>, lists: &[&Part<'_>]) -> Option<Diagnostic> {
    let own = lists.iter().any(|list| list.index == table.index);
    let message = match lists {
        [] => return None,
        _ if own => {
            "no process list was joined: the one in this file is of another machine".to_owned()
        }
        [one] => {
            let name = &one.source.name;
            format!("no process list was joined: it is not certain that {name} is of this machine")
        }
        [first, others @ ..] => {
            let (name, count) = (&first.source.name, others.len());
            let others = if count == 1 { "other" } else { "others" };
            format!("no process list was joined: it could be {name} or {count} {others}")
        }
    };
    let diagnostic = Diagnostic::of_source(&table.source.name, Code::Unpaired, message);
    Some(diagnostic.with_help("give one netstat file, and its list with --processes FILE"))
}

/// Folder and name of a file, without the words that tell netstat from tasklist.
fn key(name: &str) -> String {
    let (folder, file) = split(name);
    format!("{folder}/{}", names::telling_words_of_file(file).join("-"))
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
        assert_ne!(key("a.netstat"), key("b.tasklist"));
        assert_ne!(key("a/netstat.txt"), key("b/tasklist.txt"));
    }

    #[test]
    fn names_tell_when() {
        assert_eq!(phase("tasklist-AtStart.txt"), 0);
        assert_eq!(phase("start/tasklist_AtEnd.txt"), 2);
        assert_eq!(phase("tasklist.txt"), 1);
    }
}
