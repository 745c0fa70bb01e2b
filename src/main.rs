//! Parses the command line and exits with its code.

fn main() {
    std::process::exit(cairn::cli::run());
}
