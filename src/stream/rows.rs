//! The second pass over a log: its tables, row by row.

use std::io;
use std::sync::Arc;

use memchr::memmem;

use super::delta::{Delta, Made};
use super::template::Template;
use super::{first_line, is_blank, is_heading, is_like_a_row};
use crate::capture::{self, Capture, Position, Snapshot};
use crate::column::Column;
use crate::diagnostic::Diagnostic;
use crate::join::{self, InForce, Joined, OwnedSocket};
use crate::parse::{
    Accounting, Carried, PlainEnd, PlainRows, Shown, Source, netstat_title, plain_row, read_part,
};
use crate::query::{Filter, Snapshots};
use crate::record::{Endpoint, Protocol};
use crate::render::{self, Delimited};
use crate::tally::Tally;

/// How rows are written.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// One object a row, one row a line.
    Ndjson,
    /// With a delimiter.
    Delimited(Delimited),
}

/// Reads the chunks of a log and writes the rows of its tables.
#[derive(Debug)]
pub struct Rows<'c> {
    source: &'c Source,
    capture: &'c Capture<'c>,
    index: usize,
    filter: &'c Filter,
    columns: &'c [Column],
    style: Style,
    carried: Carried,
    /// Of the snapshot read last.
    snapshot: usize,
    delta: Delta,
    /// The row that is made just now.
    made: Made,
    template: Template<'c>,
    /// Columns that differ between rows that are the same, in their order.
    variables: Vec<Column>,
    /// The lists that what `delta` keeps was made with, and how many of them are in force.
    lists: (Vec<*const ()>, usize),
    plain: Option<PlainRows>,
    /// Rows of a chunk that may still turn out to be no table; empty between chunks.
    scratch: Vec<u8>,
    /// Title, blank lines and heading of a table as they stood last.
    prologue: Vec<u8>,
    /// Lines and headers among them.
    prologue_lines: (usize, usize),
    /// What was written last, of a snapshot that may not be the last.
    pending: Vec<u8>,
    pending_of: usize,
    accounting: Accounting,
    findings: Tally,
    diagnostics: Tally,
    written: usize,
    read: usize,
}

/// Stand in a row for its line and its snapshot, while it is kept.
const LINE: usize = 8_888_888_888_888_888_881;
const SNAPSHOT: usize = 8_888_888_888_888_888_882;

/// What all rows of a log gave.
#[derive(Debug)]
pub struct Outcome {
    /// The class of every line.
    pub accounting: Accounting,
    /// About lines.
    pub diagnostics: Tally,
    /// About what the rows say.
    pub findings: Tally,
    /// How many rows passed the filter.
    pub written: usize,
    /// How many rows there are.
    pub read: usize,
}

/// What a chunk of plain rows gave, as long as it may still turn out to be none.
#[derive(Default)]
struct Attempt {
    rows: usize,
    written: usize,
    findings: Vec<Diagnostic>,
}

impl<'c> Rows<'c> {
    /// `source` is the skeleton of the log, `capture` the one it is of, with its `index`.
    pub fn new(
        source: &'c Source,
        capture: &'c Capture<'c>,
        index: usize,
        filter: &'c Filter,
        columns: &'c [Column],
        style: Style,
    ) -> Self {
        Rows {
            source,
            capture,
            index,
            filter,
            columns,
            style,
            carried: Carried::default(),
            snapshot: 0,
            delta: Delta::new(1 + columns.iter().filter(|column| is_variable(column)).count()),
            made: Made::default(),
            template: Template::new(columns, style),
            variables: columns.iter().copied().filter(is_variable).collect(),
            lists: (Vec::new(), 0),
            plain: None,
            scratch: Vec::new(),
            prologue: Vec::new(),
            prologue_lines: (0, 0),
            pending: Vec::new(),
            pending_of: 0,
            accounting: Accounting::default(),
            findings: Tally::default(),
            diagnostics: Tally::default(),
            written: 0,
            read: 0,
        }
    }

    /// Reads a chunk and writes its rows.
    ///
    /// # Errors
    ///
    /// That the chunk is not UTF-8, though the first pass found it so: the file was changed in between.
    pub fn chunk(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let is_last_only = self.filter.snapshots == Snapshots::Last;
        let mut pending = std::mem::take(&mut self.pending);
        let out = if is_last_only { &mut pending } else { out };
        if !self.table(bytes, out) {
            let text = std::str::from_utf8(bytes).map_err(|_| {
                io::Error::new(io::ErrorKind::InvalidData, "it was changed meanwhile")
            })?;
            self.read_whole(text, out)?;
        }
        self.pending = pending;
        Ok(())
    }

    /// What is left to write, and what there is to say.
    pub fn finish(self, out: &mut Vec<u8>) -> Outcome {
        out.extend_from_slice(&self.pending);
        Outcome {
            accounting: self.accounting,
            diagnostics: self.diagnostics,
            findings: self.findings,
            written: self.written,
            read: self.read,
        }
    }

    /// There are rows of the snapshot: where only the last is wanted, it is the last so far.
    fn has_rows(&mut self, out: &mut Vec<u8>) {
        if self.filter.snapshots == Snapshots::Last && self.pending_of != self.snapshot {
            out.clear();
            self.written = 0;
        }
        self.pending_of = self.snapshot;
    }

    /// Is the snapshot one of those that are wanted?
    fn is_wanted(&self) -> bool {
        match self.filter.snapshots {
            Snapshots::All | Snapshots::Last => true,
            Snapshots::First => self.snapshot == 1,
            Snapshots::Number(number) => self.snapshot == number,
        }
    }

    /// Reads the chunk as any source is read.
    fn read_whole(&mut self, text: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let part = read_part(&self.source.name, text, &mut self.carried);
        self.accounting = self.accounting + part.accounting;
        part.diagnostics.into_iter().for_each(|diagnostic| self.diagnostics.add(diagnostic));
        let mut snapshots = Vec::new();
        for section in &part.sections {
            capture::add_table(&mut snapshots, self.source, 0, section);
        }
        for mut snapshot in snapshots {
            self.snapshot += 1;
            snapshot.number = self.snapshot;
            snapshot.position = self.position(snapshot.first_line);
            if snapshot.sockets().next().is_some() {
                self.has_rows(out);
            }
            let mut joined = Joined::default();
            join::join_snapshot(self.index, self.capture, &snapshot, &mut joined);
            joined.findings.into_iter().for_each(|finding| self.findings.add(finding));
            self.read += joined.sockets.len();
            if self.is_wanted() {
                joined.sockets.retain(|row| self.filter.passes(row));
                self.written += joined.sockets.len();
                self.write(&joined.sockets, out)?;
            }
        }
        Ok(())
    }

    /// Where a line stands among the lists: as the table does that stands for all.
    fn position(&self, line: usize) -> Position {
        let stands_for_all = self.capture.snapshots.first();
        stands_for_all.map(|one| one.position.at_line(line)).unwrap_or_default()
    }

    fn write(&self, rows: &[OwnedSocket<'_>], out: &mut Vec<u8>) -> io::Result<()> {
        match self.style {
            Style::Ndjson => render::write_ndjson(out, rows, self.columns),
            Style::Delimited(style) => {
                let style = Delimited { header: false, ..style };
                render::write_delimited(out, rows, self.columns, style)
            }
        }
    }

    /// Reads the chunk as title, heading and plain rows. `false` where it is anything else: then nothing is
    /// changed.
    fn table(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(mut rest) = self.behind_prologue(bytes) else { return false };
        let (lines_before, headers) = self.prologue_lines;
        let first_line_of_table = self.carried.lines + 1;
        let is_last_only = self.filter.snapshots == Snapshots::Last;
        let mut scratch = std::mem::take(&mut self.scratch);
        let start = out.len();
        self.snapshot += 1;
        let snapshot = Snapshot {
            number: SNAPSHOT,
            source: self.source,
            position: self.position(first_line_of_table),
            first_line: first_line_of_table,
            captured_at: None,
            shown: Shown::Whole,
            tables: Vec::new(),
            seen_udp: false,
        };
        let lists = InForce::at(&snapshot, &self.capture.lists);
        self.lists_are(&lists);
        self.delta.begin_table();
        let mut attempt = Attempt::default();
        let mut number = first_line_of_table + lines_before;
        let written = if is_last_only { &mut scratch } else { &mut *out };
        let is_table = self.rows(&mut rest, &mut number, &snapshot, &lists, written, &mut attempt);
        let blanks = rest.split_inclusive(|byte| *byte == b'\n').count();
        let is_table = is_table && rest.split(|byte| *byte == b'\n').all(is_blank);
        if !is_table && !is_last_only {
            out.truncate(start);
        }
        if is_table && attempt.rows > 0 {
            self.has_rows(out);
            out.extend_from_slice(&scratch);
        }
        scratch.clear();
        self.scratch = scratch;
        if !is_table {
            self.snapshot -= 1;
            return false;
        }
        let lines = lines_before + attempt.rows + blanks;
        self.carried.lines += lines;
        self.accounting.lines += lines;
        self.accounting.rows += attempt.rows;
        self.accounting.headers += headers;
        self.accounting.blanks += lines_before - headers + blanks;
        self.read += attempt.rows;
        self.written += attempt.written;
        attempt.findings.into_iter().for_each(|finding| self.findings.add(finding));
        true
    }

    /// The bytes behind title and heading, if the chunk begins with them.
    fn behind_prologue<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        if self.prologue.is_empty() || !bytes.starts_with(&self.prologue) {
            let (mut length, mut lines, mut headers, mut heading) = (0, 0, 0, None);
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                let this = std::str::from_utf8(line).ok()?;
                if heading.is_some() || is_like_a_row(line) {
                    break;
                }
                if is_heading(this) {
                    heading = Some(this);
                    headers += 1;
                } else if !is_blank(line) {
                    (lines == 0 && netstat_title(this).is_some()).then_some(())?;
                    headers += 1;
                }
                length += line.len();
                lines += 1;
            }
            self.plain = Some(PlainRows::below(heading?)?);
            self.prologue = bytes.get(..length)?.to_vec();
            self.prologue_lines = (lines, headers);
            self.delta.clear();
        }
        bytes.get(self.prologue.len()..)
    }

    /// What is kept was made with these lists, or is forgotten.
    fn lists_are(&mut self, lists: &InForce<'_, 'c>) {
        let these = lists.nearby.iter().map(|list| std::ptr::from_ref(*list).cast());
        let in_force = lists.lists.len();
        if self.lists.1 != in_force || !these.clone().eq(self.lists.0.iter().copied()) {
            self.lists = (these.collect(), in_force);
            self.delta.clear();
            self.template.clear();
        }
    }

    /// Reads rows as long as there are any. `false` where one is not plain.
    fn rows(
        &mut self,
        rest: &mut &[u8],
        number: &mut usize,
        snapshot: &Snapshot<'c>,
        lists: &InForce<'_, 'c>,
        out: &mut Vec<u8>,
        attempt: &mut Attempt,
    ) -> bool {
        let mut digits = itoa::Buffer::new();
        let of_snapshot = digits.format(self.snapshot).as_bytes();
        let (mut seen_udp, mut is_sorted_anew, mut first) = (false, false, None);
        let is_wanted = self.is_wanted();
        loop {
            let known = if self.delta.is_on() { self.delta.expected(rest) } else { None };
            let (known, length) = match known {
                Some((index, length)) => (Some(index), length),
                None => {
                    let line = first_line(rest);
                    if !is_like_a_row(line) {
                        return true;
                    }
                    let found = if self.delta.is_on() { self.delta.find(line) } else { None };
                    if found.is_none() && self.make(line, snapshot, lists).is_none() {
                        return false;
                    }
                    let is_on = self.delta.is_on();
                    let mut keep = || is_on.then(|| self.delta.keep(line, &self.made)).flatten();
                    let kept = found.or_else(&mut keep);
                    (kept, line.len())
                }
            };
            let entry = known.and_then(|index| self.delta.entry(index));
            let (is_udp, both, passes, finding) = match entry {
                Some(entry) => (entry.is_udp, entry.both, entry.passes, &entry.finding),
                None => (self.made.is_udp, self.made.both, self.made.passes, &self.made.finding),
            };
            if first.is_none() {
                first = Some((is_udp, both));
            } else if seen_udp && !is_udp {
                if first == Some((false, both)) && !is_sorted_anew {
                    // The first row again: another table begins.
                    return false;
                }
                is_sorted_anew = true;
            }
            seen_udp |= is_udp;
            if let Some(finding) = finding {
                attempt.findings.push(Diagnostic { line: Some(*number), ..(**finding).clone() });
            }
            if is_wanted && passes {
                match known.zip(entry) {
                    Some((index, entry)) => {
                        let (row, ends) = self.delta.row(index, entry);
                        let ends = ends.iter().map(|end| *end as usize);
                        self.emit(row, ends, *number, of_snapshot, out);
                    }
                    None => {
                        let ends = self.made.ends.iter().copied();
                        self.emit(&self.made.out, ends, *number, of_snapshot, out);
                    }
                }
                attempt.written += 1;
            }
            attempt.rows += 1;
            *number += 1;
            *rest = rest.get(length..).unwrap_or_default();
        }
    }

    /// Writes the pieces of a row, with the numbers of its line and its snapshot between them.
    #[inline]
    fn emit(
        &self,
        row: &[u8],
        ends: impl Iterator<Item = usize>,
        line: usize,
        snapshot: &[u8],
        out: &mut Vec<u8>,
    ) {
        let mut start = 0;
        let mut variables = self.variables.iter();
        for end in ends {
            out.extend_from_slice(row.get(start..end).unwrap_or_default());
            start = end;
            match variables.next() {
                Some(Column::Line) => {
                    out.extend_from_slice(itoa::Buffer::new().format(line).as_bytes());
                }
                Some(_) => out.extend_from_slice(snapshot),
                None => {}
            }
        }
    }

    /// Makes a row of a line. `None` where something about it is odd.
    fn make(
        &mut self,
        line: &[u8],
        snapshot: &Snapshot<'c>,
        lists: &InForce<'_, 'c>,
    ) -> Option<()> {
        let line = line.strip_suffix(b"\n")?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let row = plain_row(line).filter(|_| self.template.is_of_use());
        if let Some(row) = row
            && let Some(kind) = self.template.kind(&row)
        {
            self.made.is_udp = row.protocol == Protocol::Udp;
            self.made.passes = kind.passes && self.filter.passes_ports(&row);
            self.made.finding.clone_from(&kind.finding);
            self.made.both = hash_of_ends(&self.delta, row.local, row.foreign);
            if self.made.passes {
                self.template.write(&row, kind, &mut self.made.out, &mut self.made.ends);
            }
            return Some(());
        }
        if memchr::memchr3(b'|', b'\\', b'`', line).is_some() {
            return None;
        }
        let name: &Arc<str> = &self.source.name;
        let socket = self.plain.as_mut()?.read(name, std::str::from_utf8(line).ok()?, LINE)?;
        let is_udp = socket.protocol == Protocol::Udp;
        // What another word means, all rows of the table tell together.
        (is_udp || socket.state.is_some()).then_some(())?;
        let mut owned = OwnedSocket {
            capture: self.index,
            host: self.capture.host,
            ..OwnedSocket::unowned(snapshot, &socket, snapshot.inference())
        };
        let finding = join::own(&mut owned, self.capture, lists).map(Box::new);
        // Where addresses are asked for, every row is asked.
        if let Some(row) = row
            && self.filter.addresses.is_empty()
        {
            let passes = self.filter.without_ports().passes(&owned);
            self.template.keep(&row, &owned, passes, finding.clone()).ok()?;
        }
        self.made.is_udp = is_udp;
        self.made.passes = self.filter.passes(&owned);
        self.made.finding = finding;
        self.made.both = match row {
            Some(row) => hash_of_ends(&self.delta, row.local, row.foreign),
            None => {
                let (local, foreign) = (end(&socket.local), end(&socket.foreign));
                self.delta.hash_of_all(&[local.0, &local.1, foreign.0, &foreign.1])
            }
        };
        self.made.out.clear();
        if self.made.passes {
            let mut written = std::mem::take(&mut self.made.out);
            self.write(std::slice::from_ref(&owned), &mut written).ok()?;
            self.made.ends.clear();
            split(&mut written, self.variables.len(), &mut self.made.ends)?;
            self.made.out = written;
        }
        Some(())
    }
}

fn hash_of_ends(delta: &Delta, local: PlainEnd<'_>, foreign: Option<PlainEnd<'_>>) -> u64 {
    let port = |end: PlainEnd<'_>| end.port.to_le_bytes();
    match foreign {
        Some(foreign) => {
            delta.hash_of_all(&[local.address, &port(local), foreign.address, &port(foreign)])
        }
        None => delta.hash_of_all(&[local.address, &port(local), b"", b""]),
    }
}

/// Address and port, as [`hash_of_ends`] has them.
fn end(endpoint: &Endpoint) -> (&[u8], Vec<u8>) {
    let address = endpoint.address.as_deref().unwrap_or_default().as_bytes();
    (address, endpoint.port.map(|port| port.to_le_bytes().to_vec()).unwrap_or_default())
}

/// Does it differ between rows that are the same?
fn is_variable(column: &Column) -> bool {
    matches!(column, Column::Line | Column::Snapshot)
}

/// Takes out the numbers that stand for line and snapshot, if there are as many as there should be; `ends` is where
/// they stood.
fn split(written: &mut Vec<u8>, variables: usize, ends: &mut Vec<usize>) -> Option<()> {
    let mut digits = itoa::Buffer::new();
    // Both numbers differ in their last digit alone.
    let mark = digits.format(LINE / 10).as_bytes();
    debug_assert_eq!(LINE / 10, SNAPSHOT / 10);
    while let Some(at) = memmem::find(written, mark) {
        written.drain(at..at + mark.len() + 1);
        ends.push(at);
    }
    ends.push(written.len());
    (ends.len() == variables + 1).then_some(())
}
