//! `wmic process get`, `list brief` and the like: as a table, `/format:csv` and `/format:list`.
//!
//! ```text
//! CommandLine          Name                 ParentProcessId  ProcessId
//!                      System Idle Process  0                0
//! C:\a\nginx.exe -p x  nginx.exe            812              4416
//!
//! Node,CommandLine,Name,ProcessId
//! WEB01,C:\a\nginx.exe -p x,nginx.exe,4416
//!
//! CommandLine=C:\a\nginx.exe -p x
//! Name=nginx.exe
//! ProcessId=4416
//! ```
//!
//! Headings are names of properties, in alphabetical order and in no other language. In a list a property that does
//! not come later in the alphabet begins the next record; where a line that is no property stands within a record, whose
//! PID it is is not certain.
//!
//! A heading of nothing but what services have too (`Name`, `ProcessId`) may be one of `wmic service`: below it
//! only names that end in `.exe`, or all of a list with the idle process, are processes.

use std::sync::Arc;

use super::accounting::Class;
use super::combinators::pid_cell;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::tasklist::names_idle_and_system;
use super::wmic_cells::{Columns, csv_cells, csv_heading};
use super::wmic_properties::{Read, is_of_processes, process, rank};
use super::{Os, Records, prompt};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "wmic_process", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if let Some(columns) = above.last().and_then(|upper| Columns::broken(upper, line)) {
        let layout = Layout::Table(columns);
        let table = Processes { layout, ..Processes::default() };
        return Some(Opening::new(table)?.with_heading_above(1));
    }
    let text = line.text.trim_end();
    let layout = if let Some(columns) = Columns::of(text) {
        Layout::Table(columns)
    } else if let Some(names) = csv_heading(text) {
        Layout::Csv { names, node: None }
    } else {
        property(text)?;
        Layout::List {
            record: Vec::new(),
            line: line.number,
            last: 0,
            step: None,
            is_broken: false,
        }
    };
    let prefix = line.quoted_by();
    Opening::new(Processes { layout, prefix, ..Processes::default() })
}

/// `property = name "=" value`, where the name is one of `Win32_Process`.
fn property(text: &str) -> Option<(&str, &str)> {
    text.trim_start().split_once('=').filter(|(name, _)| rank(name).is_some())
}

enum Layout {
    Table(Columns),
    Csv {
        names: Vec<String>,
        /// The machine; rows of another are of another capture.
        node: Option<String>,
    },
    List {
        record: Vec<(String, String)>,
        /// Of the record.
        line: usize,
        /// That was taken last.
        last: usize,
        /// Lines from one property to the next, where a blank line may stand between all of them.
        step: Option<usize>,
        /// Was a record given up before its PID?
        is_broken: bool,
    },
}

impl Default for Layout {
    fn default() -> Self {
        Layout::Table(Columns::default())
    }
}

#[derive(Default)]
struct Processes {
    layout: Layout,
    /// Bytes that stand before the heading, and then before each row.
    prefix: String,
    processes: Vec<Process>,
    headed: bool,
    /// That was offered last, of a table.
    last_line: usize,
    /// A row that goes on on the next line, and its first.
    half: Option<(usize, String)>,
    /// A process has no name.
    cut: bool,
}

impl Processes {
    /// Is it certain that this is no service?
    fn is_process(&self, process: &Process, of_processes: bool) -> bool {
        of_processes
            || process.image_name.to_ascii_lowercase().ends_with(".exe")
            || (process.pid == 0 && process.image_name == "System Idle Process")
            || self.processes.first().is_some_and(|first| first.pid == 0)
    }

    fn add(&mut self, read: Read, of_processes: bool) -> Option<Class> {
        match read {
            Read::Process(process) if self.is_process(&process, of_processes) => {
                self.processes.push(*process);
                Some(Class::Row)
            }
            Read::Nameless if of_processes => {
                self.cut = true;
                Some(Class::Notice)
            }
            Read::Process(_) | Read::Nameless | Read::BadPid => None,
        }
    }

    fn list(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let Layout::List { record, line: first, last, step, is_broken } = &mut self.layout else {
            return Taken::NotOurs;
        };
        let has_pid =
            |record: &[(String, String)]| record.iter().any(|(name, _)| name == "ProcessId");
        let Some((name, value)) = property(line.text) else {
            if !prompt::is_pager_mark(line.text) {
                *is_broken |= !record.is_empty() && !has_pid(record);
                record.clear();
            }
            return Taken::NotOurs;
        };
        let gap = line.place - std::mem::replace(last, line.place);
        let follows = record.last().is_some_and(|(before, _)| rank(before) < rank(name))
            && gap <= *step.get_or_insert(gap.min(2));
        if !follows {
            *is_broken |= !record.is_empty() && !has_pid(record);
            record.clear();
            *first = line.number;
        }
        record.push((name.to_owned(), value.to_owned()));
        if name != "ProcessId" {
            let is_behind = has_pid(record);
            return Taken::as_class(if is_behind { Class::Continuation } else { Class::Header });
        }
        let of_processes = is_of_processes(record.iter().map(|(name, _)| name.as_str()));
        let values = record.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let read = process(*first, values);
        if let Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) = pid_cell(value) {
            return Taken::unread(failure.diagnostic(source, line));
        }
        if std::mem::take(is_broken) && read == Read::Nameless {
            self.cut = true;
            return unread(source, line, "the name of the process above its PID");
        }
        Taken::as_class(self.add(read, of_processes).unwrap_or(Class::Header))
    }
}

/// What a row does not read as.
fn unread(source: &Arc<str>, line: &Line<'_>, expected: &str) -> Taken {
    let text = line.text.trim();
    let message = format!("expected {expected}, found other text");
    let diagnostic = Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message);
    Taken::unread(diagnostic.with_help("the row is kept out of the answer"))
}

impl Table for Processes {
    fn host(&self) -> Option<String> {
        match &self.layout {
            Layout::Csv { node, .. } => node.clone(),
            Layout::Table(_) | Layout::List { .. } => None,
        }
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = line.behind(&self.prefix);
        let headed = std::mem::replace(&mut self.headed, true);
        match &mut self.layout {
            Layout::List { .. } => self.list(source, line),
            _ if !headed => {
                self.last_line = line.number;
                Taken::as_class(Class::Header)
            }
            Layout::Table(columns) => {
                let of_processes = is_of_processes(columns.names());
                if columns.goes_on(text) {
                    self.half = Some((line.number, text.to_owned()));
                    return Taken::Perhaps;
                }
                let half = self.half.take().filter(|(first, _)| *first + 1 == line.number);
                let number = half.as_ref().map_or(line.number, |(first, _)| *first);
                let whole = half.map(|(_, half)| half + text);
                let is_mended = whole.is_some();
                let whole = whole.or_else(|| columns.behind_blanks(text));
                let text = whole.as_deref().unwrap_or(text);
                let Some((cells, appended)) = columns.cells(text) else {
                    let is_next = std::mem::replace(&mut self.last_line, line.number) + 1;
                    return if of_processes && is_next == line.number && columns.seem_to_have(text) {
                        unread(source, line, "cells below their headings")
                    } else {
                        Taken::NotOurs
                    };
                };
                self.last_line = line.number;
                let read = process(number, columns.names().zip(cells.iter().copied()));
                match self.add(read, of_processes) {
                    Some(Class::Row) if is_mended => Taken::Mends,
                    Some(Class::Row) => Taken::row_without(appended, source, line),
                    class => class.map_or(Taken::NotOurs, Taken::as_class),
                }
            }
            Layout::Csv { names, node } => {
                let Some((of, row)) = text.trim().split_once(',') else {
                    return Taken::NotOurs;
                };
                let known = node.get_or_insert_with(|| of.to_owned());
                if known != of {
                    return match csv_cells(row, names) {
                        Some(_) => unread(source, line, &format!("a row of {known}")),
                        None => Taken::NotOurs,
                    };
                }
                let of_processes = is_of_processes(names.iter().map(String::as_str));
                let Some(cells) = csv_cells(row, names) else {
                    return unread(source, line, "as many cells as the heading has");
                };
                let values = names.iter().map(String::as_str).zip(cells.iter().copied());
                let read = process(line.number, values);
                match self.add(read, of_processes) {
                    Some(class) => Taken::as_class(class),
                    None => unread(source, line, "a process with a name and a PID"),
                }
            }
        }
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        if self.processes.is_empty() {
            return None;
        }
        let complete = !self.cut && around.is_whole() && names_idle_and_system(&self.processes);
        Some((Records::Processes { processes: self.processes, complete }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processes(text: &str) -> (Vec<Process>, bool) {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        assert!(source.accounting.adds_up());
        let mut all = (Vec::new(), false);
        for section in source.sections {
            if let Records::Processes { processes, complete } = section.records {
                all.0.extend(processes);
                all.1 = complete;
            }
        }
        all
    }

    fn named(text: &str) -> Vec<(String, u32)> {
        processes(text).0.into_iter().map(|process| (process.image_name, process.pid)).collect()
    }

    #[test]
    fn all_that_is_told_of_a_process_is_kept() {
        let text = "Node,CommandLine,ExecutablePath,Name,ParentProcessId,ProcessId\n\
            WEB01,,,System Idle Process,0,0\nWEB01,,,System,0,4\n\
            WEB01,C:\\a\\x.exe -p 1,C:\\a\\x.exe,x.exe,4,8\n";
        let (processes, complete) = processes(text);
        assert!(complete);
        assert_eq!(processes[2].path.as_deref(), Some(r"C:\a\x.exe"));
        assert_eq!(processes[2].command_line.as_deref(), Some(r"C:\a\x.exe -p 1"));
        assert_eq!(processes[2].parent_pid, Some(4));
        assert_eq!(processes[1].command_line, None);
    }

    #[test]
    fn services_are_no_processes() {
        assert!(
            named("Name      ProcessId  \nDnscache  8          \nSpooler   12         \n")
                .is_empty()
        );
        assert_eq!(named("Name   ProcessId\na.exe  8\n"), [("a.exe".into(), 8)]);
        assert!(named("Name=Dnscache\nProcessId=8\n").is_empty());
    }

    #[test]
    fn a_name_never_takes_the_pid_of_another() {
        assert_eq!(named("Name=a.exe\n\nName=b.exe\nProcessId=8\n"), [("b.exe".into(), 8)]);
        assert!(named("Handle=8\nName=a.exe\n\n\nProcessId=8\n").is_empty());
        assert!(named("Handle=8\nName=a.exe\nProcessId=x\n").is_empty());
        assert!(named("Name=a.exe\n[snip]\nProcessId=8\n").is_empty());
        let text = "Node,Handle,Name,ProcessId\nA,8,a.exe,8\nB,8,b.exe,8\n";
        assert_eq!(named(text), [("a.exe".into(), 8)]);
    }
}
