//! Bytes as they come from a file, block by block: for the tests of the stream and for its fuzz target.

use std::ops::Range;

use portjoin::stream::{self, Pass, Title};

/// Hands on the chunks within a span of bytes that come in blocks of this size.
pub fn each_chunk(
    bytes: &[u8],
    block: usize,
    title: &Title,
    span: Range<u64>,
    pass: &mut impl Pass,
) -> Range<u64> {
    let read = |offset: u64, room: &mut [u8]| {
        let rest = &bytes[usize::try_from(offset).unwrap()..];
        let length = rest.len().min(block);
        room[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    };
    stream::each_chunk(read, title, span, pass).unwrap()
}
