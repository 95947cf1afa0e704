//! Diagnostics of a log: as many as it takes, without holding them all.

use crate::diagnostic::{Diagnostic, Severity};

/// Of how many kinds the first of each is kept.
const KINDS: usize = 64;

/// Diagnostics with their numbers: of those that say the same the first is kept.
#[derive(Debug, Default)]
pub struct Tally {
    kinds: Vec<(Diagnostic, usize)>,
    /// Did any of them say that something was not read?
    matters: bool,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.matters |= diagnostic.severity() != Severity::Note;
        let is_full = self.kinds.len() >= KINDS;
        let same = |(known, _): &&mut (Diagnostic, usize)| {
            known.code == diagnostic.code && known.message == diagnostic.message
        };
        match self.kinds.iter_mut().find(same) {
            Some((_, count)) => *count += 1,
            None if is_full => {
                if let Some((_, count)) = self.kinds.last_mut() {
                    *count += 1;
                }
            }
            None => self.kinds.push((diagnostic, 1)),
        }
    }

    /// All of them, in the order of the first of each kind.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kinds.iter().flat_map(|(first, count)| std::iter::repeat_n(first, *count))
    }

    /// Is one of them more than a note?
    pub fn matters(&self) -> bool {
        self.matters
    }
}
