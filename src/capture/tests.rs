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
