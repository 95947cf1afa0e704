//! Rows of a table whose gaps were made one blank or one tab: the order of the cells is left, and what they can be.
//!
//! ```text
//! ProcessId Name HandleCount WorkingSetSize
//! 0 System Idle Process 0 8192
//! ```
//!
//! Each column takes some of the words, and which these can be its name tells: a number is one word of digits, a name
//! may hold blanks, a command line may be anything or nothing. A cell is read where all readings of the row agree on
//! it; where they differ about more than free text, the row is not read. A tab ends a cell of any column but free text.

use std::ops::Range;

use super::combinators::is_blank;
use super::powershell::Property;

/// What the cells of a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    /// With a decimal mark, or without.
    Number,
    /// A number, or nothing where the process tells none.
    Seconds,
    Address,
    /// One word.
    Word,
    /// One word, or nothing.
    PerhapsWord,
    /// The name of a program.
    Name,
    /// The name of a program, or nothing.
    PerhapsName,
    Free,
}

const WORDS: [&str; 5] = ["Protocol", "Started", "StartMode", "State", "Status"];
const PERHAPS_WORDS: [&str; 1] = ["AppliedSetting"];
const NAMES: [&str; 3] = ["Name", "ProcessName", "Caption"];
const PERHAPS_NAMES: [&str; 1] = ["Process"];

const NUMBERS: [&str; 6] = ["NPM(K)", "PM(K)", "WS(K)", "VM(M)", "PM(M)", "WS(M)"];

const WHOLE: [&str; 24] = [
    "ExitCode",
    "Handle",
    "HandleCount",
    "Handles",
    "Id",
    "KernelModeTime",
    "LocalPort",
    "OwningProcess",
    "PageFaults",
    "PageFileUsage",
    "PID",
    "ParentProcessId",
    "Priority",
    "PrivatePageCount",
    "ProcessId",
    "ReadOperationCount",
    "RemotePort",
    "SI",
    "SessionId",
    "ThreadCount",
    "UserModeTime",
    "VirtualSize",
    "WorkingSetSize",
    "WriteOperationCount",
];

/// Names of Windows that hold blanks: these words are never of two cells.
const OF_MORE_WORDS: [&str; 3] = ["System Idle Process", "Memory Compression", "Secure System"];

/// No row that can be read this way has more.
const MOST_WORDS: usize = 64;

impl Kind {
    fn of(column: &str) -> Self {
        match column {
            "CPU(s)" | "CPU" => Kind::Seconds,
            "LocalAddress" | "RemoteAddress" => Kind::Address,
            _ if WHOLE.contains(&column) => Kind::Whole,
            _ if NUMBERS.contains(&column) => Kind::Number,
            _ if WORDS.contains(&column) => Kind::Word,
            _ if PERHAPS_WORDS.contains(&column) => Kind::PerhapsWord,
            _ if NAMES.contains(&column) => Kind::Name,
            _ if PERHAPS_NAMES.contains(&column) => Kind::PerhapsName,
            _ => Kind::Free,
        }
    }

    /// Can these words be a cell?
    fn fits(self, words: &[Word<'_>]) -> bool {
        let is_one = |test: fn(&str) -> bool| matches!(words, [word] if test(word.text));
        let is_name = || {
            let is_part = |word: &Word<'_>| !word.text.contains(['\\', '/', '"', ':']);
            words.iter().all(is_part)
                && words.iter().any(|word| word.text.contains(char::is_alphabetic))
                && words.iter().skip(1).all(|word| !word.behind_tab)
        };
        match self {
            Kind::Whole => is_one(|word| word.bytes().all(|byte| byte.is_ascii_digit())),
            Kind::Number => is_one(is_number),
            Kind::Seconds => words.is_empty() || is_one(is_seconds),
            Kind::Address => is_one(|word| word.contains([':', '.', '*'])),
            Kind::Word => is_one(|word| word.contains(char::is_alphabetic)),
            Kind::PerhapsWord => {
                words.is_empty() || is_one(|word| word.contains(char::is_alphabetic))
            }
            Kind::Name => !words.is_empty() && is_name(),
            Kind::PerhapsName => words.is_empty() || is_name(),
            Kind::Free => true,
        }
    }
}

/// May this be the cell of a column, whose place told so? It may be empty, and numbers are written in many ways.
pub(super) fn may_be(column: &str, cell: &str) -> bool {
    let cell = cell.trim();
    match Kind::of(column) {
        Kind::Whole => cell.bytes().all(|byte| byte.is_ascii_digit()),
        // A word is never a number: that stands in another column.
        Kind::PerhapsWord => cell.is_empty() || cell.contains(char::is_alphabetic),
        Kind::Number | Kind::Seconds => !cell.contains(|c: char| c.is_alphabetic() || c == ' '),
        _ => true,
    }
}

/// Are there numbers enough among these columns that their order tells a row from prose?
pub(super) fn are_told(columns: &[&str]) -> bool {
    columns.iter().filter(|column| Kind::of(column) == Kind::Whole).count() >= 2
}

/// Are the numbers of two readings of a row the same?
pub(super) fn have_same_numbers(one: &[Property], other: &[Property]) -> bool {
    let is_same = |((name, cell), (_, other)): (&Property, &Property)| {
        Kind::of(name) != Kind::Whole || cell.trim() == other.trim()
    };
    one.iter().zip(other).all(is_same)
}

/// Does a column hold text of any length?
pub(super) fn is_text(column: &str) -> bool {
    Kind::of(column) == Kind::Free
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
}

/// Seconds have two decimals.
fn is_seconds(word: &str) -> bool {
    is_number(word) && word.rsplit_once(['.', ',']).is_some_and(|(_, decimals)| decimals.len() == 2)
}

struct Word<'t> {
    text: &'t str,
    start: usize,
    behind_tab: bool,
}

/// Have the cells of a line no gaps but of one character?
pub(super) fn is_gapless(text: &str) -> bool {
    let text = text.trim_matches(is_blank);
    !text.as_bytes().windows(2).any(|two| two.iter().all(|byte| matches!(byte, b' ' | b'\t')))
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_end_matches(is_blank);
    let mut behind_tab = false;
    loop {
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        behind_tab |= rest.get(..blanks).is_some_and(|blanks| blanks.contains('\t'));
        rest = rest.get(blanks..).unwrap_or_default();
        let whole = OF_MORE_WORDS.iter().find(|name| {
            let behind = rest.strip_prefix(**name);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(is_blank))
        });
        let end =
            whole.map_or_else(|| rest.find(is_blank).unwrap_or(rest.len()), |name| name.len());
        let Some((word, behind)) = rest.split_at_checked(end).filter(|_| end > 0) else {
            return words;
        };
        let start = nom::Offset::offset(text, word);
        words.push(Word { text: word, start, behind_tab: std::mem::take(&mut behind_tab) });
        rest = behind;
    }
}

/// The cells of a row, one for each column. `None` where the row has no reading, or readings that differ.
pub(super) fn cells<'t>(text: &'t str, columns: &[&str]) -> Option<Vec<&'t str>> {
    let words = words(text);
    if words.len() > MOST_WORDS || columns.is_empty() {
        return None;
    }
    let kinds: Vec<Kind> = columns.iter().map(|column| Kind::of(column)).collect();
    let fits = |kind: Kind, range: &Range<usize>| {
        words.get(range.clone()).is_some_and(|words| kind.fits(words))
    };
    let count = words.len();
    let ranges = || (0..=count).flat_map(|start| (start..=count).map(move |end| start..end));
    // Which words can be behind, and before, the first columns.
    let mut before = vec![vec![false; count + 1]];
    before.first_mut()?.iter_mut().take(1).for_each(|none| *none = true);
    for kind in &kinds {
        let mut reached = vec![false; count + 1];
        let known = before.last()?;
        for range in ranges() {
            if known.get(range.start) == Some(&true) && fits(*kind, &range) {
                *reached.get_mut(range.end)? = true;
            }
        }
        before.push(reached);
    }
    let mut behind = vec![false; count + 1];
    *behind.last_mut()? = true;
    let mut cells = Vec::new();
    for (kind, known) in kinds.iter().zip(&before).rev() {
        let mut reached = vec![false; count + 1];
        let mut readings: Vec<Range<usize>> = Vec::new();
        for range in ranges() {
            let is_read = known.get(range.start) == Some(&true)
                && behind.get(range.end) == Some(&true)
                && fits(*kind, &range);
            if is_read {
                *reached.get_mut(range.start)? = true;
                let is_known = |other: &Range<usize>| other.is_empty() && range.is_empty();
                if !readings.iter().any(is_known) {
                    readings.push(range);
                }
            }
        }
        behind = reached;
        cells.push(match readings.as_slice() {
            [one] => text_of(text, words.get(one.clone())?),
            [_, ..] if *kind == Kind::Free => "",
            _ => return None,
        });
    }
    cells.reverse();
    Some(cells)
}

fn text_of<'t>(text: &'t str, words: &[Word<'t>]) -> &'t str {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return "" };
    text.get(first.start..last.start + last.text.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'t>(heading: &str, text: &'t str) -> Option<Vec<&'t str>> {
        cells(text, &heading.split(' ').collect::<Vec<_>>())
    }

    #[test]
    fn names_hold_blanks_where_the_rest_are_numbers() {
        let of = |text| row("ProcessId Name HandleCount", text);
        assert_eq!(of("0 System Idle Process 0"), Some(vec!["0", "System Idle Process", "0"]));
        assert_eq!(of("8\tMy 2 App.exe\t12"), Some(vec!["8", "My 2 App.exe", "12"]));
        for text in ["8 a.exe", "a.exe 8", "8 a.exe 12 see ticket", "8 12 16", ""] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_cell_may_be_empty() {
        let of = |text| row("WS(K) CPU(s) Id SI ProcessName", text);
        assert_eq!(of("5312 0.98 836 0 csrss"), Some(vec!["5312", "0.98", "836", "0", "csrss"]));
        assert_eq!(of("5312 836 0 csrss"), Some(vec!["5312", "", "836", "0", "csrss"]));
        assert_eq!(of("5312 836 0"), None);
        let of = |text| row("LocalAddress LocalPort State AppliedSetting OwningProcess", text);
        assert_eq!(of(":: 80 Listen 3380"), Some(vec!["::", "80", "Listen", "", "3380"]));
        let with_setting = Some(vec!["::", "80", "Established", "Internet", "3380"]);
        assert_eq!(of(":: 80 Established Internet 3380"), with_setting);
        assert_eq!(of(":: 80 3380"), None);
    }

    #[test]
    fn readings_that_differ_are_none() {
        let of = |text| row("CommandLine Name ProcessId", text);
        assert_eq!(of(r"C:\a.exe -p a.exe 8"), None);
        assert_eq!(of(r"C:\a.exe a.exe 8"), Some(vec![r"C:\a.exe", "a.exe", "8"]));
        assert_eq!(of("System Idle Process 0"), Some(vec!["", "System Idle Process", "0"]));
        let of = |text| row("CommandLine ExecutablePath Name ProcessId", text);
        assert_eq!(of("a.exe C:\\a.exe a.exe 8"), Some(vec!["", "", "a.exe", "8"]), "free text");
    }

    #[test]
    fn gaps_are_of_one_character() {
        assert!(is_gapless("  a b\tc ") && !is_gapless("a  b") && !is_gapless("a\t b"));
        let long = "x ".repeat(MOST_WORDS + 1);
        assert_eq!(row("CommandLine", &long), None);
    }
}
