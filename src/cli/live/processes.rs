//! The processes of this machine, with what text of the system's programs cannot tell.

use std::ffi::OsStr;

use jiff::Timestamp;
use portjoin::render::visible;
use sysinfo::{Process, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind, Users};

/// All processes as CSV, in the layout of the format `portjoin_processes`, by PID.
///
/// # Errors
///
/// What the system says where it lists no processes.
pub fn list() -> Result<Vec<u8>, String> {
    let mut system = System::new().map_err(|error| error.to_string())?;
    let told = ProcessRefreshKind::nothing()
        .with_exe(UpdateKind::Always)
        .with_cmd(UpdateKind::Always)
        .with_user(UpdateKind::Always)
        .without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, told);
    let users = Users::new_with_refreshed_list().ok();
    let mut processes: Vec<&Process> = system.processes().values().collect();
    processes.sort_by_key(|process| process.pid().as_u32());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heading = [
        "os",
        "pid",
        "image_name",
        "parent_pid",
        "start_time",
        "user_name",
        "path",
        "command_line",
    ];
    let written = writer.write_record(heading).and_then(|()| {
        processes.iter().try_for_each(|process| writer.write_record(row(process, users.as_ref())))
    });
    written.map_err(|error| error.to_string())?;
    writer.into_inner().map_err(|error| error.to_string())
}

fn row(process: &Process, users: Option<&Users>) -> [String; 8] {
    let path = process.exe().filter(|path| !path.as_os_str().is_empty());
    let user = process.user_id().and_then(|id| users?.get_user_by_id(id));
    let start = i64::try_from(process.start_time()).ok().filter(|seconds| *seconds > 0);
    let start = start.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let parent = process.parent().map(|pid| pid.to_string());
    let arguments: Vec<_> =
        process.cmd().iter().map(|argument| argument.to_string_lossy()).collect();
    [
        std::env::consts::OS.to_owned(),
        process.pid().to_string(),
        shown(&image_name(process.name(), path.and_then(|path| path.file_name()))),
        parent.unwrap_or_default(),
        start.map(|time| time.to_string()).unwrap_or_default(),
        user.map(|user| shown(user.name())).unwrap_or_default(),
        path.map(|path| shown(&path.to_string_lossy())).unwrap_or_default(),
        shown(&arguments.join(" ")),
    ]
}

/// One process is one line.
fn shown(text: &str) -> String {
    visible(text.trim()).into_owned()
}

/// Linux keeps 15 bytes of a name; where the file's name begins so, that is the whole of it.
fn image_name(name: &OsStr, file: Option<&OsStr>) -> String {
    const KEPT: usize = 15;
    let name = name.to_string_lossy();
    let file = file
        .map(OsStr::to_string_lossy)
        .filter(|file| cfg!(target_os = "linux") && name.len() >= KEPT && file.starts_with(&*name));
    file.unwrap_or(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_listed() {
        let csv = String::from_utf8(list().unwrap()).unwrap();
        let source = portjoin::read("processes", csv.clone().into_bytes(), None);
        assert_eq!(source.diagnostics, [], "{csv}");
        assert_eq!(source.accounting.rows + 1, source.accounting.lines, "{csv}");
        let start = format!("{},{},", std::env::consts::OS, std::process::id());
        assert!(csv.lines().any(|line| line.starts_with(&start)), "{csv}");
    }

    #[test]
    fn cut_names_are_made_whole() {
        let file = Some(OsStr::new("systemd-resolved"));
        let name = image_name(OsStr::new("systemd-resolve"), file);
        assert_eq!(name == "systemd-resolved", cfg!(target_os = "linux"));
        assert_eq!(image_name(OsStr::new("sh"), Some(OsStr::new("shell"))), "sh");
    }
}
