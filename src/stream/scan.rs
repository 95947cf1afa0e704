//! The first pass over a log: everything but its sockets.

use std::io;

use super::look::{Look, Seen};
use super::{Pass, Place};
use crate::capture;
use crate::parse::{Os, Records, Section, Shown, Source, guessed_encoding, read_part};
use crate::text::{Encoding, Recoder};

/// How far the places are apart from which on a log can be read, in bytes: no less.
const APART: u64 = 1 << 19;

/// Looks through the chunks of a source for process lists and whatever else is no socket.
#[derive(Debug)]
pub struct Scan {
    look: Look,
    place: Place,
    /// Places from which on the log can be read, the first its beginning.
    places: Vec<Place>,
    /// Of all but the sockets, with one table, empty, that stands for all.
    skeleton: Source,
    /// The machine, once a section names it.
    host: Option<String>,
    /// The system of the socket tables.
    os: Option<Os>,
    is_log: bool,
}

/// A source that can be read a table at a time.
#[derive(Debug)]
pub struct Log {
    /// All but its sockets, of which there is one table, empty, to stand for all.
    pub skeleton: Source,
    /// Places from which on it can be read, the first its beginning.
    pub places: Vec<Place>,
}

impl Scan {
    /// Of a source of this name.
    pub fn new(name: &str) -> Self {
        Scan {
            look: Look::default(),
            place: Place::default(),
            places: vec![Place::default()],
            skeleton: Source {
                name: name.into(),
                encoding: Encoding::Utf8,
                encoding_reason: "valid UTF-8".to_owned(),
                replacements: 0,
                sections: Vec::new(),
                diagnostics: Vec::new(),
                unread: Vec::new(),
                nothing_printed: Vec::new(),
                accounting: Default::default(),
                is_live: false,
                is_binary: false,
            },
            host: None,
            os: None,
            is_log: true,
        }
    }

    /// Where the next chunk stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Of a source whose chunks were decoded.
    pub fn of_recoded(name: &str, recoder: &Recoder) -> Self {
        let mut scan = Scan::new(name);
        let skeleton = &mut scan.skeleton;
        skeleton.encoding = recoder.encoding;
        skeleton.encoding_reason.clone_from(&recoder.reason);
        let guessed = recoder.guessed.then(|| guessed_encoding(&skeleton.name, recoder.encoding));
        skeleton.diagnostics.extend(guessed);
        scan
    }

    /// Adds what was seen of chunks behind those before. `false` where the source is no log: then the rest is of no
    /// use.
    pub fn add(&mut self, seen: Vec<Seen>) -> bool {
        for seen in seen {
            let last = self.places.last().map_or(0, Place::offset);
            if self.place.offset >= last + APART {
                self.places.push(self.place.clone());
            }
            match seen {
                Seen::Tables { tables, lines, bytes } => {
                    self.place.offset += bytes as u64;
                    let first_line = self.place.carried.lines + 1;
                    self.place.carried.lines += lines;
                    self.place.snapshots += tables;
                    self.is_of(self.place.carried.prompt.host.clone());
                    self.table(Os::Windows, first_line, "netstat");
                }
                Seen::Text(text) => {
                    self.place.offset += text.len() as u64;
                    self.read(&text);
                }
                Seen::Odd => self.is_log = false,
            }
        }
        self.is_log
    }

    /// The log, if the source is one: UTF-8 without a byte order mark, tables below titles that are known, all
    /// of one machine, and no HTML.
    pub fn finish(mut self) -> Option<Log> {
        for section in &mut self.skeleton.sections {
            section.host.clone_from(&self.host);
        }
        (self.is_log && self.os.is_some())
            .then_some(Log { skeleton: self.skeleton, places: self.places })
    }

    fn read(&mut self, text: &str) {
        let part = read_part(&self.skeleton.name, text, &mut self.place.carried);
        // What a line tells of machines may hold for sections before it.
        self.is_log &= !part.is_remote;
        let mut snapshots = Vec::new();
        for section in &part.sections {
            capture::add_table(&mut snapshots, &self.skeleton, 0, section);
        }
        self.place.snapshots += snapshots.len();
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
                _ => self.skeleton.sections.push(section),
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
        self.skeleton.sections.push(Section {
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
        self.look.ahead(bytes)
    }

    /// `false` where the source is no log.
    ///
    /// # Errors
    ///
    /// None.
    fn chunk(&mut self, bytes: &[u8]) -> io::Result<bool> {
        self.look.chunk(bytes)?;
        let seen = self.look.take();
        Ok(self.add(seen))
    }
}
