//! What PowerShell prints of objects: as a table, as a list, and as CSV; and as a table of Markdown. Names and values, whatever they mean.
//!
//! ```text
//! table = heading ruler *row      ; each run of dashes is as long as the name above it
//! list  = *(name 1*blank ":" blank value / blanks value)
//! csv   = name *(separator name) *(cell *(separator cell))     ; "," ";" or a tab
//! cell  = DQUOTE *(any / 2DQUOTE) DQUOTE / *any
//! ```
//!
//! In a table a cell begins where its name does, or ends where its name ends. What does not fit is cut, and
//! ends in `...` or `…`. Names of properties are never translated.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, recognize};
use nom::multi::{many0_count, separated_list1};
use nom::sequence::{delimited, terminated};

use super::combinators::{blanks, is_blank};
use super::failure::Parsed;
use crate::text::Line;

/// A property of an object and its value, which may be empty.
pub(super) type Property = (String, String);

/// Does a set of names belong to the objects that a format reads?
pub(super) type Recognises = fn(&[&str]) -> bool;

/// No object has as many properties; more in a list are not looked at.
const MOST_PROPERTIES: usize = 128;

/// No command line of Windows is longer, in characters.
const LONGEST_VALUE: usize = 32_767;

/// What a line is.
pub(super) enum Read {
    /// A whole object.
    Object(Vec<Property>),
    /// One more property of an object in a list, or more of its value: see [`Listing::object`].
    Part {
        /// Is it the first?
        begins: bool,
    },
    /// More of an object in a list that is not looked at.
    Beyond,
    /// Heading, ruler or type.
    Header,
    /// None of this.
    NotOurs,
}

/// Reads the lines of one listing.
#[derive(Debug)]
pub(super) struct Listing {
    layout: Layout,
    /// Bytes that stand before the heading, and then before each line.
    prefix: usize,
    /// Was the line read with which it was opened?
    begun: bool,
    /// Is every cell of the table one word? Then a table whose blanks were collapsed can be read.
    has_words: bool,
}

#[derive(Debug)]
enum Layout {
    Table(Vec<Column>),
    List {
        /// The property that begins every object.
        first: String,
        /// The character at which values begin.
        value_at: usize,
        /// The object that is being read, and its first line.
        object: Vec<Property>,
        object_line: usize,
    },
    Csv {
        names: Vec<String>,
        separator: char,
    },
    /// A table of Markdown.
    Piped(Vec<String>),
}

/// A name over its dashes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    /// In characters, from 0.
    start: usize,
    end: usize,
}

/// A listing that begins with this line, and how many lines above are its heading. A list begins with one
/// of the properties of `firsts`. `has_words`: is every cell one word?
pub(super) fn open(
    line: &Line<'_>,
    above: &[Line<'_>],
    recognises: Recognises,
    firsts: &[&str],
    has_words: bool,
) -> Option<(Listing, usize)> {
    let is_known = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        recognises(&names)
    };
    let begins = |layout, prefix, heading| {
        Some((Listing { layout, prefix, begun: false, has_words }, heading))
    };
    // Somebody may have put a blank line between all of them.
    if let Some(heading) = above.last().filter(|heading| line.number <= heading.number + 2) {
        let prefix = heading.quoted_by();
        let ruler = line.behind(prefix);
        if let Some(columns) = columns(heading.text, ruler) {
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            return begins(Layout::Table(columns), prefix, 1).filter(|_| is_known(&names));
        }
    }
    // The line of dashes between is as good as blank.
    if let Some(heading) = above.last().filter(|heading| line.number <= heading.number + 2)
        && let (Some(names), Some(cells)) = (piped(heading), piped(line))
        && names.len() == cells.len()
        && is_known(&names)
    {
        let layout = Layout::Piped(names);
        return Some((Listing { layout, prefix: 0, begun: true, has_words }, 1));
    }
    if let Some((names, separator)) = csv_heading(line.text) {
        let has_type = above.last().is_some_and(|above| above.whole.contains("#TYPE "));
        let known = is_known(&names);
        let layout = Layout::Csv { names, separator };
        return begins(layout, line.quoted_by(), usize::from(has_type)).filter(|_| known);
    }
    let (first, _) = property(line.text).filter(|(name, _)| firsts.contains(name))?;
    begins(
        Layout::List {
            first: first.to_owned(),
            value_at: usize::MAX,
            object: Vec::new(),
            object_line: 0,
        },
        line.quoted_by(),
        0,
    )
}

/// The columns of a heading whose names are underlined by dashes, each by as many as it has characters.
fn columns(heading: &str, ruler: &str) -> Option<Vec<Column>> {
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
const TAB: usize = 8;

/// The words of a line, each with the characters it begins and ends at; tabs stop at every eighth.
fn spans(text: &str) -> Vec<(&str, usize, usize)> {
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
fn cells(text: &str, columns: &[Column], has_words: bool) -> Option<Vec<Property>> {
    let words = spans(text);
    let is_collapsed = columns.windows(2).all(|two| match two {
        [a, b] => a.end + 1 == b.start,
        _ => false,
    });
    let mut cells: Vec<Property> =
        columns.iter().map(|column| (column.name.clone(), String::new())).collect();
    if is_collapsed && has_words {
        // Blanks were collapsed, in the heading too: the order is left.
        if words.len() != columns.len() {
            return None;
        }
        for (cell, (word, ..)) in cells.iter_mut().zip(words) {
            cell.1 = word.to_owned();
        }
        return Some(cells);
    }
    let mut last = 0;
    for (word, start, end) in words {
        let begins_or_ends =
            columns.iter().position(|column| column.start == start || column.end == end);
        let overlaps =
            || columns.iter().position(|column| start < column.end && column.start < end);
        let before = || columns.iter().rposition(|column| column.start <= start);
        let index = begins_or_ends.or_else(overlaps).or_else(before)?;
        if index < last {
            return None;
        }
        last = index;
        let cell = &mut cells.get_mut(index)?.1;
        if !cell.is_empty() {
            cell.push(' ');
        }
        cell.push_str(word);
    }
    Some(cells)
}

/// `name 1*blank ":" blank value`, where the name is one word
fn property(text: &str) -> Option<(&str, &str)> {
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

/// `cell *(separator cell)`
fn csv_row(text: &str, separator: char) -> Option<Vec<String>> {
    let row = separated_list1(char(separator), cell(separator));
    let parsed: Parsed<'_, Vec<String>> = all_consuming(terminated(row, blanks)).parse(text.trim());
    parsed.ok().map(|(_, cells)| cells)
}

fn csv_heading(text: &str) -> Option<(Vec<String>, char)> {
    let is_name = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_() ".contains(c))
    };
    [',', ';', '\t'].into_iter().filter(|separator| text.contains(*separator)).find_map(
        |separator| {
            let names = csv_row(text, separator)?;
            (names.len() > 1 && names.iter().all(is_name)).then_some((names, separator))
        },
    )
}

impl Listing {
    /// Reads one line; the first is that with which the listing was opened.
    pub(super) fn read(&mut self, line: &Line<'_>) -> Read {
        let text = line.behind(self.prefix);
        let begun = std::mem::replace(&mut self.begun, true);
        match &mut self.layout {
            Layout::Table(_) | Layout::Csv { .. } if !begun => Read::Header,
            Layout::Piped(names) => match piped(line) {
                Some(cells) if cells.len() == names.len() => {
                    Read::Object(names.iter().cloned().zip(cells).collect())
                }
                _ => Read::NotOurs,
            },
            Layout::Table(columns) => {
                cells(text, columns, self.has_words).map_or(Read::NotOurs, Read::Object)
            }
            Layout::Csv { names, separator } => match csv_row(text, *separator) {
                // A table whose gaps were made tabs has its ruler still.
                Some(cells) if cells.iter().all(|cell| is_dashes(cell)) => Read::Header,
                Some(cells) if cells.len() == names.len() => {
                    Read::Object(names.iter().cloned().zip(cells).collect())
                }
                _ => Read::NotOurs,
            },
            Layout::List { first, value_at, object, object_line } => {
                let indent = spans(text).first().map_or(0, |(_, start, _)| *start);
                match property(text) {
                    Some((name, value)) if indent < *value_at => {
                        let label = text.split_once(':').map_or("", |(label, _)| label);
                        *value_at = label.chars().count() + 2;
                        let begins = name == first;
                        if begins {
                            object.clear();
                            *object_line = line.number;
                        }
                        if object.len() == MOST_PROPERTIES {
                            return Read::Beyond;
                        }
                        object.push((name.to_owned(), whole_end(value).to_owned()));
                        Read::Part { begins }
                    }
                    _ if indent >= *value_at => match object.last_mut() {
                        Some((_, value)) if value.len() <= LONGEST_VALUE => {
                            value.push_str(whole_end(text.trim_start()));
                            Read::Part { begins: false }
                        }
                        Some(_) => Read::Beyond,
                        None => Read::NotOurs,
                    },
                    _ => Read::NotOurs,
                }
            }
        }
    }

    /// The object of a list as far as it was read, and its first line.
    pub(super) fn object(&self) -> (&[Property], usize) {
        match &self.layout {
            Layout::List { object, object_line, .. } => (object, *object_line),
            Layout::Table(_) | Layout::Csv { .. } | Layout::Piped(_) => (&[], 0),
        }
    }

    /// Takes the last property off the object of a list: it cannot be read.
    pub(super) fn drop_last(&mut self) {
        if let Layout::List { object, .. } = &mut self.layout {
            object.pop();
        }
    }
}

fn is_dashes(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| c == '-')
}

/// The cells of a row of a Markdown table, which begins and ends with a pipe.
fn piped(line: &Line<'_>) -> Option<Vec<String>> {
    let (quote, row) = line.raw.split_once('|')?;
    let row = row.trim_end().strip_suffix('|')?;
    let is_quote = quote.chars().all(|c| is_blank(c) || c == '>');
    is_quote.then(|| row.split('|').map(|cell| cell.trim().replace('\\', "")).collect())
}

/// A line of a value that goes on: one blank at its end is of the value, more fill the line.
fn whole_end(text: &str) -> &str {
    let end = text.trim_end();
    if text.len() > end.len() + 1 { end } else { text }
}

/// The value of a property, where it has one.
pub(super) fn value<'p>(properties: &'p [Property], name: &str) -> Option<&'p str> {
    let found = properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// A cell without the ellipsis that says it was cut.
pub(super) fn cut(value: &str) -> Option<&str> {
    value.strip_suffix("...").or_else(|| value.strip_suffix('…'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(heading: &str, ruler: &str, text: &str) -> Option<Vec<String>> {
        let cells = cells(text, &columns(heading, ruler)?, false)?;
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
        assert_eq!(row("  1 2 3 x"), cells(["1 2 3 x", "", ""]));
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
        assert_eq!(csv_row(r#""a,b","c ""d""""#, ','), cells(["a,b", r#"c "d""#]));
        assert_eq!(csv_row("a;b", ';'), cells(["a", "b"]));
        assert_eq!(csv_row("a\tb", '\t'), cells(["a", "b"]));
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
