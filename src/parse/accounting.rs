//! The class of every line, and their sum.

/// What a line is. Every line has exactly one class; of a line with several parts it is the first in
/// this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Should have been a row, and could not be read. There is a diagnostic about it.
    Unread,
    /// Holds a record.
    Row,
    /// Belongs to the record of the row before, as wrapped services do.
    Continuation,
    /// Title, heading or ruler of a table.
    Header,
    /// A line of a known program that holds no record.
    Notice,
    /// A command prompt, with or without a command, or an echoed command.
    Prompt,
    /// Text between the tables.
    Prose,
    /// Nothing but blanks.
    Blank,
}

/// How many lines of a source are of which class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)] // one field a class
pub struct Accounting {
    pub lines: usize,
    pub rows: usize,
    pub continuations: usize,
    pub headers: usize,
    pub notices: usize,
    pub blanks: usize,
    pub prompts: usize,
    pub prose: usize,
    pub unread: usize,
    /// Begin as rows of a log do and cannot pass the filter: no more of them was read. Of no other source, and of none
    /// under `--strict`.
    pub skipped: usize,
}

impl Accounting {
    pub(super) fn of(classes: &[Class]) -> Self {
        let mut sum = Accounting { lines: classes.len(), ..Accounting::default() };
        for class in classes {
            *sum.of_class(*class) += 1;
        }
        sum
    }

    fn of_class(&mut self, class: Class) -> &mut usize {
        match class {
            Class::Row => &mut self.rows,
            Class::Continuation => &mut self.continuations,
            Class::Header => &mut self.headers,
            Class::Notice => &mut self.notices,
            Class::Blank => &mut self.blanks,
            Class::Prompt => &mut self.prompts,
            Class::Prose => &mut self.prose,
            Class::Unread => &mut self.unread,
        }
    }

    /// Names and counts of the classes that lines are of when all of them are read, in the order of the contract.
    pub fn classes(&self) -> [(&'static str, usize); 8] {
        [
            ("rows", self.rows),
            ("continuations", self.continuations),
            ("headers", self.headers),
            ("notices", self.notices),
            ("blanks", self.blanks),
            ("prompts", self.prompts),
            ("prose", self.prose),
            ("unread", self.unread),
        ]
    }

    /// Do the classes add up to the lines? Always; the tests hold it.
    pub fn adds_up(&self) -> bool {
        let read: usize = self.classes().iter().map(|(_, count)| count).sum();
        read + self.skipped == self.lines
    }
}

impl std::ops::Add for Accounting {
    type Output = Accounting;

    fn add(self, other: Accounting) -> Accounting {
        Accounting {
            lines: self.lines + other.lines,
            rows: self.rows + other.rows,
            continuations: self.continuations + other.continuations,
            headers: self.headers + other.headers,
            notices: self.notices + other.notices,
            blanks: self.blanks + other.blanks,
            prompts: self.prompts + other.prompts,
            prose: self.prose + other.prose,
            unread: self.unread + other.unread,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl std::iter::Sum for Accounting {
    fn sum<I: Iterator<Item = Accounting>>(all: I) -> Accounting {
        all.fold(Accounting::default(), std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up() {
        let all = [Class::Row, Class::Row, Class::Blank, Class::Unread];
        let sum = Accounting::of(&all) + Accounting::of(&all);
        assert_eq!((sum.lines, sum.rows, sum.blanks, sum.unread), (8, 4, 2, 2));
        assert!(sum.adds_up());
    }
}
