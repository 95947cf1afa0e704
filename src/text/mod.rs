//! Text: from bytes to numbered lines.
//!
//! Owns encodings and line ends. Knows nothing of formats: what a line means is the business of
//! [`crate::parse`].

mod decode;
mod encoding;
mod lines;

pub use decode::{Decoded, decode};
pub use encoding::{Encoding, UnknownEncoding};
pub use lines::{Line, Lines, MAX_LINE};
