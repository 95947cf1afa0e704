//! Title and heading of a netstat table, in the languages known and in others.
//!
//! Never needed to read a row. They begin a table, tell its language, and say which columns it has.

use crate::languages::{LANGUAGES, Language};
use crate::text::Line;

/// How many of the lines above a row are its title and heading, in a language that is not known: the
/// heading stands directly above, the title above that with nothing but a blank line between.
pub(super) fn unknown_heading(line: &Line<'_>, above: &[Line<'_>]) -> usize {
    let near = |upper: &Line<'_>, lower: &Line<'_>| lower.number - upper.number <= 2;
    let mut upwards = above.iter().rev();
    match (upwards.next(), upwards.next()) {
        (Some(heading), title) if near(heading, line) && seems_a_heading(heading.text) => {
            let titled = title.is_some_and(|title| {
                heading.number - title.number == 2 && title.text.split_whitespace().count() <= 4
            });
            1 + usize::from(titled)
        }
        _ => 0,
    }
}

/// At least three gaps of two blanks, or the word `PID` at the end, and no digit.
fn seems_a_heading(text: &str) -> bool {
    let text = text.trim();
    let gaps = text.split("  ").filter(|cell| !cell.is_empty()).count();
    !text.contains(|c: char| c.is_ascii_digit()) && (gaps >= 4 || text.ends_with(" PID"))
}

/// The language of which this line is the title.
pub(crate) fn title(text: &str) -> Option<&'static Language> {
    let text = text.trim();
    LANGUAGES.iter().find(|language| language.netstat_titles.contains(&text))
}

/// The language of which this line is the heading. Blanks do not count.
pub(crate) fn heading(text: &str) -> Option<&'static Language> {
    let matches = |words: &[&str]| {
        let mut heading = words.iter().flat_map(|word| word.chars()).filter(|c| *c != ' ');
        let mut line = text.chars().filter(|c| !c.is_whitespace());
        heading.all(|c| line.next() == Some(c))
    };
    LANGUAGES.iter().find(|language| language.netstat_headings.iter().any(|words| matches(words)))
}

/// Titles of every table: protocol, local and foreign address, state.
const TITLES: usize = 4;

/// Columns that the heading says there are, beyond those that every table has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Announced {
    pub pid: bool,
    /// `netstat -y`. The layout of this and the next is known from one second-hand source, so it is read
    /// only below a heading that names it.
    pub template: bool,
    /// `netstat -i`: a second number, behind the PID.
    pub time_in_state: bool,
}

impl Announced {
    pub fn by(heading: &str) -> Self {
        let has = |title: &str| heading.split_whitespace().any(|word| word == title);
        let titles = heading.split("  ").map(str::trim).filter(|title| !title.is_empty());
        // A console may have cut it.
        let has_other = titles.skip(TITLES).any(|title| !"PID".starts_with(title));
        Announced {
            pid: has("PID"),
            template: heading.trim_end().ends_with("Template"),
            // A console may have broken `Time in State (ms)`. No language has another word for `PID`.
            time_in_state: has("Time") || (has_other && !has("PID")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_whatever_their_spacing() {
        let of = |text| heading(text).map(|language| language.tag);
        assert_eq!(of("  Proto  Local Address          Foreign Address        State"), Some("en"));
        assert_eq!(of("Proto Local Address Foreign Address State PID  "), Some("en"));
        assert_eq!(of("  Proto. Lokale Adresse       Remoteadresse       Status"), Some("de"));
        assert_eq!(
            of("  プロトコル  ローカル アドレス      外部アドレス           状態"),
            Some("ja")
        );
        assert_eq!(of("  Proto  Local Address"), None);
    }
}
