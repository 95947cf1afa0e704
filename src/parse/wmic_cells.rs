//! The cells of a row of `wmic process`, in its table and in its CSV.
//!
//! A cell of the table begins below its heading and ends two blanks before the next. Nothing is quoted in CSV: commas
//! in excess belong to the command line, as far as the other cells then read as what they should be.

use super::combinators::is_blank;
use super::netstat_broken::is_console_width;
use super::powershell_cells::{TAB, spans};
use super::wmic_properties::is_heading;
use super::{by_order, netstat_find};
use crate::text::Line;

/// The properties of a heading, and where their columns begin.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// With the display cell at which the column begins.
    columns: Vec<(String, usize)>,
    /// Were the gaps of the heading made one blank or one tab?
    is_gapless: bool,
    /// The width, in characters, at which a console broke the heading and every longer row.
    width: Option<usize>,
}

impl Columns {
    /// The columns of a heading.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words = spans(text);
        let column = |(name, start, _): &(&str, usize, usize)| ((*name).to_owned(), *start);
        (words.len() > 1 && is_heading(words.iter().map(|(name, ..)| *name))).then(|| Columns {
            columns: words.iter().map(column).collect(),
            is_gapless: by_order::is_gapless(text),
            width: None,
        })
    }

    /// The columns of a heading that a console broke over two lines.
    pub(super) fn broken(upper: &Line<'_>, lower: &Line<'_>) -> Option<Self> {
        let width = upper.raw.chars().count();
        let is_broken = upper.number + 1 == lower.number && is_console_width(width);
        let columns = is_broken.then(|| Columns::of(&[upper.raw, lower.raw].concat())).flatten()?;
        Some(Columns { width: Some(width), ..columns })
    }

    /// A row behind its first line, which is blank where its first cells are.
    pub(super) fn behind_blanks(&self, text: &str) -> Option<String> {
        let pid = self.columns.iter().find(|(name, _)| name == "ProcessId")?.1;
        let width = self.width.filter(|_| text.trim_end().chars().count() <= pid)?;
        Some(" ".repeat(width) + text)
    }

    /// Does the row go on on the next line, where one is not blank?
    pub(super) fn goes_on(&self, text: &str) -> bool {
        self.width.is_some_and(|width| {
            let is_beyond = |(_, start): &(String, usize)| *start >= width;
            text.chars().count() == width
                && (!text.ends_with(is_blank) || self.columns.iter().any(is_beyond))
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The cells of a row, and what was appended to it. `None` where a cell does not begin below its heading.
    pub(super) fn cells<'t>(&self, text: &'t str) -> Option<(Vec<&'t str>, &'t str)> {
        if self.is_gapless && by_order::is_gapless(text) {
            let names: Vec<&str> = self.names().collect();
            return Some((by_order::cells(text, &names)?, ""));
        }
        let starts: Vec<usize> = self.columns.iter().map(|(_, start)| at(text, *start)).collect();
        let mut ends = starts.iter().skip(1).copied().chain([text.len()]);
        let (mut cells, mut appended) = (Vec::new(), "");
        for (start, name) in starts.iter().zip(self.names()) {
            let mut cell = text.get(*start..ends.next()?)?;
            let is_last = nom::Offset::offset(text, cell) + cell.len() == text.len();
            if is_last && name != "CommandLine" {
                (cell, appended) = without_appended(cell);
            }
            // Only the command line is free text; two blanks within another cell are a shifted row.
            let is_free = name == "CommandLine" || cell.trim().is_empty();
            let begins = is_free || !cell.starts_with(is_blank);
            let is_one = is_free || by_order::is_gapless(cell) && !cell.trim().contains('\t');
            if !((is_last || ends_in_gap(cell)) && begins && is_one) {
                return None;
            }
            cells.push(cell.trim());
        }
        Some((cells, appended))
    }

    /// Is this a row that does not stand below its heading? What begins as a row of netstat is none.
    pub(super) fn seem_to_have(&self, text: &str) -> bool {
        let has_gaps = || text.trim().split("  ").filter(|cell| !cell.is_empty()).count() >= 3;
        let ends_in_number = || text.trim_end().ends_with(|c: char| c.is_ascii_digit());
        (has_gaps() || (self.is_gapless && ends_in_number()))
            && text.contains(|c: char| c.is_ascii_digit())
            && netstat_find::begins_with_protocol(text).is_none()
    }
}

/// The byte of a line at a display cell.
fn at(text: &str, cell: usize) -> usize {
    let mut reached = 0;
    for (at, c) in text.char_indices() {
        if reached >= cell {
            return at;
        }
        reached = if c == '\t' { (reached / TAB + 1) * TAB } else { reached + 1 };
    }
    text.len()
}

fn ends_in_gap(cell: &str) -> bool {
    cell.trim().is_empty() || cell.trim_end().len() + 2 <= cell.len() || cell.ends_with('\t')
}

/// The last cell without the words that stand behind a gap; another number would be of a shifted row.
fn without_appended(cell: &str) -> (&str, &str) {
    match cell.trim_end().split_once("  ") {
        Some((value, appended)) if !value.is_empty() && appended.contains(char::is_alphabetic) => {
            (value, appended.trim())
        }
        _ => (cell, ""),
    }
}

/// The properties behind `Node`.
pub(super) fn csv_heading(text: &str) -> Option<Vec<String>> {
    let names = text.trim_start().strip_prefix("Node,")?.split(',');
    is_heading(names.clone()).then(|| names.map(str::to_owned).collect())
}

/// The cells of a row of CSV behind its node; commas in excess are of the command line.
pub(super) fn csv_cells<'a>(text: &'a str, names: &[String]) -> Option<Vec<&'a str>> {
    let all: Vec<&str> = text.split(',').collect();
    let excess = all.len().checked_sub(names.len())?;
    if excess == 0 {
        return Some(all);
    }
    let command_line = names.iter().position(|name| name == "CommandLine")?;
    let (before, rest) = all.split_at_checked(command_line)?;
    let (within, behind) = rest.split_at_checked(excess + 1)?;
    let start = nom::Offset::offset(text, *within.first()?);
    let last = within.last()?;
    let end = nom::Offset::offset(text, *last) + last.len();
    let mut cells = before.to_vec();
    cells.push(text.get(start..end)?);
    cells.extend(behind);
    let fits = names.iter().zip(&cells).all(|(name, cell)| match name.as_str() {
        "ExecutablePath" => cell.is_empty() || cell.get(1..3) == Some(":\\"),
        "Name" | "Caption" | "Description" => !cell.contains(['\\', '"']) && cell.trim() == *cell,
        "CommandLine" => true,
        _ => !cell.contains(['\\', '"', '-']),
    });
    fits.then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_begin_below_their_headings() {
        let columns = Columns::of("CommandLine  Name    ProcessId").unwrap();
        let cells = |text| columns.cells(text).map(|(cells, _)| cells);
        assert_eq!(cells("  a  -b      a.exe   8"), Some(vec!["a  -b", "a.exe", "8"]));
        assert_eq!(cells("             a.exe   8  "), Some(vec!["", "a.exe", "8"]));
        for text in [
            "             a.exe    8",
            "            a.exe   8",
            "a.exe  8  9",
            "             a.exe 8",
        ] {
            let cells = cells(text);
            assert!(cells.is_none_or(|cells| cells[2].is_empty()), "{text}");
        }
    }

    #[test]
    fn commas_in_excess_are_of_the_command_line() {
        let names: Vec<String> =
            "CommandLine,ExecutablePath,Name,ProcessId".split(',').map(str::to_owned).collect();
        let of = |text| csv_cells(text, &names);
        assert_eq!(
            of(r"a -x 1,2,C:\a.exe,a.exe,8"),
            Some(vec!["a -x 1,2", r"C:\a.exe", "a.exe", "8"])
        );
        assert_eq!(of(",,System,4"), Some(vec!["", "", "System", "4"]));
        assert_eq!(of(r"a,C:\a, b.exe,a, b.exe,8"), None, "a path with a comma");
        assert_eq!(of("a,8"), None);
    }

    #[test]
    fn tabs_stop_at_every_eighth_cell() {
        let columns = Columns::of("Name\t     ProcessId").unwrap();
        assert_eq!(columns.cells("a.exe\t     8"), Some((vec!["a.exe", "8"], "")));
        assert_eq!(columns.cells("a.exe\t  8"), None);
    }

    #[test]
    fn words_behind_a_row_are_none_of_it() {
        let columns = Columns::of("Name   ProcessId").unwrap();
        let appended = columns.cells("a.exe  8          see ticket");
        assert_eq!(appended, Some((vec!["a.exe", "8"], "see ticket")));
        assert_eq!(columns.cells("a.exe  8          12"), None);
    }

    #[test]
    fn a_console_breaks_heading_and_rows() {
        let upper = format!("CommandLine  {:<67}", "ExecutablePath");
        let lower = "  Name   ProcessId";
        let broken = |upper: &str| Columns::broken(&Line::plain(1, upper), &Line::plain(2, lower));
        let columns = broken(&upper).unwrap();
        let row = columns.behind_blanks("  a.exe  8").unwrap();
        assert_eq!(columns.cells(&row), Some((vec!["", "", "a.exe", "8"], "")));
        assert!(columns.goes_on(&format!("{:<80}", "a -x")) && !columns.goes_on("a -x"));
        assert!(broken(upper.trim_end()).is_none());
    }

    #[test]
    fn gaps_of_one_blank_leave_the_order() {
        let columns = Columns::of("Name Priority ProcessId").unwrap();
        let row = columns.cells("System Idle Process 0 0");
        assert_eq!(row, Some((vec!["System Idle Process", "0", "0"], "")));
        assert_eq!(columns.cells("a.exe 8"), None);
        assert!(columns.seem_to_have("a.exe 8") && !columns.seem_to_have("8 of them run"));
    }
}
