//! How the rows of a log are written.

use std::io;

use super::numbers::Variable;
use crate::column::Column;
use crate::join::OwnedSocket;
use crate::render::{self, Delimited, Layout};

/// How rows are written.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// One object a row, one row a line.
    Ndjson,
    /// With a delimiter.
    Delimited(Delimited),
    /// Cells for a [`render::Sheet`] of people, or of the columns where some are asked for.
    Sheet,
}

impl Style {
    /// Writes rows of these columns, without a heading.
    ///
    /// # Errors
    ///
    /// What `out` gives.
    pub fn write(
        self,
        out: impl io::Write,
        rows: &[OwnedSocket<'_>],
        columns: &[Column],
    ) -> io::Result<()> {
        match self {
            Style::Ndjson => render::write_ndjson(out, rows, columns),
            Style::Delimited(style) => {
                let style = Delimited { header: false, ..style };
                render::write_delimited(out, rows, columns, style)
            }
            Style::Sheet => render::write_cells(out, rows, Layout::of(columns)),
        }
    }

    /// What differs between rows that are the same, in the order in which it is written.
    pub(super) fn variables(self, columns: &[Column]) -> Vec<Variable> {
        let of = |columns: &[Column]| columns.iter().copied().filter_map(Variable::of).collect();
        match self {
            Style::Sheet => of(Layout::of(columns).numbered()),
            Style::Ndjson | Style::Delimited(_) => of(columns),
        }
    }
}
