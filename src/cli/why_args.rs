//! What may stand behind `portjoin why`, and what it means.

use std::net::IpAddr;

use clap::{Args, ValueEnum};
use portjoin::Protocol;
use portjoin::query::Snapshots;
use portjoin::verdict::era::Era;

use super::args::{A_PORT, Reading, Showing, port, snapshots};

/// Which program uses or blocks a port, and how that is known.
#[derive(Debug, Args)]
#[command(after_long_help = WHY_AFTER_LONG_HELP)]
pub struct Why {
    /// The port, for TCP and UDP, or for one of them: 80, 80/tcp, 53/udp
    #[arg(value_name = "PORT[/tcp|/udp]", value_parser = asked_port)]
    pub port: AskedPort,

    #[command(flatten)]
    pub reading: Reading,

    /// What becomes of a program that binds this address
    #[arg(long, value_name = "ADDRESS", help_heading = "Answer")]
    pub bind: Option<IpAddr>,

    /// Add the rules of Windows for a second bind, by socket options
    #[arg(long, help_heading = "Answer")]
    pub explain: bool,

    /// The Windows that was captured: xp, 2003, 2008, 10 … Without it, what the capture shows
    #[arg(long, value_name = "VERSION", value_parser = era, help_heading = "Answer")]
    pub windows: Option<Era>,

    /// Which snapshot of a log to answer from: first, last, or a number from 1
    #[arg(long, value_name = "WHICH", value_parser = snapshots, default_value = "last",
          hide_default_value = true, help_heading = "Answer")]
    pub snapshot: Snapshots,

    /// Let a next step be to end the process
    #[arg(long, help_heading = "Answer")]
    pub suggest_kill: bool,

    /// Print in this format
    #[arg(long, value_enum, ignore_case = true, default_value_t = WhyFormat::Text,
          help_heading = "Output")]
    pub format: WhyFormat,

    #[command(flatten)]
    pub showing: Showing,
}

const WHY_AFTER_LONG_HELP: &str = "\
Exit status:
  0  something holds the port
  1  nothing is seen there, or only connections on their way out
  2  cannot tell: usage, an unreadable input, no socket rows, rows that were not
     read, or a list that is evidently cut

Examples:
  portjoin why 80 capture.txt
  portjoin why 53/udp --explain netstat.txt tasklist.txt netsh.txt
  portjoin why 8080 --bind 127.0.0.1 --windows 2003 capture.txt";

/// A port and its protocol, where one was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedPort {
    pub port: u16,
    pub protocol: Option<Protocol>,
}

/// Output format of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WhyFormat {
    /// For people
    #[value(alias = "table")]
    Text,
    /// One object
    Json,
}

fn asked_port(text: &str) -> Result<AskedPort, String> {
    let (number, protocol) = match text.split_once('/') {
        Some((number, name)) => (number, Some(name.to_ascii_lowercase())),
        None => (text, None),
    };
    let protocol = match protocol.as_deref() {
        None => None,
        Some("tcp") => Some(Protocol::Tcp),
        Some("udp") => Some(Protocol::Udp),
        Some(_) => return Err("expected tcp or udp behind the port".to_owned()),
    };
    Ok(AskedPort { port: port(number).ok_or(A_PORT)?, protocol })
}

fn era(text: &str) -> Result<Era, String> {
    Era::from_name(text).ok_or(
        "expected a version of Windows: xp, 2003, vista, 7, 10, 11, 2008, 2012 R2 …".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_have_a_protocol() {
        let asked = |port, protocol| Ok(AskedPort { port, protocol });
        assert_eq!(asked_port("80"), asked(80, None));
        assert_eq!(asked_port("53/UDP"), asked(53, Some(Protocol::Udp)));
        for text in ["", "/tcp", "80/", "80/sctp", "http", "65536"] {
            assert!(asked_port(text).is_err(), "{text}");
        }
    }
}
