//! Which program uses that port, from text that was saved elsewhere.
//!
//! portjoin reads the output of Windows' `netstat -ano` and `tasklist`, however it was saved, joins the
//! two by PID and says who owns each socket: what Microsoft's KB 323352 has an administrator do by hand.
//!
//! ```
//! use portjoin::{Owner, assemble, join, read};
//!
//! let netstat = "Proto Local Address Foreign Address State PID\r\n\
//!                TCP 0.0.0.0:80 0.0.0.0:0 Listening 888\r\n";
//! let tasklist = "\
//! Image Name                   PID Session Name     Session#    Mem Usage\r
//! ========================= ====== ================ ======== ============\r
//! inetinfo.exe                 888 Console                 0      8,520 K\r
//! ";
//! let sources = [
//!     read("netstat.txt", netstat.into(), None),
//!     read("tasklist.txt", tasklist.into(), None),
//! ];
//! let assembly = assemble(&sources, &[]);
//! let joined = join(&assembly.captures);
//! let socket = &joined.sockets[0];
//! assert_eq!(socket.socket.local.port, Some(80));
//! assert_eq!(socket.owner, Owner::Matched);
//! assert_eq!(socket.image_name(), Some("inetinfo.exe"));
//! ```
//!
//! # The way of the data
//!
//! ```text
//! bytes ──text──▶ lines ──parse──▶ sections ──capture──▶ captures ──join──▶ owned sockets ─┬─ query ──▶ render
//!                                                                                         └─ verdict ▶ render
//! ```
//!
//! One direction: a later stage never looks at text again, an earlier one never formats.
//!
//! | stage | gives | decides |
//! | --- | --- | --- |
//! | [`text`] | numbered lines | encoding, line ends |
//! | [`parse`] | [`Section`]s of [`Socket`]s and [`Process`]es, [`Diagnostic`]s | what a line is; every line has one class |
//! | [`capture`] | [`Capture`]s | which inputs were taken from one machine, and the snapshots in them |
//! | [`mod@join`] | [`OwnedSocket`]s | who owns a socket; every way of not knowing has a name, [`Owner`] |
//! | [`verdict`] | [`verdict::Verdict`]s | which program uses or blocks a port, by the bind rules of Windows |
//! | [`query`] | fewer or other rows | filters, order, counts |
//! | [`stream`] | rows | the same for a log of any size, a table at a time |
//! | [`render`] | text | tables, JSON, CSV, Markdown, and what a terminal may be shown |
//!
//! # Words
//!
//! *Socket*: one row of netstat. *Endpoint*: address and port. *Process*: one row of a process list.
//! *Section*: a run of lines of one format. *Snapshot*: one netstat table, taken at one moment.
//! *Capture*: what was taken from one machine and may be joined. *Diagnostic*: about something that
//! could not be read, or not be told. *Port fact*: what Windows says of a port beside its sockets.
//!
//! # What it does not do
//!
//! No I/O: the program does that. No port is ever called free because no row shows it: a
//! capture shows what was asked for, and no more.

#![forbid(unsafe_code)]

pub mod capture;
mod column;
mod diagnostic;
mod fact;
pub mod join;
mod languages;
mod names;
pub mod parse;
pub mod query;
mod record;
pub mod render;
mod state;
pub mod stream;
mod tally;
pub mod text;
pub mod verdict;

pub use capture::{Assembly, Capture, assemble};
pub use column::{Column, Value};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use fact::{HttpUrl, PortFact, PortProxy, PortRange, QueueProcess, UrlReservation};
pub use join::{OwnedSocket, Owner, join, join_capture};
pub use parse::{Records, SS_UNPRIVILEGED, Section, Source, read};
pub use record::{Endpoint, Family, Process, Protocol, Service, Socket, Stated};
pub use state::State;
pub use tally::Tally;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
