//! `Get-CimInstance Win32_Service` and `Get-WmiObject Win32_Service` of PowerShell: services and the process each runs
//! in, as a table, a list, and CSV.
//!
//! ```text
//! ProcessId Name     StartMode State   Status ExitCode
//! --------- ----     --------- -----   ------ --------
//! 0         ALG      Manual    Stopped OK     1077
//! 2924      Dnscache Auto      Running OK     0
//! ```
//!
//! Processes have a `ProcessId` and a `Name` too: one of the properties that services alone have must be there, or the
//! command above says `Win32_Service`. A list is
//! recognised by that property and the PID, whichever stands below the other. Services that do not run have PID 0 and are no records.
//! `ServiceType` tells whether others may share the process.

use std::sync::Arc;

use super::accounting::Class;
use super::combinators::whole_number;
use super::powershell::{
    BEGINNING, Listing, Machine, Property, REST, Read, left_out, open as open_listing, value,
};
use super::powershell_cells::property;
use super::powershell_list::OpenRecord;
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Os, Records};
use crate::diagnostic::{Code, Diagnostic};
use crate::record::Service;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "win32_service", os: Os::Windows, open };

/// Properties that services have and processes do not.
const OF_SERVICES: [&str; 7] =
    ["DisplayName", "PathName", "ServiceType", "Started", "StartMode", "StartName", "State"];

/// May these be properties of a service?
fn may_be(names: &[&str]) -> bool {
    ["ProcessId", "Name"].iter().all(|name| names.contains(name))
}

/// Are they of no process?
fn are_certain(names: &[&str]) -> bool {
    may_be(names) && names.iter().any(|name| is_of_services(name))
}

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let mut firsts = OF_SERVICES.to_vec();
    firsts.push("ProcessId");
    let certain = open_listing(line, above, are_certain, &firsts);
    let mut is_certain = certain.is_some();
    let (listing, heading) = certain.or_else(|| open_listing(line, above, may_be, &firsts))?;
    if let Some((this, _)) = property(line.text)
        && listing.is_list()
    {
        let begun = listing.object().0.iter().map(|(name, _)| name.as_str());
        let names: Vec<&str> = begun.chain([this]).collect();
        names.contains(&"ProcessId").then_some(())?;
        is_certain = names.iter().any(|name| is_of_services(name));
    }
    let services = Services {
        listing,
        services: Vec::new(),
        seen_pid: false,
        open: OpenRecord::default(),
        machine: Machine::default(),
    };
    let opening = Opening::new(services)?.with_heading_above(heading);
    Some(if is_certain { opening } else { opening.below_services() })
}

/// Is this a property by which a list is one of services?
pub(super) fn is_of_services(name: &str) -> bool {
    OF_SERVICES.contains(&name)
}

struct Services {
    listing: Listing,
    services: Vec<Service>,
    /// Did any object have a PID, if only 0?
    seen_pid: bool,
    /// The service of the object of a list that is being read.
    open: OpenRecord,
    machine: Machine,
}

/// What an object is.
enum Object {
    Service(Service),
    /// It does not run.
    Stopped,
    /// No name, or no PID.
    Other,
    /// This is no PID.
    BadPid(String),
}

fn object(line: usize, properties: &[Property]) -> Object {
    let (Some(name), Some(pid)) = (value(properties, "Name"), value(properties, "ProcessId"))
    else {
        return Object::Other;
    };
    // A process that somebody gave a property of services.
    if name.to_ascii_lowercase().ends_with(".exe") {
        return Object::Other;
    }
    match whole_number(pid) {
        None => Object::BadPid(pid.to_owned()),
        Some(0) => Object::Stopped,
        Some(pid) => {
            let is_alone = value(properties, "ServiceType") == Some("Own Process");
            Object::Service(Service { line, name: name.to_owned(), pid, is_alone })
        }
    }
}

impl Services {
    /// A whole object, which ends on this line.
    fn row(
        &mut self,
        source: &Arc<str>,
        first_line: usize,
        line: &Line<'_>,
        properties: &[Property],
    ) -> Taken {
        match object(first_line, properties) {
            Object::Other => Taken::NotOurs,
            Object::BadPid(pid) => bad_pid(source, line, &pid),
            _ if self.machine.other(properties).is_some() => {
                self.of_another(source, line, properties)
            }
            Object::Stopped => {
                self.seen_pid = true;
                Taken::as_class(Class::Continuation)
            }
            Object::Service(service) => {
                self.seen_pid = true;
                self.services.push(service);
                Taken::as_class(Class::Row)
            }
        }
    }

    /// A property of an object whose others stand on other lines.
    fn property(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        let (properties, first_line) = self.listing.object();
        if let Some(other) = self.machine.other(properties) {
            self.open.take_back(&mut self.services);
            return self.machine.unread(source, line, other);
        }
        match object(first_line, properties) {
            Object::Other => {
                self.open.take_back(&mut self.services);
                Taken::as_class(Class::Header)
            }
            Object::BadPid(pid) => {
                self.listing.drop_last();
                bad_pid(source, line, &pid)
            }
            Object::Stopped => {
                self.seen_pid = true;
                Taken::as_class(Class::Continuation)
            }
            Object::Service(service) if self.open.is_open() => {
                if let Some(last) = self.services.last_mut() {
                    *last = service;
                }
                Taken::as_class(Class::Continuation)
            }
            Object::Service(service) => {
                self.seen_pid = true;
                self.open.opens(line);
                self.services.push(service);
                Taken::as_class(Class::Row)
            }
        }
    }

    fn of_another(&mut self, source: &Arc<str>, line: &Line<'_>, of: &[Property]) -> Taken {
        let other = value(of, "PSComputerName").unwrap_or_default();
        self.machine.unread(source, line, other)
    }
}

fn bad_pid(source: &Arc<str>, line: &Line<'_>, pid: &str) -> Taken {
    let part = line.text.find(pid).and_then(|at| line.text.get(at..at + pid.len()));
    let message = format!("expected a PID, found `{pid}`");
    let part = part.unwrap_or(line.text);
    let about = Diagnostic::of_part(source, line, part, Code::BadPid, message);
    Taken::unread(about.with_help("the row is kept out of the answer"))
}

impl Table for Services {
    fn begin(&mut self, around: Surroundings) {
        if around.elided {
            self.listing.elided_above();
        }
    }

    fn withdrawn(&mut self) -> Option<usize> {
        self.open.withdrawn()
    }

    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match self.listing.read(line) {
            Read::Header => Taken::as_class(Class::Header),
            Read::Object(properties, appended) => {
                match self.row(source, line.number, line, &properties) {
                    Taken::As(Class::Row, _) => Taken::row_without(&appended, source, line),
                    taken => taken,
                }
            }
            Read::Part { begins } => {
                if begins {
                    self.open.ends();
                }
                self.property(source, line)
            }
            Read::Beyond => Taken::as_class(Class::Continuation),
            Read::Mended(properties) => {
                match self.row(source, line.number - 1, line, &properties) {
                    Taken::As(Class::Row | Class::Continuation, _) => Taken::Mends,
                    Taken::NotOurs => Taken::misplaced(source, line),
                    taken => taken,
                }
            }
            Read::Elided => {
                let (properties, first_line) = self.listing.object();
                let is_part = !properties.is_empty()
                    && matches!(object(first_line, properties), Object::Other);
                if !is_part {
                    return Taken::NotOurs;
                }
                self.listing.drop_object();
                left_out(source, line, REST)
            }
            Read::Rest => {
                self.open.ends();
                left_out(source, line, BEGINNING)
            }
            Read::Broken => Taken::misplaced(source, line),
            Read::NotOurs => Taken::NotOurs,
        }
    }

    fn host(&self) -> Option<String> {
        self.machine.name.clone()
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        self.seen_pid.then_some((Records::Services { services: self.services }, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(text: &str) -> Vec<(String, u32, bool)> {
        let source = crate::read("x", text.as_bytes().to_vec(), None);
        assert!(source.accounting.adds_up());
        let mut all = Vec::new();
        for section in source.sections {
            if let Records::Services { services } = section.records {
                all.extend(services.into_iter().map(|one| (one.name, one.pid, one.is_alone)));
            }
        }
        all
    }

    #[test]
    fn tables_lists_and_csv() {
        let dns = [("Dnscache".to_owned(), 2924, false)];
        for text in [
            "Name     ProcessId State\n----     --------- -----\nDnscache      2924 Running\nALG              0 Stopped\n",
            "\"Name\",\"ProcessId\",\"State\"\n\"Dnscache\",\"2924\",\"Running\"\n\"ALG\",\"0\",\"Stopped\"\n",
            "Name      : Dnscache\nProcessId : 2924\nState     : Running\n\nName      : ALG\nProcessId : 0\nState     : Stopped\n",
            "ProcessId : 2924\nName      : Dnscache\nStartMode : Auto\n\nProcessId : 0\nName      : ALG\nStartMode : Manual\n",
            "DisplayName : DNS Client\nName        : Dnscache\nProcessId   : 2924\n",
        ] {
            assert_eq!(services(text), dns, "{text}");
        }
        let own =
            "\"Name\",\"ProcessId\",\"ServiceType\"\n\"Apache2.4\",\"3380\",\"Own Process\"\n";
        assert_eq!(services(own), [("Apache2.4".into(), 3380, true)]);
    }

    #[test]
    fn a_name_and_a_pid_are_enough_where_the_command_says_so() {
        let table = "\nName      ProcessId\n----      ---------\nALG               0\nApache2.4      3380\n";
        let list = "\nName      : ALG\nProcessId : 0\n\nName      : Apache2.4\nProcessId : 3380\n";
        let csv = "\"Name\",\"ProcessId\"\n\"ALG\",\"0\"\n\"Apache2.4\",\"3380\"\n";
        for text in [table, list, csv] {
            let below = |command: &str| services(&format!("PS C:\\> {command}\n{text}"));
            let asked = below("Get-CimInstance Win32_Service | select Name,ProcessId");
            assert_eq!(asked, [("Apache2.4".to_owned(), 3380, false)], "{text}");
            assert!(below("Get-CimInstance Win32_Process | select Name,ProcessId").is_empty());
        }
    }

    #[test]
    fn what_may_be_a_process_is_no_service() {
        for text in [
            "Name     ProcessId\n----     ---------\nDnscache      2924\n",
            "Name  ProcessId State\n----  --------- -----\na.exe      2924 Running\n",
            "Name      : Dnscache\nProcessId : 2924\n",
            "Status      Name DisplayName\n------      ---- -----------\nRunning Dnscache DNS Client\n",
            "Name        : Dnscache\nDisplayName : DNS Client\n",
        ] {
            assert!(services(text).is_empty(), "{text}");
        }
    }
}
