//! Render: from rows to text. One output format, one file.
//!
//! Everything that comes from a capture is untrusted: in text it goes through [`visible()`], in JSON
//! the same characters are written as `\uXXXX`, which loses nothing.

mod cells;
mod delimited;
mod diagnostics;
mod json;
mod lines;
mod people;
mod schema;
mod sheet;
mod verdict;
mod verdict_json;
mod verdict_phrases;
mod verdict_rules;
mod visible;

pub use delimited::{Delimited, write_delimited, write_delimited_counts};
pub use diagnostics::{render_accounting, render_diagnostics};
pub use json::{write_json, write_ndjson, write_ndjson_counts};
pub use people::{write_markdown, write_table};
pub use schema::schema;
pub(crate) use sheet::write_cells;
pub use sheet::{Layout, Sheet, Tone};
pub use verdict::write_verdicts;
pub use verdict_json::write_verdicts_json;
pub use visible::visible;
