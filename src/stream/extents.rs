//! Where the rows of a table stand: their lines, and what became of them.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;

/// Where the rows of a table stand, and what there is to say of them.
#[derive(Debug, Default)]
pub(super) struct Extents {
    /// Where the lines of each row end, and each row as it is written, from where those of the table begin.
    pub line_ends: Vec<u32>,
    pub row_ends: Vec<u32>,
    /// How many lines there are before each row, unless every row has one, and in all.
    lines_before: Vec<u32>,
    lines: u32,
    /// Where the variables of a row stand among what is written; for each row as many as there are.
    pub marks: Vec<u32>,
    /// Was the row skipped? Empty where none ever is.
    pub skipped: Vec<bool>,
    /// By the index of their row.
    pub findings: Vec<(usize, Arc<Diagnostic>)>,
}

impl Extents {
    pub fn clear(&mut self) {
        self.line_ends.clear();
        self.lines_before.clear();
        self.lines = 0;
        self.row_ends.clear();
        self.marks.clear();
        self.skipped.clear();
        self.findings.clear();
    }

    /// Keeps as many rows as there is room for.
    pub fn keep(&mut self, room: usize, variables: usize) {
        let size = |line: &u32, row: &u32| *line as usize + *row as usize;
        let is_too_much = self.line_ends.last().zip(self.row_ends.last());
        if is_too_much.is_none_or(|(line, row)| size(line, row) <= room) {
            return;
        }
        let ends = self.line_ends.iter().zip(&self.row_ends);
        let rows = ends.take_while(|(line, row)| size(line, row) <= room).count();
        self.line_ends.truncate(rows);
        self.lines = narrow(self.count_until(rows));
        self.lines_before.truncate(rows);
        self.row_ends.truncate(rows);
        self.marks.truncate(rows * variables);
        self.skipped.truncate(rows);
        self.findings.retain(|(row, _)| *row < rows);
    }

    /// How many lines there are before those of this row.
    pub fn count_until(&self, row: usize) -> usize {
        if self.has_one_line_each() {
            return row.min(self.lines as usize);
        }
        self.lines_before.get(row).copied().unwrap_or(self.lines) as usize
    }

    /// Has every row one line?
    pub fn has_one_line_each(&self) -> bool {
        self.lines_before.is_empty()
    }

    /// Adds a row of so many lines.
    pub fn add_lines(&mut self, lines: usize) {
        if lines != 1 && self.has_one_line_each() {
            self.lines_before = (0..self.lines).collect();
        }
        if lines != 1 || !self.has_one_line_each() {
            self.lines_before.push(self.lines);
        }
        self.lines += narrow(lines);
    }

    /// Adds these rows of another table.
    pub fn add_lines_of(&mut self, other: &Extents, rows: &Range<usize>) {
        let (from, to) = (other.count_until(rows.start), other.count_until(rows.end));
        if other.has_one_line_each() && self.has_one_line_each() {
            self.lines += narrow(to - from);
            return;
        }
        for row in rows.clone() {
            self.add_lines(other.count_until(row + 1) - other.count_until(row));
        }
    }

    /// How many lines there are from the first of these rows on before each of them.
    pub fn counts(&self, rows: &Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let base = self.count_until(rows.start);
        rows.clone().map(move |row| self.count_until(row) - base)
    }

    /// What there is to say of these rows.
    pub fn findings_of(&self, rows: &Range<usize>) -> &[(usize, Arc<Diagnostic>)] {
        let until = |end: usize| self.findings.partition_point(|(row, _)| *row < end);
        self.findings.get(until(rows.start)..until(rows.end)).unwrap_or_default()
    }

    /// Where the lines before those of this row end.
    pub fn lines_until(&self, row: usize) -> usize {
        until(&self.line_ends, row)
    }

    pub fn rows_until(&self, row: usize) -> usize {
        until(&self.row_ends, row)
    }

    pub fn row_end(&self) -> usize {
        self.rows_until(usize::MAX)
    }

    pub fn line<'l>(&self, row: usize, lines: &'l [u8]) -> Option<&'l [u8]> {
        lines.get(self.lines_until(row)..*self.line_ends.get(row)? as usize)
    }
}

/// Where what is before this row ends.
fn until(ends: &[u32], row: usize) -> usize {
    match row.min(ends.len()).checked_sub(1) {
        Some(before) => ends.get(before).map_or(0, |end| *end as usize),
        None => 0,
    }
}

/// Places that were counted from one place on, counted from another.
pub(super) fn moved(places: &[u32], from: usize, to: usize) -> impl Iterator<Item = u32> + '_ {
    let shift = narrow(to).wrapping_sub(narrow(from));
    places.iter().map(move |place| place.wrapping_add(shift))
}

/// A place, in 32 bits: more than 4 GiB are kept nowhere.
pub(super) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
