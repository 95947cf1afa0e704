//! What differs between rows that are the same: the line they stand on and the number of their snapshot.

use crate::column::Column;

/// A column that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Line,
    Snapshot,
}

impl Variable {
    /// `None` for a column that does not differ.
    pub fn of(column: Column) -> Option<Variable> {
        match column {
            Column::Line => Some(Variable::Line),
            Column::Snapshot => Some(Variable::Snapshot),
            _ => None,
        }
    }
}

/// The numbers of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub line: usize,
    pub snapshot: usize,
}

impl Numbers {
    /// Those of a row so many lines on.
    pub fn lines_on(self, lines: usize) -> Numbers {
        Numbers { line: self.line + lines, ..self }
    }

    fn of(self, variable: Variable) -> usize {
        match variable {
            Variable::Line => self.line,
            Variable::Snapshot => self.snapshot,
        }
    }

    pub fn write(self, variable: Variable, out: &mut Vec<u8>) {
        out.extend_from_slice(itoa::Buffer::new().format(self.of(variable)).as_bytes());
    }

    /// How many digits there are.
    pub fn width(self, variable: Variable) -> usize {
        digits(self.of(variable))
    }

    /// Have the rows from here on, of which the last is so many lines on, as many digits as those from the other on, in
    /// all that differs?
    pub fn is_as_wide_as(&self, then: &Numbers, last: usize, variables: &[Variable]) -> bool {
        variables.iter().all(|variable| {
            let width = self.width(*variable);
            [self.lines_on(last), *then, then.lines_on(last)]
                .iter()
                .all(|numbers| numbers.width(*variable) == width)
        })
    }

    /// Writes the numbers of rows over those that were written then, which are as wide. Of each row it is told where it
    /// ends and how many lines on it stands. Some are nothing: they end where the one before does, the first at `from`.
    /// How many are more.
    pub fn overwrite(
        self,
        then: &Numbers,
        variables: &[Variable],
        rows: impl Iterator<Item = (usize, usize)>,
        from: usize,
        marks: &[u32],
        written: &mut [u8],
    ) -> usize {
        let (mut new, mut old) = (itoa::Buffer::new(), itoa::Buffer::new());
        let (new, old) = (new.format(self.snapshot), old.format(then.snapshot));
        let same = new.bytes().zip(old.bytes()).take_while(|(new, old)| new == old).count();
        let snapshot = new.as_bytes().get(same..).unwrap_or_default();
        let (mut start, mut count) = (from, 0);
        let mut marks = marks.chunks(variables.len().max(1));
        for (end, lines) in rows {
            let is_nothing = std::mem::replace(&mut start, end) == end;
            let of_row = marks.next().unwrap_or_default();
            if is_nothing {
                continue;
            }
            count += 1;
            for (variable, mark) in variables.iter().zip(of_row) {
                let mark = *mark as usize;
                match variable {
                    Variable::Snapshot => overwrite(written, mark + same, snapshot),
                    Variable::Line => {
                        let mut digits = itoa::Buffer::new();
                        let line = digits.format(self.line + lines);
                        overwrite(written, mark, line.as_bytes());
                    }
                }
            }
        }
        count
    }
}

#[inline]
fn overwrite(written: &mut [u8], at: usize, digits: &[u8]) {
    let place = written.get_mut(at..at + digits.len()).unwrap_or_default();
    place.iter_mut().zip(digits).for_each(|(place, digit)| *place = *digit);
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}
