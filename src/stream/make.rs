//! One row of a table: what its line becomes.

use std::io;
use std::sync::Arc;

use memchr::memmem;

use super::first_line;
use super::numbers::{Numbers, Variable};
use super::style::Style;
use super::template::Template;
use crate::capture::{Capture, Snapshot};
use crate::column::Column;
use crate::diagnostic::Diagnostic;
use crate::join::{self, InForce, OwnedSocket};
use crate::parse::{PlainEnd, PlainRow, PlainRows, plain_row};
use crate::query::Filter;
use crate::record::Protocol;

/// Stand in a row for its line and its snapshot, while it is kept.
pub(super) const STAND_INS: Numbers =
    Numbers { line: 8_888_888_888_888_888_881, snapshot: 8_888_888_888_888_888_882 };

/// What a line became.
#[derive(Debug)]
pub(super) struct Made {
    /// Did the filter let it pass? Then it was written.
    pub passes: bool,
    /// Was it not read, as it never passes?
    pub is_skipped: bool,
    pub finding: Option<Arc<Diagnostic>>,
}

/// Makes rows of lines.
#[derive(Debug)]
pub(super) struct Maker<'c> {
    name: &'c Arc<str>,
    capture: &'c Capture<'c>,
    index: usize,
    filter: &'c Filter,
    /// Are lines skipped that never pass it?
    skips: bool,
    columns: &'c [Column],
    style: Style,
    variables: Vec<Variable>,
    template: Template<'c>,
    /// How the rows below the heading are read that was seen last.
    plain: Option<PlainRows>,
    /// Where the variables stand of the row that was written last.
    marks: Vec<usize>,
    /// A row with numbers that stand in for its own.
    scratch: Vec<u8>,
}

impl<'c> Maker<'c> {
    pub fn new(
        name: &'c Arc<str>,
        capture: &'c Capture<'c>,
        index: usize,
        filter: &'c Filter,
        columns: &'c [Column],
        style: Style,
    ) -> Self {
        Maker {
            name,
            capture,
            index,
            filter,
            skips: false,
            columns,
            style,
            variables: style.variables(columns),
            template: Template::new(columns, style),
            plain: None,
            marks: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Lines that never pass the filter are not read.
    pub fn skip(&mut self) {
        self.skips = true;
    }

    /// Are there any that are not?
    pub fn skips(&self) -> bool {
        self.skips
    }

    /// What differs between rows that are the same, in the order of the columns.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Where they stand in what the row made last was written to.
    pub fn marks(&self) -> &[usize] {
        &self.marks
    }

    /// Other lists are in force.
    pub fn forget(&mut self) {
        self.template.clear();
    }

    /// `None` where no plain rows can stand below this heading.
    pub fn heading(&mut self, heading: &str) -> Option<()> {
        self.plain = Some(PlainRows::below(heading)?);
        Some(())
    }

    /// Makes a row of the lines of an entry and writes it. `None` where something about it is odd.
    pub fn make(
        &mut self,
        entry: &[u8],
        snapshot: &Snapshot<'c>,
        lists: &InForce<'_, 'c>,
        numbers: Numbers,
        out: &mut Vec<u8>,
    ) -> Option<Made> {
        self.marks.clear();
        let line = first_line(entry);
        let below = entry.get(line.len()..).unwrap_or_default();
        let line = without_end(line)?;
        if self.skips && self.filter.never_passes(line) {
            return Some(Made { passes: false, is_skipped: true, finding: None });
        }
        let row = plain_row(line).filter(|_| below.is_empty() && self.template.is_of_use());
        if let Some(row) = row
            && let Some(kind) = self.template.kind(&row)
        {
            let passes = kind.passes && self.filter.passes_ports(&row);
            if passes {
                self.template.write(&row, kind, numbers, out, &mut self.marks);
            }
            let finding = self.template.finding(kind);
            return Some(Made { passes, is_skipped: false, finding });
        }
        if memchr::memchr3(b'|', b'\\', b'`', entry).is_some() {
            return None;
        }
        let (line, below) = (str::from_utf8(line).ok()?, str::from_utf8(below).ok()?);
        let socket = self.plain.as_mut()?.read(self.name, line, below, STAND_INS.line)?;
        // What another word means, all rows of the table tell together.
        (socket.protocol == Protocol::Udp || socket.state.is_some()).then_some(())?;
        let mut owned = OwnedSocket {
            capture: self.index,
            host: self.capture.host,
            ..OwnedSocket::unowned(snapshot, &socket, snapshot.inference())
        };
        let finding = join::own(&mut owned, self.capture, lists).map(Arc::new);
        // Where addresses are asked for, every row is asked.
        if let Some(row) = row
            && self.filter.addresses.is_empty()
        {
            let passes = self.filter.without_ports().passes(&owned);
            self.template.keep(&row, &owned, passes, finding.clone()).ok()?;
        }
        let passes = self.filter.passes(&owned);
        if passes {
            self.write_with_stand_ins(&owned, numbers, out)?;
        }
        Some(Made { passes, is_skipped: false, finding })
    }

    /// Writes a row as it is written anywhere, and its numbers for those that stand in for them. `None` where there
    /// are not as many as there should be.
    fn write_with_stand_ins(
        &mut self,
        row: &OwnedSocket<'_>,
        numbers: Numbers,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let mut written = std::mem::take(&mut self.scratch);
        written.clear();
        self.write_all(std::slice::from_ref(row), &mut written).ok()?;
        let mut digits = itoa::Buffer::new();
        // Both numbers differ in their last digit alone.
        let stand_in = digits.format(STAND_INS.line / 10).as_bytes();
        debug_assert_eq!(STAND_INS.line / 10, STAND_INS.snapshot / 10);
        let mut start = 0;
        let mut variables = self.variables.iter();
        for at in memmem::find_iter(&written, stand_in) {
            out.extend_from_slice(written.get(start..at).unwrap_or_default());
            self.marks.push(out.len());
            numbers.write(*variables.next()?, out);
            start = at + stand_in.len() + 1;
        }
        out.extend_from_slice(written.get(start..).unwrap_or_default());
        self.scratch = written;
        variables.next().is_none().then_some(())
    }

    /// Writes rows as they are written anywhere.
    pub fn write_all(&self, rows: &[OwnedSocket<'_>], out: &mut Vec<u8>) -> io::Result<()> {
        self.style.write(out, rows, self.columns)
    }

    /// Are protocol and both endpoints of two lines the same?
    pub fn is_of_the_same_ends(&mut self, one: &[u8], other: &[u8]) -> bool {
        let one = self.ends(one);
        one.is_some() && one == self.ends(other)
    }

    fn ends(&mut self, line: &[u8]) -> Option<Ends> {
        let line = without_end(line)?;
        if let Some(PlainRow { protocol, local, foreign, .. }) = plain_row(line) {
            let end = |end: PlainEnd<'_>| (end.address.to_vec(), Some(end.port));
            return Some((protocol, end(local), foreign.map(end).unwrap_or_default()));
        }
        let line = str::from_utf8(line).ok()?;
        let socket = self.plain.as_mut()?.read(self.name, line, "", STAND_INS.line)?;
        let [local, foreign] = [socket.local, socket.foreign].map(|end| {
            let address = end.address.as_deref().unwrap_or_default();
            (address.as_bytes().to_vec(), end.port)
        });
        Some((socket.protocol, local, foreign))
    }
}

/// Protocol, and the address and port of both sides.
type Ends = (Protocol, (Vec<u8>, Option<u16>), (Vec<u8>, Option<u16>));

fn without_end(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}
