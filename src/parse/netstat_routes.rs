//! `netstat -r`, `route print`: routes, which name no socket. Recognised so that it can be said.
//!
//! ```text
//! ===========================================================================
//! Interface List
//!   9...00 00 5e 00 53 01 ......Ethernet Adapter
//! ```

use std::net::Ipv4Addr;

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netstat_routes", os: Os::Windows, open };

const ROUTES: NotRead = NotRead {
    what: "the routes of `netstat -r`, which name no socket",
    tool: "netstat -r",
    class,
    yields: false,
};

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    if !is_interface(line.text) && !is_route(line.text) && !is_route_of_ipv6(line.text) {
        return None;
    }
    let near = above.iter().rev().take_while(|above| line.number - above.number <= 3).count();
    Some(Opening::new(ROUTES)?.with_heading_above(near.min(2)))
}

/// `index "..." [hardware-address] "." name`
fn is_interface(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=5).contains(&digits)
        && text.get(digits..).is_some_and(|rest| {
            rest.starts_with("...") && rest.trim_start_matches('.').contains(['.', ' '])
        })
}

/// At least two addresses of IPv4 and a metric, without ports.
fn is_route(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_address = |word: Option<&str>| word.is_some_and(|word| word.parse::<Ipv4Addr>().is_ok());
    is_address(words.next())
        && is_address(words.next())
        && words.next_back().is_some_and(|metric| metric.parse::<u32>().is_ok())
}

/// `interface metric prefix [gateway]`, of IPv6
fn is_route_of_ipv6(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let mut is_number = || words.next().is_some_and(|word| word.parse::<u32>().is_ok());
    is_number() && is_number() && words.next().is_some_and(|prefix| prefix.contains("::"))
}

fn class(text: &str) -> Option<Class> {
    let is_ruler = text.len() >= 20 && text.trim().bytes().all(|b| b == b'=');
    let is_ours = is_ruler || is_interface(text) || is_route(text) || is_route_of_ipv6(text);
    is_ours.then_some(Class::Notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_and_routes() {
        assert!(is_interface("  9...00 00 5e 00 53 01 ......Ethernet Adapter"));
        assert!(is_interface("  1...........................Software Loopback Interface 1"));
        assert!(!is_interface("..."));
        assert!(is_route("  0.0.0.0          0.0.0.0        192.0.2.1      192.0.2.10     25"));
        assert!(!is_route("TCP 0.0.0.0:1 0.0.0.0:0"));
        assert!(is_route_of_ipv6("  1    331 ::1/128                  On-link"));
    }
}
