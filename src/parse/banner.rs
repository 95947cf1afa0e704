//! Banners: lines that name the machine on which what stands below was taken.
//!
//! ```text
//! ===== SRV1 =====
//! Host Name:                 SRV1
//! ==> srv1/netstat.txt <==
//! ```

use super::prompt::is_host_name;
use crate::names;

/// The machine that a banner or a line of `systeminfo`, `set` or `ipconfig` names.
pub(crate) fn banner(text: &str) -> Option<String> {
    let text = text.trim();
    // `\\SRV1:`, above what psexec brings from one of several machines.
    if let Some(name) = text.strip_prefix(r"\\").and_then(|text| text.strip_suffix(':')) {
        return is_host_name(name).then(|| name.to_owned());
    }
    if text.starts_with(char::is_alphabetic)
        && let Some((label, value)) = text.split_once([':', '='])
    {
        let label = label.trim_end_matches([' ', '.']).to_ascii_lowercase();
        let labels = ["host name", "hostname", "computername", "computer name", "computer", "host"];
        let name = value.trim();
        return (labels.contains(&label.as_str()) && is_host_name(name)).then(|| name.to_owned());
    }
    if let Some(host) = file_of_a_machine(text) {
        return Some(host);
    }
    let inner = text.trim_matches(['=', '-', '#', '*', '_', '~', '>', '<']);
    if text.len() < inner.len() + 4 {
        return None;
    }
    // A banner says more than the machine: the command, a file, a time. What a machine is often called,
    // letters with a digit or a hyphen, must be left alone once these are taken out.
    let words = inner.split(|c: char| c.is_whitespace() || matches!(c, '/' | '\\' | ':' | ','));
    let mut names: Vec<&str> =
        words.filter(|word| names::tells_a_machine(word) && is_host_name(word)).collect();
    if names.len() > 1 {
        // `web01 pre-check`
        names.retain(|word| word.contains(|c: char| c.is_ascii_digit()));
    }
    let [name] = names.as_slice() else { return None };
    let name = name.split('.').next().unwrap_or_default();
    name.contains(|c: char| c.is_ascii_digit() || c == '-').then(|| name.to_owned())
}

/// `srv1-netstat.txt`, alone on a line, as `type *.txt` and `for` print it.
fn file_of_a_machine(text: &str) -> Option<String> {
    let is_file = || {
        let lower = text.to_ascii_lowercase();
        [".txt", ".log", ".csv", ".out"].iter().any(|end| lower.ends_with(end))
            && (lower.contains("netstat") || lower.contains("tasklist"))
    };
    let is_file = !text.contains(char::is_whitespace) && is_file();
    if !is_file {
        return None;
    }
    let words = names::telling_words_of_file(text.rsplit(['\\', '/']).next()?);
    match words.as_slice() {
        [only] if is_host_name(only) => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_that_name_a_machine() {
        assert_eq!(banner("===== SRV-01 ====="), Some("SRV-01".into()));
        assert_eq!(banner("Host Name:                 EXAMPLE-SRV1"), Some("EXAMPLE-SRV1".into()));
        assert_eq!(banner("COMPUTERNAME=WEB01"), Some("WEB01".into()));
        assert_eq!(banner("=== SRV1 netstat -ano 2026-11-23 10:00 ==="), Some("SRV1".into()));
        assert_eq!(banner("==> srv2/tasklist.txt <=="), Some("srv2".into()));
        assert_eq!(banner("===== web01 pre-check ====="), Some("web01".into()));
        assert_eq!(banner(r"\\SRV2:"), Some("SRV2".into()));
        assert_eq!(banner("srv1-netstat.txt"), Some("srv1".into()));
        assert_eq!(banner("### web-01-netstat.txt ###"), Some("web-01-netstat".into()));
        for text in
            ["====== netstat -ano ======", "=== netstat-ano ===", "=====", "-- 2026-11-23 --"]
        {
            assert_eq!(banner(text), None, "{text}");
        }
    }
}
