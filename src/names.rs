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
    "anob",
    "aon",
    "nao",
    "svc",
    "csv",
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

/// Options of one letter, which are words of machines too: where no other word is left they tell a machine.
const OPTIONS: &[&str] = &[
    "netstat-a",
    "netstat-b",
    "netstat-o",
    "netstat -a",
    "netstat -b",
    "tasklist-v",
    "tasklist-m",
];

/// The words of a name that are left when those are taken out, in lower case.
pub(crate) fn telling_words(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let mut without_options = name.clone();
    for option in OPTIONS {
        let is_whole = |rest: &str| !rest.starts_with(char::is_alphanumeric);
        let found = without_options.split_once(option).filter(|(_, rest)| is_whole(rest));
        if let Some((before, behind)) = found {
            without_options = format!("{before}-{behind}");
        }
    }
    match words_of_no_kind(&without_options) {
        words if words.is_empty() => words_of_no_kind(&name),
        words => words,
    }
}

fn words_of_no_kind(name: &str) -> Vec<String> {
    let name = name.replace("netstat", "-").replace("tasklist", "-");
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !KINDS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// The words of a file name that tell where it was taken. `srv1.netstat` tells the kind by its end.
pub(crate) fn telling_words_of_file(file: &str) -> Vec<String> {
    let (stem, end) = file.rsplit_once('.').unwrap_or((file, ""));
    match telling_words(stem).as_slice() {
        [] if ["netstat", "tasklist"].iter().any(|kind| end.eq_ignore_ascii_case(kind)) => {
            vec![stem.to_lowercase()]
        }
        words => words.to_vec(),
    }
}

/// Could this word of a banner name a machine?
pub(crate) fn tells_a_machine(word: &str) -> bool {
    word.len() > 1 && !telling_words(word).is_empty() && word.starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_tell() {
        assert_eq!(telling_words("Netstat-ano_SRV1.log"), ["srv1", "log"]);
        assert!(telling_words("tasklist-svc.txt").is_empty());
        assert_eq!(telling_words("netstat-b"), telling_words("tasklist-b"));
        assert_eq!(telling_words("srv1-netstat-b"), telling_words("srv1-tasklist-v"));
        assert_eq!(telling_words("netstat_a"), ["a"]);
        assert_eq!(telling_words("tasklist-b"), ["b"]);
        assert_eq!(telling_words("netstat-apple"), ["apple"]);
        assert_eq!(telling_words_of_file("b.netstat"), ["b"]);
        assert_eq!(telling_words_of_file("ss.tasklist"), ["ss"]);
        assert_eq!(telling_words_of_file("srv1-netstat.txt"), ["srv1"]);
        assert!(telling_words_of_file("ps.txt").is_empty());
        assert!(
            tells_a_machine("SRV1") && !tells_a_machine("netstat.txt") && !tells_a_machine("10")
        );
    }
}
