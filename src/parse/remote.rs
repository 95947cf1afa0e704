//! Which machine a command asks: `tasklist /s SRV2` tells of another than the one it runs on.
//!
//! ```text
//! tasklist /s SRV2            wmic /node:SRV2 process …     psexec \\SRV2 netstat -ano
//! winrs -r:SRV2 netstat -ano  Get-Process -ComputerName SRV2  qprocess * /server:SRV2
//! ssh admin@SRV2 netstat -ano  Invoke-Command SRV2 { … }     type \\SRV2\c$\netstat.txt
//! ```

/// What a command says of machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Asks {
    /// The machine on which it runs.
    #[default]
    Here,
    /// The name of that machine: the answer stands on the next line.
    Name,
    /// Another machine, for this command alone.
    Another(String),
    /// Another machine, from now on.
    Session(String),
    /// The end of a session.
    Leaves,
}

impl Asks {
    /// By a command line, without its prompt.
    pub(super) fn of(command: &str) -> Asks {
        let command = command.trim();
        let lower = command.to_ascii_lowercase();
        if matches!(lower.as_str(), "hostname" | "echo %computername%" | "$env:computername") {
            return Asks::Name;
        }
        if matches!(lower.as_str(), "exit" | "logout" | "exit-pssession") {
            return Asks::Leaves;
        }
        let first = command.split('|').next().unwrap_or_default();
        let words: Vec<&str> = first.split_whitespace().collect();
        let Some(host) = named(&words).filter(|host| !is_this_machine(host)) else {
            return Asks::Here;
        };
        let is_shell = |word: &&str| {
            let word = word.to_ascii_lowercase();
            ["cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"].contains(&word.as_str())
        };
        let is_alone = program(&words) == "ssh" && words.len() == 2;
        if is_alone || words.last().is_some_and(is_shell) {
            Asks::Session(host.to_owned())
        } else {
            Asks::Another(host.to_owned())
        }
    }
}

fn program(words: &[&str]) -> String {
    let name = words.first().copied().unwrap_or_default();
    let name = name.rsplit(['\\', '/']).next().unwrap_or_default().to_ascii_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

/// The machine that a command names.
fn named<'w>(words: &[&'w str]) -> Option<&'w str> {
    let program = program(words);
    let behind = |options: &[&str]| {
        words.windows(2).find_map(|two| match two {
            [option, value] if options.iter().any(|one| one.eq_ignore_ascii_case(option)) => {
                Some(*value)
            }
            _ => None,
        })
    };
    let glued = |options: &[&str]| {
        let value = |word: &'w str| {
            options.iter().find_map(|option| {
                let (start, value) = word.split_at_checked(option.len())?;
                start.eq_ignore_ascii_case(option).then_some(value)
            })
        };
        words.iter().find_map(|word| value(word))
    };
    let host = match program.as_str() {
        "tasklist" => behind(&["/s", "-s"]).or_else(|| glued(&["/s:", "-s:"])),
        "wmic" => glued(&["/node:"]),
        "winrs" => glued(&["-r:", "/r:", "-remote:", "/remote:"]),
        "qprocess" | "query" => glued(&["/server:"]),
        "netsh" => behind(&["-r"]),
        "ssh" => {
            let (target, _) = ssh(words)?;
            Some(target.rsplit('@').next().unwrap_or_default())
        }
        // A file of another machine tells of that.
        "type" | "cat" | "gc" | "get-content" | "more" => {
            let mut paths = words.get(1..)?.iter().map(|word| word.trim_matches(['"', '\'']));
            paths.find_map(|path| path.strip_prefix(r"\\")?.split('\\').next())
        }
        "icm" | "invoke-command" if is_positional(words) => words.get(1).copied(),
        "psexec" | "psexec64" | "paexec" | "pslist" | "pslist64" | "sc" => {
            words.get(1..)?.iter().find_map(|word| word.strip_prefix(r"\\"))
        }
        _ => behind(&OF_POWERSHELL),
    }?;
    let host = host.trim_start_matches(r"\\").trim_matches(['"', '\'']);
    (!host.is_empty()).then_some(host)
}

/// Parameters of PowerShell that name a machine, or a session on one.
const OF_POWERSHELL: [&str; 7] =
    ["-computername", "-cn", "-computer", "-cimsession", "-vmname", "-hostname", "-session"];

/// Stands a machine, and no parameter and no script, right behind the command?
fn is_positional(words: &[&str]) -> bool {
    words.get(1).is_some_and(|word| !word.starts_with(['-', '{', '(']))
}

/// The target of ssh, and what is to be run there.
pub(super) fn ssh<'s, 'w>(words: &'s [&'w str]) -> Option<(&'w str, &'s [&'w str])> {
    let mut rest = words.get(1..)?;
    loop {
        let (word, behind) = rest.split_first()?;
        rest = match *word {
            "-p" | "-l" | "-i" | "-o" | "-J" | "-F" => behind.get(1..)?,
            option if option.starts_with('-') => behind,
            target => return Some((target, behind)),
        };
    }
}

/// `$s = New-PSSession SRV2`: the name of a variable, and the machine on which the session is.
pub(super) fn session(command: &str) -> Option<(String, String)> {
    let (variable, made) = command.trim().split_once('=')?;
    let words: Vec<&str> = made.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    let makes = ["new-pssession", "nsn", "new-cimsession"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(first));
    let variable = variable.trim();
    if !makes || !variable.starts_with('$') || variable.contains(' ') {
        return None;
    }
    let host = if is_positional(&words) { rest.first().copied() } else { named(&words) }?;
    Some((variable.to_ascii_lowercase(), host.trim_matches(['"', '\'']).to_owned()))
}

fn is_this_machine(host: &str) -> bool {
    let names = ["localhost", ".", "127.0.0.1", "::1", "%computername%", "$env:computername"];
    names.iter().any(|name| name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_ask_another_machine() {
        for command in [
            r"tasklist /s SRV2",
            r"tasklist /svc /S \\SRV2 /fo csv",
            r#"wmic /node:"SRV2" process get name,processid"#,
            r"psexec \\SRV2 netstat -ano",
            r"C:\tools\PsExec64.exe -s \\SRV2 netstat -ano",
            r"winrs -r:SRV2 netstat -ano",
            r"Get-Process -ComputerName SRV2 | ft",
            r"ssh admin@SRV2 netstat -ano",
            r"sc \\SRV2 queryex",
            r"tasklist /s:SRV2",
            r"Invoke-Command SRV2 { netstat -ano | findstr :80 }",
            r"icm SRV2 {tasklist}",
            r"icm -ScriptBlock { netstat -ano } -ComputerName SRV2",
            r"type \\SRV2\c$\temp\netstat.txt",
            r#"Get-Content "\\SRV2\c$\netstat.txt""#,
            r"ssh -p 2222 -v admin@SRV2 netstat -ano",
        ] {
            assert_eq!(Asks::of(command), Asks::Another("SRV2".into()), "{command}");
        }
    }

    #[test]
    fn commands_that_do_not() {
        for command in [
            "",
            "tasklist /svc",
            "tasklist /s localhost",
            "wmic /node:. process list",
            "Get-Process -ComputerName $env:COMPUTERNAME",
            "netstat -ano -s",
            "sc queryex",
            "tasklist /s",
            "Invoke-Command { netstat -ano }",
            "icm -ScriptBlock { netstat -ano }",
            r"type C:\temp\netstat.txt",
            "type netstat.txt",
            "ssh -V",
        ] {
            assert_eq!(Asks::of(command), Asks::Here, "{command}");
        }
    }

    #[test]
    fn sessions_and_names() {
        assert_eq!(Asks::of(r"psexec \\SRV2 cmd"), Asks::Session("SRV2".into()));
        assert_eq!(Asks::of("ssh root@web01"), Asks::Session("web01".into()));
        let of = |command| session(command).map(|(variable, host)| variable + &host);
        assert_eq!(of("$s = New-PSSession SRV2").as_deref(), Some("$sSRV2"));
        assert_eq!(of("$S=New-PSSession -ComputerName SRV2").as_deref(), Some("$sSRV2"));
        assert_eq!(of("$s = Get-Process"), None);
        assert_eq!(of("$s = New-PSSession"), None);
        assert_eq!(Asks::of("hostname"), Asks::Name);
        assert_eq!(Asks::of("Exit"), Asks::Leaves);
        assert_eq!(Asks::of(" echo %COMPUTERNAME%"), Asks::Name);
    }
}
