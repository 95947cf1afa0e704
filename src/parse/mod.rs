//! Parse: from numbered lines to [`Section`]s of records, and a class for every line.
//!
//! Owns the registry of formats and the line accounting. Each format is one file here, one folder in
//! `fixtures/` and one line in `FORMATS`. nom sees one line at a time and never leaves this module.
//!
//! How a line finds its class: the open section is asked first, then every format in the order of the
//! registry, and what nobody takes is prose, unless it looks so much like a socket that it must be
//! said that it was not read.

mod accounting;
#[cfg(fuzzing)]
mod alone;
mod banner;
mod bsd_netstat;
mod by_order;
mod combinators;
mod elision;
mod error_message;
mod failure;
mod filter;
mod filtered;
mod firewall_log;
mod firewall_rules;
mod fport;
mod get_nettcpconnection;
mod get_netudpendpoint;
mod get_process;
mod help_text;
mod http_url;
mod linux_endpoint;
mod linux_netstat;
mod linux_ss;
mod lsof;
mod netsh;
mod netsh_dynamicport;
mod netsh_excludedportrange;
mod netsh_http_servicestate;
mod netsh_http_urlacl;
mod netsh_portproxy;
mod netstat;
mod netstat_broken;
mod netstat_cells;
mod netstat_find;
mod netstat_heading;
mod netstat_networkdirect;
mod netstat_owner;
mod netstat_plain;
mod netstat_routes;
mod netstat_row;
mod netstat_statistics;
mod netstat_switches;
mod nmap;
mod no_rows;
mod no_tasks;
mod not_read;
mod part;
mod portjoin_processes;
mod powershell;
mod powershell_broken;
mod powershell_cells;
mod powershell_list;
mod powershell_processes;
mod powershell_sockets;
mod process_cells;
mod prompt;
mod ps;
mod pslist;
mod qprocess;
mod reader;
mod remote;
mod sc_queryex;
mod service_names;
mod table;
mod tasklist;
mod tasklist_by_words;
mod tasklist_csv;
mod tasklist_fields;
mod tasklist_list;
mod tasklist_pairs;
mod tasklist_resaved;
mod tasklist_ruler;
mod tasklist_unreadable;
mod tcpvcon_csv;
#[cfg(test)]
mod testing;
mod tlist;
mod volatility;
mod win32_process;
mod win32_service;
mod wmic_cells;
mod wmic_process;
mod wmic_properties;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::fact::PortFact;
use crate::record::{Family, Process, Protocol, Service, Socket};
use crate::text::{Decoded, Encoding, Html, Unwrapped, decode};

pub use accounting::{Accounting, Class};
pub use filter::NothingPrinted;
pub use linux_ss::SS_UNPRIVILEGED;
pub(crate) use netstat::PlainRows;
pub(crate) use netstat_heading::{heading as netstat_heading, title as netstat_title};
pub(crate) use netstat_plain::{PlainEnd, PlainRow, plain_row, port_and_pid};
pub(crate) use part::{Carried, Part, guessed_encoding};
use table::Format;

/// Every format, in the order in which a line is offered to them.
const FORMATS: &[Format] = &[
    bsd_netstat::FORMAT,
    linux_netstat::FORMAT,
    linux_ss::FORMAT,
    lsof::FORMAT,
    netstat::FORMAT,
    tasklist::FORMAT,
    tasklist_csv::FORMAT,
    tasklist_list::FORMAT,
    portjoin_processes::FORMAT,
    sc_queryex::FORMAT,
    tcpvcon_csv::FORMAT,
    get_nettcpconnection::FORMAT,
    get_netudpendpoint::FORMAT,
    wmic_process::FORMAT,
    get_process::FORMAT,
    win32_service::FORMAT,
    win32_process::FORMAT,
    qprocess::FORMAT,
    pslist::FORMAT,
    tlist::FORMAT,
    fport::FORMAT,
    netsh_excludedportrange::FORMAT,
    netsh_dynamicport::FORMAT,
    netsh_portproxy::FORMAT,
    netsh_http_servicestate::FORMAT,
    netsh_http_urlacl::FORMAT,
    netstat_statistics::FORMAT,
    netstat_routes::FORMAT,
    netstat_networkdirect::FORMAT,
    ps::FORMAT,
    volatility::FORMAT,
    nmap::FORMAT,
    firewall_rules::FORMAT,
    firewall_log::FORMAT,
    help_text::FORMAT,
    error_message::FORMAT,
];

/// Names of all formats; each is a folder in `fixtures/`.
pub fn format_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// Operating system that printed a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Os {
    /// Any Windows.
    Windows,
    /// Any Linux.
    Linux,
    /// Another system, or one that does not show.
    #[default]
    Other,
}

impl Os {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Os::Windows => "windows",
            Os::Linux => "linux",
            Os::Other => "other",
        }
    }
}

/// The records of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// A socket table, or a part of one.
    Sockets {
        /// In the order of the lines.
        sockets: Vec<Socket>,
        /// Does this go on with the table of the section before, which nothing but other lines
        /// interrupted?
        continues: bool,
        /// How much of the table is there.
        shown: Shown,
    },
    /// A process list, or a part of one.
    Processes {
        /// In the order of the lines.
        processes: Vec<Process>,
        /// Is this the whole list of the machine, so that a PID that is not in it did not exist?
        complete: bool,
    },
    /// Services with their PIDs.
    Services {
        /// In the order of the lines.
        services: Vec<Service>,
    },
    /// What `netsh` says of ports.
    Facts {
        /// In the order of the lines.
        facts: Vec<PortFact>,
        /// The protocol, and the family that was asked for, of which these are all excluded ranges, even if there is
        /// none.
        excluded_for: Option<(Protocol, Option<Family>)>,
    },
    /// The format is known, and holds neither sockets nor processes that are read.
    None {
        /// What it is, for a message: `statistics of netstat -s`.
        what: &'static str,
    },
}

/// How much of a socket table a capture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All that the command printed.
    Whole,
    /// The command was followed by a filter.
    Filtered,
    /// Somebody left lines out and said so.
    Elided,
    /// Rows without the heading that netstat prints, as a filter leaves them.
    Headless,
}

/// A line that may hold a socket and was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadLine {
    /// From 1, in the source.
    pub line: usize,
    /// The local port, where that much can be read.
    pub local_port: Option<u16>,
}

/// A run of lines of one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Name of the format, as in [`format_names`].
    pub format: &'static str,
    /// Heading included; lines count from 1.
    pub first_line: usize,
    /// Last line with a record or a heading.
    pub last_line: usize,
    /// The system that printed it.
    pub os: Os,
    /// BCP 47 tag of the display language, where a heading tells.
    pub language: Option<&'static str>,
    /// The machine it was taken on, where a prompt, a banner, a command or the section itself tells.
    pub host: Option<String>,
    /// Was it taken on a machine without a name, in a source that tells of another too?
    pub is_elsewhere: bool,
    /// When it was taken, as RFC 3339, where a heading of portjoin tells.
    pub captured_at: Option<String>,
    /// What the rows say.
    pub records: Records,
}

/// One input, read: sections, diagnostics and a class for every line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As given; `-` for standard input.
    pub name: Arc<str>,
    /// The encoding it was read in.
    pub encoding: Encoding,
    /// Why that one.
    pub encoding_reason: String,
    /// How many U+FFFD stand where bytes meant nothing.
    pub replacements: usize,
    /// In the order of the lines.
    pub sections: Vec<Section>,
    /// In the order of the lines.
    pub diagnostics: Vec<Diagnostic>,
    /// In the order of the lines.
    pub unread: Vec<UnreadLine>,
    /// Commands that printed none of the rows they asked for, in the order of the lines.
    pub nothing_printed: Vec<NothingPrinted>,
    /// How many lines there are of each class.
    pub accounting: Accounting,
    /// Was it printed just now, on this machine?
    pub is_live: bool,
    /// Does the source hold NUL characters, as programs and images do and captures do not?
    pub is_binary: bool,
}

impl Source {
    /// Did this source hold a table or a notice that could have held rows?
    pub fn is_recognised(&self) -> bool {
        self.sections.iter().any(|section| !matches!(section.records, Records::None { .. }))
    }
}

/// Reads one input. Never fails: what cannot be read is in the diagnostics.
///
/// ```
/// let source = portjoin::read("paste", b"TCP 0.0.0.0:80 0.0.0.0:0 Listening 888\r\n".to_vec(), None);
/// assert_eq!(source.accounting.rows, 1);
/// assert!(source.diagnostics.is_empty());
/// ```
pub fn read(name: &str, bytes: Vec<u8>, encoding: Option<Encoding>) -> Source {
    read_decoded(name, &decode(bytes, encoding))
}

/// Reads an input that is text already.
pub fn read_decoded(name: &str, decoded: &Decoded) -> Source {
    part::read(&Arc::from(name), decoded, FORMATS)
}

/// Reads a part of a source that is text, and no HTML; see [`part::read_part`].
pub(crate) fn read_part(name: &Arc<str>, text: &str, carried: &mut Carried) -> Part {
    carried.is_as_written |= carried.lines == 0 && prompt::is_as_written(text);
    let html = (!carried.is_as_written).then(Html::default);
    let unwrapped = Unwrapped::part(text, carried.lines, html);
    part::read_part(name, &unwrapped, FORMATS, carried)
}

/// Offers the lines of a text to one format alone, so that a fuzzer spends its time on that grammar. `None` where the
/// name is no format.
#[cfg(fuzzing)]
pub fn read_as(format: &str, text: &str) -> Option<Source> {
    let format = FORMATS.iter().find(|one| one.name == format)?;
    Some(alone::read(format, text))
}
