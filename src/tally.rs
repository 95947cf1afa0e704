//! Tally: diagnostics of any number of lines, without holding them all.

use crate::diagnostic::Diagnostic;

/// Of how many kinds of each severity the first is kept.
const KINDS: usize = 64;

/// Diagnostics with their numbers: of those that say the same of a source the first is kept.
#[derive(Debug, Default)]
pub struct Tally {
    kinds: Vec<(Diagnostic, usize)>,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.add_many(diagnostic, 1);
    }

    fn add_many(&mut self, diagnostic: Diagnostic, number: usize) {
        let severity = diagnostic.severity();
        let (mut of_severity, mut last) = (0, None);
        for (known, count) in &mut self.kinds {
            let is_same = known.code == diagnostic.code && known.message == diagnostic.message;
            if is_same && known.source == diagnostic.source {
                *count += number;
                return;
            }
            if known.severity() == severity {
                of_severity += 1;
                last = Some(count);
            }
        }
        match last {
            Some(last) if of_severity >= KINDS => *last += number,
            _ => self.kinds.push((diagnostic, number)),
        }
    }

    /// Adds all of another.
    pub fn append(&mut self, other: Tally) {
        other.kinds.into_iter().for_each(|(first, number)| self.add_many(first, number));
    }

    /// The first of each kind and how many there are, in the order of the first.
    pub fn kinds(&self) -> impl Iterator<Item = (&Diagnostic, usize)> {
        self.kinds.iter().map(|(first, number)| (first, *number))
    }

    /// All of them, in the order of the first of each kind, which stands for the others.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kinds().flat_map(|(first, number)| std::iter::repeat_n(first, number))
    }
}

impl Extend<Diagnostic> for Tally {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|diagnostic| self.add(diagnostic));
    }
}
