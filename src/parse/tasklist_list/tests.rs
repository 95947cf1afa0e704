//! Records that are whole, cut, and in languages that are not known.

use super::super::testing::named as processes;
use super::*;

#[test]
fn a_pid_without_an_image_name_fails_at_the_line() {
    let failure = nom::Err::Error(Failure::new("PID: 8", Expected::ImageName));
    assert_eq!(image_above("PID: 8"), Err(failure));
}

#[test]
fn two_lines_are_enough_where_the_label_is_known() {
    assert_eq!(processes("Image Name:   a.exe\nPID:          8\n"), [("a.exe".into(), 8)]);
    for text in [
        "Image Name:   a.exe\nPort:         8\n",
        "Program:      a.exe\nPID:          8\n",
        "Image Name:   a.exe\nsee below\nPID:          8\n",
        "Image Name:   a.exe\nPID:          x\n",
    ] {
        assert!(processes(text).is_empty(), "{text}");
    }
}

#[test]
fn five_lines_are_enough_where_it_is_not() {
    let record = "Vedos:   a.exe\nLuku:    8\nIstunto: Console\nNumero:  1\nMuisti:  5 420 K\n";
    assert_eq!(processes(record), [("a.exe".into(), 8)]);
    let four = record.rsplit_once("Muisti").unwrap().0;
    let collapsed = record
        .split_inclusive('\n')
        .map(|line| line.replace(":  ", ": ").replace("   ", " ").replace("  ", " "));
    let collapsed: String = collapsed.collect();
    assert_eq!(processes(&collapsed), [("a.exe".into(), 8)]);
    assert!(processes(&collapsed.replace("a.exe", "a")).is_empty());
    for text in [four.to_owned(), record.replace("5 420 K", "much"), record.replace("8", "7")] {
        assert!(processes(&text).is_empty(), "{text}");
    }
}

#[test]
fn lines_left_out_part_records() {
    for text in [
        "Image Name: a.exe\n...\nPID: 8\n",
        "Image Name: a.exe\nPID: 8\nImage Name: b.exe\n[...]\nPID: 12\n",
        "Image Name: a.exe\nPID: 8\nImage Name: b.exe\nsee below\nPID: 12\n",
        "Vedos: a.exe\n...\nLuku: 8\nIstunto: Console\nNumero: 1\nMuisti: 5 420 K\n",
    ] {
        let known: &[(String, u32)] = &[("a.exe".into(), 8)];
        let expected = if text.contains("b.exe") { known } else { &[] };
        assert_eq!(processes(text), expected, "{text}");
    }
    let of_another = "Image Name: a.exe\nPID: 8\n(snip)\nServices: Dnscache\n";
    let source = crate::read("x", of_another.as_bytes().to_vec(), None);
    let Records::Processes { processes: list, .. } = &source.sections[0].records else { panic!() };
    assert_eq!(list.iter().map(|one| one.services.clone()).collect::<Vec<_>>(), [None]);
    let whole = "Image Name: a.exe\nPID: 8\n...\nServices: Dnscache\n";
    assert_eq!(processes(whole), [("a.exe".into(), 8)]);
    let all = whole.to_owned() + "\nImage Name: b.exe\nPID: 12\nServices: Spooler\n";
    let source = crate::read("x", all.into_bytes(), None);
    let Records::Processes { processes, .. } = &source.sections[0].records else { panic!() };
    let services: Vec<_> = processes.iter().map(|process| process.services.clone()).collect();
    assert_eq!(services, [None, Some(vec!["Spooler".to_owned()])]);
}

#[test]
fn what_a_filter_left_is_no_service() {
    let text = "Image Name: a.exe\nPID: 8\nMem Usage: 16,408 K\n\nImage Name: b.exe\nPID: 12\nMem Usage: 8 K\n";
    let source = crate::read("x", text.as_bytes().to_vec(), None);
    let Records::Processes { processes, .. } = &source.sections[0].records else { panic!() };
    assert_eq!(processes.len(), 2);
    assert!(processes.iter().all(|one| one.services.is_none() && one.modules.is_none()));
}

#[test]
fn a_name_never_takes_the_pid_of_another() {
    let text = "Image Name: a.exe\nPID: 8\nImage Name: b.exe\n\nnothing\nPID: 12\n";
    assert_eq!(processes(text), [("a.exe".into(), 8)]);
    let text = "Image Name: a.exe\nPID: 8\n\nPID: 12\n\nImage Name: b.exe\nPID: 16\n";
    assert_eq!(processes(text), [("a.exe".into(), 8), ("b.exe".into(), 16)]);
}
