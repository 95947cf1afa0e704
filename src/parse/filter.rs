//! Commands that let only some rows through, and what it means that one of them printed nothing.
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

use super::prompt::Prompt;
use crate::record::{Endpoint, Protocol, Socket};

/// Does a command let only some rows through?
pub(super) fn is_filtered(command: &str) -> bool {
    let command = command.to_ascii_lowercase();
    let mut stages = command.split('|');
    let first = stages.next().unwrap_or_default();
    let some_of = |stage: &str, words: &[&str]| {
        stage.split_whitespace().any(|word| words.iter().any(|one| word.starts_with(one)))
    };
    let has_word = |stage: &str, word: &str| stage.split_whitespace().any(|one| one == word);
    let is_of_powershell = ["get-", "gps", "gwmi", "gcim"].iter().any(|name| first.contains(name));
    let selects = some_of(first, &["/fi", "-fi"])
        || (is_of_powershell && (some_of(first, OF_SOME) || has_word(first, "-name")))
        || (first.contains("wmic") && some_of(first, &["where"]))
        || (first.contains("select ") && some_of(first, &["where"]))
        || command.split("[").skip(1).any(is_slice);
    // What follows the options of ss is a filter.
    let mut of_ss = first.split_whitespace().skip_while(|word| *word != "ss").skip(1);
    let selects = selects || of_ss.any(|word| !word.starts_with(['-', '>', '2']));
    let leaves_out = |stage: &str| {
        let name = stage.split_whitespace().next().unwrap_or_default();
        !WHOLE.contains(&name) || some_of(stage, &["-first", "-last", "-skip", "-unique", "-index"])
    };
    selects || stages.any(leaves_out)
}

/// `(tasklist)[0..4]`: what stands behind the bracket.
fn is_slice(behind: &str) -> bool {
    let index = behind.split(']').next().unwrap_or_default();
    index.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && index.chars().all(|c| c.is_ascii_digit() || "-., ".contains(c))
}

/// Parameters by which a command of PowerShell gets some objects alone.
const OF_SOME: &[&str] = &["-state", "-local", "-remote", "-owning", "-id", "-filter", "-applied"];

/// What may follow a command without leaving rows out.
const WHOLE: [&str; 20] = [
    "more",
    "select",
    "select-object",
    "sort",
    "sort-object",
    "ft",
    "fl",
    "format-table",
    "format-list",
    "out-file",
    "out-string",
    "out-host",
    "out-default",
    "export-csv",
    "convertto-csv",
    "tee",
    "tee-object",
    "clip",
    "set-clipboard",
    "more.com",
];

/// Programs that let lines through by a word.
const GREPS: [&str; 5] = ["findstr", "find", "select-string", "sls", "grep"];

/// Signs by which a word means another than it says; a dot stands for itself as well.
const OF_PATTERNS: [char; 10] = ['[', ']', '*', '^', '$', '\\', '+', '?', '(', ')'];

/// Before a text of `findstr` in which a blank parts no words.
const LITERAL: &str = "/c:";

/// Options that choose no other lines than those with the words.
const HARMLESS: [&str; 9] = ["/i", "/n", "/l", "-i", "-n", "-e", "-w", "-pattern", "-simplematch"];

/// Words behind netstat, of which a row must have one of each stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    stages: Vec<Vec<String>>,
}

impl Filter {
    /// The filter behind netstat, where it is nothing but words and what it prints goes nowhere else.
    pub(super) fn of_netstat(command: &str) -> Option<Self> {
        if command.contains('>') {
            return None;
        }
        let mut stages = command.split('|');
        let program = stages.next()?.split_whitespace().next()?.to_ascii_lowercase();
        let is_netstat = program.rsplit(['\\', '/']).next()?.split('.').next() == Some("netstat");
        let stages: Option<Vec<Vec<String>>> = stages.map(words).collect();
        stages.filter(|stages| is_netstat && !stages.is_empty()).map(|stages| Filter { stages })
    }

    /// Would it let this row through?
    pub(crate) fn lets_through(&self, socket: &Socket) -> bool {
        let protocol = match socket.protocol {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
        };
        let state = socket.state_text.as_deref().or(socket.state.map(crate::State::name));
        let pid = socket.pid.map(|pid| pid.to_string());
        let row = [
            protocol,
            &side(&socket.local),
            &side(&socket.foreign),
            state.unwrap_or_default(),
            pid.as_deref().unwrap_or_default(),
        ];
        let row = row.join(" ").to_lowercase() + " ";
        self.stages.iter().all(|words| words.iter().any(|word| row.contains(word)))
    }
}

/// An endpoint as netstat prints it.
fn side(endpoint: &Endpoint) -> String {
    let address = endpoint.address.as_deref().unwrap_or("*");
    let number = endpoint.port.map(|port| port.to_string());
    let port = endpoint.port_name.as_deref().or(number.as_deref()).unwrap_or("*");
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

/// The words of a stage, in lower case: rows of a table that was printed are of no other case.
fn words(stage: &str) -> Option<Vec<String>> {
    let (program, rest) = stage.trim().split_once(' ')?;
    let program = program.to_ascii_lowercase();
    let program = program.strip_suffix(".exe").unwrap_or(&program);
    if !GREPS.contains(&program) {
        return None;
    }
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
            HARMLESS.contains(&word.to_ascii_lowercase().as_str()).then_some(())?;
        } else if is_whole || glued.is_some() {
            words.push(word.to_lowercase());
        } else {
            words.extend(word.split_whitespace().map(str::to_lowercase));
        }
    }
    let is_plain = |word: &String| !word.is_empty() && !word.contains(OF_PATTERNS);
    (!words.is_empty() && words.iter().all(is_plain)).then_some(words)
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

    #[test]
    fn filters_are_seen() {
        let filtered = |text: &str| is_filtered(text.split_once('>').unwrap().1);
        assert!(filtered(r"C:\>tasklist | findstr svc"));
        assert!(filtered(r#"C:\>tasklist /fi "pid eq 4""#));
        assert!(!filtered(r"C:\>tasklist | more"));
        assert!(!filtered(r"C:\>tasklist > list.txt"));
        assert!(!filtered(
            r"PS C:\> Get-Process | select Id, Name | ft -AutoSize | Out-File p.txt"
        ));
        assert!(filtered(r"PS C:\> Get-Process | where Id -gt 4 | ft"));
        assert!(filtered(r"PS C:\> Get-NetTCPConnection -State Listen"));
        assert!(filtered(r"PS C:\> Get-Process | select -First 5"));
        for command in [
            r#"C:\>wmic process where "name like 'svc%'" get name,processid"#,
            r"C:\>wmic /node:SRV2 process where (name!='x.exe') list brief",
            r"C:\>wmic path win32_process where processid=4 get name",
            r#"PS C:\> gwmi -query "select * from win32_process where processid > 4""#,
            r#"PS C:\> Get-WmiObject -Class Win32_Process -Filter "ProcessId=4""#,
            r"PS C:\> gps -Name httpd",
            r"PS C:\> (tasklist)[0..4]",
            r"PS C:\> (Get-Process)[-1]",
        ] {
            assert!(filtered(command), "{command}");
        }
        for command in [
            r"C:\>wmic process get name,processid",
            r"PS C:\> Get-WmiObject -Class Win32_Process -Namespace root\cimv2",
            r#"PS C:\> gwmi -query "select * from win32_process""#,
            r"PS C:\> Get-Process | ft @{n='[PID]';e={$_.Id}}",
        ] {
            assert!(!filtered(command), "{command}");
        }
    }

    fn words_of(command: &str) -> Option<Vec<Vec<String>>> {
        Filter::of_netstat(command).map(|filter| filter.stages)
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
            of(&[&[":80"], &["listening"]])
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
            "tasklist | findstr :80",
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
