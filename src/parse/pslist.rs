//! `pslist` of Sysinternals.
//!
//! ```text
//! Process information for WEB01:
//!
//! Name                Pid Pri Thd  Hnd   Priv        CPU Time    Elapsed Time
//! firefox           10480   8  69 1335 167308     0:00:08.125     0:41:20.303
//! ```
//!
//! ```text
//! row  = name blanks1 pid 4(blanks1 number) 2(blanks1 time)
//! time = digits ":" digits ":" digits "." digits
//! ```
//!
//! Names have no `.exe` and may hold blanks. A name may touch the PID; then neither can be told, and the row
//! is not read. Other options print other columns and are not read.

use std::sync::Arc;

use nom::Parser;
use nom::character::complete::char;
use nom::combinator::{eof, recognize};
use nom::multi::count;
use nom::sequence::{preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, blanks1, digits, pid};
use super::failure::{Expected, Failure, Parsed};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::tasklist::names_idle_and_system;
use super::{Os, Records};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "pslist", os: Os::Windows, open };

const HEADING: [&str; 10] =
    ["Name", "Pid", "Pri", "Thd", "Hnd", "Priv", "CPU", "Time", "Elapsed", "Time"];

/// Characters that are left for a name.
const NAME_WIDTH: usize = 18;

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let prefix = line.quoted_by();
    let is_heading = line.text.split_whitespace().eq(HEADING);
    let host = above.last().and_then(|above| host(above.text)).map(str::to_owned);
    is_heading.then(|| Opening::new(Processes { prefix, host, ..Processes::default() }))?
}

/// `"Process information for " host ":"`
fn host(text: &str) -> Option<&str> {
    text.trim().strip_prefix("Process information for ")?.strip_suffix(':')
}

/// `time = digits ":" digits ":" digits "." digits`
fn time(input: &str) -> Parsed<'_, &str> {
    recognize((digits, char(':'), digits, char(':'), digits, char('.'), digits)).parse(input)
}

/// Four numbers and two times.
const WORDS_BEHIND_PID: usize = 6;

/// What stands behind the PID, from its blank on.
fn behind_pid(input: &str) -> Parsed<'_, ()> {
    let end = (blanks, eof);
    (count(preceded(blanks1, digits), 4), count(preceded(blanks1, time), 2), end)
        .map(|_| ())
        .parse(input)
}

/// `row`; a line with all that stands behind a PID, and without a PID, fails for want of it.
fn row(line: &str) -> Parsed<'_, (&str, u32)> {
    let no_row = || nom::Err::Error(Failure { at: line, expected: None });
    let mut before = line;
    for _ in 0..WORDS_BEHIND_PID {
        (before, _) = before.trim_end().rsplit_once(char::is_whitespace).ok_or_else(no_row)?;
    }
    let before = before.trim_end();
    let (rest, _) = behind_pid(line.get(before.len()..).unwrap_or_default())?;
    let no_pid = || nom::Err::Failure(Failure::new(line.trim(), Expected::Pid));
    let at = before.rfind(char::is_whitespace).ok_or_else(no_pid)?;
    let (name, number) = before.split_at(at);
    let (_, pid) = terminated(preceded(blanks, pid), eof).parse(number).map_err(|_| no_pid())?;
    match name.trim() {
        "" => Err(no_pid()),
        name => Ok((rest, (name, pid))),
    }
}

#[derive(Default)]
struct Processes {
    processes: Vec<Process>,
    headed: bool,
    host: Option<String>,
    /// Bytes that stand before the heading, and then before each row.
    prefix: String,
}

impl Table for Processes {
    fn host(&self) -> Option<String> {
        self.host.clone()
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if !std::mem::replace(&mut self.headed, true) {
            return Taken::as_class(Class::Header);
        }
        match row(line.behind(&self.prefix)) {
            Ok((_, (name, pid))) => {
                self.processes.push(Process {
                    line: line.number,
                    pid,
                    image_name: name.to_owned(),
                    image_name_truncated: name.chars().count() >= NAME_WIDTH,
                    ..Process::default()
                });
                Taken::as_class(Class::Row)
            }
            Err(nom::Err::Failure(failure)) => Taken::unread(failure.diagnostic(source, line)),
            Err(_) => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let complete = around.is_whole() && names_idle_and_system(&self.processes);
        Some((Records::Processes { processes: self.processes, complete }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "   8  69 1335 167308     0:00:08.125     0:41:20.303";

    #[test]
    fn names_may_hold_blanks_and_digits() {
        for (start, name, pid) in [
            ("firefox           10480", "firefox", 10480),
            ("Example 2 Agent    5128", "Example 2 Agent", 5128),
        ] {
            assert_eq!(row(&format!("{start}{TAIL}")), Ok(("", (name, pid))), "{start}");
        }
    }

    #[test]
    fn a_row_without_a_pid_fails() {
        for start in ["SearchProtocolHost10480", "a 4294967296", "8", "a.exe x8"] {
            let line = format!("{start}{TAIL}");
            let failure = nom::Err::Failure(Failure::new(line.as_str(), Expected::Pid));
            assert_eq!(row(&line), Err(failure), "{start}");
        }
    }

    #[test]
    fn other_lines_are_no_rows() {
        for line in ["", "firefox 10480 8 69", "svchost.exe  888 Services  0  16,408 K"] {
            assert!(matches!(row(line), Err(nom::Err::Error(_))), "{line}");
        }
    }
}
