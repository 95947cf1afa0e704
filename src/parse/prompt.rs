//! Prompts and echoed commands: what they say of the machine and of the command.
//!
//! ```text
//! C:\>netstat -ano | findstr :80
//! PS C:\Users\admin> tasklist /svc
//! [SRV1]: PS C:\>
//! admin@SRV1 C:\Users\admin>
//! *Evil-WinRM* PS C:\>
//! ===== portjoin SRV1 2026-11-23T17:30:00Z netstat -ano =====
//! ```

pub(super) use super::elision::is_elision;
use super::filter::Filter;
use super::filtered::is_filtered;
use super::netstat_switches::Switches;
use super::process_cells::Third;
use super::remote::{self, Asks};
use super::{netsh, netstat_find};
use crate::record::{Family, Protocol};

/// What a prompt says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// The machine, where the prompt names it.
    pub host: Option<String>,
    /// Does the command let only some rows through?
    pub filtered: bool,
    /// Which rows of netstat it lets through, where words alone tell.
    pub filter: Option<Filter>,
    /// The family that the command asks `netsh` for.
    pub family: Option<Family>,
    /// The protocol of `Get-NetTCPConnection` or `Get-NetUDPEndpoint`.
    pub protocol: Option<Protocol>,
    /// Is the command one of `tasklist`?
    pub of_tasklist: bool,
    /// What lists that asks for.
    pub third: Third,
    /// Does the command list processes by PowerShell?
    pub of_processes: bool,
    /// Does the command print a table time and again (`netstat -ano 5`)?
    pub repeats: bool,
    /// Does it list services that way?
    pub of_services: bool,
    /// What the switches of `netstat` say of its rows.
    pub netstat: Switches,
    /// When the command was run, as RFC 3339.
    pub captured_at: Option<String>,
    /// Is this a session on another machine, as its prompt shows (`[SRV1]: PS C:\>`)?
    pub in_session: bool,
    /// Does a prompt stand there, and names no machine?
    pub is_bare: bool,
    /// Is this another machine than the one named before, and has it no name?
    pub is_elsewhere: bool,
    /// What the command asks.
    pub asks: Asks,
    /// The session that was opened last: its variable, and its machine.
    pub session: Option<(String, String)>,
}

impl Prompt {
    fn with_command(host: Option<&str>, command: &str) -> Self {
        Prompt {
            host: host.map(str::to_owned),
            filtered: is_filtered(command),
            filter: Filter::of_netstat(command),
            family: netsh::family(command),
            protocol: powershell_protocol(command),
            of_processes: lists(command, &["get-process", "gps", "win32_process"]),
            of_services: lists(command, &["win32_service"]),
            of_tasklist: is_of_tasklist(command),
            repeats: repeats(command),
            third: Third::of_command(command),
            netstat: Switches::of(command),
            asks: Asks::of(command),
            session: remote::session(command),
            ..Prompt::default()
        }
    }

    /// A prompt without a host is still on the same machine, unless a session on another has ended.
    pub(crate) fn followed_by(&self, mut next: Prompt) -> Prompt {
        next.session = next.session.or_else(|| self.session.clone());
        if let (Asks::Another(asked), Some((variable, host))) = (&mut next.asks, &next.session)
            && asked.eq_ignore_ascii_case(variable)
        {
            asked.clone_from(host);
        }
        if next.host.is_some() {
            return next;
        }
        if (self.in_session || self.asks == Asks::Leaves) && next.is_bare {
            return Prompt { is_elsewhere: true, ..next };
        }
        let host = match &self.asks {
            Asks::Session(host) => Some(host.clone()),
            _ => self.host.clone(),
        };
        let (in_session, is_elsewhere) = (self.in_session, self.is_elsewhere && host.is_none());
        Prompt { host, in_session, is_elsewhere, ..next }
    }

    /// The machine of what the command prints.
    pub(crate) fn host_of_output(&self) -> Option<&str> {
        match &self.asks {
            Asks::Another(host) => Some(host),
            _ => self.host.as_deref(),
        }
    }

    /// Does the prompt, or its command, tell of a machine that is not the one it was typed at?
    pub(crate) fn is_remote(&self) -> bool {
        let is_other =
            |host: &String| self.host.as_ref().is_none_or(|own| !own.eq_ignore_ascii_case(host));
        matches!(&self.asks, Asks::Another(host) | Asks::Session(host) if is_other(host))
    }

    /// Takes a line as the answer to `hostname`.
    pub(crate) fn answered_by(&mut self, line: &str) -> bool {
        let is_answer = self.asks == Asks::Name && is_host_name(line.trim());
        if is_answer {
            self.host = Some(line.trim().to_owned());
            self.is_elsewhere = false;
        }
        if self.asks == Asks::Name {
            self.asks = Asks::Here;
        }
        is_answer
    }
}

/// Reads a line as a prompt with its command, or as a command echoed alone.
pub(crate) fn read(text: &str) -> Option<Prompt> {
    let text = text.trim();
    // Most lines are rows of netstat.
    if text.starts_with("TCP ") || text.starts_with("UDP ") {
        return None;
    }
    if let Some(heading) = heading(text) {
        return Some(heading);
    }
    if is_our_command(text) {
        return Some(Prompt::with_command(None, text));
    }
    windows(text).or_else(|| unix(text)).or_else(|| shell(text))
}

const HEADING: &str = "===== portjoin ";

/// Does a source begin as `--save` and `collect` write it, so that nothing was wrapped round its lines?
pub(crate) fn is_as_written(text: &str) -> bool {
    text.starts_with(HEADING)
}

/// `"===== portjoin " host " " time " " command " ====="`, as `--save` and `collect` write it. A host or a time
/// that is not known is `-`.
fn heading(text: &str) -> Option<Prompt> {
    let inner = text.strip_prefix(HEADING)?.strip_suffix(" =====")?;
    let (host, rest) = inner.split_once(' ')?;
    let (time, command) = rest.split_once(' ')?;
    let is_time = time.parse::<jiff::Timestamp>().is_ok();
    Some(Prompt {
        captured_at: is_time.then(|| time.to_owned()),
        ..Prompt::with_command(Some(host).filter(|host| *host != "-"), command)
    })
}

/// `["[" host "]: "] ["*Evil-WinRM* "] [user "@" host " "] ["PS "] path ">" [command]`
fn windows(text: &str) -> Option<Prompt> {
    let (before, command) = text.split_once('>')?;
    let (host, before) = match before.strip_prefix('[').and_then(|text| text.split_once("]: ")) {
        Some((host, rest)) => (Some(host), rest),
        None => (None, before),
    };
    let before = before.strip_prefix("*Evil-WinRM* ").unwrap_or(before);
    let (account, before) = match before.split_once(' ') {
        Some((account, rest)) if account.contains('@') => (Some(account), rest),
        _ => (None, before),
    };
    let path = before.strip_prefix("PS").unwrap_or(before).trim();
    let is_drive =
        matches!(path.as_bytes(), [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic());
    let is_path =
        is_drive || path.starts_with(r"\\") || (path.is_empty() && before.starts_with("PS"));
    // A row behind a prompt is a row.
    if !is_path || path.contains(['"', '|', '*', '?']) || is_row(command) {
        return None;
    }
    let in_session = host.is_some();
    let host = host.or_else(|| account.and_then(|account| Some(account.rsplit_once('@')?.1)));
    let is_bare = host.is_none();
    Some(Prompt { in_session, is_bare, ..Prompt::with_command(host, command) })
}

fn is_row(command: &str) -> bool {
    netstat_find::begins_with_protocol(command).is_some() && netstat_find::find(command).is_some()
}

/// `user "@" host ":" path ("$" / "#") " " command`
fn unix(text: &str) -> Option<Prompt> {
    let (account, rest) = text.split_once(':')?;
    let (user, host) = account.split_once('@')?;
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let (path, command) = rest.split_once(['$', '#'])?;
    // What a filter of another system lets through is not read.
    (is_name(user) && is_name(host) && !path.contains(' '))
        .then(|| Prompt { filter: None, ..Prompt::with_command(Some(host), command) })
}

/// One of the signs that shells print, before a command of ours.
fn shell(text: &str) -> Option<Prompt> {
    let command = text.strip_prefix(['$', '#', 'λ', '>', '❯'])?.trim_start();
    let leaves = || text.starts_with('$') && Asks::of(command) == Asks::Leaves;
    let is_bare = text.starts_with('$');
    (is_our_command(command) || leaves())
        .then(|| Prompt { is_bare, ..Prompt::with_command(None, command) })
}

/// Is this a command line of netstat, ss, tasklist or netsh, here or by ssh? Words that are no option make it a sentence, and a
/// PID makes it a row of a process list; an interval alone may follow netstat.
fn is_our_command(text: &str) -> bool {
    let mut words = text.strip_prefix("sudo ").unwrap_or(text).split_whitespace();
    let program = words.next().unwrap_or_default();
    let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
    let name = name.split('.').next().unwrap_or_default();
    if name.eq_ignore_ascii_case("netsh") {
        let context = words.next().unwrap_or_default().to_ascii_lowercase();
        let shows = words.any(|word| word.eq_ignore_ascii_case("show"));
        return shows && ["int", "interface", "http", "advfirewall"].contains(&context.as_str());
    }
    if name == "ss" {
        return words.next().is_some_and(|word| word.starts_with('-'));
    }
    if name == "ssh" {
        let words: Vec<&str> = text.split_whitespace().collect();
        return remote::ssh(&words).is_some_and(|(target, command)| {
            is_our_command(&command.join(" ")) || (command.is_empty() && target.contains('@'))
        });
    }
    let is_netstat = name.eq_ignore_ascii_case("netstat");
    if !is_netstat && !name.eq_ignore_ascii_case("tasklist") {
        return false;
    }
    match (words.next(), words.next()) {
        (None, _) => true,
        (Some(interval), None) if is_netstat && interval.bytes().all(|b| b.is_ascii_digit()) => {
            true
        }
        (Some(word), _) => word.starts_with(['-', '/', '|', '>']),
    }
}

fn is_of_tasklist(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
    matches!(name, "tasklist" | "tasklist.exe")
}

/// Does an interval stand behind netstat?
fn repeats(command: &str) -> bool {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    command.to_ascii_lowercase().contains("netstat")
        && command
            .split(['|', '>'])
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .last()
            .is_some_and(is_number)
}

/// Does what stands before the first pipe have one of these words?
fn lists(command: &str, one_of: &[&str]) -> bool {
    let first = command.split('|').next().unwrap_or_default().to_ascii_lowercase();
    // As Markdown writes it.
    let first = first.replace(r"\_", "_");
    let mut words = first.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    words.any(|word| one_of.contains(&word))
}

fn powershell_protocol(command: &str) -> Option<Protocol> {
    let command = command.to_ascii_lowercase();
    match (command.contains("nettcpconnection"), command.contains("netudpendpoint")) {
        (true, false) => Some(Protocol::Tcp),
        (false, true) => Some(Protocol::Udp),
        _ => None,
    }
}

/// `-- More --`, in any language: what a pager prints at the end of a screen.
pub(crate) fn is_pager_mark(text: &str) -> bool {
    let text = text.trim();
    let inner = text.strip_prefix("--").and_then(|text| text.strip_suffix("--"));
    inner.is_some_and(|inner| {
        inner.starts_with(' ') && inner.trim().len() <= 24 && inner.contains(char::is_alphabetic)
    })
}

pub(super) fn is_host_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<String> {
        read(text).unwrap_or_else(|| panic!("{text} is no prompt")).host
    }

    #[test]
    fn prompts_and_their_hosts() {
        assert_eq!(host(r"C:\>netstat -ano"), None);
        assert_eq!(host(r"PS C:\Users\admin> tasklist"), None);
        assert_eq!(host(r"[SRV1]: PS C:\>"), Some("SRV1".into()));
        assert_eq!(host(r"admin@SRV2 C:\Users\admin>netstat"), Some("SRV2".into()));
        assert_eq!(host(r"*Evil-WinRM* PS C:\Users> netstat -ano"), None);
        assert_eq!(host("root@web01:~# netstat -tulpn"), Some("web01".into()));
        assert_eq!(host("λ  netstat -ano"), None);
        assert_eq!(host("netstat -ano 5"), None);
        let then =
            |before: &str, text: &str| read(before).unwrap().followed_by(read(text).unwrap());
        let within = then(r"C:\>psexec \\SRV2 cmd", r"C:\Windows>tasklist");
        assert_eq!(within.host.as_deref(), Some("SRV2"));
        let left = within.followed_by(read(r"C:\Windows>exit").unwrap());
        let left = left.followed_by(read(r"C:\>netstat -ano").unwrap());
        assert_eq!((left.host, left.is_elsewhere), (None, true));
        let within =
            then("$ ssh admin@web01", "$ netstat -an").followed_by(read("$ exit").unwrap());
        assert_eq!(within.host.as_deref(), Some("web01"));
        let left = within.followed_by(read("$ netstat -an").unwrap());
        assert_eq!((left.host, left.is_elsewhere), (None, true));
        let session = then("PS C:\\> $s = New-PSSession SRV2", "PS C:\\> gps");
        let session = session.followed_by(read("PS C:\\> icm -Session $S { tasklist }").unwrap());
        assert_eq!(session.host_of_output(), Some("SRV2"));
        let prompt = read("$ ssh admin@srv-a.example.net netstat -ano").unwrap();
        assert_eq!(prompt.host_of_output(), Some("srv-a.example.net"));
        let prompt = read("me@jump:~$ ssh admin@web01 netstat -ano").unwrap();
        assert_eq!(prompt.host_of_output(), Some("web01"));
        assert_eq!(read(r"C:\>tasklist /s SRV2").unwrap().host_of_output(), Some("SRV2"));
        let prompt = read("netsh int ipv6 show excludedportrange protocol=tcp");
        assert_eq!(prompt.and_then(|prompt| prompt.family), Some(Family::Ipv6));
    }

    #[test]
    fn text_that_is_no_prompt() {
        for text in [
            "> quoted",
            "a > b",
            "see C:\\x",
            "netstat shows this:",
            "netsh is the tool to show it",
            "  TCP    0.0.0.0:80  0.0.0.0:0",
            r"C:\>  TCP    0.0.0.0:80   0.0.0.0:0   LISTENING   4",
            r"PS C:\Users> UDP [::]:53 *:* 888",
            "# Discord",
            "ssh keys are in the safe",
            "$ ssh is what I used",
            "mail a@b.example: hello",
            "tasklist.exe                  5256 Console                    1      8,904 K",
            "netstat.exe 5256 Console 1 8,904 K",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn headings_of_portjoin() {
        let heading = read("===== portjoin SRV1 2026-11-23T17:30:00+01:00 netstat -ano =====");
        let heading = heading.unwrap();
        assert_eq!(heading.host.as_deref(), Some("SRV1"));
        assert_eq!(heading.captured_at.as_deref(), Some("2026-11-23T17:30:00+01:00"));
        let unknown = read("===== portjoin - - netsh int ipv6 show dynamicport tcp =====").unwrap();
        assert_eq!((unknown.host, unknown.captured_at), (None, None));
        assert_eq!(unknown.family, Some(Family::Ipv6));
    }
}
