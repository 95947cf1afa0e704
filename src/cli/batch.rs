//! Rows that are written as they are read: some files of many at a time, and a log a table at a time.

use std::io::{self, Write};

use portjoin::capture::{Capture, Others, Unpaired, assemble_among};
use portjoin::parse::Accounting;
use portjoin::query::{Filter, Snapshots};
use portjoin::stream::{Rows, Style};
use portjoin::{Assembly, Column, OwnedSocket, Source, Tally, join_capture};

use super::input::{Inputs, Notes};
use super::log::LogFile;
use super::log_rows::LogRows;

/// What is asked of every batch.
pub struct Asked<'a> {
    pub filter: Filter,
    pub columns: &'a [Column],
    pub style: Style,
    /// Is all to be said that is wrong with any line?
    pub is_strict: bool,
    /// The lists of `--processes`.
    pub lists: &'a [Source],
}

/// What there is to say of what was read and written.
#[derive(Default)]
pub struct Said {
    /// About lines.
    pub of_lines: Tally,
    /// About what the rows say.
    pub findings: Tally,
    pub unpaired: Unpaired,
    pub notes: Notes,
    pub accounting: Accounting,
    /// How many rows there are.
    pub rows: usize,
    /// How many of them passed the filter.
    pub written: usize,
}

impl Said {
    /// Adds what is said of the batch behind.
    pub fn append(&mut self, behind: Said) {
        self.of_lines.append(behind.of_lines);
        self.findings.append(behind.findings);
        self.unpaired.append(behind.unpaired);
        self.notes.append(behind.notes);
        self.accounting = self.accounting + behind.accounting;
        self.rows += behind.rows;
        self.written += behind.written;
    }
}

/// Joins, filters and writes a batch of inputs, which are some beside `others`.
///
/// `first` is told how many captures there are, and tells the index of the first; `None` where the rows are not
/// wanted any more.
pub fn write(
    mut inputs: Inputs,
    others: Others,
    asked: &Asked<'_>,
    first: impl FnOnce(usize) -> Option<usize>,
    out: &mut dyn Write,
) -> io::Result<Said> {
    let mut said = Said::default();
    if !inputs.logs.is_empty() {
        read_what_cannot_stream(&mut inputs, others, asked, &mut said);
    }
    let Inputs { sources, logs, notes } = inputs;
    said.notes.append(notes);
    {
        let assembly = assemble_among(&sources, asked.lists, others);
        let Some(first) = first(assembly.captures.len()) else { return Ok(said) };
        let mut writing = Writing { asked, out, said: &mut said };
        for (index, capture) in assembly.captures.iter().enumerate() {
            let log = places_of_logs(capture, &sources, |place| logs.contains_key(&place)).next();
            match log.and_then(|place| Some((sources.get(place)?, logs.get(&place)?))) {
                Some((skeleton, log)) => writing.log(skeleton, log, capture, first + index)?,
                None => writing.whole(capture, first + index)?,
            }
        }
        said.unpaired = assembly.unpaired;
    }
    for source in sources {
        said.of_lines.extend(source.diagnostics);
        said.accounting = said.accounting + source.accounting;
    }
    Ok(said)
}

/// A log that is not the only one with sockets of its machine is read whole: their tables are numbered together.
fn read_what_cannot_stream(
    inputs: &mut Inputs,
    others: Others,
    asked: &Asked<'_>,
    said: &mut Said,
) {
    let places: Vec<usize> = {
        let Assembly { captures, .. } = assemble_among(&inputs.sources, asked.lists, others);
        let several = captures.iter().filter(|capture| capture.snapshots.len() > 1);
        let of_logs = several.flat_map(|capture| {
            places_of_logs(capture, &inputs.sources, |place| inputs.logs.contains_key(&place))
        });
        of_logs.collect()
    };
    for place in places {
        let Some(source) = inputs.sources.get_mut(place) else { continue };
        let Some(log) = inputs.logs.remove(&place) else { continue };
        match log.read_whole(&source.name) {
            Ok(whole) => *source = whole,
            Err(error) => said.notes.fail(&source.name, &error),
        }
    }
}

/// The places of the logs that this capture is of.
fn places_of_logs<'c>(
    capture: &'c Capture<'_>,
    sources: &'c [Source],
    is_log: impl Fn(usize) -> bool + 'c,
) -> impl Iterator<Item = usize> + 'c {
    let of_snapshots = capture.snapshots.iter().filter_map(|snapshot| {
        sources.iter().position(|source| std::ptr::eq(source, snapshot.source))
    });
    of_snapshots.filter(move |place| is_log(*place))
}

/// The rows of one capture after the other.
struct Writing<'a> {
    asked: &'a Asked<'a>,
    out: &'a mut dyn Write,
    said: &'a mut Said,
}

impl Writing<'_> {
    /// Reads a log a table at a time and writes its rows.
    fn log(
        &mut self,
        skeleton: &Source,
        log: &LogFile,
        capture: &Capture<'_>,
        index: usize,
    ) -> io::Result<()> {
        let Asked { filter, columns, style, .. } = self.asked;
        let rows = || {
            let rows = Rows::new(skeleton, capture, index, filter, columns, *style);
            if self.asked.is_strict { rows } else { rows.skipping() }
        };
        let is_last_only = filter.snapshots == Snapshots::Last;
        // How many bytes a cell has, more or less: in JSON with its key.
        let cell = if matches!(style, Style::Ndjson) { 30 } else { 8 };
        let to = LogRows::new(self.out, is_last_only, cell * columns.len());
        let (outcome, read) = to.write(log, rows)?;
        if let Err(error) = read {
            self.said.notes.fail(&skeleton.name, &error);
        }
        self.said.of_lines.append(outcome.diagnostics);
        self.said.findings.append(outcome.findings);
        self.said.accounting = self.said.accounting + outcome.accounting;
        self.said.rows += outcome.read;
        self.said.written += outcome.written;
        Ok(())
    }

    /// Joins a capture that was read whole and writes its rows.
    fn whole(&mut self, capture: &Capture<'_>, index: usize) -> io::Result<()> {
        let joined = join_capture(index, capture);
        let mut rows: Vec<OwnedSocket<'_>> = joined.sockets;
        self.said.findings.extend(joined.findings);
        self.said.rows += rows.len();
        self.asked.filter.apply(&mut rows);
        self.said.written += rows.len();
        self.asked.style.write(&mut *self.out, &rows, self.asked.columns)
    }
}
