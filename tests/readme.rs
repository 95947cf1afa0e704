//! That the README tells the truth: its captures are the fixtures, its answers those of the program.

use std::fs;
use std::path::Path;

use snapbox::cmd::Command;

/// A fenced block: the comment above it and its lines.
struct Block {
    comment: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of the README that say in a comment where they come from.
fn blocks() -> Vec<Block> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks: Vec<Block> = readme
        .split("<!-- ")
        .skip(1)
        .map(|part| {
            let (comment, rest) = part.split_once(" -->\n").unwrap();
            let (_, rest) = rest.split_once('\n').unwrap();
            let (text, _) = rest.split_once("```").unwrap();
            Block { comment: comment.to_owned(), text: text.to_owned() }
        })
        .collect();
    assert!(!blocks.is_empty());
    blocks
}

#[test]
fn captures_are_the_fixtures() {
    for block in blocks().iter().filter(|block| !block.comment.starts_with("in ")) {
        let fixture = fs::read_to_string(root().join(&block.comment)).unwrap();
        assert_eq!(fixture.replace("\r\n", "\n").trim_end(), block.text.trim_end());
    }
}

#[test]
fn answers_are_those_of_the_program() {
    for block in blocks() {
        let Some(folder) = block.comment.strip_prefix("in ") else {
            continue;
        };
        let (command, expected) = block.text.split_once('\n').unwrap();
        let arguments = command.strip_prefix("$ portjoin ").unwrap().split(' ');
        let output = Command::new(env!("CARGO_BIN_EXE_portjoin"))
            .current_dir(root().join(folder))
            .args(arguments)
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        assert_eq!(String::from_utf8(printed).unwrap(), expected, "{command}");
    }
}

#[test]
fn every_owner_is_explained() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for owner in portjoin::Owner::ALL {
        assert!(readme.contains(&format!("`{}`", owner.name())), "{}", owner.name());
    }
}

#[test]
fn ci_runs_the_test_command() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    let (_, after) = readme.split_once("Pass the tests:\n\n```sh\n").unwrap();
    let (command, _) = after.split_once('\n').unwrap();
    assert!(ci.lines().any(|line| line == command), "{command}");
}
