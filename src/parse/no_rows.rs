//! Why a source has no row: what it is instead, as far as that shows.

use super::{Records, Section, Source};
use crate::diagnostic::{Code, Diagnostic};

const HELP: &str = "save the output of `netstat -ano` and of `tasklist`";

impl Source {
    /// An error that says what this source is, where it holds no table that could have had rows, or none of which a
    /// row could be read.
    pub fn without_rows(&self) -> Option<Diagnostic> {
        // What `netsh` says of ports is no row, read or not.
        let is_fact = |section: &Section| matches!(section.records, Records::Facts { .. });
        let only_facts = self.sections.iter().all(is_fact);
        let unread = if only_facts { self.unread.len() } else { self.accounting.unread };
        if self.is_recognised() && (self.accounting.rows > 0 || unread == 0) {
            return None;
        }
        let lines = self.accounting.lines;
        let only_long = lines > 0 && self.diagnostics.iter().any(|d| d.code == Code::LineTooLong);
        let found = if self.is_recognised() {
            format!("{unread} line{} that could not be read", if unread == 1 { "" } else { "s" })
        } else if let Some(what) = self.named() {
            what
        } else if lines == 0 {
            "an empty input".to_owned()
        } else if self.is_binary {
            "a binary file, not text".to_owned()
        } else if only_long {
            "lines too long for either".to_owned()
        } else {
            format!("{lines} line{} of other text", if lines == 1 { "" } else { "s" })
        };
        let message = format!("expected rows of netstat or of a process list, found {found}");
        Some(Diagnostic::of_source(&self.name, Code::NoRows, message).with_help(HELP))
    }

    /// What the sections of this source are, the first that is named.
    fn named(&self) -> Option<String> {
        self.sections.iter().find_map(|section| match section.records {
            Records::None { what } => {
                Some(format!("{what} (lines {} to {})", section.first_line, section.last_line))
            }
            Records::Sockets { .. }
            | Records::Processes { .. }
            | Records::Services { .. }
            | Records::Facts { .. } => None,
        })
    }
}
