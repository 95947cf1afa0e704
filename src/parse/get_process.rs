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
//! the window. Of `Id`, `Name` and what else other objects have too, names without `.exe` are read where the command above
//! is `Get-Process`.

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
    of_others: &OF_OTHERS,
};

const OF_OTHERS: [&str; 7] =
    ["Id", "Name", "Path", "Description", "Company", "Product", "PSComputerName"];

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
            && (names.iter().any(|name| OF_PROCESSES.contains(name))
                || names.iter().all(|name| OF_OTHERS.contains(name)))
    };
    processes(line, above, recognises, &["Id", "ProcessName"], &NAMES)
}

#[cfg(test)]
mod tests {
    fn names(text: &str) -> Vec<String> {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        assert!(source.diagnostics.is_empty() && source.accounting.adds_up());
        let mut names = Vec::new();
        for section in source.sections {
            if let crate::Records::Processes { processes, .. } = section.records {
                names.extend(processes.into_iter().map(|process| process.image_name));
            }
        }
        names
    }

    #[test]
    fn id_and_name_are_of_a_process_where_the_command_says_so() {
        let table = "Id Name\r\n-- ----\r\n 8 Job1\r\n";
        let below = |command: &str| names(&format!("PS C:\\> {command}\r\n\r\n{table}"));
        assert_eq!(below("Get-Process | select Id, Name"), ["Job1"]);
        assert_eq!(below("gps | select Id, Name"), ["Job1"]);
        for command in ["Get-Job | select Id, Name", "get-process-x"] {
            assert!(below(command).is_empty(), "{command}");
        }
        assert!(names(table).is_empty());
        let with_path = "Id Name Path\r\n-- ---- ----\r\n 8 Job1 C:\\a.exe\r\n";
        assert!(names(with_path).is_empty());
        let asked = format!("PS C:\\> gps | select Id,Name,Path\r\n\r\n{with_path}");
        assert_eq!(names(&asked), ["Job1"]);
        assert!(names("Id   : 8\r\nName : Job1\r\n\r\nId   : 12\r\nName : Job2\r\n").is_empty());
    }

    #[test]
    fn numbers_under_other_names_are_no_row() {
        let heading = "Handles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName\n\
            -------  ------    -----      -----     ------     --  -- -----------\n";
        let row = "    310      20     8000      12000       3380      0     svchost\n";
        let source = crate::read("x", [heading, row].concat().into_bytes(), None);
        assert_eq!((source.sections.len(), source.accounting.unread), (0, 1), "{source:?}");
    }
}
