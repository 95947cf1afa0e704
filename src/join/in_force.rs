//! Which process lists hold for a snapshot, and what they name.

use jiff::{SignedDuration, Timestamp};

use super::{Evidence, Owner};
use crate::capture::{Position, ProcessList, Snapshot};
use crate::record::Process;

/// The process lists that hold for a snapshot, the nearest first.
pub(crate) struct InForce<'c, 'a> {
    pub lists: Vec<&'c ProcessList<'a>>,
    /// Is one of them the whole list of the machine?
    pub complete: bool,
    /// Does the capture have any list?
    pub any: bool,
    /// Lists that tell more of a program that is known: those in force, and a few beyond them.
    pub nearby: Vec<&'c ProcessList<'a>>,
    /// When the snapshot was taken.
    taken_at: Option<Timestamp>,
}

/// How many lists beyond the nearest are asked for more of a program.
const BEYOND: usize = 2;

/// How many incomplete lists hold on either side: what was taken long before or after tells nothing.
const INCOMPLETE: usize = 8;

/// How many programs are named for one PID.
const CANDIDATES: usize = 16;

impl<'c, 'a> InForce<'c, 'a> {
    /// On either side of the snapshot the nearest complete list, and the incomplete ones that are nearer still;
    /// of those no more than a few. Lists that were given hold all of them.
    pub(crate) fn at(snapshot: &Snapshot<'a>, lists: &'c [ProcessList<'a>]) -> Self {
        let taken_at = snapshot.captured_at.and_then(|time| time.parse().ok());
        InForce { taken_at, ..InForce::at_position(snapshot.position, lists) }
    }

    /// The same where no more is known than the place.
    pub(crate) fn at_position(position: Position, lists: &'c [ProcessList<'a>]) -> Self {
        let split = lists.partition_point(|list| list.position < position);
        let (before, after) = lists.split_at(split);
        let (mut in_force, mut beyond) = (Vec::new(), Vec::new());
        let mut up_to_complete = |lists: &mut dyn Iterator<Item = &'c ProcessList<'a>>| {
            for (index, list) in (&mut *lists).enumerate() {
                in_force.push(list);
                if !list.is_given && (list.complete || index + 1 == INCOMPLETE) {
                    break;
                }
            }
            beyond.extend(lists.take(BEYOND));
        };
        up_to_complete(&mut before.iter().rev());
        up_to_complete(&mut after.iter());
        InForce {
            complete: in_force.iter().any(|list| list.complete),
            any: !lists.is_empty(),
            nearby: in_force.iter().copied().chain(beyond).collect(),
            lists: in_force,
            taken_at: None,
        }
    }

    /// Every list, where there is no snapshot.
    pub(crate) fn all(lists: &'c [ProcessList<'a>]) -> Self {
        let lists: Vec<_> = lists.iter().collect();
        InForce { nearby: lists.clone(), lists, complete: false, any: true, taken_at: None }
    }

    /// What it means that no list names a PID.
    pub(crate) fn absence(&self) -> Owner {
        match (self.any, self.complete) {
            (false, _) => Owner::NoProcessList,
            (true, true) => Owner::NotListed,
            (true, false) => Owner::ListIncomplete,
        }
    }

    /// What names this PID, once for each program. What started only after the snapshot was taken did not own
    /// its sockets.
    pub(crate) fn programs(&self, pid: u32) -> Vec<Evidence<'a>> {
        let mut programs: Vec<Evidence<'a>> = Vec::new();
        for list in &self.lists {
            for process in list.of_pid(pid) {
                if self.started_later(process) {
                    continue;
                }
                let evidence = Evidence::of_process(process, list.source);
                let is_full = programs.len() == CANDIDATES;
                match programs.iter_mut().find(|known| known.same_program(&evidence)) {
                    // The whole name is the better evidence of the same program.
                    Some(known) if known.truncated && !evidence.truncated => *known = evidence,
                    Some(_) => {}
                    None if is_full => return programs,
                    None => programs.push(evidence),
                }
            }
        }
        programs
    }

    /// The services that the nearest list with any gives for this program.
    pub(crate) fn services(&self, pid: u32, owner: &Evidence<'_>) -> Option<&'a [String]> {
        self.nearby.iter().find_map(|list| {
            let mut processes = list.of_pid(pid);
            processes.find_map(|process| {
                let services = process.services.as_deref()?;
                let named = Evidence::of_process(process, list.source);
                named.same_program(owner).then_some(services)
            })
        })
    }

    /// What else tells of this program, beside the evidence itself.
    pub(crate) fn details(&self, pid: u32, owner: &Evidence<'a>) -> Vec<&'a Process> {
        if self.nearby.len() < 2 {
            return Vec::new();
        }
        let rows = self.nearby.iter().flat_map(|list| {
            list.of_pid(pid).map(|process| (process, Evidence::of_process(process, list.source)))
        });
        let others = rows.filter(|(process, named)| {
            !owner.process.is_some_and(|own| std::ptr::eq(own, *process))
                && named.same_program(owner)
        });
        others.map(|(process, _)| process).collect()
    }

    /// What has the PID now, and had not when the snapshot was taken.
    pub(crate) fn heir(&self, pid: u32) -> Option<Evidence<'a>> {
        let rows = self.lists.iter().flat_map(|list| {
            list.of_pid(pid).map(|process| (process, Evidence::of_process(process, list.source)))
        });
        let mut late = rows.filter(|(process, _)| self.started_later(process));
        late.next().map(|(_, named)| named)
    }

    /// Did the process start after the snapshot was taken? Lists that tell no time are asked beside those
    /// that do. Start times are whole seconds, so a second is granted.
    fn started_later(&self, process: &Process) -> bool {
        let Some(taken_at) = self.taken_at else { return false };
        let same = |other: &&Process| {
            other.image_name.eq_ignore_ascii_case(&process.image_name) && other.start_time.is_some()
        };
        let told = || self.nearby.iter().flat_map(|list| list.of_pid(process.pid)).find(same);
        let start = process.start_time.as_deref().or_else(|| told()?.start_time.as_deref());
        let start: Option<Timestamp> = start.and_then(|time| time.parse().ok());
        start.is_some_and(|start| start.duration_since(taken_at) > SignedDuration::from_secs(1))
    }
}
