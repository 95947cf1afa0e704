//! `Get-NetTCPConnection` of PowerShell, Windows 8 and later: as a table, a list, and CSV.
//!
//! ```text
//! LocalAddress                        LocalPort RemoteAddress                       RemotePort State       AppliedSetting OwningProcess
//! ------------                        --------- -------------                       ---------- -----       -------------- -------------
//! ::                                  49677     ::                                  0          Listen                     724
//! fe80::1111:2222:3333:4444%5         50325     fe80::1111:2222:3333:4444%5         8080       Established Datacenter     5996
//! ```
//!
//! Columns are those that were selected, at least the local address and port and something of the other side.
//! `AppliedSetting` is empty on sockets that listen. `Bound` sockets neither listen nor are connected, and
//! block their port.

use super::Os;
use super::powershell_sockets::{has_local, has_remote, sockets};
use super::table::{Format, Opening};
use crate::record::Protocol;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "get_nettcpconnection", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let recognises = |names: &[&str]| has_local(names) && has_remote(names);
    let firsts = ["LocalAddress", "LocalPort"];
    sockets(line, above, recognises, &firsts, |names| has_remote(names).then_some(Protocol::Tcp))
}
