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
