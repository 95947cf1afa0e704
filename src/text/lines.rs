//! From text to numbered lines.

/// The longest line that is read, in bytes. A capture has no longer one; a file that is no capture
/// may be a single line of any length.
pub const MAX_LINE: usize = 1 << 20;

/// One line of a source, or a part of one that `<br>` split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// From 1.
    pub number: usize,
    /// As it stands in the source, without its line end; empty where it is longer than [`MAX_LINE`].
    pub raw: &'a str,
    /// With tags, entities and escapes undone, but with whatever stands before the text.
    pub whole: &'a str,
    /// Without what wraps a paste: quote and comment signs, fences, entities, escapes.
    pub text: &'a str,
    /// Length in bytes, the line end not counted.
    pub length: usize,
    /// Did a line end follow? The last line of a paste that was cut has none.
    pub ended: bool,
    /// Did a comment sign stand before the text?
    pub is_comment: bool,
    /// Its place among the lines, from 1, by which lines are next to each other: the marks of a pager have none.
    pub(crate) place: usize,
}

impl<'a> Line<'a> {
    /// A line in which nothing wraps the text.
    pub fn plain(number: usize, text: &'a str) -> Self {
        Line {
            number,
            raw: text,
            whole: text,
            text,
            length: text.len(),
            ended: true,
            is_comment: false,
            place: number,
        }
    }

    /// Was the line longer than [`MAX_LINE`] and left out?
    pub fn is_too_long(&self) -> bool {
        self.length > MAX_LINE
    }

    /// What stands before the text, by which every line of a table is quoted or numbered. A fence stands before the
    /// first alone, and is none.
    pub(crate) fn quoted_by(&self) -> String {
        let before = self.whole.strip_suffix(self.text).unwrap_or_default();
        if before.contains("```") { String::new() } else { before.to_owned() }
    }

    /// The line without what its table is quoted by, in which other digits may stand, and without a fence. Never more
    /// is taken off than that: what follows may be a number.
    pub(crate) fn behind(&self, quote: &str) -> &'a str {
        // Numbers of lines stand right in a column of their own.
        let as_wide = || {
            let (before, behind) = self.whole.split_at_checked(quote.len())?;
            let is_digit = |c: char| c.is_ascii_digit();
            let splits_number = before.ends_with(is_digit) && behind.starts_with(is_digit);
            let is_like = behind_like(quote.trim(), before.trim()) == Some("");
            (is_like && !splits_number).then_some(behind)
        };
        let behind = as_wide()
            .or_else(|| behind_like(quote, self.whole))
            .or_else(|| behind_like(quote.trim_end(), self.whole))
            .unwrap_or(self.whole);
        if behind.trim_start().starts_with("```") { self.text } else { behind }
    }

    /// Where a part of the text stands in the line, and how long it is: column from 1 and length, in
    /// characters. Where wrapping had to be undone within the part, the place of its first word.
    pub(crate) fn place(&self, part: &str) -> (usize, usize) {
        let offset = (part.as_ptr() as usize).checked_sub(self.raw.as_ptr() as usize);
        let within = offset
            .filter(|offset| self.raw.get(*offset..).is_some_and(|rest| rest.starts_with(part)));
        let first_word = part.split_whitespace().next().unwrap_or_default();
        let found =
            [part, first_word].into_iter().find_map(|text| Some((self.raw.find(text)?, text)));
        let (offset, text) = within.map(|offset| (offset, part)).or(found).unwrap_or((0, ""));
        let before = self.raw.get(..offset).unwrap_or_default();
        (before.chars().count() + 1, text.chars().count().max(1))
    }
}

/// What is left of a line behind a prefix like this one, in which other digits may stand.
pub(crate) fn behind_like<'a>(mut prefix: &str, text: &'a str) -> Option<&'a str> {
    let mut rest = text;
    while let Some(sign) = prefix.chars().next() {
        if sign.is_ascii_digit() {
            let digit = |c: char| c.is_ascii_digit();
            rest = Some(rest.trim_start_matches(digit)).filter(|left| left.len() < rest.len())?;
            prefix = prefix.trim_start_matches(digit);
        } else {
            rest = rest.strip_prefix(sign)?;
            prefix = prefix.strip_prefix(sign)?;
        }
    }
    Some(rest)
}

/// The lines of a text, with whatever wraps them. Line ends are LF, CR LF and CR CR LF, mixed at will; CR alone ends a line
/// only in a text without any LF.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a str,
    number: usize,
    end: u8,
}

impl<'a> Lines<'a> {
    /// Splits a text into lines.
    ///
    /// ```
    /// use portjoin::text::Lines;
    /// let lines: Vec<_> = Lines::new("a\r\nb\nc\r\r\nd").map(|line| line.text).collect();
    /// assert_eq!(lines, ["a", "b", "c", "d"]);
    /// ```
    pub fn new(text: &'a str) -> Self {
        let end = match memchr::memchr2(b'\n', b'\r', text.as_bytes()) {
            Some(at)
                if text.as_bytes().get(at) == Some(&b'\r')
                    && memchr::memchr(b'\n', text.as_bytes()).is_none() =>
            {
                b'\r'
            }
            _ => b'\n',
        };
        Lines { rest: text, number: 0, end }
    }

    /// The lines of a part of a text, behind so many others.
    pub(crate) fn behind(text: &'a str, lines_before: usize) -> Self {
        Lines { number: lines_before, ..Lines::new(text) }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest, ended) = match memchr::memchr(self.end, self.rest.as_bytes()) {
            Some(at) => {
                let (line, rest) = self.rest.split_at(at);
                (line, rest.get(1..).unwrap_or_default(), true)
            }
            None => (self.rest, "", false),
        };
        self.rest = rest;
        self.number += 1;
        let line = line.trim_end_matches('\r');
        let length = line.len();
        let text = if length > MAX_LINE { "" } else { line };
        let (number, raw) = (self.number, text);
        Some(Line {
            number,
            raw,
            whole: raw,
            text,
            length,
            ended,
            is_comment: false,
            place: number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        Lines::new(text).map(|line| line.text).collect()
    }

    #[test]
    fn line_ends_are_mixed_at_will() {
        assert_eq!(texts("a\r\n\r\nb\n\nc\r\r\nd"), ["a", "", "b", "", "c", "d"]);
        assert_eq!(texts("a\rb\rc"), ["a", "b", "c"]);
        assert_eq!(texts("a\rb\nc"), ["a\rb", "c"]);
        assert!(texts("").is_empty());
    }

    #[test]
    fn lines_count_from_one_and_know_their_end() {
        let lines: Vec<Line<'_>> = Lines::new("a\nb").collect();
        assert_eq!(lines.first().map(|line| (line.number, line.ended)), Some((1, true)));
        assert_eq!(lines.get(1).map(|line| (line.number, line.ended)), Some((2, false)));
        let unwrapped = crate::text::Unwrapped::new("a<br>b<br>c");
        let parts: Vec<_> = unwrapped.lines().map(|part| (part.text, part.ended)).collect();
        assert_eq!(parts, [("a", true), ("b", true), ("c", false)]);
    }

    #[test]
    fn behind_a_quote_no_digit_is_lost() {
        for (quote, line, left) in [
            ("> ", "> 1532 a.exe", "1532 a.exe"),
            ("   9  ", "  10   1532 a.exe", " 1532 a.exe"),
            (">  ", ">1532 a.exe", "1532 a.exe"),
            ("9:", "10:1532 a.exe", "1532 a.exe"),
            ("9:  ", "10:1532 a.exe", "1532 a.exe"),
            ("> ", "1532 a.exe", "1532 a.exe"),
            ("9 ", "1532 a.exe", "a.exe"),
            ("", "1532 a.exe", "1532 a.exe"),
        ] {
            assert_eq!(Line::plain(1, line).behind(quote), left, "{quote}{line}");
        }
    }

    #[test]
    fn a_line_too_long_is_left_out_but_counted() {
        let text = format!("{}\nb\n", "x".repeat(MAX_LINE + 1));
        let lines: Vec<Line<'_>> = Lines::new(&text).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.first().is_some_and(|line| line.is_too_long() && line.text.is_empty()));
        assert_eq!(lines.get(1).map(|line| line.text), Some("b"));
    }
}
