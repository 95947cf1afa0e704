//! `tasklist /fo csv`: plain, `/v`, `/svc` and `/apps`, in any language, with and without a heading.
//!
//! ```text
//! "Image Name","PID","Session Name","Session#","Mem Usage"
//! "System Idle Process","0","Services","0","8 K"
//! ```
//!
//! Every cell is quoted, by `“` and `&quot;` where a program for mail or a page wrote them. A row of data is one whose second cell is a number. How Windows writes a
//! quote within a window title is not established: the title is the last cell, and taken whole.
//!
//! This is the smallest real format: the one to copy for a new one.

use std::borrow::Cow;
use std::sync::Arc;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::take_till;
use nom::character::complete::char;
use nom::combinator::{eof, peek};
use nom::multi::separated_list1;
use nom::sequence::{delimited, terminated};

use super::accounting::Class;
use super::combinators::whole_number;
use super::failure::{Expected, Parsed, expecting};
use super::netstat_broken::is_console_width;
use super::process_cells::{self, Third};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::tasklist::{drop_word_for_none, names_idle_and_system};
use super::{Os, Records, tasklist_resaved};
use crate::languages::{self, Language};
use crate::record::Process;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "tasklist_csv", os: Os::Windows, open };

/// Cells before the window title of `/v`.
const BEFORE_TITLE: usize = 8;

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let text = straight(line.text);
    let Some(cells) = row(&text) else { return tasklist_resaved::open(line) };
    if is_data(&cells) && begins_a_list(&cells) {
        let above = above.last().filter(|heading| heading.number + 1 == line.number);
        let text = above.map(|heading| straight(heading.text)).unwrap_or_default();
        let heading = row(&text).filter(|heading| heading.len() == cells.len());
        let headed = heading.is_some();
        let third = heading.as_deref().map(third).unwrap_or_default();
        let table = Processes { headed, third, ..Processes::default() };
        return Some(Opening::new(table)?.with_heading_above(usize::from(headed)));
    }
    let language = languages::of_tasklist_heading(without_mark(&text))?;
    let (headed, third, language) = (true, third(&cells), Some(language));
    Opening::new(Processes { headed, third, language, ..Processes::default() })
}

/// What the heading says of the last of three cells.
pub(super) fn third(heading: &[&str]) -> Third {
    match heading {
        [_, _, third] => Third::of_heading(third),
        _ => Third::Unknown,
    }
}

/// A line with straight quotes for those that programs put in their place.
pub(super) fn straight(text: &str) -> Cow<'_, str> {
    const QUOTES: [char; 3] = ['“', '”', '„'];
    if text.contains("&quot;") || text.contains(QUOTES) {
        Cow::Owned(text.replace("&quot;", "\"").replace(QUOTES, "\""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A line without the mark of a diff or of a quote, which stands directly before the first cell.
fn without_mark(text: &str) -> &str {
    let rest = text.trim_start_matches([' ', '+', '-', '>', '|']);
    if rest.starts_with('"') { rest } else { text.trim_start() }
}

/// `row = cell *("," cell)`, of as many cells as `tasklist` prints; the last may hold quotes. Text behind
/// the last quote is none of the row.
fn row(text: &str) -> Option<Vec<&str>> {
    let text = without_mark(text.get(..text.rfind('"')? + 1)?);
    let (rest, mut cells) = separated_list1(char(','), cell).parse(text).ok()?;
    if !rest.is_empty() {
        let title = rest.strip_prefix(",\"").and_then(|title| title.strip_suffix('"'))?;
        (cells.len() == BEFORE_TITLE).then(|| cells.push(title))?;
    }
    let of_apps = |cells: &[&str]| {
        cells.first().is_some_and(|image| process_cells::without_app(image) != *image)
    };
    if cells.len() > BEFORE_TITLE + 1 && !(cells.len() == BEFORE_TITLE + 2 && of_apps(&cells)) {
        let title = text.get(nom::Offset::offset(text, *cells.get(BEFORE_TITLE)?)..)?;
        cells.truncate(BEFORE_TITLE);
        cells.push(title.strip_suffix('"')?);
    }
    matches!(cells.len(), 3 | 4 | 5 | 9 | 10).then_some(cells)
}

/// `cell = DQUOTE *(any but DQUOTE) DQUOTE`, and a comma or the end behind it
fn cell(input: &str) -> Parsed<'_, &str> {
    let quoted = delimited(char('"'), take_till(|c| c == '"'), char('"'));
    let end = peek(alt((eof, nom::bytes::complete::tag(","))));
    expecting(Expected::Cell, terminated(quoted, end)).parse(input)
}

/// Is this a row of data, not the heading?
fn is_data(cells: &[&str]) -> bool {
    cells.get(1).is_some_and(|pid| whole_number(pid).is_some())
}

/// Is this a row of a process list, even where no heading says so? What is exported of sockets and processes
/// has quoted cells too, and must not be taken for one: here the fifth cell is memory, `8,904 K` in any language.
fn begins_a_list(cells: &[&str]) -> bool {
    match cells {
        [image_name, pid, _] | [image_name, pid, _, _] => is_program(image_name, pid),
        [_, _, _, session_number, memory, ..] => {
            let is_memory = memory.starts_with(|c: char| c.is_ascii_digit())
                && memory.ends_with(|c: char| !c.is_ascii_digit());
            is_memory && whole_number(session_number).is_some()
        }
        _ => false,
    }
}

fn is_program(image_name: &str, pid: &str) -> bool {
    let image_name = process_cells::without_app(image_name).to_ascii_lowercase();
    image_name.ends_with(".exe") || matches!(pid, "0" | "4") && image_name.starts_with("system")
}

/// Does the line begin with a program and its PID in quotes? Such a line is never prose.
pub(super) fn is_like_a_process(text: &str) -> bool {
    let Some(row) = without_mark(text).strip_prefix('"') else { return false };
    let mut cells = row.split('"').step_by(2);
    let (Some(image_name), Some(pid)) = (cells.next(), cells.next()) else { return false };
    whole_number(pid).is_some() && is_program(image_name, pid)
}

#[derive(Debug, Default)]
struct Processes {
    processes: Vec<Process>,
    headed: bool,
    third: Third,
    language: Option<&'static Language>,
    /// A line that begins as a row and does not end as one, with its number.
    broken: Option<(usize, String)>,
}

impl Processes {
    /// A row that a console broke: the first line is remembered, the second mends it. At another width than that of a
    /// console it was cut.
    fn broken_row(&mut self, source: &Arc<str>, line: &Line<'_>, text: &str) -> Option<Taken> {
        if let Some((number, start)) = self.broken.take()
            && number + 1 == line.number
        {
            let text = start + text;
            let cells = row(&text).filter(|cells| is_data(cells))?;
            self.processes.push(process_cells::process(number, &cells, self.third)?);
            return Some(Taken::Mends);
        }
        if text.starts_with('"') {
            self.broken = Some((line.number, text.to_owned()));
            let is_cut = text.contains("\",\"") && !is_console_width(text.chars().count());
            return is_cut.then(|| Taken::misplaced(source, line));
        }
        None
    }
}

impl Table for Processes {
    fn begin(&mut self, around: Surroundings) {
        self.third = self.third.or(around.third);
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = straight(line.text);
        let Some(cells) = row(&text) else {
            return self.broken_row(source, line, &text).unwrap_or(Taken::NotOurs);
        };
        if is_data(&cells)
            && let Some(process) = process_cells::process(line.number, &cells, self.third)
        {
            self.processes.push(process);
            self.broken = None;
            let appended = text.rsplit('"').next().unwrap_or_default().trim();
            return Taken::row_without(appended, source, line);
        }
        let is_heading = || languages::of_tasklist_heading(without_mark(&text)).is_some();
        if self.processes.is_empty() && is_heading() {
            return Taken::as_class(Class::Header);
        }
        Taken::NotOurs
    }

    fn finish(
        mut self: Box<Self>,
        around: Surroundings,
    ) -> Option<(Records, Option<&'static str>)> {
        drop_word_for_none(&mut self.processes);
        let complete = self.headed && around.is_whole() && names_idle_and_system(&self.processes);
        let language = self.language.map(|language| language.tag);
        Some((Records::Processes { processes: self.processes, complete }, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted() {
        assert_eq!(row("\"a\",\"4\",\"x, y\""), Some(vec!["a", "4", "x, y"]));
        assert_eq!(row("+\"a\",\"4\",\"x\""), Some(vec!["a", "4", "x"]));
        for text in ["", "a,4,x", "\"a\",\"4\"", "\"a\",\"4\",\"x", "\"a\",\"4\"x\",\"y\""] {
            assert_eq!(row(text), None, "{text}");
        }
    }

    #[test]
    fn a_title_may_hold_quotes_and_commas() {
        let start = r#""a.exe","4","Console","1","5 K","Running","X\y","0:00:01","#;
        let title = |end: &str| row(&format!("{start}{end}")).map(|cells| cells[8].to_owned());
        assert_eq!(title(r#""plain""#), Some("plain".into()));
        assert_eq!(title(r#""say "hi", twice""#), Some(r#"say "hi", twice"#.into()));
        assert_eq!(title(r#""a","b""#), Some(r#"a","b"#.into()));
    }

    #[test]
    fn apps_have_a_package_behind_all_else() {
        let row =
            row(r#""a.exe (App)","4","Console","1","5 K","Running","X\y","0:00:01","N/A","P""#);
        assert_eq!(row.map(|cells| (cells.len(), cells[8])), Some((10, "N/A")));
    }

    #[test]
    fn exported_sockets_are_no_processes() {
        assert!(!begins_a_list(&["::", "49677", "::", "0", "Listen"]));
        assert!(!is_data(&["LocalAddress", "LocalPort", "RemoteAddress", "RemotePort", "State"]));
        assert!(!begins_a_list(&["csrss", "0", "482", "836", r"C:\Windows\csrss.exe"]));
        assert!(!begins_a_list(&["www.example.com", "3380", "up"]));
        assert!(begins_a_list(&["a.exe (App)", "3380", "5 K", "Package"]));
        assert!(begins_a_list(&["System", "4", "Services", "0", "8 K"]));
    }

    #[test]
    fn a_row_between_the_halves_of_another_is_no_part_of_it() {
        let text = "\"a.exe\",\"4\",\"N/A\"\n\"b.exe\",\"8\"<br>\"c.exe\",\"12\",\"N/A\"\n\"d.exe\",\"16\",\"N/A\"<br>,\"N/A\"\n";
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        let lists = source.sections.iter().map(|section| match &section.records {
            Records::Processes { processes, .. } => processes.iter().map(|one| one.pid).collect(),
            other => panic!("{other:?}"),
        });
        assert_eq!(lists.collect::<Vec<Vec<u32>>>(), [[4, 12, 16]]);
    }
}
