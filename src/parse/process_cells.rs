//! From the cells of a `tasklist` row to a [`Process`]: the same cells in table and CSV.
//!
//! The order of the cells is the same in every language: image name, PID, session name, session
//! number, memory [, status, user, CPU time, window title]; with `/svc` and `/m` image name, PID and
//! the list; with `/apps` image name, PID, memory and package. Only the image name and the PID are never empty.

use super::combinators::whole_number;
use crate::record::Process;

/// Words for "not available", in the languages in which they were seen.
const NOT_AVAILABLE: [&str; 5] = ["N/A", "Н/Д", "暂缺", "Nicht zutreffend", "No disponible"];

/// What the last of three cells holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Third {
    /// No heading tells: what stands there does.
    #[default]
    Unknown,
    Services,
    Modules,
    SessionName,
    /// What nobody wants to know of a process alone: a filter left it.
    Other,
}

impl Third {
    /// What the heading of three columns says, or its last word, in the languages in which it is known.
    pub(crate) fn of_heading(heading: &str) -> Self {
        let heading = heading.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| heading.contains(part));
        if has(&["sess", "sesi", "sitzung", "сесси", "セッション", "세션", "会话", "工作階段"])
        {
            Third::SessionName
        } else if has(&["modul", "módul", "модул", "モジュール", "모듈", "模块", "模組"])
        {
            Third::Modules
        } else if has(&["servi", "dienst", "служб", "サービス", "서비스", "服务", "服務"])
        {
            Third::Services
        } else if has(&["mem usage", "user name", "cpu time", "window title", "status"]) {
            Third::Other
        } else {
            Third::Unknown
        }
    }

    /// What a command asks for, where it is one of `tasklist`.
    pub(crate) fn of_command(command: &str) -> Self {
        let own = command.split('|').next().unwrap_or_default().to_ascii_lowercase();
        let asks = |option: &str| {
            own.split_whitespace()
                .any(|word| word.get(1..) == Some(option) && word.starts_with(['/', '-']))
        };
        match (asks("m"), asks("svc")) {
            _ if !own.contains("tasklist") => Third::Unknown,
            (true, false) => Third::Modules,
            (false, true) => Third::Services,
            _ => Third::Unknown,
        }
    }

    /// What this says, or else the other.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == Third::Unknown { other } else { self }
    }
}

/// A process from the cells of one row; `None` where the second cell is no PID or the first is empty.
pub(crate) fn process(line: usize, cells: &[&str], third: Third) -> Option<Process> {
    let [image_name, pid, others @ ..] = cells else {
        return None;
    };
    let image_name = without_app(image_name.trim());
    let mut process = Process {
        line,
        pid: whole_number(pid)?,
        image_name: image_name.to_owned(),
        ..Process::default()
    };
    if !image_name.contains(char::is_alphanumeric) {
        return None;
    }
    match others {
        [name] if third == Third::SessionName || (third == Third::Unknown && is_session(name)) => {
            process.session_name = text(name);
        }
        [_] if third == Third::Other => {}
        [list] => add_list(&mut process, list, third),
        [memory, _package] => process.mem_usage_kib = memory_kib(memory),
        [session_name, session_number, memory, verbose @ ..] => {
            process.session_name = text(session_name);
            process.session_number = whole_number(session_number);
            process.mem_usage_kib = memory_kib(memory);
            if let [status, user_name, cpu_time, window_title, ..] = verbose {
                process.status = text(status);
                process.user_name = text(user_name);
                process.cpu_time = text(cpu_time);
                process.window_title = text(window_title);
            }
        }
        _ => {}
    }
    Some(process)
}

/// An image name without the app that `/apps` puts behind it: `RuntimeBroker.exe (runtimebroker07f4358a)`.
pub(crate) fn without_app(image_name: &str) -> &str {
    if !image_name.ends_with(')') {
        return image_name;
    }
    let at = image_name.to_ascii_lowercase().find(".exe (");
    at.and_then(|at| image_name.get(..at + ".exe".len())).unwrap_or(image_name)
}

/// A list without what somebody wrote behind it, and that: one blank stands between names, and in a name.
pub(crate) fn list_and_remark(cell: &str) -> (&str, &str) {
    let cell = cell.trim();
    let end = cell.find("  ").into_iter().chain(cell.find('\t')).min().unwrap_or(cell.len());
    let (list, remark) = cell.split_at(end);
    (list, remark.trim_start())
}

/// Adds a line of a wrapped list of services or modules.
pub(crate) fn add_list(process: &mut Process, cell: &str, third: Third) {
    // No such name holds a backslash; Markdown puts one before `_`.
    let names = || {
        let names = cell.split(',').map(|name| name.trim().replace(r"\_", "_"));
        names.filter(|name| !name.is_empty())
    };
    let are_modules = || match third {
        Third::Modules => true,
        Third::Services | Third::SessionName | Third::Other => false,
        Third::Unknown => process.modules.is_some() || names().all(|name| is_file(&name)),
    };
    if text(cell).is_none() && third == Third::Modules {
        process.modules.get_or_insert_with(Vec::new);
    } else if text(cell).is_none() {
        process.services.get_or_insert_with(Vec::new);
    } else if are_modules() {
        process.modules.get_or_insert_with(Vec::new).extend(names());
    } else {
        process.services.get_or_insert_with(Vec::new).extend(names());
    }
}

/// Has the name an extension, as a module has (`_ssl.pyd`) and `Apache2.4` and `Contoso.Web` have not?
fn is_file(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let is_one_case = !extension.contains(|c: char| c.is_ascii_lowercase())
        || !extension.contains(|c: char| c.is_ascii_uppercase());
    !stem.is_empty()
        && (2..=5).contains(&extension.len())
        && extension.starts_with(|c: char| c.is_ascii_alphabetic())
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
        && (is_one_case || extension.eq_ignore_ascii_case("dll"))
}

/// Is this the name of a session, which no service is called by?
fn is_session(name: &str) -> bool {
    let name = name.trim();
    matches!(name, "Console" | "Services")
        || name.strip_prefix("RDP-Tcp").is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('#').and_then(whole_number).is_some()
        })
}

fn text(cell: &str) -> Option<String> {
    let cell = cell.trim();
    (!cell.is_empty() && !NOT_AVAILABLE.contains(&cell)).then(|| cell.to_owned())
}

/// Digits with anything between them, then a unit: `38,652 K`, `77 760 КБ`, `1.420 K`. The unit is
/// KiB in every language; ReactOS has M and G too.
pub(crate) fn memory_kib(cell: &str) -> Option<u64> {
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    let unit = cell.trim_start_matches(|c: char| !c.is_alphabetic());
    let factor = match unit.chars().next() {
        Some('M' | 'm') => 1024,
        Some('G' | 'g') => 1024 * 1024,
        _ => 1,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> Option<Process> {
        process(1, cells, Third::Unknown)
    }

    #[test]
    fn memory_in_every_locale() {
        for (cell, kib) in [
            ("38,652 K", 38_652),
            ("190.960 K", 190_960),
            ("53 972 Ko", 53_972),
            ("77\u{a0}760 КБ", 77_760),
            ("1'234 K", 1_234),
            ("22.196 kB", 22_196),
            ("4 M", 4_096),
        ] {
            assert_eq!(memory_kib(cell), Some(kib), "{cell}");
        }
        assert_eq!(memory_kib("N/A"), None);
        assert_eq!(memory_kib("99999999999999999999 K"), None);
    }

    #[test]
    fn apps_stand_behind_their_program() {
        assert_eq!(without_app("WebApp.exe (App)"), "WebApp.exe");
        for name in ["copy (2).exe", "a.exe (1).exe", "a (b)", "İ.exe"] {
            assert_eq!(without_app(name), name);
        }
        let process = of(&["a.exe (b)", "4", "21,600 K", "Contoso.Web_1.1"]).unwrap();
        assert_eq!((process.image_name.as_str(), process.mem_usage_kib), ("a.exe", Some(21_600)));
    }

    #[test]
    fn a_row_needs_an_image_name_and_a_pid() {
        assert!(of(&["a.exe", "4"]).is_some());
        for cells in [&["", "4"] as &[_], &["[|", "4"], &["a.exe", "4x"], &["a.exe"]] {
            assert_eq!(of(cells), None, "{cells:?}");
        }
    }

    #[test]
    fn lists_are_services_or_modules() {
        let of = |cell| of(&["a.exe", "4", cell]).unwrap();
        assert_eq!(of("KeyIso, SamSs").services, Some(vec!["KeyIso".into(), "SamSs".into()]));
        assert_eq!(of("AMD External Events Utility").services.unwrap().len(), 1);
        assert_eq!(of("N/A").services, Some(Vec::new()));
        assert_eq!(of("ntdll.dll, wow64.dll").modules.unwrap().len(), 2);
        assert_eq!(of("_ssl.pyd").modules, Some(vec!["_ssl.pyd".into()]));
        assert!(of("Apache2.4").services.is_some() && of("Contoso.Web").services.is_some());
        assert_eq!(of("RDP-Tcp#1").session_name.as_deref(), Some("RDP-Tcp#1"));
        assert_eq!(of("Console").services, None);
    }

    #[test]
    fn a_heading_tells_what_stands_below_it() {
        for (heading, third) in [
            ("Image Name                     PID Services", Third::Services),
            ("映像名称                       PID 服务", Third::Services),
            ("Image Name                     PID Modules", Third::Modules),
            ("Abbildname                     PID Sitzungsname", Third::SessionName),
            ("Image Name                     PID Mem Usage", Third::Other),
            ("Vedos Luku Palvelut", Third::Unknown),
        ] {
            assert_eq!(Third::of_heading(heading), third, "{heading}");
        }
        for (command, third) in [
            ("tasklist /m *.pyd | findstr python", Third::Modules),
            ("tasklist -SVC", Third::Services),
            ("tasklist /s m", Third::Unknown),
            ("nmap -m", Third::Unknown),
        ] {
            assert_eq!(Third::of_command(command), third, "{command}");
        }
        let below = |third, cell| process(1, &["a.exe", "4", cell], third).unwrap();
        assert_eq!(below(Third::Services, "Contoso.dll").services.unwrap().len(), 1);
        assert_eq!(below(Third::Modules, "N/A").modules, Some(Vec::new()));
        assert_eq!(below(Third::SessionName, "x").session_name.as_deref(), Some("x"));
    }

    #[test]
    fn two_blanks_end_a_list() {
        assert_eq!(
            list_and_remark("RpcEptMapper, RpcSs   <- this "),
            ("RpcEptMapper, RpcSs", "<- this")
        );
        assert_eq!(list_and_remark(" Example Web Server "), ("Example Web Server", ""));
    }
}
