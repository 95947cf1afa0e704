//! The command line: arguments, files, terminal. Everything that touches the world.

mod args;
mod batch;
mod collect;
mod exit;
mod find;
mod fleet;
mod input;
mod live;
mod log;
mod log_rows;
mod output;
mod progress;
mod side_by_side;
mod spool;
mod why;
mod why_args;
mod windows_names;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use portjoin::parse::Accounting;
use portjoin::query;
use portjoin::render::{self, Layout, Sheet};
use portjoin::stream::Style;
use portjoin::{Assembly, Diagnostic, OwnedSocket, Severity, Source, assemble, join};

use args::{Arguments, Command, Format, Reading, Showing};
use batch::Asked;
use exit::Exit;
use input::{How, Inputs};
use output::Output;
use spool::Spool;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error).into(),
    };
    if let Some(error) = arguments.misplaced_command() {
        return output::usage(&error).into();
    }
    let result = match &arguments.command {
        Some(Command::Completions { shell }) => output::to_stdout(|out| {
            clap_complete::generate(*shell, &mut Arguments::command(), "portjoin", out);
            Ok(())
        }),
        Some(Command::Collect(asked)) => output::to_stdout(|out| collect::write(asked, out)),
        Some(Command::Man) => {
            output::to_stdout(|out| clap_mangen::Man::new(Arguments::command()).render(out))
        }
        Some(Command::Why(asked)) => return why::answer(asked).into(),
        None => return read_and_print(&arguments).into(),
    };
    output::exit_of(result, Exit::Found).into()
}

const NOT_FREE: &str =
    "no socket in this capture matches; that a port is not seen does not make it free";

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Everything that was named on the command line, read.
struct Gathered {
    sources: Inputs,
    /// The lists of `--processes`.
    lists: Inputs,
}

impl Gathered {
    /// `facts`: where this machine is asked, also for what Windows says of ports beside its sockets.
    fn by(reading: &Reading, facts: bool) -> Self {
        if reading.is_live() {
            let sources = live::take(&reading.live, facts, reading.encoding);
            return Gathered { sources, lists: Inputs::default() };
        }
        let how = How { encoding: reading.encoding, streams: false, is_quiet: true };
        Gathered { sources: input::read(&reading.files, how), lists: lists(reading) }
    }

    fn assemble(&self) -> Assembly<'_> {
        assemble(&self.sources.sources, &self.lists.sources)
    }

    fn sources(&self) -> Vec<&Source> {
        self.sources.sources.iter().chain(&self.lists.sources).collect()
    }

    /// Did an input that the user named give no answer?
    fn failed(&self) -> bool {
        self.sources.notes.failed || self.lists.notes.failed
    }

    /// What there is to say, errors last.
    fn diagnostics<'a>(
        &'a self,
        unpaired: &'a [Diagnostic],
        joined: &'a [Diagnostic],
    ) -> Vec<&'a Diagnostic> {
        let of_lines = self.sources().into_iter().flat_map(|source| &source.diagnostics);
        let mut diagnostics: Vec<&Diagnostic> = of_lines
            .chain(joined)
            .chain(unpaired)
            .chain(&self.sources.notes.diagnostics)
            .chain(&self.lists.notes.diagnostics)
            .collect();
        diagnostics.sort_by_key(|diagnostic| diagnostic.severity() == Severity::Error);
        diagnostics
    }
}

/// The lists of `--processes`.
fn lists(reading: &Reading) -> Inputs {
    let how = How { encoding: reading.encoding, streams: false, is_quiet: true };
    match reading.processes.as_slice() {
        [] => Inputs::default(),
        files => input::read(files, how),
    }
}

/// The heart: reads, joins, filters, prints.
fn read_and_print(arguments: &Arguments) -> Exit {
    let reading = &arguments.reading;
    match arguments.stream_style() {
        // A table is read twice, to know how wide it is: what is small is held for that.
        Some(Style::Sheet) if !reading.is_live() && !reading.may_be_large() => {
            answer(arguments, &Gathered::by(reading, false))
        }
        Some(style) if !reading.is_live() => write_as_read(arguments, style),
        _ => {
            let lengths = reading.files.iter().filter_map(|path| fs::metadata(path).ok());
            let length = lengths.map(|metadata| metadata.len()).sum();
            if !arguments.showing.quiet {
                output::note(held_in_memory(length).unwrap_or_default());
            }
            answer(arguments, &Gathered::by(reading, false))
        }
    }
}

/// What is said before so many bytes are read of which all rows are to be there first.
fn held_in_memory(length: u64) -> Option<&'static str> {
    const MANY: u64 = 256 << 20;
    (length > MANY).then_some(
        "this takes several times as much memory as the input is long: all rows have to be there first; \
         --format table, markdown, csv, tsv or ndjson, without --sort and --count-by, holds a part of them alone",
    )
}

/// The same for rows that can be written as they are read.
fn write_as_read(arguments: &Arguments, style: Style) -> Exit {
    let reading = &arguments.reading;
    let lists = lists(reading);
    let mut listing = find::find(&reading.files);
    let files = std::mem::take(&mut listing.files);
    let asked = Asked {
        filter: arguments.filter(),
        columns: if let Style::Sheet = style { &arguments.columns } else { arguments.contract() },
        style,
        is_strict: reading.strict,
        lists: &lists.sources,
    };
    let how = How { encoding: reading.encoding, streams: true, is_quiet: arguments.showing.quiet };
    progress::begin(&files, arguments.showing.quiet);
    let mut said = None;
    let written = output::to_stdout(|out| {
        if let Style::Sheet = style {
            let mut spool = Spool::new();
            let all = fleet::write(files, how, &asked, &mut spool)?;
            progress::end();
            let is_empty = all.written == 0;
            said = Some(all);
            let sheet = Sheet::of_written(Layout::of(&arguments.columns), || spool.lines());
            write_sheet(out, arguments, sheet, is_empty)?;
            return spool.finish();
        }
        if let Style::Delimited(delimited) = style {
            if arguments.bom {
                out.write_all(BYTE_ORDER_MARK)?;
            }
            render::write_delimited(&mut *out, &[], asked.columns, delimited)?;
        }
        said = Some(fleet::write(files, how, &asked, out)?);
        Ok(())
    });
    progress::end();
    // Without it the rows could not be written, or had no reader any more.
    let Some(mut said) = said else { return output::exit_of(written, Exit::Found) };
    said.notes.finish(listing);

    let failed = said.notes.failed || lists.notes.failed;
    let unpaired = said.unpaired.diagnostics();
    let of_inputs = unpaired.iter().chain(&said.notes.diagnostics).chain(&lists.notes.diagnostics);
    let of_lists = lists.sources.iter().flat_map(|list| &list.diagnostics);
    let once = |diagnostic| (diagnostic, 1);
    let mut diagnostics: Vec<(&Diagnostic, usize)> = said.of_lines.kinds().collect();
    diagnostics.extend(of_lists.map(once));
    diagnostics.extend(said.findings.kinds());
    diagnostics.extend(of_inputs.map(once));
    diagnostics.sort_by_key(|(diagnostic, _)| diagnostic.severity() == Severity::Error);
    if !arguments.showing.quiet {
        let is_empty = said.rows > 0 && said.written == 0 && !failed;
        let of_lists = lists.sources.iter().map(|list| list.accounting);
        let accounting = of_lists.chain([said.accounting]).sum();
        let hint = is_empty.then_some(NOT_FREE);
        report(&accounting, diagnostics.iter().copied(), hint, &arguments.showing);
    }
    let is_strict_failure = reading.is_strict_failure(diagnostics.iter().map(|(one, _)| *one));
    output::exit_of(written, exit(failed || is_strict_failure, said.written == 0))
}

/// Joins what was read, filters and prints.
fn answer(arguments: &Arguments, inputs: &Gathered) -> Exit {
    let assembly = inputs.assemble();
    let joined = join(&assembly.captures);
    let mut rows = joined.sockets;
    let had_sockets = !rows.is_empty();
    arguments.filter().apply(&mut rows);
    query::sort(&mut rows, &arguments.sort);

    let all = inputs.sources();
    let unpaired = assembly.unpaired.diagnostics();
    let diagnostics = inputs.diagnostics(&unpaired, &joined.findings);

    let written = output::to_stdout(|out| print(out, arguments, &all, &rows, &diagnostics));
    if !arguments.showing.quiet {
        let is_empty = had_sockets && rows.is_empty() && !inputs.failed();
        let accounting = all.iter().map(|source| source.accounting).sum();
        let hint = is_empty.then_some(NOT_FREE);
        report(&accounting, diagnostics.iter().map(|one| (*one, 1)), hint, &arguments.showing);
    }
    let is_strict_failure = arguments.reading.is_strict_failure(diagnostics.iter().copied());
    output::exit_of(written, exit(inputs.failed() || is_strict_failure, rows.is_empty()))
}

fn exit(failed: bool, is_empty: bool) -> Exit {
    if failed {
        Exit::Failed
    } else if is_empty {
        Exit::Nothing
    } else {
        Exit::Found
    }
}

/// Writes the answer to stdout.
fn print(
    out: &mut Output,
    arguments: &Arguments,
    sources: &[&Source],
    rows: &[OwnedSocket<'_>],
    diagnostics: &[&Diagnostic],
) -> io::Result<()> {
    let contract = arguments.contract();
    if arguments.bom && matches!(arguments.format, Format::Csv | Format::Tsv) {
        out.write_all(BYTE_ORDER_MARK)?;
    }
    let delimited = arguments.delimited();
    if !arguments.count_by.is_empty() {
        let wanted = arguments.count_by.as_slice();
        let groups = query::count_by(rows, wanted);
        return match arguments.format {
            Format::Table | Format::Markdown => {
                write_sheet(out, arguments, Sheet::of_groups(&groups, wanted), false)
            }
            Format::Csv | Format::Tsv => {
                render::write_delimited_counts(out, &groups, wanted, delimited)
            }
            Format::Json | Format::Ndjson => render::write_ndjson_counts(out, &groups, wanted),
        };
    }
    match arguments.format {
        Format::Table | Format::Markdown => {
            let sheet = Sheet::of_sockets(rows, Layout::of(&arguments.columns));
            write_sheet(out, arguments, sheet, rows.is_empty())
        }
        Format::Csv | Format::Tsv => render::write_delimited(out, rows, contract, delimited),
        Format::Ndjson => render::write_ndjson(out, rows, contract),
        Format::Json => render::write_json(out, sources, rows, contract, diagnostics),
    }
}

/// Writes a table for people; of sockets, only where there are some.
fn write_sheet(
    out: &mut Output,
    arguments: &Arguments,
    sheet: Sheet<'_>,
    is_empty: bool,
) -> io::Result<()> {
    if arguments.format == Format::Markdown {
        return render::write_markdown(out, sheet);
    }
    if is_empty {
        return Ok(());
    }
    let stdout = io::stdout();
    let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    let colour = arguments.showing.color.is_on_for(&stdout);
    render::write_table(out, sheet, width, !arguments.no_header, colour)
}

/// Writes what is no answer to stderr: diagnostics, a hint, the accounting.
fn report<'a>(
    accounting: &Accounting,
    diagnostics: impl IntoIterator<Item = (&'a Diagnostic, usize)>,
    hint: Option<&str>,
    showing: &Showing,
) {
    let stderr = io::stderr();
    let text = render::render_diagnostics(diagnostics, showing.color.is_on_for(&stderr));
    output::note(text.trim_end());
    output::note(hint.unwrap_or_default());
    if accounting.unread > 0 || (stderr.is_terminal() && accounting.lines > 0) {
        output::note(&render::render_accounting(accounting));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_much_memory_is_said_before() {
        assert_eq!(held_in_memory(0), None);
        assert_eq!(held_in_memory(256 << 20), None);
        assert!(held_in_memory((256 << 20) + 1).is_some_and(|text| text.contains("ndjson")));
    }
}
