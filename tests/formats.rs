//! Every file in `fixtures/<format>/`, read by the library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portjoin::{Code, Column, Source, assemble, join, parse, read, render};

use crate::{entries, expect_file, fixtures};

/// What a row of netstat says by itself; owners are the business of the scenarios.
const COLUMNS: &[Column] = &[
    Column::Line,
    Column::Snapshot,
    Column::Protocol,
    Column::Family,
    Column::LocalAddress,
    Column::LocalPort,
    Column::LocalPortName,
    Column::ForeignAddress,
    Column::ForeignPort,
    Column::ForeignPortName,
    Column::State,
    Column::StateText,
    Column::StateInferred,
    Column::Pid,
    Column::OffloadState,
];

/// Every fixture of every format, read.
fn sources() -> Vec<(std::path::PathBuf, Source)> {
    parse::format_names()
        .flat_map(|format| entries(&fixtures().join(format)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let source = read(&name, fs::read(&path).unwrap(), None);
            (path, source)
        })
        .collect()
}

#[test]
fn every_fixture_reads_as_expected() {
    let mut failures = Vec::new();
    for (path, source) in sources() {
        let sources = std::slice::from_ref(&source);
        let assembly = assemble(sources, &[]);
        let joined = join(&assembly.captures);
        let without_rows = source.without_rows();
        let diagnostics: Vec<_> =
            source.diagnostics.iter().chain(&joined.findings).chain(&without_rows).collect();
        let mut json = Vec::new();
        render::write_json(&mut json, &[&source], &joined.sockets, COLUMNS, &diagnostics).unwrap();
        let json = String::from_utf8(json).unwrap();
        expect_file(&path.with_extension("json"), &json, &mut failures);
        let drawn = render::render_diagnostics(diagnostics.iter().map(|one| (*one, 1)), false);
        expect_file(&path.with_extension("diag"), &drawn, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_line_of_every_fixture_has_one_class() {
    for (path, source) in sources() {
        assert!(source.accounting.adds_up(), "{}", path.display());
    }
}

#[test]
fn every_format_has_fixtures_and_every_fixture_a_format() {
    let formats: BTreeSet<String> = parse::format_names().map(str::to_owned).collect();
    let folders: BTreeSet<String> = entries(&fixtures())
        .iter()
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "scenarios")
        .collect();
    assert_eq!(formats, folders);
    for format in &formats {
        assert!(!entries(&fixtures().join(format)).is_empty());
    }
}

#[test]
fn every_section_is_of_the_format_of_its_folder() {
    for (path, source) in sources() {
        let folder = path.parent().unwrap().file_name().unwrap().to_string_lossy();
        let formats: BTreeSet<&str> =
            source.sections.iter().map(|section| section.format).collect();
        assert_eq!(formats, BTreeSet::from([&*folder]), "{}", path.display());
    }
}

#[test]
fn every_code_has_a_fixture() {
    let diags = parse::format_names()
        .flat_map(|format| entries(&fixtures().join(format)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "diag"));
    let mut seen: String = diags.map(|path| fs::read_to_string(path).unwrap()).collect();
    for case in entries(&fixtures().join("scenarios")) {
        seen.push_str(&fs::read_to_string(case.join("stderr")).unwrap_or_default());
    }
    // What needs a file of a size or kind that is not kept in the repository is tested in `program`, what needs
    // a machine in `live`.
    let elsewhere = [Code::LineTooLong, Code::Skipped, Code::NotRun];
    for code in Code::ALL.iter().filter(|code| !elsewhere.contains(code)) {
        assert!(seen.contains(&format!("[{}]", code.name())), "no fixture shows {}", code.name());
    }
}

#[test]
fn every_fixture_is_in_the_table_of_the_readme() {
    let readme = fs::read_to_string(fixtures().join("README.md")).unwrap();
    let named = |path: &Path| {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        readme.contains(&format!("| {stem} |")) || readme.contains(&format!("| `{stem}` |"))
    };
    for (path, _) in sources() {
        assert!(named(&path), "fixtures/README.md does not list {}", path.display());
    }
    for case in entries(&fixtures().join("scenarios")) {
        assert!(named(&case), "fixtures/README.md does not list {}", case.display());
    }
}
