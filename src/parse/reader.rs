//! The section finder: offers every line to the open section, then to the formats, and keeps count.

mod above;
mod cut;
mod ends;
mod unread;

use std::sync::Arc;

use super::accounting::{Accounting, Class};
use super::banner::banner;
use super::elision::is_elision;
use super::filter::Unanswered;
use super::part::{Carried, Part};
use super::prompt::{self, Prompt};
use super::table::{Format, Opening, Surroundings, Table, Taken};
use super::{Section, netstat_find};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Line, MAX_LINE};
use above::MOST_ABOVE;
use unread::is_columnar;

/// The section that is being read.
struct Open<'a> {
    format: &'static Format,
    table: Box<dyn Table>,
    first_line: usize,
    last_line: usize,
    /// The machine, as far as was known where the section began.
    host: Option<String>,
    is_elsewhere: bool,
    /// Did it begin below a prompt that names no machine?
    is_bare: bool,
    captured_at: Option<String>,
    /// Has it a heading?
    is_headed: bool,
    around: Surroundings,
    /// Its lines, as long as they are no more than a heading.
    heading: Vec<Line<'a>>,
}

pub(super) struct Reader<'a> {
    source: &'a Arc<str>,
    formats: &'static [Format],
    /// Lines of the source that are not of this part.
    lines_before: usize,
    /// Of the lines of this part.
    classes: Vec<Class>,
    sections: Vec<Section>,
    diagnostics: Vec<Diagnostic>,
    open: Option<Open<'a>>,
    /// Lines that nothing has taken, since the last that something took.
    above: Vec<Line<'a>>,
    blank_since_taken: bool,
    /// What the last prompt said.
    prompt: Prompt,
    prompted: bool,
    /// How many sections stand above the last prompt.
    prompted_at: usize,
    /// Was what is printed held, and did nothing of it follow?
    held: bool,
    /// The machine that a comment right below a row names: of that row, or of a table that begins behind it.
    comment: Option<String>,
    unanswered: Unanswered,
    /// The last line that looked like a row below a table and was none.
    misplaced: usize,
    /// The last mark of lines that were left out.
    elided_at: usize,
    /// How many lines above are marks of a pager, and the last.
    pager_marks: usize,
    pager_mark_at: Option<usize>,
    /// Was there a session on another machine, or a command that asks one?
    seen_session: bool,
    seen_remote: bool,
    /// Of each section: did it stand below a prompt without a name?
    bare: Vec<bool>,
}

/// The format whose rows are told from any other line.
const NETSTAT: &str = "netstat";

impl<'a> Reader<'a> {
    /// Of a source, or of a part behind the lines that `carried` tells of.
    pub(super) fn new(
        source: &'a Arc<str>,
        formats: &'static [Format],
        carried: &mut Carried,
    ) -> Self {
        Reader {
            source,
            formats,
            lines_before: carried.lines,
            classes: Vec::new(),
            sections: Vec::new(),
            diagnostics: Vec::new(),
            open: None,
            above: Vec::new(),
            blank_since_taken: false,
            prompt: std::mem::take(&mut carried.prompt),
            prompted: carried.prompted,
            prompted_at: 0,
            held: false,
            comment: None,
            unanswered: Unanswered::default(),
            misplaced: 0,
            elided_at: 0,
            pager_marks: 0,
            pager_mark_at: None,
            seen_session: false,
            seen_remote: false,
            bare: Vec::new(),
        }
    }

    /// Takes the next line, or the next part of one.
    pub(super) fn line(&mut self, line: &Line<'a>) {
        self.pager_marks +=
            usize::from(self.pager_mark_at.take_if(|at| *at < line.number).is_some());
        let class = self.classify(&Line { place: line.number - self.pager_marks, ..*line });
        self.set_class(line.number, class);
    }

    /// What the lines were, once there are no more; and what they leave behind.
    pub(super) fn finish(mut self, carried: &mut Carried) -> Part {
        self.end_of_source();
        self.tell_machines_apart();
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.line);
        // One line may have been split into parts, each with something wrong with it.
        self.diagnostics.dedup_by(|next, first| first.line.is_some() && next.line == first.line);
        let unread = self.unread_lines();
        let accounting = Accounting::of(&self.classes);
        carried.lines += accounting.lines;
        carried.prompt = self.prompt;
        carried.prompted = self.prompted;
        let is_remote = self.seen_remote || self.seen_session;
        Part {
            sections: self.sections,
            diagnostics: self.diagnostics,
            unread,
            nothing_printed: self.unanswered.found,
            accounting,
            is_remote,
        }
    }

    fn classify(&mut self, line: &Line<'a>) -> Class {
        if line.is_too_long() {
            let length = line.length;
            let message = format!("expected a line of at most {MAX_LINE} bytes, found {length}");
            self.diagnostics.push(Diagnostic::of_part(
                self.source,
                line,
                line.text,
                Code::LineTooLong,
                message,
            ));
            return Class::Unread;
        }
        if line.text.trim().is_empty() {
            self.blank_since_taken = true;
            return Class::Blank;
        }
        if let Some(prompt) = prompt::read(line.text) {
            self.close();
            self.above.clear();
            self.comment.take_if(|_| prompt.host.is_some());
            self.prompt = self.prompt.followed_by(prompt);
            self.prompted = true;
            self.prompted_at = self.sections.len();
            self.unanswered.prompt(line.number, &self.prompt);
            self.seen_session |= self.prompt.in_session;
            self.seen_remote |= self.prompt.is_remote();
            return Class::Prompt;
        }
        self.unanswered.line();
        if self.prompt.answered_by(line.text) {
            return Class::Notice;
        }
        let is_elision = is_elision(line.text);
        if is_elision {
            self.lines_are_left_out(line.number);
        }
        if let Some(class) = self.offer_to_section(line) {
            return class;
        }
        if let Some(class) = self.offer_to_formats(line) {
            return class;
        }
        if is_elision || self.is_held(line) {
            return Class::Notice;
        }
        let is_apart = self.open.is_none() || self.blank_since_taken;
        match banner(line) {
            // A comment between the rows is about them.
            Some(named) if named.is_comment && !is_apart => self.comment = Some(named.host),
            Some(named) => {
                // What stands below is of another machine, and no part of the table above.
                let own = self.prompt.host_of_output();
                if !own.is_some_and(|own| own.eq_ignore_ascii_case(&named.host)) {
                    self.close();
                }
                self.is_on(named.host);
            }
            None => {}
        }
        self.leave(line)
    }

    /// What stands below was taken on this machine.
    fn is_on(&mut self, host: String) {
        self.prompt = self.prompt.followed_by(Prompt { host: Some(host), ..Prompt::default() });
    }

    fn class_of(&mut self, number: usize) -> Option<&mut Class> {
        self.classes.get_mut(number - self.lines_before - 1)
    }

    /// Of the parts of one line the one that tells most gives the class.
    fn set_class(&mut self, number: usize, class: Class) {
        match self.class_of(number) {
            Some(of_line) => *of_line = (*of_line).min(class),
            None => self.classes.push(class),
        }
    }

    /// The open section takes the line, or it is none of its.
    fn offer_to_section(&mut self, line: &Line<'a>) -> Option<Class> {
        let open = self.open.as_ref()?;
        // Two endpoints make a row, whatever stands around it.
        let is_socket = || {
            netstat_find::begins_with_protocol(line.text).is_some()
                && netstat_find::find(line.text).is_some()
        };
        if open.format.name != NETSTAT && is_socket() {
            return None;
        }
        let begins = |format: &&Format| {
            format.name != open.format.name
                && (format.open)(line, &self.above).is_some_and(|opening| opening.stands_alone())
        };
        if open.table.yields() && self.formats.iter().any(|format| begins(&format)) {
            return None;
        }
        let open = self.open.as_mut()?;
        let taken = open.table.take(self.source, line);
        if let Some(row) = open.table.withdrawn()
            && let Some(class) = self.classes.get_mut(row - self.lines_before - 1)
        {
            *class = Class::Header;
        }
        let (class, diagnostics, class_above) = match taken {
            Taken::As(class @ Class::Notice, diagnostics) => (class, diagnostics, Some(class)),
            Taken::As(class, diagnostics) => (class, diagnostics, None),
            Taken::WithAbove(class, diagnostic) => {
                (class, diagnostic.into_iter().collect(), Some(class))
            }
            Taken::Mends => {
                self.diagnostics.pop_if(|last| last.line == Some(line.number - 1));
                self.above.pop_if(|last| last.number == line.number - 1);
                let above = line.number - self.lines_before - 1;
                if let Some(class) = self.classes.get_mut(above - 1) {
                    *class = Class::Row;
                }
                (Class::Continuation, Vec::new(), None)
            }
            Taken::Perhaps => {
                self.blank_since_taken = false;
                return None;
            }
            Taken::NotOurs => return None,
        };
        open.last_line = line.number;
        match class {
            Class::Header if open.heading.len() < MOST_ABOVE => open.heading.push(*line),
            _ => open.heading.clear(),
        }
        open.around.unread |= class == Class::Unread;
        open.is_headed |= class == Class::Header;
        self.held &= !matches!(class, Class::Row | Class::Continuation | Class::Unread);
        self.comment.take_if(|_| class == Class::Row);
        self.diagnostics.extend(diagnostics);
        match class_above {
            Some(class) => self.lines_above_are(class),
            None if matches!(class, Class::Row | Class::Continuation) => {
                self.lines_between_rows_are_unread();
            }
            None => {}
        }
        if class != Class::Unread {
            self.above.clear();
        }
        self.blank_since_taken = false;
        Some(class)
    }

    /// A format recognises the line, and a section begins.
    fn offer_to_formats(&mut self, line: &Line<'a>) -> Option<Class> {
        let (format, opening) = self.first_to_open(line, &self.above).or_else(|| {
            // The open section may have taken another format's heading for its own.
            let open = self.open.as_ref().filter(|_| self.above.is_empty())?;
            let (format, opening) = self.first_to_open(line, &open.heading)?;
            (opening.heading_above > 0).then_some((format, opening))
        })?;
        if self.above.len() < opening.heading_above {
            let open = self.open.take();
            self.prompted |= open.as_ref().is_some_and(|open| open.around.prompted);
            self.above = open.map(|open| open.heading).unwrap_or_default();
        }
        if let Some(open) = &mut self.open {
            // What another table interrupts may go on below it.
            open.around.elided |= opening.heading_above == 0
                && line.number == open.last_line + 1
                && open.format.name != format.name;
        }
        self.end_section();
        if let Some(host) = self.comment.take() {
            self.is_on(host);
        }
        let heading = self.above.split_off(self.above.len().saturating_sub(opening.heading_above));
        let first_line = heading.first().map_or(line.number, |first| first.number);
        self.above = heading;
        self.lines_above_are(opening.above);
        let heading = std::mem::take(&mut self.above);
        // What was asked above holds for the first table below.
        let asked = self.prompted.then_some(&self.prompt);
        let around = Surroundings {
            filtered: self.prompt.filtered,
            family: asked.and_then(|asked| asked.family),
            protocol: asked.and_then(|asked| asked.protocol),
            netstat: asked.map(|asked| asked.netstat).unwrap_or_default(),
            of_processes: asked.is_some_and(|asked| asked.of_processes),
            third: asked.map(|asked| asked.third).unwrap_or_default(),
            prompted: self.prompted,
            elided: heading.first().is_some_and(|first| first.number < self.elided_at),
            ..Surroundings::default()
        };
        let mut table = opening.table;
        table.begin(around);
        self.open = Some(Open {
            format,
            table,
            first_line,
            last_line: line.number,
            host: self.prompt.host_of_output().map(str::to_owned),
            is_elsewhere: self.prompt.is_elsewhere,
            is_bare: self.prompt.is_bare,
            captured_at: self.prompt.captured_at.clone().filter(|_| self.prompted),
            is_headed: !heading.is_empty() && opening.above == Class::Header,
            around,
            heading,
        });
        self.prompted = false;
        self.offer_to_section(line)
    }

    fn first_to_open(
        &self,
        line: &Line<'_>,
        above: &[Line<'_>],
    ) -> Option<(&'static Format, Opening)> {
        let below_tasklist = self.prompted && self.prompt.of_tasklist;
        // The open section may have taken the heading for its own.
        let heading_below_prompt =
            |open: &Open<'_>| open.around.prompted && !open.heading.is_empty();
        let below_services = self.prompt.of_services
            && (self.prompted || self.open.as_ref().is_some_and(heading_below_prompt));
        let opening = |format: &Format| {
            (format.open)(line, above).filter(|opening| {
                (!opening.needs_tasklist || below_tasklist)
                    && (!opening.needs_services || below_services)
            })
        };
        self.formats.iter().find_map(|format| Some((format, opening(format)?)))
    }

    /// Nobody takes the line: it is prose, or a socket that could not be read.
    fn leave(&mut self, line: &Line<'a>) -> Class {
        if self.blank_since_taken {
            self.close();
        }
        if let Some(protocol) = netstat_find::like_a_socket(line.text) {
            let message = format!(
                "expected a row of netstat, found `{protocol}` and an address in another order"
            );
            self.diagnostics.push(
                Diagnostic::of_part(self.source, line, protocol, Code::NotARow, message)
                    .with_help("a row is the protocol, the local and the foreign address and port"),
            );
            if let Some(open) = &mut self.open {
                open.around.unread = true;
            }
            return Class::Unread;
        }
        if let Some(open) = &mut self.open
            && line.number == open.last_line.max(self.misplaced) + 1
            && is_columnar(line.text)
        {
            self.misplaced = line.number;
            open.around.unread = true;
            let taken = Taken::misplaced(self.source, line);
            if let Taken::As(class, diagnostics) = taken {
                self.diagnostics.extend(diagnostics);
                return class;
            }
        }
        self.above.push(*line);
        if self.open.is_none() {
            self.drop_far_above();
        }
        self.seems_a_process(line)
    }
}
