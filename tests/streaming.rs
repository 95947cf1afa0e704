//! That a log which is read a table at a time gives what it gives when it is read whole, to the byte.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use portjoin::parse::Accounting;
use portjoin::query::{Filter, Glob, Snapshots};
use portjoin::render::Delimited;
use portjoin::stream::{Outcome, Rows, Scan, Style, Title};
use portjoin::{Column, Diagnostic, Source, State, assemble, join, read};

use crate::chunked::{Spans, each_chunk};
use crate::{entries, fixtures};

/// What is printed, and what is said beside it.
#[derive(Debug, PartialEq)]
struct Answer {
    out: String,
    accounting: Accounting,
    said: Vec<String>,
}

fn said<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Vec<String> {
    let mut said: Vec<String> =
        diagnostics.into_iter().map(|one| format!("{} {}", one.code.name(), one.message)).collect();
    said.sort();
    said
}

fn whole(
    bytes: &[u8],
    lists: &[Source],
    filter: &Filter,
    columns: &[Column],
    style: Style,
) -> Answer {
    let sources = [read("log", bytes.to_vec(), None)];
    let assembly = assemble(&sources, lists);
    let joined = join(&assembly.captures);
    let mut rows = joined.sockets;
    filter.apply(&mut rows);
    let mut out = Vec::new();
    style.write(&mut out, &rows, columns).unwrap();
    Answer {
        out: String::from_utf8(out).unwrap(),
        accounting: sources[0].accounting,
        said: said(sources[0].diagnostics.iter().chain(&joined.findings)),
    }
}

/// `None` where the bytes are no log.
fn streamed(
    bytes: &[u8],
    block: usize,
    lists: &[Source],
    filter: &Filter,
    columns: &[Column],
    style: Style,
) -> Option<Answer> {
    let title = Title::find(&bytes[..block.min(bytes.len())])?;
    let mut scan = Scan::new("log");
    each_chunk(bytes, block, &title, 0..u64::MAX, &mut scan);
    let sources = [scan.finish()?.skeleton];
    let assembly = assemble(&sources, lists);
    assert_eq!(assembly.captures.len(), 1);
    let rows = || Rows::new(&sources[0], &assembly.captures[0], 0, filter, columns, style);
    let read = |mut rows: Rows<'_>| {
        each_chunk(bytes, block, &title, 0..u64::MAX, &mut rows);
        rows.take(Vec::new())
    };
    let (out, outcome) = read(rows());
    if !filter.ports.is_empty() || !filter.pids.is_empty() {
        assert_skipping_is_the_same(&out, &outcome, read(rows().skipping()));
    }
    Some(Answer {
        out: String::from_utf8(out).unwrap(),
        accounting: outcome.accounting,
        said: said(outcome.diagnostics.iter().chain(outcome.findings.iter())),
    })
}

/// Skipping lines gives the same rows; what it says may be less.
fn assert_skipping_is_the_same(out: &[u8], outcome: &Outcome, skipping: (Vec<u8>, Outcome)) {
    let (skipped_out, skipping) = skipping;
    assert_eq!(String::from_utf8_lossy(out), String::from_utf8_lossy(&skipped_out));
    assert_eq!((outcome.read, outcome.written), (skipping.read, skipping.written));
    let counted = skipping.accounting;
    assert!(counted.adds_up() && counted.unread <= outcome.accounting.unread);
    SKIPPED.fetch_add(counted.skipped, Ordering::Relaxed);
    if counted.unread == outcome.accounting.unread {
        let rows = counted.rows + counted.skipped;
        assert_eq!(Accounting { rows, skipped: 0, ..counted }, outcome.accounting);
    }
}

/// The same, with spans of so many bytes that are read for themselves. `None` where they cannot be.
fn streamed_in_spans(
    bytes: &[u8],
    size: usize,
    lists: &[Source],
    filter: &Filter,
    columns: &[Column],
    style: Style,
) -> Option<Answer> {
    let title = Title::find(bytes)?;
    let spans = Spans::of(bytes, 500, size, &title)?;
    let sources = std::slice::from_ref(&spans.skeleton);
    let assembly = assemble(sources, lists);
    let rows = || Rows::new(&sources[0], &assembly.captures[0], 0, filter, columns, style);
    let is_last_only = filter.snapshots == Snapshots::Last;
    let (out, outcome) = spans.read(bytes, 700, &title, is_last_only, rows)?;
    Some(Answer {
        out: String::from_utf8(out).unwrap(),
        accounting: outcome.accounting,
        said: said(outcome.diagnostics.iter().chain(outcome.findings.iter())),
    })
}

const CSV: Style = Style::Delimited(Delimited { tabs: false, header: false, raw: false });
const TSV: Style = Style::Delimited(Delimited { tabs: true, header: false, raw: true });

/// How many answers were read in spans, by this process.
static IN_SPANS: AtomicUsize = AtomicUsize::new(0);

/// How many lines were skipped.
static SKIPPED: AtomicUsize = AtomicUsize::new(0);

/// Compares the ways, in several styles and under several filters. Is it a log?
fn compare(what: &str, bytes: &[u8], lists: &[Source]) -> bool {
    let few = [Column::Snapshot, Column::Line, Column::LocalPort, Column::Line, Column::ImageName];
    let all = Filter::default;
    let filters = [
        all(),
        Filter { snapshots: Snapshots::Last, ..all() },
        Filter { snapshots: Snapshots::Number(2), ..all() },
        Filter { ports: vec![80..=500], ..all() },
        Filter { foreign_ports: vec![443..=443], listening: false, ..all() },
        Filter { listening: true, ..all() },
        Filter { processes: vec![Glob::new("s*")], ..all() },
        Filter { pids: vec![0, 4], ..all() },
    ];
    let mut is_log = false;
    for (index, filter) in filters.iter().enumerate() {
        let styles = [
            (CSV, Column::ALL),
            (Style::Sheet, &[]),
            (Style::Ndjson, Column::ALL),
            (TSV, &few[..]),
            (Style::Sheet, &few[..]),
        ];
        for (style, columns) in styles.into_iter().cycle().skip(index).take(1) {
            let block = [1 << 16, 997, 64, 1 << 12][index % 4];
            let Some(found) = streamed(bytes, block, lists, filter, columns, style) else {
                continue;
            };
            is_log = true;
            let expected = whole(bytes, lists, filter, columns, style);
            let size = [bytes.len() / 3 + 1, 500, 3000][index % 3];
            if index % 2 == 1
                && let Some(found) = streamed_in_spans(bytes, size, lists, filter, columns, style)
            {
                IN_SPANS.fetch_add(1, Ordering::Relaxed);
                assert!(
                    found == expected,
                    "{what}, spans of {size}, filter {index}:\n{found:#?}\n{expected:#?}"
                );
            }
            assert!(
                found == expected,
                "{what}, filter {index}, {style:?}:\n{found:#?}\n{expected:#?}"
            );
        }
    }
    is_log
}

/// Every text of netstat that the fixtures hold, and what stands beside it.
fn texts(folder: &str) -> Vec<(String, Vec<u8>)> {
    let paths = entries(&fixtures().join(folder));
    let texts = paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "txt"));
    texts.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

/// Repeated, with a row changed here and there.
fn as_log(text: &[u8]) -> Vec<u8> {
    let ended = [text, b"\r\n\r\n"].concat();
    let changed = String::from_utf8_lossy(&ended).replace("0.0.0.0:80 ", "0.0.0.0:81 ");
    [&ended[..], &ended, changed.as_bytes(), &ended].concat()
}

#[test]
fn logs_made_of_every_fixture_are_read_as_they_are_read_whole() {
    let list = fs::read(fixtures().join("tasklist/windows_11.txt"))
        .unwrap_or_else(|_| texts("tasklist").swap_remove(0).1);
    let mut logs = 0;
    for folder in ["netstat", "tasklist", "linux_netstat", "netsh_portproxy"] {
        for (name, text) in texts(folder) {
            let log = as_log(&text);
            logs += usize::from(compare(&name, &log, &[]));
            logs += usize::from(compare(&name, &[&log[..], &list].concat(), &[]));
            compare(&name, &[&list[..], b"\r\n", &log].concat(), &[]);
        }
    }
    assert!(logs > 60, "only {logs} of the texts were logs");
    let in_spans = IN_SPANS.load(Ordering::Relaxed);
    assert!(in_spans > 2 * logs, "only {in_spans} answers of {logs} logs were read in spans");
    let skipped = SKIPPED.load(Ordering::Relaxed);
    assert!(skipped > 10 * logs, "only {skipped} lines of {logs} logs were skipped");
}

#[test]
fn lists_of_their_own_hold_for_every_table() {
    let (name, text) =
        texts("netstat").into_iter().find(|(name, _)| name.contains("interval_three")).unwrap();
    // Of these one names the PIDs of the log.
    let lists = texts("tasklist").into_iter().filter(|(name, _)| name.contains("_blanks"));
    let lists: Vec<Source> = lists.map(|(name, text)| read(&name, text, None)).collect();
    assert!(compare(&name, &as_log(&text), &lists));
}

#[test]
fn lists_between_tables_hold_on_both_sides() {
    // Its PIDs are those of the log.
    let (_, list) = texts("tasklist")
        .into_iter()
        .find(|(name, _)| name.contains("console_width_blanks"))
        .unwrap();
    let other = String::from_utf8_lossy(&list).replace(".exe", ".com").into_bytes();
    let (name, text) =
        texts("netstat").into_iter().find(|(name, _)| name.contains("interval_three")).unwrap();
    let log = as_log(&text);
    let prompt = &b"C:\\>tasklist\r\n"[..];
    let all = [&log[..], prompt, &list, b"\r\n", &log, prompt, &other, b"\r\n", &log].concat();
    assert!(compare(&name, &all, &[]));
}

#[test]
fn odd_texts_that_fuzzing_found() {
    const TITLE: &str = "Active Connections\r\n";
    const HEADING: &str =
        "  Proto  Local Address          Foreign Address        State           PID\r\n";
    const ROW: &str = "  TCP    192.0.2.35:443  198.51.100.35:50622  ESTABLISHED  2456\r\n";
    const UDP: &str = "  UDP    0.0.0.0:500  *:*  4\r\n";
    let listens = |word: &str| format!("  TCP    0.0.0.0:445  0.0.0.0:0  {word}  4\r\n");
    let (listens, another) = (listens("LISTENING"), listens("LISTENGnIN"));
    for text in [
        // Another word for a listener, in a part of the table.
        format!("{TITLE}\r\n{HEADING}{listens}{ROW}\r\nprose\r\n\r\n{another}{UDP}"),
        // A row that cannot be read, then a table.
        format!("  TCP    192.0.2.35:443  198.51.100.35:99999\r\n\r\n{TITLE}\r\n{HEADING}{UDP}"),
        // A heading and a row on one line.
        format!("{TITLE}\r\n{}{}{UDP}", HEADING.trim_end(), ROW),
        // The table again, without a title.
        format!("{TITLE}\r\n{HEADING}{ROW}{UDP}{ROW}{UDP}"),
        // A banner that begins as a row does.
        format!("{TITLE}\r\n{HEADING}{ROW}  TCP SRV-01 =====\r\n\r\n{TITLE}{HEADING}{ROW}"),
    ] {
        compare(&text, &as_log(text.as_bytes()), &[]);
    }
}

/// A table whose rows are those of another, in another order, with some left out and others added.
fn shuffled(random: &mut u64, rows: &[&str]) -> String {
    let mut next = |below: usize| {
        *random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*random >> 33) as usize % below
    };
    let mut table =
        "Active Connections\r\n\r\n  Proto  Local Address          Foreign Address        \
                     State           PID\r\n"
            .to_owned();
    for _ in 0..next(40) {
        table.push_str(rows[next(rows.len())]);
        table.push_str("\r\n");
    }
    table.push_str("\r\n");
    table
}

#[test]
fn tables_of_any_rows_in_any_order() {
    const ROWS: [&str; 18] = [
        "  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       3380",
        "  TCP    0.0.0.0:445            0.0.0.0:0              LISTENING       4",
        "  TCP    192.0.2.30:80          198.51.100.30:51844    ESTABLISHED     3380",
        "  TCP    192.0.2.30:49822       203.0.113.30:443       TIME_WAIT       0",
        "  TCP    192.0.2.30:49823       203.0.113.30:443       ESTABLISHED     0",
        "  TCP    192.0.2.30:49824       203.0.113.30:443       FIN_WAIT_1      99999",
        "  TCP    [::]:80                [::]:0                 LISTENING       3380",
        "  TCP    [fe80::1%12]:49825     [2001:db8::1]:443      CLOSE_WAIT      2924",
        "  TCP    [fe80::zz]:49825       [2001:db8::1]:443      CLOSE_WAIT      2924",
        "  TCP    192.0.2.30:049822      203.0.113.30:443       TIME_WAIT       0",
        "  TCP    192.0.2.030:49822      203.0.113.30:443       SYN_SENT        2924",
        "  TCP    srv1:http              203.0.113.30:https     ESTABLISHED     2924",
        "  TCP    192.0.2.30:49826       203.0.113.30:443       HERGESTELLT     2924",
        "  TCP    192.0.2.30:49827       203.0.113.30:443       KEINE           2924",
        "  UDP    0.0.0.0:5353           *:*                                    2924",
        "  UDP    192.0.2.30:5353        192.0.2.31:53                          2924",
        "  UDP    [::]:500               *:*                                    4",
        "  TCP    192.0.2.30:99999       203.0.113.30:443       ESTABLISHED     2924",
    ];
    let list = texts("tasklist").swap_remove(0).1;
    let mut random = 7;
    for case in 0..60 {
        // Most tables of plain rows alone, some of all.
        let rows = if case % 3 == 0 { &ROWS[..] } else { &ROWS[..8] };
        let log: String = (0..8).map(|_| shuffled(&mut random, rows)).collect();
        let log = [b"\r\n".as_slice(), log.as_bytes(), &list].concat();
        assert!(compare(&format!("case {case}"), &log, &[]), "{}", State::Listening.name());
    }
}
