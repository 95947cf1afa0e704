//! The objects of a list of PowerShell: a property a line, all colons of an object in one column.
//!
//! The property that begins the first object begins every object. Where lines were left out within an object (`...`), or
//! another line stands there, what is below may be of another: it is not looked at up to the next object.

use super::powershell::{Property, Read};
use super::powershell_cells::{property, spans};
use super::prompt;
use crate::text::Line;

/// No object has as many properties; more are not looked at.
pub(super) const MOST_PROPERTIES: usize = 128;

/// No command line of Windows is longer, in characters.
const LONGEST_VALUE: usize = 32_767;

/// Reads the objects of a list.
#[derive(Debug)]
pub(super) struct List {
    /// The property that begins every object.
    first: String,
    /// The line that was read last, its place, and places from one property to the next: where more lie between, another
    /// object begins, whichever property is first.
    last_line: usize,
    last_place: usize,
    step: Option<usize>,
    /// The character at which values begin.
    value_at: usize,
    /// The object that is being read, and its first line.
    object: Vec<Property>,
    object_line: usize,
    /// How many of its properties stand above the last blank line between them.
    above_gap: usize,
    /// What was left out.
    elided: Elided,
}

/// The record of the object that is being read, the last of its section.
#[derive(Debug, Default)]
pub(super) struct OpenRecord {
    /// The line by which it became a row; there is none where none is open.
    row: Option<usize>,
    /// That line of a record that was taken back.
    withdrawn: Option<usize>,
}

impl OpenRecord {
    pub(super) fn is_open(&self) -> bool {
        self.row.is_some()
    }

    /// This line makes a record of the object.
    pub(super) fn opens(&mut self, line: &Line<'_>) {
        self.row = Some(line.number);
    }

    /// What follows is of another object.
    pub(super) fn ends(&mut self) {
        self.row = None;
    }

    /// The object turns out to be no record.
    pub(super) fn take_back<T>(&mut self, records: &mut Vec<T>) {
        if let Some(row) = self.row.take() {
            self.withdrawn = Some(row);
            records.pop();
        }
    }

    /// For [`super::table::Table::withdrawn`].
    pub(super) fn withdrawn(&mut self) -> Option<usize> {
        self.withdrawn.take()
    }
}

/// Lines of an object that were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elided {
    Nothing,
    /// Just above.
    Above,
    /// Somewhere above, and no object has begun since.
    Before,
}

impl List {
    /// A list to whose first object this line belongs, and how many lines above do too.
    pub(super) fn begun(line: &Line<'_>, above: &[Line<'_>]) -> Option<(Self, usize)> {
        let value_at = value_at(line.text);
        let mut step = None;
        let mut below = line.place;
        let is_of_object = |upper: &&Line<'_>| {
            let gap = std::mem::replace(&mut below, upper.place) - upper.place;
            let is_part = property(upper.text).is_some() || indent(upper.text) >= value_at;
            gap <= *step.get_or_insert(gap.min(2)) && is_part
        };
        let reached = above.iter().rev().take_while(is_of_object).count();
        let (_, reached) = above.split_at_checked(above.len() - reached)?;
        // What goes on with a value whose name is not there is of no object.
        let is_rest = |line: &&Line<'_>| property(line.text).is_none();
        let (_, begun) = reached.split_at_checked(reached.iter().take_while(is_rest).count())?;
        let mut object: Vec<Property> = Vec::new();
        for line in begun {
            match (property(line.text), object.last_mut()) {
                (Some((name, value)), _) if indent(line.text) < value_at => {
                    object.push((name.to_owned(), whole_end(value).to_owned()));
                }
                (_, Some((_, value))) => value.push_str(whole_end(line.text.trim_start())),
                (_, None) => {}
            }
        }
        let first = object.first().map(|(name, _)| name.as_str());
        let first = first.or_else(|| Some(property(line.text)?.0))?.to_owned();
        let list = List {
            first,
            last_line: begun.last().map_or(line.number, |last| last.number),
            last_place: begun.last().map_or(line.place, |last| last.place),
            step: step.filter(|_| !begun.is_empty()),
            value_at: usize::MAX,
            object_line: begun.first().map_or(line.number, |first| first.number),
            above_gap: if step == Some(2) { object.len() } else { 0 },
            object,
            elided: Elided::Nothing,
        };
        Some((list, begun.len()))
    }

    /// Lines were left out between those above the one with which the list was opened.
    pub(super) fn elided_above(&mut self) {
        self.object.clear();
        (self.above_gap, self.step, self.elided) = (0, None, Elided::Above);
    }

    /// Reads one line; `begun` tells whether it is not that with which the list was opened.
    pub(super) fn read(&mut self, text: &str, line: &Line<'_>, begun: bool) -> Read {
        let gap = line.place - self.last_place;
        if prompt::is_elision(line.text) {
            (self.last_place, self.elided) = (line.place, Elided::Above);
            return Read::Elided;
        }
        match property(text) {
            Some((name, value)) if indent(text) < self.value_at => {
                self.value_at = value_at(text);
                self.last_place = line.place;
                let read = self.property(line, name, value, begun.then_some(gap));
                self.last_line = line.number;
                read
            }
            _ if indent(text) >= self.value_at => self.more(text, line),
            _ if prompt::is_pager_mark(line.text) => Read::NotOurs,
            _ => {
                (self.last_place, self.elided) = (line.place, Elided::Above);
                Read::NotOurs
            }
        }
    }

    fn property(&mut self, line: &Line<'_>, name: &str, value: &str, gap: Option<usize>) -> Read {
        if gap == Some(1) && self.step == Some(2) {
            self.is_denser();
        }
        let is_apart = gap.is_some_and(|gap| gap > *self.step.get_or_insert(gap.min(2)));
        // A blank line below a mark parts nothing for certain.
        let begins = name == self.first || (is_apart && self.elided != Elided::Above);
        if begins {
            name.clone_into(&mut self.first);
            self.object.clear();
            (self.object_line, self.above_gap, self.elided) = (line.number, 0, Elided::Nothing);
        }
        match self.elided {
            Elided::Nothing => {}
            Elided::Above => {
                self.elided = Elided::Before;
                self.object.clear();
                return Read::Rest;
            }
            Elided::Before => return Read::Beyond,
        }
        if self.object.len() == MOST_PROPERTIES {
            return Read::Beyond;
        }
        if gap.is_some_and(|gap| gap > 1) {
            self.above_gap = self.object.len();
        }
        self.object.push((name.to_owned(), whole_end(value).to_owned()));
        Read::Part { begins }
    }

    /// No blank line stands between two properties: the last that did parted two objects.
    fn is_denser(&mut self) {
        self.step = Some(1);
        let above = std::mem::take(&mut self.above_gap).min(self.object.len());
        if above > 0 {
            self.object.drain(..above);
            self.object_line = self.last_line;
            if let Some((name, _)) = self.object.first() {
                name.clone_into(&mut self.first);
            }
        }
    }

    /// A line that goes on with a value.
    fn more(&mut self, text: &str, line: &Line<'_>) -> Read {
        match self.object.last_mut() {
            _ if self.elided == Elided::Before => Read::Beyond,
            Some((_, value)) if value.len() <= LONGEST_VALUE => {
                self.last_place = line.place;
                if self.elided == Elided::Nothing {
                    value.push_str(whole_end(text.trim_start()));
                } else if !value.ends_with("...") {
                    value.push_str("...");
                }
                Read::Part { begins: false }
            }
            Some(_) => Read::Beyond,
            None => Read::NotOurs,
        }
    }

    /// The object as far as it was read, and its first line.
    pub(super) fn object(&self) -> (&[Property], usize) {
        (&self.object, self.object_line)
    }

    /// The same, to mend it.
    pub(super) fn object_mut(&mut self) -> &mut [Property] {
        &mut self.object
    }

    /// Takes the last property off the object: it cannot be read.
    pub(super) fn drop_last(&mut self) {
        self.object.pop();
    }

    /// Nothing more is read of this object.
    pub(super) fn drop_object(&mut self) {
        self.object.clear();
    }
}

/// May the line be one of a list?
pub(super) fn is_part(text: &str) -> bool {
    property(text).is_some() || indent(text) > 2
}

fn indent(text: &str) -> usize {
    spans(text).first().map_or(0, |(_, start, _)| *start)
}

/// The character at which the value of a property begins.
fn value_at(text: &str) -> usize {
    text.split_once(':').map_or("", |(label, _)| label).chars().count() + 2
}

/// A line of a value that goes on: one blank at its end is of the value, more fill the line.
fn whole_end(text: &str) -> &str {
    let end = text.trim_end();
    if text.len() > end.len() + 1 { end } else { text }
}
