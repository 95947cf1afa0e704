//! Rows that wait until the last of them is known: in memory, or in a temporary file where there are many.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

/// How many bytes are kept in memory.
const IN_MEMORY: usize = 1 << 20;

/// How much is read at once, in bytes.
const BLOCK: usize = 1 << 16;

/// Takes lines, and gives them as often as they are wanted.
pub struct Spool {
    file: RefCell<SpooledTempFile>,
    /// Why the lines could not be read.
    failed: RefCell<Option<io::Error>>,
}

impl Spool {
    pub fn new() -> Self {
        let file = RefCell::new(SpooledTempFile::new(IN_MEMORY));
        Spool { file, failed: RefCell::new(None) }
    }

    /// All lines from the first on; they end where one cannot be read, see [`Spool::finish`].
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let reader = BufReader::with_capacity(BLOCK, From { spool: self, offset: 0 });
        reader
            .lines()
            .map_while(|line| line.map_err(|error| *self.failed.borrow_mut() = Some(error)).ok())
    }

    /// # Errors
    ///
    /// That lines could not be read.
    pub fn finish(self) -> io::Result<()> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.get_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.get_mut().flush()
    }
}

/// Reads from an offset on.
struct From<'s> {
    spool: &'s Spool,
    offset: u64,
}

impl Read for From<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut file = self.spool.file.borrow_mut();
        file.seek(SeekFrom::Start(self.offset))?;
        let read = file.read(bytes)?;
        self.offset += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_given_as_often_as_they_are_wanted() {
        let mut spool = Spool::new();
        let line = "x".repeat(1000);
        for number in 0..2000 {
            writeln!(spool, "{number}{line}").unwrap();
        }
        let (mut one, mut other) = (spool.lines(), spool.lines());
        for number in 0..2000 {
            let expected = Some(format!("{number}{line}"));
            assert!(one.next() == expected && other.next() == expected);
        }
        assert!(one.next().is_none() && other.next().is_none());
        drop((one, other));
        spool.finish().unwrap();
    }
}
