//! The log of the Windows firewall, `pfirewall.log`: packets, not sockets. Recognised, named and not read.
//!
//! ```text
//! #Software: Microsoft Windows Firewall
//! #Fields: date time action protocol src-ip dst-ip src-port dst-port size …
//! 2026-11-23 09:14:22 ALLOW TCP 192.0.2.30 198.51.100.7 50123 443 0 - 0 0 0 - - - SEND
//! ```

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "firewall_log", os: Os::Windows, open };

const LOG: NotRead = NotRead {
    what: "a log of the Windows firewall, which has packets and no process",
    tool: "the Windows firewall",
    class,
    yields: false,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    class(line.whole).is_some().then(|| Opening::new(LOG)).flatten()
}

fn class(text: &str) -> Option<Class> {
    if is_head(text) { Some(Class::Header) } else { is_packet(text).then_some(Class::Notice) }
}

fn is_head(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('#');
    text.starts_with("Software: Microsoft Windows Firewall")
        || text.starts_with("Fields: date time action protocol")
        || text.trim_end() == "Time Format: Local"
        || text.trim_end() == "Version: 1.5"
}

/// `date time action protocol address address …`
fn is_packet(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [date, time, action, _, from, to, ..] = words.as_slice() else { return false };
    let is_made_of = |word: &str, signs: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || signs.contains(c))
    };
    let is_address = |word: &str| word == "-" || word.parse::<std::net::IpAddr>().is_ok();
    is_made_of(date, "-")
        && is_made_of(time, ":.")
        && matches!(
            *action,
            "ALLOW" | "DROP" | "OPEN" | "CLOSE" | "OPEN-INBOUND" | "INFO-EVENTS-LOST"
        )
        && is_address(from)
        && is_address(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_packets() {
        assert!(is_head("#Fields: date time action protocol src-ip dst-ip"));
        let packet = "2026-11-23 09:14:22 DROP UDP 192.0.2.30 198.51.100.7 5353 5353 76 - - - - - - - RECEIVE";
        assert!(is_packet(packet));
        assert!(!is_packet("2026-11-23 09:14:22 TCP 192.0.2.30:80 198.51.100.7:443 ESTABLISHED 4"));
    }
}
