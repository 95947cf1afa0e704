//! What may stand on the command line, and what it means.

use std::fs;
use std::io::{self, IsTerminal};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use anstream::{AutoStream, ColorChoice};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use portjoin::query::{Address, Filter, Glob, Snapshots, SortKey, StateName};
use portjoin::render::Delimited;
use portjoin::stream::Style;
use portjoin::text::Encoding;
use portjoin::{Column, Diagnostic, Protocol, Severity};

use super::log;

/// Which program uses that port: joins saved `netstat -ano` and `tasklist` output by PID.
///
/// Reads what was captured on any Windows, in any language and encoding, and prints one row per socket
/// with the program that owns it. What cannot be told has a name; no socket is ever called free because
/// no row shows it.
#[derive(Debug, Parser)]
#[command(
    name = "portjoin",
    version,
    args_conflicts_with_subcommands = true,
    after_long_help = AFTER_LONG_HELP
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub reading: Reading,

    /// Only these local ports: 80, 8000-8099, or several with commas
    #[arg(long, value_name = "PORTS", value_delimiter = ',', value_parser = ports,
          help_heading = "Which rows")]
    port: Vec<RangeInclusive<u16>>,

    /// Only these foreign ports
    #[arg(long, value_name = "PORTS", value_delimiter = ',', value_parser = ports,
          help_heading = "Which rows")]
    foreign_port: Vec<RangeInclusive<u16>>,

    /// Only these addresses, local or foreign
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', help_heading = "Which rows")]
    address: Vec<String>,

    /// Only these PIDs
    #[arg(long, value_name = "PID", value_delimiter = ',', help_heading = "Which rows")]
    pid: Vec<u32>,

    /// Only programs whose image name matches, such as `sql*.exe`
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Which rows")]
    process: Vec<String>,

    /// Only programs that run a service whose name matches
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Which rows")]
    service: Vec<String>,

    /// Only these TCP states, in any spelling or language
    #[arg(long, value_name = "STATE", value_delimiter = ',', help_heading = "Which rows")]
    state: Vec<String>,

    /// Only TCP sockets that listen (UDP has no such state)
    #[arg(long, help_heading = "Which rows")]
    listening: bool,

    /// Only this protocol
    #[arg(long, value_enum, ignore_case = true, help_heading = "Which rows")]
    protocol: Option<ProtocolName>,

    /// Only these snapshots of each capture: all, first, last, or a number from 1
    #[arg(long, value_name = "WHICH", value_parser = snapshots, default_value = "all",
          hide_default_value = true, help_heading = "Which rows")]
    snapshot: Snapshots,

    /// Sort by these columns; `-` before a name puts the largest first
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', value_parser = sort_key,
          allow_hyphen_values = true, help_heading = "Output")]
    pub sort: Vec<SortKey>,

    /// Count the rows that have these columns in common, largest first
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', value_parser = column,
          help_heading = "Output")]
    pub count_by: Vec<Column>,

    /// Print these columns, by the names of the output contract
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', value_parser = column,
          help_heading = "Output")]
    pub columns: Vec<Column>,

    /// Print in this format
    #[arg(long, value_enum, ignore_case = true, default_value_t = Format::Table,
          help_heading = "Output")]
    pub format: Format,

    /// Print no headings
    #[arg(long, help_heading = "Output")]
    pub no_header: bool,

    /// Leave cells as they are that a spreadsheet would run as formulas
    #[arg(long, help_heading = "Output")]
    pub csv_raw: bool,

    /// Begin CSV and TSV with a byte order mark, for Excel
    #[arg(long, help_heading = "Output")]
    pub bom: bool,

    #[command(flatten)]
    pub showing: Showing,
}

use super::live::Live;

/// What is read, and how.
#[derive(Debug, Args)]
pub struct Reading {
    /// Captures to read; `-` is standard input, a folder is walked
    ///
    /// One file may hold both lists. Separate netstat and tasklist files are joined where it is certain
    /// that they belong together: the only two given, two of the same name, or the only two in their
    /// folder. Without FILE standard input is read, or at a terminal this machine is asked. On Windows `*` and `?` stand for files here as well.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Take the process list from this file
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub processes: Vec<PathBuf>,

    /// Read in this encoding: utf-8, utf-16le, cp850, cp932, windows-1252 …
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub encoding: Option<Encoding>,

    /// Fail, with exit status 2, if anything could not be read
    #[arg(long, help_heading = "Reading")]
    pub strict: bool,

    #[command(flatten)]
    pub live: Live,
}

impl Reading {
    /// Is this machine asked, not a file? Without a file it is, unless something is piped in.
    pub fn is_live(&self) -> bool {
        let nothing_is_given = self.files.is_empty() && io::stdin().is_terminal();
        self.live.live || self.live.save.is_some() || nothing_is_given
    }

    /// Is there more than small files, as far as shows before they are read?
    pub fn may_be_large(&self) -> bool {
        let is_large = |path: &PathBuf| {
            let metadata = fs::metadata(path);
            metadata.map_or(true, |one| !one.is_file() || one.len() >= log::LARGE)
        };
        self.files.is_empty() || self.files.iter().any(is_large)
    }

    /// Does `--strict` make these diagnostics a failure?
    pub fn is_strict_failure<'a>(
        &self,
        mut diagnostics: impl Iterator<Item = &'a Diagnostic>,
    ) -> bool {
        self.strict && diagnostics.any(|diagnostic| diagnostic.severity() != Severity::Note)
    }
}

/// How an answer is shown.
#[derive(Debug, Args)]
pub struct Showing {
    /// Colour what is for people
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto,
          help_heading = "Output")]
    pub color: Color,

    /// Print no diagnostics and no accounting
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

const AFTER_LONG_HELP: &str = "\
Exit status:
  0  something was found
  1  read well, and nothing matches
  2  could not answer: usage, an unreadable input, an input without one row,
     or --strict with diagnostics

Examples:
  portjoin capture.txt                    who owns each socket
  portjoin --port 80 capture.txt          who is on port 80
  portjoin netstat.txt tasklist.txt       the two lists in two files
  netstat -ano | portjoin --processes tasklist.txt
  portjoin --format ndjson hosts/         a folder of captures

PID 0 on a TIME_WAIT row is no process: nobody owns that socket any more.
A state with `?` behind it was inferred.";

/// What else the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say which program uses or blocks a port, and how that is known
    Why(Box<super::why_args::Why>),
    /// Print a batch file that takes a capture on a Windows where portjoin does not run
    ///
    /// Save it as `collect.cmd` with the prompt of cmd, not of PowerShell, which writes another encoding.
    Collect(super::collect::Collect),
    /// Print a completion script
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

impl Arguments {
    /// A command behind an option, where it would be a file that is not there.
    pub fn misplaced_command(&self) -> Option<clap::Error> {
        let first = self.reading.files.first().filter(|_| self.command.is_none())?;
        // To build the commands again takes a tenth of the time of a small capture.
        let mut commands = (!first.exists()).then(Arguments::command)?;
        let names = commands.get_subcommands().map(|known| known.get_name().to_owned());
        let name = names.into_iter().find(|known| first.as_os_str() == known.as_str())?;
        let message = format!("`{name}` must stand before all options: portjoin {name} …");
        Some(commands.error(clap::error::ErrorKind::ArgumentConflict, message))
    }
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One object: rows, sources, diagnostics
    Json,
    /// One row, one object, one line
    Ndjson,
    /// With commas
    Csv,
    /// With tabs
    Tsv,
    /// A Markdown table, for tickets
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProtocolName {
    Tcp,
    Udp,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// At a terminal, unless NO_COLOR is set
    Auto,
    /// Even into a pipe
    Always,
    /// Not at all
    Never,
}

impl Color {
    /// Is output to this stream coloured? `auto` heeds `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`.
    pub fn is_on_for(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Color::Auto => AutoStream::choice(stream) != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        }
    }
}

impl Arguments {
    /// How cells are kept apart.
    pub fn delimited(&self) -> Delimited {
        Delimited { tabs: self.format == Format::Tsv, header: !self.no_header, raw: self.csv_raw }
    }

    /// How rows are written as they are read; `None` where all of them have to be in memory first.
    pub fn stream_style(&self) -> Option<Style> {
        let in_order = self.sort.is_empty() && self.count_by.is_empty();
        match self.format {
            Format::Ndjson if in_order => Some(Style::Ndjson),
            Format::Csv | Format::Tsv if in_order => Some(Style::Delimited(self.delimited())),
            Format::Table | Format::Markdown if in_order => Some(Style::Sheet),
            _ => None,
        }
    }

    /// The columns that were asked for, or all.
    pub fn contract(&self) -> &[Column] {
        if self.columns.is_empty() { Column::ALL } else { &self.columns }
    }

    /// The rows that were asked for.
    pub fn filter(&self) -> Filter {
        let globs = |texts: &[String]| texts.iter().map(|text| Glob::new(text)).collect();
        Filter {
            ports: self.port.clone(),
            foreign_ports: self.foreign_port.clone(),
            addresses: self.address.iter().map(|text| Address::new(text)).collect(),
            pids: self.pid.clone(),
            processes: globs(&self.process),
            services: globs(&self.service),
            states: self.state.iter().map(|text| StateName::new(text)).collect(),
            listening: self.listening,
            protocol: self.protocol.map(|protocol| match protocol {
                ProtocolName::Tcp => Protocol::Tcp,
                ProtocolName::Udp => Protocol::Udp,
            }),
            snapshots: self.snapshot,
        }
    }
}

pub(super) const A_PORT: &str = "expected a port from 0 to 65535";

/// A number of digits alone.
pub(super) fn port(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let port = |text| port(text).ok_or(format!("{A_PORT}, or a range such as 8000-8099"));
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = port(first.trim())?..=port(last.trim())?;
    if range.is_empty() {
        return Err(format!("the range ends before it begins, write {last}-{first}"));
    }
    Ok(range)
}

fn column(text: &str) -> Result<Column, String> {
    Column::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn sort_key(text: &str) -> Result<SortKey, String> {
    let (descending, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text),
    };
    Ok(SortKey { column: column(name)?, descending })
}

pub(super) fn snapshots(text: &str) -> Result<Snapshots, String> {
    match text.to_ascii_lowercase().as_str() {
        "all" => Ok(Snapshots::All),
        "first" => Ok(Snapshots::First),
        "last" => Ok(Snapshots::Last),
        number => number
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .map(Snapshots::Number)
            .ok_or("expected all, first, last or a number from 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_has_help() {
        for argument in Arguments::command().get_arguments() {
            assert!(argument.get_help().is_some(), "{}", argument.get_id());
        }
    }

    #[test]
    fn ports_are_numbers() {
        assert_eq!(ports("80"), Ok(80..=80));
        assert_eq!(ports("0-65535"), Ok(0..=65535));
        for text in ["", "65536", "-1", "+80", "http", "90-80", "1-2-3"] {
            assert!(ports(text).is_err(), "{text}");
        }
    }

    #[test]
    fn snapshots_count_from_one() {
        assert_eq!(snapshots("last"), Ok(Snapshots::Last));
        assert_eq!(snapshots("2"), Ok(Snapshots::Number(2)));
        assert!(snapshots("0").is_err());
    }
}
