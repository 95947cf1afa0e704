//! `portjoin why PORT`: which program uses or blocks a port.

use std::io;

use portjoin::verdict::{Kind, Question, Verdict, verdicts};
use portjoin::{Protocol, join, render};

use super::exit::Exit;
use super::why_args::{Why, WhyFormat};
use super::{Gathered, output, report};

/// Reads, joins and answers.
pub fn answer(asked: &Why) -> Exit {
    let inputs = Gathered::by(&asked.reading, true);
    let assembly = inputs.assemble();
    let joined = join(&assembly.captures);
    let protocols = match asked.port.protocol {
        Some(protocol) => vec![protocol],
        None => vec![Protocol::Tcp, Protocol::Udp],
    };
    let answers: Vec<Vec<Verdict<'_>>> = protocols
        .into_iter()
        .map(|protocol| {
            let question = Question {
                port: asked.port.port,
                protocol,
                bind: asked.bind,
                era: asked.windows,
                snapshot: asked.snapshot,
                suggest_kill: asked.suggest_kill,
            };
            verdicts(&assembly.captures, &joined, &question)
        })
        .collect();
    let mut all: Vec<Verdict<'_>> = answers.into_iter().flatten().collect();
    all.sort_by_key(|verdict| !verdict.kind.is_held());
    let unpaired = assembly.unpaired.diagnostics();
    let diagnostics = inputs.diagnostics(&unpaired, &joined.findings);
    let written = output::to_stdout(|out| match asked.format {
        WhyFormat::Json => render::write_verdicts_json(out, &all),
        WhyFormat::Text => {
            let colour = asked.showing.color.is_on_for(&io::stdout());
            render::write_verdicts(out, &all, asked.explain, colour)
        }
    });
    if !asked.showing.quiet {
        let accounting = inputs.sources().iter().map(|source| source.accounting).sum();
        report(&accounting, diagnostics.iter().map(|one| (*one, 1)), None, &asked.showing);
    }
    let exit = if inputs.failed() || asked.reading.is_strict_failure(diagnostics.iter().copied()) {
        Exit::Failed
    } else {
        exit(&all)
    };
    output::exit_of(written, exit)
}

/// Held anywhere is found; otherwise what cannot be told outweighs what was not seen.
fn exit(verdicts: &[Verdict<'_>]) -> Exit {
    let cannot_tell = |verdict: &Verdict<'_>| verdict.kind == Kind::CannotTell;
    if verdicts.iter().any(|verdict| verdict.kind.is_held()) {
        Exit::Found
    } else if verdicts.is_empty() || verdicts.iter().any(cannot_tell) {
        Exit::Failed
    } else {
        Exit::Nothing
    }
}
