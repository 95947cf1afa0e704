//! How a grammar fails: at a place, with an expectation.
//!
//! nom's own error types lose the label or keep the last alternative instead of the farthest; this
//! one keeps both, without allocating.

use std::sync::Arc;

use nom::error::{ErrorKind, FromExternalError, ParseError};
use nom::{IResult, Parser};

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Line;

/// What a grammar stood before when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Protocol,
    Blank,
    LocalEndpoint,
    ForeignEndpoint,
    Port,
    Pid,
    Ruler,
    Cell,
    ImageName,
}

impl Expected {
    /// Completes "expected …".
    fn phrase(self) -> &'static str {
        match self {
            Expected::Protocol => "TCP or UDP",
            Expected::Blank => "a blank",
            Expected::LocalEndpoint => "a local address and port",
            Expected::ForeignEndpoint => "a foreign address and port",
            Expected::Port => "a port from 0 to 65535",
            Expected::Pid => "a PID",
            Expected::Ruler => "a ruler of equals signs",
            Expected::Cell => "a quoted cell",
            Expected::ImageName => "an image name above the PID",
        }
    }

    fn code(self) -> Code {
        match self {
            Expected::LocalEndpoint | Expected::ForeignEndpoint => Code::MissingEndpoint,
            Expected::Port => Code::BadPort,
            Expected::Pid => Code::BadPid,
            Expected::Protocol
            | Expected::Blank
            | Expected::Ruler
            | Expected::Cell
            | Expected::ImageName => Code::UnexpectedLine,
        }
    }
}

/// The failure of a grammar on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure<'a> {
    /// The rest of the line from the place of the failure, or a part of it.
    pub at: &'a str,
    /// `None` until a label was met.
    pub expected: Option<Expected>,
}

impl<'a> Failure<'a> {
    pub(crate) fn new(at: &'a str, expected: Expected) -> Self {
        Failure { at, expected: Some(expected) }
    }

    /// The word that stood where something else was expected.
    fn found(&self) -> &'a str {
        self.at.split(char::is_whitespace).next().unwrap_or_default()
    }

    pub(crate) fn diagnostic(&self, source: &Arc<str>, line: &Line<'_>) -> Diagnostic {
        let expected = self.expected.unwrap_or(Expected::Blank);
        let found = self.found();
        let message = if found.is_empty() {
            format!("expected {}, found the end of the line", expected.phrase())
        } else {
            format!("expected {}, found `{found}`", expected.phrase())
        };
        Diagnostic::of_part(source, line, found, expected.code(), message)
            .with_help("the row is kept out of the answer")
    }
}

impl<'a> ParseError<&'a str> for Failure<'a> {
    fn from_error_kind(at: &'a str, _: ErrorKind) -> Self {
        Failure { at, expected: None }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two alternatives the one that came farther tells more.
    fn or(self, other: Self) -> Self {
        if other.at.len() < self.at.len() { other } else { self }
    }
}

impl<'a, E> FromExternalError<&'a str, E> for Failure<'a> {
    fn from_external_error(at: &'a str, _: ErrorKind, _: E) -> Self {
        Failure { at, expected: None }
    }
}

/// What a grammar gives: the rest of the line and a value.
pub(crate) type Parsed<'a, T> = IResult<&'a str, T, Failure<'a>>;

/// Labels a step: where it fails without a label of its own, this is what was expected.
pub(crate) fn expecting<'a, T>(
    expected: Expected,
    mut parser: impl Parser<&'a str, Output = T, Error = Failure<'a>>,
) -> impl Parser<&'a str, Output = T, Error = Failure<'a>> {
    move |input: &'a str| {
        let label = |failure: Failure<'a>| match failure.expected {
            Some(_) => failure,
            None => Failure::new(failure.at, expected),
        };
        parser.parse(input).map_err(|error| error.map(label))
    }
}

#[cfg(test)]
mod tests {
    use nom::branch::alt;
    use nom::bytes::complete::tag;
    use nom::sequence::preceded;

    use super::*;

    #[test]
    fn the_farthest_alternative_wins() {
        let long = preceded(tag("ab"), expecting(Expected::Port, tag("c")));
        let short = expecting(Expected::Pid, tag("x"));
        let result = alt((long, short)).parse("abd");
        assert_eq!(result, Err(nom::Err::Error(Failure::new("d", Expected::Port))));
    }

    #[test]
    fn the_innermost_label_wins() {
        let inner = expecting(Expected::Port, tag("1"));
        let result = expecting(Expected::LocalEndpoint, inner).parse("2");
        assert_eq!(result, Err(nom::Err::Error(Failure::new("2", Expected::Port))));
    }
}
