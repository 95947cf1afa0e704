//! stdout and stderr. The only place from which the program prints.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use portjoin::render::visible;

use super::exit::Exit;

/// stdout, buffered.
pub type Output = BufWriter<StdoutLock<'static>>;

/// Writes an answer to stdout. A reader that went away, as `head` does, is no error.
pub fn to_stdout(write: impl FnOnce(&mut Output) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let result = write(&mut out).and_then(|()| out.flush());
    match result {
        Err(error) if reader_is_gone(&error) => {
            // What is left in the buffer has no reader.
            let _ = out.into_parts();
            Ok(())
        }
        other => other,
    }
}

/// The exit status, which a failure to write makes 2.
pub fn exit_of(written: io::Result<()>, exit: Exit) -> Exit {
    match written {
        Ok(()) => exit,
        Err(error) => {
            note(&format!("error: cannot write to standard output: {error}"));
            Exit::Failed
        }
    }
}

/// Writes a text to stderr. There is nobody to tell where that fails.
pub fn note(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Help and version go to stdout; errors of usage, which repeat what was typed, to stderr.
pub fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let printed = error.print();
        return exit_of(printed.or_else(broken_pipe_is_fine), Exit::Found);
    }
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().map(visible).collect();
    note(lines.join("\n").trim_end());
    Exit::Failed
}

fn broken_pipe_is_fine(error: io::Error) -> io::Result<()> {
    if reader_is_gone(&error) { Ok(()) } else { Err(error) }
}

/// Has whoever read our output stopped reading? On Windows a pipe with a name says so in its own way.
fn reader_is_gone(error: &io::Error) -> bool {
    const ERROR_PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == ErrorKind::BrokenPipe
        || cfg!(windows) && error.raw_os_error() == Some(ERROR_PIPE_NOT_CONNECTED)
}
