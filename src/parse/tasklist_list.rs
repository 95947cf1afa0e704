//! `tasklist /fo list`: plain, `/v`, `/svc` and `/m`, in any language.
//!
//! ```text
//!
//! Image Name:   svchost.exe
//! PID:          888
//! Session Name: Services
//! Session#:     0
//! Mem Usage:    16,408 K
//! ```
//!
//! ```text
//! field = label *blank ":" *blank value
//! ```
//!
//! A record is a blank line, then one field a line; the order is that of the cells of a row, so the second
//! is the PID. In a language whose labels are known the first two lines are enough to begin; else the five
//! lines of a plain record must stand in one column and read as what they should be; where blanks were
//! collapsed, the first must name a program. The labels of the first record are those of all.
//! Where lines were left out within a record, or another line stands there, what is below may be of another.
//!
//! How `/svc` and `/m` print several names is not established: lines that are indented to the column of the
//! values go on with the list, and commas part names.

use std::sync::Arc;

use super::accounting::Class;
use super::combinators::{pid_cell, whole_number};
use super::failure::{Expected, Failure, Parsed};
use super::powershell_cells;
use super::process_cells::{self, Third};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::tasklist::{drop_word_for_none, names_idle_and_system};
use super::tasklist_fields::{Field, field};
use super::tasklist_ruler::width;
use super::{Os, Records, prompt};
use crate::diagnostic::{Code, Diagnostic};
use crate::languages::{LANGUAGES, Language};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "tasklist_list", os: Os::Windows, open };

/// Words for the PID; in most languages it is the same.
const PID_LABELS: [&str; 4] = ["PID", "Proces-id", "Identificação pessoal", "Identifi"];

/// Fields of a record with `/v`, the longest.
const MOST_FIELDS: usize = 9;

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let this = field(line.text)?;
    whole_number(this.value)?;
    if PID_LABELS.contains(&this.label) {
        let (_, image) = above.split_at_checked(above.len().checked_sub(1)?)?;
        let is_known = image.iter().all(|image| {
            let field = field(image.text);
            line.place - image.place <= 2 && field.is_some_and(|field| is_known(field.label))
        });
        return is_known
            .then(|| Opening::new(Processes::begun(image)?))
            .flatten()
            .map(|opening| opening.with_heading_above(1));
    }
    let (_, begun) = above.split_at_checked(above.len().checked_sub(3)?)?;
    // PowerShell has a blank before each colon.
    if begun.iter().all(|line| powershell_cells::property(line.text).is_some()) {
        return None;
    }
    // A blank line may stand between all of them, or none; parts of one line have one number.
    let steps: Vec<usize> = begun
        .iter()
        .zip(begun.iter().skip(1).chain([line]))
        .map(|(upper, lower)| lower.place - upper.place)
        .collect();
    let is_run = steps.iter().all(|step| *step <= 2 && steps.first() == Some(step));
    let fields: Vec<Field<'_>> = begun.iter().filter_map(|line| field(line.text)).collect();
    let is_collapsed = fields.iter().chain([&this]).all(|field| field.is_collapsed)
        && fields.first().is_some_and(|image| is_program(image.value));
    let stands = |field: &Field<'_>| is_collapsed || field.column == this.column;
    let pid = whole_number(fields.get(1)?.value)?;
    (pid % 4 == 0 && is_run && fields.len() == begun.len() && fields.iter().all(stands))
        .then(|| Opening::new(Processes::begun(begun)?))
        .flatten()
        .map(|opening| opening.with_heading_above(3))
}

fn is_program(image_name: &str) -> bool {
    image_name == "System Idle Process" || image_name.to_ascii_lowercase().ends_with(".exe")
}

fn is_known(label: &str) -> bool {
    language(label).is_some()
}

/// The language in which this is the label of the image name.
fn language(label: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.tasklist_headings.contains(&label))
}

/// What is wrong with a PID below no image name.
fn image_above(at: &str) -> Parsed<'_, u32> {
    Err(nom::Err::Error(Failure::new(at, Expected::ImageName)))
}

/// The fields of one process.
#[derive(Debug, Default)]
struct Record {
    /// Of the image name.
    line: usize,
    /// In the order of the labels; empty where the record lacks a field.
    cells: Vec<String>,
}

#[derive(Debug, Default)]
struct Processes {
    labels: Vec<String>,
    /// Display cell of the values.
    column: usize,
    records: Vec<Record>,
    /// The record that is being read.
    record: Option<Record>,
    /// Is it certain that this is a process list?
    proven: bool,
    /// The place of the line that was taken last.
    last_place: usize,
    /// A record has no PID.
    cut: bool,
    /// Are the labels those of a whole record? Those of one that was cut are the first of them.
    settled: bool,
    /// Were lines left out since the last image name?
    in_rest: bool,
    /// Has the list of this record lines without their indent, so that it is not known where it ends?
    is_unclear: bool,
    /// What lists the command asks for.
    asked_for: Third,
}

impl Processes {
    /// A list whose first record begins with these lines.
    fn begun(above: &[Line<'_>]) -> Option<Self> {
        let fields: Vec<Field<'_>> = above.iter().filter_map(|line| field(line.text)).collect();
        let cells = fields.iter().map(|field| field.value.to_owned()).collect();
        Some(Processes {
            labels: fields.iter().map(|field| field.label.to_owned()).collect(),
            column: fields.first()?.column,
            record: Some(Record { line: above.first()?.number, cells }),
            proven: is_known(fields.first()?.label),
            last_place: above.last()?.place,
            ..Processes::default()
        })
    }

    /// Which field of a record this is. The first record may still have one that is new.
    fn index(&mut self, field: &Field<'_>, place: usize) -> Option<usize> {
        let known = self.labels.iter().position(|label| label == field.label);
        let is_pid = self.labels.len() == 1 && PID_LABELS.contains(&field.label);
        let is_next = !self.settled
            && (self.record.is_some() || is_pid)
            && self.labels.len() < MOST_FIELDS
            && place - self.last_place <= 2;
        known.or_else(|| {
            is_next.then(|| self.labels.push(field.label.to_owned()))?;
            Some(self.labels.len() - 1)
        })
    }

    fn end_record(&mut self) {
        match self.record.take() {
            Some(record) if record.cells.len() > 1 => self.records.push(record),
            Some(_) => self.cut = true,
            None => {}
        }
    }

    fn field(&mut self, source: &Arc<str>, line: &Line<'_>, field: &Field<'_>) -> Taken {
        let class = if self.proven { Class::Continuation } else { Class::Header };
        let Some(index) = self.index(field, line.place) else {
            let is_of_rest = self.in_rest && field.column == self.column;
            return if is_of_rest { Taken::as_class(class) } else { Taken::NotOurs };
        };
        if index == 0 {
            self.settled |= self.has_pid() && self.record.is_some();
            (self.in_rest, self.is_unclear) = (false, false);
            self.end_record();
            let cells = vec![field.value.to_owned()];
            self.record = Some(Record { line: line.number, cells });
            return Taken::as_class(Class::Header);
        }
        if index == 1 {
            return self.pid(source, line, field);
        }
        if !self.proven && index == 4 {
            self.proven = process_cells::memory_kib(field.value).is_some()
                && field.value.ends_with(char::is_alphabetic);
            if !self.proven {
                return Taken::NotOurs;
            }
            self.add(index, field.value);
            return Taken::as_class(Class::Row);
        }
        if index != 2 || self.labels.len() != 3 {
            self.add(index, field.value);
            return Taken::as_class(class);
        }
        let (list, remark) = process_cells::list_and_remark(field.value);
        self.add(index, list);
        match remark {
            "" => Taken::as_class(class),
            _ => Taken::text_behind(class, remark, source, line),
        }
    }

    /// Has the record that is being read a PID, or is there none?
    fn has_pid(&self) -> bool {
        self.record.as_ref().is_none_or(|record| record.cells.len() > 1)
    }

    fn add(&mut self, index: usize, value: &str) {
        let Some(record) = &mut self.record else { return };
        if record.cells.len() <= index {
            record.cells.resize(index, String::new());
            record.cells.push(value.to_owned());
        }
    }

    /// The second field: below the image name, and a number.
    fn pid(&mut self, source: &Arc<str>, line: &Line<'_>, field: &Field<'_>) -> Taken {
        let follows = line.place - self.last_place <= 2
            && self.record.as_ref().is_some_and(|record| {
                let [image_name] = record.cells.as_slice() else { return false };
                image_name.contains(char::is_alphanumeric)
            });
        let read = if follows { pid_cell(field.value) } else { image_above(line.text) };
        match read {
            Ok(_) => {
                self.add(1, field.value);
                Taken::as_class(Class::Row)
            }
            Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
                self.end_record();
                Taken::unread(failure.diagnostic(source, line))
            }
            Err(nom::Err::Incomplete(_)) => Taken::NotOurs,
        }
    }

    /// Lines were left out here: those below are of another record, for all that is known.
    fn elided(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let nameless = self.record.as_ref().filter(|record| record.cells.len() == 1);
        let image_name = nameless.and_then(|record| record.cells.first().cloned());
        self.end_record();
        self.in_rest = true;
        let Some(image_name) = image_name else { return Taken::NotOurs };
        let message = format!("expected the PID of `{image_name}`, found lines that were left out");
        let text = line.text.trim();
        let about = Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message);
        Taken::unread(about.with_help("the process is kept out of the answer"))
    }

    /// A line below a list of `/svc` or `/m` that may go on with it, and has lost its indent: it may be a remark too.
    fn unclear(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let text = line.text.trim();
        let is_like_names = text.split_whitespace().count() <= 3
            && text.ends_with(|c: char| c.is_alphanumeric() || c == ',')
            && !line.is_comment;
        let cells = &mut self.record.as_mut()?.cells;
        let is_below = line.place == self.last_place + 1 && (self.is_unclear || cells.len() == 3);
        if self.labels.len() != 3 || !is_below || !is_like_names {
            return None;
        }
        self.is_unclear = true;
        cells.truncate(2);
        let message =
            "expected the end of the list above, or more of it in the column of its values";
        let about = Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message);
        Some(Taken::unread(about.with_help("the list is kept out of the answer")))
    }

    /// A line that goes on with the list of `/svc` or `/m`.
    fn list(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let value = line.text.trim_start();
        let indent = width(line.text.strip_suffix(value).unwrap_or_default());
        let cell = self.record.as_mut()?.cells.get_mut(2)?;
        if self.labels.len() != 3 || indent != self.column || line.place - self.last_place > 2 {
            return None;
        }
        let (list, remark) = process_cells::list_and_remark(value);
        cell.push(',');
        cell.push_str(list);
        Some(match remark {
            "" => Taken::as_class(Class::Continuation),
            _ => Taken::text_behind(Class::Continuation, remark, source, line),
        })
    }

    /// The cells that are trusted: a filter may have let only some fields through.
    fn trusted(&self, third: Third) -> usize {
        let is_session = |record: &Record| {
            record.cells.get(2).is_some_and(|cell| cell == "Console" || cell.starts_with("RDP-"))
        };
        match self.labels.len() {
            3 if self.settled && third != Third::Unknown => 3,
            3 if self.settled && !self.records.iter().any(is_session) => 3,
            count @ (5 | 9) => count,
            _ => 2,
        }
    }
}

impl Table for Processes {
    fn begin(&mut self, around: Surroundings) {
        self.asked_for = around.third;
        if around.elided {
            self.labels.truncate(1);
            (self.record, self.in_rest, self.cut) = (None, true, true);
        }
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if prompt::is_elision(line.text) {
            return self.elided(source, line);
        }
        if let Some(taken) = self.list(source, line) {
            self.last_place = line.place;
            return taken;
        }
        let taken = match field(line.text) {
            Some(field) => self.field(source, line, &field),
            None => self.unclear(source, line).unwrap_or(Taken::NotOurs),
        };
        if !matches!(taken, Taken::NotOurs) {
            self.last_place = line.place;
        } else if !prompt::is_pager_mark(line.text) && self.record.is_some() {
            // What stands below another line may be of another record.
            self.in_rest |= self.has_pid();
            self.end_record();
        }
        taken
    }

    fn finish(
        mut self: Box<Self>,
        around: Surroundings,
    ) -> Option<(Records, Option<&'static str>)> {
        self.settled |= self.record.is_some();
        self.end_record();
        if !self.proven {
            return None;
        }
        let third = self.labels.get(2).map(|label| Third::of_heading(label)).unwrap_or_default();
        let third = third.or(self.asked_for);
        let trusted = self.trusted(third);
        let process = |record: &Record| {
            let mut cells: Vec<&str> = record.cells.iter().map(String::as_str).collect();
            // A record that was cut before its services has not none.
            let is_cut = trusted == 3 && cells.len() < trusted;
            cells.resize(if is_cut { 2 } else { trusted }, "");
            process_cells::process(record.line, &cells, third)
        };
        let mut processes: Vec<Process> = self.records.iter().filter_map(process).collect();
        drop_word_for_none(&mut processes);
        let complete = !self.cut && around.is_whole() && names_idle_and_system(&processes);
        let language = self.labels.first().and_then(|label| language(label));
        let records = Records::Processes { processes, complete };
        Some((records, language.map(|language| language.tag)))
    }
}

#[cfg(test)]
mod tests;
