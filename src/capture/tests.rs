//! States that are inferred from the rest of a snapshot.

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
