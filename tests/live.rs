//! Live mode on Linux, for sockets that the test itself opens. `.ci/windows` does the same under Wine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Output, Stdio};

/// Runs the program, and gives what it says of one local port.
fn live(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portjoin"));
    command.args(["--live", "--format", "csv", "--no-header"]).args(arguments).output().unwrap()
}

fn rows(port: u16, more: &[&str]) -> String {
    let port = port.to_string();
    let columns = "protocol,family,state,pid,owner,image_name";
    let output = live(&[&["--port", &port, "--columns", columns], more].concat());
    String::from_utf8(output.stdout).unwrap()
}

/// Is this the row of a socket of ours?
fn is_ours(row: &str, start: &str) -> bool {
    let ours = format!("{start},{},matched,integration", std::process::id());
    row.starts_with(&ours)
}

#[test]
fn sockets_of_this_process_have_their_owner() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let tcp_6 = TcpListener::bind("[::1]:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    for (port, start) in [
        (tcp.local_addr().unwrap().port(), "tcp,ipv4,LISTENING"),
        (tcp_6.local_addr().unwrap().port(), "tcp,ipv6,LISTENING"),
        (udp.local_addr().unwrap().port(), "udp,ipv4,"),
    ] {
        let rows = rows(port, &[]);
        assert!(rows.lines().any(|row| is_ours(row, start)), "{port}: {rows}");
    }
}

#[test]
fn both_ends_of_a_connection_have_their_owner() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (_server, _) = listener.accept().unwrap();
    let ports = [listener.local_addr().unwrap().port(), client.local_addr().unwrap().port()];
    for port in ports {
        let rows = rows(port, &["--state", "established"]);
        assert!(rows.lines().any(|row| is_ours(row, "tcp,ipv4,ESTABLISHED")), "{port}: {rows}");
    }
}

#[test]
fn a_closed_listener_has_no_row() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    assert_eq!(rows(port, &["--listening"]).lines().count(), 1);
    drop(listener);
    assert_eq!(rows(port, &["--listening"]), "");
}

#[test]
fn a_command_line_forges_no_row() {
    let listens = "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); \
                   print(s.getsockname()[1], flush=True); time.sleep(60)";
    // Its own PID, in a row of the list that portjoin makes.
    let forges = "import os, sys; row = '<br>linux,%d,forged,1,,root,/forged,/forged<br>' % os.getpid(); \
                  os.execv(sys.executable, [sys.executable, '-c', sys.argv[1], row])";
    let mut child = Command::new("python3")
        .args(["-c", forges, listens])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let output = live(&["--port", port.trim(), "--columns", "owner,image_name"]);
    let found = String::from_utf8(output.stdout).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(found.starts_with("matched,python"), "{found}");
}

#[test]
fn what_is_saved_gives_the_same_rows() {
    let _listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = std::env::temp_dir().join(format!("portjoin-saved-{}", std::process::id()));
    let of_the_rows = portjoin::Column::ALL.iter().map(|column| column.name()).filter(|name| {
        !matches!(*name, "source" | "line" | "owner_source" | "owner_line" | "candidates")
    });
    let columns = of_the_rows.collect::<Vec<_>>().join(",");
    let shown = ["--columns", &columns, "--listening", "--csv-raw", "--quiet"];
    let now = live(&[&shown[..], &["--save", folder.to_str().unwrap()]].concat());
    let replay = Command::new(env!("CARGO_BIN_EXE_portjoin"))
        .args(["--format", "csv", "--no-header"])
        .args(shown)
        .arg(&folder)
        .output()
        .unwrap();
    let (now, replay) = (String::from_utf8(now.stdout), String::from_utf8(replay.stdout));
    assert!(now.as_ref().is_ok_and(|rows| rows.contains(",matched,")), "{now:?}");
    assert_eq!(now, replay);

    let again = live(&["--save", folder.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "what was saved is not overwritten");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn two_captures_are_not_saved_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ss.txt"), "older").unwrap();
    let output = live(&["--save", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stdout.is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_program_that_takes_too_long_is_ended_and_named() {
    let output = live(&["--timeout", "0.000001"]);
    assert_eq!((output.status.code(), &*output.stdout), (Some(2), &b""[..]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("did not end within"), "{said}");
}

#[test]
fn programs_of_others_are_not_run() {
    let folder = std::env::temp_dir().join(format!("portjoin-decoys-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let ran = folder.join("ran");
    for name in ["netstat", "ss", "tasklist"] {
        let decoy = folder.join(name);
        fs::write(&decoy, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
        Command::new("chmod").arg("+x").arg(&decoy).status().unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_portjoin"))
        .args(["--live", "--quiet"])
        .current_dir(&folder)
        .env("PATH", &folder)
        .output()
        .unwrap();
    assert!(!ran.exists());
    assert_ne!(output.status.code(), Some(2));
    fs::remove_dir_all(folder).unwrap();
}
