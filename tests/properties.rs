//! What holds for every input, by random inputs. `PROPTEST_CASES` sets how many, 256 without it, and
//! `PROPTEST_RNG_SEED` another seed: without it every run tries the same, so that CI is of one mind.
//!
//! - `given`: sockets and process lists, and how Windows prints them.
//! - `reading`: what is printed reads back; nothing makes the reader panic; every line is accounted for.
//! - `joining`: the join and the filter, against simpler ones written here.
//! - `rendering`: one socket is one line, and nothing printed acts on a terminal.

mod given;
mod joining;
mod reading;
mod rendering;

use proptest::test_runner::{Config, RngSeed};

/// No files of failures are kept: a failure prints its smallest input, which belongs in a fixture.
fn config() -> Config {
    let asked = std::env::var_os("PROPTEST_RNG_SEED").is_some();
    let default = Config::default();
    let rng_seed = if asked { default.rng_seed } else { RngSeed::Fixed(323_352) };
    Config { failure_persistence: None, rng_seed, ..default }
}
