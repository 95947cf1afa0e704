//! The help of netstat and tasklist, printed instead of a table. Recognised, named and not read.
//!
//! ```text
//! Displays protocol statistics and current TCP/IP network connections.
//!
//! NETSTAT [-a] [-b] [-e] [-f] [-n] [-o] [-p proto] [-r] [-s] [-t] [-x] [-y] [interval]
//!
//!   -a            Displays all connections and listening ports.
//! ```
//!
//! In any language there is a usage line, the name of the program and options in brackets.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "help_text", os: Os::Windows, open };

const HELP: NotRead = NotRead {
    what: "the help of netstat or tasklist, which the command printed instead of a table",
    tool: "netstat /?",
    class,
    yields: true,
};

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let summary = above.last().filter(|summary| line.number <= summary.number + 2);
    let heading = usize::from(summary.is_some());
    is_usage(line.text)
        .then(|| Opening::new(HELP))
        .flatten()
        .map(|opening| opening.with_heading_above(heading))
}

fn class(text: &str) -> Option<Class> {
    if is_usage(text) {
        Some(Class::Header)
    } else {
        is_about_an_option(text).then_some(Class::Notice)
    }
}

/// `("NETSTAT" / "TASKLIST") "[" ("-" / "/") …`
fn is_usage(text: &str) -> bool {
    let text = text.trim_start();
    ["NETSTAT [-", "NETSTAT [/", "TASKLIST [/", "TASKLIST [-"]
        .iter()
        .any(|usage| text.get(..usage.len()).is_some_and(|start| start.eq_ignore_ascii_case(usage)))
}

/// An option, or more about it: indented. The help of tasklist has headings that end in a colon.
fn is_about_an_option(text: &str) -> bool {
    let inner = text.trim_start();
    let indent = text.len() - inner.len();
    let is_indented = indent >= 4
        || indent >= 2 && inner.starts_with(|c: char| matches!(c, '-' | '/') || c.is_lowercase());
    let heading = text.trim_end().trim_end_matches(':');
    let is_heading = text.trim_end().ends_with(':') && heading.split_whitespace().count() <= 3;
    is_indented && super::netstat_find::find(text).is_none() || is_heading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_and_options() {
        assert!(is_usage("NETSTAT [-a] [-b] [-e]") && is_usage("TASKLIST [/S system]"));
        assert!(!is_usage("netstat -ano") && !is_usage("NETSTAT"));
        assert!(is_about_an_option("  -p proto      Shows connections for the protocol: TCP, UDP"));
        assert!(!is_about_an_option("  TCP    0.0.0.0:80   0.0.0.0:0   LISTENING   4"));
    }
}
