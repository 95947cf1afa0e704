//! One socket is one line, whatever its names are, and nothing printed acts on a terminal or hides.

use std::sync::Arc;

use portjoin::parse::{Accounting, Os, Shown};
use portjoin::render::{
    Delimited, Layout, Sheet, write_delimited, write_markdown, write_ndjson, write_table,
};
use portjoin::text::Encoding;
use portjoin::{
    Column, Endpoint, OwnedSocket, Process, Protocol, Records, Section, Socket, Source, assemble,
    join, render,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use unicode_general_category::{GeneralCategory, get_general_category};

use super::config;

/// Text as somebody would choose it who wants to forge a row or run a command.
fn hostile() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => select(vec![
            '\u{1b}', '\u{7}', '\u{8}', '\u{b}', '\u{c}', '\u{9b}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}',
            '\u{200b}', '\u{feff}', '\u{301}', '\t', '\r', '\n', '\0', '"', '\'', ',', ';', '|', '\\', '`', '<', '=', '+',
            '-', '@', ' ', '[', '2', 'J', 'a', '微',
        ]),
        1 => any::<char>(),
    ];
    vec(character, 1..16).prop_map(String::from_iter)
}

/// A capture of one socket a name, and their processes, with hostile text wherever there is text.
fn source(names: &[String]) -> Source {
    let text = |index: usize| names[index % names.len()].clone();
    let count = u32::try_from(names.len()).unwrap();
    let numbers = || (0..count).map(|n| (n as usize, 8 + n * 4));
    let endpoint = |index: usize| Endpoint {
        address: Some(text(index)),
        port_name: Some(text(index + 1)),
        ..Endpoint::default()
    };
    let socket = |(index, pid): (usize, u32)| Socket {
        local: endpoint(index),
        foreign: endpoint(index + 1),
        state_text: Some(text(index + 2)),
        pid: Some(pid),
        offload_state: Some(text(index + 3)),
        component: Some(text(index + 4)),
        ..Socket::new(index + 1, Protocol::Tcp)
    };
    let process = |(index, pid): (usize, u32)| Process {
        line: index + 1,
        pid,
        image_name: text(index),
        user_name: Some(text(index + 1)),
        services: Some(vec![text(index + 2), text(index + 3)]),
        ..Process::default()
    };
    let records = [
        Records::Sockets {
            sockets: numbers().map(socket).collect(),
            continues: false,
            shown: Shown::Whole,
        },
        Records::Processes { processes: numbers().map(process).collect(), complete: true },
    ];
    let section = |records: Records| Section {
        format: "netstat",
        first_line: 1,
        last_line: names.len(),
        os: Os::Windows,
        language: None,
        host: Some(text(4)),
        is_elsewhere: false,
        captured_at: None,
        records,
    };
    Source {
        name: Arc::from(text(5)),
        encoding: Encoding::Utf8,
        encoding_reason: text(6),
        replacements: 0,
        sections: records.map(section).into(),
        diagnostics: Vec::new(),
        unread: Vec::new(),
        nothing_printed: Vec::new(),
        accounting: Accounting::default(),
        is_live: false,
        is_binary: false,
    }
}

/// What acts or hides: control, format, line and paragraph separators, but for the line feed.
fn is_hidden(c: char) -> bool {
    !matches!(c, '\n' | ' '..='~')
        && matches!(
            get_general_category(c),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
}

/// What a writer writes: so many lines, all of them ended, and nothing hidden in them but `allowed`.
fn printed(
    lines: usize,
    allowed: Option<char>,
    write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
) -> Result<String, TestCaseError> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let hidden = text.chars().find(|c| is_hidden(*c) && Some(*c) != allowed);
    prop_assert_eq!(hidden, None, "{:?}", text);
    prop_assert_eq!(text.matches('\n').count(), lines, "{:?}", text);
    prop_assert!(text.is_empty() || text.ends_with('\n'));
    Ok(text)
}

/// Checks every format: as many lines as rows, and the heading.
pub fn one_line_a_socket(
    rows: &[OwnedSocket<'_>],
    header: bool,
    width: Option<usize>,
) -> Result<(), TestCaseError> {
    let (count, all) = (rows.len(), Column::ALL);
    let lines = count + usize::from(header);
    for tabs in [false, true] {
        let style = Delimited { tabs, header, raw: false };
        let allowed = tabs.then_some('\t');
        let text = printed(lines, allowed, |out| write_delimited(out, rows, all, style))?;
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false).delimiter(if tabs { b'\t' } else { b',' }).quoting(!tabs);
        let records = reader.from_reader(text.as_bytes()).into_records();
        let cells: Vec<usize> = records.map(|record| record.unwrap().len()).collect();
        prop_assert_eq!(cells, vec![all.len(); lines]);
    }
    let text = printed(count, None, |out| write_ndjson(out, rows, all))?;
    for (line, row) in text.lines().zip(rows) {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        prop_assert_eq!(object["image_name"].as_str(), row.image_name());
        prop_assert_eq!(object["host"].as_str(), row.host);
        prop_assert_eq!(object["source"].as_str(), Some(&*row.source.name));
        prop_assert_eq!(object["local_address"].as_str(), row.socket.local.address.as_deref());
        prop_assert_eq!(object["state_text"].as_str(), row.socket.state_text.as_deref());
    }
    for sheet in [Layout::ForPeople, Layout::Keys(SOME_COLUMNS)]
        .map(|layout| Sheet::of_sockets(rows, layout))
    {
        printed(count + 2, None, |out| write_markdown(out, sheet.clone()))?;
        if lines > 0 {
            printed(lines, None, |out| write_table(out, sheet.clone(), None, header, false))?;
            fits(sheet, lines, width, header)?;
        }
    }
    Ok(())
}

/// Text, number, flag, list and nothing at all; all columns would take long.
const SOME_COLUMNS: &[Column] = &[
    Column::Source,
    Column::LocalPort,
    Column::StateText,
    Column::StateInferred,
    Column::ImageName,
    Column::Services,
    Column::Component,
    Column::Host,
    Column::UserName,
];

/// A table of a width: a line a row, and at most two below that name what is left out. Colour adds
/// nothing but colour.
fn fits(
    sheet: Sheet,
    lines: usize,
    width: Option<usize>,
    header: bool,
) -> Result<(), TestCaseError> {
    let mut plain = Vec::new();
    write_table(&mut plain, sheet.clone(), width, header, false).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let below = if plain.contains("\n\nnot shown, for want of width: ") { 2 } else { 0 };
    prop_assert_eq!(plain.matches('\n').count(), lines + below);
    let mut coloured = Vec::new();
    write_table(&mut coloured, sheet, width, header, true).unwrap();
    let coloured = anstream::adapter::strip_bytes(&coloured).into_vec();
    prop_assert_eq!(String::from_utf8(coloured).unwrap(), plain);
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    /// However a program, a machine, a user, a service or a file is named: one socket is one line.
    #[test]
    fn no_name_forges_a_row(
        names in vec(hostile(), 1..6),
        header: bool,
        width in proptest::option::of(0usize..200),
    ) {
        let sources = [source(&names)];
        let assembly = assemble(&sources, &[]);
        let joined = join(&assembly.captures);
        prop_assert_eq!(joined.sockets.len(), names.len());
        let images: Vec<_> = joined.sockets.iter().map(|row| row.image_name()).collect();
        prop_assert_eq!(images, names.iter().map(|name| Some(&**name)).collect::<Vec<_>>());
        one_line_a_socket(&joined.sockets, header, width)?;

        let mut out = Vec::new();
        render::write_json(&mut out, &[&sources[0]], &joined.sockets, Column::ALL, &[]).unwrap();
        let text = String::from_utf8(out).unwrap();
        prop_assert!(!text.chars().any(is_hidden));
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (key, list) in [("sockets", names.len()), ("processes", names.len())] {
            prop_assert_eq!(document[key].as_array().unwrap().len(), list);
        }
        prop_assert_eq!(document["processes"][0]["image_name"].as_str(), Some(&*names[0]));
    }

    /// A diagnostic about a hostile line shows no hidden character.
    #[test]
    fn no_line_acts_through_its_diagnostic(text in hostile(), name in hostile()) {
        let line = format!("  TCP    0.0.0.0:99999  {text}");
        let source = portjoin::read(&name, line.into_bytes(), None);
        let diagnostics: Vec<_> = source.diagnostics.iter().collect();
        let drawn = render::render_diagnostics(diagnostics.iter().map(|one| (*one, 1)), false);
        prop_assert!(drawn.contains("bad-port"), "{drawn:?}");
        prop_assert!(!drawn.chars().any(is_hidden), "{drawn:?}");
    }
}
