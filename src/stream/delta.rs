//! What lines became, to be used again where the very same line comes again.
//!
//! In a log of `netstat -ano 5` most rows stand again in the next table, and mostly in the same order. So each
//! line remembers which came after it: where that one comes again, it takes one comparison of bytes. Where not,
//! its hash finds it. Where too few lines come again, nothing is kept for a while.

use std::hash::{BuildHasher, Hasher};

use hashbrown::HashTable;

use crate::diagnostic::Diagnostic;

/// How many bytes of lines and of what they became are kept.
const ROOM: usize = 6 << 20;

/// For how many tables nothing is kept where too few lines came again.
const PAUSE: usize = 16;

/// What a line became.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Where the line stands, and behind it the row as it is written.
    start: u32,
    line: u32,
    /// The entry that came after this one the last time.
    next: u32,
    pub passes: bool,
    pub is_udp: bool,
    /// Both endpoints, as a hash.
    pub both: u64,
    pub finding: Option<Box<Diagnostic>>,
}

/// No entry.
const NONE: u32 = u32::MAX;

/// What a line has just become.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The row, and where its pieces end.
    pub out: Vec<u8>,
    pub ends: Vec<usize>,
    /// Does the filter let it pass?
    pub passes: bool,
    pub is_udp: bool,
    /// Both endpoints, as a hash.
    pub both: u64,
    pub finding: Option<Box<Diagnostic>>,
}

/// Lines and what they became.
#[derive(Debug)]
pub(super) struct Delta {
    /// Of how many pieces a row is; between two of them stands what differs from row to row.
    pieces: usize,
    /// Lines with their ends, each with its row behind it.
    bytes: Vec<u8>,
    /// Where the pieces of each row end, from where it begins.
    ends: Vec<u32>,
    entries: Vec<Entry>,
    by_line: HashTable<u32>,
    hasher: foldhash::fast::RandomState,
    last: u32,
    /// The entries of this table, in its order.
    order: Vec<u32>,
    found: usize,
    missed: usize,
    /// Tables for which nothing is kept.
    paused: usize,
}

impl Delta {
    /// For rows of so many pieces.
    pub fn new(pieces: usize) -> Self {
        Delta {
            pieces,
            bytes: Vec::new(),
            ends: Vec::new(),
            entries: Vec::new(),
            by_line: HashTable::new(),
            hasher: Default::default(),
            last: NONE,
            order: Vec::new(),
            found: 0,
            missed: 0,
            paused: 0,
        }
    }

    /// Is anything kept, for this table?
    pub fn is_on(&self) -> bool {
        self.paused == 0
    }

    /// A table begins.
    pub fn begin_table(&mut self) {
        self.last = NONE;
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
        // What is not of the last table is in the way of what is.
        if self.entries.len() > 2 * self.order.len() + 64 {
            self.compact();
        }
        self.order.clear();
    }

    /// Keeps the entries of the last table alone, one behind the other.
    fn compact(&mut self) {
        let old = std::mem::replace(self, Delta::new(self.pieces));
        (self.found, self.missed) = (old.found, old.missed);
        let mut moved = vec![NONE; old.entries.len()];
        for index in &old.order {
            let (Some(to), Some(entry)) = (moved.get_mut(*index as usize), old.entry(*index))
            else {
                continue;
            };
            if *to != NONE {
                self.follow(*to);
                continue;
            }
            let (row, ends) = old.row(*index, entry);
            let length = ends.last().copied().unwrap_or_default() as usize;
            let made = Made {
                out: row.get(..length).unwrap_or_default().to_vec(),
                ends: ends.iter().map(|end| *end as usize).collect(),
                passes: entry.passes,
                is_udp: entry.is_udp,
                both: entry.both,
                finding: entry.finding.clone(),
            };
            let line = line_of(entry, &old.bytes).unwrap_or_default();
            *to = self.keep(line, &made).unwrap_or(NONE);
        }
        self.last = NONE;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.entries.clear();
        self.by_line.clear();
        self.order.clear();
        (self.last, self.found, self.missed) = (NONE, 0, 0);
    }

    /// The entry whose line these bytes begin with, if it is the one that is expected, and the length of the line
    /// with its end.
    #[inline]
    pub fn expected(&mut self, bytes: &[u8]) -> Option<(u32, usize)> {
        let next = self.entries.get(self.last as usize)?.next;
        let line = self.line(next)?;
        if !bytes.starts_with(line) {
            return None;
        }
        let length = line.len();
        self.found += 1;
        self.last = next;
        self.order.push(next);
        Some((next, length))
    }

    /// The entry of this line.
    pub fn find(&mut self, line: &[u8]) -> Option<u32> {
        let hash = self.hash(line);
        let is_it = |index: &u32| self.line(*index) == Some(line);
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
    pub fn keep(&mut self, line: &[u8], made: &Made) -> Option<u32> {
        if self.bytes.len() + line.len() + made.out.len() > ROOM {
            let (found, missed) = (self.found, self.missed);
            self.clear();
            (self.found, self.missed) = (found, missed);
        }
        let index = u32::try_from(self.entries.len()).ok()?;
        let start = u32::try_from(self.bytes.len()).ok()?;
        let length = u32::try_from(line.len()).ok()?;
        self.bytes.extend_from_slice(line);
        if made.passes {
            self.bytes.extend_from_slice(&made.out);
        }
        let ends = made.ends.iter().map(|end| u32::try_from(*end).unwrap_or_default());
        self.ends.extend(ends.chain(std::iter::repeat(0)).take(self.pieces));
        self.entries.push(Entry {
            start,
            line: length,
            next: NONE,
            passes: made.passes,
            is_udp: made.is_udp,
            both: made.both,
            finding: made.finding.clone(),
        });
        let hash = self.hash(line);
        let (entries, bytes, hasher) = (&self.entries, &self.bytes, &self.hasher);
        self.by_line.insert_unique(hash, index, |other| {
            let line = entries.get(*other as usize).and_then(|entry| line_of(entry, bytes));
            hash_of(hasher, line.unwrap_or_default())
        });
        self.follow(index);
        Some(index)
    }

    #[inline]
    pub fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(index as usize)
    }

    /// The row of an entry, and where its pieces end.
    #[inline]
    pub fn row(&self, index: u32, entry: &Entry) -> (&[u8], &[u32]) {
        let start = (entry.start + entry.line) as usize;
        let first = index as usize * self.pieces;
        let ends = self.ends.get(first..first + self.pieces).unwrap_or_default();
        (self.bytes.get(start..).unwrap_or_default(), ends)
    }

    fn line(&self, index: u32) -> Option<&[u8]> {
        line_of(self.entries.get(index as usize)?, &self.bytes)
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

    fn follow(&mut self, index: u32) {
        if let Some(last) = self.entries.get_mut(self.last as usize) {
            last.next = index;
        }
        self.last = index;
        self.order.push(index);
    }
}

fn line_of<'b>(entry: &Entry, bytes: &'b [u8]) -> Option<&'b [u8]> {
    bytes.get(entry.start as usize..(entry.start + entry.line) as usize)
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
        let mut delta = Delta::new(2);
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
        let entry = delta.entry(2).unwrap();
        assert_eq!(delta.row(2, entry), (&b"c\n!"[..], &[2, 3][..]));
    }

    #[test]
    fn it_pauses_where_nothing_comes_again() {
        let mut delta = Delta::new(2);
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
        assert!(delta.bytes.is_empty());
    }
}
