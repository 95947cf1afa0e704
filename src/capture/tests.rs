//! States that are inferred from the rest of a snapshot, tables that begin again, and what belongs together.

use super::*;
use crate::state::State;

/// Infers the states of rows given as local port, foreign port, PID and state.
fn states(rows: &[(u16, u16, u32, &str)]) -> Vec<Option<State>> {
    let rows = rows.iter().map(|(local, foreign, pid, state)| {
        format!("TCP 192.0.2.1:{local} 0.0.0.0:{foreign} {state} {pid}\n")
    });
    let sources = [crate::read("x", rows.collect::<String>().into_bytes(), None)];
    let joined = crate::join(&assemble(&sources, &[]).captures);
    joined.sockets.iter().map(|row| row.state).collect()
}

const LISTENING: Option<State> = Some(State::Listening);
const BOUND: Option<State> = Some(State::Bound);

#[test]
fn one_word_on_foreign_port_0_means_listening() {
    let rows = [(80, 0, 8, "OYE"), (81, 9, 8, "OYE"), (82, 9, 8, "HABLA"), (83, 9, 0, "ESPERA")];
    assert_eq!(states(&rows), [LISTENING, LISTENING, None, Some(State::TimeWait)]);
}

#[test]
fn of_two_words_that_on_135_means_listening() {
    let rows = [(80, 0, 8, "ATADO"), (135, 0, 8, "OYE"), (445, 0, 4, "OYE")];
    assert_eq!(states(&rows), [BOUND, LISTENING, LISTENING]);
    assert_eq!(states(&[(80, 0, 8, "ATADO"), (81, 0, 8, "OYE")]), [None, None]);
}

#[test]
fn a_known_word_leaves_bound_for_the_other() {
    assert_eq!(states(&[(80, 0, 8, "ATADO"), (81, 0, 8, "LISTENING")]), [BOUND, LISTENING]);
}

#[test]
fn a_state_that_is_missing_is_inferred_unless_sockets_are_shown_bound() {
    assert_eq!(states(&[(80, 0, 8, ""), (81, 0, 8, "LISTENING")]), [LISTENING, LISTENING]);
    assert_eq!(states(&[(80, 0, 8, ""), (81, 0, 8, "BOUND")]), [None, BOUND]);
    assert_eq!(states(&[(80, 0, 8, ""), (81, 0, 8, "OYE")]), [LISTENING, LISTENING]);
}

#[test]
fn a_word_that_could_be_listening_says_nothing() {
    let beside_listening = |word| states(&[(80, 0, 8, word), (81, 0, 8, "LISTENING")])[0];
    for word in [
        "LISTENIN",
        "listenin",
        "LISTENMMM",
        "LISTENINGABC",
        "LI5TENlNG",
        "LISTENIN-",
        "[c]LISTENING[/c]",
    ] {
        assert_eq!(beside_listening(word), None, "{word}");
    }
    for word in ["LISTEMMMM", "LISTE", "LISTEMINGABCD", "ATADO"] {
        assert_eq!(beside_listening(word), BOUND, "{word}");
    }
}

#[test]
fn words_that_are_not_on_foreign_port_0_say_nothing_of_listeners() {
    // What stands on 135 decides only among rows that could listen, of TCP, with a word not known.
    let rows = [(80, 0, 8, "ATADO"), (81, 0, 8, "OYE"), (135, 9, 8, "HABLA")];
    assert_eq!(states(&rows), [None, None, None]);
    let rows = [(80, 0, 8, "ATADO"), (445, 0, 8, "OYE"), (81, 0, 8, "")];
    assert_eq!(states(&rows), [BOUND, LISTENING, None]);
    assert_eq!(states(&[(80, 9, 0, ""), (81, 9, 8, "")]), [Some(State::TimeWait), None]);
}

/// Sources of these texts, each of a name of its own.
fn sources(texts: &[&str]) -> Vec<Source> {
    let read = |(index, text): (usize, &&str)| {
        crate::read(&format!("{index}.txt"), text.as_bytes().to_vec(), None)
    };
    texts.iter().enumerate().map(read).collect()
}

const TABLE: &str = "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 888\n";
const LIST: &str = "\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\"\n\
                    \"a.exe\",\"888\",\"Services\",\"0\",\"8 K\"\n";
const FACTS: &str = "Protocol tcp Port Exclusion Ranges\n\n\
                     Start Port    End Port\n----------    --------\n        80          80\n";

#[test]
fn two_tables_and_something_more_are_many() {
    let many = |texts: &[&str]| are_many(&sources(texts));
    assert!(many(&[TABLE, TABLE, LIST]) && many(&[TABLE, TABLE, TABLE]));
    assert!(!many(&[TABLE, TABLE]) && !many(&[TABLE, LIST, LIST]) && !many(&[LIST, LIST, LIST]));
    assert!(!many(&[TABLE, TABLE, FACTS]) && many(&[TABLE, TABLE, FACTS, LIST]));
}

/// The snapshot of every row, where these stand below a heading or below none, with prose between them.
fn snapshots(headed: bool, rows: &[&str]) -> Vec<usize> {
    let heading = "Proto  Local Address  Foreign Address  State  PID\n";
    let text = rows.join("\n\nwe then looked at the rest of it\n\n") + "\n";
    let sources = sources(&[&(if headed { heading.to_owned() } else { String::new() } + &text)]);
    let joined = crate::join(&assemble(&sources, &[]).captures);
    joined.sockets.iter().map(|row| row.snapshot).collect()
}

#[test]
fn tcp_behind_udp_begins_another_table() {
    let (tcp, udp) = ("TCP 192.0.2.1:80 192.0.2.9:81 ESTABLISHED 888", "UDP 0.0.0.0:53 *:* 888");
    let ipv6 = "TCP [2001:db8::1]:80 [2001:db8::9]:81 ESTABLISHED 888";
    let other = "TCP [2001:db8::1]:80 [2001:db8::9]:82 ESTABLISHED 888";
    assert_eq!(snapshots(true, &[tcp, udp, tcp]), [1, 1, 2]);
    assert_eq!(snapshots(true, &[tcp, udp, tcp, &tcp.replace(":81", ":82")]), [1, 1, 2, 2]);
    assert_eq!(snapshots(true, &[tcp, tcp, udp]), [1, 1, 1]);
    assert_eq!(snapshots(true, &[udp, tcp]), [1, 1]);
    assert_eq!(snapshots(true, &[udp, udp, tcp]), [1, 1, 1]);
    assert_eq!(snapshots(true, &[tcp, udp, udp]), [1, 1, 1]);
    // IPv6 stands behind IPv4, unless it comes again.
    assert_eq!(snapshots(true, &[tcp, udp, ipv6]), [1, 1, 1]);
    assert_eq!(snapshots(true, &[ipv6, udp, ipv6]), [1, 1, 2]);
    assert_eq!(snapshots(true, &[ipv6, udp, other]), [1, 1, 1]);
}

#[test]
fn without_a_heading_the_first_row_of_the_same_process_begins_another_table() {
    let row = "TCP 192.0.2.1:80 192.0.2.9:81 ESTABLISHED 888";
    let other = "TCP 192.0.2.1:80 192.0.2.9:82 ESTABLISHED 888";
    assert_eq!(snapshots(false, &[row, other, row]), [1, 1, 2]);
    assert_eq!(snapshots(true, &[row, other, row]), [1, 1, 1]);
    assert_eq!(snapshots(false, &[row, &row.replace("888", "900")]), [1, 1]);
    let without = row.replace(" 888", "");
    assert_eq!(snapshots(false, &[&without, &without]), [1, 1]);
}

/// Reads files of these names and gives for every capture its sources, and what is said.
fn captures(files: &[(&str, &str)], others: Others) -> (Vec<String>, Vec<String>) {
    let read = |(name, text): &(&str, &str)| crate::read(name, text.as_bytes().to_vec(), None);
    let sources: Vec<_> = files.iter().map(read).collect();
    let assembly = assemble_among(&sources, &[], others);
    let names = |capture: &Capture<'_>| {
        let tables = capture.snapshots.iter().map(|one| &*one.source.name);
        let lists = capture.lists.iter().map(|one| &*one.source.name);
        let facts = capture.facts.iter().map(|one| &*one.source.name);
        tables.chain(lists).chain(facts).collect::<Vec<_>>().join(" ")
    };
    let said = assembly.unpaired.diagnostics().into_iter().map(|one| one.message);
    (assembly.captures.iter().map(names).collect(), said.collect())
}

fn table_and_list<'a>(table: &'a str, list: &'a str) -> Vec<String> {
    captures(&[(table, TABLE), (list, LIST)], Others::None).0
}

#[test]
fn the_only_two_are_joined_unless_their_names_tell_them_apart() {
    for (table, list) in [
        ("x.txt", "y.txt"),
        ("netstat.txt", "srv2-tasklist.txt"),
        ("srv1-netstat.txt", "tasklist.txt"),
        ("netstat-listening.txt", "tasklist_full_20261123.txt"),
        ("srv1-netstat-1030.txt", "srv1-process-list.txt"),
        ("ports of web.txt", "x.txt"),
        ("srv1/netstat.txt", "lists/tasklist.txt"),
        ("a/netstat.txt", "b/tasklist.txt"),
    ] {
        assert_eq!(table_and_list(table, list), [format!("{table} {list}")]);
    }
    for (table, list) in [
        ("srv1-netstat.txt", "srv2-tasklist.txt"),
        ("srv1-netstat.txt", "web2-tasklist.txt"),
        ("srv-a-netstat.txt", "srv-b-tasklist.txt"),
        ("web-prod-netstat.txt", "db-prod-tasklist.txt"),
        ("alpha_ports.txt", "beta_processes.txt"),
        ("SRVA-netstat.log", "SRVB-ps.txt"),
        ("web.netstat", "db.tasklist"),
        ("srv1/netstat.txt", "srv2/tasklist.txt"),
        ("srv1/netstat.txt", "web2/tasklist.txt"),
    ] {
        assert_eq!(table_and_list(table, list), [table, list]);
    }
}

#[test]
fn of_many_those_of_one_name_and_the_only_two_of_a_folder_are_joined() {
    let files = [
        ("d/x.txt", TABLE),
        ("d/y.txt", LIST),
        ("e/x.txt", TABLE),
        ("e/y.txt", LIST),
        ("e/z.txt", LIST),
        ("f/web-netstat.txt", TABLE),
        ("f/web-tasklist-atend.txt", LIST),
        ("f/web-tasklist-atstart.txt", LIST),
        ("g/x.txt", TABLE),
        ("g/z.txt", TABLE),
    ];
    let by_name = "f/web-netstat.txt f/web-tasklist-atstart.txt f/web-tasklist-atend.txt";
    let alone = ["e/x.txt", "e/y.txt", "e/z.txt", by_name, "g/x.txt", "g/z.txt"];
    let by_folder = ["d/x.txt d/y.txt"].into_iter().chain(alone).collect::<Vec<_>>();
    assert_eq!(captures(&files, Others::None).0, by_folder);
    assert_eq!(captures(&files, Others::InTheCall).0, by_folder);
    let by_name = ["d/x.txt", "d/y.txt"].into_iter().chain(alone).collect::<Vec<_>>();
    assert_eq!(captures(&files, Others::InTheFolder).0, by_name);
    assert_eq!(captures(&files[..2], Others::InTheFolder).0, ["d/x.txt", "d/y.txt"]);
}

#[test]
fn facts_belong_to_the_only_table_that_fits() {
    let of = |files: &[(&str, &str)], others| captures(files, others).0;
    let (a, b, c) = (("d/a.txt", TABLE), ("e/b.txt", TABLE), ("f/c.txt", TABLE));
    assert_eq!(of(&[a, ("x.txt", FACTS)], Others::None), ["d/a.txt x.txt"]);
    assert_eq!(of(&[a, ("x.txt", FACTS)], Others::InTheCall), ["d/a.txt", "x.txt"]);
    assert_eq!(of(&[a, b, ("x.txt", FACTS)], Others::None), ["d/a.txt", "e/b.txt", "x.txt"]);
    let files = [a, b, ("e/b-netsh.txt", FACTS), c, ("f/x.txt", FACTS)];
    let joined = ["d/a.txt", "e/b.txt e/b-netsh.txt", "f/c.txt f/x.txt"];
    assert_eq!(of(&files, Others::None), joined);
    // A list is no table to which they could belong.
    let files = [a, ("d/l.txt", LIST), ("e/m.txt", LIST), ("x.txt", FACTS)];
    assert_eq!(of(&files, Others::None), ["d/a.txt d/l.txt x.txt", "e/m.txt"]);
}

#[test]
fn what_is_not_joined_is_said_where_it_could_have_been() {
    let said = |files: &[(&str, &str)], others| captures(files, others).1;
    let (a, b) = (("d/a.txt", TABLE), ("e/b.txt", TABLE));
    let list = |name| (name, LIST);
    assert!(said(&[a], Others::None).is_empty() && said(&[a, b], Others::None).is_empty());
    assert!(said(&[list("l.txt"), list("m.txt")], Others::None).is_empty());
    assert!(said(&[list("l.txt"), ("x.txt", FACTS)], Others::None).is_empty());
    assert_eq!(said(&[list("l.txt"), ("x.txt", FACTS)], Others::InTheCall).len(), 1);
    assert_eq!(said(&[a, b, ("x.txt", FACTS)], Others::None).len(), 1);
    let lists = [a, list("l.txt"), list("m.txt"), list("n.txt")];
    let could_be = |files: &[_]| said(files, Others::None).concat();
    assert!(could_be(&lists[..3]).ends_with("it could be l.txt or 1 other"));
    assert!(could_be(&lists).ends_with("it could be l.txt or 2 others"));
}

/// A text that `--save` wrote on this machine.
fn saved(host: &str, command: &str, text: &str) -> String {
    format!("===== portjoin {host} - {command} =====\n{text}")
}

#[test]
fn lists_that_are_given_hold_for_their_machine() {
    let lists_of = |table: &str, given: &[&str]| {
        let (sources, given) = (sources(&[table]), sources(given));
        let assembly = assemble(&sources, &given);
        let lists = assembly.captures.iter().flat_map(|capture| &capture.lists);
        let names = lists.map(|list| list.source.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names.is_empty(), !assembly.unpaired.diagnostics().is_empty());
        names
    };
    let table = |host| saved(host, "netstat -ano", TABLE);
    let list = |host| saved(host, "tasklist /fo csv", LIST);
    let (srv1, srv2) = (list("SRV1"), list("SRV2"));
    assert_eq!(lists_of(&table("srv1"), &[&srv1, &srv2]), ["0.txt"]);
    assert_eq!(lists_of(&table("SRV2"), &[&srv1, &srv2, LIST]), ["1.txt", "2.txt"]);
    assert!(lists_of(&table("SRV3"), &[&srv1, &srv2]).is_empty());
    // Whose machine is not named can be that of one list, not of several.
    assert_eq!(lists_of(TABLE, &[&srv1, &list("srv1")]), ["0.txt", "1.txt"]);
    assert!(lists_of(TABLE, &[&srv1, &srv2]).is_empty());
    assert_eq!(lists_of(TABLE, &[&srv1, &saved("SRV2", "netstat -ano", TABLE)]), ["0.txt"]);
    let linux = "os,pid,image_name,parent_pid,start_time,user_name,path,command_line\n\
                 linux,888,nginx,1,,,,\n";
    assert!(lists_of(TABLE, &[linux]).is_empty());
}

#[test]
fn another_line_is_another_time_of_the_same_source() {
    let first = Position { phase: 1, source: 3, line: 20 };
    let at = |source, line| Position { phase: 1, source, line };
    assert!(first.at_line(19) < first && first < first.at_line(21));
    assert!(at(2, 99) < first.at_line(1) && first.at_line(99) < at(4, 1));
    assert!(Position { phase: 0, ..first } < first.at_line(1));
}

#[test]
fn what_names_no_machine_is_of_the_one_that_is_named() {
    let sources = sources(&[&(LIST.to_owned() + "\n" + &saved("SRV1", "netstat -ano", TABLE))]);
    let captures = assemble(&sources, &[]).captures;
    assert_eq!((captures.len(), captures[0].host), (1, Some("SRV1")));
    assert_eq!((captures[0].snapshots.len(), captures[0].lists.len()), (1, 1));
}

#[test]
fn a_table_is_whole_if_all_of_its_parts_are() {
    let heading = "Proto  Local Address  Foreign Address  State  PID\n";
    let shown = |text: &str| {
        let sources = sources(&[text]);
        let captures = assemble(&sources, &[]).captures;
        assert_eq!(captures[0].snapshots.len(), 1);
        captures[0].snapshots[0].shown
    };
    let other = "\n\nwe then looked at the rest of it\n\nUDP 0.0.0.0:53 *:* 888\n";
    assert_eq!(shown(&format!("{heading}{TABLE}{other}")), Shown::Whole);
    assert_eq!(shown(&format!("{heading}{TABLE}{other}...\n{other}")), Shown::Elided);
    assert_eq!(shown(&format!("{TABLE}{other}...\n{other}")), Shown::Headless);
}
