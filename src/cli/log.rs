//! Large logs: looked through once, then read a table at a time. Spans of them are read side by side.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::ops::Range;
use std::sync::mpsc;
use std::thread;

use portjoin::Source;
use portjoin::stream::{self, Log, Look, Pass, Place, Scan, Title};
use portjoin::text::Recoder;

use super::progress;
use super::side_by_side::{cores, in_order};

/// From this size on a file is looked at as a log, in bytes.
pub const LARGE: u64 = 4 << 20;

/// How much is decoded at once, in bytes.
const BLOCK: usize = 1 << 18;

/// How much a thread reads before it hands it on, in bytes.
const SPAN: u64 = 4 << 20;

/// How many threads read a log: what they hold is bounded, and one alone writes.
const MOST_THREADS: usize = 4;

/// A file that can be read twice.
#[derive(Debug)]
pub struct LargeFile {
    file: File,
}

/// One that is a log.
#[derive(Debug)]
pub struct LogFile {
    file: File,
    /// Where it is not in UTF-8: then it is decoded whenever it is read, from its beginning to its end.
    recoder: Option<Recoder>,
    title: Title,
    /// From which on it can be read, the first its beginning.
    places: Vec<Place>,
}

impl From<File> for LargeFile {
    fn from(file: File) -> Self {
        LargeFile { file }
    }
}

impl LargeFile {
    /// What comes through a pipe, kept in a file that is gone when the program ends.
    pub fn spooled(beginning: Vec<u8>, rest: &mut impl Read) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(&beginning)?;
        io::copy(rest, &mut file)?;
        Ok(LargeFile { file })
    }

    /// A log gives its skeleton and itself, to be read a table at a time; whatever else is large is read whole.
    pub fn looked_through(self, name: &str) -> io::Result<(Source, Option<LogFile>)> {
        let mut beginning = Vec::new();
        (&self.file).rewind()?;
        (&self.file).take(Recoder::SEEN as u64).read_to_end(&mut beginning)?;
        let recoder = Recoder::by(&beginning);
        let recoded = recoder.as_ref().and_then(|recoder| {
            recoder.recode(beginning.get(recoder.mark..)?, false).map(|(text, _)| text.into_bytes())
        });
        let Some(title) = Title::find(&recoded.unwrap_or(beginning)) else {
            return Ok((read_whole(&self.file, name)?, None));
        };
        let mut log = LogFile { file: self.file, recoder, title, places: Vec::new() };
        match log.scan(name)? {
            Some(Log { skeleton, places }) => {
                log.places = places;
                Ok((skeleton, Some(log)))
            }
            None => Ok((log.read_whole(name)?, None)),
        }
    }
}

impl LogFile {
    /// All of it, as any other source.
    pub fn read_whole(&self, name: &str) -> io::Result<Source> {
        read_whole(&self.file, name)
    }

    /// Hands on every chunk of a span, as long as more are wanted; gives where they begin and end.
    pub fn each_chunk(&self, span: Range<u64>, pass: &mut impl Pass) -> io::Result<Range<u64>> {
        if let Some(recoder) = &self.recoder {
            return self.each_recoded_chunk(recoder, span, pass);
        }
        let read = |offset: u64, block: &mut [u8]| read_block(&self.file, offset, block);
        stream::each_chunk(read, &self.title, span, pass)
    }

    /// The same where one thread decodes and another takes the chunks.
    fn each_recoded_chunk(
        &self,
        recoder: &Recoder,
        span: Range<u64>,
        pass: &mut impl Pass,
    ) -> io::Result<Range<u64>> {
        thread::scope(|scope| {
            let (give, given) = mpsc::sync_channel(2);
            let texts =
                Texts { file: &self.file, recoder, offset: recoder.mark as u64, raw: Vec::new() };
            // Nobody takes any more where the pass has seen enough.
            scope.spawn(move || { texts }.try_for_each(|text| give.send(text)));
            let mut text = Cursor::new(String::new());
            let read = |_, block: &mut [u8]| loop {
                match text.read(block)? {
                    0 => match given.recv() {
                        Ok(next) => text = Cursor::new(next?),
                        Err(mpsc::RecvError) => return Ok(0),
                    },
                    read => return Ok(read),
                }
            };
            stream::each_chunk(read, &self.title, span, pass)
        })
    }

    /// Spans of so many bytes or a little more, one behind the other, each with the place where it begins.
    pub fn spans(&self, bytes: u64) -> Vec<(&Place, Range<u64>)> {
        let mut starts: Vec<&Place> = Vec::new();
        for place in &self.places {
            if starts.last().is_none_or(|last| place.offset() >= last.offset() + bytes) {
                starts.push(place);
            }
        }
        // The file may have grown.
        let ends = starts.iter().skip(1).map(|place| place.offset()).chain([u64::MAX]);
        starts.iter().zip(ends).map(|(place, end)| (*place, place.offset()..end)).collect()
    }

    /// How many threads read it.
    pub fn threads(&self) -> usize {
        if self.recoder.is_some() { 1 } else { cores().min(MOST_THREADS) }
    }

    fn scan(&self, name: &str) -> io::Result<Option<Log>> {
        if self.threads() > 1
            && let Some(log) = self.scan_side_by_side(name)?
        {
            return Ok(log);
        }
        let mut scan = match &self.recoder {
            Some(recoder) => Scan::of_recoded(name, recoder),
            None => Scan::new(name),
        };
        match self.each_chunk(0..u64::MAX, &mut scan) {
            // It is not in the encoding that its beginning shows.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
            read => read.map(|_| scan.finish()),
        }
    }

    /// `None` where the spans do not fit together: then it is to be read from its beginning to its end.
    #[expect(clippy::option_option, reason = "it may fit together and be no log")]
    fn scan_side_by_side(&self, name: &str) -> io::Result<Option<Option<Log>>> {
        let pieces = self.file.metadata()?.len().div_ceil(SPAN);
        let mut scan = Scan::new(name);
        let (mut fits, mut failed) = (true, None);
        let look = |look: &mut Look, piece: usize| {
            let start = piece as u64 * SPAN;
            // The file may have grown.
            let end = if piece as u64 + 1 == pieces { u64::MAX } else { start + SPAN };
            (self.each_chunk(start..end, look), look.take())
        };
        let pieces = usize::try_from(pieces).map_err(io::Error::other)?;
        in_order(pieces, self.threads(), Look::default, look, |_, (offsets, seen)| {
            match offsets {
                Err(error) => {
                    failed = Some(error);
                    false
                }
                // No table begins there.
                Ok(offsets) if offsets.is_empty() => true,
                Ok(offsets) => {
                    fits &= offsets.start == scan.place().offset();
                    fits && scan.add(seen)
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None if !fits => Ok(None),
            None => Ok(Some(scan.finish())),
        }
    }
}

/// What a file says, in UTF-8, some lines at a time.
struct Texts<'f> {
    file: &'f File,
    recoder: &'f Recoder,
    /// Up to where the file was read.
    offset: u64,
    /// What was not decoded yet.
    raw: Vec<u8>,
}

impl Texts<'_> {
    fn read(&mut self) -> io::Result<Option<String>> {
        let before = self.raw.len();
        self.raw.resize(before + BLOCK, 0);
        let room = self.raw.get_mut(before..).unwrap_or_default();
        let read = read_block(self.file, self.offset, room)?;
        self.raw.truncate(before + read);
        self.offset += read as u64;
        if self.raw.is_empty() {
            return Ok(None);
        }
        let Some((text, length)) = self.recoder.recode(&self.raw, read == 0) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is of several encodings"));
        };
        self.raw.drain(..length);
        Ok(Some(text))
    }
}

impl Iterator for Texts<'_> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn read_whole(mut file: &File, name: &str) -> io::Result<Source> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(portjoin::read(name, bytes, None))
}

/// Fills a part of a block with what stands from an offset on; gives how much.
fn read_block(file: &File, offset: u64, block: &mut [u8]) -> io::Result<usize> {
    loop {
        match read_at(file, block, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read.inspect(|bytes| progress::read(*bytes)),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, block: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, block, offset)
}

#[cfg(windows)]
fn read_at(file: &File, block: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, block, offset)
}
