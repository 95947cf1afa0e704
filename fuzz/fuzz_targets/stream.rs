//! A log read a table at a time gives what it gives when it is read whole: rows, classes of lines, diagnostics.
#![no_main]

#[path = "../../tests/chunked.rs"]
mod chunked;
mod outcome;

use chunked::{Spans, each_chunk};
use libfuzzer_sys::fuzz_target;
use portjoin::query::{Filter, Snapshots};
use portjoin::render::Delimited;
use portjoin::stream::{Rows, Scan, Style, Title};
use portjoin::{Column, Diagnostic, assemble, join, read};

const STYLE: Delimited = Delimited { tabs: false, header: false, raw: true };

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else { return };
    let block = [1 << 16, 7, 64, 300][usize::from(choice % 4)];
    let snapshots = if choice & 4 == 0 { Snapshots::All } else { Snapshots::Last };
    let ports = if choice & 8 == 0 { Vec::new() } else { vec![80..=443] };
    let filter = Filter { snapshots, ports, ..Filter::default() };
    let style = if choice & 16 == 0 { Style::Delimited(STYLE) } else { Style::Sheet };
    // What comes again is what the stream is about.
    let log = [text, b"\r\n\r\n", text].concat();

    let Some(title) = Title::find(&log[..block.min(log.len())]) else { return };
    let mut scan = Scan::new("log");
    each_chunk(&log, block, &title, 0..u64::MAX, &mut scan);
    let Some(skeleton) = scan.finish().map(|log| [log.skeleton]) else { return };
    let assembly = assemble(&skeleton, &[]);
    let [capture] = assembly.captures.as_slice() else { panic!("one capture") };
    let rows = || Rows::new(&skeleton[0], capture, 0, &filter, Column::ALL, style);
    let written = |mut rows: Rows<'_>| {
        each_chunk(&log, block, &title, 0..u64::MAX, &mut rows);
        rows.take(Vec::new())
    };
    let (streamed, outcome) = written(rows());
    let (skipping, of_skipping) = written(rows().skipping());
    assert!(of_skipping.accounting.adds_up());
    assert_eq!(String::from_utf8_lossy(&skipping), String::from_utf8_lossy(&streamed));

    let spans = Spans::of(&log, block, 1 + log.len() / 3, &title);
    let in_spans = spans.as_ref().and_then(|spans| {
        let source = std::slice::from_ref(&spans.skeleton);
        let assembly = assemble(source, &[]);
        let capture = &assembly.captures[0];
        let rows = || Rows::new(&source[0], capture, 0, &filter, Column::ALL, style);
        spans.read(&log, block, &title, snapshots == Snapshots::Last, rows)
    });

    let source = [read("log", log, None)];
    outcome::tell(&source[0]);
    let assembly = assemble(&source, &[]);
    let joined = join(&assembly.captures);
    let mut rows = joined.sockets;
    filter.apply(&mut rows);
    let mut whole = Vec::new();
    style.write(&mut whole, &rows, Column::ALL).unwrap();

    for (streamed, outcome) in [Some((streamed, outcome)), in_spans].into_iter().flatten() {
        assert_eq!(String::from_utf8_lossy(&streamed), String::from_utf8_lossy(&whole));
        assert_eq!(outcome.accounting, source[0].accounting);
        assert_eq!(
            said(outcome.diagnostics.iter().chain(outcome.findings.iter())),
            said(source[0].diagnostics.iter().chain(&joined.findings))
        );
    }
});

fn said<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>) -> Vec<(&'static str, String)> {
    let mut said: Vec<_> = diagnostics.map(|one| (one.code.name(), one.message.clone())).collect();
    said.sort();
    said
}
