//! What a name means on Windows: `*.txt` stands for files, `NUL` for a device. Compiled everywhere, so that it is
//! tested everywhere.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use portjoin::query::Glob;

/// The paths that a path with `*` or `?` stands for, by name; `None` for a path without them.
///
/// Shells of Windows leave this to the program. Any part may have wildcards, `hosts\*\netstat.txt`;
/// case is ignored, and `*.*` is every name, as everywhere on Windows.
///
/// # Errors
///
/// A folder, named without wildcards, that cannot be looked into.
pub fn expand(path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    if !path.components().any(|part| glob(part).is_some()) {
        return Ok(None);
    }
    let mut found = vec![PathBuf::new()];
    let mut was_named = true;
    for part in path.components() {
        let Some(glob) = glob(part) else {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        };
        let mut below = Vec::new();
        for folder in &found {
            match matching(folder, &glob) {
                Ok(paths) => below.extend(paths),
                Err(error) if was_named => return Err(error),
                // `hosts\*\*.txt`, where a file stands beside the folders.
                Err(_) => {}
            }
        }
        found = below;
        was_named = false;
    }
    found.retain(|path| path.symlink_metadata().is_ok());
    Ok(Some(found))
}

fn glob(part: Component<'_>) -> Option<Glob> {
    let Component::Normal(name) = part else {
        return None;
    };
    match name.to_string_lossy().as_ref() {
        "*.*" => Some(Glob::new("*")),
        name if name.contains(['*', '?']) => Some(Glob::new(name)),
        _ => None,
    }
}

fn matching(folder: &Path, glob: &Glob) -> io::Result<Vec<PathBuf>> {
    let here = Path::new(".");
    let entries = fs::read_dir(if folder.as_os_str().is_empty() { here } else { folder })?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| glob.matches(&name.to_string_lossy()))
        .map(|name| folder.join(name))
        .collect();
    paths.sort();
    Ok(paths)
}

/// Is the last part of the path the name of a device, in whatever folder? Reading one may wait for ever.
///
/// <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file>. With an extension, `nul.txt`,
/// it is a file on newer systems and a device on older ones: there the system knows.
pub fn is_device(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
    let name = name.trim_end_matches([' ', '.', ':']);
    let is_number = |rest: &str| {
        let mut chars = rest.chars();
        matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    matches!(name, "CON" | "CONIN$" | "CONOUT$" | "PRN" | "AUX" | "NUL")
        || ["COM", "LPT"].iter().any(|port| name.strip_prefix(port).is_some_and(is_number))
}

/// Is this a named pipe, such as `\\.\pipe\capture`? To ask what lies there would take its connection.
pub fn is_pipe(path: &Path) -> bool {
    let text = path.to_string_lossy().to_ascii_lowercase().replace('/', r"\");
    text.starts_with(r"\\.\pipe\")
}

#[cfg(test)]
mod tests {
    use snapbox::dir::DirRoot;

    use super::*;

    /// What a pattern stands for in a folder with these files, with `/` between the parts.
    fn expanded(files: &[&str], pattern: &str) -> Vec<String> {
        let root = DirRoot::mutable_temp().unwrap();
        let folder = root.path().unwrap();
        for file in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = expand(&folder.join(pattern)).unwrap().unwrap();
        let below = |path: PathBuf| {
            let path = path.strip_prefix(folder).unwrap();
            path.to_str().unwrap().replace('\\', "/")
        };
        found.into_iter().map(below).collect()
    }

    #[test]
    fn wildcards_stand_for_files_by_name() {
        let files = ["b.TXT", "a.txt", "c.csv", "ab.txt"];
        assert_eq!(expanded(&files, "*.txt"), ["a.txt", "ab.txt", "b.TXT"]);
        assert_eq!(expanded(&files, "?.txt"), ["a.txt", "b.TXT"]);
        assert_eq!(expanded(&files, "z*"), [""; 0]);
        assert_eq!(expanded(&["a", "b.c"], "*.*"), ["a", "b.c"]);
    }

    #[test]
    fn any_part_may_have_wildcards() {
        let files = ["h/srv1/netstat.txt", "h/srv2/netstat.txt", "h/srv3/tasklist.txt", "h/notes"];
        let found = ["h/srv1/netstat.txt", "h/srv2/netstat.txt"];
        assert_eq!(expanded(&files, "h/*/netstat.txt"), found);
        assert_eq!(expanded(&files, "h/*/n*.txt"), found);
    }

    #[test]
    fn a_path_without_wildcards_stands_for_itself() {
        assert!(expand(Path::new("netstat.txt")).unwrap().is_none());
        assert!(expand(Path::new("absent/*.txt")).is_err());
    }

    #[test]
    fn devices_have_names() {
        let devices = [
            "NUL", "con", "Aux", "prn", "COM1", "lpt9", "COM²", "CONIN$", "NUL:", "nul. ", "a/con",
        ];
        for name in devices {
            assert!(is_device(Path::new(name)), "{name}");
        }
        for name in ["NUL.txt", "console", "COM", "COM10", "COMA", "netstat.txt", "nul/a.txt", ""] {
            assert!(!is_device(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn named_pipes_have_names() {
        assert!(is_pipe(Path::new(r"\\.\pipe\capture")) && is_pipe(Path::new("//./PIPE/capture")));
        assert!(!is_pipe(Path::new(r"pipe\capture")));
    }
}
