//! The properties of `Win32_Process` as `wmic process get` names them, and a [`Process`] from their values.

use super::combinators::whole_number;
use crate::record::Process;

/// In the order in which `wmic` prints them: alphabetical, whatever order was asked for.
const PROPERTIES: [&str; 45] = [
    "Caption",
    "CommandLine",
    "CreationClassName",
    "CreationDate",
    "CSCreationClassName",
    "CSName",
    "Description",
    "ExecutablePath",
    "ExecutionState",
    "Handle",
    "HandleCount",
    "InstallDate",
    "KernelModeTime",
    "MaximumWorkingSetSize",
    "MinimumWorkingSetSize",
    "Name",
    "OSCreationClassName",
    "OSName",
    "OtherOperationCount",
    "OtherTransferCount",
    "PageFaults",
    "PageFileUsage",
    "ParentProcessId",
    "PeakPageFileUsage",
    "PeakVirtualSize",
    "PeakWorkingSetSize",
    "Priority",
    "PrivatePageCount",
    "ProcessId",
    "QuotaNonPagedPoolUsage",
    "QuotaPagedPoolUsage",
    "QuotaPeakNonPagedPoolUsage",
    "QuotaPeakPagedPoolUsage",
    "ReadOperationCount",
    "ReadTransferCount",
    "SessionId",
    "Status",
    "TerminationDate",
    "ThreadCount",
    "UserModeTime",
    "VirtualSize",
    "WindowsVersion",
    "WorkingSetSize",
    "WriteOperationCount",
    "WriteTransferCount",
];

/// Properties that services have too: a table of nothing but these may be one of `wmic service`.
const OF_SERVICES: [&str; 7] =
    ["Caption", "CreationClassName", "Description", "InstallDate", "Name", "ProcessId", "Status"];

/// The place of a property in the order of `wmic`.
pub(super) fn rank(name: &str) -> Option<usize> {
    PROPERTIES.iter().position(|property| *property == name)
}

/// Are these the properties of a heading from which a process can be read: in order, with the PID and a name?
pub(super) fn is_heading<'a>(names: impl Iterator<Item = &'a str> + Clone) -> bool {
    let has = |wanted: &str| names.clone().any(|name| name == wanted);
    let ranks: Option<Vec<usize>> = names.clone().map(rank).collect();
    ranks.is_some_and(|ranks| ranks.is_sorted_by(|a, b| a < b))
        && has("ProcessId")
        && ["Name", "Caption", "Description", "ExecutablePath", "CommandLine"].into_iter().any(has)
}

/// Does a process alone have one of these properties?
pub(super) fn is_of_processes<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| !OF_SERVICES.contains(&name))
}

/// What a row is.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    Process(Box<Process>),
    /// A process whose name is not told.
    Nameless,
    /// The PID is no number; this stood there.
    BadPid,
}

/// A process from the values of its properties; values may be empty.
pub(super) fn process<'a>(
    line: usize,
    values: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Read {
    let value = |wanted: &str| {
        let found = values.clone().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let Some(pid) = value("ProcessId").and_then(whole_number) else {
        return Read::BadPid;
    };
    let path = value("ExecutablePath");
    let command_line = value("CommandLine");
    let named = ["Name", "Caption", "Description"].into_iter().find_map(value);
    let Some(image_name) =
        named.or_else(|| path.and_then(file_name)).or_else(|| command_line.and_then(program))
    else {
        return Read::Nameless;
    };
    Read::Process(Box::new(Process {
        line,
        pid,
        image_name: image_name.to_owned(),
        session_number: value("SessionId").and_then(whole_number),
        path: path.map(str::to_owned),
        command_line: command_line.map(str::to_owned),
        parent_pid: value("ParentProcessId").and_then(whole_number),
        ..Process::default()
    }))
}

fn file_name(path: &str) -> Option<&str> {
    path.rsplit('\\').next().filter(|name| !name.is_empty())
}

/// The program of a command line that begins with a whole path: in quotes, or without any blank. Whatever
/// else stands first may be anything.
fn program(command_line: &str) -> Option<&str> {
    let path = match command_line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?.0,
        None => command_line.split(' ').next()?,
    };
    let name = file_name(path)?;
    let is_whole = path.get(1..3) == Some(":\\") && name.to_ascii_lowercase().ends_with(".exe");
    is_whole.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(text: &str) -> bool {
        is_heading(text.split(' '))
    }

    #[test]
    fn headings_are_in_order_and_have_pid_and_name() {
        let mut sorted = PROPERTIES;
        sorted.sort_by_key(|name| name.to_ascii_lowercase());
        assert_eq!(sorted, PROPERTIES);
        assert!(heading("Name ParentProcessId ProcessId Status"));
        assert!(heading("CommandLine CSName Name ProcessId"));
        for text in ["Name", "ProcessId Name", "Name Port ProcessId", "Handle ProcessId", ""] {
            assert!(!heading(text), "{text}");
        }
        assert!(!is_of_processes("Name ProcessId".split(' ')));
    }

    #[test]
    fn a_command_line_names_its_program_where_that_is_certain() {
        for (command_line, name) in [
            (r#""C:\Program Files\Example\a b.exe" -x"#, Some("a b.exe")),
            (r"C:\Windows\system32\svchost.exe -k netsvcs", Some("svchost.exe")),
            (r"C:\Program Files\Example\a.exe", None),
            (r"C:\Windows\run.cmd a.exe", None),
            ("node server.js", None),
            ("", None),
        ] {
            assert_eq!(program(command_line), name, "{command_line}");
        }
    }

    #[test]
    fn a_pid_never_wraps() {
        let of = |pid| process(1, [("Name", "a.exe"), ("ProcessId", pid)].into_iter());
        assert!(matches!(of("8"), Read::Process(process) if process.pid == 8));
        assert_eq!(of("4294967296"), Read::BadPid);
        assert_eq!(process(1, [("ProcessId", "8")].into_iter()), Read::Nameless);
    }
}
