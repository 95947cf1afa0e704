//! What an input led to, for a fuzzer that does not see where the program goes: `fuzz/run --fast`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU8, Ordering};

use portjoin::{Records, Source};

/// How many outcomes libFuzzer can tell apart. It looks at all of them after every input.
const OUTCOMES: usize = 4096;

// Nobody but libFuzzer reads it.
#[used]
#[unsafe(link_section = "__libfuzzer_extra_counters")]
static SEEN: [AtomicU8; OUTCOMES] = [const { AtomicU8::new(0) }; OUTCOMES];

/// Tells of a source: its classes, sections and diagnostics, and of each whether there are none, some or many.
pub fn tell(source: &Source) {
    let some = |count: usize| count.min(2);
    let counted = source.accounting;
    let classes = [
        counted.rows,
        counted.continuations,
        counted.headers,
        counted.notices,
        counted.prompts,
        counted.prose,
        counted.unread,
    ];
    let mut hasher = DefaultHasher::new();
    classes.map(some).hash(&mut hasher);
    for section in &source.sections {
        let records = match &section.records {
            Records::Sockets { sockets, .. } => sockets.len(),
            Records::Processes { processes, .. } => processes.len(),
            Records::Services { services } => services.len(),
            Records::Facts { facts, .. } => facts.len(),
            Records::None { .. } => 0,
        };
        (section.format, section.language, some(records)).hash(&mut hasher);
    }
    for diagnostic in &source.diagnostics {
        diagnostic.code.name().hash(&mut hasher);
    }
    let outcome = hasher.finish() as usize % OUTCOMES;
    SEEN[outcome].store(1, Ordering::Relaxed);
}
