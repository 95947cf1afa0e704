//! Filters behind netstat, and what it means that one of them printed nothing.
//!
//! ```text
//! C:\>netstat -ano | findstr :8080
//!   TCP    0.0.0.0:8080           0.0.0.0:0              LISTENING       3380
//!
//! C:\>netstat -ano | findstr :8080
//!
//! C:\>
//! ```
//!
//! The second answer has no row: what the first shows has ended.

use super::netstat_switches::behind_netstat;
use super::prompt::Prompt;
use crate::record::{Endpoint, Family, Protocol, Socket};
use crate::state::State;

/// Programs that let lines through by a word.
const GREPS: [&str; 5] = ["findstr", "find", "select-string", "sls", "grep"];

/// Signs by which a word means another than it says; a dot stands for itself as well.
const OF_PATTERNS: [char; 10] = ['[', ']', '*', '^', '$', '\\', '+', '?', '(', ')'];

/// Before a text of `findstr` in which a blank parts no words.
const LITERAL: &str = "/c:";

/// Options that choose no other lines than those with the words.
const HARMLESS: [&str; 9] = ["/i", "/n", "/l", "-i", "-n", "-e", "-w", "-pattern", "-simplematch"];

/// What netstat was asked for, and words behind it, of which a row must have one of each stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    shows: Shows,
    stages: Vec<Stage>,
}

/// Words of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stage {
    /// In lower case where case does not count.
    words: Vec<String>,
    ignores_case: bool,
}

/// Of which sockets netstat prints what.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shows {
    pids: bool,
    bound: bool,
    /// One protocol of one family (`-p`).
    only: Option<(Protocol, Family)>,
}

impl Shows {
    /// By the options of netstat: all sockets, as numbers. Of any other table nothing is known.
    fn of<'w>(mut options: impl Iterator<Item = &'w str>) -> Option<Self> {
        let mut letters = String::new();
        let mut only = None;
        while let Some(option) = options.next() {
            if option.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let option = option.strip_prefix(['-', '/'])?;
            letters.push_str(option);
            if option.ends_with('p') {
                only = match options.next()? {
                    "tcp" => Some((Protocol::Tcp, Family::Ipv4)),
                    "udp" => Some((Protocol::Udp, Family::Ipv4)),
                    "tcpv6" => Some((Protocol::Tcp, Family::Ipv6)),
                    "udpv6" => Some((Protocol::Udp, Family::Ipv6)),
                    _ => return None,
                };
            }
        }
        let bound = letters.contains('q');
        let is_plain = letters.chars().all(|letter| "abnopqti".contains(letter));
        let shows_all = (letters.contains('a') || bound) && letters.contains('n');
        (is_plain && shows_all).then_some(Shows { pids: letters.contains('o'), bound, only })
    }

    fn shows(&self, socket: &Socket) -> bool {
        let is_of = |(protocol, family)| {
            protocol == socket.protocol && socket.family().is_none_or(|own| own == family)
        };
        self.only.is_none_or(is_of) && (self.bound || socket.state != Some(State::Bound))
    }
}

impl Filter {
    /// The filter behind netstat, where it is nothing but words and what it prints goes nowhere else.
    pub(super) fn of_netstat(command: &str) -> Option<Self> {
        if command.contains('>') {
            return None;
        }
        let mut stages = command.split('|');
        let first = stages.next()?.to_ascii_lowercase();
        let shows = Shows::of(behind_netstat(&first)?)?;
        let stages: Option<Vec<Stage>> = stages.map(stage).collect();
        stages.filter(|stages| !stages.is_empty()).map(|stages| Filter { shows, stages })
    }

    /// Would it let this row through?
    pub(crate) fn lets_through(&self, socket: &Socket) -> bool {
        let protocol = match socket.protocol {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
        };
        let state = socket.state_text.as_deref().or(socket.state.map(State::name));
        let pid = socket.pid.filter(|_| self.shows.pids).map(|pid| pid.to_string());
        let row = [
            protocol,
            &side(&socket.local),
            &side(&socket.foreign),
            state.unwrap_or_default(),
            pid.as_deref().unwrap_or_default(),
        ];
        let row = row.join(" ") + " ";
        let has_one = |stage: &Stage| {
            let folded = stage.ignores_case.then(|| row.to_lowercase());
            let row = folded.as_deref().unwrap_or(&row);
            stage.words.iter().any(|word| row.contains(word))
        };
        self.shows.shows(socket) && self.stages.iter().all(has_one)
    }
}

/// An endpoint as netstat prints it.
fn side(endpoint: &Endpoint) -> String {
    let address = endpoint.address.as_deref().unwrap_or("*");
    let number = endpoint.port.map(|port| port.to_string());
    let port = endpoint.port_name.as_deref().or(number.as_deref()).unwrap_or("*");
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

/// The words of a stage.
fn stage(stage: &str) -> Option<Stage> {
    let (program, rest) = stage.trim().split_once(' ')?;
    let program = program.to_ascii_lowercase();
    let program = program.strip_suffix(".exe").unwrap_or(&program);
    if !GREPS.contains(&program) {
        return None;
    }
    // Case counts, unless it is said that it does not.
    let mut ignores_case = matches!(program, "select-string" | "sls");
    // `find "a b"` has one word, `findstr "a b"` two.
    let is_whole = program == "find";
    let mut words = Vec::new();
    let mut rest = rest.trim();
    while !rest.is_empty() {
        let glued = rest.split_at_checked(LITERAL.len());
        let glued = glued.filter(|(start, _)| start.eq_ignore_ascii_case(LITERAL));
        let is_option = glued.is_none() && rest.starts_with(['/', '-']);
        let from = glued.map_or(rest, |(_, word)| word);
        let (word, behind) = match from.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split_once(['"', '\''])?,
            None => from.split_once(' ').unwrap_or((from, "")),
        };
        rest = behind.trim_start();
        if is_option {
            let option = word.to_ascii_lowercase();
            // To findstr it means the end of a line.
            let is_harmless = option != "-e" || program == "grep";
            (is_harmless && HARMLESS.contains(&option.as_str())).then_some(())?;
            ignores_case |= matches!(option.as_str(), "/i" | "-i");
        } else if is_whole || glued.is_some() {
            words.push(word.to_owned());
        } else {
            words.extend(word.split_whitespace().map(str::to_owned));
        }
    }
    if ignores_case {
        words.iter_mut().for_each(|word| *word = word.to_lowercase());
    }
    let is_plain = |word: &String| !word.is_empty() && !word.contains(OF_PATTERNS);
    (!words.is_empty() && words.iter().all(is_plain)).then_some(Stage { words, ignores_case })
}

/// A command that lets some rows of netstat through, and printed none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NothingPrinted {
    /// Of the command, from 1, in the source.
    pub line: usize,
    /// The machine, where it is known.
    pub host: Option<String>,
    filter: Filter,
}

impl NothingPrinted {
    /// Had this socket been there, would the command have printed it?
    pub(crate) fn would_show(&self, socket: &Socket) -> bool {
        self.filter.lets_through(socket)
    }
}

/// Finds the commands that printed nothing.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    /// The last prompt, as long as nothing stands below it.
    pending: Option<NothingPrinted>,
    pub found: Vec<NothingPrinted>,
}

impl Unanswered {
    /// A prompt: nothing stands between it and the one before, unless that was told.
    pub(super) fn prompt(&mut self, line: usize, prompt: &Prompt) {
        self.found.extend(self.pending.take());
        let host = prompt.host_of_output().map(str::to_owned);
        self.pending = prompt.filter.clone().map(|filter| NothingPrinted { line, host, filter });
    }

    /// A line that is neither blank nor a prompt.
    pub(super) fn line(&mut self) {
        self.pending = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(command: &str) -> Option<Vec<Vec<String>>> {
        let words = |filter: Filter| filter.stages.into_iter().map(|stage| stage.words).collect();
        Filter::of_netstat(command).map(words)
    }

    #[test]
    fn filters_of_words_are_read() {
        let of = |words: &[&[&str]]| {
            Some(
                words
                    .iter()
                    .map(|one| one.iter().map(|word| (*word).to_owned()).collect())
                    .collect(),
            )
        };
        assert_eq!(words_of("netstat -ano | findstr :8080"), of(&[&[":8080"]]));
        assert_eq!(words_of(r#"netstat -ano|findstr /i "LISTEN :80""#), of(&[&["listen", ":80"]]));
        assert_eq!(words_of(r#"netstat.exe -ano | findstr /c:":80 ""#), of(&[&[":80 "]]));
        assert_eq!(
            words_of(r#"netstat -ano | find ":80" | find "LISTENING""#),
            of(&[&[":80"], &["LISTENING"]])
        );
        assert_eq!(words_of("netstat -ano | Select-String ':8080'"), of(&[&[":8080"]]));
        for command in [
            "netstat -ano",
            "netstat -ano | findstr /v :80",
            "netstat -ano | findstr :80 > a.txt",
            "netstat -ano | findstr :80$",
            "netstat -ano | findstr /g:ports.txt",
            "netstat -ano | findstr :80 | clip",
            "netstat -ano | findstr",
            "netstat -ano | find \":80",
            "netstat -ano | findstr -e 80",
            "tasklist | findstr :80",
            "netstat | findstr :80",
            "netstat -no | findstr :80",
            "netstat -ao | findstr :80",
            "netstat -anr | findstr :80",
            "netstat -ans | findstr :80",
            "netstat -ane | findstr :80",
            "netstat -anx | findstr :80",
            "netstat -anp icmp | findstr :80",
        ] {
            assert_eq!(words_of(command), None, "{command}");
        }
    }

    #[test]
    fn a_row_has_a_word_of_each_stage() {
        let source = crate::read("x", b"TCP [::1]:8080 [::]:0 LISTENING 3380\n".to_vec(), None);
        let [section] = source.sections.as_slice() else { panic!() };
        let crate::Records::Sockets { sockets, .. } = &section.records else { panic!() };
        let shows = |command| Filter::of_netstat(command).unwrap().lets_through(&sockets[0]);
        assert!(shows("netstat -ano | findstr :8080") && shows("netstat -ano | findstr 3380"));
        assert!(shows("netstat -ano | find \":80\"") && shows("netstat -ano | findstr :443 :8080"));
        assert!(!shows("netstat -ano | findstr :443"));
        assert!(shows("netstat -ano | findstr /i listening"));
        assert!(shows("netstat -ano | sls listening") && shows("netstat -ano | grep -i listening"));
        assert!(!shows("netstat -ano | findstr listening"));
        assert!(shows("netstat -an | findstr :8080") && !shows("netstat -an | findstr 3380"));
        assert!(shows("netstat -anop tcpv6 | findstr :8080"));
        assert!(shows("netstat /a /n /o /p tcpv6 | findstr :8080"));
        assert!(!shows("netstat -anp udp | findstr :8080"));
        assert!(!shows("netstat -anp tcp | findstr :8080"));
        assert!(!shows("netstat -ano | findstr :8080 | findstr ESTABLISHED"));
        assert!(!shows("netstat -ano | findstr /c:\":80 \""));
    }

    #[test]
    fn a_command_printed_nothing_if_a_prompt_follows() {
        let lines = |text: &str| -> Vec<usize> {
            let source = crate::read("x", text.as_bytes().to_vec(), None);
            source.nothing_printed.iter().map(|one| one.line).collect()
        };
        let command = "C:\\>netstat -ano | findstr :8080\n";
        assert_eq!(lines(&format!("{command}\n{command}\nC:\\>\n")), [1, 3]);
        for text in [
            command.to_owned(),
            format!("{command}access denied\nC:\\>\n"),
            format!("{command}...\nC:\\>"),
        ] {
            assert!(lines(&text).is_empty(), "{text}");
        }
    }
}
