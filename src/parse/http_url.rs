//! URL prefixes of http.sys.
//!
//! ```text
//! url    = ("http" / "https") "://" host ":" port [":" address] "/" path     ; in any case
//! host   = "+" / "*" / "[" IPv6 "]" / IPv4 / name
//! ```
//!
//! `HTTP://127.0.0.1:8000:127.0.0.1/` names the address that is listened on once more.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_till, take_while1};
use nom::character::complete::char;
use nom::combinator::{cut, opt, recognize, rest};
use nom::sequence::{delimited, preceded};

use super::failure::Parsed;
use super::netsh::port;

/// `url`, to the end of the input, as its port
pub(super) fn url(input: &str) -> Parsed<'_, u16> {
    let (input, _) =
        (alt((tag_no_case("https"), tag_no_case("http"))), tag_no_case("://")).parse(input)?;
    let bracketed = recognize(delimited(char('['), take_till(|c| c == ']'), char(']')));
    let host = alt((bracketed, take_while1(|c| !matches!(c, ':' | '/' | '[') && c > ' ')));
    let (input, port) = preceded((host, char(':')), cut(port)).parse(input)?;
    let (input, _) = (opt((char(':'), take_till(|c| c == '/'))), char('/'), rest).parse(input)?;
    Ok((input, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_urls() {
        for (text, port) in [
            ("HTTP://+:5985/WSMAN/", 5985),
            ("http://*:80/", 80),
            ("HTTP://127.0.0.1:8000:127.0.0.1/", 8000),
            ("https://[::1]:443:[::1]/a b/", 443),
            ("HTTPS://web.example:8443/", 8443),
        ] {
            assert_eq!(url(text), Ok(("", port)), "{text}");
        }
        for text in ["ftp://a:80/", "http://a/", "http://a:80", "http:// a:80/", "see http://a:80/"]
        {
            assert!(matches!(url(text), Err(nom::Err::Error(_))), "{text}");
        }
        assert!(matches!(url("http://+:99999/"), Err(nom::Err::Failure(_))));
    }
}
