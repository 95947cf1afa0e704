//! What is printed reads back, nothing panics, and every line is accounted for.

use std::collections::BTreeSet;

use portjoin::parse::Accounting;
use portjoin::text::{Lines, decode};
use portjoin::{
    Column, Diagnostic, PortFact, Process, Records, Service, Socket, Source, assemble, join, read,
    render,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::config;
use super::given;
use super::rendering::one_line_a_socket;

fn sockets(source: &Source) -> Vec<Socket> {
    let of = |records: &Records| match records {
        Records::Sockets { sockets, .. } => sockets.clone(),
        _ => Vec::new(),
    };
    source.sections.iter().flat_map(|section| of(&section.records)).collect()
}

fn processes(source: &Source) -> Vec<Process> {
    let of = |records: &Records| match records {
        Records::Processes { processes, .. } => processes.clone(),
        _ => Vec::new(),
    };
    source.sections.iter().flat_map(|section| of(&section.records)).collect()
}

fn services(source: &Source) -> Vec<Service> {
    let of = |records: &Records| match records {
        Records::Services { services } => services.clone(),
        _ => Vec::new(),
    };
    source.sections.iter().flat_map(|section| of(&section.records)).collect()
}

/// The lines of what `netsh` says of ports.
fn facts(source: &Source) -> Vec<usize> {
    let of = |records: &Records| match records {
        Records::Facts { facts, .. } => facts.iter().map(PortFact::line).collect(),
        _ => Vec::new(),
    };
    source.sections.iter().flat_map(|section| of(&section.records)).collect()
}

proptest! {
    #![proptest_config(config())]

    /// Every socket that Windows prints reads back as it was, in any language, encoding and line ends.
    #[test]
    fn sockets_read_back(
        mut table in given::netstat(0..12),
        ends in vec(any::<Index>(), 1..20),
        encoding in 0usize..4,
    ) {
        let lines = table.lines(1);
        let source = read("netstat.txt", given::saved(&lines, &ends, encoding), None);
        prop_assert_eq!(&source.diagnostics, &[]);
        prop_assert_eq!(source.sections.len(), 1);
        prop_assert_eq!(source.sections[0].language, Some(table.language));
        prop_assert_eq!(sockets(&source), table.sockets);
        let (headers, blanks, rows) = (2, 2, lines.len() - 4);
        let lines = lines.len();
        prop_assert_eq!(
            source.accounting,
            Accounting { lines, rows, headers, blanks, ..Accounting::default() }
        );
    }

    /// Every process that Windows prints reads back as it was, but for what its column cuts off.
    #[test]
    fn processes_read_back(
        mut list in given::list(),
        ends in vec(any::<Index>(), 1..20),
        encoding in 0usize..4,
    ) {
        let lines = list.lines(1);
        let source = read("tasklist.txt", given::saved(&lines, &ends, encoding), None);
        prop_assert_eq!(&source.diagnostics, &[]);
        prop_assert_eq!(processes(&source), list.processes);
        prop_assert_eq!(source.sections.len(), 1);
    }

    /// A list names the program that printed it, and whatever else has the name of a command.
    #[test]
    fn a_list_names_its_own_program(
        mut list in given::list(),
        which: Index,
        name in select(vec!["tasklist.exe", "netstat.exe", "tasklist", "NETSTAT.EXE"]),
    ) {
        let at = which.index(list.processes.len());
        list.processes[at].image_name = name.to_owned();
        let lines = list.lines(1);
        let source = read("tasklist.txt", given::saved(&lines, &[], 0), None);
        prop_assert_eq!(processes(&source), list.processes);
        prop_assert_eq!(source.sections.len(), 1);
    }

    /// A name may begin or end like what mails and Markdown wrap round a line.
    #[test]
    fn a_name_like_a_wrapping_stays(
        mut list in given::list(),
        which: Index,
        name in select(vec!["# a.exe", "#a.exe", "- a.exe", "; a.exe", "a|||a"]),
    ) {
        let at = which.index(list.processes.len());
        list.processes[at].image_name = name.to_owned();
        let lines = list.lines(1);
        let source = read("tasklist.txt", given::saved(&lines, &[], 0), None);
        prop_assert_eq!(processes(&source), list.processes);
    }

    /// No bytes make any stage panic, no row is lost on the way, and each is printed on one line.
    #[test]
    fn nothing_panics(
        bytes in given::bytes(),
        other in select(given::captures()),
        width in proptest::option::of(0usize..200),
        colour: bool,
    ) {
        let sources = [read("netstat.txt", bytes, None), read("tasklist.txt", other, None)];
        let assembly = assemble(&sources, &[]);
        let joined = join(&assembly.captures);
        prop_assert_eq!(
            joined.sockets.len(),
            sources.iter().map(|source| sockets(source).len()).sum::<usize>()
        );
        one_line_a_socket(&joined.sockets, colour, width)?;

        let with_lists = assemble(&sources[..1], &sources[1..]);
        let joined = join(&with_lists.captures);
        prop_assert_eq!(joined.sockets.len(), sockets(&sources[0]).len());

        let mut diagnostics: Vec<&Diagnostic> = sources.iter().flat_map(|s| &s.diagnostics).collect();
        let without_rows = sources[0].without_rows();
        let unpaired = assembly.unpaired.diagnostics();
        diagnostics.extend(unpaired.iter().chain(&joined.findings).chain(&without_rows));
        render::render_diagnostics(diagnostics.iter().map(|one| (*one, 1)), colour);
        render::render_accounting(&sources[0].accounting);
        let mut json = Vec::new();
        let all: Vec<&Source> = sources.iter().collect();
        render::write_json(&mut json, &all, &joined.sockets, Column::ALL, &diagnostics).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    }

    /// The classes add up to the lines, and a diagnostic of a line shows that line and a place in it.
    #[test]
    fn every_line_is_accounted_for(bytes in given::bytes()) {
        let decoded = decode(bytes.clone(), None);
        let lines: Vec<_> = Lines::new(&decoded.text).collect();
        let source = read("any.txt", bytes, None);
        prop_assert!(source.accounting.adds_up());
        prop_assert_eq!(source.accounting.lines, lines.len());
        let mut seen = BTreeSet::new();
        for diagnostic in source.diagnostics.iter().filter(|d| d.line.is_some()) {
            let number = diagnostic.line.unwrap();
            let line = lines[number - 1].text;
            let is_one_part = !line.to_lowercase().contains("<br");
            prop_assert!(seen.insert(number) || !is_one_part, "two diagnostics of line {number}");
            // A line that is wrapped in signs of Markdown or HTML is shown without them.
            let text = if line.contains(['<', '&', '\\', '|']) { &diagnostic.text } else { line };
            prop_assert_eq!(&diagnostic.text, text);
            let column = diagnostic.column.unwrap();
            let end = text.chars().count() + 1;
            prop_assert!((1..=end).contains(&column), "column {column} of {text:?}");
            prop_assert!(diagnostic.length >= 1 && column + diagnostic.length <= end + 1);
        }
        prop_assert!(source.accounting.unread <= seen.len());
    }

    /// So many lines are rows as lines hold a record, but for lines of several parts.
    #[test]
    fn every_record_has_its_row(bytes in given::bytes()) {
        let text = decode(bytes.clone(), None).text.to_lowercase();
        if text.contains("<br") || text.contains(r"\r\n") {
            return Ok(());
        }
        let source = read("any.txt", bytes, None);
        let sockets = sockets(&source).into_iter().map(|socket| socket.line);
        let processes = processes(&source).into_iter().map(|process| process.line);
        let services = services(&source).into_iter().map(|service| service.line);
        let rows: BTreeSet<usize> = sockets.chain(processes).chain(services).chain(facts(&source)).collect();
        prop_assert_eq!(source.accounting.rows, rows.len());
        prop_assert!(rows.iter().all(|row| (1..=source.accounting.lines).contains(row)));
    }

    /// A line that could be a socket is read, or said not to be read.
    #[test]
    fn no_socket_is_prose(lines in vec(line(), 1..12)) {
        for line in lines.iter().filter(|line| may_be_a_socket(line)) {
            let source = read("line.txt", format!("{line}\r\n").into_bytes(), None);
            prop_assert_eq!(source.accounting.prose, 0, "{}", line);
            let is_said = source.diagnostics.iter().any(|diagnostic| diagnostic.line == Some(1));
            prop_assert!(source.accounting.unread == 0 || is_said, "{}", line);
        }
    }

    /// Nor is it prose among other lines, whatever they begin.
    #[test]
    fn no_socket_is_prose_among_other_lines(lines in vec(line(), 1..12)) {
        let source = read("lines.txt", lines.join("\r\n").into_bytes(), None);
        let may_be_prose =
            lines.iter().filter(|line| !line.trim().is_empty() && !may_be_a_socket(line)).count();
        prop_assert!(source.accounting.prose <= may_be_prose, "{:?}", source.accounting);
        let said: BTreeSet<_> = source.diagnostics.iter().filter_map(|d| d.line).collect();
        prop_assert!(source.accounting.unread <= said.len());
    }

    /// Nor where the name of a service stands for the port.
    #[test]
    fn no_socket_with_a_service_is_prose(
        address in select(vec!["192.0.2.1", "[2001:db8::1]", "*"]),
        service in select(vec!["http", "microsoft-ds", "domain"]),
        protocol in select(vec!["TCP", "udp"]),
    ) {
        for line in [format!("{protocol} to {address}:{service}"), format!("{address}:{service} {protocol}")] {
            let source = read("line.txt", line.clone().into_bytes(), None);
            prop_assert_eq!(source.accounting.prose, 0, "{}", line);
        }
    }
}

/// TCP or UDP as a word of its own, and an address with a port.
fn may_be_a_socket(line: &str) -> bool {
    let characters: Vec<char> = line.chars().collect();
    let in_word = |at: usize| characters.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let has_protocol = (0..characters.len().saturating_sub(2)).any(|at| {
        let word: String = characters[at..at + 3].iter().collect::<String>().to_lowercase();
        let is_alone = (at == 0 || !in_word(at - 1)) && !in_word(at + 3);
        matches!(&*word, "tcp" | "udp") && is_alone
    });
    let colons = (0..characters.len()).filter(|at| characters[*at] == ':');
    has_protocol
        && colons.into_iter().any(|at| {
            ends_in_an_address(&characters[..at]) && begins_with_a_port(&characters[at + 1..])
        })
}

/// A dotted quad, a text in brackets, or `*`.
fn ends_in_an_address(before: &[char]) -> bool {
    match before.last() {
        Some('*') => true,
        Some(']') => {
            let open = before.iter().rposition(|c| *c == '[');
            open.is_some_and(|open| open + 2 < before.len())
        }
        _ => {
            let start = before.iter().rposition(|c| !c.is_ascii_digit() && *c != '.');
            let quad: String = before[start.map_or(0, |at| at + 1)..].iter().collect();
            quad.parse::<std::net::Ipv4Addr>().is_ok()
        }
    }
}

/// `*`, or a number up to 65535.
fn begins_with_a_port(after: &[char]) -> bool {
    let digits: String = after.iter().take_while(|c| c.is_ascii_digit()).collect();
    after.first() == Some(&'*') || digits.parse::<u16>().is_ok()
}

/// A line of prose, of something like a socket, of a table, or blank.
fn line() -> impl Strategy<Value = String> {
    let word = select(vec![
        "TCP",
        "udp",
        "Tcp",
        "tcp,",
        "(UDP)",
        "tcp/",
        "TCPv6",
        "NTCP",
        "tcp_x",
        "192.0.2.1:80",
        "[::1]:53",
        "[fe80::1%4]:*",
        "*:*",
        "*:5353",
        "192.0.2.1:80/tcp",
        "udp://192.0.2.1:53",
        "1.2.3.4.5:6",
        "a:b",
        "the",
        "port",
        "is",
        "open",
        "LISTENING",
        "4",
        "->",
        "-",
        "host:80",
        "0.0.0.0:0",
        "K",
        "1,234",
        "PID",
        "é",
    ]);
    let mixed =
        (vec(word, 1..8), select(vec![" ", "  ", "\t"])).prop_map(|(words, gap)| words.join(gap));
    let fixed = select(vec![
        "",
        "",
        "  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       4",
        "...",
        "see below",
        "  UDP    0.0.0.0:53             *:*                                    888",
        "========================= ======== ================ =========== ============",
        "========== === ===",
        "Protocol tcp Port Exclusion Ranges",
        "Start Port    End Port",
        "----------    --------",
        "        80          80",
        "Protocol udp Dynamic Port Range",
        "---------------------------------",
        "Start Port      : 49152",
        "Number of Ports : 16384",
        "Listen on ipv4:             Connect to ipv4:",
        "Address         Port        Address         Port",
        "--------------- ----------  --------------- ----------",
        "*               8080        192.0.2.10      80",
        "    URL group ID: FE00000140000001",
        "    Request queue name: Pool",
        "                HTTP://+:80/",
        "        Process IDs:",
        "            5120",
        "    Reserved URL            : http://*:80/",
        "LocalAddress LocalPort RemotePort State  OwningProcess",
        "------------ --------- ---------- -----  -------------",
        "0.0.0.0      80        0          Listen           888",
        "LocalAddress  : ::",
        "LocalPort     : 80",
        "\"LocalAddress\",\"LocalPort\",\"State\"",
        "\"0.0.0.0\",\"80\",\"Listen\"",
        "     Id  SI ProcessName",
        "     --  -- -----------",
        "    888   0 svchost",
        "ProcessId : 888",
        "Name      : a.exe",
        "NETSTAT [-a] [-b]",
        "UID        PID  PPID  C STIME TTY          TIME CMD",
        "ERROR: Access is denied.",
        "Rule Name:                            Web",
        "PORT STATE SERVICE",
        "svchost.exe                    888 Services                   0      8,520 K",
        "C:\\>netstat -ano",
        "Active Connections",
        "  Proto  Local Address          Foreign Address        State           PID",
        "\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\"",
        "Host Name: SRV-1",
        "INFO: No tasks are running which match the specified criteria.",
        "\"a.exe\",\"8\",\"Services\",\"0\",\"8 K\"",
        "IPv4 Statistics",
        "IPv4 Route Table",
        "Active Internet connections (servers and established)",
    ]);
    prop_oneof![3 => mixed, 2 => fixed.prop_map(str::to_owned)]
}
