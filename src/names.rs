//! Words of file names and banners that say what was taken, not where.

/// Words that tell netstat from tasklist, and before from after.
const KINDS: &[&str] = &[
    "netstat",
    "tasklist",
    "atstart",
    "atend",
    "start",
    "end",
    "before",
    "after",
    "at",
    "of",
    "on",
    "from",
    "ano",
    "an",
    "a",
    "anob",
    "aon",
    "nao",
    "b",
    "o",
    "svc",
    "csv",
    "v",
    "process",
    "processes",
    "procs",
    "ps",
    "ss",
    "connections",
    "conns",
    "sockets",
    "ports",
    "output",
    "out",
    "txt",
    "netsh",
    "excludedportrange",
    "excluded",
    "dynamicport",
    "portproxy",
    "servicestate",
    "urlacl",
    "http",
    "show",
    "tcp",
    "udp",
    "ipv4",
    "ipv6",
    "sc",
    "queryex",
    "services",
];

/// The words of a name that are left when those are taken out, in lower case.
pub(crate) fn telling_words(name: &str) -> Vec<String> {
    let name = name.to_lowercase().replace("netstat", "-").replace("tasklist", "-");
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !KINDS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// Could this word of a banner name a machine?
pub(crate) fn tells_a_machine(word: &str) -> bool {
    !telling_words(word).is_empty() && word.starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_tell() {
        assert_eq!(telling_words("Netstat-ano_SRV1.log"), ["srv1", "log"]);
        assert!(telling_words("tasklist-svc.txt").is_empty());
        assert!(
            tells_a_machine("SRV1") && !tells_a_machine("netstat.txt") && !tells_a_machine("10")
        );
    }
}
