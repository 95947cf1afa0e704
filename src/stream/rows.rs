//! The second pass over a log: its tables, row by row.

use std::io;
use std::ops::Range;

use super::delta::Delta;
use super::entry::Entry;
use super::make::{Maker, STAND_INS};
use super::numbers::Numbers;
use super::outcome::Outcome;
use super::prologue::Prologue;
use super::style::Style;
use super::walk::Walk;
use super::{Pass, Place, first_line, is_blank};
use crate::capture::{self, Capture, Position, Snapshot};
use crate::column::Column;
use crate::diagnostic::Diagnostic;
use crate::join::{self, InForce, Joined};
use crate::parse::{Shown, Source, read_part};
use crate::query::{Filter, Snapshots};

/// Reads the chunks of a log and writes the rows of its tables.
#[derive(Debug)]
pub struct Rows<'c> {
    source: &'c Source,
    capture: &'c Capture<'c>,
    index: usize,
    filter: &'c Filter,
    place: Place,
    delta: Delta,
    maker: Maker<'c>,
    /// The lists that what `delta` keeps was made with, and how many of them are in force.
    lists: (Vec<*const ()>, usize),
    /// Of the table that was read last.
    prologue: Prologue,
    /// The table that is being read.
    walk: Option<Walk>,
    /// What is written.
    out: Vec<u8>,
    outcome: Outcome,
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
        let maker = Maker::new(&source.name, capture, index, filter, columns, style);
        Rows {
            source,
            capture,
            index,
            filter,
            place: Place::default(),
            delta: Delta::new(maker.variables().to_vec()),
            maker,
            lists: (Vec::new(), 0),
            prologue: Prologue::default(),
            walk: None,
            out: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// The same, where lines that never pass the filter are not read: they are counted, and what is wrong with them is
    /// not told.
    pub fn skipping(mut self) -> Self {
        self.maker.skip();
        self
    }

    /// Where the next chunk stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Goes on from another place.
    pub fn go_to(&mut self, place: Place) {
        self.place = place;
    }

    /// What was written and what there is to say since this was asked last, at the end of a span; what is written goes
    /// to `out`, which gives its room. Where only the last snapshot is wanted, it is the last of the span.
    pub fn take(&mut self, mut out: Vec<u8>) -> (Vec<u8>, Outcome) {
        out.clear();
        (std::mem::replace(&mut self.out, out), std::mem::take(&mut self.outcome))
    }

    /// What was written so far, to be taken from here. Asked between chunks; where only the last snapshot is wanted,
    /// it is empty until all was read.
    pub fn written(&mut self) -> Option<&mut Vec<u8>> {
        (self.filter.snapshots != Snapshots::Last).then_some(&mut self.out)
    }

    /// A snapshot has rows, written from `start` on: where only the last is wanted, it is the last so far.
    fn has_rows(&mut self, start: usize) {
        if self.filter.snapshots == Snapshots::Last {
            self.out.drain(..start);
            self.outcome.written = 0;
        }
    }

    /// Is the snapshot one of those that are wanted?
    fn is_wanted(&self) -> bool {
        match self.filter.snapshots {
            Snapshots::All | Snapshots::Last => true,
            Snapshots::First => self.place.snapshots == 1,
            Snapshots::Number(number) => self.place.snapshots == number,
        }
    }

    /// Reads the chunk as any source is read.
    fn read_whole(&mut self, text: &str) -> io::Result<()> {
        let part = read_part(&self.source.name, text, &mut self.place.carried);
        self.outcome.accounting = self.outcome.accounting + part.accounting;
        self.outcome.diagnostics.extend(part.diagnostics);
        let mut snapshots = Vec::new();
        for section in &part.sections {
            capture::add_table(&mut snapshots, self.source, 0, section);
        }
        for mut snapshot in snapshots {
            self.place.snapshots += 1;
            snapshot.number = self.place.snapshots;
            snapshot.position = self.position(snapshot.first_line);
            if snapshot.sockets().next().is_some() {
                self.has_rows(self.out.len());
            }
            let mut joined = Joined::default();
            join::join_snapshot(self.index, self.capture, &snapshot, &mut joined);
            self.outcome.findings.extend(joined.findings);
            self.outcome.read += joined.sockets.len();
            if self.is_wanted() {
                joined.sockets.retain(|row| self.filter.passes(row));
                self.outcome.written += joined.sockets.len();
                self.maker.write_all(&joined.sockets, &mut self.out)?;
            }
        }
        Ok(())
    }

    /// Where a line stands among the lists: as the table does that stands for all.
    fn position(&self, line: usize) -> Position {
        let stands_for_all = self.capture.snapshots.first();
        stands_for_all.map(|one| one.position.at_line(line)).unwrap_or_default()
    }

    /// Reads the chunk as title, heading and plain rows. `false` where it is anything else: then nothing is
    /// changed.
    fn table(&mut self, bytes: &[u8]) -> bool {
        if self.walk.is_none() {
            if !self.has_prologue(bytes) {
                return false;
            }
            self.begin_table();
        }
        self.rows(bytes, true);
        let Some(walk) = self.walk.take() else { return false };
        let rest = bytes.get(walk.read..).unwrap_or_default();
        if walk.is_none || !rest.split(|byte| *byte == b'\n').all(is_blank) {
            self.out.truncate(walk.start);
            self.place.snapshots -= 1;
            return false;
        }
        let blanks = rest.split_inclusive(|byte| *byte == b'\n').count();
        let Prologue { lines: lines_before, headers, .. } = self.prologue;
        let rows = bytes.get(self.prologue.length()..walk.read).unwrap_or_default();
        let written = self.out.get(walk.start..).unwrap_or_default();
        let is_mixed = walk.is_sorted_anew;
        let udp_from = walk.udp_from.unwrap_or(walk.rows);
        self.delta.end_table(rows, written, walk.first, (!is_mixed).then_some(udp_from));
        if !self.is_wanted() {
            self.out.truncate(walk.start);
        } else {
            if walk.rows > 0 {
                self.has_rows(walk.start);
            }
            self.outcome.written += walk.written;
        }
        let lines = lines_before + walk.lines + blanks;
        self.place.carried.lines += lines;
        let accounting = &mut self.outcome.accounting;
        accounting.lines += lines;
        accounting.rows += walk.rows - walk.skipped;
        accounting.skipped += walk.skipped;
        accounting.continuations += walk.lines - walk.rows;
        accounting.headers += headers;
        accounting.blanks += lines_before - headers + blanks;
        self.outcome.read += walk.rows;
        self.outcome.findings.extend(walk.findings);
        true
    }

    /// Does the chunk begin with a title and a heading, below which there may be plain rows?
    fn has_prologue(&mut self, bytes: &[u8]) -> bool {
        if self.prologue.begins(bytes) {
            return true;
        }
        let read = Prologue::of(bytes);
        let Some((prologue, _)) = read.filter(|(_, heading)| self.maker.heading(heading).is_some())
        else {
            return false;
        };
        self.prologue = prologue;
        self.delta.clear();
        true
    }

    fn begin_table(&mut self) {
        self.place.snapshots += 1;
        self.delta.begin_table();
        self.walk = Some(Walk {
            read: self.prologue.length(),
            start: self.out.len(),
            first: Numbers {
                line: self.place.carried.lines + 1 + self.prologue.lines,
                snapshot: self.place.snapshots,
            },
            rows: 0,
            lines: 0,
            written: 0,
            skipped: 0,
            udp_from: None,
            is_sorted_anew: false,
            is_none: false,
            findings: Vec::new(),
        });
    }

    /// What is kept was made with these lists, or is forgotten.
    fn lists_are(&mut self, lists: &InForce<'_, 'c>) {
        let these = lists.nearby.iter().map(|list| std::ptr::from_ref(*list).cast());
        let in_force = lists.lists.len();
        if self.lists.1 != in_force || !these.clone().eq(self.lists.0.iter().copied()) {
            self.lists = (these.collect(), in_force);
            self.delta.clear();
            self.maker.forget();
        }
    }

    /// Reads rows as long as there are any that are plain. Where there may be more bytes, the last of these may be the
    /// beginning of a row of several lines.
    fn rows(&mut self, bytes: &[u8], is_all: bool) {
        let Some(mut walk) = self.walk.take() else { return };
        let first_line = self.place.carried.lines + 1;
        let snapshot = Snapshot {
            number: STAND_INS.snapshot,
            source: self.source,
            position: self.position(first_line),
            first_line,
            captured_at: None,
            shown: Shown::Whole,
            tables: Vec::new(),
            seen_udp: false,
        };
        let lists = InForce::at(&snapshot, &self.capture.lists);
        self.lists_are(&lists);
        while !walk.is_none && self.next_rows((bytes, is_all), &mut walk, &snapshot, &lists) {}
        self.walk = Some(walk);
    }

    /// Reads the next row, or as many as stood together in the last table. `false` where there is none.
    fn next_rows(
        &mut self,
        (bytes, is_all): (&[u8], bool),
        walk: &mut Walk,
        snapshot: &Snapshot<'c>,
        lists: &InForce<'_, 'c>,
    ) -> bool {
        let rest = bytes.get(walk.read..).unwrap_or_default();
        let is_on = self.delta.is_on();
        if let Some(run) = if is_on { self.delta.run(rest) } else { None } {
            return self.rows_again(run, (bytes, is_all), walk);
        }
        let Some(entry) = Entry::of(rest) else { return false };
        let run = if is_on { self.delta.run_elsewhere(rest, entry.length) } else { None };
        if let Some(run) = run {
            return self.rows_again(run, (bytes, is_all), walk);
        }
        if !is_all && !entry.ends_in(rest) {
            return false;
        }
        let of_entry = rest.get(..entry.length).unwrap_or_default();
        let numbers = walk.first.lines_on(walk.lines);
        let made = self.maker.make(of_entry, snapshot, lists, numbers, &mut self.out);
        let Some(made) = made.filter(|_| self.is_in_order(bytes, walk)) else {
            walk.is_none = true;
            return false;
        };
        if let Some(finding) = &made.finding {
            walk.findings.push(Diagnostic { line: Some(numbers.line), ..(**finding).clone() });
        }
        let end = self.out.len() - walk.start;
        let marks = self.maker.marks().iter().map(|mark| mark - walk.start);
        self.delta.keep(entry, marks, end, made.finding);
        if self.maker.skips() {
            self.delta.keep_skipped(made.is_skipped);
        }
        walk.written += usize::from(made.passes);
        walk.skipped += usize::from(made.is_skipped);
        walk.rows += 1;
        walk.lines += entry.lines;
        walk.read += entry.length;
        true
    }

    /// Writes rows of the last table that come again. `false` where there are none.
    fn rows_again(
        &mut self,
        (mut rows, mut length): (Range<usize>, usize),
        (bytes, is_all): (&[u8], bool),
        walk: &mut Walk,
    ) -> bool {
        let rest = bytes.get(walk.read..).unwrap_or_default();
        let numbers = walk.first.lines_on(walk.lines);
        let udp_from = self.delta.udp_from();
        if udp_from.is_none() && !walk.is_sorted_anew && rows.len() > 1 {
            // TCP and UDP are mixed: one by one.
            (rows, length) = self.delta.only_first(&rows);
        }
        if !is_all && !Entry::ends_above(rest.get(length..).unwrap_or_default()) {
            // More lines may follow the last row.
            let Some(fewer) = self.delta.without_last(&rows) else { return false };
            (rows, length) = fewer;
        }
        if !self.is_in_order(bytes, walk) {
            walk.is_none = true;
            return false;
        }
        if walk.udp_from.is_none() && udp_from.is_some_and(|from| from < rows.end) {
            let before = udp_from.unwrap_or_default().saturating_sub(rows.start);
            walk.udp_from = Some(walk.rows + before);
        }
        for (lines, finding) in self.delta.findings(&rows) {
            let line = Some(numbers.lines_on(lines).line);
            walk.findings.push(Diagnostic { line, ..(**finding).clone() });
        }
        walk.rows += rows.len();
        walk.lines += self.delta.lines(&rows);
        walk.skipped += self.delta.skipped(&rows);
        walk.written += self.delta.write_again(rows, &numbers, walk.start, &mut self.out);
        walk.read += length;
        true
    }

    /// A TCP row below a UDP row: if it is the first row again, another table begins. Otherwise somebody sorted the
    /// table, and nothing of the kind is said of any row below.
    fn is_in_order(&mut self, bytes: &[u8], walk: &mut Walk) -> bool {
        let rest = bytes.get(walk.read..).unwrap_or_default();
        if is_udp(rest) {
            walk.udp_from.get_or_insert(walk.rows);
        } else if walk.udp_from.is_some() && !walk.is_sorted_anew {
            let rows = bytes.get(self.prologue.length()..).unwrap_or_default();
            walk.is_sorted_anew = true;
            return is_udp(rows)
                || !self.maker.is_of_the_same_ends(first_line(rows), first_line(rest));
        }
        true
    }
}

fn is_udp(line: &[u8]) -> bool {
    line.get(2) == Some(&b'U')
}

impl Pass for Rows<'_> {
    fn ahead(&mut self, bytes: &[u8]) -> usize {
        if self.walk.is_none() {
            if !self.prologue.begins(bytes) {
                return 0;
            }
            self.begin_table();
        }
        self.rows(bytes, false);
        self.walk.as_ref().map_or(0, |walk| walk.read)
    }

    /// # Errors
    ///
    /// That the chunk is not UTF-8, though the first pass found it so: the file was changed in between.
    fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool> {
        if !self.table(bytes) {
            let text = std::str::from_utf8(bytes).map_err(|_| {
                io::Error::new(io::ErrorKind::InvalidData, "it was changed meanwhile")
            })?;
            self.read_whole(text)?;
        }
        self.place.offset += bytes.len() as u64;
        Ok(true)
    }
}
