//! Large logs: looked through once, then read a table at a time.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use portjoin::parse::Accounting;
use portjoin::query::Filter;
use portjoin::stream::{Chunks, Outcome, Rows, Scan, Style};
use portjoin::{Capture, Column, Diagnostic, OwnedSocket, Source, join_capture, render};

use super::args::Arguments;
use super::exit::Exit;
use super::output::{self, Output};
use super::{BYTE_ORDER_MARK, Gathered, NOT_FREE, exit, report};

/// From this size on a file is looked at as a log, in bytes.
pub const LARGE: u64 = 4 << 20;

/// How much is read at once, in bytes.
const BLOCK: u64 = 1 << 19;

/// A file that can be read twice.
#[derive(Debug)]
pub struct LogFile {
    file: File,
}

impl LogFile {
    /// The file of this name.
    pub fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(|file| LogFile { file })
    }

    /// What comes through a pipe, kept in a file that is gone when the program ends.
    pub fn spooled(beginning: Vec<u8>, rest: &mut impl Read) -> io::Result<Self> {
        output::note("standard input is large: it is kept in a temporary file, to be read twice");
        let mut file = tempfile::tempfile()?;
        file.write_all(&beginning)?;
        io::copy(rest, &mut file)?;
        Ok(LogFile { file })
    }

    /// All but the sockets; `None` where this is no log.
    pub fn scan(&mut self, name: &str) -> io::Result<Option<Source>> {
        let mut scan = Scan::new(name);
        let all = self.each_chunk(|chunk| Ok(scan.chunk(chunk)))?;
        Ok(all.then(|| scan.finish()).flatten().map(|log| log.skeleton))
    }

    /// All bytes.
    pub fn read_whole(&mut self) -> io::Result<Vec<u8>> {
        self.file.rewind()?;
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Hands on every chunk, as long as more are wanted. `false` where there is nothing to cut at, or no more
    /// was wanted.
    fn each_chunk(&mut self, mut take: impl FnMut(&[u8]) -> io::Result<bool>) -> io::Result<bool> {
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
            while let Some(chunk) = chunks.next_chunk() {
                if !take(chunk)? {
                    return Ok(false);
                }
            }
            if read == 0 {
                return take(chunks.last_chunk());
            }
        }
    }
}

/// Is every log the only one with sockets of its machine?
pub fn can_stream(inputs: &Gathered) -> bool {
    let assembly = inputs.assemble();
    assembly.captures.iter().all(|capture| {
        let of_log = |source: &Source| log_of(inputs, source).is_some();
        capture.snapshots.len() == 1 || !capture.snapshots.iter().any(|one| of_log(one.source))
    })
}

/// The place of the log among the logs of which this is the skeleton.
fn log_of(inputs: &Gathered, source: &Source) -> Option<usize> {
    let sources = &inputs.sources;
    let is_it = |(index, _): &(usize, LogFile)| {
        sources.sources.get(*index).is_some_and(|skeleton| std::ptr::eq(skeleton, source))
    };
    sources.logs.iter().position(is_it)
}

/// What was written, and what there is to say.
#[derive(Default)]
struct Said {
    findings: Vec<Vec<Diagnostic>>,
    outcomes: Vec<(usize, Outcome)>,
    rows: usize,
    written: usize,
}

/// Reads, joins, filters and prints, with logs among the inputs.
pub fn print(arguments: &Arguments, mut inputs: Gathered, style: Style) -> Exit {
    let mut logs = std::mem::take(&mut inputs.sources.logs);
    let places: Vec<usize> = logs.iter().map(|(index, _)| *index).collect();
    let inputs = &inputs;
    let assembly = inputs.assemble();
    let filter = arguments.filter();
    let columns = match arguments.columns.as_slice() {
        [] => Column::ALL,
        columns => columns,
    };
    let mut said = Said::default();
    let written = output::to_stdout(|out| {
        if let Style::Delimited(delimited) = style {
            if arguments.bom {
                out.write_all(BYTE_ORDER_MARK)?;
            }
            render::write_delimited(&mut *out, &[], columns, delimited)?;
        }
        for (index, capture) in assembly.captures.iter().enumerate() {
            let source = capture.snapshots.first().map(|snapshot| snapshot.source);
            let log = source.and_then(|source| {
                let is_it = |place: &usize| {
                    inputs.sources.sources.get(*place).is_some_and(|one| std::ptr::eq(one, source))
                };
                Some((source, places.iter().position(is_it)?))
            });
            match log {
                Some((skeleton, log)) => {
                    let Some((place, file)) = logs.get_mut(log) else { continue };
                    let rows = Rows::new(skeleton, capture, index, &filter, columns, style);
                    said.outcomes.push((*place, stream(file, rows, out)?));
                }
                None => whole(index, capture, &filter, columns, style, out, &mut said)?,
            }
        }
        Ok(())
    });
    said.rows += said.outcomes.iter().map(|(_, outcome)| outcome.read).sum::<usize>();
    said.written += said.outcomes.iter().map(|(_, outcome)| outcome.written).sum::<usize>();
    said.outcomes.sort_by_key(|(place, _)| *place);

    let all = inputs.sources();
    let of_lines = all.iter().enumerate().flat_map(|(index, source)| {
        let of_log = said.outcomes.iter().find(|(place, _)| *place == index);
        let of_log = of_log.into_iter().flat_map(|(_, outcome)| outcome.diagnostics.iter());
        source.diagnostics.iter().chain(of_log)
    });
    let of_rows = said.outcomes.iter().flat_map(|(_, outcome)| outcome.findings.iter());
    let mut diagnostics: Vec<&Diagnostic> = of_lines
        .chain(said.findings.iter().flatten())
        .chain(of_rows)
        .chain(&assembly.diagnostics)
        .chain(&inputs.sources.diagnostics)
        .chain(&inputs.lists.diagnostics)
        .collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity() == portjoin::Severity::Error);
    if !arguments.showing.quiet {
        let of_logs = said.outcomes.iter().map(|(_, outcome)| outcome.accounting);
        let accounting: Accounting =
            all.iter().map(|source| source.accounting).chain(of_logs).sum();
        let is_empty = said.rows > 0 && said.written == 0 && !inputs.failed();
        report(&accounting, &diagnostics, is_empty.then_some(NOT_FREE), &arguments.showing);
    }
    let is_strict_failure = arguments.reading.is_strict_failure(&diagnostics);
    output::exit_of(written, exit(inputs.failed() || is_strict_failure, said.written == 0))
}

/// Reads a log a table at a time and writes its rows.
fn stream(file: &mut LogFile, mut rows: Rows<'_>, out: &mut Output) -> io::Result<Outcome> {
    let mut written = Vec::new();
    file.each_chunk(|chunk| {
        rows.chunk(chunk, &mut written)?;
        if written.len() >= 1 << 16 {
            out.write_all(&written)?;
            written.clear();
        }
        Ok(true)
    })?;
    let outcome = rows.finish(&mut written);
    out.write_all(&written)?;
    Ok(outcome)
}

/// Joins a capture that was read whole and writes its rows.
fn whole(
    index: usize,
    capture: &Capture<'_>,
    filter: &Filter,
    columns: &[Column],
    style: Style,
    out: &mut Output,
    said: &mut Said,
) -> io::Result<()> {
    let joined = join_capture(index, capture);
    let mut rows: Vec<OwnedSocket<'_>> = joined.sockets;
    said.findings.push(joined.findings);
    said.rows += rows.len();
    filter.apply(&mut rows);
    said.written += rows.len();
    match style {
        Style::Ndjson => render::write_ndjson(out, &rows, columns),
        Style::Delimited(delimited) => {
            let delimited = render::Delimited { header: false, ..delimited };
            render::write_delimited(out, &rows, columns, delimited)
        }
    }
}
