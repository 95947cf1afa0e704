//! Rows of a log, each read for itself.

use std::sync::Arc;

use super::super::accounting::Class;
use super::super::netstat_find;
use super::super::netstat_heading::Announced;
use super::super::table::Taken;
use super::Connections;
use crate::record::Socket;
use crate::text::Line;

/// Rows of which nothing needs to be said, each read for itself: for logs, in which most are of this kind.
#[derive(Debug)]
pub(crate) struct PlainRows {
    table: Connections,
}

impl PlainRows {
    /// `heading` is that of the table.
    /// `None` where the heading has columns that such rows have not.
    pub(crate) fn below(heading: &str) -> Option<Self> {
        let announces = Announced::by(heading);
        let table = Connections { headed: true, announces, ..Connections::default() };
        (!announces.time_in_state && !announces.template).then_some(PlainRows { table })
    }

    /// The socket of a row and of the lines below it that name its owner; `None` for any other line, and where
    /// something is odd about it.
    pub(crate) fn read(
        &mut self,
        source: &Arc<str>,
        text: &str,
        below: &str,
        number: usize,
    ) -> Option<Socket> {
        self.table.sockets.clear();
        let line = Line::plain(number, text);
        let text = netstat_find::begins_with_protocol(text)?;
        match self.table.row(source, &line, text) {
            Taken::As(Class::Row, about) if about.is_empty() && self.table.sockets.len() == 1 => {}
            _ => return None,
        }
        let mut is_whole = true;
        for (number, line) in (number + 1..).zip(below.lines()) {
            is_whole = match self.table.owner_line(source, &Line::plain(number, line)) {
                Taken::WithAbove(_, None) => true,
                Taken::Perhaps => false,
                _ => return None,
            };
        }
        let is_stated = !below.is_empty();
        self.table.sockets.pop().filter(|socket| is_whole && socket.stated.is_some() == is_stated)
    }
}
