//! What becomes of other programs that want a port which is held.

use std::net::IpAddr;

use super::bind::{self, Forecast, Outcome, Scope};
use super::{Holder, Role, Verdict};
use crate::join::OwnedSocket;
use crate::record::Family;

/// What becomes of a program that wants the port too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// What it binds, `0.0.0.0` or one address; `None` for any one address.
    pub address: Option<String>,
    /// Every address of its family?
    pub is_wildcard: bool,
    /// What becomes of it.
    pub forecast: Forecast,
    /// What becomes of a socket on `::` that serves IPv4 as well, where that is worse.
    pub dual_stack: Option<Forecast>,
}

/// What becomes of programs that want the port too.
pub(super) fn of(verdict: &Verdict<'_>, wanted: Option<IpAddr>) -> Vec<Blocked> {
    let by_exclusion = |family: Family| {
        let ranges = verdict.excluded.iter().map(|told| told.what);
        let mut ranges = ranges.filter(|range| range.family.is_none_or(|of| of == family));
        match ranges.clone().next() {
            None => Forecast::Works,
            // Whoever made the exclusion may be meant to have the port.
            Some(_) if ranges.all(|range| range.administered) => Forecast::MayFail(Outcome::Denied),
            Some(_) => Forecast::Fails(Outcome::Denied),
        }
    };
    let forecast = |family: Family, address: Option<IpAddr>| {
        let of_holders = verdict.holders.iter().flat_map(|holder| {
            holder.sockets.iter().map(|row| in_the_way(verdict, holder.role, row, family, address))
        });
        let of_holders = of_holders.fold(Forecast::Works, Forecast::and);
        // A socket that only a URL tells of may stand on any address.
        let is_unseen = |holder: &Holder<'_>| holder.sockets.is_empty() && holder.role.listens();
        let by_unseen = match verdict.holders.iter().any(is_unseen) {
            true => Forecast::MayFail(Outcome::InUse),
            false => Forecast::Works,
        };
        of_holders.and(by_unseen).and(by_exclusion(family))
    };
    let every = |family: Family| {
        let (address, own) = match family {
            Family::Ipv4 => ("0.0.0.0", forecast(family, None)),
            Family::Ipv6 => ("::", forecast(family, None)),
        };
        let both = own.and(forecast(Family::Ipv4, None));
        let differs = family == Family::Ipv6 && both != own && !verdict.eras.is_old();
        Blocked {
            address: Some(address.to_owned()),
            is_wildcard: true,
            forecast: own,
            dual_stack: differs.then_some(both),
        }
    };
    let of_address = |address: IpAddr| match (address, address.is_unspecified()) {
        (IpAddr::V4(_), true) => every(Family::Ipv4),
        (IpAddr::V6(_), true) => every(Family::Ipv6),
        (IpAddr::V4(_), false) => one(address, forecast(Family::Ipv4, Some(address))),
        (IpAddr::V6(_), false) => one(address, forecast(Family::Ipv6, Some(address))),
    };
    // The rules are those of Windows.
    if !verdict.eras.is_windows() {
        return Vec::new();
    }
    if let Some(address) = wanted {
        return vec![of_address(address)];
    }
    if !verdict.kind.is_held() {
        return Vec::new();
    }
    let addresses = verdict.holders.iter().flat_map(|holder| &holder.sockets);
    let has_ipv6 = addresses.clone().any(|row| row.socket.family() == Some(Family::Ipv6));
    let mut blocked = vec![every(Family::Ipv4)];
    // Before Vista IPv6 is rare, and a stack of its own.
    if has_ipv6 || !verdict.eras.is_old() {
        blocked.push(every(Family::Ipv6));
    }
    let mut specific: Vec<IpAddr> = addresses
        .clone()
        .filter(|row| !row.socket.local.is_wildcard())
        .filter_map(|row| row.socket.local.ip())
        .collect();
    specific.sort_unstable();
    specific.dedup();
    // Where every address is taken, one stands for all.
    let example = |family: Family| {
        let mut of_family = addresses.clone().filter(|row| row.socket.family() == Some(family));
        of_family.any(|row| row.socket.local.is_wildcard())
    };
    if specific.is_empty() {
        for (family, address) in [(Family::Ipv4, "192.0.2.10"), (Family::Ipv6, "2001:db8::10")] {
            if let (true, Ok(address)) = (example(family), address.parse()) {
                blocked.push(Blocked {
                    address: None,
                    ..one(address, forecast(family, Some(address)))
                });
            }
        }
        blocked.dedup();
    }
    blocked.extend(specific.into_iter().take(SHOWN_ADDRESSES).map(of_address));
    blocked
}

/// How many addresses are told apart in what is blocked.
const SHOWN_ADDRESSES: usize = 4;

fn one(address: IpAddr, forecast: Forecast) -> Blocked {
    Blocked { address: Some(address.to_string()), is_wildcard: false, forecast, dual_stack: None }
}

/// What one socket does to a plain bind of an address, or of every address of a family.
fn in_the_way(
    verdict: &Verdict<'_>,
    role: Role,
    row: &OwnedSocket<'_>,
    family: Family,
    address: Option<IpAddr>,
) -> Forecast {
    if row.socket.family().is_some_and(|of_row| of_row != family) {
        return Forecast::Works;
    }
    let first = if row.socket.local.is_wildcard() { Scope::Wildcard } else { Scope::Specific };
    let second = if address.is_none() { Scope::Wildcard } else { Scope::Specific };
    let is_other = address.is_some() && row.socket.local.ip() != address;
    if first == Scope::Specific && is_other {
        return Forecast::Works;
    }
    if role.listens() {
        return bind::forecast(&verdict.eras.possible, first, second);
    }
    // The tables are about binds. A port that was handed out is bound on every address first; a connection
    // that was accepted shares the bind of its listener.
    match role {
        Role::Client { .. } => Forecast::Fails(Outcome::InUse),
        _ => Forecast::Depends,
    }
}
