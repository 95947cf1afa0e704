//! What PowerShell prints of objects: as a table, as a list, and as CSV; and as a table of Markdown. Names and
//! values, whatever they mean.
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

use std::sync::Arc;

use super::by_order::is_gapless;
use super::combinators::is_blank;
use super::netstat_broken::is_console_width;
use super::powershell_broken::{
    broken_columns, broken_csv_heading, has_beyond, is_part_of_row, trimmed_names,
};
use super::powershell_cells::{
    Column, cells, columns, csv_heading, csv_row, is_cut_in_quotes, is_dashes, piped, property,
    spans,
};
use super::powershell_list::List;
use super::table::Taken;
use super::{by_order, win32_service};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Line;

/// A property of an object and its value, which may be empty.
pub(super) type Property = (String, String);

/// Does a set of names belong to the objects that a format reads?
pub(super) type Recognises = fn(&[&str]) -> bool;

/// What a line is.
pub(super) enum Read {
    /// A whole object, and what was appended to its line.
    Object(Vec<Property>, String),
    /// One more property of an object in a list, or more of its value: see [`Listing::object`].
    Part {
        /// Is it the first?
        begins: bool,
    },
    /// More of an object in a list that is not looked at, or of the last cell of the row above.
    Beyond,
    /// Lines of a list were left out here.
    Elided,
    /// The first property below those, which may be of another object.
    Rest,
    /// Heading, ruler or type.
    Header,
    /// A whole object that a console broke over this line and the one before.
    Mended(Vec<Property>),
    /// As many words as a row has, and no row; or the first line of one that a console broke.
    Broken,
    /// None of this.
    NotOurs,
}

/// Reads the lines of one listing.
#[derive(Debug)]
pub(super) struct Listing {
    layout: Layout,
    /// Bytes that stand before the heading, and then before each line.
    prefix: String,
    /// Was the line read with which it was opened?
    begun: bool,
    /// The width at which a console broke heading and ruler, and every longer row.
    width: Option<usize>,
    /// The first line of a row that a console broke, and its number.
    half: Option<(usize, String)>,
}

#[derive(Debug)]
enum Layout {
    Table {
        columns: Vec<Column>,
        /// Were the gaps of the heading made one blank or one tab, or is no gap wider?
        is_gapless: bool,
    },
    List(List),
    Csv {
        names: Vec<String>,
        separator: char,
    },
    /// A table of which only the heading can be read, and its line that was read last.
    Unreadable {
        last_line: usize,
    },
    /// A table of Markdown.
    Piped(Vec<String>),
}

/// A listing that begins with this line, and how many lines above are its heading. A list begins with one
/// of the properties of `firsts`.
pub(super) fn open(
    line: &Line<'_>,
    above: &[Line<'_>],
    recognises: Recognises,
    firsts: &[&str],
) -> Option<(Listing, usize)> {
    let is_known = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        recognises(&names)
    };
    let begins = |layout, prefix, heading| Some((Listing::new(layout, prefix), heading));
    // A blank line may stand between all of them; the line of dashes of Markdown is as good as one.
    if let Some(heading) = above.last().filter(|heading| line.number <= heading.number + 2) {
        let prefix = heading.quoted_by();
        let ruler = line.behind(&prefix);
        if let Some(columns) = columns(heading.text, ruler) {
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            let is_gapless = by_order::is_gapless(heading.text);
            let layout = Layout::Table { columns, is_gapless };
            return begins(layout, prefix, 1).filter(|_| is_known(&names));
        }
        if let (Some(names), Some(cells)) = (piped(heading), piped(line))
            && names.len() == cells.len()
            && is_known(&names)
        {
            let layout = Layout::Piped(names);
            let listing = Listing::new(layout, String::new());
            return Some((Listing { begun: true, ..listing }, 1));
        }
    }
    if let Some((columns, prefix, width)) = broken_columns(line, above) {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let layout = Layout::Table { columns, is_gapless: false };
        let listing = Listing { width: Some(width), ..Listing::new(layout, prefix) };
        return Some((listing, 3)).filter(|_| is_known(&names));
    }
    if let Some(names) = trimmed_names(line, above) {
        let layout = Layout::Unreadable { last_line: line.number };
        return begins(layout, String::new(), 3).filter(|_| is_known(&names));
    }
    if let Some((names, separator)) = csv_heading(line.text) {
        let has_type = above.last().is_some_and(|above| above.whole.contains("#TYPE "));
        let known = is_known(&names);
        let layout = Layout::Csv { names, separator };
        return begins(layout, line.quoted_by(), usize::from(has_type)).filter(|_| known);
    }
    if let Some((names, separator, prefix)) = broken_csv_heading(line, above) {
        let known = is_known(&names);
        return begins(Layout::Csv { names, separator }, prefix, 1).filter(|_| known);
    }
    property(line.text).filter(|(name, _)| firsts.contains(name))?;
    let (list, heading) = List::begun(line, above)?;
    begins(Layout::List(list), line.quoted_by(), heading)
}

impl Listing {
    fn new(layout: Layout, prefix: String) -> Self {
        Listing { layout, prefix, begun: false, width: None, half: None }
    }

    /// Reads one line; the first is that with which the listing was opened.
    pub(super) fn read(&mut self, line: &Line<'_>) -> Read {
        let text = line.behind(&self.prefix);
        let half = self.half.take().filter(|(first, _)| first + 1 == line.number);
        if let Some(object) = half.and_then(|(_, half)| self.mended(half, text)) {
            return Read::Mended(object);
        }
        if self.begun && self.goes_on(text) {
            self.half = Some((line.number, text.to_owned()));
            return Read::Broken;
        }
        let begun = std::mem::replace(&mut self.begun, true);
        match &mut self.layout {
            Layout::Table { .. } | Layout::Csv { .. } | Layout::Unreadable { .. } if !begun => {
                Read::Header
            }
            Layout::Unreadable { last_line } if *last_line + 1 == line.number => {
                *last_line = line.number;
                Read::Broken
            }
            Layout::Unreadable { .. } => Read::NotOurs,
            Layout::Piped(names) => match piped(line) {
                Some(cells) if cells.len() == names.len() => {
                    Read::Object(names.iter().cloned().zip(cells).collect(), String::new())
                }
                _ => Read::NotOurs,
            },
            Layout::Table { columns, .. } if is_wrapped(text, columns) => Read::Beyond,
            Layout::Table { columns, is_gapless } => row_of_table(text, columns, *is_gapless),
            Layout::Csv { names, separator } => match csv_row(text, *separator) {
                // A table whose gaps were made tabs has its ruler still.
                Some((cells, _)) if cells.iter().all(|cell| is_dashes(cell)) => Read::Header,
                Some((cells, appended)) if cells.len() == names.len() => {
                    Read::Object(names.iter().cloned().zip(cells).collect(), appended.to_owned())
                }
                // Gaps that were made tabs have no place for an empty cell, and stand within cells too.
                _ if *separator == '\t' && by_order::is_gapless(text) => {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    match by_order(text, &names) {
                        Some(object) => Read::Object(object, String::new()),
                        None if seems_a_row(text, names.len(), true) => Read::Broken,
                        None => Read::NotOurs,
                    }
                }
                None if is_cut_in_quotes(text, *separator) => Read::Broken,
                // A row that lacks a cell.
                Some((cells, _)) if cells.len() > 2 && text.trim_start().starts_with('"') => {
                    Read::Broken
                }
                _ => Read::NotOurs,
            },
            Layout::List(list) => list.read(text, line, begun),
        }
    }

    /// Is this the first line of a row that a console broke?
    fn goes_on(&self, text: &str) -> bool {
        let width = text.chars().count();
        match &self.layout {
            Layout::Table { columns, .. } => self.width.is_some_and(|broken_at| {
                width == broken_at && (!text.ends_with(is_blank) || has_beyond(columns, width))
            }),
            Layout::Csv { names, separator } => {
                is_console_width(width) && is_part_of_row(text, *separator, names.len())
            }
            Layout::List(_) | Layout::Piped(_) | Layout::Unreadable { .. } => false,
        }
    }

    /// The row that these lines are together.
    fn mended(&self, half: String, text: &str) -> Option<Vec<Property>> {
        let width = half.chars().count();
        let whole = half + text;
        match &self.layout {
            // A last cell that begins above holds no gap: what has one is a row of its own.
            Layout::Table { columns, .. } if has_beyond(columns, width) || is_gapless(text) => {
                cells(&whole, columns)
            }
            Layout::Csv { names, separator } => {
                let (cells, appended) = csv_row(&whole, *separator)?;
                let is_row = cells.len() == names.len() && appended.is_empty();
                is_row.then(|| names.iter().cloned().zip(cells).collect())
            }
            _ => None,
        }
    }

    /// The object of a list as far as it was read, and its first line.
    pub(super) fn object(&self) -> (&[Property], usize) {
        match &self.layout {
            Layout::List(list) => list.object(),
            _ => (&[], 0),
        }
    }

    /// The same, to mend it.
    pub(super) fn object_mut(&mut self) -> &mut [Property] {
        match &mut self.layout {
            Layout::List(list) => list.object_mut(),
            _ => &mut [],
        }
    }

    /// Is it a list?
    pub(super) fn is_list(&self) -> bool {
        matches!(self.layout, Layout::List(_))
    }

    /// Is the property of a list that was read last one of services?
    pub(super) fn is_of_services(&self) -> bool {
        self.object().0.last().is_some_and(|(name, _)| win32_service::is_of_services(name))
    }

    /// Takes the last property off the object of a list: it cannot be read.
    pub(super) fn drop_last(&mut self) {
        if let Layout::List(list) = &mut self.layout {
            list.drop_last();
        }
    }

    /// Reads nothing more of the object of a list.
    pub(super) fn drop_object(&mut self) {
        if let Layout::List(list) = &mut self.layout {
            list.drop_object();
        }
    }

    /// Lines of the first object of a list were left out.
    pub(super) fn elided_above(&mut self) {
        if let Layout::List(list) = &mut self.layout {
            list.elided_above();
        }
    }
}

/// A row of a table: by the places of its words, or by their order where places tell nothing, or too little.
fn row_of_table(text: &str, columns: &[Column], is_gapless: bool) -> Read {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let is_by_order = is_gapless && by_order::is_gapless(text);
    let has_tab = is_by_order && text.trim().contains('\t');
    // A line that lost its indent has its words under other names.
    let may_be_shifted = !has_tab && by_order::are_told(&names);
    let ordered = (is_by_order || may_be_shifted).then(|| by_order(text, &names)).flatten();
    if is_by_order && let Some(object) = ordered {
        return Read::Object(object, String::new());
    }
    let fits = |(name, cell): &Property| by_order::may_be(name, cell);
    let mut appended = String::new();
    let mut in_place = cells(text, columns).filter(|_| !has_tab);
    if let Some(last) = in_place.iter_mut().flatten().last().filter(|last| !fits(last)) {
        appended = text_behind(&mut last.1);
    }
    let in_place = in_place.filter(|cells| cells.iter().all(fits));
    let object = match (in_place, ordered) {
        // The words under other names may fit as well: then neither reading is certain.
        (Some(object), Some(other)) => {
            by_order::have_same_numbers(&object, &other).then_some(object)
        }
        (one, other) => one.or(other),
    };
    match object {
        Some(object) => Read::Object(object, appended),
        None if seems_a_row(text, columns.len(), has_tab) => Read::Broken,
        None => Read::NotOurs,
    }
}

/// Takes what stands behind a gap off a cell.
fn text_behind(cell: &mut String) -> String {
    let whole = std::mem::take(cell);
    let (inner, appended) = whole.trim().split_once("  ").unwrap_or((&whole, ""));
    inner.clone_into(cell);
    appended.trim().to_owned()
}

/// The cells of a row whose gaps tell no columns.
fn by_order(text: &str, names: &[&str]) -> Option<Vec<Property>> {
    let cells = by_order::cells(text, names)?;
    Some(
        names.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect(),
    )
}

/// Does the line stand under the last column alone, as `ft -Wrap` goes on with a text?
fn is_wrapped(text: &str, columns: &[Column]) -> bool {
    let last = columns.last().filter(|last| columns.len() > 1 && by_order::is_text(&last.name));
    let indent = spans(text).first().map(|(_, start, _)| *start);
    last.zip(indent).is_some_and(|(last, indent)| indent >= last.start())
}

/// Has the line as many words as a row of this many columns?
fn seems_a_row(text: &str, columns: usize, has_tab: bool) -> bool {
    let words = text.split_whitespace().count() + 1;
    columns > 2
        && (has_tab || (columns..=columns + 2).contains(&words))
        && text.contains(|c: char| c.is_ascii_digit())
}

/// The value of a property, where it has one.
pub(super) fn value<'p>(properties: &'p [Property], name: &str) -> Option<&'p str> {
    let found = properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// The machine of a listing, as `Invoke-Command` and `-CimSession` put it behind each object.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub name: Option<String>,
}

impl Machine {
    /// The machine of this object, where it is another than that of the objects before. All of a section are of one.
    pub(super) fn other<'p>(&mut self, object: &'p [Property]) -> Option<&'p str> {
        let name = value(object, "PSComputerName")?;
        let own = self.name.get_or_insert_with(|| name.to_owned());
        (!own.eq_ignore_ascii_case(name)).then_some(name)
    }

    /// An object of another machine, which is left out.
    pub(super) fn unread(&self, source: &Arc<str>, line: &Line<'_>, other: &str) -> Taken {
        let own = self.name.as_deref().unwrap_or_default();
        let message = format!("expected an object of {own}, found one of `{other}`");
        let about =
            Diagnostic::of_part(source, line, line.text.trim(), Code::UnexpectedLine, message);
        Taken::unread(about.with_help("give the objects of each machine as a table of their own"))
    }
}

/// What is told of lines that were left out of an object, at their mark or at the first line below it.
pub(super) fn left_out(source: &Arc<str>, line: &Line<'_>, expected: &str) -> Taken {
    let message = format!("expected {expected}, found lines that were left out");
    let text = line.text.trim();
    let about = Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message);
    Taken::unread(about.with_help("what is not certain is kept out of the answer"))
}

/// What is expected at a mark of lines that were left out, and below it.
pub(super) const REST: &str = "the rest of the object above";
pub(super) const BEGINNING: &str = "the beginning of an object";

/// A cell without the ellipsis that says it was cut.
pub(super) fn cut(value: &str) -> Option<&str> {
    value.strip_suffix("...").or_else(|| value.strip_suffix('…'))
}
