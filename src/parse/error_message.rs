//! What a command prints instead of a table: that it was not allowed, not found or not understood.
//!
//! ```text
//! The requested operation requires elevation.
//!
//! 'netstat' is not recognized as an internal or external command,
//! operable program or batch file.
//!
//! ERROR: Invalid argument/option - '/scv'.
//! ```
//!
//! Only these wordings are known, by word; any other is prose.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "error_message", os: Os::Windows, open };

const NOT_ALLOWED: NotRead = NotRead {
    what: "a message that the command needs an administrator: run it from an elevated prompt",
    tool: "the command line",
    class: is_not_allowed,
    yields: false,
};

const NOT_FOUND: NotRead = NotRead {
    what: "a message that the command was not found: run it on Windows, from its system folder",
    tool: "the command line",
    class: is_not_found,
    yields: false,
};

const FAILED: NotRead = NotRead {
    what: "a message that the command failed: see what it says, and run it again",
    tool: "the command line",
    class: is_failed,
    yields: false,
};

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    let kinds = [NOT_ALLOWED, NOT_FOUND, FAILED];
    kinds.into_iter().find(|kind| (kind.class)(line.text).is_some()).and_then(Opening::new)
}

fn notice(is_one: bool) -> Option<Class> {
    is_one.then_some(Class::Notice)
}

fn begins(text: &str, phrases: &[&str]) -> bool {
    let text = text.trim_start();
    phrases.iter().any(|phrase| text.starts_with(phrase))
}

fn is_not_allowed(text: &str) -> Option<Class> {
    notice(begins(
        text,
        &[
            "The requested operation requires elevation",
            "Der angeforderte Vorgang erfordert erhöhte Rechte",
            "Access is denied",
            "Zugriff verweigert",
            "ERROR: Access is denied",
            "ERROR: Access denied",
        ],
    ))
}

fn is_not_found(text: &str) -> Option<Class> {
    let text = text.trim();
    let quoted = text.starts_with(['\'', '"']) && text.contains(" is not recognized as a");
    notice(
        quoted
            || begins(text, &["operable program or batch file", "netstat : The term 'netstat'"])
            || text.ends_with("netstat: command not found"),
    )
}

fn is_failed(text: &str) -> Option<Class> {
    let is_error = begins(text, &["ERROR: ", "FEHLER: ", "ERREUR : ", "ERREUR: ", "错误: "]);
    notice(is_error && super::netstat_find::like_a_socket(text).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_what_is_none() {
        assert!(is_not_allowed("The requested operation requires elevation.").is_some());
        assert!(
            is_not_found("'netstat' is not recognized as an internal or external command,")
                .is_some()
        );
        assert!(is_failed("FEHLER: Argument/Option ungültig - \"/scv\".").is_some());
        for text in
            ["no error here", "ERROR: TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 4", "INFO: No tasks"]
        {
            assert!(is_failed(text).or(is_not_found(text)).is_none(), "{text}");
        }
    }
}
