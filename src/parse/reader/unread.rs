//! Lines that should have been rows.

use super::super::accounting::Class;
use super::super::{Records, UnreadLine, netstat_find, tasklist_csv, tasklist_pairs};
use super::Reader;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Line;

/// Has the line cells with gaps between them, and a number among them?
pub(super) fn is_columnar(text: &str) -> bool {
    let cells = text.trim().split("  ").flat_map(|cells| cells.split('\t'));
    cells.filter(|cell| !cell.trim().is_empty()).count() >= 3
        && text.contains(|c: char| c.is_ascii_digit())
}

impl<'a> Reader<'a> {
    /// A line that nobody takes is prose, but what begins as a row of a process list is told.
    pub(super) fn seems_a_process(&mut self, line: &Line<'a>) -> Class {
        if !tasklist_pairs::is_like_a_process(line.text)
            && !tasklist_csv::is_like_a_process(line.text)
        {
            return Class::Prose;
        }
        let message = "expected a row of a process list, found a program and a number in no table";
        let text = line.text.trim();
        let about = Diagnostic::of_part(self.source, line, text, Code::UnexpectedLine, message);
        self.diagnostics.push(about.with_help("give the rows with the heading of their table"));
        match &mut self.open {
            Some(open) => open.around.unread = true,
            None => self.list_above_is_cut(),
        }
        Class::Unread
    }

    /// The lines that may hold a socket and were not read.
    pub(super) fn unread_lines(&self) -> Vec<UnreadLine> {
        let sections = &self.sections;
        let in_sockets = |line: usize| {
            let after = sections.partition_point(|section| section.first_line <= line);
            let last = after.checked_sub(1).and_then(|last| sections.get(last));
            last.filter(|section| line <= section.last_line)
                .is_some_and(|section| matches!(section.records, Records::Sockets { .. }))
        };
        let of = |diagnostic: &Diagnostic| {
            let line = diagnostic.line?;
            let is_unread = self.classes.get(line - self.lines_before - 1) == Some(&Class::Unread);
            let may_be = matches!(diagnostic.code, Code::NotARow | Code::LineTooLong);
            let local_port = netstat_find::local_port(&diagnostic.text);
            (is_unread && (may_be || in_sockets(line))).then_some(UnreadLine { line, local_port })
        };
        self.diagnostics.iter().filter_map(of).collect()
    }

    pub(super) fn lines_between_rows_are_unread(&mut self) {
        let Some(open) = &mut self.open else { return };
        // Comments between the rows are what somebody wrote, as prose is.
        self.above.retain(|line| !line.is_comment);
        for line in &self.above {
            open.around.unread = true;
            let text = line.text.trim();
            let message = "expected a row of this table, found other text";
            self.diagnostics.push(
                Diagnostic::of_part(self.source, line, text, Code::UnexpectedLine, message)
                    .with_help("the line is kept out of the answer"),
            );
        }
        self.lines_above_are(Class::Unread);
    }
}
