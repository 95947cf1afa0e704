//! A verdict for people. What it prints may change; `--format json` is for programs.

use std::collections::HashSet;
use std::io::{self, Write};

use anstyle::Style;

use super::cells::{endpoint, owner, state};
use super::verdict_phrases::{headline, process_name, unseen};
use super::verdict_rules::write_rules;
use super::visible::visible;
use crate::join::{OwnedSocket, Owner};
use crate::verdict::{
    Blocked, Clue, Holder, Kind, Lingering, Place, Reach, Role, ServicesKnown, Verdict,
};

/// Lines of a verdict: what is said, and where it stands.
#[derive(Default)]
struct Report<'a> {
    lines: Vec<(String, Option<Place<'a>>)>,
}

impl<'a> Report<'a> {
    fn title(&mut self, text: &str) {
        self.lines.push((text.to_owned(), None));
    }

    fn say(&mut self, text: impl AsRef<str>, place: Option<Place<'a>>) {
        self.lines.push((format!("  {}", visible(text.as_ref())), place));
    }
}

/// How many rows of a kind are shown before they are counted.
const SHOWN: usize = 5;

/// Writes verdicts, each with its evidence; with `explain` the tables of Windows for a second bind follow.
///
/// # Errors
///
/// What `out` gives.
pub fn write_verdicts(
    mut out: impl Write,
    verdicts: &[Verdict<'_>],
    explain: bool,
    colour: bool,
) -> io::Result<()> {
    let machines: HashSet<usize> = verdicts.iter().map(|verdict| verdict.capture).collect();
    let held = verdicts.iter().filter(|verdict| verdict.kind.is_held());
    let answered: HashSet<usize> = held.map(|verdict| verdict.capture).collect();
    for (index, verdict) in verdicts.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let style = if colour { Style::new().bold() } else { Style::new() };
        writeln!(out, "{style}{}{style:#}", visible(&headline(verdict, machines.len() > 1)))?;
        // Who asks for both protocols and finds one held wants no more of the other.
        let has_more = verdict.kind.is_held() || !verdict.lingering.is_empty();
        if !has_more && answered.contains(&verdict.capture) {
            continue;
        }
        let mut report = Report::default();
        evidence(&mut report, verdict);
        consequences(&mut report, verdict);
        let width = report.lines.iter().filter(|(_, place)| place.is_some());
        let width = width.map(|(text, _)| text.chars().count()).max().unwrap_or(0).min(WIDEST);
        for (text, place) in &report.lines {
            match place {
                Some(place) => {
                    let source = visible(&place.source.name);
                    writeln!(out, "{text:width$}  {source}:{}", place.line)?;
                }
                None => writeln!(out, "{text}")?,
            }
        }
        if explain {
            write_rules(&mut out, verdict)?;
        }
    }
    out.flush()
}

/// How far to the right a place stands at most.
const WIDEST: usize = 76;

fn place<'a>(row: &OwnedSocket<'a>) -> Option<Place<'a>> {
    Some(Place { source: row.source, line: row.socket.line })
}

fn evidence<'a>(report: &mut Report<'a>, verdict: &Verdict<'a>) {
    for holder in &verdict.holders {
        of_holder(report, verdict, holder);
    }
    for told in &verdict.excluded {
        let (first, last) = (told.what.first, told.what.last);
        let family = told.what.family.map(|family| format!(" for {}", family.name()));
        let kind = if told.what.administered {
            ", made by an administrator: a program may be meant to have it"
        } else {
            ""
        };
        let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let family = family.unwrap_or_default();
        report.say(format!("excluded ports {ports}{family}{kind}"), Some(told.place));
    }
    for row in verdict.lingering.iter().take(SHOWN) {
        lingering(report, row);
    }
    more(report, verdict.lingering.len());
    for told in &verdict.proxies {
        let proxy = told.what;
        let (from, to) = (&proxy.listen_address, &proxy.connect_address);
        let (from, to) = (from, format!("{to}:{}", proxy.connect_port));
        report.say(
            format!(
                "a port proxy rule has the IP Helper listen on {from} for {to}; no socket shows it"
            ),
            Some(told.place),
        );
    }
    for row in verdict.earlier.iter().take(SHOWN) {
        let text = format!("earlier, in snapshot {}: {}", row.snapshot, row_text(row, 0));
        report.say(text, place(row));
    }
    for told in &verdict.reserved {
        let url = &told.what.url;
        report.say(format!("{url} is reserved: who may listen, not who does"), Some(told.place));
    }
}

fn more(report: &mut Report<'_>, count: usize) {
    if count > SHOWN {
        report.say(format!("and {} more", count - SHOWN), None);
    }
}

/// The endpoint, or both of a connection.
fn ends(row: &OwnedSocket<'_>) -> String {
    let local = endpoint(&row.socket.local);
    if row.socket.foreign.port.is_some_and(|port| port != 0) {
        format!("{local} → {}", endpoint(&row.socket.foreign))
    } else {
        local
    }
}

fn row_text(row: &OwnedSocket<'_>, width: usize) -> String {
    let pid = row.socket.pid.map_or("no PID".to_owned(), |pid| format!("PID {pid}"));
    let ends = format!("{:width$}", ends(row));
    let state = state(row);
    let state = if state == super::cells::ABSENT { String::new() } else { format!("  {state}") };
    format!("{ends}{state}  {pid} {}", owner(row))
}

fn of_holder<'a>(report: &mut Report<'a>, verdict: &Verdict<'a>, holder: &Holder<'a>) {
    let width = holder.sockets.iter().take(SHOWN).map(|row| ends(row).chars().count()).max();
    for row in holder.sockets.iter().take(SHOWN) {
        report.say(row_text(row, width.unwrap_or(0)), place(row));
    }
    more(report, holder.sockets.len());
    match holder.connections {
        0 => {}
        1 => report.say("and a connection that it serves", None),
        count => report.say(format!("and {count} connections that it serves"), None),
    }
    if holder.role.listens() && holder.reach == Reach::Loopback {
        report.say("reachable from this machine alone", None);
    }
    if holder.is_shared {
        report.say(
            "another process has the same endpoint: both set SO_REUSEADDR, or one inherited it",
            None,
        );
    }
    if !holder.is_kernel() {
        named_by(report, holder, verdict.eras.is_windows());
    }
    match holder.role {
        Role::Client { range } => {
            let (first, last) = (range.first, range.last);
            let from = format!("ports {first}-{last} are handed out to clients");
            match range.stated {
                Some(stated) => {
                    let at = Place { source: stated.source, line: stated.fact.line() };
                    report.say(from, Some(at));
                }
                None if last == 5000 => {
                    report.say(format!("{from}, unless MaxUserPort raises the end"), None);
                }
                None => report.say(format!("{from} by default"), None),
            }
            let reserve = if verdict.eras.is_old() {
                "to keep it for a service: ReservedPorts in the registry (KB 812873)"
            } else {
                "to keep it for a service: netsh int ipv4 add excludedportrange"
            };
            report.say(reserve, None);
        }
        Role::Accepted { listener_is_there: false } => {
            report.say("it was accepted by a listener that an earlier snapshot shows", None);
        }
        Role::Bound => {
            report.say("it has bound the port, and neither listens nor is connected", None)
        }
        _ => {}
    }
    kernel(report, holder);
    if !holder.services.is_empty() {
        let names = holder.services.join(", ");
        let text = match holder.services_known {
            ServicesKnown::Exact => format!("service {names}"),
            ServicesKnown::Narrowed => {
                let all = holder.sockets.first().map(|row| row.services.join(", "));
                let all = all.unwrap_or_default();
                format!("one of the services {all}; the port is known for {names}")
            }
            ServicesKnown::Candidates if holder.services.len() == 1 => {
                format!("service {names}, or another that shares its process")
            }
            ServicesKnown::Candidates => format!("one of the services {names}"),
        };
        report.say(text, None);
    }
    for told in &holder.proxies {
        let proxy = told.what;
        let (from, to, port) = (&proxy.listen_address, &proxy.connect_address, proxy.connect_port);
        report.say(
            format!("the IP Helper listens here by a port proxy rule: {from} to {to}:{port}"),
            Some(told.place),
        );
    }
    if holder.owner == Owner::NotListed {
        let gone = "the process ended since, or before and left its socket to one that it started";
        report.say(gone, None);
        for heir in &holder.heirs {
            let pid = heir.process.map_or(0, |process| process.pid);
            let at = Place { source: heir.source, line: heir.line };
            report.say(format!("it started PID {pid} {}", heir.image_name), Some(at));
        }
    }
}

/// Where the name of a holder comes from.
fn named_by<'a>(report: &mut Report<'a>, holder: &Holder<'a>, is_windows: bool) {
    let Some(row) = holder.sockets.first() else { return };
    for named in row.evidence.iter().chain(&row.candidates) {
        let at = Place { source: named.source, line: named.line };
        let by = match named.process {
            Some(_) => "the process list",
            None if is_windows => "netstat -b",
            None => "the row itself",
        };
        let name = named.image_name;
        let at = (named.line != row.socket.line).then_some(at);
        report.say(format!("{by} names {name}"), at);
    }
}

fn kernel<'a>(report: &mut Report<'a>, holder: &Holder<'a>) {
    for http in &holder.http {
        let url = http.url;
        let queue = match &url.queue {
            Some(name) if url.queue_is_shared => format!(" in one of the queues called {name}"),
            Some(name) => format!(" in queue {name}"),
            None => String::new(),
        };
        report.say(format!("URL {}{queue}", url.url), Some(http.place));
        let may_be = if url.queue_is_shared { "perhaps " } else { "" };
        for process in &http.processes {
            let role = if process.is_controller { "controller" } else { "worker" };
            let names: Vec<&str> = process.named.iter().map(|named| named.image_name).collect();
            let name =
                if names.is_empty() { String::new() } else { format!(" {}", names.join(" or ")) };
            let services = match process.services.as_slice() {
                [] => String::new(),
                [one] => format!(", service {one}"),
                several => format!(", services {}", several.join(", ")),
            };
            let pid = process.pid;
            report.say(format!("  {may_be}{role} PID {pid}{name}{services}"), Some(process.place));
        }
        if url.workers.is_empty() && !url.controllers.is_empty() {
            report.say("  no worker runs: the pool is idle", None);
        }
    }
    if let Some(known) = holder.known.filter(|_| holder.http.is_empty()) {
        let service = known.service.map(|name| format!(", service {name}")).unwrap_or_default();
        report
            .say(format!("known by port, not by this capture: {}{service}", known.component), None);
    }
}

fn lingering<'a>(report: &mut Report<'a>, lingering: &Lingering<'a>) {
    let row = lingering.socket;
    report.say(row_text(row, 0), place(row));
    if let Some((clue, by)) = lingering.clue {
        let name = process_name(clue);
        let text = match by {
            Clue::Listener => format!("  probably of {name}, which listens on that port"),
            Clue::Earlier => format!("  probably of {name}, by an earlier snapshot"),
            Clue::OtherEnd => format!("  its other end is of {name}"),
        };
        report.say(text, place(clue));
    }
}

fn consequences<'a>(report: &mut Report<'a>, verdict: &Verdict<'a>) {
    if !verdict.blocked.is_empty() {
        report.title("what it blocks");
        blocked(report, verdict);
    }
    if verdict.kind == Kind::Lingering {
        report.title("what it blocks");
        report.say("an ordinary bind usually works, one with SO_EXCLUSIVEADDRUSE may fail", None);
    }
    if !verdict.clients.is_empty() {
        report.title("not the cause");
        for row in verdict.clients.iter().take(SHOWN) {
            let ends = ends(row);
            let port = verdict.port;
            let who = process_name(row);
            report.say(format!("{ends} is a client of a remote port {port} ({who})"), place(row));
        }
        more(report, verdict.clients.len());
    }
    if !verdict.kind.is_held() && !verdict.unseen.is_empty() {
        report.title("what this capture could not show");
        for one in &verdict.unseen {
            let (text, place) = unseen(one, verdict);
            report.say(text, place);
        }
    }
    if !verdict.next_steps.is_empty() {
        report.title("next step");
        for step in &verdict.next_steps {
            report.say(step, None);
        }
    }
}

fn blocked(report: &mut Report<'_>, verdict: &Verdict<'_>) {
    let port = verdict.port;
    let shown = |address: &str| {
        if address.contains(':') {
            format!("[{address}]:{port}")
        } else {
            format!("{address}:{port}")
        }
    };
    let texts: Vec<(String, String)> = verdict
        .blocked
        .iter()
        .map(|one: &Blocked| {
            let what = match &one.address {
                Some(address) if one.is_wildcard => {
                    format!("a program binding a socket to {}", shown(address))
                }
                Some(address) => format!("a program binding one address, {}", shown(address)),
                None => "a program binding one address".to_owned(),
            };
            let forecast = match one.dual_stack {
                Some(both) => format!(
                    "{} for IPv6 alone; dual-stack {}",
                    one.forecast.phrase(),
                    both.phrase()
                ),
                None => one.forecast.phrase().to_owned(),
            };
            (what, forecast)
        })
        .collect();
    let width = texts.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    for (what, forecast) in texts {
        report.say(format!("{what:width$}   {forecast}"), None);
    }
    if verdict.holders.iter().any(|holder| !holder.http.is_empty()) {
        let what = "another http.sys program with another URL prefix";
        report.say(format!("{what:width$}   works"), None);
    }
    if let Some(reason) = verdict.eras.reason {
        let eras: Vec<&str> = verdict.eras.possible.iter().map(|era| era.name()).collect();
        report.say(format!("by the rules of {}: {reason}", eras.join(" or ")), None);
    }
}
