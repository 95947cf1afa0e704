//! Files, folders and standard input.

use std::fs::{self, FileType, Metadata};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use portjoin::text::Encoding;
use portjoin::{Code, Diagnostic, Source};

use super::log::{self, LogFile};
use super::{output, windows_names};

/// What was read, and what could not be.
#[derive(Debug, Default)]
pub struct Inputs {
    /// In the order in which they were named; folders by name.
    pub sources: Vec<Source>,
    /// About inputs, not about lines.
    pub diagnostics: Vec<Diagnostic>,
    /// Did an input that the user named give no answer?
    pub failed: bool,
    /// Those of the sources that are skeletons of logs, by their index: their files.
    pub logs: Vec<(usize, LogFile)>,
}

/// Reads every file that is named, and every file in a folder that is named. Without any, standard
/// input.
///
/// `streams`: large logs are only looked through, to be read a table at a time.
pub fn read(files: &[PathBuf], encoding: Option<Encoding>, streams: bool) -> Inputs {
    let streams = streams && encoding.is_none();
    let mut reader = Reader { encoding, streams, inputs: Inputs::default() };
    if files.is_empty() {
        if io::stdin().is_terminal() {
            reader.fail("-", "no input was given", "name a file, or `-` to paste a capture");
        } else {
            reader.standard_input();
        }
    }
    for file in files {
        if file.as_os_str() == "-" {
            if io::stdin().is_terminal() {
                output::note(PASTE_HINT);
            }
            reader.standard_input();
        } else if cfg!(windows) {
            reader.named_on_windows(file);
        } else {
            reader.named(file);
        }
    }
    reader.inputs
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

struct Reader {
    encoding: Option<Encoding>,
    streams: bool,
    inputs: Inputs,
}

impl Reader {
    fn standard_input(&mut self) {
        match stdin_metadata().map(|metadata| kind(metadata.file_type())) {
            Ok(Kind::Other(what)) if !io::stdin().is_terminal() && !is_null_device() => {
                self.fail("-", &format!("standard input is {what}, not a capture"), NAME_A_FILE);
            }
            _ => {
                if self.streams {
                    return self.piped();
                }
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
                self.add_named("-", read);
            }
        }
    }

    /// A pipe can be read once. What is large is kept in a file until the end.
    fn piped(&mut self) {
        let mut bytes = Vec::new();
        let mut stdin = io::stdin().lock();
        let read = stdin.by_ref().take(log::LARGE).read_to_end(&mut bytes);
        if read.is_err() || (bytes.len() as u64) < log::LARGE {
            return self.add_named("-", read.map(|_| bytes));
        }
        match LogFile::spooled(bytes, &mut stdin) {
            Ok(spooled) => self.log_or_whole("-", spooled),
            Err(error) => self.fail("-", &plain(&error), "give the log as a file"),
        }
    }

    /// A log is only looked through; whatever else is large is read whole.
    fn log_or_whole(&mut self, name: &str, mut file: LogFile) {
        match file.scan(name) {
            Ok(Some(skeleton)) => {
                self.inputs.logs.push((self.inputs.sources.len(), file));
                self.inputs.sources.push(skeleton);
            }
            Ok(None) => self.add_named(name, file.read_whole()),
            Err(error) => self.fail(name, &plain(&error), NAME_A_FILE),
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
        let name = path.to_string_lossy();
        let of_file = || fs::metadata(path).map(|metadata| kind(metadata.file_type()));
        let kind = match kind_by_name(path).map_or_else(of_file, Ok) {
            Ok(kind) => kind,
            Err(error) => return self.fail(&name, &plain(&error), CHECK_THE_NAME),
        };
        match kind {
            Kind::File if self.streams && is_large(path) => match LogFile::open(path) {
                Ok(file) => self.log_or_whole(&name, file),
                Err(error) => self.fail(&name, &plain(&error), NAME_A_FILE),
            },
            Kind::File | Kind::Pipe => self.add_named(&name, fs::read(path)),
            Kind::Folder => self.folder(path),
            Kind::Other(what) => self.fail(&name, &format!("this is {what}"), NAME_A_FILE),
        }
    }

    fn add_named(&mut self, name: &str, bytes: io::Result<Vec<u8>>) {
        match bytes {
            Ok(bytes) => {
                let source = portjoin::read(name, bytes, self.encoding);
                if let Some(diagnostic) = source.without_rows() {
                    self.inputs.failed = true;
                    self.inputs.diagnostics.push(diagnostic);
                }
                self.inputs.sources.push(source);
            }
            Err(error) => self.fail(name, &plain(&error), NAME_A_FILE),
        }
    }

    /// Reads every file below a folder. One without rows is nothing to fail for, unless all are.
    fn folder(&mut self, path: &Path) {
        let before = self.inputs.sources.len();
        self.walk(path);
        let found = self.inputs.sources.get(before..).unwrap_or_default();
        let is_empty = found.is_empty();
        if found.iter().any(Source::is_recognised) {
            return;
        }
        let without: Vec<Diagnostic> = found.iter().filter_map(Source::without_rows).collect();
        self.inputs.diagnostics.extend(without);
        let message = if is_empty {
            "the folder holds no file"
        } else {
            "no file in the folder holds a row of netstat or of a process list"
        };
        self.fail(&path.to_string_lossy(), message, "name a folder with captures");
    }

    /// Links are not followed, so there is no loop to fall into.
    fn walk(&mut self, folder: &Path) {
        let mut found = Vec::new();
        self.find(folder, &mut found);
        let (encoding, streams) = (self.encoding, self.streams);
        for (path, read) in side_by_side(found, encoding, streams) {
            match read {
                Ok(Some(source)) => self.inputs.sources.push(source),
                Ok(None) => self.large_in_folder(&path),
                Err(error) => self.skip(&path, &plain(&error)),
            }
        }
    }

    /// A large file met in a folder: a log, or none.
    fn large_in_folder(&mut self, path: &Path) {
        let name = path.to_string_lossy();
        let read = LogFile::open(path).and_then(|mut file| match file.scan(&name)? {
            Some(skeleton) => Ok((skeleton, Some(file))),
            None => Ok((portjoin::read(&name, file.read_whole()?, self.encoding), None)),
        });
        match read {
            Ok((source, log)) => {
                self.inputs.logs.extend(log.map(|file| (self.inputs.sources.len(), file)));
                self.inputs.sources.push(source);
            }
            Err(error) => self.skip(path, &plain(&error)),
        }
    }

    /// The files below a folder, by name.
    fn find(&mut self, folder: &Path, found: &mut Vec<PathBuf>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.skip(folder, &plain(&error)),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            match fs::symlink_metadata(&path).map(|metadata| metadata.file_type()) {
                Err(error) => self.skip(&path, &plain(&error)),
                Ok(file_type) if file_type.is_symlink() => {
                    self.skip(&path, "this is a link, and links are not followed");
                }
                Ok(file_type) => match kind_by_name(&path).unwrap_or_else(|| kind(file_type)) {
                    Kind::Folder => self.find(&path, found),
                    Kind::File => found.push(path),
                    Kind::Pipe => self.skip(&path, "this is a named pipe"),
                    Kind::Other(what) => self.skip(&path, &format!("this is {what}")),
                },
            }
        }
    }

    fn fail(&mut self, name: &str, message: &str, help: &str) {
        self.inputs.failed = true;
        let diagnostic = Diagnostic::of_source(&Arc::from(name), Code::Unreadable, message);
        self.inputs.diagnostics.push(diagnostic.with_help(help));
    }

    fn skip(&mut self, path: &Path, message: &str) {
        let name = Arc::from(path.to_string_lossy().as_ref());
        self.inputs.diagnostics.push(Diagnostic::of_source(&name, Code::Skipped, message));
    }
}

/// What became of a file; `None` where it is a log, to be read a table at a time.
type FileRead = (PathBuf, io::Result<Option<Source>>);

/// Reads files on all cores, and gives them in their order.
fn side_by_side(paths: Vec<PathBuf>, encoding: Option<Encoding>, streams: bool) -> Vec<FileRead> {
    let read = |path: PathBuf| {
        let is_log = streams && is_large(&path);
        let source = if is_log {
            Ok(None)
        } else {
            let name = path.to_string_lossy();
            fs::read(&path).map(|bytes| Some(portjoin::read(&name, bytes, encoding)))
        };
        (path, source)
    };
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let share = paths.len().div_ceil(cores);
    if cores == 1 || share < WORTH_A_THREAD {
        return paths.into_iter().map(read).collect();
    }
    thread::scope(|scope| {
        let mut paths = paths.into_iter();
        let shares: Vec<_> = (0..cores)
            .map(|_| {
                let share: Vec<PathBuf> = paths.by_ref().take(share).collect();
                scope.spawn(move || share.into_iter().map(read).collect::<Vec<FileRead>>())
            })
            .collect();
        shares.into_iter().flat_map(|share| share.join().unwrap_or_default()).collect()
    })
}

/// How many files make a thread worth its while.
const WORTH_A_THREAD: usize = 16;

/// Is it a file that is read a table at a time, if it is a log?
fn is_large(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() >= log::LARGE)
}

const CHECK_THE_NAME: &str = "check the name of the file";
const NAME_A_FILE: &str = "name a file with the output of netstat, tasklist or both";

/// What the system says, in words that a user knows.
fn plain(error: &io::Error) -> String {
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
