//! The command line: arguments, files, terminal. Everything that touches the world.

mod args;
mod collect;
mod exit;
mod input;
mod live;
mod log;
mod output;
mod why;
mod why_args;
mod windows_names;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use portjoin::parse::Accounting;
use portjoin::query;
use portjoin::render::{self, Sheet};
use portjoin::{Assembly, Column, Diagnostic, OwnedSocket, Severity, Source, assemble, join};

use args::{Arguments, Command, Format, Reading, Showing};
use exit::Exit;
use input::Inputs;
use output::Output;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error).into(),
    };
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
    /// `streams`: large logs are only looked through.
    fn by(reading: &Reading, facts: bool, streams: bool) -> Self {
        if reading.is_live() {
            let sources = live::take(&reading.live, facts, reading.encoding);
            return Gathered { sources, lists: Inputs::default() };
        }
        let lists = match reading.processes.as_slice() {
            [] => Inputs::default(),
            files => input::read(files, reading.encoding, false),
        };
        Gathered { sources: input::read(&reading.files, reading.encoding, streams), lists }
    }

    fn assemble(&self) -> Assembly<'_> {
        assemble(&self.sources.sources, &self.lists.sources)
    }

    fn sources(&self) -> Vec<&Source> {
        self.sources.sources.iter().chain(&self.lists.sources).collect()
    }

    /// Did an input that the user named give no answer?
    fn failed(&self) -> bool {
        self.sources.failed || self.lists.failed
    }

    /// What there is to say, errors last.
    fn diagnostics<'a>(
        &'a self,
        assembly: &'a Assembly<'_>,
        joined: &'a [Diagnostic],
    ) -> Vec<&'a Diagnostic> {
        let of_lines = self.sources().into_iter().flat_map(|source| &source.diagnostics);
        let mut diagnostics: Vec<&Diagnostic> = of_lines
            .chain(joined)
            .chain(&assembly.diagnostics)
            .chain(&self.sources.diagnostics)
            .chain(&self.lists.diagnostics)
            .collect();
        diagnostics.sort_by_key(|diagnostic| diagnostic.severity() == Severity::Error);
        diagnostics
    }
}

/// The heart: reads, joins, filters, prints.
fn read_and_print(arguments: &Arguments) -> Exit {
    let inputs = Gathered::by(&arguments.reading, false, arguments.stream_style().is_some());
    if let Some(style) = arguments.stream_style()
        && !inputs.sources.logs.is_empty()
    {
        if log::can_stream(&inputs) {
            return log::print(arguments, inputs, style);
        }
        // Tables of several files belong to one machine: they are numbered together, and read whole.
        return answer(arguments, &Gathered::by(&arguments.reading, false, false));
    }
    answer(arguments, &inputs)
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
    let diagnostics = inputs.diagnostics(&assembly, &joined.findings);

    let written = output::to_stdout(|out| print(out, arguments, &all, &rows, &diagnostics));
    if !arguments.showing.quiet {
        let is_empty = had_sockets && rows.is_empty() && !inputs.failed();
        let accounting = all.iter().map(|source| source.accounting).sum();
        report(&accounting, &diagnostics, is_empty.then_some(NOT_FREE), &arguments.showing);
    }
    let is_strict_failure = arguments.reading.is_strict_failure(&diagnostics);
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
    let columns = arguments.columns.as_slice();
    let contract = if columns.is_empty() { Column::ALL } else { columns };
    if arguments.bom && matches!(arguments.format, Format::Csv | Format::Tsv) {
        out.write_all(BYTE_ORDER_MARK)?;
    }
    let delimited = arguments.delimited();
    if !arguments.count_by.is_empty() {
        let wanted = arguments.count_by.as_slice();
        let groups = query::count_by(rows, wanted);
        return match arguments.format {
            Format::Table => write_table(out, arguments, Sheet::of_groups(&groups, wanted)),
            Format::Markdown => render::write_markdown(out, Sheet::of_groups(&groups, wanted)),
            Format::Csv | Format::Tsv => {
                render::write_delimited_counts(out, &groups, wanted, delimited)
            }
            Format::Json | Format::Ndjson => render::write_ndjson_counts(out, &groups, wanted),
        };
    }
    let sheet = || match columns {
        [] => Sheet::of_sockets(rows),
        columns => Sheet::of_columns(rows, columns),
    };
    match arguments.format {
        Format::Table if rows.is_empty() => Ok(()),
        Format::Table => write_table(out, arguments, sheet()),
        Format::Markdown => render::write_markdown(out, sheet()),
        Format::Csv | Format::Tsv => render::write_delimited(out, rows, contract, delimited),
        Format::Ndjson => render::write_ndjson(out, rows, contract),
        Format::Json => render::write_json(out, sources, rows, contract, diagnostics),
    }
}

fn write_table(out: &mut Output, arguments: &Arguments, sheet: Sheet) -> io::Result<()> {
    let stdout = io::stdout();
    let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    let colour = arguments.showing.color.is_on_for(&stdout);
    render::write_table(out, sheet, width, !arguments.no_header, colour)
}

/// Writes what is no answer to stderr: diagnostics, a hint, the accounting.
fn report(
    accounting: &Accounting,
    diagnostics: &[&Diagnostic],
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
