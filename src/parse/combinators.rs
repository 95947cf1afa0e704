//! Leaves that more than one grammar needs.

use nom::Parser;
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, cut, map_res, recognize};
use nom::multi::separated_list1;

use super::failure::{Expected, Failure, Parsed, expecting};

/// A blank between cells: space, tab, no-break space and their kin.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// `blanks = *blank`
pub(crate) fn blanks(input: &str) -> Parsed<'_, &str> {
    take_while(is_blank).parse(input)
}

/// `blanks1 = 1*blank`
pub(crate) fn blanks1(input: &str) -> Parsed<'_, &str> {
    expecting(Expected::Blank, take_while1(is_blank)).parse(input)
}

/// `word = 1*non-blank`
pub(crate) fn word(input: &str) -> Parsed<'_, &str> {
    take_while1(|c| !is_blank(c)).parse(input)
}

/// `digits = 1*("0"-"9")`
pub(crate) fn digits(input: &str) -> Parsed<'_, &str> {
    take_while1(|c: char| c.is_ascii_digit()).parse(input)
}

/// `pid = digits`, from 0 to 4294967295
pub(crate) fn pid(input: &str) -> Parsed<'_, u32> {
    expecting(Expected::Pid, map_res(digits, str::parse)).parse(input)
}

/// `pid-cell = [blanks] pid [blanks]`; a cell that is no PID fails as a whole.
pub(crate) fn pid_cell(cell: &str) -> Parsed<'_, u32> {
    let cell = cell.trim_matches(is_blank);
    let failure = |_| Failure::new(cell, Expected::Pid);
    cut(all_consuming(pid)).parse(cell).map_err(|error| error.map(failure))
}

/// The number that the whole of a cell is.
pub(crate) fn whole_number(cell: &str) -> Option<u32> {
    let parsed: Parsed<'_, u32> = all_consuming(map_res(digits, str::parse)).parse(cell.trim());
    parsed.ok().map(|(_, number)| number)
}

/// `run = 1*"="`
fn run(input: &str) -> Parsed<'_, &str> {
    take_while1(|c| c == '=').parse(input)
}

/// `ruler = run 1*(" " run)`: the widths of the columns of a table, in cells.
pub(crate) fn ruler(input: &str) -> Parsed<'_, Vec<usize>> {
    let widths = separated_list1(char(' '), run.map(str::len));
    expecting(Expected::Ruler, widths).parse(input)
}

/// The part of a line that a grammar took, as it stands.
pub(crate) fn taken<'a, T>(
    grammar: impl FnMut(&'a str) -> Parsed<'a, T>,
) -> impl FnMut(&'a str) -> Parsed<'a, &'a str> {
    let mut grammar = recognize(grammar);
    move |input| grammar.parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_take_what_they_name() {
        assert_eq!(blanks1(" \t\u{a0}x"), Ok(("x", " \t\u{a0}")));
        assert_eq!(word("abc d"), Ok((" d", "abc")));
        assert_eq!(pid("4 "), Ok((" ", 4)));
        assert_eq!(ruler("=== == ="), Ok(("", vec![3, 2, 1])));
    }

    #[test]
    fn leaves_fail_at_their_place() {
        fn failure<T>(parsed: Parsed<'_, T>) -> Option<Failure<'_>> {
            match parsed {
                Err(nom::Err::Error(failure)) => Some(failure),
                _ => None,
            }
        }
        let at = |at, expected| Some(Failure::new(at, expected));
        assert_eq!(failure(blanks1("x")), at("x", Expected::Blank));
        assert_eq!(failure(pid("x")), at("x", Expected::Pid));
        assert_eq!(failure(pid("99999999999")), at("99999999999", Expected::Pid));
        assert_eq!(failure(ruler("--")), at("--", Expected::Ruler));
    }

    #[test]
    fn a_pid_cell_fails_as_a_whole() {
        assert_eq!(pid_cell(" 888 "), Ok(("", 888)));
        for cell in ["x8", "8x", "8 9", "4294967296", ""] {
            let failure = nom::Err::Failure(Failure::new(cell, Expected::Pid));
            assert_eq!(pid_cell(cell), Err(failure), "{cell}");
        }
    }

    #[test]
    fn numbers_never_wrap() {
        assert_eq!(pid("4294967295"), Ok(("", u32::MAX)));
        assert!(pid("4294967296").is_err());
        assert_eq!(whole_number(" 0004 "), Some(4));
        assert_eq!(whole_number("4 K"), None);
        assert_eq!(whole_number("+4"), None);
    }
}
