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
//! Every title or heading begins a table, and so a snapshot. Without either, one begins where its first row comes
//! again, or TCP rows of IPv4 after UDP rows (`netstat -ano 5 | findstr …`); with them, where the first row of the table does and all TCP
//! rows before it stand above UDP, as netstat prints them.

mod plain_rows;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::accounting::Class;
use super::netstat_broken::{BrokenRow, Lacks, RowAbove};
use super::netstat_cells::{Cells, Complaint, cells, state_of};
use super::netstat_find;
use super::netstat_heading::{Announced, heading, title, unknown_heading};
use super::netstat_owner::{self, Offered, OwnerLines};
use super::netstat_plain;
use super::netstat_row::{self, Address, EndpointText, Port, Row};
use super::netstat_switches::Switches;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records, service_names};
use crate::diagnostic::{Code, Diagnostic};
use crate::languages::{self, Language};
use crate::record::{Endpoint, Family, Protocol, Socket, Stated};
use crate::state::State;
use crate::text::Line;

pub(crate) use plain_rows::PlainRows;

pub(crate) const FORMAT: Format = Format { name: "netstat", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if netstat_find::find(line.text).is_some() {
        let heading_above = unknown_heading(line, above);
        let heading = above.last().filter(|_| heading_above > 0);
        let heading_line = heading.map(|heading| heading.number);
        let announces = heading.map(|heading| Announced::by(heading.text)).unwrap_or_default();
        let owners_above = above.last().is_some_and(|above| {
            line.number <= above.number + 2 && netstat_owner::names_an_image(above)
        });
        let headed = heading_above > 0;
        let table =
            Connections { headed, heading_line, announces, owners_above, ..Default::default() };
        let opening = Opening::new(table)?;
        return Some(opening.with_heading_above(heading_above));
    }
    if title(line.text).is_some() || heading(line.text).is_some() {
        return Opening::new(Connections { headed: true, ..Default::default() });
    }
    None
}

#[derive(Debug, Default)]
struct Connections {
    sockets: Vec<Socket>,
    /// Was there a row, if only one that could not be read?
    begun: bool,
    /// Does a title or a heading stand above?
    headed: bool,
    seen_title: bool,
    heading_line: Option<usize>,
    language: Option<&'static Language>,
    announces: Announced,
    seen_udp: bool,
    rows_without_pid: usize,
    /// Stands a TCP row behind a UDP row? Somebody sorted the table.
    is_sorted_anew: bool,
    owner: OwnerLines,
    /// Somebody put the owner lines above their rows: it is not certain whose they are.
    owners_above: bool,
    /// Does the command say that no row has a PID?
    no_pids: bool,
    /// Was the command followed by a filter, or had one?
    is_filtered: bool,
    /// What was taken for the notice of `-b` in a language that is not known, with the line of its row.
    unknown_notices: Vec<(usize, String)>,
    /// The row read last, where it may go on on the next line.
    broken: Option<BrokenRow>,
    above: RowAbove,
}

impl Connections {
    fn title_or_heading(&mut self, text: &str, number: usize) -> Option<Class> {
        if self.begun || self.heading_line.is_some() {
            return None;
        }
        if let Some(language) = heading(text) {
            self.heading_line = Some(number);
            self.language = Some(language);
            self.announces = Announced::by(text);
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
        if row.protocol != Protocol::Tcp {
            return false;
        }
        // Most rows stand above all UDP rows, or are such.
        if !self.seen_udp {
            return !self.headed
                && self.sockets.first().is_some_and(|first| comes_again(first, row));
        }
        let local = endpoint(&row.local, row.protocol);
        let is_first = |first: &Socket| {
            first.local == local && first.foreign == endpoint(&row.foreign, row.protocol)
        };
        let first = self.sockets.first().filter(|first| first.protocol == Protocol::Tcp);
        first.is_some_and(|first| {
            (is_first(first) && !self.is_sorted_anew)
                || (!self.headed && local.family == Some(Family::Ipv4))
        })
    }

    /// A row, and another that somebody put on the same line.
    fn row(&mut self, source: &Arc<str>, line: &Line<'_>, text: &str) -> Taken {
        let plain = netstat_plain::row(text);
        let second = text.get(1..).filter(|_| plain.is_none()).and_then(netstat_find::find);
        let both = second.and_then(|second| Some((text.strip_suffix(second)?, second)));
        let Some((first, second)) = both else { return self.one_row(source, line, text, plain) };
        let taken = self.one_row(source, line, first.trim_end(), None);
        if !matches!(taken, Taken::As(Class::Row, _)) {
            return taken;
        }
        match self.row(source, &Line { text: second, ..*line }, second) {
            Taken::As(_, about) if !about.is_empty() => Taken::As(Class::Row, about),
            // It would begin the table anew.
            Taken::NotOurs => Taken::row_without(second, source, line),
            _ => taken,
        }
    }

    fn one_row(
        &mut self,
        source: &Arc<str>,
        line: &Line<'_>,
        text: &str,
        plain: Option<Row<'_>>,
    ) -> Taken {
        let row = plain.map_or_else(|| netstat_row::row(text), |row| Ok(("", row)));
        let mut row = match row {
            Ok((_, row)) => row,
            Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
                self.begun = true;
                self.owner.close();
                self.broken = BrokenRow::of(line, text, false, Lacks::More);
                return Taken::unread(failure.diagnostic(source, line));
            }
            Err(nom::Err::Incomplete(_)) => return Taken::NotOurs,
        };
        if self.begins_anew(&row) {
            return Taken::NotOurs;
        }
        let prefix = line.text.get(..nom::Offset::offset(line.text, text)).unwrap_or_default();
        // What begins with a number behind the rows of such a table may be a remark.
        let has_remark = || self.has_no_pids() && row.trailing.contains(char::is_alphabetic);
        if self.no_pids || has_remark() {
            row.append_pid(text);
        }
        let cells = cells(&mut row, self.announces);
        if netstat_find::is_of_a_log(prefix, &row, state_of(cells.state)) {
            return self.unread(source, line, prefix.trim());
        }
        let announces = self.announces;
        let complaint = Complaint { source, line, row: &row, prefix, cells, announces };
        let diagnostics = complaint.diagnostic().into_iter().collect();
        self.broken = BrokenRow::of(line, text, true, self.lacks(&row, &cells));
        self.add(&row, &cells, line.number, line);
        Taken::As(Class::Row, diagnostics)
    }

    fn unread(&mut self, source: &Arc<str>, line: &Line<'_>, found: &str) -> Taken {
        self.owner.close();
        let message = format!("expected a row of netstat, found one of a log behind `{found}`");
        let about = Diagnostic::of_part(source, line, found, Code::NotARow, message);
        Taken::unread(about.with_help("a row is the protocol, both addresses, and a state of TCP"))
    }

    /// Does the heading say that no row has a PID? French Windows has PIDs and no title for them.
    fn has_no_pids(&self) -> bool {
        self.heading_line.is_some()
            && !self.announces.pid
            && self.language.is_some_and(|language| language.tag != "fr")
    }

    /// Adds a row that begins on `number` and ends on `last`.
    fn add(&mut self, row: &Row<'_>, cells: &Cells<'_>, number: usize, last: &Line<'_>) {
        let known = (row.protocol == Protocol::Tcp).then(|| state_of(cells.state)).flatten();
        let differs = known.is_none_or(|known| known.name() != cells.state);
        let (component, stated) = netstat_owner::on_the_row(row.trailing, number).unzip();
        match stated {
            Some(_) => self.owner.close(),
            None => self.owner.open_below(last, row.pid, self.spacing(number)),
        }
        let is_udp = row.protocol == Protocol::Udp;
        self.is_sorted_anew |= self.seen_udp && !is_udp;
        self.seen_udp |= is_udp;
        self.begun = true;
        self.above.is(last, row.pid);
        self.rows_without_pid += usize::from(row.pid.is_none());
        self.sockets.push(Socket {
            local: endpoint(&row.local, row.protocol),
            foreign: endpoint(&row.foreign, row.protocol),
            state: known,
            state_text: (differs && !cells.state.is_empty()).then(|| cells.state.to_owned()),
            pid: row.pid,
            offload_state: cells.offload_state.map(str::to_owned),
            stated,
            component: component.filter(|text| !text.is_empty()).map(str::to_owned),
            template: cells.template.map(str::to_owned),
            time_in_state_ms: cells.time_in_state_ms,
            ..Socket::new(number, row.protocol)
        });
    }

    /// Lines from one of the table to the next: 2 where a blank stands between all of them, as between
    /// the heading and the first row.
    fn spacing(&self, row: usize) -> usize {
        let first = self.sockets.first().map_or(row, |first| first.line);
        self.heading_line.map_or(1, |heading| first.saturating_sub(heading).clamp(1, 2))
    }

    /// What has the row not, of what the rows of this table have?
    fn lacks(&self, row: &Row<'_>, cells: &Cells<'_>) -> Lacks {
        let has_state = match row.protocol {
            Protocol::Tcp => State::from_text(cells.state).is_some(),
            Protocol::Udp => cells.state.is_empty(),
        };
        let is_whole = has_state
            && (row.pid.is_some() || !self.announces.pid)
            && [&row.local, &row.foreign]
                .iter()
                .all(|side| !matches!(side.address, Address::Invalid(..)))
            && cells.appended.is_empty()
            && row.trailing.is_empty();
        // French Windows has PIDs and no title for them.
        let is_told = self.no_pids
            || self.heading_line.is_some() && self.language.is_none_or(|l| l.tag != "fr");
        match (is_whole, row.pid) {
            // Where a row above has none either, a number below this one is a count or a note.
            (true, None) if !is_told && self.rows_without_pid == 0 => Lacks::PerhapsPid,
            (true, _) => Lacks::Nothing,
            (false, _) => Lacks::More,
        }
    }

    /// `PID`, the last word of a heading that was broken over two lines.
    fn rest_of_heading(&mut self, line: &Line<'_>) -> Option<Taken> {
        let is_below = !self.begun && self.heading_line == Some(line.number - 1);
        if !is_below || self.announces.pid || line.text.trim() != "PID" {
            return None;
        }
        self.announces.pid = true;
        Some(Taken::as_class(Class::Header))
    }

    /// The rest of a row that was broken over two lines.
    fn mend(&mut self, line: &Line<'_>) -> Option<Taken> {
        let broken = self.broken.take()?;
        let text = broken.joined_with(line)?;
        let (_, mut row) = netstat_row::row(&text).ok()?;
        let cells = cells(&mut row, self.announces);
        if self.lacks(&row, &cells) != Lacks::Nothing || !broken.is_mended_by(&row) {
            return None;
        }
        if let Some(socket) = self.sockets.pop_if(|_| broken.was_kept) {
            self.rows_without_pid -= usize::from(socket.pid.is_none());
        }
        self.add(&row, &cells, broken.line, line);
        Some(Taken::Mends)
    }

    /// A number below a row that may be the rest of its PID: then the PID is not known.
    fn rest_of_pid(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let diagnostic = self.above.cut_by(source, line)?;
        self.sockets.last_mut()?.pid = None;
        self.owner.close();
        self.rows_without_pid += 1;
        Some(Taken::unread(diagnostic))
    }

    /// A line below a row, by which `netstat -b` names its owner.
    fn owner_line(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        self.owners_above |= !self.begun && netstat_owner::names_an_image(line);
        // Of what a filter let through nobody knows whose line the next is.
        if self.owners_above || self.is_filtered {
            return Taken::NotOurs;
        }
        let is_of_kernel = self.sockets.last().is_some_and(|socket| socket.pid == Some(4));
        let has_notice = self.language.is_some_and(|language| !language.not_permitted.is_empty());
        match self.owner.offer(line, has_notice) {
            Offered::Refused => Taken::NotOurs,
            // PID 4 is the kernel, and no program.
            Offered::Says { stated: Stated::Image { name, .. }, .. }
                if is_of_kernel && name != "System" =>
            {
                Taken::NotOurs
            }
            Offered::Perhaps => Taken::Perhaps,
            Offered::Says { stated, component, appended } => {
                if let Some(socket) = self.sockets.last_mut() {
                    if stated == Stated::NotPermitted
                        && !languages::is_not_permitted(line.text.trim())
                    {
                        self.unknown_notices.push((socket.line, line.text.trim().to_owned()));
                    }
                    socket.stated = Some(stated);
                    socket.component = component;
                }
                let diagnostic = netstat_owner::behind_the_name(appended, source, line);
                Taken::WithAbove(Class::Continuation, diagnostic)
            }
        }
    }
}

impl Connections {
    /// A line that stands once, in a table where nothing names an image, is what somebody wrote.
    fn drop_what_is_no_notice(&mut self) {
        let names_image = |socket: &Socket| matches!(socket.stated, Some(Stated::Image { .. }));
        if self.unknown_notices.is_empty() || self.sockets.iter().any(names_image) {
            return;
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (_, text) in &self.unknown_notices {
            *counts.entry(text).or_default() += 1;
        }
        let is_alone = |text: &str| counts.get(text) == Some(&1);
        let alone = self.unknown_notices.iter().filter(|(_, text)| is_alone(text));
        let notes: HashSet<usize> = alone.map(|(row, _)| *row).collect();
        for socket in self.sockets.iter_mut().filter(|socket| notes.contains(&socket.line)) {
            (socket.stated, socket.component) = (None, None);
        }
    }
}

impl Table for Connections {
    fn begin(&mut self, around: Surroundings) {
        self.is_filtered = around.filtered;
        // A heading tells better.
        if !self.headed {
            let Switches { no_pids, time_in_state } = around.netstat;
            self.no_pids = no_pids && !time_in_state;
            self.announces.time_in_state |= time_in_state;
            self.announces.pid |= time_in_state && !no_pids;
        }
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = netstat_find::begins_with_protocol(line.text);
        if let Some(text) = text.or_else(|| netstat_find::find(line.text)) {
            return self.row(source, line, text);
        }
        if let Some(taken) = self.mend(line) {
            return taken;
        }
        if let Some(taken) = self.rest_of_pid(source, line) {
            return taken;
        }
        if let Some(class) = self.title_or_heading(line.text, line.number) {
            return Taken::as_class(class);
        }
        if let Some(taken) = self.rest_of_heading(line) {
            return taken;
        }
        if netstat_owner::is_noise(line.text) {
            return Taken::as_class(Class::Continuation);
        }
        self.owner_line(source, line)
    }

    fn finish(
        mut self: Box<Self>,
        around: Surroundings,
    ) -> Option<(Records, Option<&'static str>)> {
        self.drop_what_is_no_notice();
        let shown = around.shown(self.seen_title || self.heading_line.is_some());
        let continues = !self.headed && !around.prompted && self.heading_line.is_none();
        let language = self.language.map(|language| language.tag);
        Some((Records::Sockets { sockets: self.sockets, continues, shown }, language))
    }
}

/// Is this row, of a table without a heading, the first one again? A loop of `netstat -ano | findstr` prints it so.
fn comes_again(first: &Socket, row: &Row<'_>) -> bool {
    first.protocol == row.protocol
        && first.pid.is_some()
        && first.pid == row.pid
        && first.local == endpoint(&row.local, row.protocol)
        && first.foreign == endpoint(&row.foreign, row.protocol)
}

pub(crate) fn endpoint(text: &EndpointText<'_>, protocol: Protocol) -> Endpoint {
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
