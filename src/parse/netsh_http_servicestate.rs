//! `netsh http show servicestate`, in both views: the URLs for which http.sys listens, and the processes
//! behind them.
//!
//! ```text
//! Server session ID: FF00000120000001
//!     URL groups:
//!     URL group ID: FE00000140000001
//!         State: Active
//!         Request queue name: DefaultAppPool
//!         Properties:
//!             Registered URLs:
//!                 HTTP://*:80/
//! Request queues:
//!     Request queue name: DefaultAppPool
//!         Controller process ID: 3408
//!         Process IDs:
//!             5120
//! ```
//!
//! ```text
//! id         = label ":" ("FE" / "FF") 14*HEXDIG          ; URL group, server session
//! name       = label ":" text
//! controller = "Controller" *any ":" pid
//! process    = pid / label ":" pid "," *any               ; newer: "ID: 3416, image: C:\…"
//! ```
//!
//! In the server session view, the default, URLs and processes are joined by the name of the queue alone,
//! and several queues are called "Request queue is unnamed."; with `view=requestq` both stand in one block.
//! Labels are translated: a label is the queue's if it stands as that in the first URL group. The processes
//! of a queue and its controller are different things.

use std::collections::HashMap;
use std::sync::Arc;

use nom::Parser;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::char;
use nom::combinator::{all_consuming, opt, recognize, rest};
use nom::sequence::{delimited, preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, pid};
use super::failure::Parsed;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records, http_url, netsh, netstat_find};
use crate::fact::{HttpUrl, PortFact, QueueProcess};
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "netsh_http_servicestate", os: Os::Windows, open };

const TITLE: &str = "Snapshot of HTTP service state";
const QUEUE_LABEL: &str = "Request queue name";

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    let is_queue = named(line.text).is_some_and(|(label, _)| label == QUEUE_LABEL);
    let opens = is_queue || line.text.trim().starts_with(TITLE) || identifier(line.text).is_some();
    opens.then(|| Opening::new(State::default()))?
}

/// `label ":" text`, both trimmed; the text may be empty.
fn named(text: &str) -> Option<(&str, &str)> {
    let (label, value) = text.split_once([':', '：'])?;
    Some((label.trim(), value.trim()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identifier {
    UrlGroup,
    Session,
}

/// `id`
fn identifier(text: &str) -> Option<Identifier> {
    let (label, value) = named(text)?;
    let hex = |c: char| c.is_ascii_hexdigit();
    let mut id = all_consuming(recognize((char('F'), take_while_m_n(15, 15, hex))));
    let id: Parsed<'_, &str> = id.parse(value);
    match id.ok()?.1.get(..2) {
        Some("FE") if !label.is_empty() => Some(Identifier::UrlGroup),
        Some("FF") if !label.is_empty() => Some(Identifier::Session),
        _ => None,
    }
}

/// `process`
fn process(input: &str) -> Parsed<'_, u32> {
    let label = terminated(tag("ID:"), blanks);
    let image = opt(preceded(char(','), rest));
    delimited((blanks, opt(label)), pid, (image, blanks)).parse(input)
}

struct Queue {
    name: String,
    controllers: Vec<QueueProcess>,
    workers: Vec<QueueProcess>,
}

/// How a URL is tied to its queue.
enum Tie {
    /// It stands in the block of the queue.
    Block(usize),
    /// Its group names the queue.
    Name(String),
    None,
}

struct Registered {
    line: usize,
    url: String,
    port: u16,
    tie: Tie,
}

#[derive(Default)]
struct State {
    queues: Vec<Queue>,
    urls: Vec<Registered>,
    /// The queue whose block is being read.
    queue: Option<usize>,
    /// Lines since the identifier of the URL group that is being read.
    since_group: Option<usize>,
    /// The queue that this group names.
    group_queue: Option<String>,
    /// What stands before the name of a queue, in the language of this text.
    label: Option<String>,
    /// May a line be a process of the queue?
    in_processes: bool,
}

impl State {
    fn identifier(&mut self, identifier: Identifier) {
        self.in_processes = false;
        self.group_queue = None;
        self.since_group = (identifier == Identifier::UrlGroup).then_some(0);
        if identifier == Identifier::Session {
            self.queue = None;
        }
    }

    fn url(&mut self, line: usize, url: &str, port: u16) {
        let of_queue =
            |queue: &Queue| self.group_queue.as_ref().is_none_or(|name| *name == queue.name);
        let block = self.queue.filter(|index| self.queues.get(*index).is_some_and(of_queue));
        let tie = match (block, &self.group_queue) {
            (Some(index), _) => Tie::Block(index),
            (None, Some(name)) => Tie::Name(name.clone()),
            (None, None) => Tie::None,
        };
        self.in_processes = false;
        self.urls.push(Registered { line, url: url.to_owned(), port, tie });
    }

    /// A line with a label.
    fn labelled(&mut self, line: &Line<'_>, label: &str, value: &str) {
        if let Some(lines) = &mut self.since_group {
            *lines += 1;
        }
        // The second line of a group names its queue.
        let names_a_queue = match &self.label {
            Some(known) => known == label,
            None => label == QUEUE_LABEL || self.since_group == Some(2),
        };
        if names_a_queue && !value.is_empty() {
            self.label = Some(label.to_owned());
            self.in_processes = false;
            if self.since_group.is_some_and(|lines| lines <= 2) {
                self.group_queue = Some(value.to_owned());
            } else {
                self.since_group = None;
                self.queue = Some(self.queues.len());
                let (controllers, workers) = (Vec::new(), Vec::new());
                self.queues.push(Queue { name: value.to_owned(), controllers, workers });
            }
            return;
        }
        let queue = self.queue.and_then(|index| self.queues.get_mut(index));
        let pid: Parsed<'_, u32> = all_consuming(pid).parse(value);
        match (queue, pid) {
            (Some(queue), Ok((_, pid))) if label.starts_with("Controller") => {
                queue.controllers.push(QueueProcess { line: line.number, pid });
            }
            _ => {}
        }
        // What ends in a colon begins a list.
        self.in_processes = value.is_empty() && self.since_group.is_none();
    }
}

impl Table for State {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let text = line.text.trim();
        if let Some(identifier) = identifier(text) {
            self.identifier(identifier);
            return Taken::as_class(Class::Header);
        }
        match http_url::url(text) {
            Ok((_, port)) => {
                self.url(line.number, text, port);
                return Taken::as_class(Class::Row);
            }
            Err(nom::Err::Failure(failure)) => {
                return Taken::unread(failure.diagnostic(source, line));
            }
            Err(_) => {}
        }
        if let Ok((_, pid)) = process(text)
            && self.in_processes
            && let Some(queue) = self.queue.and_then(|index| self.queues.get_mut(index))
        {
            queue.workers.push(QueueProcess { line: line.number, pid });
            return Taken::as_class(Class::Continuation);
        }
        if text.starts_with(TITLE) || netsh::ruler(line).is_some() {
            self.queue = None;
            self.since_group = None;
            return Taken::as_class(Class::Header);
        }
        let is_indented = line.text.starts_with([' ', '\t']);
        match named(text) {
            _ if netstat_find::find(text).is_some() => Taken::NotOurs,
            Some((label, value)) if is_indented || value.is_empty() || label == QUEUE_LABEL => {
                // What is told of a process, below it.
                let of_process = matches!(label, "Services" | "Tagged Service");
                if !of_process {
                    self.labelled(line, label, value);
                }
                Taken::as_class(Class::Header)
            }
            None if is_indented => Taken::as_class(Class::Header),
            _ => Taken::NotOurs,
        }
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        let mut by_name: HashMap<&str, Vec<&Queue>> = HashMap::new();
        for queue in &self.queues {
            by_name.entry(&queue.name).or_default().push(queue);
        }
        let named: HashMap<&str, Behind> =
            by_name.into_iter().map(|(name, queues)| (name, Behind::of(&queues))).collect();
        let facts = self.urls.into_iter().map(|registered| {
            let Registered { line, url, port, tie } = registered;
            let in_block = |index: &usize| self.queues.get(*index);
            let (queue, behind) = match &tie {
                Tie::Block(index) => (
                    in_block(index).map(|queue| queue.name.clone()),
                    in_block(index).map(|queue| Behind::of(&[queue])),
                ),
                Tie::Name(name) => (Some(name.clone()), named.get(name.as_str()).cloned()),
                Tie::None => (None, None),
            };
            let Behind { is_shared, controllers, workers } = behind.unwrap_or_default();
            let queue_is_shared = is_shared;
            PortFact::Url(HttpUrl { line, url, port, queue, queue_is_shared, controllers, workers })
        });
        Some((Records::Facts { facts: facts.collect(), excluded_for: None }, None))
    }
}

/// The processes at the queues of one name.
#[derive(Clone, Default)]
struct Behind {
    is_shared: bool,
    controllers: Arc<[QueueProcess]>,
    workers: Arc<[QueueProcess]>,
}

impl Behind {
    fn of(queues: &[&Queue]) -> Self {
        Behind {
            is_shared: queues.len() > 1,
            controllers: queues.iter().flat_map(|queue| &queue.controllers).copied().collect(),
            workers: queues.iter().flat_map(|queue| &queue.workers).copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Port, queue, controllers and workers.
    type Url = (u16, Option<String>, Vec<u32>, Vec<u32>);

    fn urls(text: &str) -> Vec<Url> {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        assert_eq!(source.diagnostics, []);
        let facts = source.sections.into_iter().flat_map(|section| match section.records {
            Records::Facts { facts, .. } => facts,
            other => panic!("{other:?}"),
        });
        let pids = |list: &[QueueProcess]| list.iter().map(|process| process.pid).collect();
        facts
            .map(|fact| match fact {
                PortFact::Url(url) => {
                    (url.port, url.queue, pids(&url.controllers), pids(&url.workers))
                }
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn identifiers_are_sixteen_digits() {
        assert_eq!(identifier("URL group ID: FE00000140000001"), Some(Identifier::UrlGroup));
        assert_eq!(identifier("Server session ID: FF00000120000001"), Some(Identifier::Session));
        for text in ["a: FE0000014000000", "a: AB00000140000001", ": FE00000140000001", "a: FE"] {
            assert_eq!(identifier(text), None, "{text}");
        }
    }

    #[test]
    fn processes_are_numbers_or_say_their_image() {
        assert_eq!(process("    3416"), Ok(("", 3416)));
        assert_eq!(process(r"ID: 3416, image: C:\a.exe").map(|(_, pid)| pid), Ok(3416));
        assert!(process("Version: 2.0").is_err());
    }

    #[test]
    fn urls_and_processes_are_joined_by_the_name_of_the_queue() {
        let text = "Server session ID: FF00000120000001\n    URL groups:\n    \
            URL group ID: FE00000140000001\n        State: Active\n        \
            Request queue name: Pool\n        Registered URLs:\n            HTTP://*:80/\n\
            Request queues:\n    Request queue name: Pool\n        \
            Number of active processes attached: 1\n        Controller process ID: 3408\n        \
            Process IDs:\n            5120\n    Request queue name: Other\n        Process IDs:\n            \
            5124\n";
        assert_eq!(urls(text), [(80, Some("Pool".to_owned()), vec![3408], vec![5120])]);
    }

    #[test]
    fn two_queues_of_one_name_share_their_processes() {
        let text = "Server session ID: FF00000120000001\n    URL group ID: FE00000140000001\n        \
            State: Active\n        Request queue name: unnamed\n            HTTP://+:5985/WSMAN/\n\
            Request queues:\n    Request queue name: unnamed\n        Process IDs:\n            3416\n    \
            Request queue name: unnamed\n        Process IDs:\n            3420\n";
        assert_eq!(urls(text), [(5985, Some("unnamed".to_owned()), vec![], vec![3416, 3420])]);
    }

    #[test]
    fn labels_of_another_language_are_learnt_from_the_first_group() {
        let text = "Serversitzungs-ID: FF00000120000001\n    URL-Gruppen-ID: FE00000140000001\n        \
            Status: Aktiv\n        Name der Anforderungswarteschlange: Pool\n            HTTP://*:80/\n\
            Anforderungswarteschlangen:\n    Name der Anforderungswarteschlange: Pool\n        \
            Prozess-IDs:\n            5120\n";
        assert_eq!(urls(text), [(80, Some("Pool".to_owned()), vec![], vec![5120])]);
    }
}
