//! `Get-Process` of PowerShell: as a table, a list, and CSV.
//!
//! ```text
//! Handles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName
//! -------  ------    -----      -----     ------     --  -- -----------
//!     271      20     8024      19852       0,98   4416   1 ApplicationFrameHo
//!       0       0       60          8                 0   0 Idle
//! ```
//!
//! PowerShell 2 has `VM(M)` and no `SI`, PowerShell 7 begins with `NPM(K)`. Numbers end where their name ends;
//! `CPU(s)` is often empty and has the decimal mark of the country. Names have no `.exe`, and may be cut by
//! the window.

use super::Os;
use super::powershell_processes::{Names, processes};
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "get_process", os: Os::Windows, open };

const NAMES: Names = Names {
    pid: "Id",
    image_name: &["ProcessName", "Name"],
    session_number: "SI",
    path: &["Path"],
    of_others: &["Id", "Name"],
};

/// Properties that other objects with an `Id` and a `Name` do not have.
const OF_PROCESSES: [&str; 12] = [
    "ProcessName",
    "Handles",
    "NPM(K)",
    "PM(K)",
    "WS(K)",
    "VM(M)",
    "PM(M)",
    "WS(M)",
    "CPU(s)",
    "CPU",
    "SI",
    "StartTime",
];

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let recognises = |names: &[&str]| {
        names.contains(&"Id")
            && ["ProcessName", "Name"].iter().any(|name| names.contains(name))
            && names.iter().any(|name| OF_PROCESSES.contains(name))
    };
    processes(line, above, recognises, &["Id", "ProcessName"], &NAMES)
}
