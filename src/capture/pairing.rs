//! Which sources with only sockets belong to which with only processes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Capture, Part};
use crate::diagnostic::{Code, Diagnostic};
use crate::names;

/// Which other sources there are beside those that are assembled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Others {
    /// None.
    None,
    /// So many in other folders that no two of these are the only ones.
    InTheCall,
    /// And so many in the same folder.
    InTheFolder,
}

/// Netstat tables, process lists and port facts that were joined with nothing.
#[derive(Debug, Default)]
pub struct Unpaired {
    /// The source of each table, and whether it has a list too.
    tables: Vec<(Arc<str>, bool)>,
    lists: Vec<Arc<str>>,
    others: Vec<Diagnostic>,
}

impl Unpaired {
    /// Adds what is left of sources behind these.
    pub fn append(&mut self, mut behind: Unpaired) {
        self.tables.append(&mut behind.tables);
        self.lists.append(&mut behind.lists);
        self.others.append(&mut behind.others);
    }

    /// Of the lists that were given for every capture none is of this one's machine.
    pub(super) fn none_given(&mut self, capture: &Capture<'_>) {
        let Some(snapshot) = capture.snapshots.first() else { return };
        let message =
            "no process list was joined: those that were given are of another machine or system";
        self.others.push(
            Diagnostic::of_source(&snapshot.source.name, Code::Unpaired, message).with_help(
                "give a list of the machine that this table is of with --processes FILE",
            ),
        );
    }

    /// One for each table that could have had a list, and for port facts that could have had a table.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let of_table = |(name, has_list): &(Arc<str>, bool)| about(name, *has_list, &self.lists);
        self.tables.iter().filter_map(of_table).chain(self.others.iter().cloned()).collect()
    }

    fn of(parts: &[Part<'_>]) -> Self {
        let lists = || parts.iter().filter(|part| part.has_processes());
        let name = |part: &Part<'_>| Arc::clone(&part.source.name);
        let has_list = |table: &Part<'_>| lists().any(|list| list.index == table.index);
        let tables = parts.iter().filter(|part| part.has_sockets());
        Unpaired {
            tables: tables.map(|table| (name(table), has_list(table))).collect(),
            lists: lists().map(name).collect(),
            others: Vec::new(),
        }
    }
}

/// How parts are found that belong together, the surest way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    OnlyTwo,
    ByName,
    ByFolder,
}

impl Reading {
    /// Those that can be told among such others.
    fn all(others: Others) -> &'static [Reading] {
        match others {
            Others::None => &[Reading::OnlyTwo, Reading::ByName, Reading::ByFolder],
            Others::InTheCall => &[Reading::ByName, Reading::ByFolder],
            Others::InTheFolder => &[Reading::ByName],
        }
    }

    /// What is the same for parts that belong together.
    fn key(self, part: &Part<'_>) -> String {
        match self {
            Reading::OnlyTwo => String::new(),
            Reading::ByName => name_in_common(&part.source.name),
            Reading::ByFolder => folder(&part.source.name).to_owned(),
        }
    }
}

/// Parts grouped into captures, and what was left alone.
pub(super) fn pair(parts: Vec<Part<'_>>, others: Others) -> (Vec<Vec<Part<'_>>>, Unpaired) {
    let mut ranks: HashMap<String, usize> = HashMap::new();
    for part in &parts {
        ranks.entry(name_in_common(&part.source.name)).or_insert(part.index);
    }
    let (facts, parts): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.has_facts_only());
    let folders = count_by_folder(&parts);
    let all = parts.len();
    let (whole, halves): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.has_sockets() && part.has_processes());
    let mut groups: Vec<Vec<Part<'_>>> = whole.into_iter().map(|part| vec![part]).collect();

    let mut rest = halves;
    for reading in Reading::all(others) {
        let is_alone = |part: &Part<'_>| match reading {
            Reading::OnlyTwo => all == 2,
            Reading::ByName => true,
            Reading::ByFolder => folders.get(folder(&part.source.name)) == Some(&2),
        };
        let (alone, mut left): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_alone);
        let (paired, unpaired) = pair_by(alone, *reading);
        groups.extend(paired);
        left.extend(unpaired);
        left.sort_by_key(|part| part.index);
        rest = left;
    }

    let mut unpaired = Unpaired::of(&rest);
    groups.extend(rest.into_iter().map(|part| vec![part]));
    for part in facts {
        let home = home(&part, &groups, others).and_then(|home| groups.get_mut(home));
        match home {
            Some(group) => group.push(part),
            None => {
                unpaired.others.extend(homeless(&part, &groups, others));
                groups.push(vec![part]);
            }
        }
    }
    for group in &mut groups {
        group.sort_by_key(|part| part.index);
    }
    groups.sort_by_cached_key(|group| {
        let of_sockets = group.iter().find(|part| part.has_sockets()).or(group.first());
        of_sockets.map(|part| {
            let rank = ranks.get(&name_in_common(&part.source.name)).copied();
            (rank, part.index, part.sections.first().map(|first| first.first_line))
        })
    });
    (groups, unpaired)
}

fn count_by_folder(parts: &[Part<'_>]) -> BTreeMap<String, usize> {
    parts.iter().fold(BTreeMap::new(), |mut counts, part| {
        *counts.entry(folder(&part.source.name).to_owned()).or_default() += 1;
        counts
    })
}

type Groups<'a> = Vec<Vec<Part<'a>>>;

/// Pairs the parts that have the same key, where that leaves one reading and one machine.
///
/// By name a table may have several lists, at the start and at the end; otherwise there must be just one of each, in
/// the call or in the folder, and nothing else.
fn pair_by(parts: Vec<Part<'_>>, reading: Reading) -> (Groups<'_>, Vec<Part<'_>>) {
    let by_name = reading == Reading::ByName;
    let mut keyed: BTreeMap<String, Vec<Part<'_>>> = BTreeMap::new();
    for part in parts {
        keyed.entry(reading.key(&part)).or_default().push(part);
    }
    let (mut paired, mut left) = (Vec::new(), Vec::new());
    for (_, group) in keyed {
        let tables = group.iter().filter(|part| part.has_sockets()).count();
        let lists = group.len() - tables;
        let is_pair = tables >= 1 && lists >= 1 && (by_name || group.len() == 2);
        let is_apart = || numbered_apart(&group) || named_apart(&group) || in_folders_apart(&group);
        let is_doubtful = !by_name && is_apart();
        if is_pair && !is_doubtful && may_be_one_machine(&group) {
            paired.push(group);
        } else {
            left.extend(group);
        }
    }
    (paired, left)
}

/// The group to which port facts in a file of their own belong: the only one with sockets, the only one of
/// the same name, or the only one in the folder.
fn home(facts: &Part<'_>, groups: &Groups<'_>, others: Others) -> Option<usize> {
    Reading::all(others).iter().find_map(|reading| {
        let key = reading.key(facts);
        let fits = |group: &&Vec<Part<'_>>| {
            let of_table = group.iter().filter(|part| part.has_sockets());
            let mut of_table = of_table.filter(|part| reading.key(part) == key);
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
fn homeless(facts: &Part<'_>, groups: &Groups<'_>, others: Others) -> Option<Diagnostic> {
    let has_tables = others != Others::None || groups.iter().flatten().any(Part::has_sockets);
    has_tables.then(|| {
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

/// Do the names tell what is in the files, and beside that two machines, as `web-netstat` and `db-tasklist` do?
fn named_apart(parts: &[Part<'_>]) -> bool {
    let machines: Option<Vec<Vec<String>>> =
        parts.iter().map(|part| names::machine_words_of_file(split(&part.source.name).1)).collect();
    let machines = machines.unwrap_or_default();
    machines.iter().all(|words| !words.is_empty())
        && machines.windows(2).any(|two| two.first() != two.last())
}

/// Do they stand in folders of two machines, as `srv1/netstat.txt` and `srv2/tasklist.txt` do? Names of machines
/// have digits, most of them.
fn in_folders_apart(parts: &[Part<'_>]) -> bool {
    let folders: Vec<Vec<String>> = parts
        .iter()
        .map(|part| names::telling_words(split(folder(&part.source.name)).1))
        .filter(|words| words.iter().any(|word| word.contains(|c: char| c.is_ascii_digit())))
        .collect();
    folders.windows(2).any(|two| two.first() != two.last())
}

/// Why a netstat table got none of these lists.
fn about(table: &Arc<str>, has_list: bool, lists: &[Arc<str>]) -> Option<Diagnostic> {
    let message = match lists {
        [] => return None,
        _ if has_list => {
            "no process list was joined: the one in this file is of another machine".to_owned()
        }
        [one] => {
            format!("no process list was joined: it is not certain that {one} is of this machine")
        }
        [first, others @ ..] => {
            let count = others.len();
            let others = if count == 1 { "other" } else { "others" };
            format!("no process list was joined: it could be {first} or {count} {others}")
        }
    };
    let diagnostic = Diagnostic::of_source(table, Code::Unpaired, message);
    Some(diagnostic.with_help("give one netstat file, and its list with --processes FILE"))
}

/// What the names of files that belong together have in common: folder and file, without the words that tell
/// netstat from tasklist.
pub fn name_in_common(name: &str) -> String {
    let (folder, file) = split(name);
    format!("{folder}/{}", names::telling_words_of_file(file).join("-"))
}

/// The folder in the name of a file, empty where there is none. Names may be of Windows or of Unix.
pub fn folder(name: &str) -> &str {
    split(name).0
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
            assert_eq!(name_in_common(netstat), name_in_common(tasklist));
        }
        assert_ne!(name_in_common("srv1-netstat.txt"), name_in_common("srv2-tasklist.txt"));
        assert_ne!(name_in_common("a.netstat"), name_in_common("b.tasklist"));
        assert_ne!(name_in_common("a/netstat.txt"), name_in_common("b/tasklist.txt"));
    }

    #[test]
    fn names_tell_when() {
        assert_eq!(phase("tasklist-AtStart.txt"), 0);
        assert_eq!(phase("start/tasklist_AtEnd.txt"), 2);
        assert_eq!(phase("tasklist.txt"), 1);
    }
}
