//! `Get-NetUDPEndpoint` of PowerShell, Windows 8 and later: as a table and CSV.
//!
//! ```text
//! LocalAddress                             LocalPort
//! ------------                             ---------
//! ::                                       5353
//! ```
//!
//! The default view has no PID; `select LocalAddress, LocalPort, OwningProcess` has. But so may have
//! `Get-NetTCPConnection`: with more columns than these two the command above the table must tell, or the
//! rows are not read, since nothing else says whether they are TCP or UDP.

use super::Os;
use super::powershell_sockets::{has_local, has_remote, sockets};
use super::table::{Format, Opening};
use crate::record::Protocol;
use crate::text::Line;

pub(crate) const FORMAT: Format = Format { name: "get_netudpendpoint", os: Os::Windows, open };

fn open(line: &Line<'_>, above: &[Line<'_>]) -> Option<Opening> {
    let recognises = |names: &[&str]| has_local(names) && !has_remote(names);
    sockets(line, above, recognises, &[], |names| (names.len() == 2).then_some(Protocol::Udp))
}
