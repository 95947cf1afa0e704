//! The command line: arguments, files, terminal. Everything that touches the world.

mod args;
mod exit;
mod input;
mod output;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use portjoin::parse::Accounting;
use portjoin::query;
use portjoin::render::{self, Delimited, Sheet};
use portjoin::{Column, Diagnostic, OwnedSocket, Severity, Source, assemble, join};

use args::{Arguments, Command, Format};
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
        Some(Command::Man) => {
            output::to_stdout(|out| clap_mangen::Man::new(Arguments::command()).render(out))
        }
        None => return read_and_print(&arguments).into(),
    };
    output::exit_of(result, Exit::Found).into()
}

/// The heart: reads, joins, filters, prints.
fn read_and_print(arguments: &Arguments) -> Exit {
    let sources = input::read(&arguments.files, arguments.encoding);
    let lists = match arguments.processes.as_slice() {
        [] => Inputs::default(),
        files => input::read(files, arguments.encoding),
    };
    let assembly = assemble(&sources.sources, &lists.sources);
    let joined = join(&assembly.captures);
    let mut rows = joined.sockets;
    let had_sockets = !rows.is_empty();
    arguments.filter().apply(&mut rows);
    query::sort(&mut rows, &arguments.sort);

    let all: Vec<&Source> = sources.sources.iter().chain(&lists.sources).collect();
    let mut diagnostics: Vec<&Diagnostic> = all
        .iter()
        .flat_map(|source| &source.diagnostics)
        .chain(&joined.findings)
        .chain(&assembly.diagnostics)
        .chain(&sources.diagnostics)
        .chain(&lists.diagnostics)
        .collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity() == Severity::Error);

    let written = output::to_stdout(|out| print(out, arguments, &all, &rows, &diagnostics));
    let failed = sources.failed || lists.failed;
    if !arguments.quiet {
        report(&all, &diagnostics, had_sockets && rows.is_empty() && !failed, arguments);
    }
    let is_strict_failure = arguments.strict
        && diagnostics.iter().any(|diagnostic| diagnostic.severity() != Severity::Note);
    let exit = if failed || is_strict_failure {
        Exit::Failed
    } else if rows.is_empty() {
        Exit::Nothing
    } else {
        Exit::Found
    };
    output::exit_of(written, exit)
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
        out.write_all("\u{feff}".as_bytes())?;
    }
    let delimited = Delimited {
        tabs: arguments.format == Format::Tsv,
        header: !arguments.no_header,
        raw: arguments.csv_raw,
    };
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
    let colour = arguments.color.is_on_for(&stdout);
    render::write_table(out, sheet, width, !arguments.no_header, colour)
}

/// Writes what is no answer to stderr: diagnostics, a hint, the accounting.
fn report(
    sources: &[&Source],
    diagnostics: &[&Diagnostic],
    nothing_matched: bool,
    arguments: &Arguments,
) {
    let stderr = io::stderr();
    let text = render::render_diagnostics(diagnostics, arguments.color.is_on_for(&stderr));
    output::note(text.trim_end());
    if nothing_matched {
        output::note(
            "no socket in this capture matches; that a port is not seen does not make it free",
        );
    }
    let accounting: Accounting = sources.iter().map(|source| source.accounting).sum();
    if accounting.unread > 0 || (stderr.is_terminal() && accounting.lines > 0) {
        output::note(&render::render_accounting(&accounting));
    }
}
