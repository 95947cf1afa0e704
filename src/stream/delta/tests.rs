//! Rows that stand again.

use super::super::first_line;
use super::*;

/// Reads a table of lines, each of which becomes its number, itself in capitals and a line end. How many lines
/// were found in the table before.
fn read(delta: &mut Delta, table: &str, first: usize, out: &mut Vec<u8>) -> usize {
    let (start, mut at, mut row, mut again) = (out.len(), 0, 0, 0);
    let first = Numbers { line: first, snapshot: 1 };
    delta.begin_table();
    while at < table.len() {
        let rest = &table.as_bytes()[at..];
        let line = first_line(rest);
        if delta.is_on()
            && let Some((rows, length)) =
                delta.run(rest).or_else(|| delta.run_elsewhere(rest, line.len()))
        {
            (again, row, at) = (again + rows.len(), row + rows.len(), at + length);
            delta.write_again(rows.clone(), &first.lines_on(row - rows.len()), start, out);
            continue;
        }
        let mark = out.len() - start;
        // What begins with a minus is not written.
        if !line.starts_with(b"-") {
            first.lines_on(row).write(Variable::Line, out);
            out.extend(line.to_ascii_uppercase());
        }
        let entry = Entry::of_row(line.len());
        delta.keep(entry, std::iter::once(mark), out.len() - start, None);
        (row, at) = (row + 1, at + line.len());
    }
    delta.end_table(table.as_bytes(), &out[start..], first, Some(row));
    again
}

fn expected(table: &str, first: usize) -> String {
    let lines = table.lines().enumerate().filter(|(_, line)| !line.starts_with('-'));
    lines.map(|(row, line)| format!("{}{}\n", first + row, line.to_uppercase())).collect()
}

#[test]
fn lines_that_stand_again_are_written_again_with_other_numbers() {
    let mut delta = Delta::new(vec![Variable::Line]);
    let mut out = Vec::new();
    let many: String = (0..40).map(|row| format!("row {row}\n")).collect();
    let backwards: String = (0..40).rev().map(|row| format!("row {row}\n")).collect();
    for (table, first, again) in [
        ("a\nb\n-c\nd\n", 1, 0),
        ("a\nb\n-c\nd\n", 6, 4),
        ("a\nb\n-c\nd\n", 8, 4),
        ("b\nx\n-c\nd\ny\n", 98, 3),
        ("y\nd\nb\nx\n-c\n", 103, 1),
        (&many, 200, 0),
        (&many, 300, 40),
        (&backwards, 400, 1),
        (&many, 500, 40),
    ] {
        out.clear();
        out.extend(b"before");
        let found = read(&mut delta, table, first, &mut out);
        let written = String::from_utf8(out[6..].to_vec()).unwrap();
        assert_eq!(written, expected(table, first));
        if table != backwards {
            assert_eq!(found, again, "{table}");
        }
    }
}

#[test]
fn it_pauses_where_nothing_comes_again() {
    let mut delta = Delta::new(Vec::new());
    for table in 0..40 {
        let table: String = (0..400).map(|row| format!("{table} {row}\n")).collect();
        read(&mut delta, &table, 1, &mut Vec::new());
    }
    assert!(!delta.is_on());
    assert!(delta.lines.is_empty());
}

#[test]
fn bytes_that_both_begin_with() {
    let one: Vec<u8> = (0..100).collect();
    for same in 0..100 {
        let mut other = one.clone();
        other[same] = 200;
        assert_eq!(same_bytes(&one, &other), same);
        assert_eq!(same_bytes(&one[..same], &other), same);
    }
}
