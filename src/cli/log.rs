//! Large logs: looked through once, then read a table at a time.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use portjoin::Source;
use portjoin::stream::{Chunks, Pass, Scan};

use super::output;

/// From this size on a file is looked at as a log, in bytes.
pub const LARGE: u64 = 4 << 20;

/// How much is read at once, in bytes.
const BLOCK: u64 = 1 << 19;

/// A file that can be read twice.
#[derive(Debug)]
pub struct LogFile {
    file: File,
}

impl From<File> for LogFile {
    fn from(file: File) -> Self {
        LogFile { file }
    }
}

impl LogFile {
    /// What comes through a pipe, kept in a file that is gone when the program ends.
    pub fn spooled(beginning: Vec<u8>, rest: &mut impl Read) -> io::Result<Self> {
        output::note("standard input is large: it is kept in a temporary file, to be read twice");
        let mut file = tempfile::tempfile()?;
        file.write_all(&beginning)?;
        io::copy(rest, &mut file)?;
        Ok(LogFile { file })
    }

    /// A log gives its skeleton and itself, to be read a table at a time; whatever else is large is read whole.
    pub fn looked_through(mut self, name: &str) -> io::Result<(Source, Option<LogFile>)> {
        let mut scan = Scan::new(name);
        let all = self.each_chunk(&mut scan)?;
        match all.then(|| scan.finish()).flatten() {
            Some(log) => Ok((log.skeleton, Some(self))),
            None => Ok((self.read_whole(name)?, None)),
        }
    }

    /// All of it, as any other source.
    pub fn read_whole(mut self, name: &str) -> io::Result<Source> {
        self.file.rewind()?;
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        Ok(portjoin::read(name, bytes, None))
    }

    /// Hands on every chunk, as long as more are wanted. `false` where there is nothing to cut at, or no more
    /// was wanted.
    pub fn each_chunk(&mut self, pass: &mut impl Pass) -> io::Result<bool> {
        self.file.rewind()?;
        let mut chunks = Chunks::default();
        let mut is_first = true;
        loop {
            let mut block = (&mut self.file).take(BLOCK);
            let read = chunks.fill(|buffer| block.read_to_end(buffer))?;
            if is_first && !chunks.find_title() {
                return Ok(false);
            }
            is_first = false;
            while let Some(chunk) = chunks.next_chunk(pass) {
                if !pass.chunk(chunk)? {
                    return Ok(false);
                }
            }
            if read == 0 {
                return pass.chunk(chunks.last_chunk());
            }
        }
    }
}
