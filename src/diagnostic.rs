//! Diagnostics: what could not be read, where, and what to do about it.

use std::sync::Arc;

use crate::text::Line;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// An input gave no answer at all.
    Error,
    /// A line, or a part of one, was not read; or an answer was withheld.
    Warning,
    /// Everything was read, and something about it should be known.
    Note,
}

impl Severity {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident;)+) => {
        /// What a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$variant,)+];

            /// Kebab-case name, as printed.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// The text before a port is no address and no host name, or may be a part of one. The row is kept, the
    /// text as it stood.
    BadAddress = "bad-address", Warning;
    /// A port is no number from 0 to 65535, no `*` and no service name. The row is kept out.
    BadPort = "bad-port", Warning;
    /// A process identifier is no number that fits 32 bits. The row is kept out.
    BadPid = "bad-pid", Warning;
    /// A row of a table with PIDs has none. The row is kept, without an owner.
    MissingPid = "missing-pid", Warning;
    /// A TCP row has a PID but no state. The row is kept.
    MissingState = "missing-state", Warning;
    /// A row has one endpoint instead of two, or none. The row is kept out.
    MissingEndpoint = "missing-endpoint", Warning;
    /// Text follows where a row should end. The row is kept, the text is not read.
    TrailingText = "trailing-text", Warning;
    /// Words stand before the protocol of a row. The row is kept, the words are not read.
    LeadingText = "leading-text", Note;
    /// A UDP row has a word where only TCP has a state. The row is kept, with the word.
    UdpState = "udp-state", Warning;
    /// The line holds TCP or UDP and an `address:port`, but in no order known. It is not read.
    NotARow = "not-a-row", Warning;
    /// The line stands between the rows of a table and is nothing known. It is not read.
    UnexpectedLine = "unexpected-line", Warning;
    /// A row of a process list does not stand under its ruler. Only image name and PID are read.
    RulerMismatch = "ruler-mismatch", Warning;
    /// A line is longer than 1 MiB. It is not read.
    LineTooLong = "line-too-long", Warning;
    /// Nothing says whether a socket is of TCP or of UDP. It is not read.
    UnknownProtocol = "unknown-protocol", Warning;
    /// The line is a socket row of a tool that is not read.
    OtherTool = "other-tool", Warning;
    /// Several processes hold a socket (Linux). The row is kept, with one of them.
    SharedSocket = "shared-socket", Note;
    /// Bytes mean nothing in the encoding of the source and were replaced by U+FFFD.
    UndecodableBytes = "undecodable-bytes", Warning;
    /// Nothing shows the code page of the source, so names may be spelled wrong.
    GuessedEncoding = "guessed-encoding", Note;
    /// The source has no row, and no table that could hold one.
    NoRows = "no-rows", Error;
    /// The source could not be opened or read.
    Unreadable = "unreadable", Error;
    /// A file met in a folder is no regular file and was skipped.
    Skipped = "skipped", Warning;
    /// It is not certain which process list belongs to which netstat table, so none was joined.
    Unpaired = "unpaired", Warning;
    /// A row that is not on its way out has PID 0, which is no process.
    PidZero = "pid-zero", Note;
    /// The process that has the PID of a row now started after the row was printed.
    StartedLater = "started-later", Note;
    /// A program of the system could not be run, failed, or did not end in time.
    NotRun = "not-run", Warning;
}

/// About a line, or a whole source, that could not be read or needs a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What it is about.
    pub code: Code,
    /// Name of the source, as given.
    pub source: Arc<str>,
    /// From 1; `None` where it is about the whole source.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// How many characters are meant, from `column`; at least 1 where there is a column.
    pub length: usize,
    /// What was expected and what stood there. Lower case, no full stop.
    pub message: String,
    /// The line it is about; empty where there is none.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// About a whole source.
    pub fn of_source(source: &Arc<str>, code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            source: Arc::clone(source),
            line: None,
            column: None,
            length: 0,
            message: message.into(),
            text: String::new(),
            help: None,
        }
    }

    /// About `part`, a slice of the line's text.
    pub(crate) fn of_part(
        source: &Arc<str>,
        line: &Line<'_>,
        part: &str,
        code: Code,
        message: impl Into<String>,
    ) -> Self {
        let (column, length) = line.place(part);
        Diagnostic {
            line: Some(line.number),
            column: Some(column),
            length,
            text: line.raw.to_owned(),
            ..Diagnostic::of_source(source, code, message)
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}
