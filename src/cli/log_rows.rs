//! The rows of a large log, written a table at a time.

use std::io::{self, Write};
use std::mem;
use std::sync::{Mutex, PoisonError};

use portjoin::stream::{Outcome, Pass, Place, Rows};

use super::log::LogFile;
use super::progress;
use super::side_by_side::in_order;

/// From how many bytes on rows are written.
const WORTH_WRITING: usize = 1 << 16;

/// How many bytes of rows a thread holds, more or less.
const HELD: u64 = 2 << 20;

/// How many bytes a line of netstat has, more or less.
const LINE: u64 = 80;

/// Below so many bytes a span is not worth to be read beside others: its rows are so long that to write them is all
/// there is to do, and memory is no faster for two threads.
const WORTH_A_SPAN: u64 = 1 << 19;

/// Where rows go, and what there is to say of them.
pub struct LogRows<'a> {
    out: &'a mut dyn Write,
    /// Is the last snapshot that has rows wanted alone? It is known when all are read.
    is_last_only: bool,
    /// How much of a log one thread reads before it hands on the rows, in bytes.
    span: u64,
    last: Vec<u8>,
    outcome: Outcome,
    /// Why they cannot be written.
    failed: Option<io::Error>,
}

impl<'a> LogRows<'a> {
    /// For rows of about so many bytes.
    pub fn new(out: &'a mut dyn Write, is_last_only: bool, row: usize) -> Self {
        LogRows {
            out,
            is_last_only,
            span: HELD / (row as u64).max(1) * LINE,
            last: Vec::new(),
            outcome: Outcome::default(),
            failed: None,
        }
    }

    /// Writes all rows of a log. Gives what there is to say of them, and why the log could not be read to its end.
    ///
    /// # Errors
    ///
    /// That they cannot be written.
    pub fn write<'c>(
        mut self,
        log: &LogFile,
        rows: impl Fn() -> Rows<'c> + Sync,
    ) -> io::Result<(Outcome, io::Result<()>)> {
        let read = match self.side_by_side(log, &rows) {
            Ok(Some(place)) => self.in_turn(log, place, rows()),
            side_by_side => side_by_side.map(drop),
        };
        if self.failed.is_none() {
            self.failed = self.out.write_all(&self.last).err();
        }
        match self.failed {
            Some(failed) => Err(failed),
            None => Ok((self.outcome, read)),
        }
    }

    /// Writes the rows of all spans. Gives where the rest begins that is to be read in turn: where a span does not
    /// begin as the one before ends.
    fn side_by_side<'c>(
        &mut self,
        log: &LogFile,
        rows: &(impl Fn() -> Rows<'c> + Sync),
    ) -> io::Result<Option<Place>> {
        let mut place = Place::default();
        let (threads, spans) = (log.threads(), log.spans(self.span));
        if threads == 1 || spans.len() == 1 || self.span < WORTH_A_SPAN {
            return Ok(Some(place));
        }
        let mut rest = Ok(None);
        let spare = Mutex::new(Vec::new());
        let spare_one = || spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let work = |rows: &mut Rows<'c>, piece: usize| {
            let (start, span) = spans.get(piece)?;
            rows.go_to((*start).clone());
            let read = log.each_chunk(span.clone(), rows);
            let made = rows.take(spare_one().unwrap_or_default());
            Some((*start, read, made, rows.place().clone()))
        };
        in_order(spans.len(), threads, rows, work, |_, worked| {
            let Some((start, read, (mut out, outcome), behind)) = worked else { return false };
            if *start != place {
                rest = Ok(Some(mem::take(&mut place)));
                return false;
            }
            place = behind;
            self.add(&mut out, outcome);
            spare.lock().unwrap_or_else(PoisonError::into_inner).push(out);
            rest = read.map(|_| None);
            rest.is_ok() && self.failed.is_none()
        });
        rest
    }

    /// Writes the rows from a place on.
    fn in_turn(&mut self, log: &LogFile, place: Place, mut rows: Rows<'_>) -> io::Result<()> {
        let offset = place.offset();
        rows.go_to(place);
        let mut pass = InTurn { rows, to: self };
        let read = log.each_chunk(offset..u64::MAX, &mut pass);
        let (mut out, outcome) = pass.rows.take(Vec::new());
        self.add(&mut out, outcome);
        read.map(drop)
    }

    /// Adds what was made of a span, or of all that was left.
    fn add(&mut self, out: &mut Vec<u8>, outcome: Outcome) {
        if !self.is_last_only {
            self.write_out(out);
        } else if outcome.read > 0 {
            mem::swap(&mut self.last, out);
            self.outcome.written = 0;
        }
        progress::rows(outcome.read);
        self.outcome.append(outcome);
    }

    fn write_out(&mut self, out: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(out).err();
        }
    }
}

/// The second pass over a log from its beginning to its end.
struct InTurn<'a, 'b, 'c> {
    rows: Rows<'c>,
    to: &'a mut LogRows<'b>,
}

impl Pass for InTurn<'_, '_, '_> {
    fn ahead(&mut self, bytes: &[u8]) -> usize {
        self.rows.ahead(bytes)
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool> {
        self.rows.chunk(bytes)?;
        if let Some(written) = self.rows.written().filter(|written| written.len() >= WORTH_WRITING)
        {
            self.to.write_out(written);
            written.clear();
        }
        Ok(self.to.failed.is_none())
    }
}
