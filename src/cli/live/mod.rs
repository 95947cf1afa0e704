//! Live mode: the system's own programs are run, and what they print is read as any capture is.
//!
//! Before and after netstat the processes are listed, so that a PID that changed hands in between shows. What
//! `--save` writes are the same bytes under the same headings that are read here: read again, they give the same
//! rows.

mod processes;
mod program;
mod system;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;
use jiff::{Timestamp, Unit};
use portjoin::text::Encoding;
use portjoin::{Code, Diagnostic};

use super::input::Inputs;
use program::{Asked, Printed};

/// How this machine is asked.
#[derive(Debug, Args)]
pub struct Live {
    /// Ask this machine, not a file
    #[arg(long, conflicts_with_all = ["files", "processes"], help_heading = "This machine")]
    pub live: bool,

    /// Ask this machine, and keep what its programs print in this folder
    ///
    /// The folder can be sent and read again: it gives the same rows. It holds command lines, which may hold
    /// passwords.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["files", "processes"],
          help_heading = "This machine")]
    pub save: Option<PathBuf>,

    /// End a program of the system that takes longer
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds,
          help_heading = "This machine")]
    pub timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f32 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f32(seconds)
        .ok()
        .filter(|limit| !limit.is_zero())
        .ok_or_else(|| "expected a number of seconds above 0".to_owned())
}

/// Where the output of a program goes, and what it is for.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Name of the file that `--save` writes.
    file: &'static str,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// The sockets, without which there is no answer.
    Sockets(Asked),
    /// Something without which the answer is poorer, and that is said.
    Wanted(Asked),
    /// Something that not every Windows has.
    Optional(Asked),
    /// The processes, by the API of the system.
    Processes,
}

const fn asked(program: &'static str, arguments: &'static [&'static str]) -> Asked {
    Asked { program, arguments }
}

const TASKLIST: Asked = asked("tasklist", &["/fo", "csv"]);
const SERVICES: Asked = asked("tasklist", &["/svc", "/fo", "csv"]);

/// What is run on Windows, side by side what stands together.
const ON_WINDOWS: [&[Step]; 3] = [
    &[
        Step { file: "tasklist-before.csv", what: What::Wanted(TASKLIST) },
        Step { file: "tasklist-services-before.csv", what: What::Wanted(SERVICES) },
    ],
    &[Step { file: "netstat.txt", what: What::Sockets(asked("netstat", &["-ano"])) }],
    &[
        Step { file: "tasklist-after.csv", what: What::Wanted(TASKLIST) },
        Step { file: "processes-after.csv", what: What::Processes },
    ],
];

const ON_LINUX: [&[Step]; 3] = [
    &[Step { file: "processes-before.csv", what: What::Processes }],
    &[Step { file: "netstat.txt", what: What::Sockets(asked("netstat", &["-tunapW"])) }],
    &[Step { file: "processes-after.csv", what: What::Processes }],
];

/// Where there is no netstat.
const SS: Step = Step { file: "ss.txt", what: What::Sockets(asked("ss", &["-tunap"])) };

macro_rules! netsh {
    ($($file:literal: $($word:literal)+;)+) => {
        &[$(Step { file: $file, what: What::Optional(asked("netsh", &[$($word),+])) },)+]
    };
}

/// What Windows says of ports beside its sockets: for `why`.
const FACTS: &[Step] = netsh! {
    "netsh-ipv4-excludedportrange-tcp.txt": "int" "ipv4" "show" "excludedportrange" "protocol=tcp";
    "netsh-ipv4-excludedportrange-udp.txt": "int" "ipv4" "show" "excludedportrange" "protocol=udp";
    "netsh-ipv6-excludedportrange-tcp.txt": "int" "ipv6" "show" "excludedportrange" "protocol=tcp";
    "netsh-ipv6-excludedportrange-udp.txt": "int" "ipv6" "show" "excludedportrange" "protocol=udp";
    "netsh-ipv4-dynamicport-tcp.txt": "int" "ipv4" "show" "dynamicport" "tcp";
    "netsh-ipv4-dynamicport-udp.txt": "int" "ipv4" "show" "dynamicport" "udp";
    "netsh-portproxy.txt": "interface" "portproxy" "show" "all";
    "netsh-http-servicestate.txt": "http" "show" "servicestate" "view=requestq";
    "netsh-http-urlacl.txt": "http" "show" "urlacl";
};

/// What one step gave: the capture as it is read and saved, and what there is to say.
struct Taken {
    file: &'static str,
    bytes: Vec<u8>,
    diagnostic: Option<Diagnostic>,
    failed: bool,
}

/// Runs what tells of this machine, and reads it. `facts`: also what tells of its ports beside the sockets.
pub fn take(asked: &Live, facts: bool, encoding: Option<Encoding>) -> Inputs {
    let mut inputs = Inputs::default();
    let plan: Vec<Vec<Step>> = match std::env::consts::OS {
        "windows" => ON_WINDOWS.map(<[Step]>::to_vec).to_vec(),
        "linux" => ON_LINUX.map(<[Step]>::to_vec).to_vec(),
        system => {
            inputs.notes.failed = true;
            let message =
                format!("this machine cannot be asked: there is no live mode for {system}");
            let help = "name a file with a capture; live mode is for Windows and Linux";
            inputs.notes.diagnostics.push(about("live", Code::Unreadable, message).with_help(help));
            return inputs;
        }
    };
    let folder = asked.save.as_deref().filter(|folder| match is_new(folder) {
        true => true,
        false => {
            inputs.notes.failed = true;
            let message = "nothing was saved: the folder holds files already";
            let path = folder.to_string_lossy();
            let help = "name a new folder: two captures in one would be taken for one machine's";
            inputs.notes.diagnostics.push(about(&path, Code::Unreadable, message).with_help(help));
            false
        }
    });
    let mut taken = Vec::new();
    for mut together in plan {
        if cfg!(windows) && facts && !taken.is_empty() && together.len() > 1 {
            together.extend_from_slice(FACTS);
        }
        taken.extend(side_by_side(&together, asked.timeout));
    }
    // As a folder is read.
    taken.sort_by_key(|taken| taken.file);
    for taken in taken {
        inputs.notes.failed |= taken.failed;
        inputs.notes.diagnostics.extend(taken.diagnostic);
        if taken.bytes.is_empty() {
            continue;
        }
        if let Some(folder) = folder
            && let Err(error) = save(folder, taken.file, &taken.bytes)
        {
            let path = folder.join(taken.file);
            let message = format!("cannot be written: {error}");
            let diagnostic = about(&path.to_string_lossy(), Code::Unreadable, message);
            inputs.notes.diagnostics.push(diagnostic.with_help("name another folder"));
            inputs.notes.failed = true;
        }
        let mut source = portjoin::read(&name(taken.file), taken.bytes, encoding);
        source.is_live = true;
        inputs.sources.push(source);
    }
    inputs
}

fn side_by_side(steps: &[Step], limit: Duration) -> Vec<Taken> {
    thread::scope(|scope| {
        let running: Vec<_> =
            steps.iter().map(|step| scope.spawn(move || run(step, limit))).collect();
        running.into_iter().filter_map(|step| step.join().ok()).collect()
    })
}

fn run(step: &Step, limit: Duration) -> Taken {
    match step.what {
        What::Processes => {
            let listed = processes::list();
            let diagnostic = listed.as_ref().err().map(|error| {
                let message = format!("the system does not list its processes: {error}");
                about(&name(step.file), Code::NotRun, message)
            });
            let bytes = listed.map(|csv| with_heading("processes", csv)).unwrap_or_default();
            Taken { file: step.file, bytes, diagnostic, failed: false }
        }
        What::Sockets(asked) if asked.program == "netstat" && cfg!(target_os = "linux") => {
            // What it says of its rights, it says on stderr.
            match program::run(&asked, limit) {
                Ok(mut printed) => {
                    printed.stdout = [printed.stderr, printed.stdout].concat();
                    printed.stderr = Vec::new();
                    taken(step, &asked, Ok(printed))
                }
                Err(_) if system::program("netstat").is_none() => run(&SS, limit),
                error => taken(step, &asked, error),
            }
        }
        What::Sockets(asked) if asked.program == "ss" => {
            let mut printed = program::run(&asked, limit);
            if let Ok(printed) = &mut printed
                && !is_root()
            {
                let note = [portjoin::SS_UNPRIVILEGED.as_bytes(), b"\n"].concat();
                printed.stdout.splice(..0, note);
            }
            taken(step, &asked, printed)
        }
        What::Sockets(asked) | What::Wanted(asked) | What::Optional(asked) => {
            taken(step, &asked, program::run(&asked, limit))
        }
    }
}

fn taken(step: &Step, asked: &Asked, printed: Result<Printed, String>) -> Taken {
    let name = name(step.file);
    let is_needed = matches!(step.what, What::Sockets(_));
    let code = if is_needed { Code::Unreadable } else { Code::NotRun };
    let help = if is_needed {
        "without it there are no sockets; name a file with a capture"
    } else {
        "sockets are shown without what it would have told"
    };
    match printed {
        Ok(printed) => {
            let said = String::from_utf8_lossy(&printed.stderr);
            let said = said.lines().find(|line| !line.trim().is_empty()).map(str::trim);
            let is_empty = printed.stdout.iter().all(u8::is_ascii_whitespace);
            let message = match (printed.failure, said) {
                (Some(failure), Some(said)) => Some(format!("{failure}: {said}")),
                (Some(failure), None) => Some(failure),
                (None, Some(said)) => Some(format!("{} says: {said}", asked.program)),
                (None, None) if is_empty => {
                    Some(format!("{} printed nothing", asked.command_line()))
                }
                (None, None) => None,
            };
            let diagnostic = message
                .filter(|_| !matches!(step.what, What::Optional(_)))
                .map(|message| about(&name, if is_empty { code } else { Code::NotRun }, message));
            let bytes = if is_empty {
                Vec::new()
            } else {
                with_heading(&asked.command_line(), printed.stdout)
            };
            let diagnostic = diagnostic.map(|one| if is_empty { one.with_help(help) } else { one });
            Taken { file: step.file, bytes, diagnostic, failed: is_needed && is_empty }
        }
        Err(message) => {
            let diagnostic = about(&name, code, message).with_help(help);
            let is_said = !matches!(step.what, What::Optional(_));
            Taken {
                file: step.file,
                bytes: Vec::new(),
                diagnostic: is_said.then_some(diagnostic),
                failed: is_needed,
            }
        }
    }
}

/// What live sources are called in messages.
fn name(file: &str) -> String {
    format!("live/{file}")
}

fn about(name: &str, code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::of_source(&Arc::from(name), code, message)
}

/// The output of a command below a heading with the machine and the time at which it had ended.
fn with_heading(command: &str, output: Vec<u8>) -> Vec<u8> {
    let host = sysinfo::System::host_name().ok();
    let host = host.filter(|host| !host.is_empty() && !host.contains(char::is_whitespace));
    let host = host.as_deref().unwrap_or("-");
    let now = Timestamp::now();
    let now = now.round(Unit::Second).unwrap_or(now);
    let heading = format!("===== portjoin {host} {now} {command} =====\n");
    [heading.into_bytes(), output].concat()
}

/// Is the folder empty, or not there?
fn is_new(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut files| files.next().is_none())
}

fn save(folder: &Path, file: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut out = OpenOptions::new().write(true).create_new(true).open(folder.join(file))?;
    out.write_all(bytes)
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    true
}
