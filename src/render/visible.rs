//! The one sanitiser: makes characters visible that would act on a terminal or hide in text.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_general_category::{GeneralCategory, get_general_category};

/// Text with every control, format, separator and invisible character written out as `\u{…}`.
///
/// Image names, window titles and host names are chosen by whoever ran the program. Nothing is deleted,
/// so nobody is left to wonder why two names that look the same are not.
///
/// ```
/// use portjoin::render::visible;
/// assert_eq!(visible("svchost.exe"), "svchost.exe");
/// assert_eq!(visible("\u{1b}[2Jexe.\u{202e}txt"), r"\u{1b}[2Jexe.\u{202e}txt");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Does this character act or hide, rather than show?
pub(crate) fn is_hidden(c: char) -> bool {
    if (' '..='~').contains(&c) {
        return false;
    }
    matches!(
        get_general_category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    ) || matches!(
        c,
        // Combining grapheme joiner, Hangul fillers, variation selectors: of other categories, and
        // as invisible.
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{180b}'..='\u{180f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_point_of_a_bad_kind_passes() {
        for c in ('\0'..=char::MAX).filter(|c| is_hidden(*c)) {
            let shown = visible(&c.to_string()).into_owned();
            assert!(shown.is_ascii() && shown.starts_with("\\u{"), "{shown}");
        }
        for c in ["\u{1b}", "\u{7}", "\r", "\n", "\u{9b}", "\u{85}", "\u{202e}", "\u{200b}"] {
            assert_ne!(visible(c), c);
        }
    }

    #[test]
    fn letters_of_every_script_stay() {
        for text in ["ABHÖREN", "アクティブ", "微信.exe", "Активные", "a\u{a0}b", "é"]
        {
            assert_eq!(visible(text), text);
        }
    }
}
