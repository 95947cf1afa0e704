//! A scan of nmap: what answers from outside, without any process. Recognised, named and not read.
//!
//! ```text
//! Nmap scan report for srv1.example (192.0.2.30)
//! PORT    STATE SERVICE
//! 80/tcp  open  http
//!
//! Host: 192.0.2.30 ()  Ports: 80/open/tcp//http///
//! ```

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "nmap", os: Os::Other, open };

const PORTS: NotRead = NotRead {
    what: "the output of nmap, which sees ports from outside and no process",
    tool: "nmap",
    class,
    yields: true,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    is_certain(line.text).then(|| Opening::new(PORTS)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_certain(text) {
        Some(Class::Header)
    } else {
        (is_port(text) || is_about_the_scan(text)).then_some(Class::Notice)
    }
}

fn is_certain(text: &str) -> bool {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    text.starts_with("Nmap scan report for ")
        || text.starts_with("Starting Nmap ")
        || text.starts_with("Nmap done:")
        || matches!(words.as_slice(), ["PORT", "STATE", "SERVICE", ..])
        || text.starts_with("Host: ") && (text.contains("Ports: ") || text.contains("Status: "))
}

/// `number "/" ("tcp" / "udp") state …`
fn is_port(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.split_once('/').is_some_and(|(port, protocol)| {
        port.parse::<u16>().is_ok() && matches!(protocol, "tcp" | "udp" | "sctp")
    })
}

fn is_about_the_scan(text: &str) -> bool {
    let text = text.trim();
    ["Host is up", "Not shown: ", "MAC Address: ", "Service Info: ", "# Nmap "]
        .iter()
        .any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        assert!(is_certain("Nmap scan report for 192.0.2.30"));
        assert!(is_certain("PORT    STATE SERVICE VERSION"));
        assert!(is_port("80/tcp  open  http") && is_port("5353/udp open|filtered zeroconf"));
        assert!(!is_port("99999/tcp open") && !is_port("80/http") && !is_certain("Host: SRV1"));
    }
}
