//! Text: from bytes to numbered lines.
//!
//! Owns encodings, line ends, and what mails and tickets wrap round a line. Knows nothing of formats: what a line means is the business of
//! [`crate::parse`].

mod decode;
mod encoding;
mod lines;
mod recode;
mod tags;
mod unseen;
mod wrapping;

pub(crate) use wrapping::{Html, is_wrapped};

pub use decode::{Decoded, decode};
pub use encoding::{Encoding, UnknownEncoding};
pub(crate) use lines::behind_like;
pub use lines::{Line, Lines, MAX_LINE};
pub use recode::Recoder;

/// A text in which the wrapping of each line can be taken off.
#[derive(Debug)]
pub struct Unwrapped<'a> {
    lines: Lines<'a>,
    /// Lines that are not what they were, by number: their parts.
    changed: Vec<(usize, Vec<String>)>,
}

impl<'a> Unwrapped<'a> {
    /// Looks for what wraps the lines of a text.
    pub fn new(text: &'a str) -> Self {
        Unwrapped::part(text, 0, Some(Html::of(text)))
    }

    /// The same for a part of a text, behind so many lines of it. Whether it is HTML is told by all of it; `None`
    /// where nothing was wrapped round the lines.
    pub(crate) fn part(text: &'a str, lines_before: usize, html: Option<Html>) -> Self {
        let signs = b"&<\\|".iter().chain(unseen::SIGNS);
        let lines = Lines::behind(text, lines_before);
        let mut changed = Vec::new();
        if let Some(html) = html
            && signs.cloned().any(|sign| memchr::memchr(sign, text.as_bytes()).is_some())
        {
            for line in lines.clone() {
                let seen = unseen::seen(line.text);
                let parts = wrapping::unwrap(&seen, html);
                if !matches!(parts.as_slice(), [std::borrow::Cow::Borrowed(part)] if *part == line.text)
                {
                    let parts = parts.into_iter().map(std::borrow::Cow::into_owned);
                    changed.push((line.number, parts.collect()));
                }
            }
        }
        Unwrapped { lines, changed }
    }

    /// The lines, in order; several of one number where `<br>` split a line.
    pub fn lines(&'a self) -> impl Iterator<Item = Line<'a>> {
        let mut changed = self.changed.iter().peekable();
        self.lines.clone().flat_map(move |line| {
            let parts = changed.next_if(|(number, _)| *number == line.number);
            let whole = parts.is_none().then_some(line.text);
            let parts = parts.map(|(_, parts)| parts.as_slice()).unwrap_or_default();
            let last = parts.len().max(1) - 1;
            let texts = whole.into_iter().chain(parts.iter().map(String::as_str)).enumerate();
            texts.map(move |(index, whole)| {
                let (text, is_comment) = wrapping::behind_prefix(whole);
                let text = wrapping::behind_number(text, line.number);
                Line { whole, text, is_comment, ended: line.ended || index < last, ..line }
            })
        })
    }
}
