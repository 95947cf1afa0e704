//! What a format is: how it opens a section, and what it makes of the lines.

use std::sync::Arc;

use super::accounting::Class;
use super::netstat_switches::Switches;
use super::process_cells::Third;
use super::{Os, Records, Shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::{Family, Protocol};
use crate::text::Line;

/// An input format: how a line of it is recognised.
pub(crate) struct Format {
    /// Name of the format and of its folder in `fixtures/`.
    pub name: &'static str,
    /// The system whose programs print it.
    pub os: Os,
    /// Does this line begin a section of the format? `above` are the lines before it that are not
    /// blank and that nothing has taken, the nearest last.
    pub open: fn(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening>,
}

/// A section that begins.
pub(crate) struct Opening {
    /// Reads the section, from the line that opened it on.
    pub table: Box<dyn Table>,
    /// How many of the lines above belong to its heading, and what they are.
    pub heading_above: usize,
    pub above: Class,
    /// Is it one only where the prompt above has a command of `tasklist`, and nothing came since?
    pub needs_tasklist: bool,
    /// The same of a command for `Win32_Service`.
    pub needs_services: bool,
}

impl Opening {
    pub(crate) fn new(table: impl Table + 'static) -> Option<Self> {
        Some(Opening {
            table: Box::new(table),
            heading_above: 0,
            above: Class::Header,
            needs_tasklist: false,
            needs_services: false,
        })
    }

    pub(crate) fn with_heading_above(mut self, lines: usize) -> Self {
        self.heading_above = lines;
        self
    }

    /// The lines above are rows, and not its heading.
    pub(crate) fn with_rows_above(mut self, lines: usize) -> Self {
        (self.heading_above, self.above) = (lines, Class::Row);
        self
    }

    pub(crate) fn below_tasklist(mut self) -> Self {
        self.needs_tasklist = true;
        self
    }

    pub(crate) fn below_services(mut self) -> Self {
        self.needs_services = true;
        self
    }

    /// Does it need no command?
    pub(crate) fn stands_alone(&self) -> bool {
        !self.needs_tasklist && !self.needs_services
    }
}

/// What a section makes of a line.
pub(crate) enum Taken {
    /// The line is of this class; the diagnostics are about it.
    As(Class, Vec<Diagnostic>),
    /// The line is of this class, and so are those before it that were offered and not taken; the diagnostic is about it.
    WithAbove(Class, Option<Diagnostic>),
    /// The line before was a broken row, and this is the rest of it: nothing is wrong with it any more.
    Mends,
    /// The line may turn out to be this section's, by the lines that follow.
    Perhaps,
    /// The line is none of this section's.
    NotOurs,
}

impl Taken {
    pub(crate) fn as_class(class: Class) -> Self {
        Taken::As(class, Vec::new())
    }

    pub(crate) fn unread(diagnostic: Diagnostic) -> Self {
        Taken::As(Class::Unread, vec![diagnostic])
    }

    /// A line that has what a row has, but not where a row has it.
    pub(crate) fn misplaced(source: &Arc<str>, line: &Line<'_>) -> Self {
        let message = "expected a row of this table, found cells in other places";
        let about =
            Diagnostic::of_part(source, line, line.text.trim(), Code::UnexpectedLine, message);
        Taken::unread(about.with_help("the row is kept out of the answer"))
    }

    /// A row, and what somebody appended to it, which may be empty.
    pub(crate) fn row_without(appended: &str, source: &Arc<str>, line: &Line<'_>) -> Self {
        if appended.is_empty() {
            return Taken::as_class(Class::Row);
        }
        Taken::text_behind(Class::Row, appended, source, line)
    }

    /// A line of this class, and what somebody appended to it.
    pub(crate) fn text_behind(
        class: Class,
        appended: &str,
        source: &Arc<str>,
        line: &Line<'_>,
    ) -> Self {
        let at = line.text.rfind(appended).unwrap_or_default();
        let part = line.text.get(at..).unwrap_or_default().trim_end();
        let message = format!("expected the end of the row, found `{appended}`");
        let about = Diagnostic::of_part(source, line, part, Code::TrailingText, message)
            .with_help("the row is kept, without this text");
        Taken::As(class, vec![about])
    }
}

/// What the reader of a section learns from outside of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Surroundings {
    /// The command that printed the section was followed by a filter, or had one.
    pub filtered: bool,
    /// A line of the section could not be read.
    pub unread: bool,
    /// Somebody left lines out and said so (`...`): where the section begins, between the lines of its heading.
    pub elided: bool,
    /// The family that the command asked for (`netsh int ipv4 …`).
    pub family: Option<Family>,
    /// The protocol that the command asked for (`Get-NetTCPConnection`).
    pub protocol: Option<Protocol>,
    /// The command lists processes (`Get-Process`), whatever its columns are.
    pub of_processes: bool,
    /// What lists the command asks for (`tasklist /m`).
    pub third: Third,
    /// What the switches of the command say of its rows.
    pub netstat: Switches,
    /// A prompt stood between this section and the one before.
    pub prompted: bool,
}

impl Surroundings {
    /// Is everything there that the command printed, as far as shows?
    pub(crate) fn is_whole(&self) -> bool {
        !self.filtered && !self.unread && !self.elided
    }

    /// How much of a socket table is there.
    pub(crate) fn shown(&self, headed: bool) -> Shown {
        if self.filtered {
            Shown::Filtered
        } else if self.elided {
            Shown::Elided
        } else if headed {
            Shown::Whole
        } else {
            Shown::Headless
        }
    }
}

/// Reads the lines of one section.
pub(crate) trait Table {
    /// What is known before the first line.
    fn begin(&mut self, _: Surroundings) {}

    /// The system that printed the section, where its rows tell and not its format.
    fn os(&self) -> Option<Os> {
        None
    }

    /// The machine, where the section itself names it.
    fn host(&self) -> Option<String> {
        None
    }

    /// Is a line with which another format begins of that, whatever this one would make of it?
    fn yields(&self) -> bool {
        false
    }

    /// The line that was a row until the last line showed that its record is none; told once.
    fn withdrawn(&mut self) -> Option<usize> {
        None
    }

    /// Offers a line that is not blank.
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken;

    /// The section ends: its records and language. `None` where it turns out to have been none.
    fn finish(self: Box<Self>, around: Surroundings) -> Option<(Records, Option<&'static str>)>;
}
