//! The join and the filter, against simpler ones written here.

use portjoin::query::Filter;
use portjoin::{Owner, Process, Protocol, Socket, Source, State, assemble, join, read};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::config;
use super::given::{self, Layout, List, Netstat};

/// What netstat and the lists before and after it print into one file; sets the numbers of lines.
fn one_file(table: &mut Netstat, before: &mut Option<List>, after: &mut Option<List>) -> Source {
    let mut lines = Vec::new();
    if let Some(list) = before {
        lines.extend(list.lines(1));
    }
    lines.extend(table.lines(lines.len() + 1));
    if let Some(list) = after {
        lines.extend(list.lines(lines.len() + 1));
    }
    read("capture.txt", given::saved(&lines, &[], 0), None)
}

/// A list of few PIDs and few names, so that lists agree and disagree; whole lists have PID 0 and 4.
fn short_list() -> impl Strategy<Value = List> {
    let name = select(vec![
        "a.exe",
        "A.EXE",
        "b.exe",
        "StartMenuExperienceHost.exe",
        "startmenuexperiencehost.EXE",
        "StartMenuExperienceHost.com",
    ]);
    let layout = select(vec![Layout::Table([25, 8, 16, 11, 12]), Layout::Csv]);
    let pids = (2u32..8).prop_map(|n| n * 4);
    (layout, btree_map(pids, name, 0..6), any::<bool>()).prop_map(|(layout, mut names, whole)| {
        if whole {
            names.extend([(0, "System Idle Process"), (4, "System")]);
        }
        let process = |(pid, image_name): (u32, &str)| Process {
            pid,
            image_name: image_name.to_owned(),
            session_number: Some(0),
            ..Process::default()
        };
        List { layout, processes: names.into_iter().map(process).collect() }
    })
}

/// A table whose PIDs are those of the short lists, and some more.
fn short_table() -> impl Strategy<Value = Netstat> {
    (given::netstat(1..12), vec(0u32..10, 12)).prop_map(|(mut table, pids)| {
        for (socket, pid) in table.sockets.iter_mut().zip(pids) {
            socket.pid = socket.pid.map(|_| pid * 4);
        }
        table
    })
}

/// The owner by the words of the contract, and the names that it may have.
fn naive_owner(socket: &Socket, lists: &[&List]) -> (Owner, Vec<String>) {
    let mut rows: Vec<&Process> = Vec::new();
    for list in lists {
        rows.extend(list.processes.iter().filter(|process| Some(process.pid) == socket.pid));
    }
    let names: Vec<String> = rows.iter().map(|row| row.image_name.clone()).collect();
    let alive =
        [State::Listening, State::SynSent, State::SynReceived, State::Established, State::Bound];
    let closing = socket.protocol == Protocol::Tcp && !alive.contains(&socket.state.unwrap());
    let disagree = |a: &&Process, b: &&Process| {
        let (x, y) = (a.image_name.to_lowercase(), b.image_name.to_lowercase());
        let could_be = (a.image_name_truncated && y.starts_with(&x))
            || (b.image_name_truncated && x.starts_with(&y));
        x != y && !could_be
    };
    let whole =
        |list: &&List| [0, 4].iter().all(|pid| list.processes.iter().any(|p| p.pid == *pid));
    let owner = match socket.pid {
        None => Owner::NoPid,
        Some(0) if closing => Owner::None,
        Some(0) => Owner::NoPid,
        Some(4) => Owner::System,
        Some(_) if rows.iter().any(|a| rows.iter().any(|b| disagree(a, b))) => Owner::Ambiguous,
        Some(_) if !rows.is_empty() => Owner::Matched,
        Some(_) if lists.is_empty() => Owner::NoProcessList,
        Some(_) if lists.iter().any(whole) => Owner::NotListed,
        Some(_) => Owner::ListIncomplete,
    };
    (owner, names)
}

proptest! {
    #![proptest_config(config())]

    /// The join neither drops nor adds nor moves a socket, and names the owner that the contract names.
    #[test]
    fn owners_are_those_of_the_contract(
        mut table in short_table(),
        mut before in proptest::option::of(short_list()),
        mut after in proptest::option::of(short_list()),
    ) {
        let sources = [one_file(&mut table, &mut before, &mut after)];
        let assembly = assemble(&sources, &[]);
        let joined = join(&assembly.captures);
        prop_assert_eq!(&sources[0].diagnostics, &[]);
        prop_assert_eq!(assembly.captures.len(), 1);
        let sockets: Vec<&Socket> = joined.sockets.iter().map(|row| row.socket).collect();
        prop_assert_eq!(sockets, table.sockets.iter().collect::<Vec<_>>());

        let lists: Vec<&List> = before.iter().chain(&after).collect();
        for row in &joined.sockets {
            let (owner, names) = naive_owner(row.socket, &lists);
            prop_assert_eq!(row.owner, owner, "{:?}", row.socket);
            match owner {
                Owner::Matched => {
                    let name = row.image_name().unwrap();
                    let longest = names.iter().map(String::len).max();
                    prop_assert!(names.iter().any(|known| known == name));
                    prop_assert_eq!(Some(name.len()), longest);
                }
                Owner::System => prop_assert_eq!(row.image_name(), names.first().map(String::as_str)),
                Owner::Ambiguous => {
                    let shown = row.candidates.iter().map(|candidate| candidate.image_name);
                    prop_assert_eq!(shown.collect::<Vec<_>>(), names.iter().map(String::as_str).collect::<Vec<_>>());
                    prop_assert_eq!(row.image_name(), None);
                }
                _ => prop_assert_eq!(row.image_name(), None),
            }
            if let Some(evidence) = row.evidence {
                prop_assert_eq!(evidence.process.map(|process| process.pid), row.socket.pid);
            }
        }
    }

    /// The sockets of several sources come out in the order of sources and lines.
    #[test]
    fn the_join_keeps_the_order(tables in vec(short_table(), 1..4), list in short_list()) {
        let mut sources = Vec::new();
        let mut order = Vec::new();
        for (index, mut table) in tables.into_iter().enumerate() {
            let name = format!("host{index}/netstat.txt");
            let lines = table.lines(1);
            sources.push(read(&name, given::saved(&lines, &[], 0), None));
            order.extend(table.sockets.iter().map(|socket| (name.clone(), socket.line)));
        }
        let lines = list.clone().lines(1);
        sources.push(read("host0/tasklist.txt", given::saved(&lines, &[], 0), None));
        let assembly = assemble(&sources, &[]);
        let joined = join(&assembly.captures);
        let joined = joined.sockets.iter().map(|row| (row.source.name.to_string(), row.socket.line));
        prop_assert_eq!(joined.collect::<Vec<_>>(), order);
    }

    /// `--port` lets a row pass where its local port is that number, and no other row.
    #[test]
    fn a_port_passes_itself_alone(
        mut table in given::netstat(1..12),
        which: Index,
        other in proptest::option::of(any::<u16>()),
    ) {
        let sources = [one_file(&mut table, &mut None, &mut None)];
        let port = other.or(which.get(&table.sockets).local.port).unwrap();
        let assembly = assemble(&sources, &[]);
        let mut rows = join(&assembly.captures).sockets;
        Filter { ports: vec![port..=port], ..Filter::default() }.apply(&mut rows);
        let expected = table.sockets.iter().filter(|socket| socket.local.port == Some(port));
        prop_assert_eq!(
            rows.iter().map(|row| row.socket).collect::<Vec<_>>(),
            expected.collect::<Vec<_>>()
        );
    }
}
