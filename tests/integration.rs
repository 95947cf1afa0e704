//! The one integration-test binary. What belongs where:
//!
//! - `contract`: the keys and types of the output.
//! - `formats`: every file in `fixtures/<format>/`, read by the library.
//! - `live`: sockets of the test itself, asked of this machine.
//! - `mangling`: what mails, tickets and editors do to a capture.
//! - `scenarios`: every folder in `fixtures/scenarios/`, run against the program.
//! - `program`: what the program does with odd inputs and arguments; no files of their own.
//! - `properties`: what holds for every input, by random inputs.
//! - `streaming`: that logs read a table at a time give what they give when read whole.
//! - `verdict`: the bind tables cell by cell, and what a row makes of its port.
//! - `readme`: that the README tells the truth.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::disallowed_macros)] // tests print what they measure

mod chunked;
mod contract;
mod formats;
#[cfg(target_os = "linux")]
mod live;
mod mangling;
mod program;
mod properties;
mod readme;
mod scenarios;
mod streaming;
mod verdict;

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the fixtures.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Entries of a folder, by name. An empty folder is an error: a test of nothing passes.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths
}

/// Compares with an expected file; `PORTJOIN_BLESS=overwrite` writes it, but never in CI. No file
/// stands for nothing expected.
fn expect_file(path: &Path, actual: &str, failures: &mut Vec<String>) {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return;
    }
    let blessing = std::env::var("PORTJOIN_BLESS").is_ok_and(|value| value == "overwrite");
    if blessing && std::env::var_os("CI").is_none() {
        if actual.is_empty() {
            fs::remove_file(path).unwrap();
        } else {
            fs::write(path, actual).unwrap();
        }
        return;
    }
    let name = path.strip_prefix(fixtures()).unwrap_or(path).display();
    let ruler = "~".repeat(72);
    failures.push(format!(
        "{name} differs\nexpected {ruler}\n{expected}\ngot {ruler}\n{actual}\n{ruler}"
    ));
}
