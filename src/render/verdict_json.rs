//! A verdict for programs.

use std::io::{self, Write};

use serde::ser::Serialize;
use serde_json::{Value as Json, json};

use super::json::{Escaping, Object, SCHEMA_VERSION};
use crate::join::OwnedSocket;
use crate::record::Family;
use crate::state::State;
use crate::verdict::bind::Forecast;
use crate::verdict::{
    BehindUrl, Clue, Holder, Http, Lingering, Place, Reach, ServicesKnown, Unseen, Verdict,
};

/// Writes one object: the schema version and the verdicts, one for each machine and protocol.
///
/// # Errors
///
/// What `out` gives.
pub fn write_verdicts_json(mut out: impl Write, verdicts: &[Verdict<'_>]) -> io::Result<()> {
    let document = Object(vec![
        ("schema_version", json!(SCHEMA_VERSION)),
        ("verdicts", list(verdicts, verdict)),
    ]);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping::spread());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn list<T>(items: &[T], of: impl Fn(&T) -> Json) -> Json {
    Json::Array(items.iter().map(of).collect())
}

fn verdict(verdict: &Verdict<'_>) -> Json {
    let (snapshot, snapshots) = verdict.snapshot.unzip();
    let eras: Vec<&str> = verdict.eras.possible.iter().map(|era| era.name()).collect();
    json!({
        "port": verdict.port,
        "protocol": verdict.protocol.name(),
        "host": verdict.host,
        "source": verdict.source.map(|source| &*source.name),
        "snapshot": snapshot,
        "snapshots": snapshots,
        "kind": verdict.kind.name(),
        "is_held": verdict.kind.is_held(),
        "holders": list(&verdict.holders, holder),
        "excluded": list(&verdict.excluded, |told| json!({
            "first": told.what.first,
            "last": told.what.last,
            "family": told.what.family.map(Family::name),
            "administered": told.what.administered,
            "source": &*told.place.source.name,
            "line": told.place.line,
        })),
        "lingering": list(&verdict.lingering, lingering),
        "reserved_urls": list(&verdict.reserved, |told| json!({
            "url": told.what.url,
            "source": &*told.place.source.name,
            "line": told.place.line,
        })),
        "proxies_without_socket": list(&verdict.proxies, proxy),
        "not_the_cause": list(&verdict.clients, |row| socket(row)),
        "earlier": list(&verdict.earlier, |row| socket(row)),
        "blocked": list(&verdict.blocked, |blocked| json!({
            "address": blocked.address,
            "is_wildcard": blocked.is_wildcard,
            "outcome": match blocked.forecast {
                Forecast::Works => "works",
                Forecast::Fails(_) => "fails",
                Forecast::MayFail(_) => "may_fail",
                Forecast::Depends => "depends",
            },
            "message": blocked.forecast.phrase(),
            "dual_stack": blocked.dual_stack.map(Forecast::phrase),
        })),
        "unseen": list(&verdict.unseen, unseen),
        "windows": eras,
        "windows_reason": verdict.eras.reason,
        "next_steps": verdict.next_steps,
    })
}

fn socket(row: &OwnedSocket<'_>) -> Json {
    let socket = row.socket;
    json!({
        "source": &*row.source.name,
        "line": socket.line,
        "snapshot": row.snapshot,
        "local_address": socket.local.address,
        "local_port": socket.local.port,
        "foreign_address": socket.foreign.address,
        "foreign_port": socket.foreign.port,
        "state": row.state.map(State::name),
        "pid": socket.pid,
        "owner": row.owner.name(),
        "image_name": row.image_name(),
    })
}

fn holder(holder: &Holder<'_>) -> Json {
    json!({
        "role": holder.role.name(),
        "pid": holder.pid,
        "owner": holder.owner.name(),
        "image_name": holder.image_name(),
        "reach": match holder.reach {
            Reach::Everywhere => "everywhere",
            Reach::Loopback => "loopback",
            Reach::SomeAddresses => "some_addresses",
        },
        "shares_endpoint": holder.is_shared,
        "services": holder.services,
        "services_known": (!holder.services.is_empty()).then_some(match holder.services_known {
            ServicesKnown::Exact => "exact",
            ServicesKnown::Narrowed => "narrowed",
            ServicesKnown::Candidates => "candidates",
        }),
        "known_by_port": holder.known.map(|known| known.component),
        "urls": list(&holder.http, url),
        "proxies": list(&holder.proxies, proxy),
        "heirs": list(&holder.heirs, |heir| json!({
            "pid": heir.process.map(|process| process.pid),
            "image_name": heir.image_name,
            "source": &*heir.source.name,
            "line": heir.line,
        })),
        "connections": holder.connections,
        "sockets": list(&holder.sockets, |row| socket(row)),
    })
}

fn url(http: &Http<'_>) -> Json {
    let process = |process: &BehindUrl<'_>| {
        let names: Vec<&str> = process.named.iter().map(|named| named.image_name).collect();
        json!({
            "is_controller": process.is_controller,
            "pid": process.pid,
            "image_names": names,
            "services": process.services,
            "line": process.place.line,
        })
    };
    json!({
        "url": http.url.url,
        "queue": http.url.queue,
        "queue_is_shared": http.url.queue_is_shared,
        "processes": list(&http.processes, process),
        "source": &*http.place.source.name,
        "line": http.place.line,
    })
}

fn proxy(told: &crate::verdict::Told<'_, crate::fact::PortProxy>) -> Json {
    json!({
        "listen_address": told.what.listen_address,
        "listen_port": told.what.listen_port,
        "connect_address": told.what.connect_address,
        "connect_port": told.what.connect_port,
        "source": &*told.place.source.name,
        "line": told.place.line,
    })
}

fn lingering(lingering: &Lingering<'_>) -> Json {
    let (clue, by) = lingering.clue.unzip();
    json!({
        "socket": socket(lingering.socket),
        "clue": clue.map(socket),
        "by": by.map(|by| match by {
            Clue::Listener => "listener",
            Clue::OtherEnd => "other_end",
            Clue::Earlier => "earlier_snapshot",
        }),
    })
}

fn unseen(unseen: &Unseen<'_>) -> Json {
    let place: Option<Place<'_>> = match unseen {
        Unseen::Cut { place, .. }
        | Unseen::Ended(place)
        | Unseen::NotRead(place)
        | Unseen::PortName { place, .. } => Some(*place),
        _ => None,
    };
    json!({
        "what": unseen.name(),
        "leaves_it_open": unseen.leaves_it_open(),
        "source": place.map(|place| &*place.source.name),
        "line": place.map(|place| place.line),
    })
}
