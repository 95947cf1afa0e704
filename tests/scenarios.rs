//! Every folder in `fixtures/scenarios/`, run against the program: `args` has one argument a line,
//! `stdin` is piped where there is one; `stdout`, `stderr` and `status` are what is expected.

use std::fs;

use snapbox::cmd::Command;

use crate::{entries, expect_file, fixtures};

#[test]
fn every_scenario_ends_as_expected() {
    let mut failures = Vec::new();
    for case in entries(&fixtures().join("scenarios")) {
        let arguments = fs::read_to_string(case.join("args"))
            .unwrap_or_else(|error| panic!("{}: {error}", case.join("args").display()));
        let stdin = fs::read(case.join("stdin")).unwrap_or_default();
        let output = Command::new(env!("CARGO_BIN_EXE_portjoin"))
            .current_dir(&case)
            .args(arguments.lines())
            .stdin(stdin)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        let status = output.status.code().map_or("killed".to_owned(), |code| format!("{code}\n"));
        let mut stdout = text(output.stdout);
        if cfg!(windows) {
            // What is found in a folder is named as the system names it.
            stdout = stdout
                .replace(r"hosts\srv1\", "hosts/srv1/")
                .replace(r"hosts\srv2\", "hosts/srv2/");
        }
        expect_file(&case.join("stdout"), &stdout, &mut failures);
        expect_file(&case.join("stderr"), &text(output.stderr), &mut failures);
        expect_file(&case.join("status"), &status, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
