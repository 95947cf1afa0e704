//! Services of which it is told one by one in which process they run: `sc queryex` says so of a moment, and of no program.

use super::{Evidence, InForce, Owner};
use crate::capture::{Capture, ListedService};

/// What there is to judge by whose a service is.
pub(super) struct Services<'s, 'c, 'a> {
    pub capture: &'s Capture<'a>,
    pub lists: &'s InForce<'c, 'a>,
    /// Of the snapshot.
    pub number: Option<usize>,
}

impl<'a> Services<'_, '_, 'a> {
    /// The services in the process that has this PID and perhaps this program, and whether those are certainly all.
    pub fn told_of(
        &self,
        pid: u32,
        program: Option<&Evidence<'a>>,
        owner: Owner,
    ) -> (Vec<&'a str>, bool) {
        let of_pid = || self.capture.services.iter().filter(|listed| listed.service.pid == pid);
        if program.is_some_and(|program| self.is_of_a_user(pid, program)) {
            return (Vec::new(), false);
        }
        let mut names: Vec<&str> = Vec::new();
        let mut are_all = false;
        for listed in of_pid() {
            // What had the PID when the service was told to run in it.
            let then = match program {
                Some(_) => InForce::at_position(listed.position, &self.capture.lists).programs(pid),
                None => Vec::new(),
            };
            let is_same = |other: &Evidence<'_>| program.is_some_and(|one| one.same_program(other));
            if !then.iter().all(is_same) {
                continue;
            }
            // A whole list without the PID is of another moment than the service.
            let is_certain = owner != Owner::NotListed && !self.is_of_another_moment(listed);
            are_all |= listed.service.is_alone && is_certain;
            // Listed twice it is one all the same.
            let name = listed.service.name.as_str();
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        (names, are_all)
    }

    /// Does the process run in the session of a user? There only hosts run services, those of the user.
    fn is_of_a_user(&self, pid: u32, program: &Evidence<'a>) -> bool {
        let is_host = program.image_name.to_lowercase().starts_with("svchost");
        let rows = self.lists.details(pid, program).into_iter().chain(program.process);
        let mut sessions = rows.filter_map(|process| process.session_number);
        !is_host && sessions.any(|session| session > 0)
    }

    /// Does another table stand between the snapshot and the service?
    fn is_of_another_moment(&self, listed: &ListedService<'_>) -> bool {
        let Some(number) = self.number else { return false };
        let snapshot = |number: usize| {
            let at = self.capture.snapshots.get(number.checked_sub(1)?)?;
            Some(at.position)
        };
        number.checked_sub(1).and_then(snapshot).is_some_and(|before| listed.position < before)
            || snapshot(number + 1).is_some_and(|after| listed.position > after)
    }
}
