//! What the chunks of a log are, each for itself.

use std::io;

use super::entry::{Below, owner_lines};
use super::prologue::Prologue;
use super::{Pass, first_line, is_blank, is_heading, is_like_a_row};
use crate::parse::netstat_title;
use crate::text::is_wrapped;

/// How many bytes of tables are told of together; more where one table is longer.
const TOGETHER: usize = 1 << 18;

/// What chunks are.
#[derive(Debug)]
pub enum Seen {
    /// So many tables of netstat: lines that are titles, headings, rows and blanks alone.
    Tables {
        /// How many tables there are.
        tables: usize,
        /// Of how many lines all of them are.
        lines: usize,
        /// And of how many bytes.
        bytes: usize,
    },
    /// Anything else, to be read.
    Text(String),
    /// Something that no log holds.
    Odd,
}

/// Looks at the chunks of a log.
#[derive(Debug, Default)]
pub struct Look {
    /// Title and heading that were seen last, to be known again without reading them.
    known: Vec<Vec<u8>>,
    /// Of the table that was seen last.
    prologue: Prologue,
    ahead: Option<Ahead>,
    /// What was not taken yet.
    seen: Vec<Seen>,
}

/// The next chunk: a table below a known prologue, as far as its lines are entries.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    bytes: usize,
    lines: usize,
    is_plain: bool,
    is_below_row: bool,
}

impl Look {
    /// What was seen since this was asked last, in its order; nothing behind what is odd.
    pub fn take(&mut self) -> Vec<Seen> {
        std::mem::take(&mut self.seen)
    }

    fn see(&mut self, bytes: &[u8]) -> Seen {
        if let Some(lines) = self.lines_behind(bytes) {
            return Seen::Tables { tables: 1, lines, bytes: bytes.len() };
        }
        let text = std::str::from_utf8(bytes).ok().filter(|text| !text.starts_with('\u{feff}'));
        match text.filter(|text| is_plain(text)) {
            None => Seen::Odd,
            Some(text) => match self.lines_of_a_table(bytes) {
                Some(lines) => Seen::Tables { tables: 1, lines, bytes: bytes.len() },
                None => Seen::Text(text.to_owned()),
            },
        }
    }

    /// How many lines there are, where nothing but blanks stands behind what was looked at ahead.
    fn lines_behind(&mut self, bytes: &[u8]) -> Option<usize> {
        let ahead = self.ahead.take().filter(|ahead| ahead.is_plain)?;
        let rest = bytes.get(ahead.bytes..)?;
        let blanks = rest.split_inclusive(|byte| *byte == b'\n');
        is_blank(rest).then(|| ahead.lines + blanks.count())
    }

    /// How many lines there are, where they are title, heading, rows, what `-b` prints below them, and blanks alone.
    fn lines_of_a_table(&mut self, bytes: &[u8]) -> Option<usize> {
        let (mut rest, mut lines) = (bytes, 0);
        let mut above = Below::Other;
        while !rest.is_empty() {
            let line = first_line(rest);
            let is_row = is_like_a_row(line) && !ends_as_a_banner(line);
            rest = rest.get(line.len()..)?;
            lines += 1;
            let below = if is_row { Below::Row } else { Below::of(line) };
            let is_known = match (above, below) {
                (Below::Row, Below::Component | Below::Owner) => true,
                (Below::Component, below) => below == Below::Owner,
                _ => is_row || is_blank(line) || self.is_title_or_heading(line),
            };
            above = below;
            // The first chunk may begin with anything; every other begins with a title.
            if !is_known || (lines == 1 && (is_like_a_row(line) || is_blank(line))) {
                return None;
            }
        }
        if !self.prologue.begins(bytes) {
            self.prologue = Prologue::of(bytes).map(|(prologue, _)| prologue).unwrap_or_default();
        }
        (above != Below::Component).then_some(lines)
    }

    fn is_title_or_heading(&mut self, line: &[u8]) -> bool {
        if self.known.iter().any(|known| known == line) {
            return true;
        }
        let is_known = std::str::from_utf8(line)
            .is_ok_and(|text| netstat_title(text).is_some() || is_heading(text));
        if is_known && self.known.len() < 8 {
            self.known.push(line.to_vec());
        }
        is_known
    }
}

impl Pass for Look {
    fn ahead(&mut self, bytes: &[u8]) -> usize {
        if self.ahead.is_none() && !self.prologue.begins(bytes) {
            return 0;
        }
        let (length, lines) = (self.prologue.length(), self.prologue.lines);
        let mut ahead = self.ahead.unwrap_or(Ahead {
            bytes: length,
            lines,
            is_plain: true,
            is_below_row: false,
        });
        let from = ahead.bytes;
        while let Some(rest) = bytes.get(ahead.bytes..) {
            let line = first_line(rest);
            let (length, lines) = if is_like_a_row(line) {
                if !line.ends_with(b"\n") || ends_as_a_banner(line) {
                    break;
                }
                (line.len(), 1)
            } else if let Some(owner) = owner_lines(rest).filter(|_| ahead.is_below_row) {
                owner
            } else {
                break;
            };
            ahead.bytes += length;
            ahead.lines += lines;
            ahead.is_below_row = is_like_a_row(line);
        }
        ahead.is_plain &= bytes.get(from..ahead.bytes).is_some_and(is_plainest);
        self.ahead = Some(ahead);
        ahead.bytes
    }

    /// `false` where the chunk is odd.
    ///
    /// # Errors
    ///
    /// None.
    fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let seen = self.see(bytes);
        match (self.seen.last_mut(), seen) {
            (
                Some(Seen::Tables { tables, lines, bytes }),
                Seen::Tables { tables: more, lines: other, bytes: length },
            ) if *bytes < TOGETHER => {
                *tables += more;
                *lines += other;
                *bytes += length;
            }
            (_, seen) => self.seen.push(seen),
        }
        Ok(!matches!(self.seen.last(), Some(Seen::Odd)))
    }
}

/// Is it text without NUL, and with nothing that holds for all of its lines?
fn is_plain(text: &str) -> bool {
    memchr::memchr(b'\0', text.as_bytes()).is_none() && !is_wrapped(text)
}

/// Is it nothing but what [`is_plain`] lets pass, whatever stands around it?
fn is_plainest(bytes: &[u8]) -> bool {
    bytes.is_ascii() && memchr::memchr3(b'\0', b'&', b'<', bytes).is_none()
}

/// A banner may begin as a row does and name another machine.
fn ends_as_a_banner(line: &[u8]) -> bool {
    let is_sign = |byte: &u8| b"=-#*_~><".contains(byte);
    matches!(line.trim_ascii_end(), [.., one, other] if is_sign(one) && is_sign(other))
}
