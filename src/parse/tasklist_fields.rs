//! The fields of `tasklist /fo list`: a label and a value a line.

use nom::Parser;
use nom::bytes::complete::{tag, take_till1};
use nom::combinator::{rest, verify};
use nom::sequence::preceded;

use super::combinators::blanks;
use super::failure::Parsed;
use super::tasklist_ruler::width;

/// A line of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub label: &'a str,
    /// May be empty.
    pub value: &'a str,
    /// Display cell at which the value stands.
    pub column: usize,
    /// Does one blank stand before the value?
    pub is_collapsed: bool,
}

pub(super) fn field(text: &str) -> Option<Field<'_>> {
    let (_, (label, value)) = label_and_value(text).ok()?;
    let before = text.get(..nom::Offset::offset(text, value))?;
    let is_collapsed = before.trim_end().len() + 1 == before.len() && before.ends_with(' ');
    let (label, value, column) = (label.trim(), value.trim_end(), width(before));
    Some(Field { label, value, column, is_collapsed })
}

/// `field = label *blank ":" *blank value`
fn label_and_value(input: &str) -> Parsed<'_, (&str, &str)> {
    let label = verify(take_till1(|c| c == ':' || c == '：'), |label: &str| {
        label.contains(char::is_alphabetic)
    });
    let colon = nom::branch::alt((tag(":"), tag("：")));
    (label, preceded((colon, blanks), rest)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_a_label_and_perhaps_a_value() {
        let of = |text| field(text).map(|field| (field.label, field.value, field.column));
        assert_eq!(of("Image Name:   a: b.exe "), Some(("Image Name", "a: b.exe", 14)));
        assert_eq!(of("イメージ名:          a.exe"), Some(("イメージ名", "a.exe", 21)));
        assert_eq!(of("Nom : "), Some(("Nom", "", 6)));
        for text in ["", "a.exe 4", ": 4", "12:30:00"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
