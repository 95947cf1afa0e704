//! Processes as PowerShell prints them: what `Get-Process` and `Win32_Process` have in common.

use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::combinators::whole_number;
use super::powershell::{
    BEGINNING, Listing, Machine, Property, REST, Read, Recognises, cut, left_out, open, value,
};
use super::powershell_list::OpenRecord;
use super::table::{Opening, Surroundings, Table, Taken};
use super::tasklist::names_idle_and_system;
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Process;
use crate::text::Line;

/// Which property is what.
pub(super) struct Names {
    pub pid: &'static str,
    pub image_name: &'static [&'static str],
    pub session_number: &'static str,
    pub path: &'static [&'static str],
    /// Properties that other objects have too: of those alone only what is certainly a process is read.
    pub of_others: &'static [&'static str],
}

/// Opens a section of processes.
pub(super) fn processes(
    line: &Line<'_>,
    above: &[Line<'_>],
    recognises: Recognises,
    firsts: &[&str],
    names: &'static Names,
) -> Option<Opening> {
    let (listing, heading) = open(line, above, recognises, firsts)?;
    let processes = Processes {
        listing,
        names,
        processes: Vec::new(),
        open: OpenRecord::default(),
        is_asked_for: false,
        cut: false,
        machine: Machine::default(),
    };
    Some(Opening::new(processes)?.with_heading_above(heading))
}

struct Processes {
    listing: Listing,
    names: &'static Names,
    processes: Vec<Process>,
    /// The process of the object of a list that is being read.
    open: OpenRecord,
    /// Does the command above say that these are processes, or is the kernel among them?
    is_asked_for: bool,
    /// Was an object not read?
    cut: bool,
    machine: Machine,
}

/// Columns of windows, in which a line may have been cut without a sign.
const WINDOWS: [usize; 4] = [79, 80, 119, 120];

impl Names {
    /// Takes what stands behind a gap in the last cell, where that is the name: it was appended.
    fn take_appended(&self, object: &mut [Property]) -> String {
        let last = object.last_mut().filter(|(key, _)| self.image_name.contains(&key.as_str()));
        let Some((_, name)) = last else { return String::new() };
        match name.trim().split_once("  ").map(|(name, text)| (name.to_owned(), text.to_owned())) {
            Some((whole, appended)) => {
                *name = whole;
                appended.trim().to_owned()
            }
            None => String::new(),
        }
    }

    /// A process, where its PID and its name are told. A name that was cut says so.
    fn process(
        &self,
        line: usize,
        width: usize,
        object: &[Property],
        is_asked_for: bool,
    ) -> Option<Process> {
        let pid = value(object, self.pid).and_then(whole_number)?;
        let (key, name) =
            self.image_name.iter().find_map(|key| Some((*key, value(object, key)?)))?;
        // `Win32_Service` has a PID and a name as well, and names no program by it.
        let may_be_other = object.iter().all(|(name, _)| self.of_others.contains(&name.as_str()));
        let is_program = name.to_ascii_lowercase().ends_with(".exe")
            || (pid == 0 && name == "System Idle Process")
            || (pid == 4 && name == "System");
        if may_be_other && !is_program && !is_asked_for {
            return None;
        }
        let is_last = object.last().is_some_and(|(last, _)| last == key);
        let whole = cut(name);
        let text = |key: &str| value(object, key).filter(|text| cut(text).is_none());
        Some(Process {
            line,
            pid,
            image_name: whole.unwrap_or(name).to_owned(),
            image_name_truncated: whole.is_some() || (is_last && WINDOWS.contains(&width)),
            session_number: value(object, self.session_number).and_then(whole_number),
            path: self.path.iter().find_map(|key| text(key)).map(str::to_owned),
            command_line: text("CommandLine").map(str::to_owned),
            parent_pid: value(object, "ParentProcessId").and_then(whole_number),
            ..Process::default()
        })
    }
}

impl Processes {
    /// Is it likely that the list is one of processes? Other objects have an `Id` too.
    fn is_ours(&self) -> bool {
        self.is_asked_for || !self.processes.is_empty() || self.names.pid != "Id"
    }

    fn add(&mut self, process: Process) {
        // No service is called so.
        self.is_asked_for |= matches!(
            (process.pid, process.image_name.as_str()),
            (0, "System Idle Process") | (4, "System")
        );
        self.processes.push(process);
    }

    /// What is told of an object with a PID and without a name, at the first line of the next.
    fn nameless(&self, source: &Arc<str>, line: &Line<'_>) -> Diagnostic {
        let message = "expected the name of a process in the object above, found its PID alone";
        let text = line.text.trim();
        Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message)
            .with_help("the process is kept out of the answer")
    }

    /// A property of an object whose others stand on other lines.
    fn property(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let (object, first_line) = self.listing.object();
        if let Some(other) = self.machine.other(object) {
            self.open.take_back(&mut self.processes);
            return self.machine.unread(source, line, other);
        }
        let Some(process) = self.names.process(first_line, 0, object, self.is_asked_for) else {
            self.open.take_back(&mut self.processes);
            return Taken::as_class(Class::Header);
        };
        match self.processes.last_mut().filter(|_| self.open.is_open()) {
            Some(last) => {
                *last = process;
                Taken::as_class(Class::Continuation)
            }
            None => {
                self.open.opens(line);
                self.add(process);
                Taken::as_class(Class::Row)
            }
        }
    }
}

impl Table for Processes {
    fn begin(&mut self, around: Surroundings) {
        self.is_asked_for = around.of_processes;
        if around.elided {
            self.listing.elided_above();
        }
    }

    fn withdrawn(&mut self) -> Option<usize> {
        self.open.withdrawn()
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let is_nameless =
            !self.open.is_open() && value(self.listing.object().0, self.names.pid).is_some();
        match self.listing.read(line) {
            Read::Header => Taken::as_class(Class::Header),
            Read::Object(mut object, mut appended) => {
                if appended.is_empty() {
                    appended = self.names.take_appended(&mut object);
                }
                let width = line.text.trim_end().chars().count();
                match self.names.process(line.number, width, &object, self.is_asked_for) {
                    Some(process) => {
                        if let Some(other) = self.machine.other(&object) {
                            return self.machine.unread(source, line, other);
                        }
                        self.add(process);
                        Taken::row_without(&appended, source, line)
                    }
                    None => Taken::NotOurs,
                }
            }
            // What services alone have tells that the lines above were none of a process.
            Read::Part { .. } if self.processes.is_empty() && self.listing.is_of_services() => {
                Taken::NotOurs
            }
            Read::Part { begins } => {
                self.cut |= begins && !self.open.is_open() && !self.processes.is_empty();
                if begins {
                    self.open.ends();
                }
                let appended = self.names.take_appended(self.listing.object_mut());
                match self.property(source, line) {
                    Taken::As(class, about) if about.is_empty() && !appended.is_empty() => {
                        Taken::text_behind(class, &appended, source, line)
                    }
                    Taken::As(class, about)
                        if about.is_empty() && begins && is_nameless && self.is_ours() =>
                    {
                        Taken::As(class, vec![self.nameless(source, line)])
                    }
                    taken => taken,
                }
            }
            Read::Beyond => {
                // What wraps in a table is read no further: half a path is none.
                if let Some(last) = self.processes.last_mut().filter(|_| !self.listing.is_list()) {
                    (last.path, last.command_line) = (None, None);
                }
                Taken::as_class(Class::Continuation)
            }
            Read::Mended(mut object) => {
                let appended = self.names.take_appended(&mut object);
                let first_line = line.number - 1;
                match self.names.process(first_line, 0, &object, self.is_asked_for) {
                    Some(process) if appended.is_empty() => {
                        if let Some(other) = self.machine.other(&object) {
                            return self.machine.unread(source, line, other);
                        }
                        self.add(process);
                        Taken::Mends
                    }
                    _ => Taken::misplaced(source, line),
                }
            }
            Read::Elided => {
                let is_part = !self.open.is_open() && !self.listing.object().0.is_empty();
                if is_part {
                    self.listing.drop_object();
                }
                if is_part && self.is_ours() {
                    left_out(source, line, REST)
                } else {
                    Taken::NotOurs
                }
            }
            Read::Rest => {
                self.open.ends();
                if self.is_ours() {
                    left_out(source, line, BEGINNING)
                } else {
                    Taken::as_class(Class::Header)
                }
            }
            Read::Broken => Taken::misplaced(source, line),
            Read::NotOurs => Taken::NotOurs,
        }
    }

    fn host(&self) -> Option<String> {
        self.machine.name.clone()
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        if self.processes.is_empty() {
            return None;
        }
        let is_cut = self.cut || (self.listing.is_list() && !self.open.is_open());
        let complete = !is_cut && around.is_whole() && names_idle_and_system(&self.processes);
        Some((Records::Processes { processes: self.processes, complete }, None))
    }
}
