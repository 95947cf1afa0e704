//! `netstat`: the connection table of Windows, with and without PIDs, in any language.
//!
//! ```text
//!
//! Active Connections
//!
//!   Proto  Local Address          Foreign Address        State           PID
//!   TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1712
//!   UDP    0.0.0.0:53             *:*                                    4808
//! ```
//!
//! The grammar of a row is in [`super::netstat_row`], the lines that `-b` prints below a row are the
//! business of [`super::netstat_owner`]. Rows are recognised by their shape, so title and
//! heading may be missing (`findstr`) or in a language nobody knows. A heading tells one thing: where
//! it has a column `PID`, a row without one is damaged. French Windows prints no such title.
//!
//! Every title or heading begins a table, and so a snapshot. Without either, one begins where the first
//! row of the table comes again after UDP rows (`netstat -ano 5 | findstr …`).

use std::sync::Arc;

use super::accounting::Class;
use super::netstat_broken::BrokenRow;
use super::netstat_owner::{self, OwnerLines};
use super::netstat_row::{self, Address, EndpointText, Port, Row};
use super::reader::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records, service_names};
use crate::diagnostic::{Code, Diagnostic};
use crate::languages::{LANGUAGES, Language};
use crate::record::{Endpoint, Protocol, Socket, Stated};
use crate::state::State;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netstat", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if netstat_row::find(line.text).is_some() {
        let heading_above = unknown_heading(line, above);
        let opening = Opening::new(Connections::new(heading_above > 0))?;
        return Some(opening.with_heading_above(heading_above));
    }
    if title(line.text).is_some() || heading(line.text).is_some() {
        return Opening::new(Connections::new(true));
    }
    None
}

/// How many of the lines above a row are its title and heading, in a language that is not known: the
/// heading stands directly above, the title above that with nothing but a blank line between.
fn unknown_heading(line: &Line<'_>, above: &[Line<'_>]) -> usize {
    let near = |upper: &Line<'_>, lower: &Line<'_>| lower.number - upper.number <= 2;
    let mut upwards = above.iter().rev();
    match (upwards.next(), upwards.next()) {
        (Some(heading), title) if near(heading, line) && seems_a_heading(heading.text) => {
            let titled = title.is_some_and(|title| {
                heading.number - title.number == 2 && title.text.split_whitespace().count() <= 4
            });
            1 + usize::from(titled)
        }
        _ => 0,
    }
}

/// At least three gaps of two blanks, or the word `PID` at the end, and no digit.
fn seems_a_heading(text: &str) -> bool {
    let text = text.trim();
    let gaps = text.split("  ").filter(|cell| !cell.is_empty()).count();
    !text.contains(|c: char| c.is_ascii_digit()) && (gaps >= 4 || text.ends_with(" PID"))
}

/// The language of which this line is the title.
fn title(text: &str) -> Option<&'static Language> {
    let text = text.trim();
    LANGUAGES.iter().find(|language| language.netstat_titles.contains(&text))
}

/// The language of which this line is the heading. Blanks do not count.
fn heading(text: &str) -> Option<&'static Language> {
    let matches = |words: &[&str]| {
        let mut heading = words.iter().flat_map(|word| word.chars()).filter(|c| *c != ' ');
        let mut line = text.chars().filter(|c| !c.is_whitespace());
        heading.all(|c| line.next() == Some(c))
    };
    LANGUAGES.iter().find(|language| language.netstat_headings.iter().any(|words| matches(words)))
}

#[derive(Debug, Default)]
struct Connections {
    sockets: Vec<Socket>,
    /// Does a title or a heading stand above?
    headed: bool,
    seen_title: bool,
    seen_heading: bool,
    language: Option<&'static Language>,
    /// The heading has a column for the PID.
    announces_pid: bool,
    seen_udp: bool,
    owner: OwnerLines,
    /// The row read last, where it may go on on the next line.
    broken: Option<BrokenRow>,
}

impl Connections {
    fn new(headed: bool) -> Self {
        Connections { headed, ..Connections::default() }
    }

    fn title_or_heading(&mut self, text: &str) -> Option<Class> {
        if !self.sockets.is_empty() || self.seen_heading {
            return None;
        }
        if let Some(language) = heading(text) {
            self.seen_heading = true;
            self.language = Some(language);
            self.announces_pid = text.split_whitespace().any(|word| word == "PID");
            return Some(Class::Header);
        }
        if let Some(language) = title(text)
            && !self.seen_title
        {
            self.seen_title = true;
            self.language = Some(language);
            return Some(Class::Header);
        }
        None
    }

    /// Does this row begin the table anew?
    fn begins_anew(&self, row: &Row<'_>) -> bool {
        self.seen_udp
            && row.protocol == Protocol::Tcp
            && self.sockets.first().is_some_and(|first| {
                first.protocol == Protocol::Tcp
                    && first.local == endpoint(&row.local, row.protocol)
                    && first.foreign == endpoint(&row.foreign, row.protocol)
            })
    }

    fn row(&mut self, source: &Arc<str>, line: &Line<'_>, text: &str) -> Taken {
        let row = match netstat_row::row(text) {
            Ok((_, row)) => row,
            Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
                self.owner.close();
                self.broken = BrokenRow::of(line, text, false, false);
                return Taken::unread(failure.diagnostic(source, line));
            }
            Err(nom::Err::Incomplete(_)) => return Taken::NotOurs,
        };
        if self.begins_anew(&row) {
            return Taken::NotOurs;
        }
        let prefix = line.text.get(..line.text.len() - text.len()).unwrap_or_default();
        let complaint = Complaint {
            source,
            line,
            row: &row,
            prefix,
            cells: cells(&row),
            announces_pid: self.announces_pid,
        };
        let diagnostics = complaint.diagnostic().into_iter().collect();
        self.broken = BrokenRow::of(line, text, true, self.is_complete(&row));
        self.add(&row, line.number);
        Taken::As(Class::Row, diagnostics)
    }

    fn add(&mut self, row: &Row<'_>, line: usize) {
        let cells = cells(row);
        let known =
            (row.protocol == Protocol::Tcp).then(|| State::from_text(cells.state)).flatten();
        let differs = known.is_none_or(|known| known.name() != cells.state);
        let (component, image_name) = cells.owner.unzip();
        match image_name {
            Some(_) => self.owner.close(),
            None => self.owner.open_below(line, row.pid),
        }
        self.seen_udp |= row.protocol == Protocol::Udp;
        self.sockets.push(Socket {
            local: endpoint(&row.local, row.protocol),
            foreign: endpoint(&row.foreign, row.protocol),
            state: known,
            state_text: (differs && !cells.state.is_empty()).then(|| cells.state.to_owned()),
            pid: row.pid,
            offload_state: cells.offload_state.map(str::to_owned),
            stated: image_name.map(|name| Stated::Image { name: name.to_owned(), line }),
            component: component.filter(|text| !text.is_empty()).map(str::to_owned),
            ..Socket::new(line, row.protocol)
        });
    }

    /// Has the row all that the rows of this table have?
    fn is_complete(&self, row: &Row<'_>) -> bool {
        let cells = cells(row);
        let has_state = match row.protocol {
            Protocol::Tcp => State::from_text(cells.state).is_some(),
            Protocol::Udp => cells.state.is_empty(),
        };
        has_state
            && (row.pid.is_some() || !self.announces_pid)
            && [&row.local, &row.foreign]
                .iter()
                .all(|side| !matches!(side.address, Address::Invalid(..)))
            && cells.appended.is_empty()
            && row.trailing.is_empty()
    }

    /// The rest of a row that was broken over two lines.
    fn mend(&mut self, line: &Line<'_>) -> Option<Taken> {
        let broken = self.broken.take()?;
        let text = broken.joined_with(line)?;
        let (_, row) = netstat_row::row(&text).ok()?;
        if !self.is_complete(&row) || !broken.is_mended_by(&row) {
            return None;
        }
        if broken.was_kept {
            self.sockets.pop();
        }
        self.add(&row, broken.line);
        self.owner.open_below(line.number, row.pid);
        Some(Taken::Mends)
    }

    /// A line below a row, by which `netstat -b` names its owner.
    fn owner_line(&mut self, line: &Line<'_>) -> Option<Taken> {
        let (stated, component) = self.owner.offer(line)?;
        let socket = self.sockets.last_mut()?;
        socket.stated = Some(stated);
        socket.component = component;
        Some(Taken::WithAbove(Class::Continuation))
    }
}

impl Table for Connections {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = netstat_row::begins_with_protocol(line.text);
        if let Some(text) = text.or_else(|| netstat_row::find(line.text)) {
            return self.row(source, line, text);
        }
        if let Some(taken) = self.mend(line) {
            return taken;
        }
        if let Some(class) = self.title_or_heading(line.text) {
            return Taken::as_class(class);
        }
        if netstat_owner::is_noise(line.text) {
            return Taken::as_class(Class::Continuation);
        }
        self.owner_line(line).unwrap_or(Taken::NotOurs)
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let continues = !self.headed && !around.prompted && !self.seen_heading;
        let language = self.language.map(|language| language.tag);
        Some((Records::Sockets { sockets: self.sockets, continues }, language))
    }
}

/// Words in the column `Offload State` of `netstat -t`.
const OFFLOAD_STATES: [&str; 4] = ["InHost", "Offloaded", "Offloading", "Uploading"];

/// What stands on a row besides its endpoints and its PID.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cells<'a> {
    /// The state, one word or several; may be empty.
    state: &'a str,
    offload_state: Option<&'a str>,
    /// Component and image name, where somebody moved them onto the row.
    owner: Option<(&'a str, &'a str)>,
    /// What somebody appended; may be empty.
    appended: &'a str,
}

/// Sorts the words before and behind the PID. What follows a known state is none of it.
fn cells<'a>(row: &Row<'a>) -> Cells<'a> {
    let owner = netstat_owner::on_the_row(row.trailing);
    let behind = if owner.is_some() { "" } else { row.trailing };
    let (words, offload_state) = match row.state.rsplit_once(char::is_whitespace) {
        Some((words, word)) if OFFLOAD_STATES.contains(&word) => (words.trim_end(), Some(word)),
        _ if OFFLOAD_STATES.contains(&row.state) => ("", Some(row.state)),
        _ => (row.state, None),
    };
    let (state, appended) = match words.split_once(char::is_whitespace) {
        Some((first, more))
            if State::from_text(words).is_none() && State::from_text(first).is_some() =>
        {
            (first, more.trim())
        }
        _ => (words, behind),
    };
    Cells { state, offload_state, owner, appended }
}

fn endpoint(text: &EndpointText<'_>, protocol: Protocol) -> Endpoint {
    let (address, family) = match text.address {
        Address::Any => (None, None),
        Address::Ip(address, family) => (Some(address), Some(family)),
        Address::Name(name) => (Some(name), None),
        Address::Invalid(text, family) => (Some(text), family),
    };
    let (port, port_name) = match text.port {
        Port::Any => (None, None),
        Port::Number(number) => (Some(number), None),
        Port::Service(name) => (service_names::port(name, protocol), Some(name.to_owned())),
    };
    Endpoint { address: address.map(str::to_owned), family, port, port_name }
}

/// A row that was read, and what may be wrong with it.
struct Complaint<'a> {
    source: &'a Arc<str>,
    line: &'a Line<'a>,
    row: &'a Row<'a>,
    prefix: &'a str,
    cells: Cells<'a>,
    announces_pid: bool,
}

impl Complaint<'_> {
    /// The gravest of what is wrong, if anything is: a line has one diagnostic at the most.
    fn diagnostic(&self) -> Option<Diagnostic> {
        let row = self.row;
        for side in [&row.local, &row.foreign] {
            if let Address::Invalid(text, _) = side.address {
                let message = format!("expected an address, found `{text}`");
                return Some(self.about(text, Code::BadAddress, &message));
            }
        }
        let end = self.line.text.get(self.line.text.trim_end().len()..).unwrap_or_default();
        if self.announces_pid && row.pid.is_none() {
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
    use super::*;

    #[test]
    fn headings_are_known_whatever_their_spacing() {
        let of = |text| heading(text).map(|language| language.tag);
        assert_eq!(of("  Proto  Local Address          Foreign Address        State"), Some("en"));
        assert_eq!(of("Proto Local Address Foreign Address State PID  "), Some("en"));
        assert_eq!(of("  Proto. Lokale Adresse       Remoteadresse       Status"), Some("de"));
        assert_eq!(
            of("  プロトコル  ローカル アドレス      外部アドレス           状態"),
            Some("ja")
        );
        assert_eq!(of("  Proto  Local Address"), None);
    }

    #[test]
    fn state_words_and_what_is_none() {
        fn assert_cells(tail: &str, expected: Cells<'_>) {
            let text = format!("TCP 192.0.2.1:1 192.0.2.2:2 {tail}");
            assert_eq!(cells(&netstat_row::row(&text).unwrap().1), expected, "{tail}");
        }
        let state = |state| Cells { state, ..Cells::default() };
        assert_cells("TIME WAIT 0", state("TIME WAIT"));
        assert_cells("IN ASCOLTO 4", state("IN ASCOLTO"));
        let offload_state = Some("InHost");
        assert_cells("LISTENING       InHost", Cells { offload_state, ..state("LISTENING") });
        assert_cells("LISTENING by hand", Cells { appended: "by hand", ..state("LISTENING") });
        assert_cells("LISTENING 8 by hand", Cells { appended: "by hand", ..state("LISTENING") });
        let owner = Some(("RpcSs", "svchost.exe"));
        assert_cells("LISTENING 8 RpcSs [svchost.exe]", Cells { owner, ..state("LISTENING") });
    }
}
