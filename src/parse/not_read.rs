//! Output that is recognised, so that it can be named, and is not read.

use std::sync::Arc;

use super::Records;
use super::accounting::Class;
use super::table::{Surroundings, Table, Taken};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Line;

/// A section of which no record is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotRead {
    /// What it is, for a message that says why there is no row.
    pub what: &'static str,
    /// The tool whose sockets these are, where it prints sockets.
    pub tool: &'static str,
    /// The class of a line of it; [`Class::Unread`] for a socket.
    pub class: fn(&str) -> Option<Class>,
    /// Are its lines told by so little that a line with which another format begins is of that?
    pub yields: bool,
}

impl Table for NotRead {
    fn take(&mut self, source: &Arc<str>, line: &Line<'_>) -> Taken {
        match (self.class)(line.text) {
            None => Taken::NotOurs,
            Some(Class::Unread) => {
                let word = line.text.split_whitespace().next().unwrap_or_default();
                let message =
                    format!("expected a row of Windows netstat, found one of {}", self.tool);
                Taken::unread(
                    Diagnostic::of_part(source, line, word, Code::OtherTool, message).with_help(
                        "its PIDs belong to another system, so nothing is joined with them",
                    ),
                )
            }
            Some(class) => Taken::as_class(class),
        }
    }

    fn yields(&self) -> bool {
        self.yields
    }

    fn finish(self: Box<Self>, _: Surroundings) -> Option<(Records, Option<&'static str>)> {
        Some((Records::None { what: self.what }, None))
    }
}
