//! Diagnostics and the accounting, for stderr.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::visible::visible;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::Accounting;

/// How many diagnostics are drawn.
const SHOWN: usize = 20;

/// The longest line that is shown whole, in characters.
const WHOLE: usize = 240;

/// How many characters of a longer line are shown on either side of the place that is meant.
const MARGIN: usize = 60;

/// Draws diagnostics, each with its line and a mark under the place. They come with their numbers; of several that
/// say the same of a source the first is drawn and the rest are counted. At most 20 are drawn, those that matter most.
pub fn render_diagnostics<'a>(
    diagnostics: impl IntoIterator<Item = (&'a Diagnostic, usize)>,
    colour: bool,
) -> String {
    let mut kinds: Vec<(&Diagnostic, usize)> = Vec::new();
    for (diagnostic, number) in diagnostics {
        let same = |(known, _): &&mut (&Diagnostic, usize)| {
            known.code == diagnostic.code
                && known.message == diagnostic.message
                && known.source == diagnostic.source
        };
        match kinds.iter_mut().take(SHOWN).find(same) {
            Some((_, count)) => *count += number,
            None => kinds.push((diagnostic, number)),
        }
    }
    let all: usize = kinds.iter().map(|(_, count)| count).sum();
    let mut kinds: Vec<_> = kinds.into_iter().enumerate().collect();
    kinds.sort_by_key(|(_, (diagnostic, _))| diagnostic.severity());
    kinds.truncate(SHOWN);
    kinds.sort_by_key(|(place, _)| *place);
    let mut text = String::new();
    for (_, (diagnostic, count)) in &kinds {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", draw(diagnostic, *count, colour));
    }
    let rest = all - kinds.iter().map(|(_, (_, count))| count).sum::<usize>();
    if rest > 0 {
        let _ = writeln!(text, "and {rest} more; --format json lists them all");
    }
    text
}

fn draw(diagnostic: &Diagnostic, count: usize, colour: bool) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let path = visible(&diagnostic.source).into_owned();
    let title =
        level.primary_title(visible(&diagnostic.message).into_owned()).id(diagnostic.code.name());
    let mut elements: Vec<Element<'_>> = Vec::new();
    if let (Some(line), Some(column)) = (diagnostic.line, diagnostic.column) {
        let (shown, span) = window(&diagnostic.text, column, diagnostic.length);
        let is_whole = shown == diagnostic.text;
        let mut snippet =
            Snippet::source(shown).line_start(line).annotation(AnnotationKind::Primary.span(span));
        if is_whole {
            snippet = snippet.path(path);
        } else {
            // What is shown is not what stands there, so the column has to be given.
            elements.push(Origin::path(path).line(line).char_column(column).into());
        }
        elements.push(snippet.into());
    } else {
        let origin = Origin::path(path);
        elements.push(match diagnostic.line {
            Some(line) => origin.line(line).into(),
            None => origin.into(),
        });
    }
    if let Some(help) = &diagnostic.help {
        elements.push(Level::HELP.message(visible(help).into_owned()).into());
    }
    if count > 1 {
        let others = format!("and {} more like this in {}", count - 1, diagnostic.source);
        elements.push(Level::NOTE.message(visible(&others).into_owned()).into());
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[Group::with_title(title).elements(elements)])
}

/// The part of a line around a place, made visible, and the bytes of the place in it. `column` counts
/// from 1, in characters.
fn window(text: &str, column: usize, length: usize) -> (String, Range<usize>) {
    let place = (column - 1)..(column - 1).saturating_add(length);
    let is_short = text.chars().nth(WHOLE).is_none();
    let first = if is_short { 0 } else { place.start.saturating_sub(MARGIN) };
    let last = match is_short {
        true => WHOLE,
        false => place.end.min(place.start + MARGIN).saturating_add(MARGIN),
    };
    let mut shown = String::from(if first > 0 { "…" } else { "" });
    let (mut start, mut end) = (None, 0);
    for (index, c) in text.chars().enumerate().skip(first).take(last - first) {
        if index == place.start {
            start = Some(shown.len());
        }
        shown.push_str(&visible(c.encode_utf8(&mut [0; 4])));
        if index < place.end {
            end = shown.len();
        }
    }
    if text.chars().nth(last).is_some() {
        shown.push('…');
    }
    let start = start.unwrap_or(shown.len());
    (shown, start..end.max(start))
}

/// `412 lines: 388 rows, 18 headers and blanks, 5 prose, 1 not read`
pub fn render_accounting(accounting: &Accounting) -> String {
    let known = accounting.headers + accounting.blanks + accounting.notices + accounting.prompts;
    let counts = [
        (accounting.rows + accounting.continuations, "rows"),
        (known, "headers and blanks"),
        (accounting.prose, "prose"),
        (accounting.skipped, "skipped by the filter"),
        (accounting.unread, "not read"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| {
            let what = if (*count, *what) == (1, "rows") { "row" } else { what };
            format!("{count} {what}")
        })
        .collect();
    let lines = accounting.lines;
    let noun = if lines == 1 { "line" } else { "lines" };
    if counts.is_empty() {
        format!("{lines} {noun}")
    } else {
        format!("{lines} {noun}: {}", counts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_keeps_the_place_in_a_long_line() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let (shown, span) = window(&text, 501, 1);
        assert_eq!(shown.get(span), Some("X"));
        assert!(shown.chars().count() < 200);
    }

    #[test]
    fn a_window_maps_what_is_made_visible() {
        let (shown, span) = window("\u{1b}[2J99999", 5, 5);
        assert_eq!((shown.as_str(), shown.get(span)), (r"\u{1b}[2J99999", Some("99999")));
    }

    #[test]
    fn a_window_at_the_end_of_the_line() {
        let (shown, span) = window("abc", 4, 1);
        assert_eq!((shown.as_str(), span), ("abc", 3..3));
    }

    #[test]
    fn the_accounting_names_what_there_is() {
        let accounting = Accounting {
            lines: 412,
            rows: 388,
            headers: 3,
            blanks: 15,
            prose: 5,
            unread: 1,
            ..Accounting::default()
        };
        assert_eq!(
            render_accounting(&accounting),
            "412 lines: 388 rows, 18 headers and blanks, 5 prose, 1 not read"
        );
    }
}
