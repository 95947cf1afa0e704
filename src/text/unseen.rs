//! What a line holds and nobody sees: the colours of a terminal, and characters without a width.

use std::borrow::Cow;

use memchr::memmem;

use super::wrapping::begins_a_row;

/// Characters that web pages and chats put between others: blanks without a width, joiners, marks of the direction of
/// writing, the hyphen of a word that was not broken.
const UNSEEN: [char; 8] =
    ['\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}', '\u{ad}'];

/// Between the cells of a table that is drawn with lines. They are seen, but mean what a pipe does.
const BARS: [char; 3] = ['│', '┃', '║'];

/// The first bytes of all that is undone here.
pub(super) const SIGNS: &[u8] = b"\x1b\xe2\xef\xc2";

/// The line as it is seen. In the numbers of a row of netstat such characters are none of it; a name that holds one
/// keeps it.
pub(super) fn seen(line: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(line);
    if memmem::find(line.as_bytes(), b"\x1b[").is_some() {
        text = Cow::Owned(without_colours(line));
    }
    if text.is_ascii() {
        return text;
    }
    if text.trim_start().starts_with(BARS) {
        text = Cow::Owned(text.replace(BARS, "|"));
    }
    if !text.is_ascii() && text.chars().all(is_blank_or_line) {
        return Cow::Borrowed("");
    }
    if text.contains(UNSEEN) && begins_a_row(&text) {
        text = Cow::Owned(without_unseen(&text));
    }
    text
}

/// Of the box drawings of Unicode, with which tables are drawn.
fn is_blank_or_line(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2500}'..='\u{257f}')
}

fn without_unseen(row: &str) -> String {
    let mut out = String::with_capacity(row.len());
    for (at, c) in row.char_indices() {
        let before = out.chars().next_back();
        let behind = row.get(at..).and_then(|rest| rest.chars().find(|c| !UNSEEN.contains(c)));
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        if !UNSEEN.contains(&c) || (is_letter(before) && is_letter(behind)) {
            out.push(c);
        }
    }
    out
}

/// Without `ESC "[" *(digit / ";" / ":") ("m" / "K")`, ECMA-48: colours, and the end of a line.
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("\x1b[") {
        out.push_str(before);
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, ';' | ':');
        let end = behind.trim_start_matches(is_number);
        let mut letters = end.chars();
        match letters.next() {
            Some('m' | 'K') => rest = letters.as_str(),
            _ => {
                out.push_str("\x1b[");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_other_escapes_stay() {
        assert_eq!(seen("\x1b[1;31mhttpd.exe\x1b[0m  8"), "httpd.exe  8");
        assert_eq!(seen("\x1b[K"), "");
        for text in ["\x1b]0;title\x07", "\x1b[", "\x1b[31", "\x1b[31\u{e4}"] {
            assert_eq!(seen(text), text, "{text:?}");
        }
    }

    #[test]
    fn lines_between_cells_are_pipes() {
        assert_eq!(seen(" │ TCP │ 0.0.0.0:80 │"), " | TCP | 0.0.0.0:80 |");
        assert_eq!(seen("├────┼──┤"), "");
        assert_eq!(seen("a │ b"), "a │ b");
    }

    #[test]
    fn what_has_no_width_goes_from_numbers_of_rows_alone() {
        assert_eq!(
            seen("TCP 0.0.0.0:8\u{200b}0 0.0.0.0:0 LISTENING \u{ad}8"),
            "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 8"
        );
        for text in ["ht\u{200b}tpd.exe 8", "TCP a\u{200b}b:80 0.0.0.0:0"] {
            assert_eq!(seen(text), text);
        }
    }
}
