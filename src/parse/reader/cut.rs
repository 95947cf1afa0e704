//! What shows that lines are missing: of the open section, or of a list of processes above.

use std::collections::HashSet;

use super::super::prompt::is_pager_mark;
use super::super::{Records, Section};
use super::{NETSTAT, Reader};
use crate::record::Process;
use crate::text::Line;

/// So many sections above are looked at: text that somebody made up may have any number.
const MOST_LISTS: usize = 8;

impl Reader<'_> {
    /// A mark stands for lines that somebody left out.
    pub(super) fn lines_are_left_out(&mut self, number: usize) {
        self.elided_at = number;
        match &mut self.open {
            Some(open) => open.around.elided = true,
            None => self.list_above_is_cut(),
        }
    }

    /// Did a pager or `Ctrl+C` hold here what was printed? Then lines are missing, unless more of them follow.
    pub(super) fn is_held(&mut self, line: &Line<'_>) -> bool {
        let is_break = line.text.trim() == "^C";
        let is_pager = is_pager_mark(line.text);
        if is_pager {
            self.pager_mark_at = Some(line.number);
        }
        let holds = is_pager || (is_break && !self.repeats());
        self.held |= holds && self.open.is_some();
        is_break || is_pager
    }

    /// `netstat -ano 5` goes on until it is stopped, and is so between two tables.
    fn repeats(&self) -> bool {
        let is_table = self.open.as_ref().is_some_and(|open| open.format.name == NETSTAT);
        let tables = self.sections.get(self.prompted_at..).unwrap_or_default();
        is_table && (self.prompt.repeats || tables.iter().any(|section| section.format == NETSTAT))
    }

    /// The list directly above was cut, if no prompt stands between.
    pub(super) fn list_above_is_cut(&mut self) {
        let since_prompt = self.sections.get_mut(self.prompted_at..).unwrap_or_default();
        if let Some(Section { records: Records::Processes { complete, .. }, .. }) =
            since_prompt.last_mut()
        {
            *complete = false;
        }
    }

    /// Rows without a heading that are not in a list above them, and no command printed, are of that list: it was cut.
    pub(super) fn rows_without_heading(&mut self, rows: &Section) {
        let Records::Processes { processes, complete: false } = &rows.records else { return };
        fn named(one: &Process) -> (u32, &str) {
            (one.pid, &one.image_name)
        }
        // A log is read a table at a time: what stands above one is not seen from below.
        let since_prompt = self.sections.get_mut(self.prompted_at..).unwrap_or_default();
        let is_table = |section: &&mut Section| matches!(section.records, Records::Sockets { .. });
        let near = since_prompt.iter_mut().rev().take(MOST_LISTS);
        for section in near.take_while(|section| !is_table(section)) {
            let is_same = section.host == rows.host && section.is_elsewhere == rows.is_elsewhere;
            if let Records::Processes { processes: list, complete } = &mut section.records
                && *complete
                && is_same
            {
                let list: HashSet<_> = list.iter().map(named).collect();
                *complete = processes.iter().all(|one| list.contains(&named(one)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    const TABLE: &str = "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 3380\n\n";
    const LIST: &str = "
Image Name                     PID Session Name        Session#    Mem Usage
========================= ======== ================ =========== ============
System Idle Process              0 Services                   0          8 K
System                           4 Services                   0        152 K
smss.exe                       412 Services                   0      1,012 K
";
    const ROW: &str = "httpd.exe   3380 Services 0 24,604 K\n";

    /// What is known of PID 3380 where this stands below the list.
    fn owner(below: &str) -> &'static str {
        let text = [TABLE, LIST, below].concat();
        let sources = [crate::read("x", text.into_bytes(), None)];
        let joined = crate::join(&crate::assemble(&sources, &[]).captures);
        joined.sockets[0].owner.name()
    }

    #[test]
    fn a_list_with_a_mark_is_cut() {
        for below in [
            "[snip]\n",
            "\n(38 more)\n",
            "\n[foo]\n\nsee below\n\n...\n",
            ".\n.\n.\n",
            "-- More --\n",
            "-- More --\n\nC:\\>\n",
            "-- Weiter (62%) --\n\nRegards\n",
            "^C\nC:\\>\n",
            "^C",
        ] {
            assert_eq!(owner(below), "list_incomplete", "{below}");
        }
    }

    #[test]
    fn a_list_with_another_row_behind_its_mark_is_not() {
        let row = "lsass.exe                      836 Services                   0      9,120 K\n";
        let again = "\nthis is the one:\n\nsmss.exe 412 Services 0 1,012 K\n";
        for below in ["", "\nRegards\n", &format!("-- More --\n{row}"), again] {
            assert_eq!(owner(below), "not_listed", "{below}");
        }
        let filtered = format!("\nC:\\>tasklist | findstr lsass\n{row}");
        assert_eq!(owner(&filtered), "not_listed");
    }

    #[test]
    fn rows_further_down_are_of_the_list() {
        for between in
            ["\n[foo]\n\nsee below\n\n", "\nsee below\n\n", "\n...\n", "[snip]\n", "\n[foo]\n"]
        {
            assert_eq!(owner(&format!("{between}{ROW}")), "matched", "{between}");
        }
    }

    #[test]
    fn a_name_has_no_pid_behind_a_mark() {
        for mark in ["(snip)", "[...]", "--snip--", "<many more>", "(38 more)", "usw.", "."] {
            let record = format!("Image Name: httpd.exe\n{mark}\nPID: 3380\n");
            assert_ne!(
                owner(&format!("\nC:\\>tasklist /fo list\n\n{record}")),
                "matched",
                "{mark}"
            );
            let object = format!(
                "\nC:\\>wmic process get /value\n\nName=httpd.exe\n{mark}\nProcessId=3380\n"
            );
            assert_ne!(owner(&object), "matched", "{mark}");
            let object = format!("\nPS C:\\> gps | fl\n\nName : httpd.exe\n{mark}\nId   : 3380\n");
            assert_ne!(owner(&object), "matched", "{mark}");
        }
    }

    #[test]
    fn an_interval_is_stopped_between_two_tables() {
        let shown = |text: &str| {
            let source = crate::read("x", text.as_bytes().to_vec(), None);
            let shown = source.sections.iter().map(|section| match section.records {
                crate::Records::Sockets { shown, .. } => format!("{shown:?}"),
                _ => String::new(),
            });
            shown.collect::<Vec<_>>()
        };
        let table = "Proto  Local Address  Foreign Address  State  PID\n".to_owned() + TABLE;
        assert_eq!(shown(&format!("C:\\>netstat -ano\n{table}^C\nC:\\>\n")), ["Elided"]);
        assert_eq!(shown(&format!("C:\\>netstat -ano 5\n{table}^C\nC:\\>\n")), ["Whole"]);
        assert_eq!(shown(&format!("{table}{table}^C\n")), ["Whole", "Whole"]);
    }
}
