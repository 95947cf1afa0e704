//! What there is to say of rows that were read and written.

use crate::parse::Accounting;
use crate::tally::Tally;

/// What all rows of a log gave.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The class of every line.
    pub accounting: Accounting,
    /// About lines.
    pub diagnostics: Tally,
    /// About what the rows say.
    pub findings: Tally,
    /// How many rows passed the filter.
    pub written: usize,
    /// How many rows there are.
    pub read: usize,
}

impl Outcome {
    /// Adds that of a span behind.
    pub fn append(&mut self, behind: Outcome) {
        self.accounting = self.accounting + behind.accounting;
        self.diagnostics.append(behind.diagnostics);
        self.findings.append(behind.findings);
        self.written += behind.written;
        self.read += behind.read;
    }
}
