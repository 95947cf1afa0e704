//! Two files, from bytes to every output: no socket is lost, every line has a class, one socket is one
//! line, and no sign of a capture acts on a terminal.
#![no_main]

mod outcome;

use libfuzzer_sys::fuzz_target;
use portjoin::render::{self, Delimited, Layout, Sheet};
use portjoin::{Column, Diagnostic, Records, Source, assemble, join, read};

fuzz_target!(|bytes: &[u8]| {
    let middle = bytes.iter().position(|byte| *byte == 0x1c).unwrap_or(bytes.len());
    let (first, second) = bytes.split_at(middle);
    let mut sources = vec![read("fuzz-netstat.txt", first.to_vec(), None)];
    if !second.is_empty() {
        sources.push(read("fuzz-tasklist.txt", second.to_vec(), None));
    }
    for source in &sources {
        assert!(source.accounting.adds_up());
        outcome::tell(source);
    }
    let sockets = sources.iter().flat_map(|source| &source.sections).map(|section| {
        if let Records::Sockets { sockets, .. } = &section.records { sockets.len() } else { 0 }
    });
    let assembly = assemble(&sources, &[]);
    let joined = join(&assembly.captures);
    assert_eq!(joined.sockets.len(), sockets.sum::<usize>());

    let rows = &joined.sockets;
    let diagnostics: Vec<&Diagnostic> =
        sources.iter().flat_map(|source| &source.diagnostics).chain(&joined.findings).collect();
    let mut out = Vec::new();
    render::write_table(&mut out, Sheet::of_sockets(rows, Layout::ForPeople), Some(80), false, false).unwrap();
    is_plain(&out);
    let names_hidden = out.windows(11).any(|window| window == b"\n\nnot shown");
    assert_eq!(lines(&out), rows.len() + if names_hidden { 2 } else { 0 });
    out.clear();
    let plain = Delimited { tabs: true, header: false, raw: false };
    render::write_delimited(&mut out, rows, Column::ALL, plain).unwrap();
    out.clear();
    render::write_ndjson(&mut out, rows, Column::ALL).unwrap();
    is_plain(&out);
    assert_eq!(lines(&out), rows.len());
    out.clear();
    let all: Vec<&Source> = sources.iter().collect();
    render::write_json(&mut out, &all, rows, Column::ALL, &diagnostics).unwrap();
    is_plain(&out);
    is_plain(render::render_diagnostics(diagnostics.iter().map(|one| (*one, 1)), false).as_bytes());
});

fn lines(out: &[u8]) -> usize {
    out.iter().filter(|byte| **byte == b'\n').count()
}

/// Nothing that a terminal would act on.
fn is_plain(out: &[u8]) {
    let text = std::str::from_utf8(out).unwrap();
    if let Some(sign) = text.chars().find(|sign| sign.is_control() && *sign != '\n') {
        panic!("{sign:?} was printed");
    }
}
