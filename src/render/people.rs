//! Tables for people: on a terminal, and in Markdown. What they print may change.

use std::io::{self, Write};
use std::rc::Rc;

use anstyle::{AnsiColor, Style};
use tabled::grid::dimension::Dimension;
use tabled::grid::records::IterRecords;
use tabled::settings::Padding;
use tabled::settings::style::Style as Frame;
use tabled::tables::CompactTable;
use unicode_width::UnicodeWidthStr;

use super::lines::Lines;

use super::cells::{
    ABSENT, endpoint, escaped_for_markdown, owner, shortened, shown_or_absent, state,
};
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

/// A table to be shown, and what may happen to its columns where room is short. Its cells are made when they are
/// asked for: twice, to know how wide they are and to write them.
#[derive(Clone)]
pub struct Sheet<'r> {
    columns: Vec<SheetColumn>,
    /// How many rows there are.
    count: usize,
    /// The cells of a row, and its tone, by its index.
    cells: Rc<OfRow<'r, Vec<String>>>,
    tone: Rc<OfRow<'r, Tone>>,
}

type OfRow<'r, T> = dyn Fn(usize) -> T + 'r;

#[derive(Debug, Clone, PartialEq, Eq)]
struct SheetColumn {
    heading: String,
    is_number: bool,
    room: Room,
    /// How wide it is, in cells of a terminal; once it was measured.
    width: usize,
    is_hidden: bool,
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

impl<'r> Sheet<'r> {
    /// The columns people need: as netstat prints them, and who owns the socket. Services, snapshot
    /// and source have a column where there is more than one.
    pub fn of_sockets(rows: &'r [OwnedSocket<'r>]) -> Self {
        let with_services = rows.iter().any(|row| !row.services.is_empty());
        let pairs = || rows.iter().zip(rows.iter().skip(1));
        let with_snapshot = pairs().any(|(one, next)| one.snapshot != next.snapshot);
        let with_source = pairs().any(|(one, next)| one.source.name != next.source.name);
        let mut columns = vec![
            column("Proto", false, Room::Whole),
            column("Local address", false, Room::Shortened),
            column("Foreign address", false, Room::Shortened),
            column("State", false, Room::Whole),
            column("PID", true, Room::Whole),
            column("Image name", false, Room::Whole),
        ];
        columns.extend(with_services.then(|| column("Services", false, Room::Optional)));
        columns.extend(with_snapshot.then(|| column("Snapshot", true, Room::Optional)));
        columns.extend(with_source.then(|| column("Source", false, Room::Optional)));
        let cells = move |row: &OwnedSocket<'_>| {
            let mut cells = vec![
                row.socket.protocol.name().to_owned(),
                endpoint(&row.socket.local),
                endpoint(&row.socket.foreign),
                state(row),
                row.socket.pid.map_or(ABSENT.to_owned(), |pid| pid.to_string()),
                owner(row),
            ];
            cells.extend(with_services.then(|| shown_or_absent(&row.services.join(", "))));
            cells.extend(with_snapshot.then(|| row.snapshot.to_string()));
            cells.extend(with_source.then(|| visible(&row.source.name).into_owned()));
            cells
        };
        Sheet::new(columns, rows, cells, tone)
    }

    /// Columns of the output contract, by their keys.
    pub fn of_columns(rows: &'r [OwnedSocket<'r>], wanted: &'r [Column]) -> Self {
        let cells = move |row: &OwnedSocket<'_>| {
            let cell = |column: &Column| shown_or_absent(&column.value(row).plain());
            wanted.iter().map(cell).collect()
        };
        Sheet::new(keys(wanted), rows, cells, tone)
    }

    /// Groups of rows with their counts.
    pub fn of_groups(groups: &'r [Group<'r, 'r>], wanted: &'r [Column]) -> Self {
        let cells = move |group: &Group<'_, '_>| {
            let cell = |column: &Column| shown_or_absent(&column.value(group.first).plain());
            let count = [group.count.to_string()];
            count.into_iter().chain(wanted.iter().map(cell)).collect()
        };
        let mut columns = vec![column("count", true, Room::Whole)];
        columns.extend(keys(wanted));
        Sheet::new(columns, groups, cells, |_| Tone::Plain)
    }

    fn new<Row>(
        columns: Vec<SheetColumn>,
        rows: &'r [Row],
        cells: impl Fn(&Row) -> Vec<String> + 'r,
        tone: impl Fn(&Row) -> Tone + 'r,
    ) -> Self {
        Sheet {
            columns,
            count: rows.len(),
            cells: Rc::new(move |index| rows.get(index).map(&cells).unwrap_or_default()),
            tone: Rc::new(move |index| rows.get(index).map_or(Tone::Plain, &tone)),
        }
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        (0..self.count).map(|index| (self.cells)(index))
    }

    fn tones(&self) -> impl Iterator<Item = Tone> {
        (0..self.count).map(|index| (self.tone)(index))
    }

    /// Sees how wide the columns are.
    fn measure(&mut self) {
        let mut widths: Vec<_> = self.columns.iter().map(|one| one.heading.width()).collect();
        for cells in self.rows() {
            for (width, cell) in widths.iter_mut().zip(&cells) {
                *width = cell.width().max(*width);
            }
        }
        self.columns.iter_mut().zip(widths).for_each(|(column, width)| column.width = width);
    }

    /// Leaves out and shortens columns until the table is no wider than `width` cells, as far as the
    /// columns that are never cut allow. Gives the headings of what was left out.
    fn fit(&mut self, width: usize) -> Vec<&str> {
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
                Some(column) => column.is_hidden = true,
                None => break,
            }
        }
        let hidden = self.columns.iter().rev().filter(|column| column.is_hidden);
        hidden.map(|column| column.heading.as_str()).collect()
    }

    /// The cells of a row that are shown, no wider than their columns; numbers stand on the right.
    fn shown(&self, cells: Vec<String>) -> Vec<String> {
        let shown = self.columns.iter().zip(cells).filter(|(column, _)| !column.is_hidden);
        shown
            .map(|(column, cell)| {
                let width = cell.width();
                if width > column.width {
                    shortened(&cell, column.width)
                } else if column.is_number {
                    " ".repeat(column.width - width) + &cell
                } else {
                    cell
                }
            })
            .collect()
    }

    fn headings(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.heading.clone()).collect()
    }
}

/// How wide the columns are that are shown; every row is a line.
struct Widths(Vec<usize>);

impl Widths {
    fn of(sheet: &Sheet<'_>, padding: usize) -> Self {
        let shown = sheet.columns.iter().filter(|column| !column.is_hidden);
        Widths(shown.map(|column| column.width + padding).collect())
    }
}

impl Dimension for Widths {
    fn get_width(&self, column: usize) -> usize {
        self.0.get(column).copied().unwrap_or_default()
    }

    fn get_height(&self, _: usize) -> usize {
        1
    }
}

/// Blanks between two columns.
const GAP: usize = 2;

/// The least to which a column is shortened.
const SHORTEST: usize = 12;

/// Writes a table that is no wider than `width` cells, where one is given. What does not fit is named
/// below it.
///
/// # Errors
///
/// What `out` gives.
pub fn write_table(
    mut out: impl Write,
    mut sheet: Sheet<'_>,
    width: Option<usize>,
    header: bool,
    colour: bool,
) -> io::Result<()> {
    sheet.measure();
    let hidden = width.map(|width| sheet.fit(width).join(", ")).unwrap_or_default();
    let widths = Widths::of(&sheet, GAP);
    let heading = header.then(|| sheet.shown(sheet.headings()));
    let heading_style = header.then(|| Style::new().bold());
    let mut styles = heading_style.into_iter().chain(sheet.tones().map(style));
    let style_of_line = || if colour { styles.next() } else { None };
    let rows = heading.into_iter().chain(sheet.rows().map(|cells| sheet.shown(cells)));
    let table = CompactTable::with_dimension(records(rows, &widths), &widths)
        .columns(widths.0.len())
        .with(Frame::empty())
        .with(Padding::new(0, GAP, 0, 0));
    Lines::new(&mut out, style_of_line).write(|lines| table.fmt(lines))?;
    if !hidden.is_empty() {
        writeln!(out, "\nnot shown, for want of width: {hidden}")?;
    }
    out.flush()
}

/// Writes a table of GitHub Flavored Markdown.
///
/// # Errors
///
/// What `out` gives.
pub fn write_markdown(mut out: impl Write, sheet: Sheet<'_>) -> io::Result<()> {
    let Sheet { mut columns, count, cells, tone } = sheet;
    for column in &mut columns {
        column.heading = escaped_for_markdown(&column.heading);
    }
    let escaped =
        move |index: usize| cells(index).iter().map(|cell| escaped_for_markdown(cell)).collect();
    let mut sheet = Sheet { columns, count, cells: Rc::new(escaped), tone };
    sheet.measure();
    let widths = Widths::of(&sheet, 2);
    // The line below the headings has no blanks round its cells; so they are of the cells.
    let padded =
        |cells: Vec<String>| sheet.shown(cells).iter().map(|cell| format!(" {cell} ")).collect();
    let divider = widths.0.iter().map(|width| "-".repeat(*width)).collect();
    let rows = [padded(sheet.headings()), divider].into_iter();
    let rows = rows.chain(sheet.rows().map(padded));
    let table = CompactTable::with_dimension(records(rows, &widths), &widths)
        .columns(widths.0.len())
        .with(Frame::markdown())
        .with(Padding::zero());
    Lines::new(&mut out, || None).write(|lines| table.fmt(lines))?;
    out.flush()
}

fn records<Rows: Iterator<Item = Vec<String>>>(rows: Rows, widths: &Widths) -> IterRecords<Rows> {
    IterRecords::new(rows, widths.0.len(), None)
}

fn column(heading: &str, is_number: bool, room: Room) -> SheetColumn {
    SheetColumn { heading: heading.to_owned(), is_number, room, width: 0, is_hidden: false }
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

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Listener => AnsiColor::Green.on_default(),
        Tone::Problem => AnsiColor::Yellow.on_default(),
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
mod tests {
    use super::*;

    fn sheet<'r>(cells: &'r [&str]) -> Sheet<'r> {
        let columns = vec![
            column("Local address", false, Room::Shortened),
            column("PID", true, Room::Whole),
            column("Services", false, Room::Optional),
        ];
        let cells = || cells.iter().map(|cell| (*cell).to_owned()).collect();
        let cells = Rc::new(move |_| cells());
        Sheet { columns, count: 1, cells, tone: Rc::new(|_| Tone::Listener) }
    }

    fn table(sheet: Sheet<'_>, width: Option<usize>, colour: bool) -> String {
        let mut out = Vec::new();
        write_table(&mut out, sheet, width, true, colour).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_stand_right_and_lines_end_without_blanks() {
        assert_eq!(
            table(sheet(&["0.0.0.0:80", "4", "—"]), None, false),
            "Local address  PID  Services\n0.0.0.0:80       4  —\n"
        );
    }

    #[test]
    fn nothing_is_no_line() {
        let mut out = Vec::new();
        let nothing = Sheet { count: 0, ..sheet(&[]) };
        write_table(&mut out, nothing, None, false, false).unwrap();
        assert!(out.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_shortened_then_left_out_and_named() {
        let long =
            sheet(&["[2001:db8:1111:2222:3333:4444:5555:6666]:49152", "4", "A, B, C, D, E, F"]);
        let shown = table(long, Some(22), false);
        assert!(shown.lines().next().is_some_and(|line| line.width() <= 22), "{shown}");
        assert!(shown.contains("[2001…:49152") && shown.contains("width: Services"), "{shown}");
    }

    #[test]
    fn colour_goes_round_the_line() {
        let shown = table(sheet(&["0.0.0.0:80", "4", "—"]), None, true);
        assert!(shown.contains("\u{1b}[32m0.0.0.0:80"), "{shown:?}");
    }
}
