//! The lines of `netstat -b` below a row, which name its owner.
//!
//! Vista and later print the component at indent 2 and the image name, or that they may not tell, at
//! indent 1. XP and Server 2003 print every module at indent 2, then the image name, then a blank line.
//!
//! ```text
//!   TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1712
//!   RpcSs
//!  [svchost.exe]
//!   TCP    0.0.0.0:445            0.0.0.0:0              LISTENING       4
//!  Can not obtain ownership information
//! ```
//!
//! Only an image name in brackets, or the notice, is certain; lines above it belong to it. Rows of PID 0
//! have no owner lines, and a row without any never takes those of another.

use nom::Parser;
use nom::bytes::complete::take_till1;
use nom::character::complete::char;
use nom::combinator::{all_consuming, verify};
use nom::sequence::delimited;

use super::failure::Parsed;
use crate::languages;
use crate::record::Stated;
use crate::text::Line;

/// The most lines that one row may have below it.
const MOST_LINES: usize = 64;

/// The owner lines of the row that was read last.
#[derive(Debug, Default)]
pub(super) struct OwnerLines {
    /// The line on which the next would stand, where one may follow.
    next_line: Option<usize>,
    /// Components so far, with their indents.
    components: Vec<(usize, String)>,
}

impl OwnerLines {
    /// Owner lines may follow this row.
    pub(super) fn open_below(&mut self, line: usize, pid: Option<u32>) {
        self.components.clear();
        self.next_line = (pid != Some(0)).then_some(line + 1);
    }

    /// None may follow.
    pub(super) fn close(&mut self) {
        self.next_line = None;
    }

    /// Takes a line below the row. Gives what it and those before it say, once that is certain.
    pub(super) fn offer(&mut self, line: &Line<'_>) -> Option<(Stated, Option<String>)> {
        if self.next_line != Some(line.number) || self.components.len() >= MOST_LINES {
            self.close();
            return None;
        }
        let text = line.text.trim();
        let indent = line.text.len() - line.text.trim_start().len();
        let stated = match image(text) {
            Ok((_, name)) => Stated::Image { name: name.to_owned(), line: line.number },
            Err(_) if says_not_permitted(line.text, indent) => Stated::NotPermitted,
            Err(_) => {
                self.next_line = Some(line.number + 1);
                self.components.push((indent, text.to_owned()));
                return None;
            }
        };
        self.close();
        // Text at the margin above an indented image name is none of netstat's.
        if indent > 0 && self.components.iter().any(|(indent, _)| *indent == 0) {
            return None;
        }
        let known = self.components.drain(..).map(|(_, component)| component);
        let known: Vec<String> = known.filter(|component| !component.starts_with("-- ")).collect();
        Some((stated, (!known.is_empty()).then(|| known.join("; "))))
    }
}

/// `image = "[" 1*(any but brackets) "]"`; three dots in brackets stand for something left out.
fn image(text: &str) -> Parsed<'_, &str> {
    let name = verify(take_till1(|c| c == '[' || c == ']'), |name: &str| {
        name.contains(char::is_alphanumeric)
    });
    all_consuming(delimited(char('['), name, char(']'))).parse(text)
}

/// In a language known, or by its shape: indent 1, no brackets, more than one word.
fn says_not_permitted(text: &str, indent: usize) -> bool {
    languages::is_not_permitted(text)
        || (indent == 1
            && !text.contains(['[', ']', '#'])
            && (text.trim().contains(' ') || !text.is_ascii()))
}

/// Component and image name behind the PID of a row, where somebody moved them; the component may be
/// empty.
pub(super) fn on_the_row(trailing: &str) -> Option<(&str, &str)> {
    let at = trailing.rfind('[')?;
    let (component, name) = trailing.split_at(at);
    let (_, name) = image(name).ok()?;
    (component.split_whitespace().count() <= 1).then_some((component.trim(), name))
}

/// What a broken Winsock makes netstat print between its lines.
pub(super) fn is_noise(text: &str) -> bool {
    text.contains("Windows Sockets initialization failed: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(pid: u32, texts: &[&str]) -> Option<(Stated, Option<String>)> {
        let mut lines = OwnerLines::default();
        lines.open_below(1, Some(pid));
        texts
            .iter()
            .enumerate()
            .find_map(|(index, text)| lines.offer(&Line::plain(index + 2, text)))
    }

    fn named(name: &str, line: usize) -> Stated {
        Stated::Image { name: name.into(), line }
    }

    #[test]
    fn vista_and_later() {
        assert_eq!(
            below(1712, &["  RpcSs", " [svchost.exe]"]),
            Some((named("svchost.exe", 3), Some("RpcSs".into())))
        );
        assert_eq!(
            below(8, &[" [NVIDIA Web Helper.exe]"]),
            Some((named("NVIDIA Web Helper.exe", 2), None))
        );
        for notice in
            [" Can not obtain ownership information", "无法获取所有权信息", " Ei onnistu nyt"]
        {
            assert_eq!(below(8, &[notice]), Some((Stated::NotPermitted, None)), "{notice}");
        }
    }

    #[test]
    fn xp_and_server_2003() {
        let lines =
            [r"  c:\windows\system32\WS2_32.dll", "  -- unknown component(s) --", "  [lsass.exe]"];
        assert_eq!(
            below(8, &lines),
            Some((named("lsass.exe", 4), Some(r"c:\windows\system32\WS2_32.dll".into())))
        );
    }

    #[test]
    fn what_is_not_certain_is_not_attached() {
        assert_eq!(below(0, &[" [svchost.exe]"]), None);
        assert_eq!(below(8, &["# a comment", " [svchost.exe]"]), None);
        assert_eq!(below(8, &[" [...]"]), None);
        assert_eq!(below(8, &["  RpcSs"]), None);
    }

    #[test]
    fn owners_moved_onto_the_row() {
        assert_eq!(on_the_row("RpcSs [svchost.exe]"), Some(("RpcSs", "svchost.exe")));
        assert_eq!(on_the_row("[a b.exe]"), Some(("", "a b.exe")));
        assert_eq!(on_the_row("see ticket [7]"), None);
        assert_eq!(on_the_row("our web shop"), None);
    }
}
