//! Rows of `tasklist` read by their words: where blanks were collapsed, or no ruler stands above.
//!
//! ```text
//! row    = image-name pid [session-name] session-number memory unit
//! memory = number / 1*3digit *(blank 3digit)
//! ```
//!
//! Image names hold blanks and digits, session names may be missing, memory may be grouped by blanks: so
//! only image name and PID are trusted, and only where there is one reading. What somebody put before the
//! image name (`12:`, a time, the name of a file) is none of it: see [`image_name`].

use unicode_width::UnicodeWidthStr;

use super::combinators::{is_blank, whole_number};
use super::process_cells::without_app;

/// What a row says for certain.
pub(super) struct ByWords<'a> {
    pub image_name: &'a str,
    pub pid: u32,
    /// Is this a row even where no ruler says so?
    pub is_certain: bool,
}

/// Reads a row of a table with this many columns: 3 with `/svc` and `/m`, 4 with `/apps`, 5, or 9 with `/v`.
pub(super) fn read(text: &str, columns: usize) -> Option<ByWords<'_>> {
    let text = text.trim_matches(is_blank);
    // Every PID of Windows is a multiple of 4; this settles much of what blanks in memory leave open.
    let is_pid = |word: &str| whole_number(word).is_some_and(|pid| pid % 4 == 0);
    if !text.split(is_blank).skip(1).any(is_pid) {
        return None;
    }
    let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
    let behind_pid = |index: usize| {
        let (pid, behind) = words.split_at_checked(index)?.1.split_first()?;
        is_pid(pid).then_some(behind)
    };
    // `/apps` names the app behind the program; it has no session, and a package behind the memory.
    let is_app = |index: usize, behind: &[&str]| {
        let name = index.checked_sub(1).and_then(|last| words.get(last));
        columns == 4
            && name.is_some_and(|last| last.ends_with(')'))
            && is_rest(&[&["0"], behind].concat(), false, true)
    };
    let fits = |behind: &[&str], has_name: bool| match columns {
        3 => has_name && !behind.is_empty(),
        5 => is_rest(behind, has_name, false) || (has_name && is_cut_rest(behind)),
        _ => is_rest(behind, has_name, true),
    };
    // A session name behind the PID is the surer sign.
    let index = [true, false].into_iter().find_map(|has_name| {
        let mut readings = (1..words.len()).filter(|index| {
            behind_pid(*index)
                .is_some_and(|behind| fits(behind, has_name) || is_app(*index, behind))
        });
        readings.next().map(|first| readings.next().is_none().then_some(first))
    })??;
    let pid_word = words.get(index)?;
    let start = nom::Offset::offset(text, *pid_word);
    let image_name = without_app(image_name(text.get(..start)?, pid_word));
    let is_certain = image_name.contains('.')
        || text.get(start..)?.contains("  ")
        || OF_THE_KERNEL.contains(&image_name);
    let has_name = image_name.contains(char::is_alphanumeric);
    let pid = whole_number(pid_word).filter(|_| has_name)?;
    Some(ByWords { image_name, pid, is_certain })
}

/// Processes that are no program.
const OF_THE_KERNEL: [&str; 5] =
    ["System Idle Process", "System", "Secure System", "Registry", "Memory Compression"];

/// Where the PID of a table ends, counted from the first cell of the image name: from Vista on, and before.
const PID_ENDS: [usize; 2] = [34, 32];

/// The image name at the end of what stands before the PID. In the layout of the table its place tells; otherwise
/// the signs that no file name holds, and words without a letter.
fn image_name<'a>(before: &'a str, pid: &str) -> &'a str {
    let signs = |c: char| is_blank(c) || FORBIDDEN.contains(c);
    let in_column = || in_its_column(before, pid);
    let name = of_link(before).or_else(in_column).unwrap_or_else(|| behind_text(before));
    without_colour(name).trim_matches(signs)
}

/// Without the colour of `grep --color`: `ESC [ numbers m` before the name, and behind it.
fn without_colour(name: &str) -> &str {
    let is_colour = |inner: &str| inner.chars().all(|c| c.is_ascii_digit() || c == ';');
    let name = match name.trim_start().strip_prefix("\x1b[").and_then(|rest| rest.split_once('m')) {
        Some((colour, name)) if is_colour(colour) => name,
        _ => name,
    };
    name.split_once('\x1b').map_or(name, |(name, _)| name)
}

/// The text of a link: `[httpd.exe|http://httpd.exe/]`, as Jira makes of a name.
fn of_link(before: &str) -> Option<&str> {
    let (_, link) = before.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    link.split_once("|http").map(|(name, _)| name)
}

fn in_its_column<'a>(before: &'a str, pid: &str) -> Option<&'a str> {
    if !before.ends_with("  ") || before.contains('\t') {
        return None;
    }
    let end = before.width() + pid.width();
    PID_ENDS.iter().find_map(|column| {
        let start = end.checked_sub(*column)?;
        let (at, _) = before
            .char_indices()
            .find(|(at, _)| before.get(..*at).is_some_and(|skipped| skipped.width() == start))?;
        let (skipped, name) = before.split_at_checked(at)?;
        let begins = name.starts_with(|c: char| !is_blank(c) && !FORBIDDEN.contains(c));
        let is_bold = skipped.ends_with('*') && name.trim_end().ends_with('*');
        let is_apart = is_bold
            || matches!(skipped, "" | "+" | "-")
            || skipped.ends_with(|c: char| is_blank(c) || matches!(c, '>' | ':' | '|'));
        let is_name = skipped.is_empty() || !name.trim_end().contains("  ");
        (begins && is_apart && is_name).then_some(name)
    })
}

/// Signs that no file name of Windows holds.
const FORBIDDEN: &str = "\\/:*?\"<>|";

fn behind_text(before: &str) -> &str {
    let before = before.trim_end();
    // `httpd.exe<http://httpd.exe>`, as a mail program makes links.
    let before = match before.split_once("<http") {
        Some((name, _)) if before.ends_with('>') => name,
        _ => before,
    };
    let is_sign = |c: char| FORBIDDEN.contains(c);
    let inner = before.trim_end_matches(is_sign);
    let name = match inner.rfind(is_sign) {
        // The word of the sign is no part of the name, unless it ends with the beginning of it: as it does behind the
        // name of a file and a colon, and not behind a time.
        Some(at) => {
            let (before, behind) = inner.split_at_checked(at + 1).unwrap_or_default();
            let begins = |word: &str| {
                word.contains('.') || (before.ends_with(':') && word.contains(char::is_alphabetic))
            };
            match behind.split_once(is_blank) {
                Some((rest_of_word, name)) if !begins(rest_of_word) => name,
                _ => behind,
            }
        }
        None => inner,
    };
    let mut name = name.trim_start();
    while let Some((word, rest)) = name.split_once(is_blank)
        && !word.contains(char::is_alphabetic)
    {
        name = rest.trim_start();
    }
    name
}

/// Sessions count up from 0; the one that waits for others is 65536.
const LAST_SESSION: u32 = 65_536;

/// `[session-name] session-number memory unit`, with more behind it or not.
fn is_rest(words: &[&str], has_name: bool, more: bool) -> bool {
    let words = match words.split_first() {
        Some((name, words)) if has_name && whole_number(name).is_none() => words,
        Some(_) if !has_name => words,
        _ => return false,
    };
    let Some((session_number, words)) = words.split_first() else {
        return false;
    };
    whole_number(session_number).is_some_and(|number| number <= LAST_SESSION)
        && (1..=3).any(|groups| {
            words.split_at_checked(groups).is_some_and(|(memory, rest)| match rest {
                [unit, rest @ ..] => {
                    is_memory(memory) && is_unit(unit) && (more || rest.is_empty())
                }
                [] => false,
            })
        })
}

/// A row whose memory is not told, or was put on the next line with its unit or without.
fn is_cut_rest(words: &[&str]) -> bool {
    matches!(words, [name, number, memory] if whole_number(name).is_none()
        && whole_number(number).is_some_and(|number| number <= LAST_SESSION)
        && (*memory == "N/A" || (whole_number(memory).is_none() && is_memory(&[memory]))))
}

fn is_unit(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    word.chars().count() <= 3 && word.chars().all(char::is_alphabetic)
}

/// One number, or groups of a number: the first of one to three digits, the others of three.
fn is_memory(groups: &[&str]) -> bool {
    let is_number = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && !word.contains(|c: char| c.is_alphabetic() && !matches!(c, 'ÿ' | 'я'))
    };
    let is_group = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
    match groups {
        [whole] => is_number(whole),
        [first, others @ ..] => {
            first.len() <= 3
                && whole_number(first).is_some()
                && others.iter().all(|group| is_group(group))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, columns: usize) -> Option<(&str, u32)> {
        read(text, columns).map(|row| (row.image_name, row.pid))
    }

    #[test]
    fn rows_of_the_plain_table() {
        for (text, image_name, pid) in [
            ("System Idle Process 0 Services 0 8 K", "System Idle Process", 0),
            ("svchost.exe 888 Services 0 16,408 K", "svchost.exe", 888),
            ("csrss.exe 836 1 6 616 КБ", "csrss.exe", 836),
            ("Registry 108 Services 0 53 972 Ko", "Registry", 108),
            ("a.exe 1200 Console 1 1 053 972 Ko", "a.exe", 1200),
            ("My 2 App.exe 1200 Console 1 5,000 K", "My 2 App.exe", 1200),
            ("mstsc.exe  64 RDP-Tcp#1 1 59,368 K", "mstsc.exe", 64),
        ] {
            assert_eq!(words(text, 5), Some((image_name, pid)), "{text}");
        }
        for text in ["", "K", "room with 3 K", "a.exe 4 K", "1,000 of 2,000 K", "4 Console 1 5 K"] {
            assert_eq!(words(text, 5), None, "{text}");
        }
        assert_eq!(words("a.exe 1200 Console 1 1 ab 972 Ko", 5), None, "no groups of a number");
    }

    #[test]
    fn what_stands_before_a_row_is_no_part_of_the_image_name() {
        let row = "svchost.exe                   1172 Services                   0     37,212 K";
        for before in [
            "7:",
            "10:00:01 ",
            "2026-11-24 10:00:01 ",
            "2026-11-24 ",
            "tasklist.txt:",
            ">",
            "this one: ",
            "--> ",
            "see ",
            "3) ",
        ] {
            let text = format!("{before}{row}");
            assert_eq!(words(&text, 5), Some(("svchost.exe", 1172)), "{before}");
        }
        for (text, image_name) in [
            ("**httpd.exe** 3380 Services 0 24,604 K", "httpd.exe"),
            ("httpd.exe<http://httpd.exe> 3380 Services 0 24,604 K", "httpd.exe"),
            ("[httpd.exe|http://httpd.exe/]    3380 Services 0 24,604 K", "httpd.exe"),
            ("my-httpd.exe                     3380 Services 0 24,604 K", "my-httpd.exe"),
            ("E-Ãœber.exe                     3380 Services 0 24,604 K", "E-Ãœber.exe"),
            ("**a-httpd.exe**                   3380 Services 0 24,604 K", "a-httpd.exe"),
            ("tasklist.txt:my app.exe   3380 Services 0 24,604 K", "my app.exe"),
            ("-httpd.exe                     3380 Services 0 24,604 K", "httpd.exe"),
            ("10:00:01 My 2 App.exe 3380 Services 0 24,604 K", "My 2 App.exe"),
            ("\u{1b}[1;31mhttpd.exe\u{1b}[0m      3380 Services    0     24,604 K", "httpd.exe"),
        ] {
            assert_eq!(words(text, 5), Some((image_name, 3380)), "{text}");
        }
        assert_eq!(words("[/] 3380 Services 0 24,604 K", 5), None, "no letter");
    }

    #[test]
    fn rows_of_other_tables() {
        assert_eq!(words("svchost.exe 776 DcomLaunch, LSM,", 3), Some(("svchost.exe", 776)));
        assert_eq!(words("a.exe 8 Svc 12 x", 3), None, "two readings");
        let app =
            "RuntimeBroker.exe (broker07f4358a) 7704 24,604 K Example.App_1.0_x64__8wekyb3d8bbwe";
        assert_eq!(words(app, 4), Some(("RuntimeBroker.exe", 7704)));
        let verbose = r"a.exe 8 Console 1 5,000 K Running X\y 0:00:01 Title 4";
        assert_eq!(words(verbose, 9), Some(("a.exe", 8)));
        assert_eq!(words(verbose, 5), None);
    }
}
