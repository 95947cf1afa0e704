//! Files and standard input, read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use portjoin::text::Encoding;
use portjoin::{Diagnostic, Source};

use super::find::{self, Found, Listing, NAME_A_FILE, plain, skipped, unreadable};
use super::log::{self, LargeFile, LogFile};
use super::side_by_side::{cores, in_order};
use super::{output, progress};

/// What was read, and what could not be.
#[derive(Debug, Default)]
pub struct Inputs {
    /// In the order in which they were found.
    pub sources: Vec<Source>,
    /// Those of the sources that are skeletons of logs, by their index: their files.
    pub logs: BTreeMap<usize, LogFile>,
    /// What there is to say of the inputs.
    pub notes: Notes,
}

/// About inputs, not about lines.
#[derive(Debug, Default)]
pub struct Notes {
    /// In the order in which they were found out.
    pub diagnostics: Vec<Diagnostic>,
    /// Did an input that the user named give no answer?
    pub failed: bool,
    /// What was read of each folder that was named, by its place among them.
    folders: BTreeMap<usize, OfFolder>,
}

/// What was read of a folder.
#[derive(Debug, Default)]
struct OfFolder {
    has_rows: bool,
    without_rows: Vec<Diagnostic>,
}

/// How files are read.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// The encoding, where the user named one.
    pub encoding: Option<Encoding>,
    /// Are large logs only looked through, to be read a table at a time?
    pub streams: bool,
    /// Is nothing said of how it goes?
    pub is_quiet: bool,
}

/// A file, read: itself or its skeleton, and then the log.
type FileRead = (Source, Option<LogFile>);

/// Reads everything that is named.
pub fn read(named: &[PathBuf], how: How) -> Inputs {
    let listing = find::find(named);
    let mut inputs = Inputs::default().and_read(&listing.files, how);
    inputs.notes.finish(listing);
    inputs
}

impl Inputs {
    /// Reads these files behind those that were read before.
    pub fn and_read(mut self, files: &[Found], how: How) -> Inputs {
        for (found, read) in files.iter().zip(side_by_side(files, how)) {
            match read {
                Ok((source, log)) => {
                    self.notes.hear_of(&source, found);
                    self.logs.extend(log.map(|log| (self.sources.len(), log)));
                    self.sources.push(source);
                }
                Err(error) => self.notes.hear_of_failure(found, &error),
            }
        }
        self
    }
}

impl Notes {
    fn hear_of(&mut self, source: &Source, found: &Found) {
        let without_rows = source.without_rows();
        match found.folder {
            None => {
                self.failed |= without_rows.is_some();
                self.diagnostics.extend(without_rows);
            }
            Some(folder) => {
                let folder = self.folders.entry(folder).or_default();
                folder.has_rows |= source.is_recognised();
                folder.without_rows.extend(without_rows);
            }
        }
    }

    fn hear_of_failure(&mut self, found: &Found, error: &io::Error) {
        if let Some(folder) = found.folder {
            self.folders.entry(folder).or_default();
            return self.diagnostics.push(skipped(&found.path, &plain(error)));
        }
        self.fail(&found.path.to_string_lossy(), error);
    }

    /// What the user named cannot be read.
    pub fn fail(&mut self, name: &str, error: &io::Error) {
        self.failed = true;
        self.diagnostics.push(unreadable(name, &plain(error), NAME_A_FILE));
    }

    /// Adds what is to be said of files behind these.
    pub fn append(&mut self, behind: Notes) {
        self.diagnostics.extend(behind.diagnostics);
        self.failed |= behind.failed;
        for (index, behind) in behind.folders {
            let folder = self.folders.entry(index).or_default();
            folder.has_rows |= behind.has_rows;
            folder.without_rows.extend(behind.without_rows);
        }
    }

    /// Once all was read: a file without rows is nothing to fail for in a folder, unless all are.
    pub fn finish(&mut self, listing: Listing) {
        self.failed |= listing.failed;
        self.diagnostics.splice(..0, listing.diagnostics);
        for (index, path) in listing.folders.iter().enumerate() {
            let message = match self.folders.remove(&index) {
                Some(folder) if folder.has_rows => continue,
                Some(folder) => {
                    self.diagnostics.extend(folder.without_rows);
                    "no file in the folder holds a row of netstat or of a process list"
                }
                None => "the folder holds no file",
            };
            self.failed = true;
            let help = "name a folder with captures";
            self.diagnostics.push(unreadable(&path.to_string_lossy(), message, help));
        }
    }
}

/// Reads files on all cores, and gives them in their order.
fn side_by_side(files: &[Found], how: How) -> Vec<io::Result<FileRead>> {
    let read = |share: &[Found]| -> Vec<_> {
        share.iter().map(|found| read_file(&found.path, how)).collect()
    };
    let cores = cores();
    let share = files.len().div_ceil(cores);
    if cores == 1 || share < WORTH_A_THREAD {
        return read(files);
    }
    let shares: Vec<&[Found]> = files.chunks(share).collect();
    let mut all = Vec::new();
    let of_share = |(): &mut (), index: usize| shares.get(index).map(|share| read(share));
    in_order(
        shares.len(),
        cores,
        || (),
        of_share,
        |_, read| {
            all.extend(read.unwrap_or_default());
            true
        },
    );
    all
}

/// How many files make a thread worth its while.
const WORTH_A_THREAD: usize = 64;

fn read_file(path: &Path, how: How) -> io::Result<FileRead> {
    let name = path.to_string_lossy();
    let streams = how.streams && how.encoding.is_none();
    let whole = |bytes: Vec<u8>| (portjoin::read(&name, bytes, how.encoding), None);
    let log = if name == "-" {
        let mut bytes = Vec::new();
        let mut stdin = io::stdin().lock();
        let most = if streams { log::LARGE } else { u64::MAX };
        stdin.by_ref().take(most).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < most {
            return Ok(whole(bytes));
        }
        // A pipe can be read once. What is large is kept in a file until the end.
        if !how.is_quiet {
            output::note(
                "standard input is large: it is kept in a temporary file, to be read twice",
            );
        }
        LargeFile::spooled(bytes, &mut stdin)?
    } else {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if !streams || !metadata.is_file() || metadata.len() < log::LARGE {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            progress::read(bytes.len());
            return Ok(whole(bytes));
        }
        LargeFile::from(file)
    };
    log.looked_through(&name)
}
