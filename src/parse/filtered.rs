//! Commands that let only some rows through: what they print is never a whole list.
//!
//! ```text
//! tasklist | findstr svc        tasklist /fi "pid eq 4"        (Get-Process)[0..4]
//! wmic process where "…" get name,processid
//! ```

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
}
