//! Bytes as they come from a file, block by block: for the tests of the stream and for its fuzz target.

use portjoin::stream::Chunks;

/// Hands on the chunks of bytes that come in blocks of this size.
pub fn each_chunk(bytes: &[u8], block: usize, mut take: impl FnMut(&[u8]) -> bool) -> bool {
    let mut chunks = Chunks::default();
    let mut is_first = true;
    for block in bytes.chunks(block) {
        chunks.fill(|buffer| buffer.extend_from_slice(block));
        if is_first && !chunks.find_title() {
            return false;
        }
        is_first = false;
        while let Some(chunk) = chunks.next_chunk() {
            if !take(chunk) {
                return false;
            }
        }
    }
    take(chunks.last_chunk())
}
