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
//! PID goes on with the list of the row above, which ends in a comma then; their rows are known without a ruler too, by
//! its columns.

use std::ops::Range;
use std::sync::Arc;

use super::accounting::Class;
use super::combinators::is_blank;
use super::no_tasks::NoTasks;
use super::process_cells::{self, Third};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::tasklist_ruler::{
    Measure, behind_number, cells, columns, one_cell, width_by, with_tab_stops,
};
use super::{
    Os, Records, prompt, tasklist_by_words as by_words, tasklist_pairs, tasklist_unreadable,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::languages::{self, Language};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "tasklist", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if let Some(columns) = columns(line.text) {
        let prefix = prefix(line);
        let heading = above.last().filter(|heading| heading.number + 1 == line.number);
        let language = heading.and_then(language);
        // A blank line may stand between all lines, and `<br>` may have parted them.
        let near = above.last().filter(|heading| line.number <= heading.number + 2);
        let third = near.map(|heading| Third::of_heading(heading.text)).unwrap_or_default();
        let table = Processes { columns, prefix, language, third, ..Processes::default() };
        return Some(Opening::new(table)?.with_heading_above(usize::from(heading.is_some())));
    }
    if let Some(language) = languages::of_no_tasks_notice(line.text) {
        return Opening::new(NoTasks::in_language(language));
    }
    if row_without_ruler(line.text).is_some() {
        let heading = above.last().filter(|heading| heading.number + 1 == line.number);
        let language = heading.and_then(language);
        let table = Processes { language, ..Processes::default() };
        return Some(Opening::new(table)?.with_heading_above(usize::from(language.is_some())));
    }
    if is_row_of_a_list(line.text) {
        let text = line.text.trim_start_matches(is_blank);
        let prefix = line.whole.strip_suffix(text).unwrap_or_default().to_owned();
        let columns = OF_A_LIST.to_vec();
        return Opening::new(Processes { columns, prefix, ..Processes::default() });
    }
    tasklist_pairs::open(line, above).or_else(|| tasklist_unreadable::open(line))
}

/// The language of a heading, whatever stands before it.
fn language(heading: &Line<'_>) -> Option<&'static Language> {
    let text = heading.text.trim_start_matches(|c: char| !c.is_alphanumeric());
    languages::of_tasklist_heading(text)
}

/// A row as `findstr` leaves it, of the plain table, of `/v`, or with text behind it.
fn row_without_ruler(text: &str) -> Option<by_words::ByWords<'_>> {
    let longer = || {
        by_words::read(text, 9).filter(|row| row.image_name.to_ascii_lowercase().ends_with(".exe"))
    };
    by_words::read(text, 5).or_else(longer).filter(|row| row.is_certain)
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
    let Some(process) = process_cells::process(0, &cells, Third::Unknown) else { return false };
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

/// Does the last cell say that its list goes on below?
fn ends_in_comma(cells: &[&str]) -> bool {
    cells.last().is_some_and(|list| list.trim_end().ends_with(','))
}

#[derive(Default)]
struct Processes {
    /// Empty where there is no ruler.
    columns: Vec<Range<usize>>,
    /// What stood before the ruler and was taken off. It stands before each row as well, and what looks like a
    /// prefix behind it is part of an image name.
    prefix: String,
    language: Option<&'static Language>,
    /// What the last of three columns holds, by the heading.
    third: Third,
    processes: Vec<Process>,
    /// Does the list of the line above go on?
    goes_on: bool,
    mismatched: bool,
    /// Rows were left out by hand, or the paste ends within a row.
    cut: bool,
    seen_ruler: bool,
}

impl Processes {
    /// A row under the ruler, or a line that goes on with the list of the row above.
    fn under_the_ruler(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
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
            let mut cells = cells(text, &self.columns, measure)?;
            let mut remark = "";
            if let [_, _, list] = cells.as_mut_slice() {
                let behind = text.get(nom::Offset::offset(text, *list)..).unwrap_or_default();
                (*list, remark) = process_cells::list_and_remark(behind);
            }
            if cells.first().is_some_and(|image| image.starts_with(is_blank)) {
                return self.continuation(source, line, &cells, remark);
            }
            let mut process = process_cells::process(line.number, &cells, self.third)?;
            let name_width = width_by(&process.image_name, measure);
            process.image_name_truncated =
                self.columns.first().is_some_and(|column| name_width >= column.len());
            let ruler_end = self.columns.last().map_or(0, |column| column.end);
            self.cut |= !line.ended && width_by(text, measure) < ruler_end;
            self.goes_on = ends_in_comma(&cells);
            self.processes.push(process);
            Some(Taken::row_without(remark, source, line))
        })
    }

    fn continuation(
        &mut self,
        source: &Arc<str>,
        line: &Line<'_>,
        cells: &[&str],
        remark: &str,
    ) -> Option<Taken> {
        let [image_name, pid, list] = cells else {
            return None;
        };
        if !image_name.trim().is_empty() || !pid.trim().is_empty() || list.is_empty() {
            return None;
        }
        if !std::mem::replace(&mut self.goes_on, ends_in_comma(cells)) {
            self.goes_on = false;
            let message = "expected a list above that ends in a comma, found more of a list";
            let about = Diagnostic::of_part(source, line, list, Code::UnexpectedLine, message)
                .with_help("it is of a process that is not there, and kept out of the answer");
            return Some(Taken::unread(about));
        }
        // Of a row read by its words the list is not known, and the rest of it would pass for the whole.
        let above = self.processes.last_mut()?;
        if above.services.is_some() || above.modules.is_some() {
            process_cells::add_list(above, list, self.third);
        }
        Some(match remark {
            "" => Taken::as_class(Class::Continuation),
            _ => Taken::text_behind(Class::Continuation, remark, source, line),
        })
    }

    fn by_words(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let row = match self.columns.len() {
            0 => row_without_ruler(line.text)?,
            3 if !self.seen_ruler => return None,
            columns => by_words::read(line.text, columns)?,
        };
        self.goes_on = line.text.trim_end().ends_with(',');
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
    fn begin(&mut self, around: Surroundings) {
        self.third = self.third.or(around.third);
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if columns(line.text).is_some() {
            let first = !std::mem::replace(&mut self.seen_ruler, true);
            return if first && self.processes.is_empty() {
                Taken::as_class(Class::Header)
            } else {
                Taken::NotOurs
            };
        }
        if let Some(taken) = self.under_the_ruler(source, line) {
            return taken;
        }
        if let Some(taken) = self.by_words(source, line) {
            return taken;
        }
        if !prompt::is_pager_mark(line.text) {
            self.goes_on = false;
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

/// PID 0 and PID 4 hold no services and no modules: one word on both rows is the word for "none" of this language.
pub(crate) fn drop_word_for_none(processes: &mut [Process]) {
    fn list(process: &mut Process) -> Option<&mut Vec<String>> {
        process.services.as_mut().or(process.modules.as_mut())
    }
    let mut of = |pid| {
        let process = processes.iter_mut().find(|process| process.pid == pid)?;
        list(process).filter(|names| names.len() == 1).cloned()
    };
    let Some(none) = of(0).filter(|word| of(4).as_ref() == Some(word)) else {
        return;
    };
    for names in processes.iter_mut().filter_map(list) {
        if *names == none {
            names.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_none_is_no_module() {
        let text = "イメージ名                     PID モジュール\n\
            ========================= ======== ============================================\n\
            System Idle Process              0 なし\nSystem                           4 なし\n\
            httpd.exe                     3380 httpd.exe, ntdll.dll\n";
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        let Records::Processes { processes, .. } = &source.sections[0].records else { panic!() };
        let modules: Vec<_> =
            processes.iter().map(|one| one.modules.as_ref().map(Vec::len)).collect();
        assert_eq!(modules, [Some(0), Some(0), Some(2)]);
    }

    #[test]
    fn the_command_tells_what_a_list_is() {
        let row = "python.exe                    3380 _ssl.Pyd, Example Module\n";
        for (command, are_modules) in [("/m", true), ("/svc", false)] {
            let text = format!("C:\\>tasklist {command} | findstr python\n{row}");
            let source = crate::read("x", text.into_bytes(), None);
            let Records::Processes { processes, .. } = &source.sections[0].records else {
                panic!()
            };
            let modules: Vec<_> = processes.iter().map(|one| one.modules.is_some()).collect();
            assert_eq!(modules, [are_modules], "{command}");
        }
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
}
