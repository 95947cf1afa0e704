//! What tables for people show: columns, and what may happen to them where room is short.

use std::borrow::Cow;
use std::io::{self, Write};
use std::rc::Rc;

use super::cells::{ABSENT, endpoint, owner, shortened, shown_or_absent, state, width_of};
use super::visible::visible;
use crate::column::{Column, Type};
use crate::join::{OwnedSocket, Owner};
use crate::query::Group;
use crate::state::State;

/// What a row is, for its colour. Never the only sign of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// Listens.
    Listener,
    /// Its owner is not known, though the capture could have told.
    Problem,
}

/// What stands in a cell.
pub(super) type Cell<'r> = Cow<'r, str>;

/// The cells of a row, and its tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SheetRow<'r> {
    pub cells: Vec<Cell<'r>>,
    pub tone: Tone,
}

/// A table to be shown, and what may happen to its columns where room is short. Its rows are made when they are
/// asked for: twice, to know how wide they are and to write them.
#[derive(Clone)]
pub struct Sheet<'r> {
    pub(super) columns: Vec<SheetColumn>,
    rows: Rc<dyn Fn() -> SheetRows<'r> + 'r>,
}

type SheetRows<'r> = Box<dyn Iterator<Item = SheetRow<'r>> + 'r>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SheetColumn {
    pub heading: String,
    pub is_number: bool,
    room: Room,
    need: Need,
    /// How wide it is, in cells of a terminal; once it was measured.
    pub width: usize,
    /// Is it left out, for want of room or because nobody needs it?
    pub is_hidden: bool,
}

/// What a column gives up where the terminal is narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Never cut.
    Whole,
    /// Cut to what is left, with an ellipsis.
    Shortened,
    /// Cut, or left out and named.
    Optional,
}

/// When a column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Always,
    /// Where a cell of it is not absent.
    OncePresent,
    /// Where its cells are not all the same.
    OnceDifferent,
}

/// Which columns a table of sockets has.
#[derive(Debug, Clone, Copy)]
pub enum Layout<'a> {
    /// Those people need: as netstat prints them, and who owns the socket. Services, snapshot and source have a
    /// column where there is more than one.
    ForPeople,
    /// Those of the output contract, by their keys.
    Keys(&'a [Column]),
}

impl<'a> Layout<'a> {
    /// Of the columns that were asked for; for people where there are none.
    pub fn of(wanted: &'a [Column]) -> Self {
        if wanted.is_empty() { Layout::ForPeople } else { Layout::Keys(wanted) }
    }

    fn columns(self) -> Vec<SheetColumn> {
        let wanted = match self {
            Layout::Keys(wanted) => return keys(wanted),
            Layout::ForPeople => [
                column("Proto", false, Room::Whole),
                column("Local address", false, Room::Shortened),
                column("Foreign address", false, Room::Shortened),
                column("State", false, Room::Whole),
                column("PID", true, Room::Whole),
                column("Image name", false, Room::Whole),
            ],
        };
        let optional = |heading, is_number, need| SheetColumn {
            need,
            ..column(heading, is_number, Room::Optional)
        };
        let optional = [
            optional("Services", false, Need::OncePresent),
            optional("Snapshot", true, Need::OnceDifferent),
            optional("Source", false, Need::OnceDifferent),
        ];
        wanted.into_iter().chain(optional).collect()
    }

    fn cells<'r>(self, row: &'r OwnedSocket<'_>) -> Vec<Cell<'r>> {
        match self {
            Layout::Keys(wanted) => wanted.iter().map(|key| contract_cell(row, *key)).collect(),
            Layout::ForPeople => vec![
                row.socket.protocol.name().into(),
                endpoint(&row.socket.local).into(),
                endpoint(&row.socket.foreign).into(),
                state(row),
                row.socket.pid.map_or(ABSENT.into(), |pid| pid.to_string().into()),
                owner(row),
                services(row),
                row.snapshot.to_string().into(),
                visible(&row.source.name),
            ],
        }
    }

    /// Columns of which some are numbers that tell where a row stands, in the order of the cells.
    pub(crate) fn numbered(&self) -> &[Column] {
        match self {
            Layout::Keys(wanted) => wanted,
            Layout::ForPeople => &[Column::Snapshot],
        }
    }
}

/// Stands between two cells that were written. What a capture holds is shown as something else.
const BETWEEN_CELLS: char = '\u{1f}';

/// Writes the cells of rows, one row a line, to be read by [`Sheet::of_written`].
///
/// # Errors
///
/// What `out` gives.
pub(crate) fn write_cells(
    mut out: impl Write,
    rows: &[OwnedSocket<'_>],
    layout: Layout<'_>,
) -> io::Result<()> {
    for row in rows {
        let tone = match tone(row) {
            Tone::Plain => ' ',
            Tone::Listener => 'L',
            Tone::Problem => 'P',
        };
        write!(out, "{tone}")?;
        for cell in layout.cells(row) {
            write!(out, "{BETWEEN_CELLS}{cell}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

impl<'r> Sheet<'r> {
    /// Of these sockets.
    pub fn of_sockets(rows: &'r [OwnedSocket<'r>], layout: Layout<'r>) -> Self {
        let row =
            move |row: &'r OwnedSocket<'r>| SheetRow { cells: layout.cells(row), tone: tone(row) };
        Sheet::new(layout.columns(), move || Box::new(rows.iter().map(row)))
    }

    /// Of sockets that were written by [`crate::stream::Rows`] in this layout: `lines` gives them from the first on,
    /// whenever it is asked, without their line ends.
    pub fn of_written<Lines: Iterator<Item = String> + 'r>(
        layout: Layout<'_>,
        lines: impl Fn() -> Lines + 'r,
    ) -> Self {
        let row = |line: String| {
            let mut cells = line.split(BETWEEN_CELLS);
            let tone = match cells.next() {
                Some("L") => Tone::Listener,
                Some("P") => Tone::Problem,
                _ => Tone::Plain,
            };
            SheetRow { cells: cells.map(|cell| cell.to_owned().into()).collect(), tone }
        };
        Sheet::new(layout.columns(), move || Box::new(lines().map(row)))
    }

    /// Groups of rows with their counts.
    pub fn of_groups(groups: &'r [Group<'r, 'r>], wanted: &'r [Column]) -> Self {
        let row = |group: &'r Group<'r, 'r>| {
            let cells = wanted.iter().map(|key| contract_cell(group.first, *key));
            let cells = [group.count.to_string().into()].into_iter().chain(cells).collect();
            SheetRow { cells, tone: Tone::Plain }
        };
        let mut columns = vec![column("count", true, Room::Whole)];
        columns.extend(keys(wanted));
        Sheet::new(columns, move || Box::new(groups.iter().map(row)))
    }

    fn new(columns: Vec<SheetColumn>, rows: impl Fn() -> SheetRows<'r> + 'r) -> Self {
        Sheet { columns, rows: Rc::new(rows) }
    }

    /// The same with headings and cells that were changed.
    pub(super) fn changed(self, change: fn(&str) -> String) -> Self {
        let Sheet { mut columns, rows } = self;
        for column in &mut columns {
            column.heading = change(&column.heading);
        }
        let changed = move |row: SheetRow<'r>| SheetRow {
            cells: row.cells.iter().map(|cell| change(cell).into()).collect(),
            tone: row.tone,
        };
        Sheet::new(columns, move || Box::new(rows().map(changed)))
    }

    pub(super) fn rows(&self) -> SheetRows<'r> {
        (self.rows)()
    }

    /// Sees how wide the columns are, and which of them are needed.
    pub(super) fn measure(&mut self) {
        let mut measures: Vec<_> = self.columns.iter().map(Measure::of).collect();
        for row in self.rows() {
            for (measure, cell) in measures.iter_mut().zip(row.cells) {
                measure.add(&cell);
            }
        }
        for (column, measure) in self.columns.iter_mut().zip(measures) {
            column.width = measure.width;
            column.is_hidden = !measure.is_needed;
        }
    }

    /// Leaves out and shortens columns until the table is no wider than `width` cells, as far as the
    /// columns that are never cut allow. Gives the headings of what was left out.
    pub(super) fn fit(&mut self, width: usize) -> Vec<String> {
        let mut left_out = Vec::new();
        loop {
            let shown = || self.columns.iter().filter(|column| !column.is_hidden);
            let total: usize = shown().map(|column| column.width + GAP).sum();
            let total = total.saturating_sub(GAP);
            if total <= width {
                break;
            }
            let excess = total - width;
            let mut shown: Vec<_> =
                self.columns.iter_mut().filter(|column| !column.is_hidden).collect();
            // The widest of those that may be cut, as long as enough of it remains to be of use.
            let widest = shown
                .iter_mut()
                .filter(|column| column.room != Room::Whole && column.width > SHORTEST)
                .max_by_key(|column| column.width);
            if let Some(column) = widest {
                column.width = column.width.saturating_sub(excess).max(SHORTEST);
                continue;
            }
            let optional = shown.into_iter().rev().find(|column| column.room == Room::Optional);
            match optional {
                Some(column) => {
                    column.is_hidden = true;
                    left_out.push(column.heading.clone());
                }
                None => break,
            }
        }
        left_out
    }

    /// The cells of a row that are shown, as wide as their columns and the gap behind them; numbers stand on the right.
    pub(super) fn shown(&self, cells: &[Cell<'_>], gap: usize) -> Vec<String> {
        let shown = self.columns.iter().zip(cells).filter(|(column, _)| !column.is_hidden);
        shown
            .map(|(column, cell)| {
                let cell = shortened(cell, column.width);
                let left = column.width.saturating_sub(width_of(&cell));
                let (before, behind) = if column.is_number { (left, gap) } else { (0, left + gap) };
                let mut padded = String::with_capacity(before + cell.len() + behind);
                push_blanks(&mut padded, before);
                padded.push_str(&cell);
                push_blanks(&mut padded, behind);
                padded
            })
            .collect()
    }

    pub(super) fn headings(&self) -> Vec<Cell<'_>> {
        self.columns.iter().map(|column| column.heading.as_str().into()).collect()
    }
}

/// What there is to know of the cells of a column.
struct Measure {
    need: Need,
    width: usize,
    is_needed: bool,
    first: Option<String>,
}

impl Measure {
    fn of(column: &SheetColumn) -> Self {
        let is_needed = column.need == Need::Always;
        Measure { need: column.need, width: width_of(&column.heading), is_needed, first: None }
    }

    fn add(&mut self, cell: &str) {
        self.width = width_of(cell).max(self.width);
        if self.is_needed {
            return;
        }
        match (self.need, &self.first) {
            (Need::OnceDifferent, None) => self.first = Some(cell.to_owned()),
            (Need::OnceDifferent, Some(first)) => self.is_needed = cell != first,
            _ => self.is_needed = cell != ABSENT,
        }
    }
}

/// Blanks between two columns.
pub(super) const GAP: usize = 2;

/// The least to which a column is shortened.
const SHORTEST: usize = 12;

fn column(heading: &str, is_number: bool, room: Room) -> SheetColumn {
    SheetColumn {
        heading: heading.to_owned(),
        is_number,
        room,
        need: Need::Always,
        width: 0,
        is_hidden: false,
    }
}

fn keys(wanted: &[Column]) -> Vec<SheetColumn> {
    let room = |column: Column| match column {
        Column::Pid | Column::ImageName => Room::Whole,
        column if column.value_type() == Type::Number => Room::Whole,
        _ => Room::Shortened,
    };
    wanted
        .iter()
        .map(|key| column(key.name(), key.value_type() == Type::Number, room(*key)))
        .collect()
}

fn contract_cell<'r>(row: &OwnedSocket<'_>, key: Column) -> Cell<'r> {
    shown_or_absent(&key.value(row).plain()).into_owned().into()
}

fn push_blanks(text: &mut String, count: usize) {
    const BLANKS: &str = "                                ";
    match BLANKS.get(..count) {
        Some(blanks) => text.push_str(blanks),
        None => text.push_str(&" ".repeat(count)),
    }
}

fn services<'r>(row: &'r OwnedSocket<'_>) -> Cell<'r> {
    match row.services.as_slice() {
        [] => ABSENT.into(),
        services => shown_or_absent(&services.join(", ")).into_owned().into(),
    }
}

fn tone(row: &OwnedSocket<'_>) -> Tone {
    match row.owner {
        Owner::Conflict
        | Owner::Ambiguous
        | Owner::NotListed
        | Owner::ListIncomplete
        | Owner::NotPermitted => Tone::Problem,
        _ if row.state == Some(State::Listening) => Tone::Listener,
        _ => Tone::Plain,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::render) fn sheet<'r>(rows: &'r [[&'r str; 3]]) -> Sheet<'r> {
        let columns = vec![
            column("Local address", false, Room::Shortened),
            column("PID", true, Room::Whole),
            column("Services", false, Room::Optional),
        ];
        let row = |cells: &'r [&'r str; 3]| {
            let cells = cells.iter().map(|cell| Cow::Borrowed(*cell)).collect();
            SheetRow { cells, tone: Tone::Listener }
        };
        Sheet::new(columns, move || Box::new(rows.iter().map(row)))
    }

    #[test]
    fn columns_that_nobody_needs_are_left_out() {
        let hidden = |need, rows: &[[&str; 3]]| {
            let mut sheet = sheet(rows);
            for column in &mut sheet.columns {
                column.need = need;
            }
            sheet.measure();
            sheet.columns.iter().map(|column| column.is_hidden).collect::<Vec<_>>()
        };
        let rows = [["a", "1", ABSENT], ["b", "1", ABSENT], ["b", "1", ABSENT]];
        assert_eq!(hidden(Need::Always, &rows), [false, false, false]);
        assert_eq!(hidden(Need::OncePresent, &rows), [false, false, true]);
        assert_eq!(hidden(Need::OnceDifferent, &rows), [false, true, true]);
        assert_eq!(hidden(Need::OnceDifferent, &rows[1..]), [true, true, true]);
        assert_eq!(hidden(Need::Always, &[]), [false, false, false]);
    }
}
