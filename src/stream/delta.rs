//! What lines became, to be used again where the very same line comes again.
//!
//! In a log of `netstat -ano 5` most rows stand again in the next table, and mostly in the same order. So each
//! line remembers which came after it: where that one comes again, it takes one comparison of bytes. Where not,
//! its hash finds it. Where too few lines come again, nothing is kept for a while.

use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use hashbrown::HashTable;

use crate::diagnostic::Diagnostic;

/// How many bytes of lines and of what they became are kept.
const ROOM: usize = 6 << 20;

/// For how many tables nothing is kept where too few lines came again.
const PAUSE: usize = 16;

/// What a line became.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    line: Range<usize>,
    /// The row as it is written, in pieces; between two of them stands what differs from row to row. Empty
    /// where the filter lets it not pass.
    pub pieces: Range<usize>,
    pub is_udp: bool,
    /// Both endpoints, as a hash.
    pub both: u64,
    pub finding: Option<Box<Diagnostic>>,
    /// The entry that came after this one the last time.
    next: Option<usize>,
}

/// What a line has just become.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The row, and where its pieces end.
    pub out: Vec<u8>,
    pub ends: Vec<usize>,
    pub passes: bool,
    pub is_udp: bool,
    /// Both endpoints, as a hash.
    pub both: u64,
    pub finding: Option<Box<Diagnostic>>,
}

/// Lines and what they became.
#[derive(Debug, Default)]
pub(super) struct Delta {
    lines: Vec<u8>,
    out: Vec<u8>,
    /// Ends of pieces in `out`.
    ends: Vec<usize>,
    entries: Vec<Entry>,
    by_line: HashTable<usize>,
    hasher: foldhash::fast::RandomState,
    last: Option<usize>,
    found: usize,
    missed: usize,
    /// Tables for which nothing is kept.
    paused: usize,
}

impl Delta {
    /// Is anything kept, for this table?
    pub fn is_on(&self) -> bool {
        self.paused == 0
    }

    /// A table begins.
    pub fn begin_table(&mut self) {
        self.last = None;
        if self.paused > 0 {
            self.paused -= 1;
            return;
        }
        // The first table has nothing to be compared with.
        if self.missed > 256 && self.found * 2 < self.missed && self.found + self.missed > 4096 {
            self.clear();
            self.paused = PAUSE;
        }
        if self.found + self.missed > 1 << 14 {
            (self.found, self.missed) = (self.found / 2, self.missed / 2);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.out.clear();
        self.ends.clear();
        self.entries.clear();
        self.by_line.clear();
        (self.last, self.found, self.missed) = (None, 0, 0);
    }

    /// The entry whose line, with its end, these bytes begin with, if it is the one that is expected.
    pub fn expected(&mut self, bytes: &[u8]) -> Option<(usize, usize)> {
        let next = self.entries.get(self.last?)?.next?;
        let line = self.lines.get(self.entries.get(next)?.line.clone())?;
        if !bytes.starts_with(line) {
            return None;
        }
        self.found += 1;
        self.last = Some(next);
        Some((next, line.len()))
    }

    /// The entry of this line.
    pub fn find(&mut self, line: &[u8]) -> Option<usize> {
        let hash = self.hash(line);
        let is_it = |index: &usize| {
            self.entries.get(*index).is_some_and(|entry| {
                self.lines.get(entry.line.clone()).is_some_and(|known| known == line)
            })
        };
        let found = self.by_line.find(hash, is_it).copied();
        match found {
            Some(index) => {
                self.found += 1;
                self.follow(index);
            }
            None => self.missed += 1,
        }
        found
    }

    /// Keeps what a line became; gives its entry.
    pub fn keep(&mut self, line: &[u8], made: &Made) -> usize {
        if self.lines.len() + self.out.len() + line.len() + made.out.len() > ROOM {
            let (found, missed) = (self.found, self.missed);
            self.clear();
            (self.found, self.missed) = (found, missed);
        }
        let index = self.entries.len();
        let line_start = self.lines.len();
        self.lines.extend_from_slice(line);
        let first_piece = self.ends.len();
        let before = self.out.len();
        if made.passes {
            self.out.extend_from_slice(&made.out);
            self.ends.extend(made.ends.iter().map(|end| before + end));
        }
        self.entries.push(Entry {
            line: line_start..self.lines.len(),
            pieces: first_piece..self.ends.len(),
            is_udp: made.is_udp,
            both: made.both,
            finding: made.finding.clone(),
            next: None,
        });
        let hash = self.hash(line);
        let (entries, lines, hasher) = (&self.entries, &self.lines, &self.hasher);
        self.by_line.insert_unique(hash, index, |other| {
            let line = entries.get(*other).and_then(|entry| lines.get(entry.line.clone()));
            hash_of(hasher, line.unwrap_or_default())
        });
        self.follow(index);
        index
    }

    pub fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// The pieces of a row.
    pub fn pieces(&self, entry: &Entry) -> impl Iterator<Item = &[u8]> {
        entry.pieces.clone().filter_map(|piece| {
            let start = piece.checked_sub(1).and_then(|before| self.ends.get(before));
            self.out.get(start.copied().unwrap_or(0)..*self.ends.get(piece)?)
        })
    }

    /// A hash of several texts. It is no secret, and differs from run to run.
    pub fn hash_of_all(&self, texts: &[&[u8]]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for text in texts {
            hasher.write(text);
            hasher.write_usize(text.len());
        }
        hasher.finish()
    }

    fn hash(&self, bytes: &[u8]) -> u64 {
        hash_of(&self.hasher, bytes)
    }

    fn follow(&mut self, index: usize) {
        if let Some(last) = self.last.and_then(|last| self.entries.get_mut(last)) {
            last.next = Some(index);
        }
        self.last = Some(index);
    }
}

fn hash_of(hasher: &foldhash::fast::RandomState, bytes: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(line: &[u8]) -> Made {
        let out = [line, b"!"].concat();
        Made { ends: vec![line.len(), out.len()], out, passes: true, ..Made::default() }
    }

    #[test]
    fn lines_are_found_where_they_are_expected_and_elsewhere() {
        let mut delta = Delta::default();
        for line in [&b"a\n"[..], b"b\n", b"c\n"] {
            assert_eq!(delta.find(line), None);
            delta.keep(line, &made(line));
        }
        delta.begin_table();
        assert_eq!(delta.expected(b"a\n"), None);
        assert_eq!(delta.find(b"a\n"), Some(0));
        assert_eq!(delta.expected(b"b\nc\n"), Some((1, 2)));
        assert_eq!(delta.expected(b"x\n"), None);
        assert_eq!(delta.find(b"a\n"), Some(0));
        assert_eq!(delta.expected(b"b\n"), Some((1, 2)));
        let entry = delta.entry(2).unwrap().clone();
        assert_eq!(delta.pieces(&entry).collect::<Vec<_>>(), [&b"c\n"[..], b"!"]);
    }

    #[test]
    fn it_pauses_where_nothing_comes_again() {
        let mut delta = Delta::default();
        for table in 0..40 {
            delta.begin_table();
            for row in 0..400 {
                let line = format!("{table} {row}\n");
                if delta.is_on() && delta.find(line.as_bytes()).is_none() {
                    delta.keep(line.as_bytes(), &made(b"x"));
                }
            }
        }
        assert!(!delta.is_on());
        assert!(delta.lines.is_empty());
    }
}
