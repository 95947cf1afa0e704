//! The processes that live mode of portjoin sees, as `--save` writes them.
//!
//! ```text
//! os,pid,image_name,parent_pid,start_time,user_name,path,command_line
//! linux,812,sshd,1,2026-11-23T08:00:00Z,root,/usr/sbin/sshd,sshd: /usr/sbin/sshd -D
//! ```
//!
//! CSV (RFC 4180), with every process of the machine; what is not known is empty. `path` and what follows it
//! are what text of the system's own programs cannot tell.

use std::sync::Arc;

use super::accounting::Class;
use super::combinators::whole_number;
use super::powershell_cells::csv_row;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "portjoin_processes", os: Os::Windows, open };

const HEADING: &str = "os,pid,image_name,parent_pid,start_time,user_name,path,command_line";

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    is_heading(line.text).then(|| Opening::new(Processes::default())).flatten()
}

fn is_heading(text: &str) -> bool {
    text.trim() == HEADING
}

#[derive(Debug, Default)]
struct Processes {
    processes: Vec<Process>,
    headed: bool,
    os: Option<Os>,
}

/// The system and the process that a row tells.
fn row(text: &str, line: usize) -> Option<(Os, Process)> {
    let cells: [String; 8] = csv_row(text, ',')?.0.try_into().ok()?;
    let [os, pid, image_name, parent_pid, start_time, user_name, path, command_line] = cells;
    let os = [Os::Windows, Os::Linux].into_iter().find(|known| known.name() == os)?;
    let told = |cell: String| (!cell.is_empty()).then_some(cell);
    let process = Process {
        line,
        pid: whole_number(&pid)?,
        image_name,
        parent_pid: whole_number(&parent_pid),
        start_time: told(start_time).filter(|time| time.parse::<jiff::Timestamp>().is_ok()),
        user_name: told(user_name),
        path: told(path),
        command_line: told(command_line),
        ..Process::default()
    };
    Some((os, process))
}

impl Table for Processes {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if !self.headed && is_heading(line.text) {
            self.headed = true;
            return Taken::as_class(Class::Header);
        }
        // What a process is called may look like what wraps a paste.
        let text = line.whole;
        match row(text, line.number) {
            Some((os, process)) if self.os.is_none_or(|known| known == os) => {
                self.os = Some(os);
                self.processes.push(process);
                Taken::as_class(Class::Row)
            }
            _ if ["windows,", "linux,"].iter().any(|os| text.trim_start().starts_with(os)) => {
                let message = "expected eight cells, the second of them a PID";
                let about =
                    Diagnostic::of_part(source, line, text.trim(), Code::UnexpectedLine, message);
                Taken::unread(about.with_help("the process is kept out of the answer"))
            }
            _ => Taken::NotOurs,
        }
    }

    fn os(&self) -> Option<Os> {
        self.os
    }

    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let complete = around.is_whole();
        Some((Records::Processes { processes: self.processes, complete }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_what_is_none() {
        let (os, process) =
            row("linux,8,a,1,2026-11-23T08:00:00Z,root,/a,\"/a \"\"b\"\", c\"", 2).unwrap();
        assert_eq!((os, process.pid, process.parent_pid), (Os::Linux, 8, Some(1)));
        assert_eq!(process.command_line.as_deref(), Some("/a \"b\", c"));
        assert_eq!(process.start_time.as_deref(), Some("2026-11-23T08:00:00Z"));
        let (_, process) = row("windows,4,System,,soon,,,", 2).unwrap();
        assert_eq!((process.start_time, process.path), (None, None));
        for text in ["linux,8,a,1,,,", "linux,x,a,1,,,,", "dos,8,a,1,,,,", "linux,8,a,1,,,,,"] {
            assert!(row(text, 2).is_none(), "{text}");
        }
    }
}
