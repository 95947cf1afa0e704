//! Tables for people: on a terminal, and in Markdown. What they print may change.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use tabled::grid::dimension::Dimension;
use tabled::grid::records::IterRecords;
use tabled::settings::Padding;
use tabled::settings::style::Style as Frame;
use tabled::tables::CompactTable;

use super::cells::escaped_for_markdown;
use super::lines::Lines;
use super::sheet::{Cell, GAP, Sheet, Tone};

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
    let heading = header.then(|| sheet.shown(&sheet.headings(), GAP));
    // A row is asked for before the line above it is written.
    let styles = RefCell::new(VecDeque::from_iter(header.then(|| Style::new().bold())));
    let rows = sheet.rows().map(|row| {
        styles.borrow_mut().push_back(style(row.tone));
        sheet.shown(&row.cells, GAP)
    });
    let style_of_line = || styles.borrow_mut().pop_front().filter(|_| colour);
    let rows = heading.into_iter().chain(rows);
    let table = CompactTable::with_dimension(records(rows, &widths), &widths)
        .columns(widths.0.len())
        .with(Frame::empty())
        .with(Padding::zero());
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
    let mut sheet = sheet.changed(escaped_for_markdown);
    sheet.measure();
    let widths = Widths::of(&sheet, 2);
    // The line below the headings has no blanks round its cells; so they are of the cells.
    let padded =
        |cells: &[Cell<'_>]| sheet.shown(cells, 0).iter().map(|cell| format!(" {cell} ")).collect();
    let divider = widths.0.iter().map(|width| "-".repeat(*width)).collect();
    let rows = [padded(&sheet.headings()), divider].into_iter();
    let rows = rows.chain(sheet.rows().map(|row| padded(&row.cells)));
    let table = CompactTable::with_dimension(records(rows, &widths), &widths)
        .columns(widths.0.len())
        .with(Frame::markdown())
        .with(Padding::zero());
    Lines::new(&mut out, || None).write(|lines| table.fmt(lines))?;
    out.flush()
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

fn records<Rows: Iterator<Item = Vec<String>>>(rows: Rows, widths: &Widths) -> IterRecords<Rows> {
    IterRecords::new(rows, widths.0.len(), None)
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Listener => AnsiColor::Green.on_default(),
        Tone::Problem => AnsiColor::Yellow.on_default(),
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::super::sheet::tests::sheet;
    use super::*;

    fn table(sheet: Sheet<'_>, width: Option<usize>, colour: bool) -> String {
        let mut out = Vec::new();
        write_table(&mut out, sheet, width, true, colour).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_stand_right_and_lines_end_without_blanks() {
        assert_eq!(
            table(sheet(&[["0.0.0.0:80", "4", "—"]]), None, false),
            "Local address  PID  Services\n0.0.0.0:80       4  —\n"
        );
    }

    #[test]
    fn nothing_is_no_line() {
        let mut out = Vec::new();
        write_table(&mut out, sheet(&[]), None, false, false).unwrap();
        assert!(out.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_shortened_then_left_out_and_named() {
        let long = [["[2001:db8:1111:2222:3333:4444:5555:6666]:49152", "4", "A, B, C, D, E, F"]];
        let shown = table(sheet(&long), Some(22), false);
        assert!(shown.lines().next().is_some_and(|line| line.width() <= 22), "{shown}");
        assert!(shown.contains("[2001…:49152") && shown.contains("width: Services"), "{shown}");
    }

    #[test]
    fn colour_goes_round_the_line() {
        let rows = [["0.0.0.0:80", "4", "—"], ["0.0.0.0:81", "4", "—"]];
        let shown = table(sheet(&rows), None, true);
        assert!(shown.contains("\u{1b}[1mLocal address"), "{shown:?}");
        assert!(shown.contains("\u{1b}[32m0.0.0.0:80"), "{shown:?}");
        assert!(shown.contains("\u{1b}[32m0.0.0.0:81"), "{shown:?}");
    }
}
