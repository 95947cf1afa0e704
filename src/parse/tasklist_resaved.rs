//! `tasklist /fo csv` as a spreadsheet saves it anew, and `/svc` as a table of Markdown.
//!
//! ```text
//! Image Name,PID,Session Name,Session#,Mem Usage
//! httpd.exe,3380,Services,0,"24,604 K"
//!
//! | Image Name | PID | Services |
//! |---|---|---|
//! | httpd.exe | 3380 | Apache2.4 |
//! ```
//!
//! Without their quotes cells prove nothing: only below a heading of `tasklist`, and with as many cells as that, a line
//! is a row.

use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::combinators::whole_number;
use super::powershell_cells::{csv_row, piped};
use super::process_cells::{self, Third};
use super::table::{Opening, Surroundings, Table, Taken};
use super::tasklist::{drop_word_for_none, names_idle_and_system};
use super::tasklist_csv::{straight, third};
use crate::languages::{LANGUAGES, Language};
use crate::record::Process;
use crate::text::Line;

/// What parts the cells.
#[derive(Debug, Clone, Copy)]
enum Layout {
    Separated(char),
    /// A table of Markdown.
    Piped,
}

impl Layout {
    fn cells(self, line: &Line<'_>) -> Option<Vec<String>> {
        match self {
            Layout::Separated(separator) => {
                let text = straight(line.text);
                let (cells, appended) = csv_row(&text, separator)?;
                appended.is_empty().then_some(cells)
            }
            Layout::Piped => piped(line),
        }
    }

    fn heading(self, line: &Line<'_>) -> Option<(Vec<String>, &'static Language)> {
        // No title holds a separator, and most lines do not have as many.
        let is_one = match self {
            Layout::Separated(separator) => {
                matches!(line.text.matches(separator).count(), 2 | 3 | 4 | 8 | 9)
            }
            // With more columns the words of a row tell.
            Layout::Piped => line.raw.matches('|').count() == 4,
        };
        let cells = is_one.then(|| self.cells(line)).flatten()?;
        let first = cells.first()?.trim();
        let language =
            LANGUAGES.iter().find(|language| language.tasklist_headings.contains(&first))?;
        Some((cells, language))
    }
}

pub(super) fn open(line: &Line<'_>) -> Option<Opening> {
    let layouts = [Layout::Separated(','), Layout::Separated(';'), Layout::Piped];
    let (layout, (cells, language)) =
        layouts.into_iter().find_map(|layout| Some((layout, layout.heading(line)?)))?;
    let titles: Vec<&str> = cells.iter().map(String::as_str).collect();
    let third = third(&titles);
    let columns = cells.len();
    Opening::new(Processes { layout, columns, third, language, processes: Vec::new() })
}

struct Processes {
    layout: Layout,
    columns: usize,
    third: Third,
    language: &'static Language,
    processes: Vec<Process>,
}

impl Table for Processes {
    fn begin(&mut self, around: Surroundings) {
        self.third = self.third.or(around.third);
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let Some(cells) = self.layout.cells(line) else { return Taken::NotOurs };
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let is_ruler = || {
            cells.iter().all(|cell| cell.contains('-') && cell.trim_matches(['-', ':']).is_empty())
        };
        if self.processes.is_empty() && (self.layout.heading(line).is_some() || is_ruler()) {
            return Taken::as_class(Class::Header);
        }
        if cells.get(1).is_none_or(|pid| whole_number(pid).is_none()) {
            return Taken::NotOurs;
        }
        let is_row = cells.len() == self.columns;
        match process_cells::process(line.number, &cells, self.third).filter(|_| is_row) {
            Some(process) => {
                self.processes.push(process);
                Taken::as_class(Class::Row)
            }
            None => Taken::misplaced(source, line),
        }
    }

    fn finish(
        mut self: Box<Self>,
        around: Surroundings,
    ) -> Option<(Records, Option<&'static str>)> {
        drop_word_for_none(&mut self.processes);
        let complete = around.is_whole() && names_idle_and_system(&self.processes);
        Some((Records::Processes { processes: self.processes, complete }, Some(self.language.tag)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    fn named(text: &str) -> (Vec<(String, u32)>, usize) {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        (testing::named(text), source.diagnostics.len())
    }

    #[test]
    fn cells_need_a_heading_above() {
        let httpd = (vec![("httpd.exe".to_owned(), 3380)], 0);
        for (heading, row) in [
            (
                "Image Name,PID,Session Name,Session#,Mem Usage",
                "httpd.exe,3380,Services,0,\"24,604 K\"",
            ),
            (
                "Image Name;PID;Session Name;Session#;Mem Usage",
                "httpd.exe;3380;Services;0;24,604 K",
            ),
            ("Abbildname;PID;Dienste", "httpd.exe;3380;Apache2.4"),
            ("| Image Name | PID | Services |\n|---|--:|---|", "| httpd.exe | 3380 | Apache2.4 |"),
        ] {
            assert_eq!(named(&format!("{heading}\n{row}\n")), httpd, "{heading}");
            assert!(named(&format!("{row}\n")).0.is_empty(), "{row}");
        }
    }

    #[test]
    fn a_row_has_as_many_cells_as_the_heading() {
        let text =
            "Image Name,PID,Services\nhttpd.exe,3380\na.exe,8,Svc\nb.exe,12,Svc,x\nsee b.exe\n";
        assert_eq!(named(text), (vec![("a.exe".to_owned(), 8)], 2));
    }
}
