//! Of two lists, of lists and `netstat -b`, of lists and services: what names the owner.

use super::*;

#[test]
fn a_cut_name_stands_for_the_whole_one() {
    let source = crate::read("x", Vec::new(), None);
    let named = |image_name, truncated| Evidence {
        image_name,
        truncated,
        source: &source,
        line: 1,
        process: None,
    };
    let cut = named("StartMenuExperienceHost.e", true);
    let whole = named("startmenuexperiencehost.exe", false);
    assert!(cut.same_program(&whole) && whole.same_program(&cut));
    assert!(!named("StartMenu.e", false).same_program(&whole));
}

const NETSTAT: &str = "TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 888\n";

/// A row of the table that `tasklist` prints, whose column of names is as wide as the name.
fn table(image_name: &str) -> String {
    let width = image_name.len();
    let ruler =
        format!("{} {} {} {} {}", "=".repeat(width), "=".repeat(8), "=".repeat(8), "==", "====");
    let row = |name: &str, pid| format!("{name:width$} {pid:>8} Services  0  8 K\n");
    format!("Image Name\n{ruler}\n{}{}{}\n", row("Idle", 0), row("System", 4), row(image_name, 888))
}

fn csv(image_name: &str) -> String {
    let row = |name: &str, pid| format!("\"{name}\",\"{pid}\",\"Services\",\"0\",\"8 K\"\n");
    let rows = [row("Idle", 0), row("System", 4), row(image_name, 888)].concat();
    format!("\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\"\n{rows}\n")
}

/// Owner, image name, line of the evidence, whether a list is part of it, and services, of the last row.
type Found = (Owner, Option<String>, Option<usize>, bool, Vec<String>);

fn found(text: &str) -> Found {
    let sources = [crate::read("x", text.as_bytes().to_vec(), None)];
    let assembly = crate::assemble(&sources, &[]);
    let joined = join(&assembly.captures);
    let row = joined.sockets.last().unwrap();
    (
        row.owner,
        row.image_name().map(str::to_owned),
        row.evidence.map(|evidence| evidence.line),
        row.evidence.is_some_and(|evidence| evidence.process.is_some()),
        row.services.iter().map(|name| (*name).to_owned()).collect(),
    )
}

#[test]
fn of_two_lists_the_whole_name_is_the_better_evidence_and_else_the_nearer() {
    let (whole, cut) = ("StartMenuExperienceHost.exe", "StartMenuExperienceHost.e");
    let of = |before: &str, after: &str| {
        let (_, name, line, ..) = found(&format!("{before}C:\\>x\n{NETSTAT}\nC:\\>x\n{after}"));
        (name.unwrap(), line.unwrap())
    };
    assert_eq!(of(&table(cut), &csv(whole)), (whole.to_owned(), 14));
    assert_eq!(of(&csv(whole), &table(cut)), (whole.to_owned(), 4));
    assert_eq!(of(&table(cut), &table(cut)), (cut.to_owned(), 5));
    assert_eq!(of(&csv(whole), &csv(whole)), (whole.to_owned(), 4));
}

#[test]
fn netstat_completes_a_name_that_the_list_has_cut_and_no_other() {
    let stated = |list: &str, name: &str| {
        let row = "  TCP    0.0.0.0:80  0.0.0.0:0  LISTENING  888\n";
        let (owner, name, line, listed, _) = found(&format!("{list}C:\\>x\n{row} [{name}]\n"));
        (owner, name.unwrap_or_default(), line.unwrap_or_default(), listed)
    };
    let (whole, cut) = ("StartMenuExperienceHost.exe", "StartMenuExperienceHost.e");
    assert_eq!(stated(&table(cut), whole), (Owner::Matched, whole.to_owned(), 9, true));
    assert_eq!(stated(&csv(whole), whole), (Owner::Matched, whole.to_owned(), 4, true));
}

#[test]
fn services_are_told_where_no_list_tells_them_and_one_program_is_known() {
    let sc = "SERVICE_NAME: W3SVC\n        TYPE : 10\n        PID : 888\n        FLAGS :\n";
    let svc = |names: &str| {
        let row = |name: &str, pid| format!("\"{name}\",\"{pid}\",\"{names}\"\n");
        let rows = [row("Idle.exe", 0), row("System", 4), row("a.exe", 888)].concat();
        format!("\"Image Name\",\"PID\",\"Services\"\n{rows}\n")
    };
    let (.., services) = found(&format!("{}{sc}\nC:\\>x\n{NETSTAT}", csv("a.exe")));
    assert_eq!(services, ["W3SVC"]);
    // The list knows the program and that no service runs in it: `sc` told of another time.
    let (.., services) = found(&format!("{}{sc}\nC:\\>x\n{NETSTAT}", svc("N/A")));
    assert!(services.is_empty());
    let lists = (csv("a.exe"), csv("b.exe"));
    let (owner, .., services) =
        found(&format!("{}{sc}\nC:\\>x\n{NETSTAT}\nC:\\>x\n{}", lists.0, lists.1));
    assert_eq!((owner, services), (Owner::Ambiguous, Vec::new()));
}
