//! What mails, tickets and Markdown wrap round a line: taken off, as far as it cannot be data.
//!
//! Taken off are `> ` quotes, comment signs, fences, the quotes of list items and tags; `<br>` splits, and so does the
//! `\r\n` of a string of JSON; entities, escapes of
//! Markdown and the pipes of its tables are undone. Image names and window titles may hold the same
//! signs: so escapes and pipes are undone only on lines that have the shape of a table row.

use std::borrow::Cow;

use memchr::memmem;

use super::tags::without_tags;

/// Does the text come from a web page? `&amp;` alone is no sign: it may stand in a name.
pub(crate) fn is_html(text: &str) -> bool {
    memchr::memchr2(b'&', b'<', text.as_bytes()).is_some()
        && [
            "&nbsp;", "&#", "&lt;", "<br", "<BR", "<pre", "</b>", "</p>", "</td>", "</span>",
            "</div>",
        ]
        .iter()
        .any(|sign| memmem::find(text.as_bytes(), sign.as_bytes()).is_some())
}

/// What is undone on every line of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Html {
    /// Tags and entities.
    is_html: bool,
    /// `<br>` within a line, which anybody can write into a window title. Where it stands for line ends there are
    /// many of them, or few lines.
    has_breaks: bool,
    /// Blanks that do not break, in the gaps between cells, as they come out of a browser or a mail program. One
    /// between digits is of the number.
    has_hard_blanks: bool,
}

impl Html {
    pub(super) fn of(text: &str) -> Self {
        let is_html = is_html(text);
        let count = |sign: &str| memmem::find_iter(text.as_bytes(), sign.as_bytes()).count();
        let lines = || memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let has_breaks = is_html && 2 * (count("<br") + count("<BR")) >= lines();
        Html { is_html, has_breaks, has_hard_blanks: has_hard_blanks(text) }
    }
}

/// Does a text hold what is undone on all of its lines, or on none?
pub(crate) fn is_wrapped(text: &str) -> bool {
    is_html(text) || has_hard_blanks(text)
}

fn has_hard_blanks(text: &str) -> bool {
    ["\u{a0}\u{a0}", " \u{a0}", "\u{a0} "]
        .iter()
        .any(|gap| memmem::find(text.as_bytes(), gap.as_bytes()).is_some())
}

/// The parts of a line that are left when the wrapping is off; more than one where `<br>` joined them.
pub(super) fn unwrap(line: &str, html: Html) -> Vec<Cow<'_, str>> {
    let has = |sign| memchr::memchr(sign, line.as_bytes()).is_some();
    let tagged = html.is_html && has(b'<');
    let entities = html.is_html && has(b'&') && line.contains(';');
    let hard_blanks = html.has_hard_blanks && line.contains('\u{a0}');
    if !tagged && !entities && !hard_blanks && !has(b'\\') && !has(b'|') {
        return vec![Cow::Borrowed(line)];
    }
    let parts = match tagged {
        _ if line.matches(r"\r\n").nth(1).is_some() => line.split(r"\r\n").collect(),
        true if html.has_breaks => split_at_breaks(line),
        true => vec![without_last_break(line)],
        false => vec![line],
    };
    parts.into_iter().map(|part| undo(part, tagged, entities, hard_blanks)).collect()
}

fn undo(part: &str, tagged: bool, entities: bool, hard_blanks: bool) -> Cow<'_, str> {
    let mut text = if tagged { without_tags(part) } else { Cow::Borrowed(part) };
    if hard_blanks {
        text = Cow::Owned(text.replace('\u{a0}', " "));
    }
    if entities {
        let blanks = text.replace("&nbsp;", " ");
        text = Cow::Owned(html_escape::decode_html_entities(&blanks).into_owned());
    }
    if has_escapes(&text) {
        text = Cow::Owned(without_escapes(&text));
    }
    if is_piped(&text) {
        text = Cow::Owned(without_pipes(&text));
    }
    text
}

fn without_last_break(line: &str) -> &str {
    let text = line.trim_end();
    let last = text
        .rfind('<')
        .filter(|at| text.get(*at..).is_some_and(|tag| break_length(tag) == Some(tag.len())));
    last.and_then(|at| text.get(..at)).unwrap_or(line)
}

/// `<br>`, `<br/>`, `<br />`, in any case. In CSV it stands behind the last quote of a row; what stands within a cell
/// is of the cell.
fn split_at_breaks(line: &str) -> Vec<&str> {
    let is_csv = line.trim_start().starts_with('"');
    let is_end = |before: &str, behind: &str| {
        let is_whole = before.is_empty() || before.trim_end().ends_with('"');
        !is_csv || is_whole || behind.trim().is_empty()
    };
    let mut parts = Vec::new();
    let mut rest = line;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|rest| rest.find('<')).map(|at| at + from) {
        match rest.get(at..).and_then(break_length) {
            Some(length)
                if is_end(
                    rest.get(..at).unwrap_or_default(),
                    rest.get(at + length..).unwrap_or_default(),
                ) =>
            {
                parts.push(rest.get(..at).unwrap_or_default());
                rest = rest.get(at + length..).unwrap_or_default();
                from = 0;
            }
            _ => from = at + 1,
        }
    }
    // A break at the end of the line is followed by nothing, not by an empty line.
    if parts.is_empty() || !rest.trim().is_empty() {
        parts.push(rest);
    }
    parts
}

/// `<br />`, and a few blanks in it.
const LONGEST_BREAK: usize = 10;

fn break_length(text: &str) -> Option<usize> {
    let start = text.get(..text.floor_char_boundary(LONGEST_BREAK))?;
    let (tag, _) = start.split_once('>')?;
    let name = tag.strip_prefix('<')?.trim_end().trim_end_matches('/').trim_end();
    name.eq_ignore_ascii_case("br").then_some(tag.len() + 1)
}

/// Escapes of Markdown in a row of netstat, or in the lines below it by which `-b` names the owner.
fn has_escapes(text: &str) -> bool {
    let escaped = |sign: &str| memmem::find(text.as_bytes(), sign.as_bytes()).is_some();
    let in_a_row = || {
        (begins_a_row(text) || begins_with_state(text))
            && [r"\[", r"\_", r"\*", r"\:"].into_iter().any(escaped)
    };
    let trimmed = text.trim();
    let in_an_image_name = || trimmed.starts_with(r"\[") && trimmed.ends_with(r"\]");
    let in_a_component = || escaped(r"\_") && !trimmed.contains([' ', ':']);
    in_a_row() || in_an_image_name() || in_a_component()
}

/// A row of `ss` without its first column.
fn begins_with_state(text: &str) -> bool {
    let text = text.trim_start();
    ["LISTEN ", "ESTAB ", "UNCONN ", "TIME-WAIT ", "CLOSE-WAIT ", "FIN-WAIT-", "SYN-", "LAST-ACK "]
        .into_iter()
        .any(|state| text.starts_with(state))
}

fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' || !characters.peek().is_some_and(char::is_ascii_punctuation) {
            out.push(c);
        }
    }
    out
}

/// A row of a Markdown table, or of one with pipes between its cells.
fn is_piped(text: &str) -> bool {
    let pipes = memchr::memchr_iter(b'|', text.as_bytes()).count();
    let trimmed = text.trim();
    pipes >= 2 && trimmed.starts_with('|')
        || pipes >= 3 && (begins_a_row(text) || trimmed.starts_with("Proto"))
}

/// Pipes become blanks. The line below the heading, of hyphens, becomes empty.
fn without_pipes(text: &str) -> String {
    if text.contains("--") && text.chars().all(|c| "|-: \t".contains(c)) {
        return String::new();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '|' => out.push_str("  "),
            c => out.push(c),
        }
    }
    out
}

/// Is the first word of the line one of the protocols?
pub(super) fn begins_a_row(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let word = start.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    ["tcp", "udp", "tcpv6", "udpv6"].iter().any(|protocol| word.eq_ignore_ascii_case(protocol))
}

/// What is left of a line behind quote signs, comment signs and fences, and whether a comment sign was
/// among them.
pub(super) fn behind_prefix(text: &str) -> (&str, bool) {
    // A byte order mark stands where files were put together.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(item) = quoted_item(text) {
        return (item, false);
    }
    let first = text.trim_start().as_bytes().first();
    if !matches!(first, Some(b'>' | b'#' | b'/' | b';' | b'-' | b'*' | b'`')) {
        return (text, false);
    }
    let mut rest = behind_quotes(text);
    let mut is_comment = false;
    if let Some(inner) = behind_comment_sign(rest) {
        (rest, is_comment) = (inner, true);
    }
    (behind_fence(rest), is_comment)
}

/// A line of a table as an item of a list in JSON or YAML: `"httpd.exe      3380 …",`, `- '…'`. A row of CSV has
/// more quotes, and no gaps.
fn quoted_item(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.strip_prefix("- ").unwrap_or(text);
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let text = text.strip_suffix(',').unwrap_or(text);
    let item = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_of_table = item.contains("  ") || item.contains("=====");
    (is_of_table && !item.contains(quote)).then_some(item)
}

/// `> `, `>> `, `> > `; a sign with a letter behind it is none.
fn behind_quotes(text: &str) -> &str {
    let mut rest = text;
    while let Some(inner) = rest.trim_start_matches([' ', '\t']).strip_prefix('>') {
        rest = match inner.strip_prefix([' ', '\t']) {
            Some(inner) => inner,
            None if inner.is_empty() || inner.starts_with('>') => inner,
            None => return rest,
        };
    }
    rest
}

fn behind_comment_sign(text: &str) -> Option<&str> {
    let start = text.trim_start_matches([' ', '\t']);
    let inner =
        ["#", "//", ";~", ";", "--", "*"].iter().find_map(|sign| start.strip_prefix(sign))?;
    // `-- More --` and `-- unknown component(s) --` are no comments.
    if start.starts_with("--") && inner.trim_end().ends_with("--") {
        return None;
    }
    match inner.strip_prefix([' ', '\t']) {
        Some(inner) => Some(inner),
        None if inner.is_empty() => Some(inner),
        None => None,
    }
}

/// Three backticks, with the name of a language or glued to the text.
fn behind_fence(text: &str) -> &str {
    let inner = match text.trim_start().strip_prefix("```") {
        Some(inner) if inner.chars().all(|c| c.is_ascii_lowercase()) => "",
        Some(inner) => inner,
        None => text,
    };
    inner.trim_end().strip_suffix("```").unwrap_or(inner)
}

/// What is left of a line behind its own number, as editors and `findstr /n` print it: `6   TCP`, `7:  TCP`.
pub(super) fn behind_number(text: &str, number: usize) -> &str {
    let start = text.trim_start_matches([' ', '\t']);
    let digits = start.bytes().take_while(u8::is_ascii_digit).count();
    let (printed, rest) = start.split_at(digits);
    let is_own = digits > 0 && printed.parse() == Ok(number);
    let behind_sign = rest.strip_prefix([':', '.', ')', '|']);
    match behind_sign.unwrap_or(rest).strip_prefix([' ', '\t']) {
        Some(rest) if is_own => rest,
        // `7:svchost.exe`, as `findstr /n` writes it.
        None if is_own && rest.starts_with(':') => behind_sign.unwrap_or(rest),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: Html = Html { is_html: true, has_breaks: true, has_hard_blanks: false };

    fn one(line: &str) -> String {
        let parts = unwrap(line, Html::of(line));
        assert_eq!(parts.len(), 1, "{parts:?}");
        parts[0].clone().into_owned()
    }

    #[test]
    fn either_sign_makes_a_text_wrapped() {
        assert!(is_wrapped("TCP&nbsp;x") && is_wrapped("TCP\u{a0}\u{a0}x"));
        assert!(!is_wrapped("TCP x\u{a0}y") && !is_wrapped("a && b"));
    }

    #[test]
    fn breaks_split() {
        assert_eq!(unwrap("a<br>b<BR />c<br/>", HTML), ["a", "b", "c"]);
        assert_eq!(unwrap("\"a\"<br>\"b<br>c\"<br>", HTML), ["\"a\"", "\"b<br>c\""]);
        let few = Html { has_breaks: false, ..HTML };
        assert_eq!(unwrap("a<br>b<br />", few), ["a<br>b"]);
        assert!(Html::of("a<br>b<br>c\n").has_breaks && !Html::of("a<br>\n\n\n").has_breaks);
        assert_eq!(unwrap("a < b <br", HTML), ["a < b <br"]);
    }

    #[test]
    fn strings_of_json_split() {
        let text = r#"{"out": "\r\nActive Connections\r\n"}"#;
        assert_eq!(unwrap(text, Html::of(text)), [r#"{"out": ""#, "Active Connections", "\"}"]);
        assert_eq!(one(r"C:\r\nginx.exe"), r"C:\r\nginx.exe");
    }

    #[test]
    fn tags_and_entities_go() {
        assert_eq!(one("<pre>Active Connections"), "Active Connections");
        assert_eq!(unwrap("x</code></pre>", HTML)[0], "x");
        assert_eq!(one("<p class=\"x\"><b>a.exe</b> 4</p>"), "a.exe 4");
        assert_eq!(one("<tr><td>TCP</td><td>*:*</td></p>").trim(), "TCP    *:*");
        assert_eq!(one("<a.exe> </b>"), "<a.exe> ");
        assert_eq!(one("TCP&nbsp;&#91;::&#93;:80"), "TCP [::]:80");
    }

    #[test]
    fn hard_blanks_go_where_they_make_gaps() {
        assert_eq!(one("a.exe\u{a0}\u{a0}4\u{a0}x"), "a.exe  4 x");
        assert_eq!(one("a.exe  4  53\u{a0}972 Ko"), "a.exe  4  53\u{a0}972 Ko");
    }

    #[test]
    fn a_name_is_no_html() {
        assert_eq!(one("a&amp;b.exe"), "a&amp;b.exe");
    }

    #[test]
    fn escapes_go_from_rows_only() {
        assert_eq!(
            one(r"  TCP    \[::\]:80   \[::\]:0   TIME\_WAIT"),
            "  TCP    [::]:80   [::]:0   TIME_WAIT"
        );
        assert_eq!(one(r" \[svchost.exe\]"), " [svchost.exe]");
        assert_eq!(one(r"  c:\windows\_system"), r"  c:\windows\_system");
    }

    #[test]
    fn pipes_go_from_tables_only() {
        assert_eq!(one("| TCP | 0.0.0.0:80 |").trim(), "TCP    0.0.0.0:80");
        assert_eq!(one("|---|:--|"), "");
        assert_eq!(one("UDP|0.0.0.0:53|*:*|888"), "UDP  0.0.0.0:53  *:*  888");
        assert_eq!(one("Proto|Local|Foreign|PID"), "Proto  Local  Foreign  PID");
        assert_eq!(one("Protocol|TCP|888"), "Protocol|TCP|888");
        assert_eq!(
            one("a.exe   4   news | sport | weather | more"),
            "a.exe   4   news | sport | weather | more"
        );
        assert_eq!(one("netstat -ano | findstr x"), "netstat -ano | findstr x");
    }

    #[test]
    fn a_line_number_goes_where_it_is_that_of_the_line() {
        assert_eq!(behind_number("   6   TCP", 6), "  TCP");
        assert_eq!(behind_number("6:\tTCP", 6), "TCP");
        assert_eq!(behind_number("6:a.exe", 6), "a.exe");
        for text in ["6   TCP", "7zFM.exe  8", "  TCP 7", ""] {
            assert_eq!(behind_number(text, 7), text);
        }
    }

    #[test]
    fn prefixes_go_and_indents_stay() {
        for (line, rest, is_comment) in [
            (">   TCP", "  TCP", false),
            ("> >  TCP", " TCP", false),
            (">> # x", "x", true),
            ("#   TCP", "  TCP", true),
            ("//  TCP", " TCP", true),
            (";~ \tx", "\tx", true),
            (" *   TCP", "  TCP", true),
            ("--   TCP", "  TCP", true),
            (">", "", false),
            ("```text", "", false),
            ("```Active Connections", "Active Connections", false),
            ("```", "", false),
            (">user  console", ">user  console", false),
            ("-- More --", "-- More --", false),
            ("  -- unknown component(s) --", "  -- unknown component(s) --", false),
            ("  *:*", "  *:*", false),
            ("#hash", "#hash", false),
            ("  \"a.exe   4\",", "a.exe   4", false),
            ("- '=====  ====='", "=====  =====", false),
            ("\"a.exe\",\"4\"", "\"a.exe\",\"4\"", false),
            ("----", "----", false),
        ] {
            assert_eq!(behind_prefix(line), (rest, is_comment), "{line}");
        }
    }
}
