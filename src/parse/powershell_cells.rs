//! The cells of what PowerShell prints: under the dashes of a table, in quotes, between pipes.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::char;
use nom::combinator::recognize;
use nom::multi::{many0_count, separated_list1};
use nom::sequence::delimited;
use nom::{Offset, Parser};

use super::combinators::is_blank;
use super::failure::Parsed;
use super::powershell::Property;
use crate::text::Line;

/// A name over its dashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    /// In characters, from 0.
    start: usize,
    end: usize,
}

impl Column {
    /// The character at which it begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }
}

/// The columns of a heading whose names are underlined by dashes, each by as many as it has characters.
pub(super) fn columns(heading: &str, ruler: &str) -> Option<Vec<Column>> {
    if !ruler.contains('-') || ruler.chars().any(|c| c != '-' && !is_blank(c)) {
        return None;
    }
    let names = spans(heading);
    let runs = spans(ruler);
    let fits = names.len() == runs.len()
        && !runs.is_empty()
        && names.iter().zip(&runs).all(|(name, run)| (name.1, name.2) == (run.1, run.2));
    let column =
        |(name, start, end): (&str, usize, usize)| Column { name: name.to_owned(), start, end };
    fits.then(|| names.into_iter().map(column).collect())
}

/// Characters from one tab stop to the next.
pub(super) const TAB: usize = 8;

/// The words of a line, each with the characters it begins and ends at; tabs stop at every eighth.
pub(super) fn spans(text: &str) -> Vec<(&str, usize, usize)> {
    let mut spans = Vec::new();
    let mut start: Option<(usize, usize)> = None;
    let mut count = 0;
    for (at, c) in text.char_indices() {
        match (start, is_blank(c)) {
            (None, false) => start = Some((at, count)),
            (Some((from, first)), true) => {
                spans.push((text.get(from..at).unwrap_or_default(), first, count));
                start = None;
            }
            _ => {}
        }
        count = if c == '\t' { (count / TAB + 1) * TAB } else { count + 1 };
    }
    if let Some((from, first)) = start {
        spans.push((text.get(from..).unwrap_or_default(), first, count));
    }
    spans
}

/// The cells of a row: each word goes to the name that it begins or ends with, or else to the one before.
/// `None` where a word stands under no name.
pub(super) fn cells(text: &str, columns: &[Column]) -> Option<Vec<Property>> {
    let words = spans(text);
    let is_collapsed = columns.windows(2).all(|two| match two {
        [a, b] => a.end + 1 == b.start,
        _ => false,
    });
    let mut cells: Vec<Property> =
        columns.iter().map(|column| (column.name.clone(), String::new())).collect();
    let mut last = 0;
    for (word, start, end) in words {
        let begins_or_ends =
            columns.iter().position(|column| column.start == start || column.end == end);
        let overlaps =
            || columns.iter().position(|column| start < column.end && column.start < end);
        let before = || columns.iter().rposition(|column| column.start <= start);
        // Where blanks were collapsed, no place but a certain one tells anything.
        let index = match begins_or_ends {
            None if is_collapsed && columns.last().is_some_and(|last| start < last.start) => {
                return None;
            }
            certain => certain.or_else(overlaps).or_else(before)?,
        };
        if index < last {
            return None;
        }
        last = index;
        let cell = &mut cells.get_mut(index)?.1;
        if !cell.is_empty() {
            cell.push_str(gap_before(text, word));
        }
        cell.push_str(word);
    }
    Some(cells)
}

/// The blanks before a word of the text.
fn gap_before<'t>(text: &'t str, word: &str) -> &'t str {
    let before = text.get(..text.offset(word)).unwrap_or_default();
    before.get(before.trim_end_matches(is_blank).len()..).unwrap_or_default()
}

/// `name 1*blank ":" blank value`, where the name is one word
pub(super) fn property(text: &str) -> Option<(&str, &str)> {
    let (label, value) = text.split_once(':')?;
    let name = label.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_apart = value.is_empty() || value.starts_with(is_blank);
    (is_name && is_apart && label.ends_with(is_blank)).then_some((name, value.trim_start()))
}

/// `cell`, without its quotes
fn cell(separator: char) -> impl FnMut(&str) -> Parsed<'_, String> {
    move |input| {
        let inner = many0_count(alt((tag("\"\""), take_while1(|c| c != '"'))));
        let quoted = delimited(char('"'), recognize(inner), char('"'));
        let bare = take_till(move |c| c == separator || c == '"');
        let unquoted = |text: &str| text.replace("\"\"", "\"");
        alt((quoted.map(unquoted), bare.map(str::to_owned))).parse(input)
    }
}

/// `cell *(separator cell)`, and what was appended behind the last quote
pub(super) fn csv_row(text: &str, separator: char) -> Option<(Vec<String>, &str)> {
    let text = text.trim();
    let row: Parsed<'_, _> = separated_list1(char(separator), cell(separator)).parse(text);
    let (rest, cells) = row.ok()?;
    let is_behind_a_quote = text.strip_suffix(rest).is_some_and(|row| row.ends_with('"'));
    let is_appended = is_behind_a_quote && rest.starts_with(is_blank) && !rest.contains('"');
    (rest.is_empty() || is_appended).then_some((cells, rest.trim_start()))
}

/// Does the line begin as a row whose cells are in quotes, and end within them?
pub(super) fn is_cut_in_quotes(text: &str, separator: char) -> bool {
    let quoted = text.trim_start().strip_prefix('"');
    quoted.is_some_and(|cells| {
        cells.contains(&format!("\"{separator}\"")) && cells.matches('"').count() % 2 == 0
    })
}

/// The names of a heading of CSV, two or more, and what separates them.
pub(super) fn csv_heading(text: &str) -> Option<(Vec<String>, char)> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_() ".contains(c);
    let is_name = |name: &String| !name.is_empty() && name.chars().all(is_of_name);
    [',', ';', '\t'].into_iter().filter(|separator| text.contains(*separator)).find_map(
        |separator| {
            // Most lines with a comma hold more than names.
            if text.trim().contains(|c| !is_of_name(c) && c != '"' && c != separator) {
                return None;
            }
            let (names, appended) = csv_row(text, separator)?;
            (names.len() > 1 && appended.is_empty() && names.iter().all(is_name))
                .then_some((names, separator))
        },
    )
}

pub(super) fn is_dashes(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| c == '-')
}

/// The cells of a row of a Markdown table, which begins and ends with a pipe.
pub(super) fn piped(line: &Line<'_>) -> Option<Vec<String>> {
    let (quote, row) = line.raw.split_once('|')?;
    let row = row.trim_end().strip_suffix('|')?;
    let is_quote = quote.chars().all(|c| is_blank(c) || c == '>');
    is_quote.then(|| row.split('|').map(|cell| cell.trim().replace('\\', "")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(heading: &str, ruler: &str, text: &str) -> Option<Vec<String>> {
        let cells = cells(text, &columns(heading, ruler)?)?;
        Some(cells.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn cells_stand_under_or_end_with_their_name() {
        let heading = "LocalAddress LocalPort OwningProcess";
        let ruler = "------------ --------- -------------";
        let row = |text| row(heading, ruler, text);
        let cells = |cells: [&str; 3]| Some(cells.map(str::to_owned).to_vec());
        assert_eq!(row("::           135       972"), cells(["::", "135", "972"]));
        assert_eq!(row("0.0.0.0            135           972"), cells(["0.0.0.0", "135", "972"]));
        assert_eq!(row("::           135"), cells(["::", "135", ""]));
        assert_eq!(row("  1 2 3 x"), None);
    }

    #[test]
    fn names_hold_blanks_and_numbers_are_wider_than_their_name() {
        let heading = "Handles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName";
        let ruler = "-------  ------    -----      -----     ------     --  -- -----------";
        let text = "   1234      12    12345      23456              10728   0 Memory Compression";
        let cells = row(heading, ruler, text).unwrap();
        assert_eq!(cells[4..], ["", "10728", "0", "Memory Compression"]);
    }

    #[test]
    fn dashes_are_as_long_as_the_names() {
        assert!(columns("Id Name", "-- ----").is_some());
        assert!(columns("Id Name", "--- ----").is_none());
        assert!(columns("", "----").is_none() && columns("Id", "==").is_none());
    }

    #[test]
    fn csv_with_every_separator() {
        let cells = |cells: [&str; 2]| Some(cells.map(str::to_owned).to_vec());
        let row = |text, separator| csv_row(text, separator).map(|(cells, _)| cells);
        assert_eq!(row(r#""a,b","c ""d""""#, ','), cells(["a,b", r#"c "d""#]));
        assert_eq!(row("a;b", ';'), cells(["a", "b"]));
        assert_eq!(row("a\tb", '\t'), cells(["a", "b"]));
        assert_eq!(csv_row("\"a\"  see x", ',').map(|(_, appended)| appended), Some("see x"));
        assert_eq!(row("\"a\"x", ','), None);
        assert!(csv_heading("\"LocalAddress\";\"LocalPort\"").is_some());
        assert!(csv_heading("see: a, b").is_none());
    }

    #[test]
    fn properties_have_one_word_for_a_name() {
        assert_eq!(property("LocalAddress   : ::"), Some(("LocalAddress", "::")));
        assert_eq!(property("CommandLine :"), Some(("CommandLine", "")));
        for text in ["two words : x", "C:\\x", "a:b", ": x", "LocalPort:   80"] {
            assert_eq!(property(text), None, "{text}");
        }
    }
}
