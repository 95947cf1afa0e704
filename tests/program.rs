//! What the program does with odd inputs and arguments. Ordinary captures are scenarios.

use std::fs;
use std::path::Path;
use std::time::Duration;

use snapbox::cmd::Command;
use snapbox::dir::DirRoot;

use crate::fixtures;

/// Nothing that the program reads may keep it waiting.
const LIMIT: Duration = Duration::from_secs(120);

const ROW: &str = "  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       888\r\n";

struct Answer {
    stdout: String,
    stderr: String,
    status: i32,
}

fn run(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_portjoin"))
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .args(arguments)
        .stdin(stdin)
        .timeout(LIMIT)
        .output()
        .unwrap();
    Answer {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().expect("ended by itself"),
    }
}

fn temporary() -> DirRoot {
    DirRoot::mutable_temp().unwrap()
}

/// The answer is an error that says this.
fn assert_fails(answer: &Answer, message: &str) {
    assert_eq!(answer.status, 2, "{}", answer.stderr);
    assert!(answer.stderr.contains(message), "{}", answer.stderr);
}

#[test]
fn a_missing_file_does_not_hide_the_others() {
    let root = temporary();
    let folder = root.path().unwrap();
    fs::write(folder.join("a.txt"), ROW).unwrap();
    let answer = run(folder, &["a.txt", "b.txt"], b"");
    assert_fails(&answer, "there is no such file");
    assert!(answer.stdout.contains("0.0.0.0:80"));
}

#[test]
fn an_empty_folder_a_device_and_no_input_fail_at_once() {
    let root = temporary();
    let folder = root.path().unwrap();
    assert_fails(&run(folder, &["."], b""), "the folder holds no file");
    assert_fails(&run(folder, &[], b""), "found an empty input");
    if cfg!(unix) {
        assert_fails(&run(folder, &["/dev/zero"], b""), "this is a device");
    }
}

#[test]
fn a_binary_file_and_a_line_without_end_are_named() {
    let root = temporary();
    let folder = root.path().unwrap();
    fs::write(folder.join("program.exe"), b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\n\0x\0")
        .unwrap();
    assert_fails(&run(folder, &["program.exe"], b""), "a binary file, not text");
    fs::write(folder.join("long.txt"), "x".repeat(3 << 20)).unwrap();
    let answer = run(folder, &["long.txt"], b"");
    assert_fails(&answer, "line-too-long");
    assert!(answer.stderr.len() < 2000, "the line is not printed");
}

#[cfg(unix)]
mod unix {
    use std::io::Write;
    use std::process::{Command as Process, Stdio};

    use super::*;

    #[test]
    fn links_and_pipes_in_a_folder_are_skipped_and_said() {
        let root = temporary();
        let folder = root.path().unwrap();
        fs::write(folder.join("a.txt"), ROW).unwrap();
        std::os::unix::fs::symlink("a.txt", folder.join("b.txt")).unwrap();
        std::os::unix::fs::symlink(".", folder.join("loop")).unwrap();
        let made = Process::new("mkfifo").arg(folder.join("pipe")).status().unwrap();
        assert!(made.success());
        let answer = run(folder, &["."], b"");
        assert_eq!((answer.status, answer.stdout.lines().count()), (0, 2));
        assert_eq!(answer.stderr.matches("[skipped]").count(), 3);
    }

    #[test]
    fn a_pipe_that_is_named_is_read() {
        let root = temporary();
        let folder = root.path().unwrap();
        let pipe = folder.join("pipe");
        assert!(Process::new("mkfifo").arg(&pipe).status().unwrap().success());
        let writer = std::thread::spawn(move || fs::write(pipe, ROW));
        let answer = run(folder, &["pipe"], b"");
        writer.join().unwrap().unwrap();
        assert_eq!((answer.status, answer.stdout.lines().count()), (0, 2));
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let mut child = Process::new(env!("CARGO_BIN_EXE_portjoin"))
            .args(["--format", "ndjson", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(ROW.repeat(5000).as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn bad_arguments_are_repeated_without_acting_on_the_terminal() {
    for arguments in [
        ["--port", "\u{1b}]52;c;eA==\u{7}"],
        ["--format", "\u{9b}2J\u{202e}"],
        ["--sort", "\u{1b}[2J"],
        ["--columns", "\u{200b}"],
    ] {
        let answer = run(&fixtures(), &arguments, b"");
        assert_eq!(answer.status, 2);
        let acts = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200b}".contains(c);
        assert!(!answer.stderr.contains(acts), "{:?}", answer.stderr);
    }
}

#[test]
fn usage_is_answered_with_what_was_expected() {
    for (arguments, message) in [
        (["--port", "65536"], "expected a port from 0 to 65535"),
        (["--port", "90-80"], "write 80-90"),
        (["--snapshot", "0"], "a number from 1"),
        (["--sort", "owners"], "expected one of source"),
        (["--encoding", "klingon"], "a code page such as cp850"),
        (["--pid", "-4"], "unexpected argument"),
    ] {
        assert_fails(&run(&fixtures(), &arguments, ROW.as_bytes()), message);
    }
}

#[test]
fn eighty_is_neither_8080_nor_the_foreign_side() {
    let capture = "TCP 192.0.2.1:8080 0.0.0.0:0 LISTENING 4\n\
                   TCP 192.0.2.1:50000 192.0.2.2:80 ESTABLISHED 8\n\
                   TCP 192.0.2.1:00080 192.0.2.2:50001 ESTABLISHED 12\n";
    let ask = |arguments: &[&str]| {
        let always = ["--format", "csv", "--no-header", "--columns", "line"];
        run(&fixtures(), &[&always, arguments].concat(), capture.as_bytes())
    };
    assert_eq!(ask(&["--port", "80"]).stdout, "3\n");
    assert_eq!(ask(&["--foreign-port", "80"]).stdout, "2\n");
    assert_eq!(ask(&["--port", "80,8000-8099"]).stdout, "1\n3\n");
    assert_eq!(ask(&["--sort", "-local_port"]).stdout, "2\n1\n3\n");
    assert_eq!(ask(&["--state", "estab"]).stdout, "2\n3\n");
    assert_eq!(ask(&["--address", "192.0.2.2"]).stdout, "2\n3\n");
    assert_eq!(ask(&["--count-by", "state"]).stdout, "2,ESTABLISHED\n1,LISTENING\n");
    let nothing = ask(&["--port", "443"]);
    assert_eq!((nothing.status, nothing.stdout.as_str()), (1, ""));
    assert!(nothing.stderr.contains("does not make it free"));
}

#[test]
fn snapshots_are_chosen_within_each_capture() {
    let capture = fixtures().join("netstat/interval_three_snapshots.txt");
    let ask = |which: &str| {
        let path = capture.to_str().unwrap();
        let always =
            ["--format", "csv", "--no-header", "--columns", "snapshot", path, "--snapshot"];
        let answer = run(&fixtures(), &[&always[..], &[which]].concat(), b"");
        let mut numbers: Vec<String> = answer.stdout.lines().map(str::to_owned).collect();
        numbers.dedup();
        numbers.join(" ")
    };
    assert_eq!(ask("all"), "1 2 3");
    assert_eq!(ask("first"), "1");
    assert_eq!(ask("last"), "3");
    assert_eq!(ask("2"), "2");
}

#[test]
fn the_process_list_can_be_named() {
    let folder = fixtures().join("scenarios/two_netstat_one_tasklist");
    let columns = ["--format", "csv", "--no-header", "--columns", "owner", "--pid", "3380"];
    let alone = [&columns[..], &["web1-netstat.txt"]].concat();
    assert_eq!(run(&folder, &alone, b"").stdout, "no_process_list\nno_process_list\n");
    let named = [&alone[..], &["--processes", "procs.txt"]].concat();
    assert_eq!(run(&folder, &named, b"").stdout, "matched\nmatched\n");
}

#[test]
fn colour_is_asked_for_and_never_alone() {
    let coloured = run(&fixtures(), &["--color", "always"], ROW.as_bytes()).stdout;
    assert!(coloured.contains("\u{1b}[32m"));
    let plain = run(&fixtures(), &[], ROW.as_bytes()).stdout;
    assert!(!plain.contains('\u{1b}') && plain.contains("LISTENING"));
}

#[test]
fn completions_and_the_manual_are_printed() {
    let script = run(&fixtures(), &["completions", "bash"], b"");
    assert!(script.status == 0 && script.stdout.contains("--foreign-port"));
    let manual = run(&fixtures(), &["man"], b"");
    assert!(manual.status == 0 && manual.stdout.starts_with(".ie"), "{}", manual.stdout);
}

#[test]
fn the_same_bytes_come_out_whatever_the_environment() {
    let folder = fixtures().join("scenarios/windows_11_pair");
    let answer = |variables: &[(&str, &str)]| {
        let command = Command::new(env!("CARGO_BIN_EXE_portjoin"))
            .current_dir(&folder)
            .env_clear()
            .envs(variables.iter().copied())
            .args(["netstat.txt", "tasklist.txt"]);
        command.output().unwrap().stdout
    };
    let plain = answer(&[]);
    assert!(!plain.is_empty());
    let other =
        [("TZ", "Asia/Tokyo"), ("LANG", "de_DE.UTF-8"), ("HOME", "/nowhere"), ("COLUMNS", "20")];
    assert_eq!(plain, answer(&other));
}

/// A log of more than 4 MiB is read a table at a time, and spans of it side by side, unless all rows have to be there
/// first.
#[test]
fn quiet_says_nothing_of_a_large_pipe() {
    let blank = " ".repeat(60_000) + "\r\n";
    let log = ROW.to_owned() + &blank.repeat(75);
    let arguments = ["--format", "csv", "--port", "1", "-q"];
    let answer = run(&fixtures(), &arguments, log.as_bytes());
    assert_eq!((answer.status, answer.stderr.as_str()), (1, ""));
}

#[test]
fn large_logs_give_the_same_rows_from_a_file_and_from_a_pipe() {
    let fixture = |name: &str| fs::read_to_string(fixtures().join(name)).unwrap();
    let interval = fixture("netstat/interval_three_snapshots.txt");
    let title = "\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        \
                 State           PID\r\n";
    let row = "  TCP    192.0.2.35:443  198.51.100.35:50622  ESTABLISHED  2456\r\n";
    let udp = "  UDP    0.0.0.0:500  *:*  4\r\n";
    let list = fixture("tasklist/windows_11.txt");
    let mega = |text: &str, megabytes: usize| text.repeat((megabytes << 20) / text.len());
    let in_bytes = |text: String| text.into_bytes();
    let wide = |text: String| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let german = |text: String| {
        let text = text.replace("LISTENING", "ABH\u{d6}REN");
        text.chars().map(|c| if c == '\u{d6}' { 0x99 } else { u8::try_from(c).unwrap() }).collect()
    };
    for (name, log) in [
        ("as it is", in_bytes(mega(&interval, 5))),
        // What the first pass takes for a table is two.
        ("twice the table", in_bytes(mega(&format!("{title}{row}{udp}{row}{udp}"), 5))),
        (
            "lists between",
            in_bytes([mega(&interval, 3), mega(&interval, 2)].join(&format!("{list}\r\n"))),
        ),
        ("UTF-16", wide(mega(&interval, 3))),
        ("cp850", german(mega(&interval, 5))),
        ("two shells", [wide(mega(&interval, 3)), in_bytes(interval.clone())].concat()),
    ] {
        let folder = temporary();
        let folder = folder.path().unwrap();
        fs::write(folder.join("log.txt"), &log).unwrap();
        let columns = ["--columns", "snapshot,line,local_port,pid,image_name,owner"];
        let mut ways: Vec<[&[&str]; 2]> = vec![
            [&columns, &["--format", "csv"]],
            [&columns, &["--format", "ndjson", "--snapshot", "last"]],
        ];
        if name == "lists between" {
            ways.push([&[], &["--port", "49910"]]);
            ways.push([&columns, &["--format", "markdown", "--snapshot", "last"]]);
        }
        for [columns, asked] in ways {
            let run =
                |last: &[&str], input: &[u8]| run(folder, &[columns, asked, last].concat(), input);
            let whole = run(&["--sort", "snapshot,line", "log.txt"], b"");
            assert!(whole.stdout.len() > 50, "{name}: {}", whole.stderr);
            let streamed = run(&["log.txt"], b"");
            assert!(whole.stdout == streamed.stdout, "{name} {asked:?}");
            assert_eq!((whole.status, &whole.stderr), (streamed.status, &streamed.stderr));
            if name == "as it is" {
                let piped = run(&["-"], &log);
                assert!(whole.stdout == piped.stdout, "{name}");
                assert!(piped.stderr.contains("kept in a temporary file"), "{}", piped.stderr);
            }
        }
    }
}

/// What netstat prints with sockets of these ports, and what tasklist prints with these PIDs.
fn table_and_list(ports: &[u16], pids: &[u32]) -> (String, String) {
    let mut table =
        "  Proto  Local Address          Foreign Address        State           PID\r\n".to_owned();
    for (port, pid) in ports.iter().zip(pids) {
        table += &format!(
            "  TCP    0.0.0.0:{port:<14} 0.0.0.0:0              LISTENING       {pid}\r\n"
        );
    }
    let mut list =
        "\r\nImage Name                     PID Session Name        Session#    Mem Usage\r\n\
        ========================= ======== ================ =========== ============\r\n"
            .to_owned();
    for pid in pids {
        list += &format!("prog{pid:<22}{pid:>8} Services                   0      8,520 K\r\n");
    }
    (table, list)
}

/// Folders are read some files at a time, and give what they give where all rows have to be there first.
#[test]
fn many_files_give_the_same_rows_as_all_at_once() {
    let names: [fn(usize, &str) -> String; 5] = [
        |host, kind| format!("flat/host{host:03}-{kind}.txt"),
        |host, kind| format!("flat/{kind}-web{host:03}.txt"),
        |host, kind| format!("deep/site{}/h{host:03}/{kind}.txt", host % 3),
        |host, kind| format!("deep/site{}/h{host:03}/{kind}-{}.txt", host % 3, host % 7),
        |host, kind| format!("mixed{}/{kind}{}.txt", host % 4, host / 4),
    ];
    for take in [&names[..1], &names[2..3], &names[1..4], &names[..], &names[4..]] {
        let root = temporary();
        let folder = root.path().unwrap();
        let write = |name: String, text: &str| {
            let path = folder.join("all").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for host in 0..110_usize {
            let name = take[host % take.len()];
            let number = u32::try_from(host).unwrap();
            let pids = [4 * number + 400, 4 * number + 800];
            let (table, list) = table_and_list(&[135, 445], &pids);
            match host % 13 {
                3 => write(name(host, "tasklist"), &list),
                5 => write(name(host, "netstat"), &table),
                7 => write(name(host, "capture"), &(table + &list)),
                11 => write(name(host, "notes"), "nothing was seen\r\n"),
                _ => {
                    write(name(host, "netstat"), &table);
                    write(name(host, "tasklist"), &list);
                }
            }
        }
        for asked in [
            &["all", "--format", "csv", "--columns", "source,line,pid,image_name,owner"][..],
            &["all"],
        ] {
            let some_at_a_time = run(folder, asked, b"");
            let all_at_once = run(folder, &[asked, &["--sort", "protocol"]].concat(), b"");
            assert_eq!(some_at_a_time.stdout, all_at_once.stdout);
            assert_eq!(some_at_a_time.stderr, all_at_once.stderr);
            assert_eq!(some_at_a_time.status, all_at_once.status);
            let rows = some_at_a_time.stdout.lines().count();
            assert!(rows > 150, "{rows}: {}", some_at_a_time.stderr);
        }
    }
}
