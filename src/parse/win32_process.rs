//! `Get-CimInstance Win32_Process` and `Get-WmiObject Win32_Process` of PowerShell: as a table, a list, and CSV.
//!
//! ```text
//! ProcessId Name                HandleCount WorkingSetSize VirtualSize
//! --------- ----                ----------- -------------- -----------
//! 0         System Idle Process 0           8192           8192
//! 4416      nginx.exe           152         9134080        4362592256
//! ```
//!
//! The properties are those of `wmic process`, in the order in which they were selected. `Win32_Service` has a
//! `ProcessId` and a `Name` too: of these alone only names of programs are read.

use super::Os;
use super::powershell_processes::{Names, processes};
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "win32_process", os: Os::Windows, open };

const NAMES: Names = Names {
    pid: "ProcessId",
    image_name: &["Name", "Caption", "ProcessName"],
    session_number: "SessionId",
    path: &["ExecutablePath", "Path"],
    of_others: &[
        "ProcessId",
        "Name",
        "Caption",
        "Description",
        "Status",
        "PSComputerName",
        // Of services.
        "DelayedAutoStart",
        "DisplayName",
        "ErrorControl",
        "ExitCode",
        "PathName",
        "ServiceType",
        "StartMode",
        "StartName",
        "Started",
        "State",
        "SystemName",
    ],
};

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let recognises = |names: &[&str]| {
        names.contains(&"ProcessId") && NAMES.image_name.iter().any(|name| names.contains(name))
    };
    processes(line, above, recognises, &["ProcessId", "ProcessName"], &NAMES)
}

#[cfg(test)]
mod tests {
    use super::super::testing::named;

    const LAST: &str = "\nProcessId : 12\nName : z.exe\n";

    #[test]
    fn lines_left_out_part_objects() {
        for text in [
            "ProcessId : 8\n...\nName : b.exe\n",
            "Name : a.exe\n...\nProcessId : 8\n",
            "Name : a.exe\n[...]\nProcessId : 8\nName : b.exe\n",
            "ProcessId : 8\n...\n\nName : b.exe\nProcessId : 16\nName : c.exe\n",
        ] {
            let named = named(&(text.to_owned() + LAST));
            let is_certain = |(name, _): &(String, u32)| name == "c.exe" || name == "z.exe";
            assert!(named.iter().all(is_certain), "{text} {named:?}");
        }
        let whole = "ProcessId : 8\nName : a.exe\n...\nName : b.exe\n";
        assert_eq!(named(&(whole.to_owned() + LAST)), [("a.exe".into(), 8), ("z.exe".into(), 12)]);
    }

    #[test]
    fn a_blank_line_above_the_first_pid_may_part_two_objects() {
        let dense = "Name : a.exe\n\nProcessId : 8\nName : b.exe\n";
        assert_eq!(named(dense), [("b.exe".into(), 8)]);
        let wide = "Name : a.exe\n\nProcessId : 8\n\n\n\nName : b.exe\n\nProcessId : 12\n";
        assert_eq!(named(wide), [("a.exe".into(), 8), ("b.exe".into(), 12)]);
    }
}
