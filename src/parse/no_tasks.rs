//! What `tasklist` says where a filter lets no process through.

use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::table::{Surroundings, Table, Taken};
use crate::languages::Language;
use crate::text::Line;

/// `INFO: No tasks are running which match the specified criteria.`, on one line or two.
pub(super) struct NoTasks {
    language: &'static Language,
    ended: bool,
}

impl NoTasks {
    pub(super) fn in_language(language: &'static Language) -> Self {
        NoTasks { language, ended: false }
    }
}

impl Table for NoTasks {
    fn yields(&self) -> bool {
        true
    }

    fn take(&mut self, _: &Arc<str>, line: &Line<'_>) -> Taken {
        if self.ended || line.text.contains(|c: char| c.is_ascii_digit()) {
            return Taken::NotOurs;
        }
        self.ended = line.text.trim_end().ends_with(['.', '。']);
        Taken::as_class(Class::Notice)
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let records = Records::Processes { processes: Vec::new(), complete: false };
        Some((records, Some(self.language.tag)))
    }
}
