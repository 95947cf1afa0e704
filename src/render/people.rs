//! Tables for people: on a terminal, and in Markdown. What they print may change.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::style::Style as Frame;
use tabled::settings::{Alignment, Padding};
use unicode_width::UnicodeWidthStr;

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

/// Cells ready to be shown, and what may happen to them where room is short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    columns: Vec<SheetColumn>,
    rows: Vec<(Vec<String>, Tone)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct SheetColumn {
    heading: String,
    is_number: bool,
    room: Room,
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

impl Sheet {
    /// The columns people need: as netstat prints them, and who owns the socket. Services, snapshot
    /// and source have a column where there is more than one.
    pub fn of_sockets(rows: &[OwnedSocket<'_>]) -> Sheet {
        let differ = |column: Column| {
            let first = rows.first().map(|row| column.value(row).plain());
            rows.iter().any(|row| Some(column.value(row).plain()) != first)
        };
        let with_services = rows.iter().any(|row| !row.services.is_empty());
        let with_snapshot = differ(Column::Snapshot);
        let with_source = differ(Column::Source);
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
        let cells = |row: &OwnedSocket<'_>| {
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
            (cells, tone(row))
        };
        Sheet { columns, rows: rows.iter().map(cells).collect() }
    }

    /// Columns of the output contract, by their keys.
    pub fn of_columns(rows: &[OwnedSocket<'_>], wanted: &[Column]) -> Sheet {
        let cells = |row: &OwnedSocket<'_>| {
            let cell = |column: &Column| shown_or_absent(&column.value(row).plain());
            (wanted.iter().map(cell).collect(), tone(row))
        };
        Sheet { columns: keys(wanted), rows: rows.iter().map(cells).collect() }
    }

    /// Groups of rows with their counts.
    pub fn of_groups(groups: &[Group<'_, '_>], wanted: &[Column]) -> Sheet {
        let cells = |group: &Group<'_, '_>| {
            let cell = |column: &Column| shown_or_absent(&column.value(group.first).plain());
            let count = [group.count.to_string()];
            (count.into_iter().chain(wanted.iter().map(cell)).collect(), Tone::Plain)
        };
        let mut columns = vec![column("count", true, Room::Whole)];
        columns.extend(keys(wanted));
        Sheet { columns, rows: groups.iter().map(cells).collect() }
    }

    /// Leaves out and shortens columns until the table is no wider than `width` cells, as far as the
    /// columns that are never cut allow. Gives the headings of what was left out.
    fn fit(&mut self, width: usize) -> Vec<String> {
        let mut hidden = Vec::new();
        loop {
            let widths = self.widths();
            let total: usize = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
            if total <= width {
                return hidden;
            }
            let excess = total - width;
            // The widest of those that may be cut, as long as enough of it remains to be of use.
            let widest = (0..widths.len())
                .filter(|index| self.room(*index) != Room::Whole)
                .filter(|index| widths.get(*index).is_some_and(|width| *width > SHORTEST))
                .max_by_key(|index| widths.get(*index).copied());
            let optional =
                (0..widths.len()).rev().find(|index| self.room(*index) == Room::Optional);
            match (widest, optional) {
                (Some(index), _) => {
                    let to = widths.get(index).map_or(0, |width| width.saturating_sub(excess));
                    self.shorten(index, to.max(SHORTEST));
                }
                (None, Some(index)) => hidden.push(self.hide(index)),
                (None, None) => return hidden,
            }
        }
    }

    fn room(&self, index: usize) -> Room {
        self.columns.get(index).map_or(Room::Whole, |column| column.room)
    }

    fn widths(&self) -> Vec<usize> {
        let width_of = |(index, column): (usize, &SheetColumn)| {
            let cells = self.rows.iter().filter_map(|(cells, _)| cells.get(index));
            cells.map(|cell| cell.width()).max().unwrap_or(0).max(column.heading.width())
        };
        self.columns.iter().enumerate().map(width_of).collect()
    }

    fn shorten(&mut self, index: usize, to: usize) {
        let cells = self.rows.iter_mut().filter_map(|(cells, _)| cells.get_mut(index));
        for cell in cells.filter(|cell| cell.width() > to) {
            *cell = shortened(cell, to);
        }
        if let Some(column) = self.columns.get_mut(index) {
            column.heading = shortened(&column.heading, to);
        }
    }

    fn hide(&mut self, index: usize) -> String {
        for (cells, _) in &mut self.rows {
            if index < cells.len() {
                cells.remove(index);
            }
        }
        self.columns.remove(index).heading
    }

    fn build(&self, header: bool) -> tabled::Table {
        let mut builder = Builder::default();
        if header {
            builder.push_record(self.columns.iter().map(|column| column.heading.as_str()));
        }
        for (cells, _) in &self.rows {
            builder.push_record(cells.iter().map(String::as_str));
        }
        let mut table = builder.build();
        for (index, _) in self.columns.iter().enumerate().filter(|(_, column)| column.is_number) {
            table.modify(Columns::one(index), Alignment::right());
        }
        table
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
    mut sheet: Sheet,
    width: Option<usize>,
    header: bool,
    colour: bool,
) -> io::Result<()> {
    let hidden = width.map(|width| sheet.fit(width)).unwrap_or_default();
    let mut table = sheet.build(header);
    table.with(Frame::empty()).with(Padding::new(0, GAP, 0, 0));
    let heading = Some(Style::new().bold()).filter(|_| header);
    let tones = sheet.rows.iter().map(|(_, tone)| style(*tone));
    for (line, style) in table.to_string().lines().zip(heading.into_iter().chain(tones)) {
        let line = line.trim_end();
        if colour {
            writeln!(out, "{style}{line}{style:#}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    if !hidden.is_empty() {
        writeln!(out, "\nnot shown, for want of width: {}", hidden.join(", "))?;
    }
    out.flush()
}

/// Writes a table of GitHub Flavored Markdown.
///
/// # Errors
///
/// What `out` gives.
pub fn write_markdown(mut out: impl Write, mut sheet: Sheet) -> io::Result<()> {
    let headings = sheet.columns.iter_mut().map(|column| &mut column.heading);
    for cell in headings.chain(sheet.rows.iter_mut().flat_map(|(cells, _)| cells)) {
        *cell = escaped_for_markdown(cell);
    }
    let mut table = sheet.build(true);
    table.with(Frame::markdown());
    for line in table.to_string().lines() {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn column(heading: &str, is_number: bool, room: Room) -> SheetColumn {
    SheetColumn { heading: heading.to_owned(), is_number, room }
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

    fn sheet(cells: &[&str]) -> Sheet {
        Sheet {
            columns: vec![
                column("Local address", false, Room::Shortened),
                column("PID", true, Room::Whole),
                column("Services", false, Room::Optional),
            ],
            rows: vec![(cells.iter().map(|cell| (*cell).to_owned()).collect(), Tone::Listener)],
        }
    }

    fn table(sheet: Sheet, width: Option<usize>, colour: bool) -> String {
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
