//! What the switches of a visible `netstat` say of its rows, where a filter left no heading that could.

/// The words behind `netstat`, of a command in lower case; `None` of any other command.
pub(super) fn behind_netstat(command: &str) -> Option<impl Iterator<Item = &str>> {
    let mut words = command.split_whitespace();
    let program = words.next()?.rsplit(['\\', '/']).next()?;
    matches!(program, "netstat" | "netstat.exe").then_some(words)
}

/// Columns that every row has, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Switches {
    /// No row has a PID: what stands in its place is something else.
    pub no_pids: bool,
    /// Each row ends in the time that it has its state.
    pub time_in_state: bool,
}

impl Switches {
    /// Of a command; of any other than `netstat` with switches that are known nothing is said.
    pub(super) fn of(command: &str) -> Self {
        let first = command.split(['|', '>']).next().unwrap_or_default().to_ascii_lowercase();
        let Some(words) = behind_netstat(&first) else { return Switches::default() };
        let letters: String = words.filter_map(|word| word.strip_prefix(['-', '/'])).collect();
        let are_known = letters.chars().all(|letter| "abfnopqtiyv".contains(letter));
        let has = |letter| are_known && letters.contains(letter);
        Switches { no_pids: are_known && !has('o'), time_in_state: has('i') }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_tell_columns() {
        let of = |command| {
            let Switches { no_pids, time_in_state } = Switches::of(command);
            (no_pids, time_in_state)
        };
        assert_eq!(of("netstat -an | findstr :80"), (true, false));
        assert_eq!(of(r"C:\Windows\System32\netstat.exe /a /n"), (true, false));
        assert_eq!(of("netstat"), (true, false));
        assert_eq!(of("netstat -ano -p tcp | find \":80\""), (false, false));
        assert_eq!(of("netstat -anoi"), (false, true));
        assert_eq!(of("netstat -ani"), (true, true));
        for other in ["netstat -anx", "netstat --help", "tasklist", "", "type netstat.txt"] {
            assert_eq!(of(other), (false, false), "{other}");
        }
    }
}
