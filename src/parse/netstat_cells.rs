//! What stands on a row of netstat besides endpoints and PID, and what may be wrong with it.

use std::sync::Arc;

use super::netstat_heading::Announced;
use super::netstat_owner;
use super::netstat_row::{Address, Row};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Protocol;
use crate::state::State;
use crate::text::Line;

/// Words in the column `Offload State` of `netstat -t`.
const OFFLOAD_STATES: [&str; 4] = ["InHost", "Offloaded", "Offloading", "Uploading"];

/// What stands on a row besides its endpoints and its PID.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cells<'a> {
    /// The state, one word or several; may be empty.
    pub state: &'a str,
    pub offload_state: Option<&'a str>,
    pub template: Option<&'a str>,
    pub time_in_state_ms: Option<u64>,
    /// What somebody appended; may be empty.
    pub appended: &'a str,
}

/// Sorts the words before and behind the PID. What follows a known state is none of it, and what follows
/// all columns of the heading was appended. Where the heading has a time and no PID, the number is the time.
pub(super) fn cells<'a>(row: &mut Row<'a>, announces: Announced) -> Cells<'a> {
    let time_alone = if announces.time_in_state && !announces.pid { row.pid.take() } else { None };
    let time_in_state_ms = time_alone.map(u64::from);
    let mut cells =
        Cells { time_in_state_ms, state: row.state, appended: row.trailing, ..Cells::default() };
    if netstat_owner::on_the_row(row.trailing, 0).is_some() {
        cells.appended = "";
    }
    if announces.time_in_state
        && let Ok(time) = row.trailing.parse()
    {
        (cells.time_in_state_ms, cells.appended) = (Some(time), "");
    }
    if let Some((words, last)) = split_last_word(cells.state)
        && OFFLOAD_STATES.contains(&last)
    {
        (cells.state, cells.offload_state) = (words, Some(last));
    }
    if let Some((first, more)) = cells.state.split_once(char::is_whitespace)
        && state_of(cells.state).is_none()
        && state_of(first).is_some()
    {
        let more = more.trim();
        cells.state = first;
        if announces.template { cells.template = Some(more) } else { cells.appended = more }
    }
    cells
}

/// The state that a word means, with the signs by which somebody marked it or without.
pub(super) fn state_of(text: &str) -> Option<State> {
    let signs = |c: char| c.is_ascii_punctuation();
    let around = |c: char| !c.is_alphabetic();
    [text, text.trim_matches(signs), text.trim_matches(around)]
        .into_iter()
        .find_map(State::from_text)
}

/// The words before the last, and the last.
fn split_last_word(text: &str) -> Option<(&str, &str)> {
    let at = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let (words, last) = text.split_at_checked(at)?;
    (!last.is_empty()).then_some((words.trim_end(), last))
}

/// A row that was read, and what may be wrong with it.
pub(super) struct Complaint<'a> {
    pub source: &'a Arc<str>,
    pub line: &'a Line<'a>,
    pub row: &'a Row<'a>,
    pub prefix: &'a str,
    pub cells: Cells<'a>,
    pub announces: Announced,
}

impl Complaint<'_> {
    /// The gravest of what is wrong, if anything is: a line has one diagnostic at the most.
    pub(super) fn diagnostic(&self) -> Option<Diagnostic> {
        let row = self.row;
        for side in [&row.local, &row.foreign] {
            if let Address::Invalid(text, _) = side.address {
                let message = format!("expected an address, found `{text}`");
                return Some(self.about(text, Code::BadAddress, &message));
            }
        }
        let end = self.line.text.get(self.line.text.trim_end().len()..).unwrap_or_default();
        if self.announces.pid && row.pid.is_none() {
            let message = "expected a PID, found the end of the line";
            return Some(self.about(end, Code::MissingPid, message));
        }
        let Cells { state, appended, .. } = self.cells;
        if row.protocol == Protocol::Tcp && state.is_empty() {
            let message = "expected a TCP state, found none";
            return Some(self.about(end, Code::MissingState, message));
        }
        if row.protocol == Protocol::Udp && !state.is_empty() {
            let message = format!("expected no state on a UDP row, found `{state}`");
            return Some(self.about(state, Code::UdpState, &message));
        }
        if !appended.is_empty() {
            let message = format!("expected the end of the row, found `{appended}`");
            return Some(self.about(appended, Code::TrailingText, &message));
        }
        let prefix = self.prefix.trim();
        if prefix.contains(char::is_alphabetic) {
            let message = format!("expected the row at the start of the line, found `{prefix}`");
            return Some(self.about(prefix, Code::LeadingText, &message));
        }
        None
    }

    fn about(&self, part: &str, code: Code, message: &str) -> Diagnostic {
        let help = match code {
            Code::TrailingText | Code::LeadingText => "the row is kept, without this text",
            _ => "the row is kept, as it stands",
        };
        Diagnostic::of_part(self.source, self.line, part, code, message).with_help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::super::netstat_row;
    use super::*;

    #[test]
    fn state_words_and_what_is_none() {
        fn assert_cells(tail: &str, heading: &str, expected: Cells<'_>) {
            let text = format!("TCP 192.0.2.1:1 192.0.2.2:2 {tail}");
            let (_, mut row) = netstat_row::row(&text).unwrap();
            assert_eq!(cells(&mut row, Announced::by(heading)), expected, "{tail}");
        }
        let listening = Cells { state: "LISTENING", ..Cells::default() };
        assert_cells("TIME WAIT 0", "", Cells { state: "TIME WAIT", ..listening });
        assert_cells("IN ASCOLTO 4", "", Cells { state: "IN ASCOLTO", ..listening });
        let offload_state = Some("InHost");
        assert_cells("LISTENING       InHost", "", Cells { offload_state, ..listening });
        assert_cells("LISTENING by hand", "", Cells { appended: "by hand", ..listening });
        assert_cells("LISTENING 8 by hand", "", Cells { appended: "by hand", ..listening });
        assert_cells("LISTENING 8 RpcSs [svchost.exe]", "", listening);
        assert_cells("LISTENING 8 17", "PID", Cells { appended: "17", ..listening });
        let time_in_state_ms = Some(17);
        let heading = "PID  Time in State (ms)";
        assert_cells("LISTENING 8 17", heading, Cells { time_in_state_ms, ..listening });
        assert_cells("LISTENING 17", "Time in State (ms)", Cells { time_in_state_ms, ..listening });
        let template = Some("Not Applicable");
        assert_cells("LISTENING Not Applicable", "Template", Cells { template, ..listening });
    }
}
