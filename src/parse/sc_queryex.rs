//! `sc queryex` and `sc start`: services and the process each runs in.
//!
//! ```text
//! SERVICE_NAME: dns
//!         TYPE               : 10  WIN32_OWN_PROCESS
//!         STATE              : 4  RUNNING
//!                                 (STOPPABLE, PAUSABLE, ACCEPTS_SHUTDOWN)
//!         PID                : 2644
//!         FLAGS              :
//! ```
//!
//! ```text
//! name   = "SERVICE_NAME:" blanks1 text
//! detail = [blanks] label [blanks] ":" *any / [blanks] "(" flag *("," [blanks] flag) ")"
//! flag   = label
//! label  = 1*(upper-case / digit / "_" / "\_")     ; as Markdown writes it
//! ```
//!
//! Only `SERVICE_NAME`, `PID` and the number behind `TYPE` are read (0x10: the process runs no other service, 0x20: it
//! may run others: `SERVICE_STATUS` of the Windows API); whether labels are ever translated is not established. A PID
//! belongs to the name above it as long as nothing but details stands between. Drivers and services that do
//! not run have PID 0 and are no records. `sc query` prints no PID at all. Where `findstr` left nothing but names and PIDs,
//! all of them must take turns.

use std::sync::Arc;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::char;
use nom::combinator::rest;
use nom::sequence::{preceded, terminated};

use super::accounting::Class;
use super::combinators::{blanks, blanks1, pid_cell};
use super::failure::Parsed;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records, prompt};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Service;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "sc_queryex", os: Os::Windows, open };

const WHAT: &str = "services of `sc query`, which prints no PID as `sc queryex` does";

fn open(line: &Line<'_>, _: &[Line<'_>]) -> Option<Opening> {
    name(line.text).ok().and_then(|_| Opening::new(Services::default()))
}

/// `name = "SERVICE_NAME:" blanks1 text`
fn name(input: &str) -> Parsed<'_, &str> {
    let text = take_while1(|_| true).map(str::trim_end);
    let label = alt((tag("SERVICE_NAME:"), tag(r"SERVICE\_NAME:")));
    preceded((blanks, label, blanks1), text).parse(input)
}

/// `label ":"`, and the value behind it
fn detail(input: &str) -> Parsed<'_, (&str, &str)> {
    let label = take_while1(|c: char| {
        c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '\\')
    });
    let label = terminated(preceded(blanks, label), (blanks, char(':')));
    (label, preceded(blanks, rest)).parse(input)
}

/// `(STOPPABLE, NOT_PAUSABLE, …)`, which has no label
fn are_flags(text: &str) -> bool {
    let inner = text.trim().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let is_of_flag = |c: char| {
        c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '\\' | ',' | ' ')
    };
    inner.is_some_and(|flags| {
        flags.starts_with(|c: char| c.is_ascii_uppercase()) && flags.chars().all(is_of_flag)
    })
}

/// Is the type, in hexadecimal, that of a service with a process of its own?
fn is_of_its_own(value: &str) -> bool {
    const OWN_PROCESS: u32 = 0x10;
    const SHARE_PROCESS: u32 = 0x20;
    let number =
        value.split_whitespace().next().and_then(|word| u32::from_str_radix(word, 16).ok());
    number.is_some_and(|bits| bits & (OWN_PROCESS | SHARE_PROCESS) == OWN_PROCESS)
}

/// The block that is being read.
struct Block {
    line: usize,
    /// Of its line that was taken last.
    place: usize,
    name: String,
    /// Did details follow the name?
    detailed: bool,
    /// Does its type say that its process runs no other service?
    is_alone: bool,
    /// Was its PID read?
    done: bool,
}

impl Block {
    /// Lines were left out before its PID.
    fn elided(&self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let name = &self.name;
        let message = format!("expected the PID of `{name}`, found lines that were left out");
        let text = line.text.trim();
        let about = Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message);
        Taken::unread(about.with_help("the service is kept out of the answer"))
    }
}

#[derive(Default)]
struct Services {
    services: Vec<Service>,
    block: Option<Block>,
    /// Did any block have details?
    detailed: bool,
    seen_pid: bool,
    /// Were lines left out of the block, so that it is not certain whose PID follows?
    is_broken: bool,
    pairs: Pairs,
}

/// Names with nothing but their PID below.
#[derive(Default)]
struct Pairs {
    services: Vec<Service>,
    /// Those with PID 0 too.
    count: usize,
    /// Lines from a name to its PID, where a blank line may stand between all of them.
    gap: Option<usize>,
    /// Did names and PIDs not take turns?
    are_uneven: bool,
}

impl Pairs {
    /// Does a PID belong to the name above it, that is as many lines away as in all pairs?
    fn go_on(&mut self, gap: usize) -> bool {
        !self.are_uneven && gap <= 2 && gap == *self.gap.get_or_insert(gap)
    }

    /// Were some read before it showed that none is certain?
    fn are_spoiled(&self) -> bool {
        self.are_uneven && self.count > 0
    }

    fn uneven(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        self.are_uneven = true;
        let message = "expected names and PIDs by turns or details between them, found neither";
        let text = line.text.trim();
        let about = Diagnostic::of_part(source, line, text, Code::UnexpectedLine, message);
        Taken::unread(about.with_help("what is not certain is kept out of the answer"))
    }
}

impl Services {
    fn detail(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let Some(block) = self.block.as_mut() else { return self.behind_an_elision(source, line) };
        let Ok((_, (label, value))) = detail(line.text) else {
            let goes_on = block.detailed && are_flags(line.text);
            return goes_on.then(|| Taken::as_class(Class::Continuation));
        };
        let gap = line.place - std::mem::replace(&mut block.place, line.place);
        if label != "PID" {
            block.detailed |= !label.starts_with("DISPLAY");
            if label == "TYPE" {
                block.is_alone = is_of_its_own(value);
            }
            self.detailed |= block.detailed;
            if block.detailed && self.pairs.count > 0 && !self.pairs.are_uneven {
                return Some(self.pairs.uneven(source, line));
            }
            return Some(Taken::as_class(Class::Continuation));
        }
        // One name has one PID, behind other details.
        let is_second = std::mem::replace(&mut block.done, true);
        if block.detailed && is_second {
            return None;
        }
        let is_certain = if block.detailed {
            !self.pairs.are_spoiled()
        } else {
            !is_second && !self.detailed && self.pairs.go_on(gap)
        };
        if !is_certain {
            return Some(self.pairs.uneven(source, line));
        }
        let services = if block.detailed {
            self.seen_pid = true;
            &mut self.services
        } else {
            self.pairs.count += 1;
            &mut self.pairs.services
        };
        match pid_cell(value) {
            Ok((_, 0)) => Some(Taken::as_class(Class::Continuation)),
            Ok((_, pid)) => {
                let (line, name) = (block.line, std::mem::take(&mut block.name));
                let is_alone = block.is_alone;
                services.push(Service { line, name, pid, is_alone });
                Some(Taken::as_class(Class::Row))
            }
            Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
                Some(Taken::unread(failure.diagnostic(source, line)))
            }
            Err(nom::Err::Incomplete(_)) => None,
        }
    }
}

impl Services {
    /// A PID whose name may have been left out.
    fn behind_an_elision(&mut self, source: &Arc<str>, line: &Line<'_>) -> Option<Taken> {
        let (_, (label, value)) = detail(line.text).ok().filter(|_| self.is_broken)?;
        if label != "PID" || pid_cell(value).is_ok_and(|(_, pid)| pid == 0) {
            return Some(Taken::as_class(Class::Continuation));
        }
        let message =
            "expected the name of the service above its PID, found lines that were left out";
        let about = Diagnostic::of_part(source, line, value, Code::UnexpectedLine, message);
        Some(Taken::unread(about.with_help("the service is kept out of the answer")))
    }
}

impl Table for Services {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        if let Ok((_, name)) = name(line.text) {
            // No service is called by a backslash.
            let name = name.replace(r"\_", "_");
            self.is_broken = false;
            let above = self.block.replace(Block {
                line: line.number,
                place: line.place,
                name,
                detailed: false,
                is_alone: false,
                done: false,
            });
            if above.is_some_and(|above| !above.done && !above.detailed) {
                if self.pairs.count > 0 && !self.pairs.are_uneven {
                    return self.pairs.uneven(source, line);
                }
                self.pairs.are_uneven = true;
            }
            return Taken::as_class(Class::Header);
        }
        if prompt::is_pager_mark(line.text) {
            return Taken::NotOurs;
        }
        self.detail(source, line).unwrap_or_else(|| {
            let open = self.block.take().filter(|block| !block.done);
            let is_elision = prompt::is_elision(line.text);
            // A PID below any other line may be another's too.
            let is_cut = open
                .as_ref()
                .is_some_and(|block| is_elision || block.detailed || self.pairs.count > 0);
            self.is_broken = is_cut || (is_elision && self.is_broken);
            if open.is_some() {
                self.pairs.are_uneven = true;
            }
            match open {
                Some(block) if is_elision => block.elided(source, line),
                _ => Taken::NotOurs,
            }
        })
    }

    fn finish(mut self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        if self.pairs.are_spoiled() {
            return None;
        }
        // One pair may be what is left of two services.
        if self.pairs.count > 1 {
            self.seen_pid = true;
            self.services.append(&mut self.pairs.services);
        }
        let records = match (self.seen_pid, self.detailed) {
            (true, _) => Records::Services { services: self.services },
            (false, true) => Records::None { what: WHAT },
            (false, false) => return None,
        };
        Some((records, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(text: &str) -> Vec<(String, u32)> {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        assert!(source.accounting.adds_up());
        let mut named = Vec::new();
        for section in source.sections {
            if let Records::Services { services } = section.records {
                named.extend(services.into_iter().map(|service| (service.name, service.pid)));
            }
        }
        named
    }

    #[test]
    fn leaves_take_what_they_name() {
        assert_eq!(name("SERVICE_NAME: Example Web Server "), Ok(("", "Example Web Server")));
        assert!(name("SERVICE_NAME:").is_err() && name("DISPLAY_NAME: x").is_err());
        assert_eq!(detail("        PID                : 2644"), Ok(("", ("PID", "2644"))));
        assert_eq!(detail("  FLAGS              :"), Ok(("", ("FLAGS", ""))));
        assert!(detail("Image Name:   a.exe").is_err());
    }

    #[test]
    fn the_type_tells_whether_others_share_the_process() {
        for own in ["10  WIN32_OWN_PROCESS", "110  WIN32_OWN_PROCESS (interactive)", "50", "d0"] {
            assert!(is_of_its_own(own), "{own}");
        }
        for other in ["20  WIN32_SHARE_PROCESS", "30  WIN32", "1  KERNEL_DRIVER", "", "x"] {
            assert!(!is_of_its_own(other), "{other}");
        }
    }

    #[test]
    fn names_and_pids_alone_take_turns() {
        let two = "SERVICE_NAME: a\n  PID : 8\nSERVICE_NAME: b\n  PID : 12\n";
        assert_eq!(services(two), [("a".into(), 8), ("b".into(), 12)]);
        for odd in [
            "SERVICE_NAME: c\nSERVICE_NAME: d\n  PID : 16\n",
            "  PID : 16\n",
            "SERVICE_NAME: c\n\n  PID : 16\n",
            "SERVICE_NAME: c\n[...]\n  PID : 16\n",
        ] {
            for text in [format!("{two}{odd}"), format!("{odd}{two}")] {
                let is_pid_first = text.starts_with("  PID");
                let found = services(&text);
                assert!(found.is_empty() || (is_pid_first && found.len() == 2), "{text} {found:?}");
            }
        }
        let block = "SERVICE_NAME: c\n  TYPE : 10  X\n  PID : 16\n";
        assert!(services(&format!("{two}{block}")).is_empty());
        assert_eq!(services(&format!("{block}{two}")), [("c".into(), 16)]);
    }

    #[test]
    fn a_pid_belongs_to_the_block_it_stands_in() {
        let block = "SERVICE_NAME: a\n  TYPE : 10  X\n  PID : 8\n  FLAGS :\n";
        assert_eq!(services(block), [("a".into(), 8)]);
        assert_eq!(services(&format!("{block}  PID : 12\n")), [("a".into(), 8)]);
        for text in [
            "SERVICE_NAME: a\n  PID : 8\n",
            "SERVICE_NAME: a\n  TYPE : 10  X\nelsewhere\n  PID : 8\n",
            "SERVICE_NAME: a\n  TYPE : 10  X\n\nC:\\>x\n  PID : 8\n",
            "SERVICE_NAME: a\n  TYPE : 10  X\n  PID : 0\n",
            "  TYPE : 10  X\n  PID : 8\n",
        ] {
            assert!(services(text).is_empty(), "{text}");
        }
    }
}
