//! Marks of lines that somebody left out.
//!
//! ```text
//! ...      [...]     (…)          :
//! [snip]   --snip--  <many more>  *** truncated ***
//! (38 more)          [Quoted text hidden]          usw.
//! ```
//!
//! A mark is dots alone, or a word that says so between signs, with no other word beside it than those that tell what
//! was left out. So a name in brackets (`[httpd.exe]`), a component or a service is none.

/// The longest mark, in bytes.
const LONGEST: usize = 64;

/// Signs round such a word.
const SIGNS: &[char] = &[
    '[', ']', '(', ')', '<', '>', '{', '}', '（', '）', '【', '】', '*', '-', '=', '~', '_', ' ',
    '.', '…', '⋮', '⋯',
];

/// What a word of a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// That lines were left out, by itself.
    LeftOut,
    /// That, behind another.
    Behind,
    /// What was left out, and how much of it.
    What,
}

impl Word {
    fn of(word: &str) -> Option<Self> {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Word::What);
        }
        match word {
            "snip" | "snipped" | "cut" | "trimmed" | "truncated" | "elided" | "omitted"
            | "abridged" | "shortened" | "usw" | "etc" | "gekürzt" | "gekuerzt"
            | "abgeschnitten" | "ausgelassen" | "weggelassen" | "coupé" | "tronqué" | "omis"
            | "omise" | "omises" | "recortado" | "truncado" | "omitido" | "cortado"
            | "tagliato" | "troncato" | "omesso" | "omissis" | "geknipt" | "ingekort"
            | "weggelaten" | "klippt" | "klippet" | "wycięto" | "ucięto" | "pominięto"
            | "вырезано" | "пропущено" | "обрезано" | "сокращено" | "省略" | "中略" | "以下略"
            | "後略" | "前略" | "略" | "以下省略" | "已省略" | "已截断" | "已截斷" | "생략"
            | "중략" | "이하생략" => Some(Word::LeftOut),
            "more" | "hidden" | "removed" | "skipped" | "deleted" | "weitere" | "mehr"
            | "entfernt" | "autres" | "más" | "mais" | "altri" | "altre" | "meer" | "ещё" => {
                Some(Word::Behind)
            }
            "output" | "text" | "quoted" | "line" | "lines" | "row" | "rows" | "entry"
            | "entries" | "process" | "processes" | "connections" | "rest" | "other" | "others"
            | "many" | "some" | "several" | "of" | "the" | "and" | "here" | "for" | "brevity"
            | "ausgabe" | "zeile" | "zeilen" | "viele" | "einige" | "und" | "lignes" | "líneas"
            | "linhas" | "righe" | "regels" | "строк" | "行" => Some(Word::What),
            _ => None,
        }
    }
}

/// `...`, `[...]`, `[snip]`, `(38 more)`: somebody left lines out.
pub(crate) fn is_elision(text: &str) -> bool {
    let text = text.trim();
    let is_long = text.len() > LONGEST;
    // Most lines are rows: they begin with a letter and end with a number.
    let is_sign = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_alphanumeric());
    let has_signs = is_sign(text.as_bytes().first()) || is_sign(text.as_bytes().last());
    let begins = |word: &str| text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if is_long || !(has_signs || begins("usw") || begins("etc")) {
        return false;
    }
    if text == ":" {
        return true;
    }
    let inner = text.trim_matches(SIGNS);
    if inner.is_empty() {
        let dots = text.chars().filter(|c| *c == '.').count();
        return dots > 1 || text == "." || text.contains(['…', '⋮', '⋯']);
    }
    // `-- More --` and `(more)` are of a pager.
    let (mut says, mut is_et_cetera) = (false, true);
    for (index, word) in inner.split_whitespace().enumerate() {
        let word = word.trim_matches(|c: char| ".,;:!…".contains(c)).to_lowercase();
        let Some(kind) = Word::of(&word) else { return false };
        says |= kind == Word::LeftOut || (kind == Word::Behind && index > 0);
        is_et_cetera &= matches!(word.as_str(), "usw" | "etc");
    }
    is_et_cetera || (says && inner.len() < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        for text in [
            "...",
            "..",
            "....",
            ". . .",
            "[...]",
            "…",
            "[…]",
            "(...)",
            "(…)",
            "[..]",
            "<...>",
            ".",
            ":",
            "⋮",
            "[snip]",
            "<snip>",
            "(snip)",
            "--snip--",
            "-- snip --",
            "...snip...",
            "*snip*",
            "snip *",
            "[cut]",
            "<cut>",
            "(cut)",
            "<many more>",
            "(38 more)",
            "... 38 more lines",
            "etc etc",
            "etc.",
            "usw.",
            "(gekürzt)",
            "[gekürzt]",
            "*** truncated ***",
            "[truncated]",
            "[output omitted]",
            "[Quoted text hidden]",
            "----- 8 lines omitted -----",
            "[usw.]",
            "（省略）",
        ] {
            assert!(is_elision(text), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "[httpd.exe]",
            "[cut.exe]",
            " [snip.exe]",
            "[System]",
            "RpcSs",
            "Snip",
            "cut",
            "-- More --",
            "(more)",
            "-----",
            "*****",
            "====",
            "*:*",
            "[::]",
            "[INFO]",
            "more",
            "38 more",
            "[some]",
            "[output]",
            "TCP",
            "- the rest",
            "4",
            "[4]",
            "snip.exe 4",
            "*** httpd.exe truncated ***",
            "::",
            "[etc]x",
        ] {
            assert!(!is_elision(text), "{text}");
        }
    }
}
