//! TCP states: the names netstat prints in English, and the other spellings that mean them.
//!
//! Windows prints English states in every language checked but German; the rest of the spellings
//! comes from Microsoft's own pages, from other systems and from damaged German text. A word that
//! is not here stays unknown: it is never guessed.

/// State of a TCP connection (RFC 9293 section 3.3.2), with Windows' additions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names say it; RFC 9293 defines them
pub enum State {
    Listening,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
    Closed,
    /// Bound, but neither listening nor connected (`netstat -q`).
    Bound,
    /// The connection is being deleted (Windows' `MIB_TCP_STATE_DELETE_TCB`).
    DeleteTcb,
}

/// Every state with its canonical name.
const NAMES: [(State, &str); 13] = [
    (State::Listening, "LISTENING"),
    (State::SynSent, "SYN_SENT"),
    (State::SynReceived, "SYN_RECEIVED"),
    (State::Established, "ESTABLISHED"),
    (State::FinWait1, "FIN_WAIT_1"),
    (State::FinWait2, "FIN_WAIT_2"),
    (State::CloseWait, "CLOSE_WAIT"),
    (State::Closing, "CLOSING"),
    (State::LastAck, "LAST_ACK"),
    (State::TimeWait, "TIME_WAIT"),
    (State::Closed, "CLOSED"),
    (State::Bound, "BOUND"),
    (State::DeleteTcb, "DELETE_TCB"),
];

/// Other spellings, in upper case and without `_`, `-` and blanks.
const ALIASES: &[(&str, State)] = &[
    // Microsoft's documentation, ReactOS, Linux
    ("LISTEN", State::Listening),
    ("ESTAB", State::Established),
    ("TIMEDWAIT", State::TimeWait),
    ("SYNSEND", State::SynSent),
    ("SYNCSEND", State::SynSent),
    ("SYNRCVD", State::SynReceived),
    ("SYNRECV", State::SynReceived),
    ("SYNCRECEIVED", State::SynReceived),
    // German
    ("ABHÖREN", State::Listening),
    ("ABHOEREN", State::Listening),
    ("ABHÃ–REN", State::Listening),
    ("ABH├ÛREN", State::Listening),
    ("HERGESTELLT", State::Established),
    ("WARTEND", State::TimeWait),
    ("SCHLIESSENWARTEN", State::CloseWait),
    ("SCHLIEßENWARTEN", State::CloseWait),
    ("SCHLIESSEND", State::Closing),
    ("FINWARTEN1", State::FinWait1),
    ("FINWARTEN2", State::FinWait2),
    ("SYNGESENDET", State::SynSent),
    ("SYNEMPFANGEN", State::SynReceived),
];

impl State {
    /// Canonical name, as netstat prints it in English.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    /// All canonical names, in the order of a connection's life.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// The state that a word or phrase means, in any spelling known; `None` for every other word.
    ///
    /// ```
    /// use portjoin::State;
    /// assert_eq!(State::from_text("Listening"), Some(State::Listening));
    /// assert_eq!(State::from_text("ABHÖREN"), Some(State::Listening));
    /// assert_eq!(State::from_text("PEUT-ÊTRE"), None);
    /// ```
    pub fn from_text(text: &str) -> Option<State> {
        if let Some((state, _)) = NAMES.iter().find(|(_, name)| *name == text) {
            return Some(*state);
        }
        let folded = fold(text);
        let is_folded = |name: &str| name.chars().filter(|c| *c != '_').eq(folded.chars());
        NAMES
            .iter()
            .find(|(_, name)| is_folded(name))
            .map(|(state, _)| *state)
            .or_else(|| ALIASES.iter().find(|(alias, _)| *alias == folded).map(|(_, state)| *state))
            .or_else(|| is_damaged_abhoeren(&folded).then_some(State::Listening))
    }

    /// Is the connection on its way out? In these states a socket may have no process any more.
    pub fn is_closing(self) -> bool {
        matches!(
            self,
            State::FinWait1
                | State::FinWait2
                | State::CloseWait
                | State::Closing
                | State::LastAck
                | State::TimeWait
                | State::Closed
                | State::DeleteTcb
        )
    }
}

fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' ' | '\\'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// `ABHÖREN` with its `Ö` read in a wrong code page, replaced or lost: `ABH™REN`, `ABH?REN`,
/// `ABHREN`. At most two characters stand where one was.
fn is_damaged_abhoeren(folded: &str) -> bool {
    folded
        .strip_prefix("ABH")
        .and_then(|rest| rest.strip_suffix("REN"))
        .is_some_and(|middle| middle.chars().count() <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_its_own_name() {
        for (state, name) in NAMES {
            assert_eq!(State::from_text(name), Some(state));
            assert_eq!(State::from_text(&name.to_lowercase().replace('_', " ")), Some(state));
            assert_eq!(state.name(), name);
        }
    }

    #[test]
    fn abhoeren_in_every_damage_seen() {
        for text in [
            "ABHÖREN",
            "ABH™REN",
            "ABH\u{99}REN",
            "ABH\u{fffd}REN",
            "ABH?REN",
            "ABHREN",
            "ABHÃ–REN",
            "ABH├ûREN",
            "ABHÍREN",
            "ABHOEREN",
        ] {
            assert_eq!(State::from_text(text), Some(State::Listening), "{text}");
        }
    }

    #[test]
    fn unknown_words_stay_unknown() {
        for text in ["", "ABHANGEREN", "ESCUCHANDO?", "LISTENINGS", "443"] {
            assert_eq!(State::from_text(text), None, "{text}");
        }
    }
}
