//! The encodings Windows writes text in, and their names.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding_rs::DecoderResult;
use oem_cp::code_table::{DECODING_TABLE_CP_MAP, ENCODING_TABLE_CP_MAP};

/// An encoding that portjoin reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little end first: what Windows PowerShell's `>` writes.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// A Windows code page by its number, OEM (437, 850, 866 …), ANSI (1252 …) or both (932 …).
    CodePage(u16),
}

/// `--encoding` was given a name that no encoding has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown encoding, expected utf-8, utf-16le, utf-16be or a code page such as cp850, cp932 or windows-1252"
)]
pub struct UnknownEncoding;

/// Code pages that come from the web's list of encodings, with the names they have there.
const WEB_PAGES: [(u16, &encoding_rs::Encoding); 14] = [
    (932, encoding_rs::SHIFT_JIS),
    (936, encoding_rs::GBK),
    (949, encoding_rs::EUC_KR),
    (950, encoding_rs::BIG5),
    (1250, encoding_rs::WINDOWS_1250),
    (1251, encoding_rs::WINDOWS_1251),
    (1252, encoding_rs::WINDOWS_1252),
    (1253, encoding_rs::WINDOWS_1253),
    (1254, encoding_rs::WINDOWS_1254),
    (1255, encoding_rs::WINDOWS_1255),
    (1256, encoding_rs::WINDOWS_1256),
    (1257, encoding_rs::WINDOWS_1257),
    (1258, encoding_rs::WINDOWS_1258),
    (54936, encoding_rs::GB18030),
];

fn web_page(page: u16) -> Option<&'static encoding_rs::Encoding> {
    WEB_PAGES.iter().find(|(number, _)| *number == page).map(|(_, encoding)| *encoding)
}

impl Encoding {
    /// Decodes bytes without a byte order mark. What stands for nothing becomes U+FFFD; the second
    /// value counts those.
    pub(crate) fn decode(self, bytes: Vec<u8>) -> (String, usize) {
        match self {
            Encoding::Utf8 => match String::from_utf8(bytes) {
                Ok(text) => (text, 0),
                Err(error) => run(encoding_rs::UTF_8, error.as_bytes()),
            },
            Encoding::Utf16Le => run(encoding_rs::UTF_16LE, &bytes),
            Encoding::Utf16Be => run(encoding_rs::UTF_16BE, &bytes),
            Encoding::CodePage(page) => match (web_page(page), DECODING_TABLE_CP_MAP.get(&page)) {
                (Some(web), _) => run(web, &bytes),
                (None, Some(table)) => {
                    let text = table.decode_string_lossy(&bytes);
                    let replacements = text.matches('\u{fffd}').count();
                    (text, replacements)
                }
                // `from_str` lets no other page through.
                (None, None) => run(encoding_rs::WINDOWS_1252, &bytes),
            },
        }
    }

    /// The bytes that this code page has for a phrase, `None` where a character is not in it.
    pub(crate) fn encode(self, phrase: &str) -> Option<Cow<'_, [u8]>> {
        let Encoding::CodePage(page) = self else {
            return None;
        };
        if let Some(web) = web_page(page) {
            let (bytes, _, unmappable) = web.encode(phrase);
            return (!unmappable).then_some(bytes);
        }
        let table = ENCODING_TABLE_CP_MAP.get(&page)?;
        oem_cp::encode_string_checked(phrase, table).map(Cow::Owned)
    }
}

/// Decodes with a decoder of the web's list, counting what could not be decoded.
fn run(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> (String, usize) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len());
    let mut replacements = 0;
    let mut rest = bytes;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return (text, replacements),
            DecoderResult::OutputFull => text.reserve(rest.len().saturating_mul(2).max(16)),
            DecoderResult::Malformed(_, _) => {
                replacements += 1;
                text.push('\u{fffd}');
            }
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Encoding::Utf8 => f.write_str("utf-8"),
            Encoding::Utf16Le => f.write_str("utf-16le"),
            Encoding::Utf16Be => f.write_str("utf-16be"),
            Encoding::CodePage(page) => write!(f, "cp{page}"),
        }
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "utf8" | "utf-8" | "65001" | "cp65001" => return Ok(Encoding::Utf8),
            "utf16" | "utf-16" | "utf16le" | "utf-16le" | "unicode" => {
                return Ok(Encoding::Utf16Le);
            }
            "utf16be" | "utf-16be" => return Ok(Encoding::Utf16Be),
            _ => {}
        }
        let digits = ["windows-", "cp", "ibm", "oem", "ms"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(&name);
        if let Ok(page) = digits.parse::<u16>()
            && (web_page(page).is_some() || DECODING_TABLE_CP_MAP.contains_key(&page))
        {
            return Ok(Encoding::CodePage(page));
        }
        encoding_rs::Encoding::for_label(name.as_bytes())
            .and_then(|label| WEB_PAGES.iter().find(|(_, encoding)| *encoding == label))
            .map(|(page, _)| Encoding::CodePage(*page))
            .ok_or(UnknownEncoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_the_spellings_people_use() {
        for (name, encoding) in [
            ("UTF-8", Encoding::Utf8),
            ("utf-16le", Encoding::Utf16Le),
            ("cp850", Encoding::CodePage(850)),
            ("850", Encoding::CodePage(850)),
            ("windows-1252", Encoding::CodePage(1252)),
            ("Shift_JIS", Encoding::CodePage(932)),
            ("gbk", Encoding::CodePage(936)),
            ("latin1", Encoding::CodePage(1252)),
        ] {
            assert_eq!(name.parse(), Ok(encoding), "{name}");
        }
        assert_eq!("cp851".parse::<Encoding>(), Err(UnknownEncoding));
        assert_eq!("klingon".parse::<Encoding>(), Err(UnknownEncoding));
    }

    #[test]
    fn a_name_printed_is_a_name_read() {
        for encoding in [Encoding::Utf8, Encoding::Utf16Be, Encoding::CodePage(866)] {
            assert_eq!(encoding.to_string().parse(), Ok(encoding));
        }
    }

    #[test]
    fn replacements_are_counted() {
        assert_eq!(Encoding::Utf8.decode(b"a\xffb\xfe".to_vec()), ("a\u{fffd}b\u{fffd}".into(), 2));
        assert_eq!(Encoding::CodePage(850).decode(b"ABH\x99REN".to_vec()), ("ABHÖREN".into(), 0));
        assert_eq!(Encoding::Utf16Le.decode(b"a\0\x00\xd8b\0".to_vec()), ("a\u{fffd}b".into(), 1));
    }

    #[test]
    fn many_replacements_fit() {
        let (text, replacements) = Encoding::Utf8.decode(vec![0xff; 10_000]);
        assert_eq!((text.chars().count(), replacements), (10_000, 10_000));
    }
}
