//! What has ended since the snapshot that is answered from: a later command asked for it and printed nothing.

use super::{Evidence, Place, Question, is_lingering, is_local};
use crate::capture::Capture;
use crate::join::OwnedSocket;
use crate::parse::NothingPrinted;
use crate::query::Snapshots;

/// The commands behind a snapshot, on the same machine, that printed nothing. None where the user chose the snapshot.
pub(super) fn behind<'a>(
    capture: &Capture<'a>,
    question: &Question,
    number: usize,
) -> Vec<&'a NothingPrinted> {
    let snapshot = capture.snapshots.iter().find(|one| one.number == number);
    let is_chosen = matches!(question.snapshot, Snapshots::First | Snapshots::Number(_));
    let Some(snapshot) = snapshot.filter(|_| !is_chosen) else { return Vec::new() };
    let is_of_machine = |host: &str| capture.host.is_none_or(|own| own.eq_ignore_ascii_case(host));
    let behind = snapshot.source.nothing_printed.iter().filter(|one| {
        one.line > snapshot.first_line && one.host.as_deref().is_none_or(is_of_machine)
    });
    behind.collect()
}

impl<'a> Evidence<'a, '_> {
    /// The first command that would have printed this row of the snapshot, and did not.
    pub(super) fn has_ended(&self, row: &OwnedSocket<'_>) -> Option<&'a NothingPrinted> {
        let is_of_snapshot = row.snapshot == self.number;
        self.ended.iter().copied().find(|one| is_of_snapshot && one.would_show(row.socket))
    }

    /// Where rows of the port have ended.
    pub(super) fn ends(&self) -> Option<Place<'a>> {
        let Question { port, protocol, .. } = *self.question;
        let of_port = |row: &&OwnedSocket<'_>| {
            row.socket.protocol == protocol && row.socket.local.port == Some(port)
        };
        self.rows.iter().copied().filter(of_port).find_map(|row| {
            let line = self.has_ended(row)?.line;
            Some(Place { source: row.source, line })
        })
    }

    /// The rows of the port in the latest earlier snapshot in which something held it, or which have ended since.
    pub(super) fn earlier(&self) -> Vec<&'a OwnedSocket<'a>> {
        let port = self.question.port;
        let mut rows = self.before().filter(|row| is_local(row, port) && !is_lingering(row));
        let Some(first) = rows.next() else { return Vec::new() };
        let others = rows.take_while(|row| row.snapshot == first.snapshot);
        let mut found: Vec<_> = [first].into_iter().chain(others).collect();
        found.reverse();
        found
    }
}
