//! Stream: logs of `netstat -ano 5` of any size, a table at a time.
//!
//! What [`crate::read`], [`crate::join()`] and [`crate::render`] do with a whole source is done here with parts of
//! it: the rows are the same to the byte, and no more is held than a table. It takes two passes over the bytes.
//!
//! 1. [`Scan`] looks for everything but sockets: process lists may stand behind the tables.
//! 2. [`Rows`] reads the tables and writes their rows. Most rows stand again in the next table; what a line became
//!    is kept, and used again where the very same line comes (`delta`).
//!
//! [`each_chunk`] cuts the bytes where a table begins, so that each part can be read for itself: before a known
//! title below a blank line, where the line above that is a row of netstat. So spans of a log can be read side by side:
//! [`Look`] tells what the chunks of a span are, [`Scan`] takes that together and knows the [`Place`] where each span
//! begins, and from there on [`Rows`] can read it.
//!
//! Not every source is a log: see [`Scan::finish`]. All others are read whole.

mod chunks;
mod delta;
mod entry;
mod extents;
mod look;
mod make;
mod numbers;
mod outcome;
mod prologue;
mod rows;
mod scan;
mod style;
mod template;
mod walk;

use std::io;

use crate::parse::{Carried, netstat_heading};

pub use chunks::{Title, each_chunk};
pub use look::{Look, Seen};
pub use outcome::Outcome;
pub use rows::Rows;
pub use scan::{Log, Scan};
pub use style::Style;

/// One of the passes over the chunks of a log, see [`each_chunk`].
pub trait Pass {
    /// Looks at as much as there is of the next chunk, and gives how many bytes of it hold no further title. It is
    /// asked again when there is more, then with the same bytes before it.
    fn ahead(&mut self, bytes: &[u8]) -> usize;

    /// Takes the next chunk. `false` where the rest is of no use.
    ///
    /// # Errors
    ///
    /// What the pass has to say.
    fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool>;
}

/// Where in a log a pass stands: what the lines before leave behind. By default at the beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// In bytes.
    offset: u64,
    carried: Carried,
    /// How many snapshots there are before.
    snapshots: usize,
}

impl Place {
    /// In bytes, from the beginning of the log.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// Does the line begin as a row of netstat does in a log?
fn is_like_a_row(line: &[u8]) -> bool {
    line.starts_with(b"  TCP ") || line.starts_with(b"  UDP ")
}

/// Is the line a heading, and no row as well?
fn is_heading(line: &str) -> bool {
    !line.contains(':') && netstat_heading(line).is_some()
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// The line at the beginning of these bytes, with its line end.
fn first_line(bytes: &[u8]) -> &[u8] {
    let length = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    bytes.get(..length).unwrap_or_default()
}
