//! Which process lists hold for a snapshot, and what they name.

use super::{Evidence, Owner};
use crate::capture::{ProcessList, Snapshot};

/// The process lists that hold for a snapshot, the nearest first.
pub(super) struct InForce<'c, 'a> {
    pub lists: Vec<&'c ProcessList<'a>>,
    /// Is one of them the whole list of the machine?
    pub complete: bool,
    /// Does the capture have any list?
    pub any: bool,
}

impl<'c, 'a> InForce<'c, 'a> {
    /// On either side of the snapshot the nearest complete list, and the incomplete ones that are
    /// nearer still.
    pub(super) fn at(snapshot: &Snapshot<'a>, lists: &'c [ProcessList<'a>]) -> Self {
        let split = lists.partition_point(|list| list.position < snapshot.position);
        let (before, after) = lists.split_at(split);
        let up_to_complete = |lists: &mut dyn Iterator<Item = &'c ProcessList<'a>>| {
            let mut taken = Vec::new();
            for list in lists {
                taken.push(list);
                if list.complete {
                    break;
                }
            }
            taken
        };
        let mut in_force = up_to_complete(&mut before.iter().rev());
        in_force.extend(up_to_complete(&mut after.iter()));
        InForce {
            complete: in_force.iter().any(|list| list.complete),
            any: !lists.is_empty(),
            lists: in_force,
        }
    }

    /// What it means that no list names a PID.
    pub(super) fn absence(&self) -> Owner {
        match (self.any, self.complete) {
            (false, _) => Owner::NoProcessList,
            (true, true) => Owner::NotListed,
            (true, false) => Owner::ListIncomplete,
        }
    }

    /// What names this PID, once for each program.
    pub(super) fn programs(&self, pid: u32) -> Vec<Evidence<'a>> {
        let mut programs: Vec<Evidence<'a>> = Vec::new();
        for list in &self.lists {
            for process in list.of_pid(pid) {
                let evidence = Evidence::of_process(process, list.source);
                match programs.iter_mut().find(|known| known.same_program(&evidence)) {
                    // The whole name is the better evidence of the same program.
                    Some(known) if known.truncated && !evidence.truncated => *known = evidence,
                    Some(_) => {}
                    None => programs.push(evidence),
                }
            }
        }
        programs
    }

    /// The services that the nearest list gives for this program.
    pub(super) fn services(&self, pid: u32, owner: &Evidence<'_>) -> Option<&'a [String]> {
        self.lists.iter().find_map(|list| {
            let mut processes = list.of_pid(pid);
            processes.find_map(|process| {
                let services = process.services.as_deref()?;
                let named = Evidence::of_process(process, list.source);
                named.same_program(owner).then_some(services)
            })
        })
    }
}
