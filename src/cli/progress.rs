//! How far the reading is, on the terminal behind stderr, where it takes more than a second.

use std::fs;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::find::Found;
use super::log;

/// Before it is shown.
const SOON: Duration = Duration::from_secs(1);

const TEMPLATE: &str =
    "{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {msg}{eta} left";

/// There is one terminal, so there is one of these: none where nobody looks, or rows go there.
static SHOWN: Mutex<Option<Shown>> = Mutex::new(None);

/// Of all files so far.
static READ: AtomicU64 = AtomicU64::new(0);
static ROWS: AtomicU64 = AtomicU64::new(0);

struct Shown {
    since: Instant,
    bar: ProgressBar,
    is_drawn: bool,
}

/// These files are going to be read; a log twice. Shows nothing where stdout is a terminal as well.
pub fn begin(files: &[Found], is_quiet: bool) {
    if is_quiet || !io::stderr().is_terminal() || io::stdout().is_terminal() {
        return;
    }
    let lengths = files.iter().filter_map(|found| fs::metadata(&found.path).ok());
    let passes = |length| if length < log::LARGE { length } else { 2 * length };
    let total = lengths.map(|metadata| passes(metadata.len())).sum();
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
    let style = ProgressStyle::with_template(TEMPLATE);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    *shown() = Some(Shown { since: Instant::now(), bar, is_drawn: false });
}

/// So many more bytes were read.
pub fn read(bytes: usize) {
    let read = READ.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
    if let Some(Shown { since, bar, is_drawn }) = &mut *shown() {
        if !*is_drawn && since.elapsed() > SOON {
            *is_drawn = true;
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        let rows = ROWS.load(Ordering::Relaxed);
        if *is_drawn && rows > 0 {
            bar.set_message(format!("{} rows, ", HumanCount(rows)));
        }
        bar.set_position(read);
    }
}

/// So many more rows were read.
pub fn rows(rows: usize) {
    ROWS.fetch_add(rows as u64, Ordering::Relaxed);
}

/// All was read.
pub fn end() {
    if let Some(Shown { bar, .. }) = shown().take() {
        bar.finish_and_clear();
    }
}

fn shown() -> MutexGuard<'static, Option<Shown>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
