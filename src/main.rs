//! The program `portjoin`. What it does is in the library; what touches the world is in [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
