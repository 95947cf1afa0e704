//! Decoding a large source part by part.

use super::Encoding;
use super::decode::{byte_order_mark, nul_pattern, page_of_heading, parts_of};

/// Decodes the parts of a source to what [`super::decode()`] makes of the whole of it.
#[derive(Debug, Clone)]
pub struct Recoder {
    /// What the parts are read in.
    pub encoding: Encoding,
    /// Why, as a phrase.
    pub reason: String,
    /// Does nothing in the bytes support it?
    pub guessed: bool,
    /// How many bytes the byte order mark takes.
    pub mark: usize,
}

impl Recoder {
    /// How much of a source is to be seen to know its encoding, in bytes.
    pub const SEEN: usize = super::decode::SEARCHED;

    /// By the beginning of a source: [`Self::SEEN`] of it, or all there is. `None` where it is to be taken for UTF-8
    /// without a mark, or where all of it has to be seen.
    pub fn by(beginning: &[u8]) -> Option<Recoder> {
        if let Some((encoding, mark)) = byte_order_mark(beginning) {
            let reason = "byte order mark".to_owned();
            return Some(Recoder { encoding, reason, guessed: false, mark });
        }
        if let Some(encoding) = nul_pattern(beginning) {
            let reason = "every other byte is NUL".to_owned();
            return Some(Recoder { encoding, reason, guessed: false, mark: 0 });
        }
        // A character may be cut at the end.
        let is_utf8 = match std::str::from_utf8(beginning) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        };
        if is_utf8 || memchr::memchr(b'\0', beginning).is_some() {
            return None;
        }
        let (encoding, reason, guessed) = page_of_heading(beginning);
        Some(Recoder { encoding, reason, guessed, mark: 0 })
    }

    /// Decodes what stands behind the mark, or behind what was decoded before: whole lines, and how many bytes those
    /// are. `None` where it is not what it seemed to be, and all of the source has to be seen.
    pub fn recode(&self, bytes: &[u8], is_last: bool) -> Option<(String, usize)> {
        let end = if is_last { bytes.len() } else { self.end_of_lines(bytes) };
        let lines = bytes.get(..end)?;
        let (text, replacements) = match self.encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => (self.is_ascii(lines) || is_utf16(lines))
                .then(|| self.encoding.decode(lines.to_vec()))?,
            _ if memchr::memchr(b'\0', lines).is_some() => return None,
            _ => self.decode_lines(lines),
        };
        (replacements == 0).then_some((text, end))
    }

    /// Is it all ASCII, in UTF-16?
    fn is_ascii(&self, text: &[u8]) -> bool {
        let (units, rest) = text.as_chunks::<2>();
        let all = match self.encoding {
            Encoding::Utf16Le => units.iter().fold(0, |all, two| all | u16::from_le_bytes(*two)),
            _ => units.iter().fold(0, |all, two| all | u16::from_be_bytes(*two)),
        };
        rest.is_empty() && all < 0x80
    }

    /// ASCII is itself in all code pages.
    fn decode_lines(&self, lines: &[u8]) -> (String, usize) {
        let (mut text, mut replacements) = (String::with_capacity(lines.len()), 0);
        let mut rest = lines;
        while !rest.is_empty() {
            let (ascii, behind) = rest.split_at(ascii_lines(rest));
            text.push_str(std::str::from_utf8(ascii).unwrap_or_default());
            let line = memchr::memchr(b'\n', behind).map_or(behind.len(), |at| at + 1);
            let (line, behind) = behind.split_at(line);
            let (line, replaced) = self.encoding.decode(line.to_vec());
            text.push_str(&line);
            replacements += replaced;
            rest = behind;
        }
        (text, replacements)
    }

    /// Where the last line ends that is there as a whole.
    fn end_of_lines(&self, bytes: &[u8]) -> usize {
        let pair = match self.encoding {
            Encoding::Utf16Le => [b'\n', 0],
            Encoding::Utf16Be => [0, b'\n'],
            _ => return memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1),
        };
        let pairs = bytes.as_chunks::<2>().0;
        pairs.iter().rposition(|of_two| *of_two == pair).map_or(0, |at| 2 * at + 2)
    }
}

/// Is there no line in one byte a character?
fn is_utf16(lines: &[u8]) -> bool {
    let parts = parts_of(lines);
    parts.len() < 2 && parts.iter().all(|part| part.is_utf16)
}

/// How many bytes the lines have before the first that is not all ASCII.
fn ascii_lines(lines: &[u8]) -> usize {
    let blocks = lines.as_chunks::<64>().0.iter().take_while(|block| block.is_ascii());
    let from = 64 * blocks.count();
    let odd = lines.iter().skip(from).position(|byte| !byte.is_ascii());
    match odd.and_then(|odd| lines.get(..from + odd)) {
        Some(before) => memchr::memrchr(b'\n', before).map_or(0, |at| at + 1),
        None => lines.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    #[test]
    fn two_letters_that_are_alike_are_no_ascii() {
        for (encoding, text) in [
            (Encoding::Utf16Le, b"A\0\xc4\0\xc4\0".as_slice()),
            (Encoding::Utf16Be, b"\0A\0\xc4\0\xc4".as_slice()),
        ] {
            let recoder = Recoder { encoding, reason: String::new(), guessed: false, mark: 0 };
            assert!(!recoder.is_ascii(text));
            assert!(recoder.is_ascii(&text[..2]) && !recoder.is_ascii(&text[..1]));
        }
    }

    /// Decodes in parts of about so many bytes.
    fn recoded(bytes: &[u8], size: usize) -> Option<(Recoder, String)> {
        let recoder = Recoder::by(&bytes[..bytes.len().min(Recoder::SEEN)])?;
        let (mut text, mut at, mut end) = (String::new(), recoder.mark, recoder.mark);
        while at < bytes.len() {
            end = bytes.len().min(end + size);
            let (part, length) = recoder.recode(&bytes[at..end], end == bytes.len())?;
            assert!(part.is_empty() || part.ends_with('\n') || end == bytes.len(), "{part:?}");
            text += &part;
            at += length;
        }
        Some((recoder, text))
    }

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        let text =
            "\r\nAktive Verbindungen\r\n\r\n  TCP    0.0.0.0:80  ABHÖREN  4\r\n接続\r\n🦀\r\n";
        let page =
            |number| Encoding::CodePage(number).encode("ABHÖREN\r\nÄÖ\r\n").unwrap().into_owned();
        for bytes in [
            [b"\xff\xfe".to_vec(), wide(text, u16::to_le_bytes)].concat(),
            wide(text, u16::to_le_bytes),
            [b"\xfe\xff".to_vec(), wide(text, u16::to_be_bytes)].concat(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            page(850),
            page(1252),
            b"\x83\x41\x83\x4E\x83\x65\x83\x42\x83\x75\x82\xC8\x90\xDA\x91\xB1\r\nTCP\r\n".to_vec(),
            b"nothing known \x99\r\n".to_vec(),
        ] {
            for size in [1, 2, 7, 1000] {
                let (recoder, text) = recoded(&bytes, size).unwrap();
                let whole = decode(bytes.clone(), None);
                assert_eq!((text, recoder.encoding), (whole.text, whole.encoding));
                assert_eq!((recoder.reason, recoder.guessed), (whole.reason, whole.guessed));
            }
        }
    }

    #[test]
    fn what_has_to_be_seen_as_a_whole_is_left() {
        let mixed = [wide("TCP a\r\n", u16::to_le_bytes), b"TCP b\r\n".to_vec()].concat();
        // The first byte of this letter is that of a line end.
        let wide_line = wide("TCP a\r\n\u{10a}接続", u16::to_le_bytes);
        for bytes in [
            &b"plain\r\n"[..],
            "UTF-8 Ö\r\n".as_bytes(),
            &mixed,
            b"ABH\x99REN\r\n\0\r\n",
            &wide_line,
            b"\xff\xfeT\0\n\0\x00\xd8\n\0",
        ] {
            assert!(recoded(bytes, 1000).is_none(), "{bytes:?}");
        }
    }
}
