//! Microsoft's tables for a second bind, cell by cell, from a copy of them that the program does not read.

use portjoin::query::Snapshots;
use portjoin::verdict::bind::{OPTIONS, Outcome, SCOPES, Scope, SocketOption, User, outcome};
use portjoin::verdict::era::Era;
use portjoin::verdict::{Kind, Question, verdicts};
use portjoin::{Protocol, assemble, join, read};

const TABLES: &str = include_str!("bind-rules.tsv");

fn option(name: &str) -> SocketOption {
    match name {
        "default" => SocketOption::Default,
        "reuseaddr" => SocketOption::ReuseAddr,
        "exclusive" => SocketOption::Exclusive,
        other => panic!("{other}"),
    }
}

fn scope(name: &str) -> Scope {
    match name {
        "wildcard" => Scope::Wildcard,
        "specific" => Scope::Specific,
        other => panic!("{other}"),
    }
}

#[test]
fn every_cell_of_the_bind_tables() {
    let rows = TABLES.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut cells = 0;
    for row in rows {
        let [era, user, first_option, first_scope, second_option, second_scope, expected] =
            *row.split('\t').collect::<Vec<_>>()
        else {
            panic!("{row}")
        };
        let first = (option(first_option), scope(first_scope));
        let second = (option(second_option), scope(second_scope));
        let (eras, users): (&[Era], &[User]) = match (era, user) {
            ("xp", "any") => (&[Era::Xp], &[User::Same, User::Different]),
            ("2003", "same") => (&[Era::Server2003, Era::Vista], &[User::Same]),
            ("2003", "different") => (&[Era::Server2003, Era::Vista], &[User::Different]),
            other => panic!("{other:?}"),
        };
        let expected = match expected {
            "success" => Outcome::Works,
            "WSAEADDRINUSE" => Outcome::InUse,
            "WSAEACCES" => Outcome::Denied,
            other => panic!("{other}"),
        };
        for era in eras {
            for user in users {
                assert_eq!(outcome(*era, *user, first, second), expected, "{row}");
                cells += 1;
            }
        }
    }
    // Three eras, two users, and each option and scope twice.
    assert_eq!(cells, 3 * 2 * (OPTIONS.len() * SCOPES.len()).pow(2));
}

/// The kind of the verdict on a port, and the roles and PIDs of its holders.
fn verdict(netstat: &str, port: u16) -> (Kind, Vec<(&'static str, Option<u32>)>) {
    let text = format!(
        "\nActive Connections\n\n  Proto  Local Address          Foreign Address        State           \
         PID\n{netstat}  UDP    0.0.0.0:500            *:*                                    972\n"
    );
    let sources = [read("netstat.txt", text.into_bytes(), None)];
    let assembly = assemble(&sources, &[]);
    let joined = join(&assembly.captures);
    let question = Question {
        port,
        protocol: Protocol::Tcp,
        bind: None,
        era: Some(Era::Vista),
        snapshot: Snapshots::Last,
        suggest_kill: false,
    };
    let all = verdicts(&assembly.captures, &joined, &question);
    let [verdict] = all.as_slice() else { panic!("{all:?}") };
    let holders = verdict.holders.iter().map(|holder| (holder.role.name(), holder.pid));
    (verdict.kind, holders.collect())
}

#[test]
fn what_a_row_makes_of_its_port() {
    for (rows, kind, holders) in [
        (
            "  TCP  0.0.0.0:80  0.0.0.0:0  LISTENING  888\n",
            Kind::Held,
            vec![("listener", Some(888))],
        ),
        ("  TCP  0.0.0.0:80  0.0.0.0:0  LISTENING  4\n", Kind::Kernel, vec![("listener", Some(4))]),
        (
            "  TCP  192.0.2.1:80  a:https  HABLA  888\n",
            Kind::Connection,
            vec![("connection", Some(888))],
        ),
        (
            "  TCP  192.0.2.1:80  a:strange  HABLA  888\n",
            Kind::Connection,
            vec![("connection", Some(888))],
        ),
        (
            "  TCP  192.0.2.1:80  192.0.2.2:9  CLOSE_WAIT  888\n",
            Kind::Connection,
            vec![("connection", Some(888))],
        ),
        ("  TCP  192.0.2.1:80  192.0.2.2:9  TIME_WAIT  0\n", Kind::Lingering, vec![]),
        ("  TCP  192.0.2.1:80  192.0.2.2:9  FIN_WAIT_2  0\n", Kind::Lingering, vec![]),
        ("  TCP  192.0.2.1:8080  192.0.2.2:80  ESTABLISHED  888\n", Kind::NothingSeen, vec![]),
    ] {
        assert_eq!(verdict(rows, 80), (kind, holders), "{rows}");
    }
}

#[test]
fn connections_of_the_listener_are_its_own_and_of_another_process_are_not() {
    let rows = "  TCP  192.0.2.1:80  192.0.2.2:9  ESTABLISHED  888\n  \
        TCP  192.0.2.1:80  192.0.2.3:9  ESTABLISHED  892\n  TCP  0.0.0.0:80  0.0.0.0:0  LISTENING  888\n";
    let holders = vec![("listener", Some(888)), ("accepted", Some(892))];
    assert_eq!(verdict(rows, 80), (Kind::Held, holders));
}

#[test]
fn a_client_port_is_told_from_another() {
    let row = |port| format!("  TCP  192.0.2.1:{port}  192.0.2.2:443  ESTABLISHED  888\n");
    assert_eq!(verdict(&row(49152), 49152).1, [("client", Some(888))]);
    assert_eq!(verdict(&row(49151), 49151).1, [("connection", Some(888))]);
}
