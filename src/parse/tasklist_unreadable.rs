//! A table of `tasklist` whose ruler a console broke over lines, as that of `/apps`: nothing of it can be read, and all
//! of it is told.

use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::combinators::is_blank;
use super::table::{Opening, Surroundings, Table, Taken};
use crate::text::Line;

/// No ruler of `tasklist` is narrower, in signs.
const NARROWEST: usize = 60;

/// Opens a section with the first line of such a ruler.
pub(super) fn open(line: &Line<'_>) -> Option<Opening> {
    let is_broken = is_of_ruler(line.text)
        && line.text.contains("= =")
        && line.text.matches('=').count() >= NARROWEST;
    is_broken.then(|| Opening::new(Unreadable { place: line.place }))?
}

fn is_of_ruler(text: &str) -> bool {
    text.contains('=') && text.chars().all(|c| c == '=' || is_blank(c))
}

struct Unreadable {
    /// Of the line that was taken last.
    place: usize,
}

impl Table for Unreadable {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        // Of what is broken one line may be blank.
        if line.place > self.place + 2 {
            return Taken::NotOurs;
        }
        self.place = line.place;
        if is_of_ruler(line.text) {
            return Taken::as_class(Class::Header);
        }
        Taken::misplaced(source, line)
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        None
    }
}
