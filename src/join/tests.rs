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
    assert!(!named("StartMenu", false).same_program(&whole));
    assert!(!whole.same_program(&named("StartMenu", false)));
    assert!(!named("ShellExperienceHost.exe", true).same_program(&whole));
}

#[test]
fn a_question_mark_stands_for_one_character_that_was_lost() {
    let source = crate::read("x", Vec::new(), None);
    let same = |a, b| {
        let named = |image_name| Evidence {
            image_name,
            truncated: false,
            source: &source,
            line: 1,
            process: None,
        };
        assert_eq!(named(a).same_program(&named(b)), named(b).same_program(&named(a)));
        named(a).same_program(&named(b))
    };
    assert!(same("B?cher.exe", "B\u{fc}cher.exe"));
    assert!(same("B?cher.exe", "B\u{fc}ch?r.exe"));
    assert!(!same("F\u{e4}cher.exe", "B?cher.exe"));
    assert!(!same("B?ch", "B\u{fc}ch.exen"));
    assert!(!same("Bucher.exe", "B\u{fc}cher.exe"));
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
    of_last_row(text, |row| {
        (
            row.owner,
            row.image_name().map(str::to_owned),
            row.evidence.map(|evidence| evidence.line),
            row.evidence.is_some_and(|evidence| evidence.process.is_some()),
            row.services.iter().map(|name| (*name).to_owned()).collect(),
        )
    })
}

fn of_last_row<T>(text: &str, tell: impl Fn(&OwnedSocket<'_>) -> T) -> T {
    let sources = [crate::read("x", text.as_bytes().to_vec(), None)];
    let assembly = crate::assemble(&sources, &[]);
    tell(join(&assembly.captures).sockets.last().unwrap())
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

#[test]
fn a_service_with_a_process_of_its_own_is_all_that_runs_in_it() {
    let are_all = |kind| {
        let sc = format!("SERVICE_NAME: W3SVC\n        TYPE : {kind}\n        PID : 888\n\n");
        let text = format!("{}C:\\>x\n{sc}C:\\>x\n{NETSTAT}", csv("a.exe"));
        of_last_row(&text, |row| (row.services.len(), row.services_are_all))
    };
    assert_eq!(are_all("10"), (1, true));
    assert_eq!(are_all("20"), (1, false));
}

#[test]
fn services_told_beyond_another_table_are_not_all() {
    let sc = "SERVICE_NAME: W3SVC\n        TYPE : 10\n        PID : 888\n\nC:\\>x\n";
    let table = format!("{NETSTAT}\nC:\\>x\n");
    let are_all = |text: String| {
        let source = crate::read("x", format!("{}C:\\>x\n{text}", csv("a.exe")).into_bytes(), None);
        let assembly = crate::assemble(std::slice::from_ref(&source), &[]);
        let joined = crate::join(&assembly.captures);
        joined.sockets.iter().map(|row| row.services_are_all).collect::<Vec<_>>()
    };
    assert_eq!(are_all(format!("{table}{sc}{table}")), [true, true]);
    assert_eq!(are_all(format!("{table}{table}{sc}")), [false, true]);
    assert_eq!(are_all(format!("{sc}{table}{table}")), [true, false]);
    assert_eq!(are_all(format!("{table}{sc}{table}{table}")), [true, true, false]);
}

#[test]
fn of_lists_that_are_cut_the_nearest_eight_hold() {
    let heading = "\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\"";
    let list =
        |pid| format!("C:\\>x\n{heading}\n\"a.exe\",\"{pid}\",\"Services\",\"0\",\"8 K\"\n\n");
    let owner = |nearer| {
        let (far, near) = (list(888), list(900).repeat(nearer));
        found(&format!("{far}{near}C:\\>x\n{NETSTAT}")).0
    };
    assert_eq!((owner(0), owner(7)), (Owner::Matched, Owner::Matched));
    assert_eq!(owner(8), Owner::ListIncomplete);
}

#[test]
fn a_whole_list_hides_those_before_it() {
    let (far, near) = (csv("a.exe"), csv("a.exe").replace("888", "900"));
    assert_eq!(found(&format!("{far}C:\\>x\n{NETSTAT}")).0, Owner::Matched);
    let (owner, ..) = found(&format!("{far}C:\\>x\n{near}C:\\>x\n{NETSTAT}"));
    assert_eq!(owner, Owner::NotListed);
}

#[test]
fn no_more_than_sixteen_programs_are_named_for_one_pid() {
    let named = |programs: usize| {
        let row = |number| format!("\"p{number}.exe\",\"888\",\"Services\",\"0\",\"8 K\"\n");
        let rows: String = (1..programs).map(row).collect();
        let text =
            format!("{}{rows}\nC:\\>x\n{NETSTAT}", csv("p0.exe").trim_end().to_owned() + "\n");
        of_last_row(&text, |row| row.candidates.len())
    };
    assert_eq!((named(2), named(16), named(17)), (2, 16, 16));
}

#[test]
fn a_second_list_tells_more_of_the_owner() {
    let told = |lists: &str| {
        of_last_row(&format!("{lists}C:\\>x\n{NETSTAT}"), |row| row.described_by.len())
    };
    let (list, other) = (csv("a.exe"), csv("b.exe"));
    assert_eq!(told(&list), 0);
    assert_eq!(told(&format!("{list}C:\\>x\n{list}")), 1);
    assert_eq!(told(&format!("{list}C:\\>x\n{other}")), 0);
}

#[test]
fn a_start_is_told_by_another_list_that_has_times() {
    let owner = |start: &str| {
        let text = format!(
            "===== portjoin SRV1 2026-11-23T17:30:06Z tasklist /fo csv =====\n{}\
             ===== portjoin SRV1 2026-11-23T17:30:07Z processes =====\n\
             os,pid,image_name,parent_pid,start_time,user_name,path,command_line\n\
             windows,4,System,,2026-11-23T08:00:00Z,,,\n\
             windows,888,a.exe,640,2026-11-23T{start}Z,,,\n",
            csv("a.exe")
        );
        let netstat = "===== portjoin SRV1 2026-11-23T17:30:00Z netstat -ano =====\n";
        found(&format!("{netstat}{NETSTAT}{text}")).0
    };
    assert_eq!((owner("17:30:01"), owner("17:30:02")), (Owner::Matched, Owner::NotListed));
}

#[test]
fn netstat_that_says_once_that_it_may_not_tell_is_believed() {
    let row = "  TCP    0.0.0.0:80  0.0.0.0:0  LISTENING  888\n";
    let owner = |notice: &str| found(&format!("{row} {notice}\n")).0;
    assert_eq!(owner("Can not obtain ownership information"), Owner::NotPermitted);
    assert_eq!(owner("This one is of the web server"), Owner::NoProcessList);
}
