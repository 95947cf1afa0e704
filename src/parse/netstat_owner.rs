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

use std::sync::Arc;

use nom::Parser;
use nom::bytes::complete::take_till1;
use nom::character::complete::char;
use nom::combinator::{all_consuming, verify};
use nom::sequence::delimited;

use super::elision::is_elision;
use super::failure::Parsed;
use super::{netstat_find, prompt};
use crate::diagnostic::{Code, Diagnostic};
use crate::languages;
use crate::record::Stated;
use crate::text::{Line, behind_like};

/// The most lines that one row may have below it.
const MOST_LINES: usize = 64;

/// The owner lines of the row that was read last.
#[derive(Debug, Default)]
pub(super) struct OwnerLines {
    /// The place of the row, or of the last line below it, where more may follow.
    above: Option<usize>,
    /// What stands before the row, and before its owner lines too (`+`, a number, a time).
    prefix: String,
    /// Indent of the row: that of a component; that of an image name is one less.
    indent: usize,
    /// Places from one to the next: 2 where a blank stands between all of them.
    spacing: usize,
    /// Components so far, with their indents.
    components: Vec<(usize, String)>,
}

/// What becomes of a line below a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offered<'t> {
    /// It is no owner line.
    Refused,
    /// It is a component, if an image name follows.
    Perhaps,
    /// With it, and the components before it, the owner is stated.
    Says {
        stated: Stated,
        component: Option<String>,
        /// What somebody wrote behind an image name; may be empty.
        appended: &'t str,
    },
}

impl OwnerLines {
    /// Owner lines may follow this row.
    pub(super) fn open_below(&mut self, row: &Line<'_>, pid: Option<u32>, spacing: usize) {
        self.components.clear();
        self.above = (pid != Some(0)).then_some(row.place);
        let from_protocol = netstat_find::begins_with_protocol(row.text);
        let from_protocol = from_protocol.or_else(|| netstat_find::find(row.text));
        let before = row.text.strip_suffix(from_protocol.unwrap_or_default()).unwrap_or_default();
        self.prefix = before.trim_end().to_owned();
        self.indent = before.len() - self.prefix.len();
        self.spacing = spacing;
    }

    /// None may follow.
    pub(super) fn close(&mut self) {
        self.above = None;
    }

    /// Takes a line below the row.
    ///
    /// `has_notice`: is the notice of the table's language known? Then no other text is one.
    pub(super) fn offer<'t>(&mut self, line: &Line<'t>, has_notice: bool) -> Offered<'t> {
        // At the margin it is none of the components of Windows XP, `-- unknown component(s) --`.
        if prompt::is_pager_mark(line.text) && !line.text.starts_with(' ') {
            return Offered::Refused;
        }
        let below = |above: &usize| line.place <= above + self.spacing;
        let is_below = self.above.take().filter(below).is_some();
        // Behind lines that were left out the owner is that of another row.
        if !is_below || self.components.len() >= MOST_LINES || is_elision(line.text) {
            return Offered::Refused;
        }
        let whole = behind_like(&self.prefix, line.text).unwrap_or(line.text);
        let ((text, appended), indent) = (unmarked(whole.trim()), indent(whole));
        let is_in_place = self.indent > 0 && (indent + 1 == self.indent || indent == self.indent);
        let stated = match image(text) {
            Ok((_, name)) if !is_image(name, is_in_place) => return Offered::Refused,
            Ok((_, name)) => {
                Stated::Image { name: name.to_owned(), line: line.number, truncated: false }
            }
            Err(_) if languages::is_not_permitted(text) => Stated::NotPermitted,
            Err(_) if !has_notice && self.may_be_a_notice(text, indent) => Stated::NotPermitted,
            // Dots stand for lines that were left out.
            Err(_) if !text.contains(char::is_alphanumeric) => return Offered::Refused,
            Err(_) => {
                self.above = Some(line.place);
                self.components.push((indent, text.to_owned()));
                return Offered::Perhaps;
            }
        };
        // Text at the margin above an indented image name is none of netstat's.
        if indent > 0 && self.components.iter().any(|(indent, _)| *indent == 0) {
            return Offered::Refused;
        }
        let known = self.components.drain(..).map(|(_, component)| component);
        let known: Vec<String> = known.filter(|component| !component.starts_with("-- ")).collect();
        let component = (!known.is_empty()).then(|| known.join("; "));
        Offered::Says { stated, component, appended }
    }

    /// In a language that is not known, by its shape: one blank less than the row, no brackets, several words.
    fn may_be_a_notice(&self, text: &str, indent: usize) -> bool {
        indent > 0
            && indent + 1 == self.indent
            && !text.contains(['[', ']', '#'])
            && (text.contains(' ') || !text.is_ascii())
    }
}

/// An image name without the signs that mark it, and what somebody wrote behind it.
fn unmarked(text: &str) -> (&str, &str) {
    let signs = ['*', '"', '`'];
    let inner = text.trim_start_matches(signs);
    let end = inner.to_ascii_lowercase().find(".exe]").map(|at| at + ".exe]".len());
    match end.and_then(|end| inner.split_at_checked(end)) {
        Some((name, behind)) if name.starts_with('[') => {
            (name, behind.trim_start_matches(signs).trim())
        }
        _ => (text, ""),
    }
}

/// What to say of text behind an image name.
pub(super) fn behind_the_name(
    appended: &str,
    source: &Arc<str>,
    line: &Line<'_>,
) -> Option<Diagnostic> {
    let message = format!("expected the end of the line, found `{appended}`");
    let about = || Diagnostic::of_part(source, line, appended, Code::TrailingText, message);
    let help = "the program is kept, without this text";
    appended.contains(char::is_alphanumeric).then(|| about().with_help(help))
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// `image = "[" 1*(any but brackets) "]"`; three dots in brackets stand for something left out.
fn image(text: &str) -> Parsed<'_, &str> {
    let name = verify(take_till1(|c| c == '[' || c == ']'), |name: &str| {
        name.contains(char::is_alphanumeric)
    });
    all_consuming(delimited(char('['), name, char(']'))).parse(text)
}

/// Is this the name of a program, and no note in brackets (`[/code]`, `[10:00:05]`, `[image.png]`)? Out of its place
/// only what ends in `.exe` is one.
fn is_image(name: &str, is_in_place: bool) -> bool {
    let is_file = !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']);
    let is_program = name.to_ascii_lowercase().ends_with(".exe") || name == "System";
    is_file && (is_program || (is_in_place && (name.contains('.') || !name.contains(' '))))
}

/// Is the line an image name in brackets?
pub(super) fn names_an_image(line: &Line<'_>) -> bool {
    image(line.text.trim()).is_ok_and(|(_, name)| is_image(name, false))
}

/// What stands behind the PID of a row, where somebody moved the owner lines there: the component, which
/// may be empty, and the image name or that it is not permitted to tell.
pub(super) fn on_the_row(trailing: &str, line: usize) -> Option<(&str, Stated)> {
    if trailing.is_empty() {
        return None;
    }
    if languages::is_not_permitted(trailing) {
        return Some(("", Stated::NotPermitted));
    }
    let at = trailing.rfind('[')?;
    let (component, name) = trailing.split_at(at);
    let (_, name) = image(name).ok().filter(|(_, name)| is_image(name, false))?;
    let stated = Stated::Image { name: name.to_owned(), line, truncated: false };
    (component.split_whitespace().count() <= 1).then_some((component.trim(), stated))
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
        below_row("  TCP    ", &mut lines, pid, texts)
    }

    fn below_row(
        row: &str,
        lines: &mut OwnerLines,
        pid: u32,
        texts: &[&str],
    ) -> Option<(Stated, Option<String>)> {
        lines.open_below(&Line::plain(1, row), Some(pid), 1);
        texts.iter().enumerate().find_map(|(index, text)| {
            match lines.offer(&Line::plain(index + 2, text), false) {
                Offered::Says { stated, component, .. } => Some((stated, component)),
                Offered::Refused | Offered::Perhaps => None,
            }
        })
    }

    fn named(name: &str, line: usize) -> Stated {
        Stated::Image { name: name.into(), line, truncated: false }
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
        for note in ["[/code]", " [10:00:05]", "[snip]", "[image.png]", " [Quoted text hidden]"] {
            assert_eq!(below(8, &[note]), None, "{note}");
        }
        assert_eq!(below(8, &["[svchost.exe]"]), Some((named("svchost.exe", 2), None)));
        assert_eq!(below(8, &[" [vmmem]"]), Some((named("vmmem", 2), None)));
        assert_eq!(below(8, &["  RpcSs"]), None);
    }

    #[test]
    fn prefixes_of_rows_stand_before_owners_too() {
        let row = "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 8";
        for (before, before_owner) in
            [("+", "+"), ("9:", "10:"), ("10:00:01", "10:00:02"), ("|", "|")]
        {
            let row = format!("{before}  {row}");
            let lines = [format!("{before_owner}  RpcSs"), format!("{before_owner} [a.exe]")];
            let lines = [lines[0].as_str(), lines[1].as_str()];
            let stated = below_row(&row, &mut OwnerLines::default(), 8, &lines);
            assert_eq!(stated, Some((named("a.exe", 3), Some("RpcSs".into()))), "{before}");
        }
        for (text, behind) in
            [(" **[a.exe]**", ""), (" [a.exe]   <-- this", "<-- this"), (" `[a.exe]`", "")]
        {
            assert_eq!(below(8, &[text]), Some((named("a.exe", 2), None)), "{text}");
            assert_eq!(unmarked(text.trim()), ("[a.exe]", behind), "{text}");
        }
    }

    #[test]
    fn owners_moved_onto_the_row() {
        let at = |trailing| on_the_row(trailing, 7);
        assert_eq!(at("RpcSs [svchost.exe]"), Some(("RpcSs", named("svchost.exe", 7))));
        assert_eq!(at("[a b.exe]"), Some(("", named("a b.exe", 7))));
        assert_eq!(at("Can not obtain ownership information"), Some(("", Stated::NotPermitted)));
        assert_eq!(at("see ticket [7]"), None);
        assert_eq!(at("our web shop"), None);
    }
}
