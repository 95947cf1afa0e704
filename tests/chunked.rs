//! Bytes as they come from a file, block by block: for the tests of the stream and for its fuzz target.

use std::ops::Range;

use portjoin::Source;
use portjoin::stream::{self, Look, Outcome, Pass, Place, Rows, Scan, Title};

/// Hands on the chunks within a span of bytes that come in blocks of this size.
pub fn each_chunk(
    bytes: &[u8],
    block: usize,
    title: &Title,
    span: Range<u64>,
    pass: &mut impl Pass,
) -> Range<u64> {
    let read = |offset: u64, room: &mut [u8]| {
        let rest = &bytes[usize::try_from(offset).unwrap()..];
        let length = rest.len().min(block);
        room[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    };
    stream::each_chunk(read, title, span, pass).unwrap()
}

/// Spans of bytes that are looked at for themselves, and where the last ends.
pub struct Spans {
    pub skeleton: Source,
    spans: Vec<(Range<u64>, Place)>,
    end: Place,
}

impl Spans {
    /// Of so many bytes; `None` where those are no log.
    pub fn of(bytes: &[u8], block: usize, size: usize, title: &Title) -> Option<Spans> {
        let mut scan = Scan::new("log");
        let mut spans: Vec<(Range<u64>, Place)> = Vec::new();
        for start in (0..bytes.len() as u64).step_by(size) {
            let mut look = Look::default();
            let span = each_chunk(bytes, block, title, start..start + size as u64, &mut look);
            if !span.is_empty() {
                assert_eq!(span.start, spans.last().map_or(0, |(last, _)| last.end));
                spans.push((span, scan.place().clone()));
                if !scan.add(look.take()) {
                    return None;
                }
            }
        }
        assert_eq!(spans.last().map_or(0, |(last, _)| last.end), bytes.len() as u64);
        let end = scan.place().clone();
        Some(Spans { skeleton: scan.finish()?.skeleton, spans, end })
    }

    /// Reads every span for itself. `None` where the passes see another number of tables: then what is behind has to
    /// be read in turn.
    pub fn read<'c>(
        &self,
        bytes: &[u8],
        block: usize,
        title: &Title,
        is_last_only: bool,
        rows: impl Fn() -> Rows<'c>,
    ) -> Option<(Vec<u8>, Outcome)> {
        let (mut out, mut outcome) = (Vec::new(), Outcome::default());
        let ends = self.spans.iter().skip(1).map(|(_, place)| place).chain([&self.end]);
        for ((span, place), end) in self.spans.iter().zip(ends) {
            let mut rows = rows();
            rows.go_to(place.clone());
            each_chunk(bytes, block, title, span.clone(), &mut rows);
            if rows.place() != end {
                return None;
            }
            let (written, of_span) = rows.take(Vec::new());
            if is_last_only && of_span.read > 0 {
                out.clear();
                outcome.written = 0;
            }
            out.extend(written);
            outcome.append(of_span);
        }
        Some((out, outcome))
    }
}
