//! What the lines of the last table became, to be used again where the very same lines come again.
//!
//! In a log of `netstat -ano 5` most rows stand again in the next table, and mostly in the same order. So a table is
//! compared with the last one from a cursor on, as bytes: as many rows as are the same are taken together. Where one
//! is not, those a little further on are tried; where that fails time and again, the hash of the line tells. Where
//! too few lines come again, nothing is kept for a while.

use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashTable;

use super::entry::Entry;
use super::extents::{Extents, moved, narrow};
use super::numbers::{Numbers, Variable};
use crate::diagnostic::Diagnostic;

/// How many bytes of lines and of what they became are kept.
const ROOM: usize = 6 << 20;

/// For how many tables nothing is kept where too few lines came again: at first, and at most where it is so time and
/// again.
const PAUSE: usize = 16;
const LONGEST_PAUSE: usize = 256;

/// How many rows beyond the cursor are tried: as many may have gone at once.
const TRIED: usize = 8;

/// After how many lines in a row that were not found the hashes are asked.
const LOST: usize = 16;

/// The last table, and as much as there is of this one.
#[derive(Debug)]
pub(super) struct Delta {
    /// What differs between rows that are the same, in the order of the columns.
    variables: Vec<Variable>,
    last: Extents,
    /// The lines of the last table and its rows as they were written.
    lines: Vec<u8>,
    written: Vec<u8>,
    /// The numbers of its first row.
    numbers: Numbers,
    /// Do all UDP rows stand below all TCP rows there? Then from which row on.
    udp_from: Option<usize>,
    this: Extents,
    /// The row of the last table that is expected next.
    cursor: usize,
    /// How many lines in a row were not found.
    lost: usize,
    /// Rows of the last table by their lines, once they are asked for.
    index: HashTable<u32>,
    is_indexed: bool,
    /// How many lines of this table were found by them.
    found_by_hash: usize,
    hasher: foldhash::fast::RandomState,
    found: usize,
    missed: usize,
    /// Tables for which nothing is kept.
    paused: usize,
    /// For how many it was the last time.
    pause: usize,
}

impl Delta {
    /// For rows with these variables.
    pub fn new(variables: Vec<Variable>) -> Self {
        Delta {
            variables,
            last: Extents::default(),
            lines: Vec::new(),
            written: Vec::new(),
            numbers: Numbers::default(),
            udp_from: None,
            this: Extents::default(),
            cursor: 0,
            lost: 0,
            index: HashTable::new(),
            is_indexed: false,
            found_by_hash: 0,
            hasher: Default::default(),
            found: 0,
            missed: 0,
            paused: 0,
            pause: 0,
        }
    }

    /// Is anything kept, for this table?
    pub fn is_on(&self) -> bool {
        self.paused == 0
    }

    /// A table begins.
    pub fn begin_table(&mut self) {
        self.this.clear();
        (self.cursor, self.lost, self.found_by_hash) = (0, 0, 0);
        self.paused = self.paused.saturating_sub(1);
    }

    /// A table ends: of these lines, with these rows, of which the first has these numbers.
    pub fn end_table(
        &mut self,
        lines: &[u8],
        written: &[u8],
        numbers: Numbers,
        udp_from: Option<usize>,
    ) {
        if !self.is_on() {
            return;
        }
        if u32::try_from(lines.len().max(written.len())).is_err() {
            // Its places are no numbers of 32 bits.
            return self.clear();
        }
        // The first table has nothing to be compared with.
        if self.missed > 256 && self.found * 2 < self.missed && self.found + self.missed > 4096 {
            self.clear();
            self.pause = (2 * self.pause).clamp(PAUSE, LONGEST_PAUSE);
            self.paused = self.pause;
            return;
        }
        if self.found > self.missed {
            self.pause = 0;
        }
        if self.found + self.missed > 1 << 14 {
            (self.found, self.missed) = (self.found / 2, self.missed / 2);
        }
        std::mem::swap(&mut self.last, &mut self.this);
        self.last.keep(ROOM, self.variables.len());
        let (lines_end, rows_end) = (self.last.lines_until(usize::MAX), self.last.row_end());
        self.lines.clear();
        self.lines.extend_from_slice(lines.get(..lines_end).unwrap_or_default());
        self.written.clear();
        self.written.extend_from_slice(written.get(..rows_end).unwrap_or_default());
        (self.numbers, self.udp_from) = (numbers, udp_from);
        // Where the order was no help, it will be none again.
        self.is_indexed = self.found_by_hash * 4 > self.last.line_ends.len();
        if self.is_indexed {
            self.build_index();
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        let variables = std::mem::take(&mut self.variables);
        let (paused, pause) = (self.paused, self.pause);
        *self = Delta { paused, pause, ..Delta::new(variables) };
    }

    /// The rows of the last table that these bytes begin with, from the one that is expected on; and how long their
    /// lines are.
    #[inline]
    pub fn run(&mut self, bytes: &[u8]) -> Option<(Range<usize>, usize)> {
        let run = self.run_at(self.cursor, bytes)?;
        Some(self.goes_on_behind(run))
    }

    fn goes_on_behind(&mut self, (rows, length): (Range<usize>, usize)) -> (Range<usize>, usize) {
        self.found += rows.len();
        self.lost = 0;
        self.cursor = rows.end;
        (rows, length)
    }

    /// The first of the rows of a run and the length of its line: the others are asked for again.
    pub fn only_first(&mut self, rows: &Range<usize>) -> (Range<usize>, usize) {
        self.found -= rows.len() - 1;
        self.cursor = rows.start + 1;
        let length = self.last.lines_until(rows.start + 1) - self.last.lines_until(rows.start);
        (rows.start..rows.start + 1, length)
    }

    /// All of the rows but the last, whose lines may go on: it is asked for again. `None` where it is the only one.
    pub fn without_last(&mut self, rows: &Range<usize>) -> Option<(Range<usize>, usize)> {
        self.found -= 1;
        self.cursor = rows.end - 1;
        let rows = rows.start..rows.end - 1;
        let length = self.last.lines_until(rows.end) - self.last.lines_until(rows.start);
        (!rows.is_empty()).then_some((rows, length))
    }

    /// How many lines these rows have.
    pub fn lines(&self, rows: &Range<usize>) -> usize {
        self.last.count_until(rows.end) - self.last.count_until(rows.start)
    }

    #[inline]
    fn run_at(&self, row: usize, bytes: &[u8]) -> Option<(Range<usize>, usize)> {
        let start = self.last.lines_until(row);
        let same = same_bytes(self.lines.get(start..)?, bytes);
        let ends = self.last.line_ends.get(row..)?;
        let is_in_it = |end: &u32| *end as usize <= start + same;
        ends.first().copied().filter(is_in_it)?;
        // Runs are short where there are many.
        let mut most = 8;
        while ends.get(most).is_some_and(is_in_it) {
            most *= 2;
        }
        let rows = ends.get(..most).unwrap_or(ends).partition_point(is_in_it);
        Some((row..row + rows, self.last.lines_until(row + rows) - start))
    }

    /// The same from any other row on; the bytes begin with an entry of this length.
    pub fn run_elsewhere(&mut self, bytes: &[u8], length: usize) -> Option<(Range<usize>, usize)> {
        match self.find(bytes.get(..length)?).and_then(|row| self.run_at(row, bytes)) {
            Some(run) => Some(self.goes_on_behind(run)),
            None => {
                self.missed += 1;
                self.lost += 1;
                None
            }
        }
    }

    /// A row of these lines, other than the one that was expected.
    fn find(&mut self, lines: &[u8]) -> Option<usize> {
        if !self.is_indexed {
            let mut beyond = self.cursor + 1..self.cursor + 1 + TRIED;
            if let Some(row) = beyond.find(|row| self.line(*row) == Some(lines)) {
                return Some(row);
            }
            if self.lost >= LOST && !self.last.line_ends.is_empty() {
                self.build_index();
            }
        }
        if !self.is_indexed {
            return None;
        }
        let row =
            self.index.find(self.hash(lines), |row| self.line(*row as usize) == Some(lines))?;
        self.found_by_hash += 1;
        Some(*row as usize)
    }

    fn build_index(&mut self) {
        self.is_indexed = true;
        self.index.clear();
        let (lines, last, hasher) = (&self.lines, &self.last, &self.hasher);
        let hash = |row: &u32| hash_of(hasher, last.line(*row as usize, lines).unwrap_or_default());
        self.index.reserve(last.line_ends.len(), hash);
        // Where a line stands twice, what follows the first is as good as what follows the other.
        for row in (0..).take(last.line_ends.len()) {
            self.index.insert_unique(hash(&row), row, hash);
        }
    }

    /// What there is to say of these rows, by how many lines on they stand from the first of them.
    pub fn findings(&self, rows: &Range<usize>) -> impl Iterator<Item = (usize, &Arc<Diagnostic>)> {
        let base = self.last.count_until(rows.start);
        let of_rows = self.last.findings_of(rows).iter();
        of_rows.map(move |(row, finding)| (self.last.count_until(*row) - base, finding))
    }

    /// How many of these rows were skipped.
    pub fn skipped(&self, rows: &Range<usize>) -> usize {
        let of_rows = self.last.skipped.get(rows.clone()).unwrap_or_default();
        of_rows.iter().filter(|is_skipped| **is_skipped).count()
    }

    /// Of the row that was kept last: was it skipped?
    pub fn keep_skipped(&mut self, is_skipped: bool) {
        if self.is_on() {
            self.this.skipped.push(is_skipped);
        }
    }

    /// From which row of the last table on there are UDP rows alone, and none before it.
    pub fn udp_from(&self) -> Option<usize> {
        self.udp_from
    }

    /// Writes rows of the last table again, with other numbers, behind those of this one, which begin at `start`.
    /// How many of them are more than nothing.
    pub fn write_again(
        &mut self,
        rows: Range<usize>,
        numbers: &Numbers,
        start: usize,
        out: &mut Vec<u8>,
    ) -> usize {
        self.keep_again(&rows);
        let numbers_then = self.numbers.lines_on(self.last.count_until(rows.start));
        let on_to_last = self.lines(&(rows.start..rows.end.saturating_sub(1)));
        if !numbers.is_as_wide_as(&numbers_then, on_to_last, &self.variables) {
            return self.write_in_pieces(rows, numbers, start, out);
        }
        let (last, this) = (&self.last, &mut self.this);
        let (from, to) = (last.rows_until(rows.start), last.rows_until(rows.end));
        let until = out.len() - start;
        let count = self.variables.len();
        let ends = last.row_ends.get(rows.clone()).unwrap_or_default();
        let marks = last.marks.get(rows.start * count..rows.end * count).unwrap_or_default();
        let first_mark = this.marks.len();
        this.row_ends.extend(moved(ends, from, until));
        this.marks.extend(moved(marks, from, until));
        if from == to {
            return 0;
        }
        out.extend_from_slice(self.written.get(from..to).unwrap_or_default());
        let marks = this.marks.get(first_mark..).unwrap_or_default();
        let written = out.get_mut(start..).unwrap_or_default();
        let ends = ends.iter().map(|end| *end as usize);
        let (then, variables) = (&numbers_then, self.variables.as_slice());
        if last.has_one_line_each() {
            numbers.overwrite(then, variables, ends.zip(0..), from, marks, written)
        } else {
            let rows = ends.zip(last.counts(&rows));
            numbers.overwrite(then, variables, rows, from, marks, written)
        }
    }

    /// Keeps the lines of rows that stand again, and what there is to say of them.
    fn keep_again(&mut self, rows: &Range<usize>) {
        let first = self.this.line_ends.len();
        let before = self.this.lines_until(usize::MAX);
        let of_rows = self.last.findings_of(rows).iter();
        let findings = of_rows.map(|(row, one)| (first + row - rows.start, Arc::clone(one)));
        self.this.findings.extend(findings);
        self.this.add_lines_of(&self.last, rows);
        let skipped = self.last.skipped.get(rows.clone()).unwrap_or_default();
        self.this.skipped.extend_from_slice(skipped);
        let ends = self.last.line_ends.get(rows.clone()).unwrap_or_default();
        self.this.line_ends.extend(moved(ends, self.last.lines_until(rows.start), before));
    }

    /// The same where numbers have more digits than they had.
    fn write_in_pieces(
        &mut self,
        rows: Range<usize>,
        numbers: &Numbers,
        start: usize,
        out: &mut Vec<u8>,
    ) -> usize {
        let (last, this) = (&self.last, &mut self.this);
        let numbers_then = self.numbers.lines_on(last.count_until(rows.start));
        let count = self.variables.len();
        let mut written = 0;
        for (row, lines) in rows.clone().zip(last.counts(&rows)) {
            let place = last.rows_until(row)..last.rows_until(row + 1);
            let marks = last.marks.get(row * count..(row + 1) * count).unwrap_or_default();
            let is_written = !place.is_empty();
            written += usize::from(is_written);
            let (then, now) = (numbers_then.lines_on(lines), numbers.lines_on(lines));
            let mut at = place.start;
            for (variable, mark) in self.variables.iter().zip(marks) {
                let mark = *mark as usize;
                out.extend_from_slice(self.written.get(at..mark).unwrap_or_default());
                this.marks.push(narrow(out.len() - start));
                if is_written {
                    now.write(*variable, out);
                    at = mark + then.width(*variable);
                }
            }
            out.extend_from_slice(self.written.get(at..place.end).unwrap_or_default());
            this.row_ends.push(narrow(out.len() - start));
        }
        written
    }

    /// Keeps where a row of this table stands that was just written: its lines, its variables and its end.
    pub fn keep(
        &mut self,
        entry: Entry,
        marks: impl Iterator<Item = usize>,
        end: usize,
        finding: Option<Arc<Diagnostic>>,
    ) {
        if !self.is_on() {
            return;
        }
        let rows = self.this.line_ends.len();
        self.this.findings.extend(finding.map(|finding| (rows, finding)));
        let lines = self.this.lines_until(usize::MAX);
        self.this.line_ends.push(narrow(lines + entry.length));
        self.this.add_lines(entry.lines);
        self.this.row_ends.push(narrow(end));
        self.this.marks.extend(marks.map(narrow));
        // A row that is not written has none.
        self.this.marks.resize((rows + 1) * self.variables.len(), narrow(end));
    }

    fn line(&self, row: usize) -> Option<&[u8]> {
        self.last.line(row, &self.lines)
    }

    fn hash(&self, line: &[u8]) -> u64 {
        hash_of(&self.hasher, line)
    }
}

/// How many bytes both begin with.
#[inline]
fn same_bytes(one: &[u8], other: &[u8]) -> usize {
    fn steps<const STEP: usize>(one: &[u8], other: &[u8]) -> usize {
        let steps = one.as_chunks::<STEP>().0.iter().zip(other.as_chunks::<STEP>().0);
        STEP * steps.take_while(|(one, other)| one == other).count()
    }
    let behind = |bytes: usize| {
        (one.get(bytes..).unwrap_or_default(), other.get(bytes..).unwrap_or_default())
    };
    let many = steps::<32>(one, other);
    let (one, other) = behind(many);
    let words = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
    let mut same = many;
    for (one, other) in words {
        let differ = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
        if differ != 0 {
            return same + (differ.trailing_zeros() / 8) as usize;
        }
        same += 8;
    }
    let (one, other) = behind(same);
    same + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

fn hash_of(hasher: &foldhash::fast::RandomState, bytes: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests;
