//! What several formats are tested with.

use super::Records;

/// The processes that a text names, each with its PID.
pub(super) fn named(text: &str) -> Vec<(String, u32)> {
    let source = crate::read("x", text.as_bytes().to_vec(), None);
    assert!(source.accounting.adds_up());
    let mut named = Vec::new();
    for section in source.sections {
        if let Records::Processes { processes, .. } = section.records {
            named.extend(processes.into_iter().map(|one| (one.image_name, one.pid)));
        }
    }
    named
}
