//! Writing a plain row from cells: those that follow from its process, protocol and state are written once by the
//! renderer, and used again; the others are addresses and ports, which need no escaping.

use std::collections::HashMap;
use std::io;

use super::rows::Style;
use crate::column::Column;
use crate::diagnostic::Diagnostic;
use crate::join::OwnedSocket;
use crate::parse::{PlainEnd, PlainRow};
use crate::record::Protocol;
use crate::render::{self, Delimited};
use crate::state::State;

/// How many kinds of rows are kept.
const KINDS: usize = 1 << 14;

/// What rows with the same process, protocol and state have in common.
#[derive(Debug)]
pub(super) struct Kind {
    cells: Vec<u8>,
    /// Where each cell ends.
    ends: Vec<usize>,
    /// Do they pass the filter, whatever their addresses and ports?
    pub passes: bool,
    pub finding: Option<Box<Diagnostic>>,
}

type Key = (u32, Protocol, Option<State>);

/// The cells of a row in their order, and the kinds that are known.
#[derive(Debug)]
pub(super) struct Template<'c> {
    columns: &'c [Column],
    style: Style,
    kinds: HashMap<Key, Kind, foldhash::fast::RandomState>,
}

impl<'c> Template<'c> {
    pub fn new(columns: &'c [Column], style: Style) -> Self {
        Template { columns, style, kinds: HashMap::default() }
    }

    /// A single cell is quoted where it is empty: that is left to the renderer.
    pub fn is_of_use(&self) -> bool {
        self.columns.len() > 1
    }

    pub fn clear(&mut self) {
        self.kinds.clear();
    }

    pub fn kind(&self, row: &PlainRow<'_>) -> Option<&Kind> {
        self.kinds.get(&key(row))
    }

    /// Keeps what a row has in common with others like it.
    pub fn keep(
        &mut self,
        row: &PlainRow<'_>,
        owned: &OwnedSocket<'_>,
        passes: bool,
        finding: Option<Box<Diagnostic>>,
    ) -> io::Result<()> {
        let mut kind = Kind { cells: Vec::new(), ends: Vec::new(), passes, finding };
        for column in self.columns {
            if !is_of_row(*column) {
                self.cell(owned, *column, &mut kind.cells)?;
            }
            kind.ends.push(kind.cells.len());
        }
        if self.kinds.len() >= KINDS {
            self.kinds.clear();
        }
        self.kinds.insert(key(row), kind);
        Ok(())
    }

    /// One cell as the renderer writes it, behind another that is cut off again.
    fn cell(&self, owned: &OwnedSocket<'_>, column: Column, out: &mut Vec<u8>) -> io::Result<()> {
        let columns = [Column::Protocol, column];
        let row = std::slice::from_ref(owned);
        let mut written = Vec::new();
        let (before, behind) = match self.style {
            Style::Ndjson => {
                render::write_ndjson(&mut written, row, &columns)?;
                (format!("{{\"protocol\":\"{}\",", owned.socket.protocol.name()), "}\n")
            }
            Style::Delimited(style) => {
                let style = Delimited { header: false, ..style };
                render::write_delimited(&mut written, row, &columns, style)?;
                let delimiter = if style.tabs { '\t' } else { ',' };
                (format!("{}{delimiter}", owned.socket.protocol.name()), "\n")
            }
        };
        let cell = written.strip_prefix(before.as_bytes());
        let cell = cell.and_then(|cell| cell.strip_suffix(behind.as_bytes()));
        out.extend_from_slice(cell.ok_or(io::ErrorKind::InvalidData)?);
        Ok(())
    }

    /// Writes the row in pieces, and where each ends; between two of them stands its line or its snapshot.
    pub fn write(&self, row: &PlainRow<'_>, kind: &Kind, out: &mut Vec<u8>, ends: &mut Vec<usize>) {
        out.clear();
        ends.clear();
        let is_json = matches!(self.style, Style::Ndjson);
        let delimiter = match self.style {
            Style::Delimited(Delimited { tabs: true, .. }) => b'\t',
            _ => b',',
        };
        if is_json {
            out.push(b'{');
        }
        let mut start = 0;
        for (index, (column, end)) in self.columns.iter().zip(&kind.ends).enumerate() {
            if index > 0 {
                out.push(delimiter);
            }
            if is_of_row(*column) {
                if is_json {
                    out.push(b'"');
                    out.extend_from_slice(column.name().as_bytes());
                    out.extend_from_slice(b"\":");
                }
                cell_of_row(row, *column, is_json, out, ends);
            } else {
                out.extend_from_slice(kind.cells.get(start..*end).unwrap_or_default());
            }
            start = *end;
        }
        out.extend_from_slice(if is_json { b"}\n" } else { b"\n" });
        ends.push(out.len());
    }
}

fn key(row: &PlainRow<'_>) -> Key {
    (row.pid, row.protocol, row.state)
}

/// Does the cell differ between rows of one kind?
fn is_of_row(column: Column) -> bool {
    matches!(
        column,
        Column::Line
            | Column::Snapshot
            | Column::Family
            | Column::LocalAddress
            | Column::LocalPort
            | Column::ForeignAddress
            | Column::ForeignPort
    )
}

fn cell_of_row(
    row: &PlainRow<'_>,
    column: Column,
    is_json: bool,
    out: &mut Vec<u8>,
    ends: &mut Vec<usize>,
) {
    let text = |text: &[u8], out: &mut Vec<u8>| {
        if is_json {
            out.push(b'"');
        }
        out.extend_from_slice(text);
        if is_json {
            out.push(b'"');
        }
    };
    let number = |number: u16, out: &mut Vec<u8>| {
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    };
    let foreign: Option<PlainEnd<'_>> = row.foreign;
    match column {
        Column::Line | Column::Snapshot => ends.push(out.len()),
        Column::Family => text(row.local.family.name().as_bytes(), out),
        Column::LocalAddress => text(row.local.address, out),
        Column::LocalPort => number(row.local.port, out),
        Column::ForeignAddress | Column::ForeignPort => match (foreign, column) {
            (Some(end), Column::ForeignAddress) => text(end.address, out),
            (Some(end), _) => number(end.port, out),
            (None, _) if is_json => out.extend_from_slice(b"null"),
            (None, _) => {}
        },
        _ => {}
    }
}
