//! What becomes of a second bind to a port that is taken.
//!
//! The tables are Microsoft's, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE" (2018): the option of the socket
//! that came first against that of the second, each on the wildcard address or on a specific one. They
//! differ between Windows XP and Server 2003, and there between one user and two. Two different specific
//! addresses never conflict. A dual-stack wildcard socket (Vista and later) must pass on both stacks.

use super::era::Era;

/// The socket option with which a program binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketOption {
    /// None of the two.
    Default,
    /// `SO_REUSEADDR`.
    ReuseAddr,
    /// `SO_EXCLUSIVEADDRUSE`.
    Exclusive,
}

/// Every option, in the order of the tables.
pub const OPTIONS: [SocketOption; 3] =
    [SocketOption::Default, SocketOption::ReuseAddr, SocketOption::Exclusive];

impl SocketOption {
    /// As programs write it.
    pub fn name(self) -> &'static str {
        match self {
            SocketOption::Default => "no option",
            SocketOption::ReuseAddr => "SO_REUSEADDR",
            SocketOption::Exclusive => "SO_EXCLUSIVEADDRUSE",
        }
    }
}

/// What a program binds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every address, `0.0.0.0` or `::`.
    Wildcard,
    /// One address; of two the same.
    Specific,
}

/// Both scopes, in the order of the tables.
pub const SCOPES: [Scope; 2] = [Scope::Wildcard, Scope::Specific];

/// Who runs the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// One user both.
    Same,
    /// Two users. Windows XP and earlier make no difference.
    Different,
}

/// What becomes of a bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It works.
    Works,
    /// It fails with WSAEADDRINUSE (10048).
    InUse,
    /// It fails with WSAEACCES (10013).
    Denied,
}

impl Outcome {
    /// As a phrase.
    pub fn phrase(self) -> &'static str {
        match self {
            Outcome::Works => "works",
            Outcome::InUse => "fails, WSAEADDRINUSE (10048)",
            Outcome::Denied => "fails, WSAEACCES (10013)",
        }
    }
}

/// Six rows for the first bind, six columns for the second: no option, SO_REUSEADDR,
/// SO_EXCLUSIVEADDRUSE, each wildcard and specific. `.` works, `U` in use, `A` access denied.
type Table = [&'static str; 6];

const XP: Table = ["UU..UU", "UU..UU", "UU..UU", "UU..UU", "UUAAUU", "UUAAUU"];
const SAME_USER: Table = ["U.A.U.", ".U.AUU", "U...U.", ".U..UU", "UAAAUA", ".U.AUU"];
const TWO_USERS: Table = ["UAAAUA", ".U.AUU", "UA..UA", ".U..UU", "UAAAUA", ".U.AUU"];

/// What becomes of the second bind.
pub fn outcome(
    era: Era,
    user: User,
    first: (SocketOption, Scope),
    second: (SocketOption, Scope),
) -> Outcome {
    let table = match (era, user) {
        (Era::Xp, _) => XP,
        (Era::Server2003 | Era::Vista, User::Same) => SAME_USER,
        (Era::Server2003 | Era::Vista, User::Different) => TWO_USERS,
    };
    let place = |(option, scope): (SocketOption, Scope)| {
        OPTIONS.iter().position(|known| *known == option).unwrap_or_default() * 2
            + SCOPES.iter().position(|known| *known == scope).unwrap_or_default()
    };
    let row = table.get(place(first)).copied().unwrap_or_default();
    match row.as_bytes().get(place(second)) {
        Some(b'.') => Outcome::Works,
        Some(b'A') => Outcome::Denied,
        _ => Outcome::InUse,
    }
}

/// What becomes of a bind as far as a capture tells, which does not show options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    /// It works, whatever the options.
    Works,
    /// It fails in this way, whatever the options.
    Fails(Outcome),
    /// It may fail in this way.
    MayFail(Outcome),
    /// It depends on the options of both sockets, and on who runs the programs.
    Depends,
}

impl Forecast {
    /// As a phrase.
    pub fn phrase(self) -> &'static str {
        match self {
            Forecast::Works => "works",
            Forecast::Fails(outcome) => outcome.phrase(),
            Forecast::MayFail(Outcome::Denied) => "may fail, WSAEACCES (10013)",
            Forecast::MayFail(_) => "may fail",
            Forecast::Depends => "depends on socket options: --explain",
        }
    }

    /// Of two sockets in the way the one that hinders more.
    #[must_use]
    pub fn and(self, other: Forecast) -> Forecast {
        match (self, other) {
            (Forecast::Fails(outcome), _) | (_, Forecast::Fails(outcome)) => {
                Forecast::Fails(outcome)
            }
            (Forecast::Depends, _) | (_, Forecast::Depends) => Forecast::Depends,
            (Forecast::MayFail(outcome), _) | (_, Forecast::MayFail(outcome)) => {
                Forecast::MayFail(outcome)
            }
            (Forecast::Works, Forecast::Works) => Forecast::Works,
        }
    }
}

/// What becomes of a plain bind by another program, in any of these eras.
pub fn forecast(eras: &[Era], first: Scope, second: Scope) -> Forecast {
    let plain = (SocketOption::Default, second);
    let of_era = |era: &Era| {
        let era = *era;
        [User::Same, User::Different]
            .into_iter()
            .flat_map(move |user| OPTIONS.map(|option| outcome(era, user, (option, first), plain)))
    };
    let mut outcomes = eras.iter().flat_map(of_era);
    let Some(one) = outcomes.next() else { return Forecast::Depends };
    match (outcomes.all(|other| other == one), one) {
        (true, Outcome::Works) => Forecast::Works,
        (true, failure) => Forecast::Fails(failure),
        (false, _) => Forecast::Depends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_bind_to_what_is_taken_whole_fails_always() {
        for era in Era::ALL {
            let in_use = Forecast::Fails(Outcome::InUse);
            assert_eq!(forecast(&[era], Scope::Wildcard, Scope::Wildcard), in_use);
            assert_eq!(forecast(&[era], Scope::Specific, Scope::Specific), in_use);
        }
        assert_eq!(forecast(&[Era::Vista], Scope::Wildcard, Scope::Specific), Forecast::Depends);
        assert_eq!(forecast(&[Era::Vista], Scope::Specific, Scope::Wildcard), Forecast::Works);
        assert_eq!(forecast(&Era::ALL, Scope::Specific, Scope::Wildcard), Forecast::Depends);
    }
}
