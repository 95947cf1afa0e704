//! The end of a section, and of the source.

use super::super::Section;
use super::super::accounting::Class;
use super::Reader;
use crate::text::Line;

impl Reader<'_> {
    /// A last line without a line end, directly below a row, may be what is left of a row.
    pub(super) fn end_of_source(&mut self) {
        let last_line = self.open.as_ref().map(|open| open.last_line);
        let is_cut = |line: &&Line<'_>| !line.ended && last_line == Some(line.number - 1);
        if self.above.first().filter(is_cut).is_some() {
            self.lines_between_rows_are_unread();
        }
        self.close();
        // A part of a source that is behind this one begins with a table.
        if let Some(host) = self.comment.take() {
            self.is_on(host);
        }
    }

    pub(super) fn close(&mut self) {
        self.end_section();
        self.drop_far_above();
    }

    pub(super) fn end_section(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        open.around.elided |= std::mem::take(&mut self.held);
        let os = open.table.os().unwrap_or(open.format.os);
        let named = open.table.host();
        match open.table.finish(open.around) {
            Some((records, language)) => {
                let section = Section {
                    format: open.format.name,
                    first_line: open.first_line,
                    last_line: open.last_line,
                    os,
                    language,
                    host: named.or(open.host),
                    is_elsewhere: open.is_elsewhere,
                    captured_at: open.captured_at,
                    records,
                };
                if !open.is_headed {
                    self.rows_without_heading(&section);
                }
                self.bare.push(open.is_bare);
                self.sections.push(section);
            }
            None => self.disown(open.first_line, open.last_line),
        }
    }

    /// What stands below a prompt without a name was not taken in the session on another machine, and what no
    /// command asked another machine for was taken on none of those.
    pub(super) fn tell_machines_apart(&mut self) {
        for (section, is_bare) in self.sections.iter_mut().zip(&self.bare) {
            let is_apart = self.seen_remote || (self.seen_session && *is_bare);
            section.is_elsewhere |= is_apart && section.host.is_none();
        }
    }

    /// What seemed a section was none: its lines are prose.
    fn disown(&mut self, first_line: usize, last_line: usize) {
        let lines = first_line - self.lines_before - 1..last_line - self.lines_before;
        let classes = self.classes.get_mut(lines).unwrap_or_default();
        // What could not be read stays so: there is a diagnostic about it.
        let was_taken = |class: &&mut Class| !matches!(class, Class::Blank | Class::Unread);
        for class in classes.iter_mut().filter(was_taken) {
            *class = Class::Prose;
        }
    }
}
