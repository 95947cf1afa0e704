//! Microsoft's tables for a second bind, cell by cell, from a copy of them that the program does not read.

use portjoin::verdict::bind::{OPTIONS, Outcome, SCOPES, Scope, SocketOption, User, outcome};
use portjoin::verdict::era::Era;

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
