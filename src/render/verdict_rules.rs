//! The rules of Windows for a second bind, for `why --explain`.

use std::io::{self, Write};

use crate::verdict::Verdict;
use crate::verdict::bind::{OPTIONS, SCOPES, Scope, User, outcome};
use crate::verdict::era::Era;

/// The tables of Windows for a second bind, as far as the era allows.
pub(super) fn write_rules(out: &mut impl Write, verdict: &Verdict<'_>) -> io::Result<()> {
    let users = |era: Era| match era {
        Era::Xp => vec![(User::Same, "any user")],
        _ => vec![(User::Same, "the same user"), (User::Different, "another user")],
    };
    let mut eras = verdict.eras.possible.clone();
    if eras.contains(&Era::Server2003) {
        // Since Server 2003 the rules have not changed.
        eras.retain(|era| *era != Era::Vista);
    }
    for era in eras {
        for (user, who) in users(era) {
            let name = if era == Era::Xp { era.name() } else { "Windows Server 2003 and later" };
            writeln!(out, "\na second bind on {name}, by {who}")?;
            for first in OPTIONS {
                for scope in SCOPES {
                    writeln!(out, "  after {} on {}", first.name(), scope_name(scope))?;
                    for second in OPTIONS {
                        for on in SCOPES {
                            let what = format!("{} on {}", second.name(), scope_name(on));
                            let outcome = outcome(era, user, (first, scope), (second, on)).phrase();
                            writeln!(out, "    {what:<36} {outcome}")?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Wildcard => "every address",
        Scope::Specific => "one address",
    }
}
