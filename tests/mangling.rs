//! What mails, tickets and editors do to a capture, done to every clean fixture: what comes out must be
//! what came out before.
//!
//! `cargo test mangling -- --nocapture` prints the table of kinds and formats.

use std::collections::BTreeMap;
use std::fs;

use portjoin::{Process, Records, Service, Socket, Source, parse, read};

use crate::{entries, fixtures};

/// A way to mangle a text, and the share of rows in per cent that must come through.
struct Kind {
    name: &'static str,
    floor: usize,
    mangle: Mangle,
}

enum Mangle {
    Text(fn(&str, &mut Random) -> String),
    Bytes(fn(&str) -> Vec<u8>),
}

impl Kind {
    fn mangle(&self, text: &str, random: &mut Random) -> Vec<u8> {
        match self.mangle {
            Mangle::Text(mangle) => mangle(text, random).into_bytes(),
            Mangle::Bytes(mangle) => mangle(text),
        }
    }
}

/// A kind that keeps all there is to know.
const fn keeps(name: &'static str, mangle: fn(&str, &mut Random) -> String) -> Kind {
    Kind { name, floor: 100, mangle: Mangle::Text(mangle) }
}

/// A kind that does not.
const fn loses(name: &'static str, mangle: fn(&str, &mut Random) -> String) -> Kind {
    Kind { name, floor: 95, mangle: Mangle::Text(mangle) }
}

const KINDS: &[Kind] = &[
    keeps("quotes", |text, _| each_line(text, |line| format!("> {line}"))),
    keeps("nested quotes", |text, _| each_line(text, |line| format!(">> {line}"))),
    keeps("fence", |text, _| format!("```\n{text}\n```\n")),
    keeps("glued fence", |text, _| format!("```{}\n```\n", text.trim_start_matches(['\r', '\n']))),
    keeps("comment #", |text, _| each_line(text, |line| format!("# {line}"))),
    keeps("comment //", |text, _| each_line(text, |line| format!("// {line}"))),
    keeps("comment ;", |text, _| each_line(text, |line| format!("; {line}"))),
    keeps("comment *", |text, _| each_line(text, |line| format!(" * {line}"))),
    keeps("comment --", |text, _| each_line(text, |line| format!("-- {line}"))),
    keeps("more indent", |text, _| each_line(text, |line| format!("      {line}"))),
    keeps("LF", |text, _| text.replace('\r', "")),
    keeps("CR CR LF", |text, _| text.replace('\r', "").replace('\n', "\r\r\n")),
    keeps("mixed line ends", |text, random| {
        text.lines().map(|line| line.to_owned() + random.line_end()).collect()
    }),
    keeps("blanks to 120", |text, _| each_line(text, |line| format!("{line:<120}"))),
    keeps("entities", |text, _| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('[', "&#91;")
            .replace("  ", " &nbsp;")
    }),
    keeps("br at ends", |text, _| each_line(text, |line| format!("{line}<br>"))),
    keeps("br for line ends", |text, _| text.lines().collect::<Vec<_>>().join("<br>")),
    keeps("pre", |text, _| format!("<pre>{text}</pre>\n")),
    keeps("Markdown escapes", |text, _| {
        text.replace('[', r"\[").replace(']', r"\]").replace('_', r"\_")
    }),
    keeps("line numbers", |text, _| numbered(text)),
    keeps("blank lines", |text, _| text.replace("\r\n", "\r\n\r\n")),
    keeps("tabs", |text, _| each_line(text, tabbed)),
    loses("lost indent", |text, _| each_line(text, |line| line.trim_start().to_owned())),
    loses("a tab for each gap", |text, _| each_line(text, tab_for_each_gap)),
    loses("collapsed", |text, _| each_line(text, collapsed)),
    loses("appended text", |text, random| {
        each_line(text, |line| {
            let is_row = random.one_in(5) && has_row(line);
            line.to_owned() + if is_row { "     see ticket" } else { "" }
        })
    }),
    loses("pager", |text, random| before_some(text, "-- More --\n", random)),
    loses("elided", |text, random| before_some(text, "...\n", random)),
    loses("80 columns", |text, _| each_line(text, broken_at_80)),
    Kind { name: "mixed encodings", floor: 95, mangle: Mangle::Bytes(half_in_utf16) },
];

/// Kinds and formats that keep less than they should. A cell that is mended leaves this list.
const BELOW_FLOOR: [(&str, &str); 9] = [
    // Whose PID stands behind lines that were left out?
    ("elided", "get_nettcpconnection"),
    ("elided", "get_process"),
    ("elided", "sc_queryex"),
    ("elided", "tasklist_list"),
    ("elided", "win32_process"),
    ("elided", "win32_service"),
    ("elided", "wmic_process"),
    // What a console broke begins with the blanks of its columns.
    ("lost indent", "wmic_process"),
    // A tab within a command line may be one.
    ("tabs", "wmic_process"),
];

/// Texts of which a row may be lost in silence.
const IN_SILENCE: [(&str, &str); 3] = [
    // Of a program and a number alone nothing tells that they are a process but the run they stand in.
    ("appended text", "pairs_in_a_run"),
    ("elided", "pairs_in_a_run"),
    // A record in a language that is not known is told by its five lines.
    ("elided", "unknown_language"),
];

/// How often each text is mangled in each way: some ways leave much to chance.
const ROUNDS: usize = 4;

/// Formats whose rows a mangled text keeps.
const FORMATS: [&str; 18] = [
    "netstat",
    "tasklist",
    "tasklist_csv",
    "tasklist_list",
    "tcpvcon_csv",
    "wmic_process",
    "qprocess",
    "pslist",
    "tlist",
    "fport",
    "get_nettcpconnection",
    "get_netudpendpoint",
    "get_process",
    "win32_process",
    "win32_service",
    "sc_queryex",
    "linux_netstat",
    "linux_ss",
];

/// Fixtures that are mangled already: mangled twice they keep less.
const MANGLED: [&str; 28] = [
    "blank_lines",
    "br_",
    "broken_",
    "collapsed",
    "comment_",
    "console_width",
    "elision",
    "html_",
    "line_numbers",
    "markdown_",
    "mixed_line_ends",
    "pager",
    "pre_",
    "quoted_",
    "tabs_",
    "b_indent_lost",
    "b_xp",
    "v_names_like_wrapping",
    "wrapped_at_72",
    "count_below_rows",
    "notes_below_rows",
    "items_of_",
    "list_pager",
    "b_pager",
    "colour",
    "time_for_a_pid",
    "two_rows_on_a_line",
    "string_of_",
];

struct Random(u64);

impl Random {
    /// Another series for each text, the same in every run.
    fn of(text: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325;
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Random(hash | 1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11).is_multiple_of(n)
    }

    fn line_end(&mut self) -> &'static str {
        if self.one_in(2) { "\n" } else { "\r\n" }
    }
}

/// Every sixth line or so has this before it.
fn before_some(text: &str, mark: &str, random: &mut Random) -> String {
    each_line(text, |line| if random.one_in(6) { format!("{mark}{line}") } else { line.to_owned() })
}

/// As `>>` of PowerShell 5 appends to a file of cmd, the second half in UTF-16, from a line that follows a blank one.
fn half_in_utf16(text: &str) -> Vec<u8> {
    let blank_lines = || text.match_indices("\r\n\r\n").map(|(at, blank)| at + blank.len());
    let middle = blank_lines().find(|at| at * 2 >= text.len()).or(blank_lines().last());
    let (first, second) = text.split_at(middle.unwrap_or_default());
    let units = second.encode_utf16().flat_map(u16::to_le_bytes);
    first.bytes().chain(units).collect()
}

fn each_line(text: &str, mut mangle: impl FnMut(&str) -> String) -> String {
    text.lines().map(|line| mangle(line) + "\r\n").collect()
}

fn numbered(text: &str) -> String {
    text.lines().enumerate().map(|(index, line)| format!("{:>4}  {line}\r\n", index + 1)).collect()
}

/// Blanks before a tab stop become a tab, as `unexpand` does.
fn tabbed(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let stop = |eight: &[char]| {
        let text: String = eight.iter().collect();
        match text.trim_end() {
            start if eight.len() == 8 && text.len() > start.len() + 1 => format!("{start}\t"),
            _ => text,
        }
    };
    // Wide characters would move the stops.
    if line.is_ascii() { characters.chunks(8).map(stop).collect() } else { line.to_owned() }
}

/// Every gap becomes one tab, and with it the columns are lost.
fn tab_for_each_gap(line: &str) -> String {
    let words: Vec<&str> =
        line.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    words.join("\t")
}

fn collapsed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has_row(line: &str) -> bool {
    line.contains("TCP") || line.contains("UDP") || line.contains(".exe")
}

fn broken_at_80(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let parts: Vec<String> = characters.chunks(80).map(|part| part.iter().collect()).collect();
    parts.join("\r\n")
}

/// What a source says, without where it says it.
#[derive(Debug, Default, PartialEq)]
struct Said {
    sockets: Vec<Socket>,
    processes: Vec<Process>,
    services: Vec<Service>,
}

fn said(source: &Source) -> Said {
    let mut said = Said::default();
    for section in &source.sections {
        match &section.records {
            Records::Sockets { sockets, .. } => said.sockets.extend(sockets.iter().cloned()),
            Records::Processes { processes, .. } => {
                said.processes.extend(processes.iter().cloned())
            }
            Records::Services { services } => said.services.extend(services.iter().cloned()),
            Records::Facts { .. } | Records::None { .. } => {}
        }
    }
    for socket in &mut said.sockets {
        socket.line = 0;
        if let Some(portjoin::Stated::Image { line, .. }) = &mut socket.stated {
            *line = 0;
        }
    }
    said.processes.iter_mut().for_each(|process| process.line = 0);
    said.services.iter_mut().for_each(|service| service.line = 0);
    said
}

/// How many of these rows came through, and the first that is none of them.
fn compare<T: PartialEq + Clone>(
    before: &[T],
    after: &[T],
    same: fn(&T, &T) -> bool,
) -> (usize, Option<T>) {
    let mut left: Vec<&T> = before.iter().collect();
    let mut wrong = None;
    for row in after {
        match left.iter().position(|known| same(known, row)) {
            Some(at) => {
                left.remove(at);
            }
            None => wrong = wrong.or(Some(row.clone())),
        }
    }
    (before.len() - left.len(), wrong)
}

#[test]
fn mangled_captures_say_what_they_said() {
    let mut table: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for format in FORMATS {
        let clean = entries(&fixtures().join(format)).into_iter().filter(|path| {
            path.extension().is_some_and(|extension| extension == "txt")
                && !path.with_extension("diag").exists()
                && !MANGLED.iter().any(|start| {
                    path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with(start))
                })
        });
        for path in clean {
            let decoded = portjoin::text::decode(fs::read(&path).unwrap(), None).text;
            let before = said(&parse::read("x", decoded.clone().into_bytes(), None));
            let mut random = Random::of(&decoded);
            let rounds = KINDS.iter().enumerate().cycle().take(ROUNDS * KINDS.len());
            for (index, kind) in rounds {
                let source = read("x", kind.mangle(&decoded, &mut random), None);
                assert!(source.accounting.adds_up());
                let after = said(&source);
                let keeps_all = kind.floor == 100;
                // Of a process list whose cells cannot be told apart only image name and PID are read.
                let same_process = |a: &Process, b: &Process| {
                    a.pid == b.pid && b.image_name.starts_with(a.image_name.trim_end())
                };
                let (sockets, wrong_socket) = compare(
                    &before.sockets,
                    &after.sockets,
                    if keeps_all { PartialEq::eq } else { same_socket },
                );
                let (processes, wrong_process) = compare(
                    &before.processes,
                    &after.processes,
                    if keeps_all { PartialEq::eq } else { same_process },
                );
                let same_service = |a: &Service, b: &Service| (a.pid, &a.name) == (b.pid, &b.name);
                let (services, wrong_service) = compare(
                    &before.services,
                    &after.services,
                    if keeps_all { PartialEq::eq } else { same_service },
                );
                let kept = sockets + processes + services;
                let all = before.sockets.len() + before.processes.len() + before.services.len();
                let cell = table.entry((index, format)).or_default();
                cell.0 += kept;
                cell.1 += all;
                let name = path.file_stem().unwrap().to_string_lossy();
                if keeps_all && BELOW_FLOOR.contains(&(kind.name, format)) {
                    continue;
                }
                if let Some(wrong) = wrong_socket {
                    failures.push(format!("{} of {name}: wrong row {wrong:?}", kind.name));
                }
                if let Some(wrong) = wrong_process {
                    failures.push(format!("{} of {name}: wrong row {wrong:?}", kind.name));
                }
                if let Some(wrong) = wrong_service {
                    failures.push(format!("{} of {name}: wrong row {wrong:?}", kind.name));
                }
                if keeps_all && kept < all {
                    failures.push(format!("{} of {name}: rows were lost", kind.name));
                }
                // Nothing is lost in silence.
                let told = source.diagnostics.len();
                let may_be_silent = IN_SILENCE.contains(&(kind.name, &*name));
                if kept + told < all && !may_be_silent {
                    failures.push(format!(
                        "{} of {name}: {kept} of {all} rows, {told} told",
                        kind.name
                    ));
                }
            }
        }
    }
    for ((index, format), (kept, all)) in &table {
        let kind = &KINDS[*index];
        let share = 100 * kept / (*all).max(1);
        println!(
            "{:<18} {format:<14} {kept:>4} of {all:>4}  {share:>3} %  floor {}",
            kind.name, kind.floor
        );
        if (share < kind.floor) != BELOW_FLOOR.contains(&(kind.name, *format)) {
            failures.push(format!("{} × {format}: {share} %", kind.name));
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// The same row, whatever was appended to it, and not with another owner.
fn same_socket(a: &Socket, b: &Socket) -> bool {
    (a.protocol, &a.local, &a.foreign, a.state, a.pid)
        == (b.protocol, &b.local, &b.foreign, b.state, b.pid)
        && (b.stated.is_none() || a.stated == b.stated)
}
