//! The first pass over a log: everything but its sockets.

use std::io;
use std::sync::Arc;

use super::{Pass, first_line, is_blank, is_heading, is_like_a_row};
use crate::parse::{Carried, Os, Records, Section, Shown, Source, netstat_title, read_part};
use crate::text::{Encoding, is_wrapped};

/// Looks through the chunks of a source for process lists and whatever else is no socket.
#[derive(Debug)]
pub struct Scan {
    name: Arc<str>,
    carried: Carried,
    sections: Vec<Section>,
    /// The machine, once a section names it.
    host: Option<String>,
    /// The system of the socket tables.
    os: Option<Os>,
    is_log: bool,
    /// Title and heading that were seen last, to be known again without reading them.
    known: Vec<Vec<u8>>,
    /// Title, blank lines and heading of a table as they stood last, and how many lines those are.
    prologue: (Vec<u8>, usize),
    /// What was seen of the next chunk.
    seen: Option<Seen>,
}

/// A table below a known prologue, as far as its lines are plain rows.
#[derive(Debug, Clone, Copy)]
struct Seen {
    bytes: usize,
    lines: usize,
    is_plain: bool,
}

/// A source that can be read a table at a time.
#[derive(Debug)]
pub struct Log {
    /// All but its sockets, of which there is one table, empty, to stand for all.
    pub skeleton: Source,
}

impl Scan {
    /// Of a source of this name.
    pub fn new(name: &str) -> Self {
        Scan {
            name: Arc::from(name),
            carried: Carried::default(),
            sections: Vec::new(),
            host: None,
            os: None,
            is_log: true,
            known: Vec::new(),
            prologue: (Vec::new(), 0),
            seen: None,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if let Some(lines) = self.lines_behind_seen(bytes) {
            return self.table_of(lines);
        }
        let text = std::str::from_utf8(bytes).ok().filter(|text| !text.starts_with('\u{feff}'));
        let Some(text) = text.filter(|text| is_plain(text)) else {
            self.is_log = false;
            return;
        };
        match self.lines_of_a_table(bytes) {
            Some(lines) => self.table_of(lines),
            None => self.read(text),
        }
    }

    /// Counts a table of so many lines.
    fn table_of(&mut self, lines: usize) {
        let line = self.carried.lines + 1;
        self.carried.lines += lines;
        self.is_of(self.carried.prompt.host.clone());
        self.table(Os::Windows, line, "netstat");
    }

    /// How many lines there are, where nothing but blanks stands behind what was seen of the chunk.
    fn lines_behind_seen(&mut self, bytes: &[u8]) -> Option<usize> {
        let seen = self.seen.take().filter(|seen| seen.is_plain)?;
        let rest = bytes.get(seen.bytes..)?;
        let blanks = rest.split_inclusive(|byte| *byte == b'\n');
        rest.iter().all(u8::is_ascii_whitespace).then(|| seen.lines + blanks.count())
    }

    /// The log, if the source is one: UTF-8 without a byte order mark, tables below titles that are known, all
    /// of one machine, and no HTML.
    pub fn finish(mut self) -> Option<Log> {
        for section in &mut self.sections {
            section.host.clone_from(&self.host);
        }
        (self.is_log && self.os.is_some()).then(|| Log {
            skeleton: Source {
                name: self.name,
                encoding: Encoding::Utf8,
                encoding_reason: "valid UTF-8".to_owned(),
                replacements: 0,
                sections: self.sections,
                diagnostics: Vec::new(),
                unread: Vec::new(),
                accounting: Default::default(),
                is_live: false,
                is_binary: false,
            },
        })
    }

    /// How many lines there are, where they are title, heading, rows and blanks alone.
    fn lines_of_a_table(&mut self, bytes: &[u8]) -> Option<usize> {
        let (mut rest, mut lines, mut before) = (bytes, 0, None);
        while !rest.is_empty() {
            let line = first_line(rest);
            let is_row = is_like_a_row(line) && !ends_as_a_banner(line);
            if is_row {
                before.get_or_insert((bytes.len() - rest.len(), lines));
            }
            rest = rest.get(line.len()..)?;
            lines += 1;
            let is_known = is_row || is_blank(line) || self.is_title_or_heading(line);
            // The first chunk may begin with anything; every other begins with a title.
            if !is_known || (lines == 1 && (is_like_a_row(line) || is_blank(line))) {
                return None;
            }
        }
        if let Some((length, lines)) = before {
            self.prologue = (bytes.get(..length)?.to_vec(), lines);
        }
        Some(lines)
    }

    fn is_title_or_heading(&mut self, line: &[u8]) -> bool {
        if self.known.iter().any(|known| known == line) {
            return true;
        }
        let is_known = std::str::from_utf8(line)
            .is_ok_and(|text| netstat_title(text).is_some() || is_heading(text));
        if is_known && self.known.len() < 8 {
            self.known.push(line.to_vec());
        }
        is_known
    }

    fn read(&mut self, text: &str) {
        let part = read_part(&self.name, text, &mut self.carried);
        // What a line tells of machines may hold for sections before it.
        self.is_log &= !part.is_remote;
        let mut is_first = true;
        for section in part.sections {
            self.is_of(section.host.clone());
            match section.records {
                Records::Sockets { continues, .. } => {
                    // The table above would have to be held until this one is read.
                    self.is_log &= !(is_first && continues && self.os.is_some());
                    is_first = false;
                    self.table(section.os, section.first_line, section.format);
                }
                _ => self.sections.push(section),
            }
        }
    }

    /// Where sections are of several machines, the source is no log.
    fn is_of(&mut self, host: Option<String>) {
        match (&self.host, host) {
            (_, None) => {}
            (None, host) => self.host = host,
            (Some(known), Some(host)) => self.is_log &= known.eq_ignore_ascii_case(&host),
        }
    }

    /// One table stands for all.
    fn table(&mut self, os: Os, first_line: usize, format: &'static str) {
        if let Some(known) = self.os {
            self.is_log &= known == os;
            return;
        }
        self.os = Some(os);
        self.sections.push(Section {
            format,
            first_line,
            last_line: first_line,
            os,
            language: None,
            host: None,
            is_elsewhere: false,
            captured_at: None,
            records: Records::Sockets {
                sockets: Vec::new(),
                continues: false,
                shown: Shown::Whole,
            },
        });
    }
}

impl Pass for Scan {
    fn ahead(&mut self, bytes: &[u8]) -> usize {
        let (prologue, lines) = (self.prologue.0.as_slice(), self.prologue.1);
        if self.seen.is_none() && (prologue.is_empty() || !bytes.starts_with(prologue)) {
            return 0;
        }
        let mut seen = self.seen.unwrap_or(Seen { bytes: prologue.len(), lines, is_plain: true });
        let from = seen.bytes;
        while let Some(rest) = bytes.get(seen.bytes..)
            && let line = first_line(rest)
            && is_like_a_row(line)
            && line.ends_with(b"\n")
            && !ends_as_a_banner(line)
        {
            seen.bytes += line.len();
            seen.lines += 1;
        }
        seen.is_plain &= bytes.get(from..seen.bytes).is_some_and(is_plainest);
        self.seen = Some(seen);
        seen.bytes
    }

    /// `false` where the source is no log.
    ///
    /// # Errors
    ///
    /// None.
    fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool> {
        self.take(bytes);
        Ok(self.is_log)
    }
}

/// Is it nothing but what [`is_plain`] lets pass, whatever stands around it?
fn is_plainest(bytes: &[u8]) -> bool {
    bytes.is_ascii() && memchr::memchr3(b'\0', b'&', b'<', bytes).is_none()
}

/// A banner may begin as a row does and name another machine.
fn ends_as_a_banner(line: &[u8]) -> bool {
    let is_sign = |byte: &u8| b"=-#*_~><".contains(byte);
    matches!(line.trim_ascii_end(), [.., one, other] if is_sign(one) && is_sign(other))
}

/// Is it text without NUL, and with nothing that holds for all of its lines?
fn is_plain(text: &str) -> bool {
    memchr::memchr(b'\0', text.as_bytes()).is_none() && !is_wrapped(text)
}
