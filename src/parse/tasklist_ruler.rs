//! The ruler of `tasklist`, and the cells of a row below it.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::combinators::{is_blank, ruler, whole_number};

/// Cells from one tab stop to the next.
const TAB: usize = 8;

/// The narrowest first column that is taken for one of image names.
const NARROWEST_IMAGE_COLUMN: usize = 10;

/// A line behind the number that `findstr /n` put before it. No image name holds a colon.
pub(super) fn behind_number(text: &str) -> &str {
    match text.split_once(':') {
        Some((number, rest)) if whole_number(number).is_some() => rest,
        _ => text,
    }
}

/// The columns of a ruler, as display cells of the line; text may stand before it (a quote, a comment
/// sign), as it then does before each row.
pub(super) fn columns(text: &str) -> Option<Vec<Range<usize>>> {
    let text = behind_number(text);
    let at = text.find('=')?;
    let (before, text) = text.split_at(at);
    let (rest, widths) = ruler(text).ok()?;
    let is_ours = rest.trim().is_empty()
        && matches!(widths.len(), 3..=10)
        && widths.first().is_some_and(|width| *width >= NARROWEST_IMAGE_COLUMN);
    if !is_ours {
        return None;
    }
    let mut start = width(before);
    let column = |width: usize| {
        let column = start..start + width;
        start = column.end + 1;
        column
    };
    Some(widths.into_iter().map(column).collect())
}

fn display_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// How many cells a character takes that begins at this cell.
pub(super) type Measure = fn(char, usize) -> usize;

pub(super) fn with_tab_stops(c: char, position: usize) -> usize {
    if c == '\t' { TAB - position % TAB } else { display_width(c) }
}

pub(super) fn one_cell(_: char, _: usize) -> usize {
    1
}

pub(super) fn width_by(text: &str, measure: Measure) -> usize {
    text.chars().fold(0, |position, c| position + measure(c, position))
}

/// The display cells that a text takes; tabs stop at every eighth.
pub(super) fn width(text: &str) -> usize {
    width_by(text, with_tab_stops)
}

/// Cuts a line at the columns of the ruler, with a measure for the width of a character. `None` where
/// a character stands on the border between two columns, or the line ends before the second column.
pub(super) fn cells<'a>(
    text: &'a str,
    columns: &[Range<usize>],
    measure: Measure,
) -> Option<Vec<&'a str>> {
    let mut cells = Vec::with_capacity(columns.len());
    let mut characters = text.char_indices().peekable();
    let mut position = 0;
    // What is printed in one cell a byte needs no measure.
    let is_printed = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    // The byte at which display cell `target` begins, and whether only blanks were passed. A tab may
    // reach over the border of a column, as it is blank on both sides.
    let mut advance = |target: usize| {
        if is_printed {
            let from = position;
            position = target.clamp(from, text.len().max(from));
            let passed = text.get(from..position).unwrap_or_default();
            return (position, position, passed.bytes().all(|byte| byte == b' '), true);
        }
        let (mut only_blanks, mut fits) = (true, true);
        while let Some((_, c)) = characters.next_if(|_| position < target) {
            position += measure(c, position);
            only_blanks &= is_blank(c);
            fits = position <= target || c == '\t';
        }
        let at = characters.peek().map_or(text.len(), |(at, _)| *at);
        (at, position, only_blanks, fits)
    };
    for (index, column) in columns.iter().enumerate() {
        let (start, _, only_blanks, fits) = advance(column.start);
        let is_border = index > 0;
        if !fits || (is_border && !only_blanks) {
            return None;
        }
        let (end, reached, ..) = advance(column.end);
        if index < 2 && reached < column.end {
            return None;
        }
        cells.push(text.get(start..end)?);
    }
    // What overflows the last column belongs to it; what stands behind a blank does not.
    if let Some(last) = cells.last_mut() {
        let start = nom::Offset::offset(text, *last);
        let (_, overflow) = text.split_at_checked(start + last.len())?;
        let overflow = overflow.find(is_blank).unwrap_or(overflow.len());
        *last = text.get(start..start + last.len() + overflow)?;
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruler_gives_columns_behind_its_prefix() {
        let columns = columns("> ========== === ==").unwrap();
        assert_eq!(columns, [2..12, 13..16, 17..19]);
        assert_eq!(super::columns("=========="), None);
        assert_eq!(super::columns("==== ==== ===="), None);
        assert_eq!(super::columns("========== === == x"), None);
    }

    #[test]
    fn cells_follow_the_display_width() {
        let columns = columns("========== ==== ====").unwrap();
        let cut = |text| cells(text, &columns, with_tab_stops);
        assert_eq!(cut("abc.exe      12 x"), Some(vec!["abc.exe   ", "  12", "x"]));
        assert_eq!(cut("微信.exe     12 x"), Some(vec!["微信.exe  ", "  12", "x"]));
        assert_eq!(cut("abcdefghijkl  12 x"), None, "a name over the border");
        assert_eq!(cut("abc.exe      1"), None, "a line that ends within the PID");
    }
}
