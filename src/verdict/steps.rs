//! What to run next: commands that would tell more, none that the capture already answers.

use std::collections::HashSet;

use super::{Evidence, Holder, Kind, ServicesKnown, Unseen, Verdict};
use crate::join::Owner;
use crate::record::{Family, Protocol};

/// The commands that help after this verdict, the most telling first.
pub(super) fn after(verdict: &Verdict<'_>, evidence: &Evidence<'_, '_>) -> Vec<String> {
    if !verdict.eras.is_windows() {
        return on_linux(verdict, evidence);
    }
    let mut steps: Vec<String> = Vec::new();
    let is_old = verdict.eras.is_old();
    for holder in &verdict.holders {
        steps.extend(for_holder(verdict, evidence, holder));
    }
    if matches!(verdict.kind, Kind::NothingSeen | Kind::CannotTell | Kind::Lingering) {
        let is_cut =
            |unseen: &Unseen<'_>| unseen.leaves_it_open() || matches!(unseen, Unseen::WithoutPids);
        if verdict.unseen.iter().any(is_cut) {
            steps.push("netstat -ano".to_owned());
        }
        for unseen in &verdict.unseen {
            match unseen {
                Unseen::WithoutBound if !is_old => steps.push("netstat -anoq".to_owned()),
                Unseen::WithoutExclusions => {
                    let protocol = verdict.protocol.name();
                    for family in [Family::Ipv4, Family::Ipv6] {
                        let family = family.name();
                        steps.push(format!(
                            "netsh int {family} show excludedportrange protocol={protocol}"
                        ));
                    }
                }
                _ => {}
            }
        }
    }
    let mut seen = HashSet::new();
    steps.retain(|step| seen.insert(step.clone()));
    steps
}

/// The same for Linux.
fn on_linux(verdict: &Verdict<'_>, evidence: &Evidence<'_, '_>) -> Vec<String> {
    let unknown = |holder: &Holder<'_>| {
        holder.role.listens() && matches!(holder.owner, Owner::NoPid | Owner::NotPermitted)
    };
    let open = || verdict.unseen.iter().any(Unseen::leaves_it_open);
    let asks = verdict.holders.iter().any(unknown) || (verdict.holders.is_empty() && open());
    let mut steps: Vec<String> =
        asks.then(|| "sudo netstat -tunapW".to_owned()).into_iter().collect();
    if evidence.question.suggest_kill {
        let listening = verdict.holders.iter().filter(|holder| holder.role.listens());
        steps.extend(listening.filter_map(|holder| Some(format!("kill {}", holder.pid?))));
    }
    steps
}

fn for_holder(
    verdict: &Verdict<'_>,
    evidence: &Evidence<'_, '_>,
    holder: &Holder<'_>,
) -> Vec<String> {
    let is_old = verdict.eras.is_old();
    let are_services_known = match holder.services.as_slice() {
        [] => false,
        [_] => holder.services_known != ServicesKnown::Candidates,
        _ => true,
    };
    let mut steps = Vec::new();
    match (holder.owner, holder.pid) {
        (Owner::NoPid, _) => steps.push("netstat -ano".to_owned()),
        (Owner::System, _) if verdict.protocol == Protocol::Tcp && holder.role.listens() => {
            let is_other = holder.known.is_some_and(|known| !known.component.contains("http.sys"));
            let by_block = holder.http.iter().any(|http| !http.url.queue_is_shared);
            if !is_other && !by_block && !is_old {
                steps.push("netsh http show servicestate view=requestq".to_owned());
            }
        }
        (Owner::NoProcessList | Owner::ListIncomplete | Owner::NotPermitted, Some(pid)) => {
            steps.push(format!("tasklist /svc /fi \"PID eq {pid}\""));
        }
        (Owner::NotListed, Some(pid)) if holder.heirs.is_empty() => {
            steps.push(if is_old {
                format!("wmic process where ParentProcessId={pid} get ProcessId,Name,CommandLine")
            } else {
                format!("Get-CimInstance Win32_Process -Filter \"ParentProcessId={pid}\"")
            });
        }
        (_, Some(pid)) if holder.is_svchost() && !are_services_known => {
            steps.push(format!("tasklist /svc /fi \"PID eq {pid}\""));
        }
        _ => {}
    }
    let ends = evidence.question.suggest_kill && holder.role.listens();
    if let (true, Some(pid)) = (ends, holder.pid.filter(|pid| !matches!(pid, 0 | 4))) {
        match holder.services.as_slice() {
            [] if holder.owner == Owner::Matched || holder.owner == Owner::Stated => {
                steps.push(format!("taskkill /PID {pid}"));
            }
            [service] if holder.services_known == ServicesKnown::Exact => {
                steps.push(format!("net stop \"{service}\""))
            }
            _ => {}
        }
    }
    steps
}
