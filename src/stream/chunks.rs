//! Cutting a log where its tables begin.

use memchr::memmem::{self, Finder};

use super::{Pass, is_blank};
use crate::parse::netstat_title;

/// How much of a source is searched for a title.
const SEARCHED: usize = 1 << 20;

/// Bytes of a log, of which parts are taken from the front. Each part but the first begins with the title of a
/// table.
#[derive(Debug, Default)]
pub struct Chunks {
    buffer: Vec<u8>,
    /// Where the next part begins.
    start: usize,
    /// Up to where the buffer was searched for a title.
    searched: usize,
    title: Option<Finder<'static>>,
}

impl Chunks {
    /// Takes more bytes, as `fill` appends them; gives what `fill` gives.
    pub fn fill<T>(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.searched -= self.start;
            self.start = 0;
        }
        fill(&mut self.buffer)
    }

    /// Is there a title to cut at? Asked once there are bytes.
    pub fn find_title(&mut self) -> bool {
        let head = self.buffer.get(..SEARCHED).unwrap_or(&self.buffer);
        let titles = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let is_title = |line: &&[u8]| {
            !line.is_empty()
                && std::str::from_utf8(line).is_ok_and(|line| netstat_title(line).is_some())
        };
        self.title = titles.into_iter().find(is_title).map(|title| {
            let mut line = b"\n".to_vec();
            line.extend_from_slice(title);
            Finder::new(&line).into_owned()
        });
        self.title.is_some()
    }

    /// The next part that is there as a whole. What `pass` saw ahead is not searched.
    pub fn next_chunk(&mut self, pass: &mut impl Pass) -> Option<&[u8]> {
        let title = self.title.as_ref()?;
        let ahead = pass.ahead(self.buffer.get(self.start..)?);
        // The line end before a title is of the title.
        self.searched = self.searched.max(self.start + ahead.saturating_sub(1));
        loop {
            let from = self.searched.max(self.start + 1);
            let found = self.buffer.get(from..).and_then(|rest| title.find(rest));
            let Some(at) = found.map(|at| from + at) else {
                // A title may begin at the end of the buffer.
                let kept = self.buffer.len().saturating_sub(title.needle().len());
                self.searched = self.searched.max(kept);
                return None;
            };
            let line_start = at + 1;
            let Some(line_end) = memchr::memchr(b'\n', self.buffer.get(line_start..)?) else {
                self.searched = at;
                return None;
            };
            self.searched = line_start;
            let line = self.buffer.get(line_start..line_start + line_end)?;
            let chunk = self.start..line_start;
            let is_title = line.trim_ascii_end().len() == title.needle().len() - 1;
            let before = self.buffer.get(chunk.clone())?;
            if is_title && (is_blank(before) || ends_with_a_table(before)) {
                self.start = line_start;
                return self.buffer.get(chunk);
            }
        }
    }

    /// What is left once there are no more bytes.
    pub fn last_chunk(&mut self) -> &[u8] {
        let start = std::mem::replace(&mut self.start, self.buffer.len());
        self.searched = self.buffer.len();
        self.buffer.get(start..).unwrap_or_default()
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
    is_row || (last.starts_with(b" [") && text.ends_with(b"]"))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Looks at nothing.
    struct Blind;

    impl Pass for Blind {
        fn ahead(&mut self, _: &[u8]) -> usize {
            0
        }

        fn chunk(&mut self, _: &[u8]) -> io::Result<bool> {
            Ok(true)
        }
    }

    fn cut(text: &str) -> Vec<String> {
        let mut chunks = Chunks::default();
        let mut found = Vec::new();
        chunks.fill(|buffer| buffer.extend_from_slice(text.as_bytes()));
        assert!(chunks.find_title());
        while let Some(chunk) = chunks.next_chunk(&mut Blind) {
            found.push(String::from_utf8(chunk.to_vec()).unwrap());
        }
        found.push(String::from_utf8(chunks.last_chunk().to_vec()).unwrap());
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
}
