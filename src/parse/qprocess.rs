//! `qprocess` and `query process`: processes by user and session.
//!
//! ```text
//!  USERNAME              SESSIONNAME         ID    PID  IMAGE
//! >alice                 console              1   6120  explorer.exe
//!  system                services             0      0
//! ```
//!
//! ```text
//! row = [">"] *word id blanks1 pid blanks1 image
//! ```
//!
//! A row is read by its words: the session, its PID and the image name must have one reading, since users
//! may be numbers and sessions may have no name. Where the image has no `.exe`, the row must stand below
//! another. PID 0 has no image name, and is no record. Without `*` only processes of one user are listed.

use std::sync::Arc;

use super::accounting::Class;
use super::combinators::whole_number;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records, prompt};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "qprocess", os: Os::Windows, open };

const HEADING: [&str; 5] = ["USERNAME", "SESSIONNAME", "ID", "PID", "IMAGE"];

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    line.text.split_whitespace().eq(HEADING).then(|| Opening::new(Processes::default()))?
}

/// What a line is.
#[derive(Debug, PartialEq)]
enum Row<'a> {
    Process {
        session: u32,
        pid: u32,
        image: &'a str,
        /// What somebody put behind the row.
        appended: &'a str,
    },
    /// PID 0, which has no image name.
    Idle,
    /// More than one reading.
    Unclear,
}

fn row(text: &str) -> Option<Row<'_>> {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [.., "0", "0"] = words.as_slice() {
        return (words.len() <= 4).then_some(Row::Idle);
    }
    let readings = || {
        words.windows(3).filter_map(|three| match three {
            [session, pid, image] => Some((whole_number(session)?, whole_number(pid)?, *image)),
            _ => None,
        })
    };
    let (session, pid, image) = readings().next()?;
    let image = text.get(nom::Offset::offset(text, image)..)?;
    let (image, appended) = image.split_once("  ").unwrap_or((image, ""));
    match readings().count() {
        1 => Some(Row::Process { session, pid, image, appended: appended.trim() }),
        _ => Some(Row::Unclear),
    }
}

#[derive(Default)]
struct Processes {
    processes: Vec<Process>,
    headed: bool,
    seen_idle: bool,
    /// That was taken last.
    last_line: usize,
    /// Lines from one row to the next, where a blank line may stand between all of them.
    step: Option<usize>,
}

impl Processes {
    fn row(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let gap = line.number - self.last_line;
        let follows = gap <= *self.step.get_or_insert(gap.min(2));
        let is_program = |image: &str| {
            let is_word = !image.contains(' ') && follows;
            image.to_ascii_lowercase().ends_with(".exe") || is_word
        };
        match row(line.text)? {
            Row::Idle if follows => {
                self.seen_idle = true;
                Some(Taken::as_class(Class::Notice))
            }
            Row::Process { session, pid, image, appended } if is_program(image) => {
                self.processes.push(Process {
                    line: line.number,
                    pid,
                    image_name: image.to_owned(),
                    session_number: Some(session),
                    ..Process::default()
                });
                Some(Taken::row_without(appended, source, line))
            }
            Row::Unclear if follows => {
                let text = line.text.trim();
                let message = "expected one session, PID and image name, found several readings";
                let code = Code::UnexpectedLine;
                let diagnostic = Diagnostic::of_part(source, line, text, code, message);
                Some(Taken::unread(diagnostic.with_help("the row is kept out of the answer")))
            }
            Row::Idle | Row::Process { .. } | Row::Unclear => None,
        }
    }
}

impl Table for Processes {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let taken = if std::mem::replace(&mut self.headed, true) {
            self.row(source, line).unwrap_or(Taken::NotOurs)
        } else {
            Taken::as_class(Class::Header)
        };
        let is_between = prompt::is_elision(line.text) || prompt::is_pager_mark(line.text);
        if is_between || !matches!(taken, Taken::NotOurs) {
            self.last_line = line.number;
        }
        taken
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let complete = self.seen_idle
            && around.is_whole()
            && self.processes.iter().any(|process| process.pid == 4);
        Some((Records::Processes { processes: self.processes, complete }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_one_reading() {
        let process =
            |session, pid, image| Some(Row::Process { session, pid, image, appended: "" });
        assert_eq!(
            row(">alice   console   1   6120  explorer.exe"),
            process(1, 6120, "explorer.exe")
        );
        assert_eq!(row(" bob     2   8  example viewer.exe"), process(2, 8, "example viewer.exe"));
        assert_eq!(row(" 1234    console   1   8  a.exe"), process(1, 8, "a.exe"));
        let appended = Row::Process { session: 1, pid: 8, image: "a.exe", appended: "see ticket" };
        assert_eq!(row(" bob  1  8  a.exe     see ticket"), Some(appended));
        assert_eq!(row(" system  services  0   0"), Some(Row::Idle));
        assert_eq!(row(" 1234    1   8  a.exe"), Some(Row::Unclear));
        for text in ["", "alice console", "see 8 things", "a 1 4294967296 x.exe"] {
            assert_eq!(row(text), None, "{text}");
        }
    }
}
