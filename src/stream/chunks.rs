//! Cutting a log where its tables begin.

use std::io;
use std::ops::Range;

use memchr::memmem::{self, Finder};

use super::entry::Below;
use super::{Pass, is_blank};
use crate::parse::netstat_title;

/// How much is read before the place where a span begins, to see whether there is a table above a title, in bytes.
const LOOK_BACK: u64 = 1 << 16;

/// How much is asked for at once, in bytes.
const BLOCK: usize = 1 << 18;

/// The line above the tables of a log.
#[derive(Debug, Clone)]
pub struct Title {
    /// With the line end before it.
    finder: Finder<'static>,
}

impl Title {
    /// The first title of netstat in the beginning of a source.
    pub fn find(beginning: &[u8]) -> Option<Title> {
        let mut lines = beginning.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let is_title = |line: &&[u8]| {
            !line.is_empty()
                && std::str::from_utf8(line).is_ok_and(|line| netstat_title(line).is_some())
        };
        let title = lines.find(is_title)?;
        Some(Title { finder: Finder::new(&[b"\n", title].concat()).into_owned() })
    }
}

/// Hands on every chunk of a log that begins within a span: the first begins with the log, every other with a title.
///
/// `read` fills a part of a block with what stands from an offset on, and gives how much that is: nothing where the
/// log ends. What `pass` refuses is the last it is given. Gives the offsets where the first chunk begins and the last ends; an empty span where
/// none begins within.
///
/// # Errors
///
/// Those of `read` and of `pass`.
pub fn each_chunk(
    mut read: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
    title: &Title,
    span: Range<u64>,
    pass: &mut impl Pass,
) -> io::Result<Range<u64>> {
    let base = span.start.saturating_sub(LOOK_BACK);
    let mut chunks = Chunks { room: Vec::new(), filled: 0, base, start: 0, searched: 0, title };
    if span.start > 0 {
        while !chunks.find_first(span.start) {
            if chunks.searched_up_to() >= span.end || !chunks.fill(&mut read)? {
                return Ok(span.start..span.start);
            }
        }
    }
    let first = chunks.next_offset();
    if first >= span.end {
        return Ok(span.start..span.start);
    }
    loop {
        while let Some(chunk) = chunks.next_chunk(pass) {
            let goes_on = pass.chunk(chunk)?;
            if !goes_on || chunks.next_offset() >= span.end {
                return Ok(first..chunks.next_offset());
            }
        }
        chunks.forget();
        if !chunks.fill(&mut read)? {
            let end = chunks.end();
            pass.chunk(chunks.buffer())?;
            return Ok(first..end);
        }
    }
}

/// Bytes of a log, of which chunks are taken from the front.
struct Chunks<'t> {
    /// The buffer, and room behind it.
    room: Vec<u8>,
    /// How long the buffer is.
    filled: usize,
    /// Where the buffer begins in the log.
    base: u64,
    /// Where the next chunk begins.
    start: usize,
    /// Up to where the buffer was searched for a title.
    searched: usize,
    title: &'t Title,
}

impl Chunks<'_> {
    fn buffer(&self) -> &[u8] {
        self.room.get(..self.filled).unwrap_or_default()
    }

    /// Takes more bytes into the buffer. `false` where there are none.
    fn fill(&mut self, read: impl FnOnce(u64, &mut [u8]) -> io::Result<usize>) -> io::Result<bool> {
        self.room.resize(self.room.len().max(self.filled + BLOCK), 0);
        let end = self.end();
        let block = self.room.get_mut(self.filled..).unwrap_or_default();
        let read = read(end, block)?.min(block.len());
        self.filled += read;
        Ok(read > 0)
    }

    /// Where the buffer ends in the log.
    fn end(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Before which offset there is no title that was not found.
    fn searched_up_to(&self) -> u64 {
        self.base + self.searched as u64 + 1
    }

    /// Where the next chunk begins in the log.
    fn next_offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Drops what was taken.
    fn forget(&mut self) {
        self.base = self.next_offset();
        self.room.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.searched = self.searched.saturating_sub(self.start);
        self.start = 0;
    }

    /// Goes to the first title from this offset on. `false` where there is none in the buffer.
    fn find_first(&mut self, offset: u64) -> bool {
        let line_end_before = usize::try_from((offset - self.base).saturating_sub(1));
        self.searched = self.searched.max(line_end_before.unwrap_or(usize::MAX));
        let title = self.next_title();
        self.start = title.unwrap_or(self.start);
        title.is_some()
    }

    /// The next chunk that is there as a whole. What `pass` saw ahead is not searched.
    fn next_chunk(&mut self, pass: &mut impl Pass) -> Option<&[u8]> {
        let ahead = pass.ahead(self.buffer().get(self.start..)?);
        // The line end before a title is of the title.
        self.searched = self.searched.max(self.start + ahead.saturating_sub(1));
        let end = self.next_title()?;
        let start = std::mem::replace(&mut self.start, end);
        self.buffer().get(start..end)
    }

    /// Where the next title begins that stands below a table.
    fn next_title(&mut self) -> Option<usize> {
        let finder = &self.title.finder;
        loop {
            let found = self.buffer().get(self.searched..).and_then(|rest| finder.find(rest));
            let Some(at) = found.map(|at| self.searched + at) else {
                // A title may begin at the end of the buffer.
                let kept = self.filled.saturating_sub(finder.needle().len());
                self.searched = self.searched.max(kept);
                return None;
            };
            let line_start = at + 1;
            let Some(line_end) = memchr::memchr(b'\n', self.buffer().get(line_start..)?) else {
                self.searched = at;
                return None;
            };
            self.searched = line_start;
            let line = self.buffer().get(line_start..line_start + line_end)?;
            let before = self.buffer().get(self.start..line_start)?;
            let is_title = line.trim_ascii_end().len() == finder.needle().len() - 1;
            if is_title && (is_blank(before) || ends_with_a_table(before)) {
                return Some(line_start);
            }
        }
    }
}

/// Is the last line blank, and the last that is not a row of netstat, or the name that `-b` prints below one?
fn ends_with_a_table(chunk: &[u8]) -> bool {
    let above = chunk.strip_suffix(b"\n").unwrap_or(chunk);
    let blank_from = memchr::memrchr(b'\n', above).map_or(0, |at| at + 1);
    if !above.get(blank_from..).is_some_and(is_blank) {
        return false;
    }
    let rows = above.trim_ascii_end();
    let last_from = memchr::memrchr(b'\n', rows).map_or(0, |at| at + 1);
    let last = rows.get(last_from..).unwrap_or_default();
    let text = last.trim_ascii();
    let is_row = (text.starts_with(b"TCP ") || text.starts_with(b"UDP "))
        && memmem::find(text, b":").is_some();
    is_row || Below::of(last) == Below::Owner || (last.starts_with(b" [") && text.ends_with(b"]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps the chunks.
    #[derive(Default)]
    struct Kept(Vec<String>);

    impl Pass for Kept {
        fn ahead(&mut self, _: &[u8]) -> usize {
            0
        }

        fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool> {
            self.0.push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(true)
        }
    }

    fn cut_within(text: &str, span: Range<u64>) -> (Range<u64>, Vec<String>) {
        let mut kept = Kept::default();
        let read = |offset: u64, room: &mut [u8]| {
            let rest = &text.as_bytes()[usize::try_from(offset).unwrap()..];
            let length = rest.len().min(50);
            room[..length].copy_from_slice(&rest[..length]);
            Ok(length)
        };
        let title = Title::find(text.as_bytes()).unwrap();
        let span = each_chunk(read, &title, span, &mut kept).unwrap();
        (span, kept.0)
    }

    fn cut(text: &str) -> Vec<String> {
        let (_, found) = cut_within(text, 0..u64::MAX);
        assert_eq!(found.concat(), text);
        found
    }

    const TITLE: &str = "Active Connections\r\n";
    const ROW: &str = "  TCP    0.0.0.0:80   0.0.0.0:0   LISTENING   4\r\n";

    #[test]
    fn tables_are_cut_below_rows_and_a_blank_line() {
        let table = format!("{TITLE}\r\n{ROW}\r\n");
        assert_eq!(cut(&format!("\r\n{table}{table}{table}")).len(), 4);
        assert_eq!(cut(&format!("{table}{table}")).len(), 2);
    }

    #[test]
    fn nothing_else_is_cut() {
        let list = "Image Name   PID\r\n==== ====\r\na.exe  4\r\n\r\n";
        for text in [
            format!("{TITLE}\r\n{list}{TITLE}"),
            format!("{TITLE}{ROW}{TITLE}"),
            format!("{TITLE}{ROW}\r\nActive Connections on srv1\r\n"),
            format!("{TITLE}{ROW}\r\n> {TITLE}"),
        ] {
            assert_eq!(cut(&text).len(), 1, "{text}");
        }
    }

    #[test]
    fn spans_side_by_side_give_every_chunk_once() {
        let table = format!("{TITLE}\r\n{}\r\n", ROW.repeat(3));
        let text = format!("\r\n{}", table.repeat(6));
        let all = cut(&text);
        let length = text.len() as u64;
        for size in [1, 7, table.len() as u64, 1000, 2 * length] {
            let (mut found, mut end) = (Vec::new(), 0);
            for start in (0..length).step_by(usize::try_from(size).unwrap()) {
                let (span, chunks) = cut_within(&text, start..start + size);
                assert_eq!(span.is_empty(), chunks.is_empty());
                if !span.is_empty() {
                    assert_eq!(span.start, end, "spans of {size}");
                    end = span.end;
                }
                found.extend(chunks);
            }
            assert_eq!((found, end), (all.clone(), length), "spans of {size}");
        }
    }
}
