//! Rules of the Windows firewall: who may, not who does. Recognised, named and not read.
//!
//! ```text
//! Rule Name:                            Web server
//! ----------------------------------------------------------------------
//! Enabled:                              Yes
//! Direction:                            In
//! Protocol:                             TCP
//! LocalPort:                            80
//! ```
//!
//! In any language a rule is a label and a name, a line of at least 60 dashes, and labels with values at
//! column 39. `Get-NetFirewallRule` has a property a line, the first `Name`.

use super::Os;
use super::accounting::Class;
use super::not_read::NotRead;
use super::table::{Format, Opening};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "firewall_rules", os: Os::Windows, open };

const RULES: NotRead = NotRead {
    what: "rules of the Windows firewall, which say who may use a port and not who does",
    tool: "the Windows firewall",
    class,
    yields: true,
};

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let name = above.last().filter(|name| line.number == name.number + 1);
    let of_netsh = is_dashes(line.text) && name.is_some_and(|name| label(name.text).is_some());
    let heading = if of_netsh { 1 } else { 0 };
    (of_netsh || is_rule_of_powershell(line.text))
        .then(|| Opening::new(RULES))
        .flatten()
        .map(|opening| opening.with_heading_above(heading))
}

fn class(text: &str) -> Option<Class> {
    if is_dashes(text) {
        return Some(Class::Header);
    }
    let is_more = text.starts_with(&" ".repeat(VALUE)) && !text.trim().is_empty();
    (label(text).is_some() || is_more).then_some(Class::Notice)
}

fn is_dashes(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 60 && text.bytes().all(|b| b == b'-')
}

/// The character at which `netsh` prints values.
const VALUE: usize = 38;

/// `label ":" *blank value`, the value at its column, or `label 1*blank ":" blank value`; a value may be missing
fn label(text: &str) -> Option<&str> {
    let (label, value) = text.split_once(':')?;
    let is_label = label.starts_with(char::is_alphabetic) && label.trim().chars().count() <= 40;
    let at = text.chars().count() - value.trim_start().chars().count();
    let is_apart = value.trim().is_empty() || at == VALUE || label.ends_with(' ');
    (is_label && is_apart).then(|| label.trim())
}

/// The second of the properties that `Get-NetFirewallRule` prints; no other object has it.
fn is_rule_of_powershell(text: &str) -> bool {
    label(text).is_some_and(|label| {
        matches!(label, "PolicyStoreSourceType" | "EdgeTraversalPolicy" | "LooseSourceMapping")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_dashes() {
        assert_eq!(label("LocalPort:                            80"), Some("LocalPort"));
        assert_eq!(label("Enabled               : True"), Some("Enabled"));
        for text in
            ["see: this", "Image Name:   a.exe", "TCP    0.0.0.0:80  0.0.0.0:0", "12:30", ""]
        {
            assert_eq!(label(text), None, "{text}");
        }
        assert!(is_dashes(&"-".repeat(70)) && !is_dashes("-----"));
    }
}
