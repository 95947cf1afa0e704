//! Writing a plain row from what it shares with others: the cells that follow from its process, protocol and state
//! are written once by the renderer, and used again; the others are addresses and ports, which need no escaping.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::extents::narrow;
use super::numbers::{Numbers, Variable};
use super::style::Style;
use crate::column::Column;
use crate::diagnostic::Diagnostic;
use crate::join::OwnedSocket;
use crate::parse::{PlainEnd, PlainRow};
use crate::record::Protocol;
use crate::render::Delimited;

/// How many kinds of rows are kept.
const KINDS: usize = 1 << 14;

/// How many bytes of their texts are kept.
const ROOM: usize = 4 << 20;

/// What rows with the same process, protocol and state have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// Which of the kinds it is, from 0.
    index: u32,
    /// Do they pass the filter, whatever their addresses and ports?
    pub passes: bool,
    has_finding: bool,
}

/// All that tells how a row is written but its endpoints; of those, whether there is a foreign one.
type Key = u64;

/// The cells of a row in their order, and the kinds that are known.
#[derive(Debug)]
pub(super) struct Template<'c> {
    columns: &'c [Column],
    style: Style,
    /// The cells that differ within a kind.
    cells: Vec<Column>,
    kinds: HashMap<Key, Kind, foldhash::fast::RandomState>,
    /// What stands before, between and behind those cells, for one kind behind the other.
    texts: Vec<u8>,
    /// Where each of the texts ends.
    ends: Vec<u32>,
    /// What there is to say of a row, by its kind.
    findings: HashMap<u32, Arc<Diagnostic>>,
}

impl<'c> Template<'c> {
    pub fn new(columns: &'c [Column], style: Style) -> Self {
        Template {
            columns,
            style,
            cells: columns.iter().copied().filter(|column| is_of_row(*column)).collect(),
            kinds: HashMap::default(),
            texts: Vec::new(),
            ends: Vec::new(),
            findings: HashMap::new(),
        }
    }

    /// A single cell is quoted where it is empty: that is left to the renderer, as the cells for people are.
    pub fn is_of_use(&self) -> bool {
        self.columns.len() > 1 && !matches!(self.style, Style::Sheet)
    }

    pub fn clear(&mut self) {
        self.kinds.clear();
        self.texts.clear();
        self.ends.clear();
        self.findings.clear();
    }

    #[inline]
    pub fn kind(&self, row: &PlainRow<'_>) -> Option<Kind> {
        self.kinds.get(&key(row)).copied()
    }

    /// What there is to say of a row of this kind.
    pub fn finding(&self, kind: Kind) -> Option<Arc<Diagnostic>> {
        kind.has_finding.then(|| self.findings.get(&kind.index).cloned()).flatten()
    }

    /// Keeps what a row has in common with others like it.
    pub fn keep(
        &mut self,
        row: &PlainRow<'_>,
        owned: &OwnedSocket<'_>,
        passes: bool,
        finding: Option<Arc<Diagnostic>>,
    ) -> io::Result<()> {
        if self.kinds.len() >= KINDS {
            self.clear();
        }
        let (mut texts, mut ends) = (Vec::new(), Vec::new());
        let is_json = matches!(self.style, Style::Ndjson);
        let delimiter = match self.style {
            Style::Delimited(Delimited { tabs: true, .. }) => b'\t',
            _ => b',',
        };
        texts.extend(is_json.then_some(b'{'));
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                texts.push(delimiter);
            }
            if is_of_row(*column) {
                let is_quoted = is_json && is_text(*column) && is_there(*column, row);
                if is_json {
                    texts.push(b'"');
                    texts.extend_from_slice(column.name().as_bytes());
                    texts.extend_from_slice(b"\":");
                }
                texts.extend(is_quoted.then_some(b'"'));
                ends.push(texts.len());
                texts.extend(is_quoted.then_some(b'"'));
                if is_json && !is_there(*column, row) {
                    texts.extend_from_slice(b"null");
                }
            } else {
                self.cell(owned, *column, &mut texts)?;
            }
        }
        texts.extend_from_slice(if is_json { b"}\n" } else { b"\n" });
        ends.push(texts.len());
        let start = self.texts.len();
        if start + texts.len() > ROOM {
            self.clear();
            return Ok(());
        }
        let index = narrow(self.kinds.len());
        self.kinds.insert(key(row), Kind { index, passes, has_finding: finding.is_some() });
        self.texts.append(&mut texts);
        self.ends.extend(ends.iter().map(|end| narrow(start + end)));
        self.findings.extend(finding.map(|finding| (index, finding)));
        Ok(())
    }

    /// One cell as the renderer writes it, behind another that is cut off again.
    fn cell(&self, owned: &OwnedSocket<'_>, column: Column, out: &mut Vec<u8>) -> io::Result<()> {
        let mut written = Vec::new();
        self.style.write(&mut written, std::slice::from_ref(owned), &[Column::Protocol, column])?;
        let protocol = owned.socket.protocol.name();
        let (before, behind) = match self.style {
            Style::Ndjson => (format!("{{\"protocol\":\"{protocol}\","), "}\n"),
            Style::Delimited(Delimited { tabs: true, .. }) => (format!("{protocol}\t"), "\n"),
            _ => (format!("{protocol},"), "\n"),
        };
        let cell = written.strip_prefix(before.as_bytes());
        let cell = cell.and_then(|cell| cell.strip_suffix(behind.as_bytes()));
        out.extend_from_slice(cell.ok_or(io::ErrorKind::InvalidData)?);
        Ok(())
    }

    /// Writes the row; `marks` is told where its line or its snapshot stands.
    pub fn write(
        &self,
        row: &PlainRow<'_>,
        kind: Kind,
        numbers: Numbers,
        out: &mut Vec<u8>,
        marks: &mut Vec<usize>,
    ) {
        let first = kind.index as usize * (self.cells.len() + 1);
        let ends = self.ends.get(first..).unwrap_or_default();
        let before = first.checked_sub(1).and_then(|before| self.ends.get(before));
        let mut start = before.copied().unwrap_or_default() as usize;
        let mut cells = self.cells.iter();
        for end in ends {
            let end = *end as usize;
            out.extend_from_slice(self.texts.get(start..end).unwrap_or_default());
            start = end;
            let Some(cell) = cells.next() else { return };
            if let Some(variable) = Variable::of(*cell) {
                marks.push(out.len());
                numbers.write(variable, out);
            } else {
                write_cell(row, *cell, out);
            }
        }
    }
}

fn key(row: &PlainRow<'_>) -> Key {
    // None of the states is 0.
    let state = row.state.map_or(0, |state| state as u64 + 1);
    let is_tcp = u64::from(row.protocol == Protocol::Tcp);
    let has_foreign = u64::from(row.foreign.is_some());
    u64::from(row.pid) << 32 | state << 8 | is_tcp << 1 | has_foreign
}

/// Does the cell differ between rows of one kind?
fn is_of_row(column: Column) -> bool {
    Variable::of(column).is_some()
        || is_text(column)
        || matches!(column, Column::LocalPort | Column::ForeignPort)
}

/// Of the cells that differ, those that are texts.
fn is_text(column: Column) -> bool {
    matches!(column, Column::Family | Column::LocalAddress | Column::ForeignAddress)
}

fn is_there(column: Column, row: &PlainRow<'_>) -> bool {
    row.foreign.is_some() || !matches!(column, Column::ForeignAddress | Column::ForeignPort)
}

fn write_cell(row: &PlainRow<'_>, column: Column, out: &mut Vec<u8>) {
    let port = |end: PlainEnd<'_>, out: &mut Vec<u8>| {
        out.extend_from_slice(itoa::Buffer::new().format(end.port).as_bytes());
    };
    match (column, row.foreign) {
        (Column::Family, _) => out.extend_from_slice(row.local.family.name().as_bytes()),
        (Column::LocalAddress, _) => out.extend_from_slice(row.local.address),
        (Column::LocalPort, _) => port(row.local, out),
        (Column::ForeignAddress, Some(end)) => out.extend_from_slice(end.address),
        (Column::ForeignPort, Some(end)) => port(end, out),
        _ => {}
    }
}
