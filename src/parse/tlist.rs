//! `tlist` and `tlist -s` of the Debugging Tools: processes with their services, or the title of their window.
//!
//! ```text
//!    0 System Process
//!    4 System
//!  416 svchost.exe     Svcs:  RpcSs
//! 1532 notepad.exe     Title: notes - Notepad
//! ```
//!
//! ```text
//! row = pid " " name [blanks1 ("Svcs:" / "Title:") *blank text / 2*blank title]
//! ```
//!
//! There is no heading: the row of PID 0, which has this name in no other list, begins it. A row whose name
//! has no `.exe` must stand below another. `tlist` alone puts the title behind a program without a word before it.

use std::sync::Arc;

use nom::Parser;
use nom::bytes::complete::take_while1;
use nom::character::complete::one_of;
use nom::combinator::cut;

use super::combinators::{blanks, is_blank, pid};
use super::failure::{Failure, Parsed};
use super::process_cells::list_and_remark;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::tasklist::names_idle_and_system;
use super::{Os, Records};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "tlist", os: Os::Windows, open };

const FIRST: &str = "0 System Process";

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    let prefix = line.quoted_by();
    (line.text.trim() == FIRST)
        .then(|| Opening::new(Processes { prefix, ..Processes::default() }))?
}

/// A row, as spans of its line.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    pid: u32,
    name: &'a str,
    services: Option<&'a str>,
    title: Option<&'a str>,
}

/// `row`; what begins with digits and names a program is one.
fn row(line: &str) -> Parsed<'_, Row<'_>> {
    let (input, _) = blanks(line)?;
    let (_, number) = take_while1(|c: char| c.is_ascii_digit()).parse(input)?;
    let (name, _) = one_of(" \t").parse(input.get(number.len()..).unwrap_or_default())?;
    let parts = |label| name.split_once(label).filter(|(name, _)| name.ends_with(is_blank));
    let (name, services, title) = match (parts("Svcs:"), parts("Title:")) {
        (Some((name, services)), _) => (name, Some(services), None),
        (None, Some((name, title))) => (name, None, Some(title)),
        (None, None) => match name.find("  ").and_then(|at| name.split_at_checked(at)) {
            Some((program, title)) if is_program(program) => (program, None, Some(title)),
            _ => (name, None, None),
        },
    };
    let name = name.trim_end();
    if name.is_empty() || name.starts_with(' ') {
        return Err(nom::Err::Error(Failure { at: input, expected: None }));
    }
    let (_, pid) = cut(pid).parse(number)?;
    Ok(("", Row { pid, name, services: services.map(str::trim), title: title.map(str::trim) }))
}

fn is_program(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".exe")
}

#[derive(Default)]
struct Processes {
    processes: Vec<Process>,
    /// What stands before the first row, and then before each.
    prefix: String,
    /// That was taken last.
    last_line: usize,
}

impl Processes {
    /// Is it certain that this is a row?
    fn is_row(&self, row: &Row<'_>, line: usize) -> bool {
        // A blank line may stand between all of them.
        let follows = line - self.last_line <= 2 || self.processes.is_empty();
        is_program(row.name)
            || (follows && (row.pid == 4 || row.pid == 0 || row.services.is_some()))
    }
}

impl Table for Processes {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match row(line.behind(&self.prefix)) {
            Ok((_, row)) if self.is_row(&row, line.number) => {
                let (services, remark) = row
                    .services
                    .map(list_and_remark)
                    .map_or((None, ""), |(list, remark)| (Some(list), remark));
                let names = |text: &str| {
                    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
                    names.map(str::to_owned).collect()
                };
                self.processes.push(Process {
                    line: line.number,
                    pid: row.pid,
                    image_name: row.name.to_owned(),
                    services: services.map(names),
                    window_title: row.title.filter(|title| !title.is_empty()).map(str::to_owned),
                    ..Process::default()
                });
                self.last_line = line.number;
                Taken::row_without(remark, source, line)
            }
            Ok((_, row))
                if line.number == self.last_line + 1
                    && row.name.to_ascii_lowercase().contains(".exe ") =>
            {
                Taken::misplaced(source, line)
            }
            Err(nom::Err::Failure(failure)) if line.number == self.last_line + 1 => {
                Taken::unread(failure.diagnostic(source, line))
            }
            _ => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let complete = around.is_whole() && names_idle_and_system(&self.processes);
        Some((Records::Processes { processes: self.processes, complete }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::failure::Expected;
    use super::*;

    #[test]
    fn rows_have_services_or_a_title_or_neither() {
        let read = |line| row(line).unwrap().1;
        assert_eq!(
            read("   4 System"),
            Row { pid: 4, name: "System", services: None, title: None }
        );
        assert_eq!(read(" 416 a.exe     Svcs:  RpcSs,B").services, Some("RpcSs,B"));
        assert_eq!(read("1532 a.exe     Title: x - y").title, Some("x - y"));
        assert_eq!(read("1532 a b.exe").name, "a b.exe");
        assert_eq!(read("1532 a.exe         x - y").title, Some("x - y"));
    }

    #[test]
    fn behind_signs_and_numbers_no_pid_loses_a_digit() {
        let rows = ["   0 System Process", "   4 System", "1532 a.exe", "12320 b.exe"];
        let quoted = rows.map(|row| format!(">{row}\n")).concat();
        let numbered: String = ["   0 System Process", "   4 System"]
            .into_iter()
            .chain(["1532 a.exe"; 10])
            .enumerate()
            .map(|(index, row)| format!("{}:{row}\n", index + 1))
            .collect();
        for (text, last) in [(quoted, 12320), (numbered, 1532)] {
            let source = crate::read("tlist", text.into_bytes(), None);
            let [section] = source.sections.as_slice() else { panic!("{source:?}") };
            let Records::Processes { processes, .. } = &section.records else { panic!() };
            let pids: Vec<u32> = processes.iter().map(|process| process.pid).collect();
            assert_eq!(pids.len(), source.accounting.lines, "{source:?}");
            assert!(pids.starts_with(&[0, 4, 1532]) && pids.last() == Some(&last), "{pids:?}");
        }
    }

    #[test]
    fn a_pid_fails_at_its_place() {
        let failure = nom::Err::Failure(Failure::new("4294967296", Expected::Pid));
        assert_eq!(row("4294967296 a.exe"), Err(failure));
        for line in ["", "a.exe", "4x a.exe", "4  a.exe", "4"] {
            assert!(matches!(row(line), Err(nom::Err::Error(_))), "{line}");
        }
    }
}
