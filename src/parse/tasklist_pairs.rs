//! What is left of `tasklist` where somebody cut its rows down to image name and PID.
//!
//! ```text
//! httpd.exe        3380
//! svchost.exe      2924
//! ```
//!
//! ```text
//! pair = image-name 1*blank pid [2*blank text]      ; two blanks or a tab where the image name holds a blank
//! ```
//!
//! Many a line of prose, and a list of files with their sizes, looks so. A pair is a row below a command of `tasklist` or
//! the heading of its table; without these three of them in a run are, where the kernel is among them or one program has
//! two PIDs, as no list of files has. Such a list is never complete.

use std::sync::Arc;

use super::Records;
use super::combinators::{is_blank, whole_number};
use super::table::{Opening, Surroundings, Table, Taken};
use crate::languages;
use crate::record::Process;
use crate::text::Line;

/// Pairs that are enough in a run.
const RUN: usize = 3;

/// Opens a section of pairs with this line.
pub(super) fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    Pair::of(line.text)?;
    if let Some(heading) = above.last().filter(|heading| line.place <= heading.place + 2)
        && languages::of_tasklist_heading(heading.text.trim_start()).is_some()
    {
        return Some(Opening::new(Pairs::default())?.with_heading_above(1));
    }
    if above.is_empty() {
        return Some(Opening::new(Pairs::default())?.below_tasklist());
    }
    let (_, begun) = above.split_at_checked((above.len() + 1).checked_sub(RUN)?)?;
    let mut pairs = Pairs::default();
    let is_run = begun.iter().chain([line]).all(|line| pairs.add(line) == Some(""));
    (is_run && pairs.is_certain()).then_some(())?;
    pairs = Pairs::default();
    begun.iter().for_each(|line| {
        pairs.add(line);
    });
    Some(Opening::new(pairs)?.with_rows_above(begun.len()))
}

/// A program and its PID, and what stands behind them.
#[derive(Debug, PartialEq)]
struct Pair<'a> {
    image_name: &'a str,
    pid: u32,
    behind: &'a str,
}

impl<'a> Pair<'a> {
    /// `pair`, with text that somebody appended, or none.
    fn of(text: &'a str) -> Option<Self> {
        Self::begins(text)
            .filter(|(pair, is_sure)| *is_sure && pair.is_apart())
            .map(|(pair, _)| pair)
    }

    /// A pair with which the line begins; and is it certain where the image name does?
    fn begins(text: &'a str) -> Option<(Self, bool)> {
        let text = text.trim_matches(is_blank);
        let (image_name, rest) = text.split_at_checked(end_of_name(text)?)?;
        let number = rest.trim_start_matches(is_blank);
        let gap = rest.strip_suffix(number)?;
        let (pid, behind) = number.split_at(number.find(is_blank).unwrap_or(number.len()));
        let pid = whole_number(pid).filter(|pid| pid % 4 == 0)?;
        let is_program = match image_name {
            "System" => pid == 4,
            "System Idle Process" => pid == 0,
            _ => !image_name.contains(NOT_OF_A_NAME),
        };
        let is_one = !image_name.contains(is_blank);
        let is_sure = is_one || (!image_name.contains("  ") && (gap.len() > 1 || gap == "\t"));
        is_program.then_some((Pair { image_name, pid, behind }, is_sure))
    }

    /// Does nothing go on behind the PID in the same sentence?
    fn is_apart(&self) -> bool {
        self.behind.is_empty() || self.behind.starts_with("  ") || self.behind.starts_with('\t')
    }
}

const NOT_OF_A_NAME: [char; 11] = ['\\', '/', ':', '*', '?', '"', '<', '>', '|', '=', ','];

/// Where the name of a program ends, that other cells follow.
fn end_of_name(text: &str) -> Option<usize> {
    let is_end = |at: &usize| text.get(*at..).is_some_and(|rest| rest.starts_with(is_blank));
    let lower = text.to_ascii_lowercase();
    let programs = lower.match_indices(".exe").map(|(at, end)| at + end.len());
    let kernel =
        ["System Idle Process", "System"].into_iter().filter(|name| text.starts_with(name));
    programs.chain(kernel.map(str::len)).find(is_end)
}

/// Does the line begin with a program and a number that may be its PID, and go on? Such a line is never prose; without
/// more it may be a file and its size.
pub(super) fn is_like_a_process(text: &str) -> bool {
    Pair::begins(text).is_some_and(|(pair, is_sure)| is_sure && !pair.behind.is_empty())
}

#[derive(Default)]
struct Pairs {
    processes: Vec<Process>,
    /// The place of the last.
    place: usize,
    /// Places from one to the next: 2 where a blank line stands between all of them.
    step: Option<usize>,
}

impl Pairs {
    /// Adds the pair of a line, where it has one and stands below the last, and gives what stands behind it.
    fn add<'a>(&mut self, line: &Line<'a>) -> Option<&'a str> {
        let Pair { image_name, pid, behind } = Pair::of(line.text)?;
        if !self.processes.is_empty() {
            let gap = line.place - self.place;
            if gap > *self.step.get_or_insert(gap.min(2)) {
                return None;
            }
        }
        self.place = line.place;
        self.processes.push(Process {
            line: line.number,
            pid,
            image_name: image_name.to_owned(),
            image_name_truncated: image_name.chars().count() >= 25,
            ..Process::default()
        });
        Some(behind.trim_start_matches(is_blank))
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
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match self.add(line) {
            Some(appended) => Taken::row_without(appended, source, line),
            // A name of several words, behind what somebody may have put before it.
            None if line.place == self.place + 1 && Pair::begins(line.text).is_some() => {
                Taken::misplaced(source, line)
            }
            None => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        Some((Records::Processes { processes: self.processes, complete: false }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::named;
    use super::*;

    #[test]
    fn pairs_are_of_a_program_and_a_pid() {
        let pair = |text| Pair::of(text).map(|pair| (pair.image_name, pair.pid));
        assert_eq!(pair("httpd.exe 3380"), Some(("httpd.exe", 3380)));
        assert_eq!(pair("  my agent.exe  3380 "), Some(("my agent.exe", 3380)));
        assert_eq!(pair("System\t4"), Some(("System", 4)));
        assert_eq!(pair("httpd.exe 3380  see ticket"), Some(("httpd.exe", 3380)));
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
    fn what_begins_as_a_process_is_never_prose() {
        for text in ["httpd.exe 3380 Apache2.4", "My App.exe  8 x", "System 4 0 K", "a.exe 8 is"] {
            assert!(is_like_a_process(text), "{text}");
        }
        for text in
            ["see a.exe 8 x", "a.exe 9 x", "a.exe", "a.exe 8", "System 8 x", "C:\\a.exe 8 x"]
        {
            assert!(!is_like_a_process(text), "{text}");
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
