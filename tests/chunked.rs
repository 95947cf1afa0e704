//! Bytes as they come from a file, block by block: for the tests of the stream and for its fuzz target.

use portjoin::stream::{Chunks, Pass};

/// Hands on the chunks of bytes that come in blocks of this size, as long as more are wanted.
pub fn each_chunk(bytes: &[u8], block: usize, pass: &mut impl Pass) -> bool {
    let mut chunks = Chunks::default();
    let mut is_first = true;
    for block in bytes.chunks(block) {
        chunks.fill(|buffer| buffer.extend_from_slice(block));
        if is_first && !chunks.find_title() {
            return false;
        }
        is_first = false;
        while let Some(chunk) = chunks.next_chunk(pass) {
            if !pass.chunk(chunk).unwrap() {
                return false;
            }
        }
    }
    pass.chunk(chunks.last_chunk()).unwrap()
}
