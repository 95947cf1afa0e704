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

/// Words that say it by themselves.
const LEFT_OUT: &str = "snip snipped cut trimmed truncated elided omitted abridged shortened usw etc \
    gekürzt gekuerzt abgeschnitten ausgelassen weggelassen coupé tronqué omis omise omises \
    recortado truncado omitido cortado tagliato troncato omesso omissis geknipt ingekort weggelaten klippt klippet \
    wycięto ucięto pominięto вырезано пропущено обрезано сокращено \
    省略 中略 以下略 後略 前略 略 以下省略 已省略 已截断 已截斷 생략 중략 이하생략";

/// Words that say it behind another.
const BEHIND: &str = "more hidden removed skipped deleted weitere mehr entfernt autres más mais altri altre meer ещё";

/// What was left out, and how much of it.
const WHAT: &str = "output text quoted line lines row rows entry entries process processes connections rest other \
    others many some several of the and here for brevity ausgabe zeile zeilen viele einige und lignes líneas linhas \
    righe regels строк 行";

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
    let words: Vec<String> = inner
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| ".,;:!…".contains(c)).to_lowercase())
        .collect();
    let is_of = |word: &str, list: &str| list.split_whitespace().any(|one| one == word);
    if words.iter().all(|word| is_of(word, "usw etc")) {
        return true;
    }
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = |word: &String| {
        is_number(word) || [LEFT_OUT, BEHIND, WHAT].iter().any(|list| is_of(word, list))
    };
    // `-- More --` and `(more)` are of a pager.
    let says = words.iter().any(|word| is_of(word, LEFT_OUT))
        || words.iter().skip(1).any(|word| is_of(word, BEHIND));
    inner.len() < text.len() && says && words.iter().all(is_known)
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
