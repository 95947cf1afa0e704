//! CSV (RFC 4180, with LF) and TSV.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use super::visible::visible;
use crate::column::{Column, Value};
use crate::join::OwnedSocket;
use crate::query::Group;

/// How cells are kept apart, and what may stand in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimited {
    /// Tabs instead of commas.
    pub tabs: bool,
    /// Print the keys first.
    pub header: bool,
    /// Leave out the `'` before cells that a spreadsheet would run as a formula.
    pub raw: bool,
}

/// Writes rows as cells with a delimiter.
///
/// A cell that begins with a sign of a formula gets a leading `'` (OWASP ASVS 5.0, 1.2.10), so that the
/// file can be opened in a spreadsheet.
///
/// # Errors
///
/// What `out` gives.
pub fn write_delimited(
    out: impl Write,
    rows: &[OwnedSocket<'_>],
    columns: &[Column],
    style: Delimited,
) -> io::Result<()> {
    // A buffer is filled with zeros first, which for a row alone takes longer than the row.
    let room = if rows.len() < FEW { 256 } else { BUFFER };
    let mut writer = writer(out, style, room);
    if style.header {
        writer.write_record(columns.iter().map(|column| column.name()))?;
    }
    for row in rows {
        for column in columns {
            writer.write_field(cell(&column.value(row), style.raw).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

/// Writes groups of rows, each with its count before the columns by which it was counted.
///
/// # Errors
///
/// What `out` gives.
pub fn write_delimited_counts(
    out: impl Write,
    groups: &[Group<'_, '_>],
    columns: &[Column],
    style: Delimited,
) -> io::Result<()> {
    let mut writer = writer(out, style, BUFFER);
    if style.header {
        writer.write_record(["count"].into_iter().chain(columns.iter().map(|c| c.name())))?;
    }
    for group in groups {
        writer.write_field(group.count.to_string())?;
        for column in columns {
            writer.write_field(cell(&column.value(group.first), style.raw).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

/// Of how many bytes the buffer of a writer is.
const BUFFER: usize = 8 << 10;

/// Fewer rows than this have a small one.
const FEW: usize = 8;

fn writer<W: Write>(out: W, style: Delimited, room: usize) -> csv::Writer<W> {
    WriterBuilder::new()
        .buffer_capacity(room)
        .delimiter(if style.tabs { b'\t' } else { b',' })
        // No tab and no line end is left in a cell of TSV, so none needs a quote.
        .quote_style(if style.tabs { QuoteStyle::Never } else { QuoteStyle::Necessary })
        .from_writer(out)
}

fn cell<'a>(value: &Value<'a>, raw: bool) -> Cow<'a, str> {
    let text = value.plain();
    let is_formula = !raw
        && matches!(value, Value::Text(_) | Value::Texts(_) | Value::Candidates(_))
        && text.starts_with(is_sign_of_a_formula);
    let shown = match text {
        Cow::Borrowed(text) => visible(text),
        Cow::Owned(text) => Cow::Owned(visible(&text).into_owned()),
    };
    if is_formula { Cow::Owned(format!("'{shown}")) } else { shown }
}

fn is_sign_of_a_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed() {
        for sign in ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"] {
            let text = format!("{sign}cmd");
            assert!(cell(&Value::Text(&text), false).starts_with('\''), "{sign:?}");
            assert!(!cell(&Value::Text(&text), true).starts_with('\''), "{sign:?}");
        }
        assert_eq!(cell(&Value::Text("a=b"), false), "a=b");
    }
}
