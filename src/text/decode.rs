//! From bytes to text: which encoding, and why.
//!
//! In this order: what the caller demands, a byte order mark, the NUL pattern of UTF-16, strict
//! UTF-8, the bytes that known headings have in the code pages of Windows, and last cp850, which
//! has a character for every byte. Rows are ASCII in all of these but UTF-16, so a wrong guess
//! costs a heading or a name, never a row.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Encoding;
use crate::languages::{LANGUAGES, Language};

/// How much of a file is searched for headings.
pub(super) const SEARCHED: usize = 1 << 20;

/// How much of a file is looked at for the NUL pattern of UTF-16.
const SAMPLED: usize = 4096;

/// Decoded text, and how it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding it was read in.
    pub encoding: Encoding,
    /// Why this encoding, as a phrase: `byte order mark`, `bytes of the heading "ABHÖREN"` …
    pub reason: String,
    /// Was the encoding a guess that nothing in the bytes supports?
    pub guessed: bool,
    /// How many U+FFFD stand where bytes meant nothing.
    pub replacements: usize,
}

/// Decodes a whole source; `demanded` overrules what the bytes suggest.
///
/// Never fails and never drops a line: what cannot be decoded becomes U+FFFD and is counted.
///
/// ```
/// use portjoin::text::{Encoding, decode};
/// let decoded = decode(b"  TCP  0.0.0.0:80  0.0.0.0:0  ABH\x99REN  888\r\n".to_vec(), None);
/// assert_eq!(decoded.encoding, Encoding::CodePage(850));
/// assert!(decoded.text.contains("ABHÖREN"));
/// ```
pub fn decode(mut bytes: Vec<u8>, demanded: Option<Encoding>) -> Decoded {
    if demanded.is_none()
        && let Some(parts) = mixed_parts(&bytes)
    {
        return decode_mixed(&bytes, &parts);
    }
    let mark = byte_order_mark(&bytes);
    if let Some((encoding, length)) = mark
        && demanded.is_none_or(|demanded| demanded == encoding)
    {
        bytes.drain(..length);
        return finish(bytes, encoding, "byte order mark".to_owned(), false);
    }
    if let Some(encoding) = demanded {
        return finish(bytes, encoding, "given on the command line".to_owned(), false);
    }
    if let Some(encoding) = nul_pattern(&bytes) {
        return finish(bytes, encoding, "every other byte is NUL".to_owned(), false);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => {
            let reason = if text.is_ascii() { "plain ASCII" } else { "valid UTF-8" };
            let reason = reason.to_owned();
            return Decoded {
                text,
                encoding: Encoding::Utf8,
                reason,
                guessed: false,
                replacements: 0,
            };
        }
        Err(error) => error.into_bytes(),
    };
    let (encoding, reason, guessed) = page_of_heading(&bytes);
    finish(bytes, encoding, reason, guessed)
}

fn finish(bytes: Vec<u8>, encoding: Encoding, reason: String, guessed: bool) -> Decoded {
    let (text, replacements) = encoding.decode(bytes);
    Decoded { text, encoding, reason, guessed, replacements }
}

/// A run of lines in UTF-16LE, or in one byte a character.
pub(super) struct Part {
    pub is_utf16: bool,
    bytes: Range<usize>,
}

/// The parts of a file to which PowerShell and `cmd` have both appended. `None` where it is of one kind.
fn mixed_parts(bytes: &[u8]) -> Option<Vec<Part>> {
    memchr::memchr(0, bytes)?;
    let parts = parts_of(bytes);
    let is_whole = |part: &Part| {
        let text = bytes.get(part.bytes.clone()).unwrap_or_default();
        !part.is_utf16 || nul_pattern(text) == Some(Encoding::Utf16Le)
    };
    let is_mixed = parts.len() > 1 && parts.iter().all(is_whole);
    is_mixed.then_some(parts)
}

/// Lines of one kind together.
pub(super) fn parts_of(bytes: &[u8]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut start = 0;
    while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) {
        let line = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let is_followed_by_nul = rest.get(line) == Some(&0);
        let has_nul = rest.get(..line).is_some_and(|line| memchr::memchr(0, line).is_some());
        let is_utf16 = has_nul || is_followed_by_nul;
        let end = start + line + usize::from(is_followed_by_nul);
        match parts.last_mut() {
            Some(part) if part.is_utf16 == is_utf16 => part.bytes.end = end,
            _ => parts.push(Part { is_utf16, bytes: start..end }),
        }
        start = end;
    }
    parts
}

fn decode_mixed(bytes: &[u8], parts: &[Part]) -> Decoded {
    let of = |part: &Part| bytes.get(part.bytes.clone()).unwrap_or_default().to_vec();
    let narrow = parts.iter().filter(|part| !part.is_utf16).flat_map(of).collect();
    let Decoded { encoding, reason, guessed, .. } = decode(narrow, None);
    let (mut text, mut replacements) = (String::new(), 0);
    for part in parts {
        let encoding = if part.is_utf16 { Encoding::Utf16Le } else { encoding };
        let (decoded, replaced) = encoding.decode(of(part));
        text.push_str(decoded.trim_start_matches('\u{feff}'));
        replacements += replaced;
    }
    let reason = format!("{reason}; other lines are utf-16le, by their NUL bytes");
    Decoded { text, encoding, reason, guessed, replacements }
}

pub(super) fn byte_order_mark(bytes: &[u8]) -> Option<(Encoding, usize)> {
    const MARKS: [(&[u8], Encoding); 3] = [
        (&[0xef, 0xbb, 0xbf], Encoding::Utf8),
        (&[0xff, 0xfe], Encoding::Utf16Le),
        (&[0xfe, 0xff], Encoding::Utf16Be),
    ];
    MARKS
        .iter()
        .find(|(mark, _)| bytes.starts_with(mark))
        .map(|(mark, encoding)| (*encoding, mark.len()))
}

/// UTF-16 without a mark: in text that is mostly ASCII one byte of each pair is NUL, the other not.
pub(super) fn nul_pattern(bytes: &[u8]) -> Option<Encoding> {
    let sample = bytes.get(..SAMPLED).unwrap_or(bytes);
    memchr::memchr(0, sample)?;
    let pairs = || sample.chunks_exact(2);
    let count = |index: usize| pairs().filter(|pair| pair.get(index) == Some(&0)).count();
    let (total, first, second) = (pairs().count(), count(0), count(1));
    if second * 2 > total && first * 8 < total {
        Some(Encoding::Utf16Le)
    } else if first * 2 > total && second * 8 < total {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// The phrases that tell a language, in the bytes of its code pages.
static HEADINGS: LazyLock<Vec<Heading>> = LazyLock::new(|| {
    let in_pages = |language: &'static Language, phrase| {
        [language.oem, language.ansi].into_iter().map(Encoding::CodePage).filter_map(move |page| {
            let finder = Finder::new(&page.encode(phrase)?).into_owned();
            Some(Heading { page, phrase, finder })
        })
    };
    let of_language = |language: &'static Language| {
        language.telling_phrases().flat_map(move |phrase| in_pages(language, phrase))
    };
    LANGUAGES.iter().flat_map(of_language).collect()
});

struct Heading {
    page: Encoding,
    phrase: &'static str,
    finder: Finder<'static>,
}

/// The code page in which the first known phrase of some language stands in these bytes, or else cp850; why, and
/// whether that is a guess.
pub(super) fn page_of_heading(bytes: &[u8]) -> (Encoding, String, bool) {
    let searched = bytes.get(..SEARCHED).unwrap_or(bytes);
    match HEADINGS.iter().find(|heading| heading.finder.find(searched).is_some()) {
        Some(heading) => {
            (heading.page, format!("bytes of the words \"{}\"", heading.phrase), false)
        }
        None => {
            let reason = "no heading known, and cp850 has a character for every byte";
            (Encoding::CodePage(850), reason.to_owned(), true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding_of(bytes: &[u8]) -> Encoding {
        decode(bytes.to_vec(), None).encoding
    }

    #[test]
    fn marks_are_taken_off() {
        let decoded = decode(b"\xff\xfeT\0C\0P\0".to_vec(), None);
        assert_eq!((decoded.text.as_str(), decoded.encoding), ("TCP", Encoding::Utf16Le));
        let decoded = decode(b"\xfe\xff\0T\0C\0P".to_vec(), None);
        assert_eq!((decoded.text.as_str(), decoded.encoding), ("TCP", Encoding::Utf16Be));
        let decoded = decode(b"\xef\xbb\xbfTCP".to_vec(), None);
        assert_eq!((decoded.text.as_str(), decoded.encoding), ("TCP", Encoding::Utf8));
    }

    #[test]
    fn one_byte_of_most_pairs_is_nul_and_the_other_of_few() {
        let pairs = |low: usize, high: usize, neither: usize| {
            [b"A\0".repeat(low), b"\0A".repeat(high), b"AA".repeat(neither)].concat()
        };
        assert_eq!(nul_pattern(&pairs(8, 1, 0)), Some(Encoding::Utf16Le));
        assert_eq!(nul_pattern(&pairs(1, 8, 0)), Some(Encoding::Utf16Be));
        assert_eq!(nul_pattern(&pairs(5, 0, 4)), Some(Encoding::Utf16Le));
        assert_eq!(nul_pattern(&pairs(0, 5, 4)), Some(Encoding::Utf16Be));
        for none in [pairs(7, 1, 0), pairs(1, 7, 0), pairs(4, 0, 4), pairs(0, 4, 4), pairs(0, 0, 8)]
        {
            assert_eq!(nul_pattern(&none), None, "{none:?}");
        }
    }

    #[test]
    fn utf_16_without_a_mark() {
        assert_eq!(encoding_of(b"\r\0\n\0T\0C\0P\0"), Encoding::Utf16Le);
        assert_eq!(encoding_of(b"\0\r\0\n\0T\0C\0P"), Encoding::Utf16Be);
        assert_eq!(encoding_of(b"\0\0\0\0\0\0"), Encoding::Utf8);
    }

    /// The bytes of the ground truth, computed there independently.
    #[test]
    fn titles_tell_the_code_page() {
        let cases: [(&[u8], u16); 12] = [
            (
                b"\x80\xAA\xE2\xA8\xA2\xAD\xEB\xA5\x20\xAF\xAE\xA4\xAA\xAB\xEE\xE7\xA5\xAD\xA8\xEF",
                866,
            ),
            (
                b"\xC0\xEA\xF2\xE8\xE2\xED\xFB\xE5\x20\xEF\xEE\xE4\xEA\xEB\xFE\xF7\xE5\xED\xE8\xFF",
                1251,
            ),
            (b"\x83\x41\x83\x4E\x83\x65\x83\x42\x83\x75\x82\xC8\x90\xDA\x91\xB1", 932),
            (b"\xBB\xEE\xB6\xAF\xC1\xAC\xBD\xD3", 936),
            (b"\xC8\xB0\xBC\xBA\x20\xBF\xAC\xB0\xE1", 949),
            (b"\xA8\xCF\xA5\xCE\xA4\xA4\xB3\x73\xBD\x75", 950),
            (b"Conex\xE4es ativas", 850),
            (b"Conex\xF5es ativas", 1252),
            (b"Aktywne po\x88\xA5czenia", 852),
            (b"Etkin Ba\xA7lant\x8Dlar", 857),
            (b"Direcci\xA2n local", 850),
            (b"\xC9tat", 1252),
        ];
        for (bytes, page) in cases {
            assert_eq!(encoding_of(bytes), Encoding::CodePage(page), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_two_shells_wrote_is_decoded_by_lines() {
        // Two halves of characters, which are none, before the row.
        let row = "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 888\r\n".encode_utf16();
        let bytes = [0xd801, 0xd802].into_iter().chain(row).flat_map(u16::to_le_bytes);
        let bytes = b"C:\\>netstat\r\n".iter().copied().chain(bytes).chain(*b"C:\\>\r\n");
        let decoded = decode(bytes.collect(), None);
        let expected =
            "C:\\>netstat\r\n\u{fffd}\u{fffd}TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 888\r\nC:\\>\r\n";
        assert_eq!((decoded.text.as_str(), decoded.replacements), (expected, 2));
    }

    #[test]
    fn an_unknown_page_loses_nothing() {
        let all: Vec<u8> = (0x80..=0xff).collect();
        let decoded = decode(all, None);
        assert_eq!((decoded.encoding, decoded.guessed), (Encoding::CodePage(850), true));
        assert_eq!((decoded.text.chars().count(), decoded.replacements), (128, 0));
    }

    #[test]
    fn a_file_to_which_two_shells_appended() {
        let wide =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let (first, second) = ("アクティブな接続\r\n\r\n  TCP    0.0.0.0:80\r\n", "TCP b\r\n\r\n");
        for bytes in [
            [b"ABH\x99REN\r\n\r\n".to_vec(), wide(first), b"\r\nTCP c\r\n".to_vec(), wide(second)],
            [b"\xff\xfe".to_vec(), wide(first), b"ABH\x99REN\r\n".to_vec(), wide(second)],
        ] {
            let decoded = decode(bytes.concat(), None);
            assert_eq!(decoded.encoding, Encoding::CodePage(850));
            for text in ["ABHÖREN\r\n", first, "TCP b"] {
                assert!(decoded.text.contains(text), "{:?}", decoded.text);
            }
            assert_eq!(decoded.replacements, 0);
        }
        assert_eq!(decode(wide(first), None).encoding, Encoding::Utf16Le);
    }

    #[test]
    fn what_is_demanded_is_done() {
        let decoded = decode(b"ABH\xd6REN".to_vec(), Some(Encoding::CodePage(1252)));
        assert_eq!(decoded.text, "ABHÖREN");
    }
}
