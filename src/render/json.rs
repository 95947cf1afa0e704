//! JSON and NDJSON, written by serde_json. Safe to look at in a terminal, and lossless.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::Formatter;
use serde_json::{Value as Json, json};

use super::visible::is_hidden;
use crate::column::Column;
use crate::diagnostic::Diagnostic;
use crate::join::OwnedSocket;
use crate::parse::{Accounting, Records, Section, Source};
use crate::query::Group;
use crate::record::Process;

/// Version of the output contract.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Writes each row as one object on one line.
///
/// # Errors
///
/// What `out` gives.
pub fn write_ndjson(
    mut out: impl Write,
    rows: &[OwnedSocket<'_>],
    columns: &[Column],
) -> io::Result<()> {
    for row in rows {
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping::compact());
        Row { row, columns }.serialize(&mut serializer)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Writes each group of rows as one object on one line: its count, then the columns by which it was
/// counted.
///
/// # Errors
///
/// What `out` gives.
pub fn write_ndjson_counts(
    mut out: impl Write,
    groups: &[Group<'_, '_>],
    columns: &[Column],
) -> io::Result<()> {
    for group in groups {
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping::compact());
        let mut map = serializer.serialize_map(Some(columns.len() + 1))?;
        map.serialize_entry("count", &group.count)?;
        for column in columns {
            map.serialize_entry(column.name(), &column.value(group.first))?;
        }
        map.end()?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Writes one object: the rows, the sources they come from, and what could not be read.
///
/// # Errors
///
/// What `out` gives.
pub fn write_json(
    mut out: impl Write,
    sources: &[&Source],
    rows: &[OwnedSocket<'_>],
    columns: &[Column],
    diagnostics: &[&Diagnostic],
) -> io::Result<()> {
    let document = Document { sources, rows, columns, diagnostics };
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping::spread());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

struct Document<'d, 'a> {
    sources: &'d [&'d Source],
    rows: &'d [OwnedSocket<'a>],
    columns: &'d [Column],
    diagnostics: &'d [&'d Diagnostic],
}

impl Serialize for Document<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sockets: Vec<Row<'_, '_>> =
            self.rows.iter().map(|row| Row { row, columns: self.columns }).collect();
        let accounting: Accounting = self.sources.iter().map(|source| source.accounting).sum();
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("schema_version", &SCHEMA_VERSION)?;
        map.serialize_entry("sources", &self.sources.iter().map(source).collect::<Vec<_>>())?;
        map.serialize_entry("sockets", &sockets)?;
        map.serialize_entry("processes", &processes(self.sources))?;
        map.serialize_entry(
            "diagnostics",
            &self.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        )?;
        map.serialize_entry("accounting", &accounting_object(&accounting))?;
        map.end()
    }
}

struct Row<'d, 'a> {
    row: &'d OwnedSocket<'a>,
    columns: &'d [Column],
}

impl Serialize for Row<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            map.serialize_entry(column.name(), &column.value(self.row))?;
        }
        map.end()
    }
}

/// An object whose keys keep the order in which they are given.
pub(super) struct Object(pub(super) Vec<(&'static str, Json)>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// A source in the order of the contract, with its sections.
struct SourceObject<'a>(&'a Source);

fn source<'a>(source: &&'a Source) -> SourceObject<'a> {
    SourceObject(source)
}

impl Serialize for SourceObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let source = self.0;
        let sections: Vec<Object> = source.sections.iter().map(section).collect();
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("name", &*source.name)?;
        map.serialize_entry("encoding", &source.encoding.to_string())?;
        map.serialize_entry("encoding_reason", &source.encoding_reason)?;
        map.serialize_entry("replacements", &source.replacements)?;
        map.serialize_entry("lines", &source.accounting.lines)?;
        map.serialize_entry("sections", &sections)?;
        map.end()
    }
}

fn section(section: &Section) -> Object {
    Object(vec![
        ("format", json!(section.format)),
        ("first_line", json!(section.first_line)),
        ("last_line", json!(section.last_line)),
        ("os", json!(section.os.name())),
        ("language", json!(section.language)),
    ])
}

/// Every row of every process list, in the order of sources and lines.
fn processes(sources: &[&Source]) -> Vec<Object> {
    let of_section = |section: &'_ Section| match &section.records {
        Records::Processes { processes, .. } => processes.clone(),
        Records::Sockets { .. }
        | Records::Services { .. }
        | Records::Facts { .. }
        | Records::None { .. } => Vec::new(),
    };
    sources
        .iter()
        .flat_map(|source| {
            source
                .sections
                .iter()
                .flat_map(of_section)
                .map(|process| process_object(source, &process))
        })
        .collect()
}

fn process_object(source: &Source, process: &Process) -> Object {
    Object(vec![
        ("source", json!(&*source.name)),
        ("line", json!(process.line)),
        ("pid", json!(process.pid)),
        ("image_name", json!(process.image_name)),
        ("image_name_truncated", json!(process.image_name_truncated)),
        ("session_name", json!(process.session_name)),
        ("session_number", json!(process.session_number)),
        ("mem_usage_kib", json!(process.mem_usage_kib)),
        ("status", json!(process.status)),
        ("user_name", json!(process.user_name)),
        ("cpu_time", json!(process.cpu_time)),
        ("window_title", json!(process.window_title)),
        ("services", json!(process.services)),
        ("modules", json!(process.modules)),
    ])
}

fn diagnostic(diagnostic: &&Diagnostic) -> Object {
    Object(vec![
        ("source", json!(&*diagnostic.source)),
        ("line", json!(diagnostic.line)),
        ("column", json!(diagnostic.column)),
        ("code", json!(diagnostic.code.name())),
        ("message", json!(diagnostic.message)),
        ("text", json!(diagnostic.text)),
    ])
}

fn accounting_object(accounting: &Accounting) -> Object {
    let classes = accounting.classes().into_iter().map(|(name, count)| (name, json!(count)));
    Object([("lines", json!(accounting.lines))].into_iter().chain(classes).collect())
}

/// Escapes what would act on a terminal or hide in it. The outermost object and the lists in it have a
/// line for each member, and everything below stands on one line: a record, a line.
#[derive(Default)]
pub(super) struct Escaping {
    spread: bool,
    depth: usize,
}

impl Escaping {
    /// How deep objects and lists are spread over lines.
    const SPREAD: usize = 2;

    /// Everything on one line.
    fn compact() -> Self {
        Escaping::default()
    }

    pub(super) fn spread() -> Self {
        Escaping { spread: true, depth: 0 }
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        if self.spread && self.depth <= Self::SPREAD {
            writer.write_all(b"\n")?;
            for _ in 0..self.depth {
                writer.write_all(b"  ")?;
            }
        }
        Ok(())
    }

    fn member<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        let was_spread = self.depth <= Self::SPREAD;
        self.depth = self.depth.saturating_sub(1);
        if was_spread {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // serde_json has escaped the controls of ASCII but one.
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for c in fragment.chars() {
            if is_hidden(c) {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{c}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.member(w, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.member(w, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.spread && self.depth == 1 { b": ".as_slice() } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(text: &str) -> String {
        let mut out = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping::compact());
        text.serialize(&mut serializer).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_code_point_is_safe_and_lossless() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let written = write(&text);
            assert!(!written.chars().any(is_hidden), "{c:?}");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
