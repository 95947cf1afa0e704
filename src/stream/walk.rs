//! How far a table was read.

use super::numbers::Numbers;
use crate::diagnostic::Diagnostic;

/// A table of plain rows, as far as it was read. It may still turn out to be none.
#[derive(Debug)]
pub(super) struct Walk {
    /// Bytes of its chunk.
    pub read: usize,
    /// Where its rows begin among what is written.
    pub start: usize,
    /// Of its first row.
    pub first: Numbers,
    pub rows: usize,
    /// Of all of them.
    pub lines: usize,
    pub written: usize,
    pub skipped: usize,
    /// The first UDP row.
    pub udp_from: Option<usize>,
    /// Stands a TCP row below a UDP row? Somebody sorted the table.
    pub is_sorted_anew: bool,
    pub is_none: bool,
    pub findings: Vec<Diagnostic>,
}
