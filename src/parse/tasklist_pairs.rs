//! What is left of `tasklist` where somebody cut its rows down to image name and PID.
//!
//! ```text
//! httpd.exe        3380
//! svchost.exe      2924
//! ```
//!
//! ```text
//! pair = image-name 1*blank pid      ; two blanks or a tab where the image name holds a blank
//! ```
//!
//! Many a line of prose, and a list of files with their sizes, looks so. A pair is a row below a command of `tasklist` or
//! the heading of its table; without these three of them in a run are, where the kernel is among them or one program has
//! two PIDs, as no list of files has. Such a list is never complete.

use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::combinators::{is_blank, whole_number};
use super::table::{Opening, Surroundings, Table, Taken};
use crate::languages;
use crate::record::Process;
use crate::text::Line;

/// Pairs that are enough in a run.
const RUN: usize = 3;

/// Opens a section of pairs with this line.
pub(super) fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    pair(line.text)?;
    if let Some(heading) = above.last().filter(|heading| line.number <= heading.number + 2)
        && languages::of_tasklist_heading(heading.text.trim_start()).is_some()
    {
        return Some(Opening::new(Pairs::default())?.with_heading_above(1));
    }
    if above.is_empty() {
        return Some(Opening::new(Pairs::default())?.below_tasklist());
    }
    let (_, begun) = above.split_at_checked((above.len() + 1).checked_sub(RUN)?)?;
    let mut pairs = Pairs::default();
    let is_run = begun.iter().chain([line]).all(|line| pairs.add(line));
    (is_run && pairs.is_certain()).then_some(())?;
    pairs = Pairs::default();
    begun.iter().for_each(|line| {
        pairs.add(line);
    });
    Some(Opening::new(pairs)?.with_heading_above(begun.len()))
}

/// `pair`
fn pair(text: &str) -> Option<(&str, u32)> {
    let text = text.trim_matches(is_blank);
    let (before, pid) = text.split_at_checked(text.rfind(is_blank)?)?;
    let name = before.trim_end_matches(is_blank);
    let pid = whole_number(pid).filter(|pid| pid % 4 == 0)?;
    let is_apart =
        text.get(name.len()..)?.trim_end_matches(|c| !is_blank(c)).len() > 1 || text.contains('\t');
    let is_one = !name.contains(is_blank) || (is_apart && !name.contains("  "));
    let is_program = name.to_ascii_lowercase().ends_with(".exe")
        || matches!((name, pid), ("System", 4) | ("System Idle Process", 0));
    let is_file = !name.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|', '=', ',']);
    (is_one && is_program && is_file).then_some((name, pid))
}

#[derive(Default)]
struct Pairs {
    processes: Vec<Process>,
    /// Lines from one to the next: 2 where a blank stands between all of them.
    step: Option<usize>,
}

impl Pairs {
    /// Adds the pair of a line, where it has one and stands below the last.
    fn add(&mut self, line: &Line<'_>) -> bool {
        let Some((name, pid)) = pair(line.text) else { return false };
        if let Some(last) = self.processes.last() {
            let gap = line.number - last.line;
            if gap > *self.step.get_or_insert(gap.min(2)) {
                return false;
            }
        }
        let image_name_truncated = name.chars().count() >= 25;
        let image_name = name.to_owned();
        let line = line.number;
        self.processes.push(Process {
            line,
            pid,
            image_name,
            image_name_truncated,
            ..Process::default()
        });
        true
    }

    /// Is this no list of files?
    fn is_certain(&self) -> bool {
        let twice = |one: &Process| {
            let is_same = |other: &&Process| other.image_name == one.image_name;
            self.processes.iter().filter(is_same).any(|other| other.pid != one.pid)
        };
        self.processes.iter().any(|one| one.image_name == "System" || twice(one))
    }
}

impl Table for Pairs {
    fn take(&mut self, _: &Arc<str>, line: &Line<'_>) -> Taken {
        if self.add(line) { Taken::as_class(Class::Row) } else { Taken::NotOurs }
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        Some((Records::Processes { processes: self.processes, complete: false }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(String, u32)> {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        assert!(source.accounting.adds_up() && source.diagnostics.is_empty());
        let mut named = Vec::new();
        for section in source.sections {
            if let Records::Processes { processes, .. } = section.records {
                named.extend(processes.into_iter().map(|one| (one.image_name, one.pid)));
            }
        }
        named
    }

    #[test]
    fn pairs_are_of_a_program_and_a_pid() {
        assert_eq!(pair("httpd.exe 3380"), Some(("httpd.exe", 3380)));
        assert_eq!(pair("  my agent.exe  3380 "), Some(("my agent.exe", 3380)));
        assert_eq!(pair("System\t4"), Some(("System", 4)));
        for text in [
            "see httpd.exe 3380",
            "httpd 3380",
            "httpd.exe 3381",
            "httpd.exe",
            "System 8",
            "C:\\a.exe 8",
            "httpd.exe 3380 4",
            "httpd.exe: 3380",
        ] {
            assert_eq!(pair(text), None, "{text}");
        }
    }

    #[test]
    fn a_command_or_a_heading_is_enough() {
        let httpd = [("httpd.exe".to_owned(), 3380)];
        assert_eq!(named("C:\\>tasklist | findstr httpd\nhttpd.exe 3380\n"), httpd);
        assert_eq!(named("C:\\>tasklist\n\nhttpd.exe 3380\n\nC:\\>\n"), httpd);
        assert_eq!(named("Image Name   PID\nhttpd.exe    3380\n"), httpd);
        for text in
            ["httpd.exe 3380\n", "C:\\>dir\nhttpd.exe 3380\n", "Restart of\nhttpd.exe 3380\n"]
        {
            assert!(named(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_run_is_no_list_of_files() {
        assert_eq!(named("System 4\nhttpd.exe 3380\na.exe 8\nb.exe 12\n").len(), 4);
        assert_eq!(named("see:\nsvchost.exe 812\na.exe 8\nsvchost.exe 972\n").len(), 3);
        assert!(named("setup.exe 1024\na.exe 2048\nb.exe 4096\nc.exe 512\n").is_empty());
        assert!(named("System 4\nhttpd.exe 3380\n").is_empty());
        assert!(named("System 4\nhttpd.exe 3380\n\na.exe 8\n").is_empty());
        assert_eq!(named("System 4\n\nhttpd.exe 3380\n\na.exe 8\n").len(), 3);
    }
}
