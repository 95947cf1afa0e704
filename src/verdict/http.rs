//! What http.sys listens for: URLs, their request queues, and the processes behind them.

use std::collections::HashSet;

use super::{Evidence, Place, Told};
use crate::fact::{HttpUrl, PortFact, QueueProcess};
use crate::join::{Evidence as Named, named_by_lists};
use crate::record::Protocol;

/// A URL of http.sys, and the processes behind it.
#[derive(Debug, Clone)]
pub struct Http<'a> {
    /// Where it stands.
    pub place: Place<'a>,
    /// What it says.
    pub url: &'a HttpUrl,
    /// Processes that take its requests, and then those that control its queue.
    pub processes: Vec<BehindUrl<'a>>,
}

/// A process behind a URL of http.sys.
#[derive(Debug, Clone)]
pub struct BehindUrl<'a> {
    /// Does it control the queue? Then it takes no requests from it.
    pub is_controller: bool,
    /// Its PID.
    pub pid: u32,
    /// Where that stands.
    pub place: Place<'a>,
    /// What the process lists name; more than one where they disagree.
    pub named: Vec<Named<'a>>,
    /// Services in it, where a list tells.
    pub services: Vec<&'a str>,
}

/// The URLs for which http.sys listens on the port.
pub(super) fn urls<'a>(evidence: &Evidence<'a, '_>) -> Vec<Http<'a>> {
    if evidence.question.protocol == Protocol::Udp {
        return Vec::new();
    }
    let port = evidence.question.port;
    let of_port = |fact: &'a PortFact| match fact {
        PortFact::Url(url) if url.port == port => Some(url),
        _ => None,
    };
    let told = evidence.told(of_port, |url| url.line);
    // Of queues that share a name the processes are told once.
    let mut told_of = HashSet::new();
    let url = |told: Told<'a, HttpUrl>| {
        let shared = told.what.queue.as_deref().filter(|_| told.what.queue_is_shared);
        let is_new = shared.is_none_or(|name| told_of.insert(name));
        behind(evidence, told, is_new)
    };
    told.into_iter().map(url).collect()
}

fn behind<'a>(
    evidence: &Evidence<'a, '_>,
    told: Told<'a, HttpUrl>,
    with_processes: bool,
) -> Http<'a> {
    let Told { place, what: url } = told;
    if !with_processes {
        return Http { place, url, processes: Vec::new() };
    }
    let snapshots = &evidence.capture.snapshots;
    let snapshot = snapshots.iter().find(|one| one.number == evidence.snapshot());
    let process = |is_controller: bool| {
        move |process: &QueueProcess| {
            let (named, services) = named_by_lists(evidence.capture, snapshot, process.pid);
            let place = Place { source: place.source, line: process.line };
            BehindUrl { is_controller, pid: process.pid, place, named, services }
        }
    };
    let workers = url.workers.iter().map(process(false));
    let processes = workers.chain(url.controllers.iter().map(process(true))).collect();
    Http { place, url, processes }
}
