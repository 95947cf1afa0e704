//! Running one program of the system: by absolute path, without a shell, without input, within a time limit.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::system;

/// What is run: a program of the system and its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub program: &'static str,
    pub arguments: &'static [&'static str],
}

impl Asked {
    /// As somebody would type it.
    pub fn command_line(&self) -> String {
        let words = std::iter::once(self.program).chain(self.arguments.iter().copied());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// What a program printed.
#[derive(Debug)]
pub struct Printed {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// In words, where it did not end well.
    pub failure: Option<String>,
}

/// Runs it to its end, or to the end of the time.
///
/// # Errors
///
/// That there is no such program, that it could not be started, or that it did not end in time.
pub fn run(asked: &Asked, limit: Duration) -> Result<Printed, String> {
    let path = system::program(asked.program)
        .ok_or_else(|| format!("there is no {}", system::expected_at(asked.program).display()))?;
    run_path(path, asked.arguments, limit)
}

fn run_path(path: PathBuf, arguments: &[&str], limit: Duration) -> Result<Printed, String> {
    let shown = path.display().to_string();
    let mut command = Command::new(&path);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if cfg!(windows) {
        // A library beside the current folder is none of its own.
        command.current_dir(path.parent().unwrap_or(&path));
    } else {
        command.env("LC_ALL", "C");
    }
    let end = Instant::now() + limit;
    let mut child = command.spawn().map_err(|error| format!("{shown} cannot be run: {error}"))?;
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let late = |child: &mut Child| {
        // It may have ended by itself in the meantime.
        let _ = child.kill();
        let _ = child.wait();
        format!("{shown} did not end within {} seconds", limit.as_secs_f32())
    };
    let left = || end.saturating_duration_since(Instant::now());
    let read = stdout.recv_timeout(left()).and_then(|out| Ok((out, stderr.recv_timeout(left())?)));
    let Ok((stdout, stderr)) = read else { return Err(late(&mut child)) };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if left().is_zero() => return Err(late(&mut child)),
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Err(error) => return Err(format!("{shown} cannot be waited for: {error}")),
        }
    };
    let broken = |read: io::Result<Vec<u8>>| {
        read.map_err(|error| format!("the output of {shown} cannot be read: {error}"))
    };
    let failure = (!status.success()).then(|| format!("{shown} ended with {status}"));
    Ok(Printed { stdout: broken(stdout)?, stderr: broken(stderr)?, failure })
}

/// Reads to the end, beside whatever else goes on: a full pipe would stop the program.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes)).map(|_| bytes);
        // Nobody listens any more once the time is over.
        let _ = sender.send(read);
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<Printed, String> {
        run_path(PathBuf::from("/bin/sh"), &["-c", script], limit)
    }

    #[test]
    fn output_and_status_are_told() {
        let printed = shell("echo out; echo err >&2; exit 3", Duration::from_secs(30)).unwrap();
        assert_eq!((&*printed.stdout, &*printed.stderr), (&b"out\n"[..], &b"err\n"[..]));
        assert!(printed.failure.is_some_and(|failure| failure.contains('3')));
    }

    #[test]
    fn much_output_on_both_streams_does_not_stop_the_program() {
        let script = "yes | head -c 300000; yes | head -c 300000 >&2";
        let printed = shell(script, Duration::from_secs(30)).unwrap();
        assert_eq!((printed.stdout.len(), printed.stderr.len()), (300_000, 300_000));
        assert_eq!(printed.failure, None);
    }

    #[test]
    fn what_does_not_end_is_ended() {
        for script in ["exec sleep 60", "sleep 60 & exit 0", "exec >&- 2>&-; exec sleep 60"] {
            let started = Instant::now();
            let error = shell(script, Duration::from_millis(300)).unwrap_err();
            assert!(error.contains("did not end within 0.3 seconds"), "{error}");
            assert!(started.elapsed() < Duration::from_secs(20), "{script}");
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let asked = Asked { program: "no-such-program", arguments: &[] };
        let error = run(&asked, Duration::from_secs(1)).unwrap_err();
        assert!(error.starts_with("there is no /usr/bin/no-such-program"), "{error}");
    }
}
