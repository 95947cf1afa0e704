//! What was named on the command line, found but not read.

use std::fs::{self, FileType, Metadata};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portjoin::{Code, Diagnostic};

use super::{output, windows_names};

/// A file that is to be read; `-` is standard input.
#[derive(Debug, Clone)]
pub struct Found {
    /// As it was named, or with the folder in which it was found.
    pub path: PathBuf,
    /// The place of that folder among those that were named; `None` where the file itself was.
    pub folder: Option<usize>,
}

/// What was found, and what was not.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order in which they were named; those of a folder by name, before the folders in it.
    pub files: Vec<Found>,
    /// The folders that were named.
    pub folders: Vec<PathBuf>,
    /// About what cannot be read.
    pub diagnostics: Vec<Diagnostic>,
    /// Is something that the user named not there?
    pub failed: bool,
}

/// Finds every file that is named, and every file in a folder that is named. Without any, standard input.
pub fn find(named: &[PathBuf]) -> Listing {
    let mut listing = Listing::default();
    if named.is_empty() {
        if io::stdin().is_terminal() {
            listing.fail("-", "no input was given", "name a file, or `-` to paste a capture");
        } else {
            listing.standard_input();
        }
    }
    for path in named {
        if path.as_os_str() == "-" {
            if io::stdin().is_terminal() {
                output::note(PASTE_HINT);
            }
            listing.standard_input();
        } else if cfg!(windows) {
            listing.named_on_windows(path);
        } else {
            listing.named(path);
        }
    }
    listing
}

#[cfg(windows)]
const PASTE_HINT: &str = "paste the capture, then press Enter, Ctrl+Z and Enter";
#[cfg(not(windows))]
const PASTE_HINT: &str = "paste the capture, then press Enter and Ctrl+D";

/// What a path leads to.
enum Kind {
    File,
    Folder,
    /// A pipe with a name, read like standard input.
    Pipe,
    /// A device or the like, by its name.
    Other(&'static str),
}

impl Listing {
    fn standard_input(&mut self) {
        match stdin_metadata().map(|metadata| kind(metadata.file_type())) {
            Ok(Kind::Other(what)) if !io::stdin().is_terminal() && !is_null_device() => {
                self.fail("-", &format!("standard input is {what}, not a capture"), NAME_A_FILE);
            }
            _ => self.files.push(Found { path: PathBuf::from("-"), folder: None }),
        }
    }

    /// Here wildcards are the business of the program.
    fn named_on_windows(&mut self, path: &Path) {
        let name = path.to_string_lossy();
        match windows_names::expand(path) {
            Ok(None) => self.named(path),
            Ok(Some(paths)) if paths.is_empty() => {
                self.fail(&name, "no file has such a name", CHECK_THE_NAME);
            }
            Ok(Some(paths)) => paths.iter().for_each(|path| self.named(path)),
            Err(error) => self.fail(&name, &plain(&error), CHECK_THE_NAME),
        }
    }

    fn named(&mut self, path: &Path) {
        let of_file = || fs::metadata(path).map(|metadata| kind(metadata.file_type()));
        let name = path.to_string_lossy();
        match kind_by_name(path).map_or_else(of_file, Ok) {
            Err(error) => self.fail(&name, &plain(&error), CHECK_THE_NAME),
            Ok(Kind::Other(what)) => self.fail(&name, &format!("this is {what}"), NAME_A_FILE),
            Ok(Kind::File | Kind::Pipe) => {
                self.files.push(Found { path: path.to_owned(), folder: None });
            }
            Ok(Kind::Folder) => {
                self.folders.push(path.to_owned());
                self.walk(path, self.folders.len() - 1);
            }
        }
    }

    /// The files below a folder. Links are not followed, so there is no loop to fall into.
    fn walk(&mut self, path: &Path, folder: usize) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.skip(path, &plain(&error)),
        };
        let mut entries: Vec<_> =
            entries.flatten().map(|entry| (entry.path(), entry.file_type())).collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut folders = Vec::new();
        for (path, file_type) in entries {
            match file_type {
                Err(error) => self.skip(&path, &plain(&error)),
                Ok(file_type) if file_type.is_symlink() => {
                    self.skip(&path, "this is a link, and links are not followed");
                }
                Ok(file_type) => match kind_by_name(&path).unwrap_or_else(|| kind(file_type)) {
                    Kind::Folder => folders.push(path),
                    Kind::File => self.files.push(Found { path, folder: Some(folder) }),
                    Kind::Pipe => self.skip(&path, "this is a named pipe"),
                    Kind::Other(what) => self.skip(&path, &format!("this is {what}")),
                },
            }
        }
        folders.iter().for_each(|path| self.walk(path, folder));
    }

    fn fail(&mut self, name: &str, message: &str, help: &str) {
        self.failed = true;
        self.diagnostics.push(unreadable(name, message, help));
    }

    fn skip(&mut self, path: &Path, message: &str) {
        self.diagnostics.push(skipped(path, message));
    }
}

/// That what the user named cannot be read.
pub fn unreadable(name: &str, message: &str, help: &str) -> Diagnostic {
    Diagnostic::of_source(&Arc::from(name), Code::Unreadable, message).with_help(help)
}

/// That what was met in a folder was left out.
pub fn skipped(path: &Path, message: &str) -> Diagnostic {
    Diagnostic::of_source(&Arc::from(path.to_string_lossy().as_ref()), Code::Skipped, message)
}

const CHECK_THE_NAME: &str = "check the name of the file";
/// What helps against a file that is no capture.
pub const NAME_A_FILE: &str = "name a file with the output of netstat, tasklist or both";

/// What the system says, in words that a user knows.
pub fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read this".to_owned(),
        io::ErrorKind::IsADirectory => "this is a folder".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

/// What Windows makes of a name, whatever lies there.
fn kind_by_name(path: &Path) -> Option<Kind> {
    if !cfg!(windows) {
        None
    } else if windows_names::is_device(path) {
        Some(Kind::Other("a device"))
    } else if windows_names::is_pipe(path) {
        Some(Kind::Pipe)
    } else {
        None
    }
}

#[cfg(unix)]
fn kind(file_type: FileType) -> Kind {
    use std::os::unix::fs::FileTypeExt;
    if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_fifo() {
        Kind::Pipe
    } else if file_type.is_char_device() || file_type.is_block_device() {
        Kind::Other("a device")
    } else if file_type.is_socket() {
        Kind::Other("a socket of the system")
    } else {
        Kind::File
    }
}

#[cfg(not(unix))]
fn kind(file_type: FileType) -> Kind {
    if file_type.is_dir() { Kind::Folder } else { Kind::File }
}

/// What standard input leads to.
#[cfg(unix)]
fn stdin_metadata() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    fs::File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(not(unix))]
fn stdin_metadata() -> io::Result<Metadata> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Is standard input the device that is always empty? It is given where there is no input.
#[cfg(unix)]
fn is_null_device() -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |metadata: io::Result<Metadata>| metadata.map(|metadata| metadata.rdev());
    matches!((device(stdin_metadata()), device(fs::metadata("/dev/null"))), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn is_null_device() -> bool {
    false
}
