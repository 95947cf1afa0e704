//! Banners: lines that name the machine on which what stands below was taken.
//!
//! ```text
//! ===== SRV1 =====
//! Host Name:                 SRV1
//! ==> srv1/netstat.txt <==
//! ## SRV1              [SRV1]              Server SRV1:              netstat from SRV1:
//! srv1 | CHANGED | rc=0 >>
//! ```
//!
//! A title that is no banner on both sides may be any other: only what is called as most machines are, and as nothing
//! else is, names one there.

use super::prompt::is_host_name;
use crate::names;
use crate::text::Line;

/// What a line names that is of no format.
pub(crate) struct Named {
    /// The machine.
    pub host: String,
    /// By a title that could be a comment as well (`# SRV1`)?
    pub is_comment: bool,
}

/// The machine that a line names which is of no format.
pub(crate) fn banner(line: &Line<'_>) -> Option<Named> {
    let text = line.text.trim();
    let quoted = line.whole.trim_start_matches(['>', ' ', '\t']);
    let is_comment = line.is_comment && quoted.starts_with('#');
    let is_certain = |host| Named { host, is_comment: false };
    let certain = named(text).or_else(|| of_ansible(text)).map(is_certain);
    certain.or_else(|| titled(text, is_comment).map(|host| Named { host, is_comment }))
}

/// Labels of `systeminfo`, `set`, `ipconfig` and PowerShell before the name of a machine.
const LABELS: [&str; 16] = [
    "host name",
    "hostname",
    "computername",
    "computer name",
    "computer",
    "host",
    "pscomputername",
    "machine name",
    "server name",
    "rechnername",
    "nom de l’hôte",
    "nom de l'hôte",
    "nombre de host",
    "nome host",
    "nome do host",
    "имя узла",
];

/// By a banner, or a line of those programs.
fn named(text: &str) -> Option<String> {
    // `\\SRV1:`, above what psexec brings from one of several machines.
    if let Some(name) = text.strip_prefix(r"\\").and_then(|text| text.strip_suffix(':')) {
        return is_host_name(name).then(|| name.to_owned());
    }
    if text.starts_with(char::is_alphabetic)
        && let Some((label, value)) = text.split_once([':', '='])
    {
        let label = label.trim_end_matches([' ', '.']).to_lowercase();
        // `Machine: SRV1 (Microsoft Windows NT 10.0.17763.0)`, above a transcript of PowerShell.
        let of_transcript = value.split_once(" (Microsoft Windows").map(|(name, _)| name.trim());
        let name = of_transcript.unwrap_or(value.trim());
        let is_label = of_transcript.is_some() || LABELS.contains(&label.as_str());
        return (is_label && is_host_name(name)).then(|| name.to_owned());
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
    names.retain(|word| !is_of_a_title(word));
    if names.len() > 1 {
        // `web01 pre-check`
        names.retain(|word| word.contains(|c: char| c.is_ascii_digit()));
    }
    let [name] = names.as_slice() else { return None };
    let name = name.split('.').next().unwrap_or_default();
    (has_sign(name) || is_server(name)).then(|| name.to_owned())
}

/// Has the word what names of machines have, most of them?
fn has_sign(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit() || c == '-')
}

/// `WEBSRV`
fn is_server(word: &str) -> bool {
    word.len() > 3 && word.contains("SRV") && word.chars().all(|c| c.is_ascii_uppercase())
}

/// `srv1 | CHANGED | rc=0 >>`
fn of_ansible(text: &str) -> Option<String> {
    let (host, rest) = text.strip_suffix(">>")?.split_once(" | ")?;
    let is_address = || host.parse::<std::net::IpAddr>().is_ok();
    let (result, _) = rest.split_once(" | rc=")?;
    let is_result = ["CHANGED", "SUCCESS", "FAILED"].contains(&result);
    (is_result && (is_host_name(host) || is_address())).then(|| host.to_owned())
}

/// `## SRV1`, `h3. SRV1`, `[SRV1]`, `SRV1:`, `Server SRV1:`, `netstat from SRV1:`
fn titled(text: &str, is_heading: bool) -> Option<String> {
    let behind_signs = text.trim_start_matches('#');
    let behind_level = text
        .strip_prefix('h')
        .and_then(|text| text.strip_prefix(|c: char| c.is_ascii_digit())?.strip_prefix(". "));
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let title = behind_level.or(bracketed).unwrap_or(behind_signs);
    let words = title.trim_end().trim_end_matches(':');
    let is_titled = is_heading || words.len() < text.len();
    let words: Vec<&str> = words.split([' ', ':']).filter(|word| !word.is_empty()).collect();
    let is_machine = |word: &str| {
        names::tells_a_machine(word) && is_host_name(word) && has_sign(word) && !is_of_a_title(word)
    };
    let is_upper = |word: &str| !word.contains(|c: char| c.is_ascii_lowercase());
    let is_one_of =
        |word: &str, list: &str| list.split_whitespace().any(|one| one.eq_ignore_ascii_case(word));
    let name = match words.as_slice() {
        // `Server: SRV1`, and no name of the network, as nslookup has it.
        [kind, name] if !is_titled => {
            let is_label = text.split(':').next() == Some(kind) && is_one_of(kind, MACHINES);
            Some(*name).filter(|name| {
                is_label && is_machine(name) && is_upper(name) && !name.contains('.')
            })
        }
        _ if !is_titled => None,
        [name] => {
            Some(*name).filter(|name| (is_machine(name) && is_upper(name)) || is_server(name))
        }
        [kind, name] if is_one_of(kind, MACHINES) => Some(*name).filter(|name| is_machine(name)),
        [what @ .., on, name] if is_one_of(on, "from on of auf von") => {
            let is_output =
                !what.is_empty() && what.iter().all(|word| !names::tells_a_machine(word));
            Some(*name).filter(|name| is_output && is_machine(name))
        }
        _ => None,
    };
    name.map(str::to_owned)
}

/// What a machine is called before its name.
const MACHINES: &str = "server host machine computer node rechner maschine serveur servidor";

/// What stands before numbers and hyphens in words of titles.
const OF_TITLES: &str = "tcp udp ip ipv http https tls ssl utf sha md kb cve rfc step part case inc chg req ticket bug \
    issue task update port ports pid test run try round attempt sample snapshot note edit todo fig table section day \
    phase pre post check follow up down read only re win windows event error code line schritt teil";

/// Is it a word of a title, with a number (`STEP-2`, `KB323352`, `UTF-8`), a year or one letter (`T1`)?
fn is_of_a_title(word: &str) -> bool {
    let parts = word.split(|c: char| !c.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    let is_of_title =
        |part: &str| OF_TITLES.split_whitespace().any(|one| one.eq_ignore_ascii_case(part));
    let is_year = |number: &str| number.len() == 4 && number.starts_with(['1', '2']);
    let has_letters = parts.clone().any(|part| part.len() > 1) || word.contains('-');
    !has_letters
        || parts.clone().any(is_of_title)
        || word.split(|c: char| !c.is_ascii_digit()).any(is_year)
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

    fn banner(text: &str) -> Option<String> {
        let (whole, is_comment) = (text, text.starts_with("# "));
        let text = text.strip_prefix("# ").unwrap_or(text);
        let named = super::banner(&Line { text, is_comment, ..Line::plain(1, whole) })?;
        assert_eq!(named.is_comment, is_comment);
        Some(named.host)
    }

    #[test]
    fn titles_that_name_a_machine() {
        for text in [
            "# SRV-A",
            "## SRV-A",
            "### SRV-A",
            "h3. SRV-A",
            "[SRV-A]",
            "SRV-A:",
            "Server SRV-A:",
            "Server: SRV-A",
            "Machine: SRV-A (Microsoft Windows NT 10.0.17763.0)",
            "Rechnername: SRV-A",
            "PSComputerName : SRV-A",
            "SRV-A | CHANGED | rc=0 >>",
            "netstat from SRV-A:",
            "## netstat on SRV-A",
            "## Server SRV-A",
            "=== SRV-A ===",
        ] {
            assert_eq!(banner(text).as_deref(), Some("SRV-A"), "{text}");
        }
        assert_eq!(banner("=== WEBSRV ===").as_deref(), Some("WEBSRV"));
        assert_eq!(banner("192.0.2.10 | CHANGED | rc=0 >>").as_deref(), Some("192.0.2.10"));
    }

    #[test]
    fn a_comment_below_a_row_is_of_the_table_that_begins_behind_it() {
        let hosts = |text: &str| -> Vec<Option<String>> {
            let source = crate::read("x", text.as_bytes().to_vec(), None);
            source.sections.into_iter().map(|section| section.host).collect()
        };
        let heading = "Proto  Local Address  Foreign Address  State  PID\n";
        let row = "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 888\n";
        let srv_a = Some("SRV-A".to_owned());
        let both = format!("# SRV-A\n{heading}{row}# SRV-B\n{heading}{row}");
        assert_eq!(hosts(&both), [srv_a.clone(), Some("SRV-B".to_owned())]);
        assert_eq!(hosts(&format!("# SRV-A\n{heading}{row}# SRV-B\n{row}"))[0], srv_a);
        assert_eq!(
            hosts(&format!("# SRV-A\n{heading}{row}# SRV-B\n{row}\n{heading}{row}")),
            [srv_a.clone(), srv_a]
        );
    }

    #[test]
    fn titles_that_name_none() {
        for text in [
            "# Netstat",
            "## Results",
            "## Before",
            "Ports:",
            "[INFO]",
            "## STEP-2",
            "STEP1:",
            "# KB323352",
            "[UTF-8]",
            "IPV4:",
            "## PRE-CHECK",
            "T1:",
            "## 2026-11-23",
            "SERVER-2003:",
            "[ERROR-404]",
            "see web-01:",
            "SRV-A",
            "Server: nginx",
            "Server:  dns-1.example.net",
            "server 1:",
            "## Windows-10",
            "processes:",
            "=== PORTS ===",
            "=== BEFORE ===",
            "=== STEP-2 ===",
            "nginx-1 | web | up",
            "the list of web-01 is below",
            "## step-1",
            "follow-up:",
        ] {
            assert_eq!(banner(text), None, "{text}");
        }
    }

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
