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

/// Words of file names that tell what is in them, beside netstat and tasklist.
const SUBJECTS: &[&str] = &[
    "process",
    "processes",
    "procs",
    "proc",
    "ps",
    "ss",
    "pid",
    "pids",
    "ports",
    "port",
    "sockets",
    "connections",
    "conns",
    "netstats",
    "tasks",
    "services",
];

/// Words of file names that tell neither what is in them nor where it was taken.
const OF_NO_MACHINE: &[&str] = &[
    "list",
    "lists",
    "log",
    "logs",
    "result",
    "results",
    "report",
    "dump",
    "capture",
    "export",
    "table",
    "data",
    "text",
    "raw",
    "new",
    "current",
    "now",
    "full",
    "all",
    "verbose",
    "short",
    "brief",
    "listening",
    "listen",
    "listeners",
    "active",
    "running",
    "sorted",
    "filtered",
    "admin",
    "elevated",
    "utf8",
    "utf16",
    "ansi",
    "oem",
    "unicode",
    "step",
    "part",
    "am",
    "pm",
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
];

/// The words of a file name that can name a machine; `None` where the name does not tell what is in the file.
pub(crate) fn machine_words_of_file(file: &str) -> Option<Vec<String>> {
    let lower = file.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    let is_told = ["netstat", "tasklist"].iter().any(|kind| lower.contains(kind))
        || words.any(|word| SUBJECTS.contains(&word));
    // A date, a time or the number of a step.
    let is_number = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || "tzh".contains(c))
    };
    let mut words = telling_words_of_file(file);
    words.retain(|word| {
        let is_other = [SUBJECTS, OF_NO_MACHINE].iter().any(|list| list.contains(&word.as_str()));
        !is_other && !is_number(word)
    });
    is_told.then_some(words)
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
        let of_machine = |file| machine_words_of_file(file).map(|words| words.join(" "));
        assert_eq!(of_machine("web-prod-netstat.txt").as_deref(), Some("web prod"));
        assert_eq!(of_machine("2_tasklist_20261123T1030.txt").as_deref(), Some(""));
        assert_eq!(of_machine("alpha_process_list.csv").as_deref(), Some("alpha"));
        assert_eq!(of_machine("SRVA-ports.txt").as_deref(), Some("srva"));
        assert_eq!(of_machine("x.txt"), None);
        assert_eq!(telling_words_of_file("b.netstat"), ["b"]);
        assert_eq!(telling_words_of_file("ss.tasklist"), ["ss"]);
        assert_eq!(telling_words_of_file("srv1-netstat.txt"), ["srv1"]);
        assert!(telling_words_of_file("ps.txt").is_empty());
        assert!(
            tells_a_machine("SRV1") && !tells_a_machine("netstat.txt") && !tells_a_machine("10")
        );
    }
}
