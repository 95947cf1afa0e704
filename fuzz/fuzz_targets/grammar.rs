//! One format alone, the one that `PORTJOIN_FORMAT` names.
#![no_main]

mod outcome;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portjoin::Records;
use portjoin::parse::read_as;

static FORMAT: LazyLock<String> = LazyLock::new(|| {
    std::env::var("PORTJOIN_FORMAT").expect("PORTJOIN_FORMAT names a format")
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let source = read_as(&FORMAT, &text).expect("PORTJOIN_FORMAT names a format");
    let counted = source.accounting;
    assert!(counted.adds_up());
    outcome::tell(&source);
    for section in &source.sections {
        assert!(section.first_line <= section.last_line && section.last_line <= counted.lines);
        let lines: Vec<usize> = match &section.records {
            Records::Sockets { sockets, .. } => sockets.iter().map(|one| one.line).collect(),
            Records::Processes { processes, .. } => processes.iter().map(|one| one.line).collect(),
            Records::Services { services } => services.iter().map(|one| one.line).collect(),
            Records::Facts { facts, .. } => facts.iter().map(|fact| fact.line()).collect(),
            Records::None { .. } => Vec::new(),
        };
        assert!(lines.is_sorted() && lines.iter().all(|line| (1..=counted.lines).contains(line)));
    }
    for diagnostic in &source.diagnostics {
        assert!(diagnostic.line.is_none_or(|line| (1..=counted.lines).contains(&line)));
    }
});
