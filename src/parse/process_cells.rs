//! From the cells of a `tasklist` row to a [`Process`]: the same cells in table and CSV.
//!
//! The order of the cells is the same in every language: image name, PID, session name, session
//! number, memory [, status, user, CPU time, window title]; with `/svc` and `/m` image name, PID and
//! the list; with `/apps` image name, PID, memory and package. Only the image name and the PID are never empty.

use super::combinators::whole_number;
use crate::record::Process;

/// Words for "not available", in the languages in which they were seen.
const NOT_AVAILABLE: [&str; 5] = ["N/A", "Н/Д", "暂缺", "Nicht zutreffend", "No disponible"];

/// A process from the cells of one row; `None` where the second cell is no PID or the first is empty.
pub(crate) fn process(line: usize, cells: &[&str]) -> Option<Process> {
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
    if image_name.is_empty() {
        return None;
    }
    match others {
        [list] => add_list(&mut process, list),
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

/// Adds a line of a wrapped list of services or modules.
pub(crate) fn add_list(process: &mut Process, cell: &str) {
    // No such name holds a backslash; Markdown puts one before `_`.
    let names = || {
        let names = cell.split(',').map(|name| name.trim().replace(r"\_", "_"));
        names.filter(|name| !name.is_empty())
    };
    let is_file = |name: &str| {
        let name = name.to_ascii_lowercase();
        [".dll", ".exe", ".drv", ".sys", ".ocx", ".cpl"].iter().any(|end| name.ends_with(end))
    };
    if text(cell).is_none() {
        process.services.get_or_insert_with(Vec::new);
    } else if process.modules.is_some() || names().all(|name| is_file(&name)) {
        process.modules.get_or_insert_with(Vec::new).extend(names());
    } else {
        process.services.get_or_insert_with(Vec::new).extend(names());
    }
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
        let process = process(1, &["a.exe (b)", "4", "21,600 K", "Contoso.Web_1.1"]).unwrap();
        assert_eq!((process.image_name.as_str(), process.mem_usage_kib), ("a.exe", Some(21_600)));
    }

    #[test]
    fn a_row_needs_an_image_name_and_a_pid() {
        assert!(process(1, &["a.exe", "4"]).is_some());
        assert_eq!(process(1, &["", "4"]), None);
        assert_eq!(process(1, &["a.exe", "4x"]), None);
        assert_eq!(process(1, &["a.exe"]), None);
    }

    #[test]
    fn lists_are_services_or_modules() {
        let of = |cell| process(1, &["a.exe", "4", cell]).unwrap();
        assert_eq!(of("KeyIso, SamSs").services, Some(vec!["KeyIso".into(), "SamSs".into()]));
        assert_eq!(of("AMD External Events Utility").services.unwrap().len(), 1);
        assert_eq!(of("N/A").services, Some(Vec::new()));
        assert_eq!(of("ntdll.dll, wow64.dll").modules.unwrap().len(), 2);
    }
}
