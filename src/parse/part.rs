//! Reading a source whole, or a part of it behind others.

use std::sync::Arc;

use super::accounting::Accounting;
use super::prompt::{self, Prompt};
use super::reader::Reader;
use super::table::Format;
use super::{NothingPrinted, Section, Source, UnreadLine};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Decoded, Encoding, Unwrapped};

/// Reads a decoded source.
pub(super) fn read(source: &Arc<str>, decoded: &Decoded, formats: &'static [Format]) -> Source {
    let unwrapped = if prompt::is_as_written(&decoded.text) {
        Unwrapped::part(&decoded.text, 0, None)
    } else {
        Unwrapped::new(&decoded.text)
    };
    let part = read_part(source, &unwrapped, formats, &mut Carried::default());
    let mut diagnostics = encoding_diagnostics(source, decoded);
    diagnostics.extend(part.diagnostics);
    Source {
        name: Arc::clone(source),
        unread: part.unread,
        nothing_printed: part.nothing_printed,
        encoding: decoded.encoding,
        encoding_reason: decoded.reason.clone(),
        replacements: decoded.replacements,
        accounting: part.accounting,
        sections: part.sections,
        diagnostics,
        is_live: false,
        is_binary: decoded.text.contains('\0'),
    }
}

/// What the lines before a part of a source leave behind. By default there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// How many there are.
    pub lines: usize,
    /// Does the source begin as portjoin itself wrote it?
    pub is_as_written: bool,
    /// What the last prompt said.
    pub prompt: Prompt,
    /// Did it stand below the last section?
    pub(super) prompted: bool,
}

/// A part of a source, read.
#[derive(Debug)]
pub(crate) struct Part {
    pub sections: Vec<Section>,
    pub diagnostics: Vec<Diagnostic>,
    pub unread: Vec<UnreadLine>,
    pub nothing_printed: Vec<NothingPrinted>,
    pub accounting: Accounting,
    /// Do the lines tell of machines beyond the one they were typed at?
    pub is_remote: bool,
}

/// Reads a part of a source: all of it, or what begins with a title of netstat after the rows of a table, and
/// ends before such a title.
pub(super) fn read_part(
    source: &Arc<str>,
    unwrapped: &Unwrapped<'_>,
    formats: &'static [Format],
    carried: &mut Carried,
) -> Part {
    let mut reader = Reader::new(source, formats, carried);
    unwrapped.lines().for_each(|line| reader.line(&line));
    reader.finish(carried)
}

fn encoding_diagnostics(source: &Arc<str>, decoded: &Decoded) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if decoded.replacements > 0 {
        let (count, encoding) = (decoded.replacements, decoded.encoding);
        let places = if count == 1 { "place" } else { "places" };
        let message = format!("expected text in {encoding}, found other bytes in {count} {places}");
        diagnostics.push(
            Diagnostic::of_source(source, Code::UndecodableBytes, message)
                .with_help("name the right encoding with --encoding"),
        );
    }
    diagnostics.extend(decoded.guessed.then(|| guessed_encoding(source, decoded.encoding)));
    diagnostics
}

/// That nothing shows the encoding in which a source was read.
pub(crate) fn guessed_encoding(source: &Arc<str>, encoding: Encoding) -> Diagnostic {
    let message = format!("expected bytes that show the encoding, found none and read {encoding}");
    Diagnostic::of_source(source, Code::GuessedEncoding, message)
        .with_help("rows are not affected; for names, give --encoding")
}
