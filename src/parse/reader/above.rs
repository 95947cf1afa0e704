//! The lines above that nothing has taken: a heading, if the next line tells so.

use super::super::accounting::Class;
use super::super::powershell_list;
use super::Reader;

/// Lines that are kept for a heading.
const KEPT_ABOVE: usize = 3;

/// Lines that are kept where each is one of a list of PowerShell: the PID may stand below all of them.
pub(super) const MOST_ABOVE: usize = powershell_list::MOST_PROPERTIES;

impl Reader<'_> {
    pub(super) fn lines_above_are(&mut self, class: Class) {
        for line in &self.above {
            if let Some(of_line) = self.classes.get_mut(line.number - self.lines_before - 1) {
                *of_line = (*of_line).min(class);
            }
        }
    }

    /// Lines that stand too far above are of no heading.
    pub(super) fn drop_far_above(&mut self) {
        let is_of_list = self.above.last().is_some_and(|line| powershell_list::is_part(line.text));
        let most = if is_of_list { MOST_ABOVE } else { KEPT_ABOVE };
        let kept = self.above.len().saturating_sub(most);
        self.above.drain(..kept);
    }
}
