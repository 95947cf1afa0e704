//! `tasklist` as a table: plain, `/v`, `/svc` and `/m`, in any language.
//!
//! ```text
//!
//! Image Name                     PID Session Name        Session#    Mem Usage
//! ========================= ======== ================ =========== ============
//! System Idle Process              0 Services                   0          8 K
//! ```
//!
//! The widths of the columns differ by language and version, and headings do not stand over their
//! columns: only the ruler of `=` tells where a cell begins. It is laid on the rows by display width,
//! then by characters; a row that fits neither way is read by its words, as is one without a ruler,
//! and then only image name and PID are trusted. With `/svc` and `/m` a line without image name and
//! PID goes on with the list of the row above; their rows are known without a ruler too, by its columns.

use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

use super::accounting::Class;
use super::combinators::{is_blank, ruler, whole_number};
use super::no_tasks::NoTasks;
use super::process_cells;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{
    Os, Records, prompt, tasklist_by_words as by_words, tasklist_pairs, tasklist_unreadable,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::languages::{self, Language};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "tasklist", os: Os::Windows, open };

/// Cells from one tab stop to the next.
const TAB: usize = 8;

/// The narrowest first column that is taken for one of image names.
const NARROWEST_IMAGE_COLUMN: usize = 10;

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if let Some(columns) = columns(line.text) {
        let prefix = prefix(line);
        let heading = above.last().filter(|heading| heading.number + 1 == line.number);
        let language = heading.and_then(|heading| {
            let text = heading.text.trim_start_matches(|c: char| !c.is_alphanumeric());
            languages::of_tasklist_heading(text)
        });
        let table = Processes { columns, prefix, language, ..Processes::default() };
        return Some(Opening::new(table)?.with_heading_above(usize::from(heading.is_some())));
    }
    if let Some(language) = languages::of_no_tasks_notice(line.text) {
        return Opening::new(NoTasks::in_language(language));
    }
    if row_without_ruler(line.text).is_some() {
        return Opening::new(Processes::default());
    }
    if is_row_of_a_list(line.text) {
        let text = line.text.trim_start_matches(is_blank);
        let prefix = line.whole.strip_suffix(text).unwrap_or_default().to_owned();
        let columns = OF_A_LIST.to_vec();
        return Opening::new(Processes { columns, prefix, ..Processes::default() });
    }
    tasklist_pairs::open(line, above).or_else(|| tasklist_unreadable::open(line))
}

/// A row as `findstr` leaves it, of the plain table, of `/v`, or with text behind it.
fn row_without_ruler(text: &str) -> Option<by_words::ByWords<'_>> {
    let longer = || {
        by_words::read(text, 9).filter(|row| row.image_name.to_ascii_lowercase().ends_with(".exe"))
    };
    by_words::read(text, 5).or_else(longer).filter(|row| row.is_certain)
}

/// A line behind the number that `findstr /n` put before it. No image name holds a colon.
fn behind_number(text: &str) -> &str {
    match text.split_once(':') {
        Some((number, rest)) if whole_number(number).is_some() => rest,
        _ => text,
    }
}

/// What was taken off before the text of a line.
fn prefix(line: &Line<'_>) -> String {
    line.whole.strip_suffix(line.text).unwrap_or_default().to_owned()
}

/// The columns of `/svc` and `/m`, from Windows XP on.
const OF_A_LIST: [Range<usize>; 3] = [0..25, 26..34, 35..79];

/// A row of `/svc` or `/m` as `findstr` leaves it, without a ruler but in its very columns.
fn is_row_of_a_list(text: &str) -> bool {
    let Some(cells) = cells(text.trim_start_matches(is_blank), &OF_A_LIST, with_tab_stops) else {
        return false;
    };
    let Some(process) = process_cells::process(0, &cells) else { return false };
    let is_program = process.image_name.to_ascii_lowercase().ends_with(".exe")
        || (process.pid == 4 && process.image_name == "System");
    let [_, pid, list] = cells.as_slice() else { return false };
    // One blank stands between the names of a list; between cells stand more.
    let list = list.trim_end_matches(is_blank);
    let has_cells = list.contains("  ") || list.contains('\t');
    is_program
        && !has_cells
        && pid.ends_with(|c: char| c.is_ascii_digit())
        && list.starts_with(|c: char| !is_blank(c))
}

/// The columns of a ruler, as display cells of the line; text may stand before it (a quote, a comment
/// sign), as it then does before each row.
fn columns(text: &str) -> Option<Vec<Range<usize>>> {
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
type Measure = fn(char, usize) -> usize;

fn with_tab_stops(c: char, position: usize) -> usize {
    if c == '\t' { TAB - position % TAB } else { display_width(c) }
}

fn one_cell(_: char, _: usize) -> usize {
    1
}

fn width_by(text: &str, measure: Measure) -> usize {
    text.chars().fold(0, |position, c| position + measure(c, position))
}

/// The display cells that a text takes; tabs stop at every eighth.
pub(crate) fn width(text: &str) -> usize {
    width_by(text, with_tab_stops)
}

/// Cuts a line at the columns of the ruler, with a measure for the width of a character. `None` where
/// a character stands on the border between two columns, or the line ends before the second column.
fn cells<'a>(text: &'a str, columns: &[Range<usize>], measure: Measure) -> Option<Vec<&'a str>> {
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

#[derive(Default)]
struct Processes {
    /// Empty where there is no ruler.
    columns: Vec<Range<usize>>,
    /// What stood before the ruler and was taken off. It stands before each row as well, and what looks like a
    /// prefix behind it is part of an image name.
    prefix: String,
    language: Option<&'static Language>,
    processes: Vec<Process>,
    mismatched: bool,
    /// Rows were left out by hand, or the paste ends within a row.
    cut: bool,
    seen_ruler: bool,
}

impl Processes {
    /// A row under the ruler, or a line that goes on with the list of the row above.
    fn under_the_ruler(&mut self, line: &Line<'_>) -> Option<Class> {
        if self.columns.is_empty() {
            return None;
        }
        // What was taken off behind the text was taken off before it too.
        let is_quoted = !line.whole.ends_with(line.text);
        let behind = line.whole.strip_prefix(&self.prefix).filter(|_| !is_quoted);
        let text = behind_number(behind.unwrap_or(line.text));
        if !self.seen_ruler && !text.starts_with(is_blank) && !is_row_of_a_list(text) {
            return None;
        }
        let measures: [Measure; 2] = [with_tab_stops, one_cell];
        measures.into_iter().find_map(|measure| {
            let cells = cells(text, &self.columns, measure)?;
            if cells.first().is_some_and(|image| image.starts_with(is_blank)) {
                return self.continuation(&cells);
            }
            let mut process = process_cells::process(line.number, &cells)?;
            let name_width = width_by(&process.image_name, measure);
            process.image_name_truncated =
                self.columns.first().is_some_and(|column| name_width >= column.len());
            let ruler_end = self.columns.last().map_or(0, |column| column.end);
            self.cut |= !line.ended && width_by(text, measure) < ruler_end;
            self.processes.push(process);
            Some(Class::Row)
        })
    }

    fn continuation(&mut self, cells: &[&str]) -> Option<Class> {
        let [image_name, pid, list] = cells else {
            return None;
        };
        if !image_name.trim().is_empty() || !pid.trim().is_empty() || list.trim().is_empty() {
            return None;
        }
        // Of a row read by its words the list is not known, and the rest of it would pass for the whole.
        let above = self.processes.last_mut()?;
        if above.services.is_some() || above.modules.is_some() {
            process_cells::add_list(above, list);
        }
        Some(Class::Continuation)
    }

    fn by_words(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let row = match self.columns.len() {
            0 => row_without_ruler(line.text)?,
            3 if !self.seen_ruler => return None,
            columns => by_words::read(line.text, columns)?,
        };
        self.processes.push(Process {
            line: line.number,
            pid: row.pid,
            image_name: row.image_name.to_owned(),
            image_name_truncated: row.image_name.chars().count() >= 25,
            ..Process::default()
        });
        let first = !self.columns.is_empty() && !std::mem::replace(&mut self.mismatched, true);
        let message = "expected a row under the ruler, found cells in other places";
        let diagnostic = first.then(|| {
            Diagnostic::of_part(source, line, line.text.trim(), Code::RulerMismatch, message)
                .with_help("only image name and PID are read, here and in rows like this one")
        });
        Some(Taken::As(Class::Row, diagnostic.into_iter().collect()))
    }
}

impl Table for Processes {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if columns(line.text).is_some() {
            let first = !std::mem::replace(&mut self.seen_ruler, true);
            return if first && self.processes.is_empty() {
                Taken::as_class(Class::Header)
            } else {
                Taken::NotOurs
            };
        }
        if let Some(class) = self.under_the_ruler(line) {
            return Taken::as_class(class);
        }
        if let Some(taken) = self.by_words(source, line) {
            return taken;
        }
        if prompt::is_elision(line.text) {
            self.cut = true;
            return Taken::as_class(Class::Notice);
        }
        Taken::NotOurs
    }

    fn finish(
        mut self: Box<Self>,
        around: Surroundings,
    ) -> Option<(Records, Option<&'static str>)> {
        if self.processes.is_empty() && self.language.is_none() {
            return None;
        }
        drop_word_for_none(&mut self.processes);
        let complete = self.seen_ruler
            && !self.cut
            && around.is_whole()
            && names_idle_and_system(&self.processes);
        let language = self.language.map(|language| language.tag);
        Some((Records::Processes { processes: self.processes, complete }, language))
    }
}

/// Does the list have PID 0 and PID 4? Every whole list of Windows has; one without was cut.
pub(crate) fn names_idle_and_system(processes: &[Process]) -> bool {
    [0, 4].iter().all(|pid| processes.iter().any(|process| process.pid == *pid))
}

/// PID 0 and PID 4 hold no services: one word on both rows is the word for "none" of this language.
pub(crate) fn drop_word_for_none(processes: &mut [Process]) {
    let of = |pid| {
        let process = processes.iter().find(|process| process.pid == pid)?;
        process.services.as_ref().filter(|services| services.len() == 1).cloned()
    };
    let Some(none) = of(0).filter(|word| of(4).as_ref() == Some(word)) else {
        return;
    };
    for services in processes.iter_mut().filter_map(|process| process.services.as_mut()) {
        if *services == none {
            services.clear();
        }
    }
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
    fn numbers_before_a_ruler_and_its_rows_need_not_be_as_wide() {
        let ruler = "9:==================== ======== ======== == =====\r\n";
        let row = "10:System                      4 Services  0 152 K\r\n";
        for text in [format!("{}{ruler}{row}", "\r\n".repeat(8)), format!("{ruler}{row}")] {
            let source = crate::read("numbered", text.into_bytes(), None);
            let [section] = source.sections.as_slice() else { panic!("{source:?}") };
            let Records::Processes { processes, .. } = &section.records else { panic!() };
            let named: Vec<_> = processes.iter().map(|p| (p.image_name.as_str(), p.pid)).collect();
            assert_eq!(
                (named.as_slice(), source.diagnostics.len()),
                ([("System", 4)].as_slice(), 0)
            );
            assert!(processes.iter().all(|process| process.session_name.is_some()));
        }
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
