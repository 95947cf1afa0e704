//! Headings and rows of PowerShell that a console broke over two lines.

use super::netstat_broken::is_console_width;
use super::powershell_cells::{Column, columns, csv_heading, csv_row, is_cut_in_quotes};
use crate::text::Line;

/// The columns of a heading that a console broke, as its ruler, over two lines; what stands before each, and the width.
pub(super) fn broken_columns(
    line: &Line<'_>,
    above: &[Line<'_>],
) -> Option<(Vec<Column>, String, usize)> {
    let [.., heading, heading_rest, ruler] = above else { return None };
    let is_run = heading.number + 3 == line.number && ruler.number + 1 == line.number;
    if !is_run || !line.text.trim_end().ends_with('-') {
        return None;
    }
    let prefix = heading.quoted_by();
    let [upper, lower, dashes, rest] =
        [heading, heading_rest, ruler, line].map(|line| line.behind(&prefix));
    let width = upper.chars().count();
    let is_broken = is_console_width(width) && dashes.chars().count() == width;
    let columns =
        is_broken.then(|| columns(&[upper, lower].concat(), &[dashes, rest].concat())).flatten()?;
    Some((columns, prefix, width))
}

/// The names of a heading of CSV that a console broke over two lines, their separator, and what stands before each.
pub(super) fn broken_csv_heading(
    line: &Line<'_>,
    above: &[Line<'_>],
) -> Option<(Vec<String>, char, String)> {
    let is_above = |upper: &&Line<'_>| upper.number + 1 == line.number && upper.raw.contains('"');
    let upper = above.last().filter(is_above)?;
    let prefix = upper.quoted_by();
    let [begin, end] = [upper, line].map(|line| line.behind(&prefix));
    let is_broken = begin.starts_with('"') && is_console_width(begin.chars().count());
    let (names, separator) = is_broken.then(|| csv_heading(&[begin, end].concat())).flatten()?;
    Some((names, separator, prefix))
}

/// Does any column begin at or behind this character?
pub(super) fn has_beyond(columns: &[Column], width: usize) -> bool {
    columns.iter().any(|column| column.start() >= width)
}

/// Does the line begin as a row in quotes, and end before its last cell does?
pub(super) fn is_part_of_row(text: &str, separator: char, most: usize) -> bool {
    let is_short = || csv_row(text, separator).is_some_and(|(cells, _)| cells.len() < most);
    is_cut_in_quotes(text, separator) || (text.trim_start().starts_with('"') && is_short())
}

/// The names of a heading that a console broke, as its ruler, where the blanks at the ends of lines are gone: at which
/// width it broke is not known.
pub(super) fn trimmed_names(line: &Line<'_>, above: &[Line<'_>]) -> Option<Vec<String>> {
    let [.., upper, lower, dashes] = above else { return None };
    let is_run = upper.number + 3 == line.number && dashes.number + 1 == line.number;
    if !is_run || !line.text.trim_end().ends_with('-') {
        return None;
    }
    let halves = [columns(upper.text, dashes.text)?, columns(lower.text, line.text)?];
    Some(halves.into_iter().flatten().map(|column| column.name).collect())
}
