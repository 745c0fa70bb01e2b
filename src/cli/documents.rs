//! `cairn documents`: folders of Markdown in and out.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use super::{Data, complain, say};
use crate::actor::Actor;
use crate::documents::recognise::Patterns;
use crate::documents::{self, ImportOptions, ImportReport, Outcome, Standing};
use crate::error::Result;
use crate::text::{Lang, t};

/// What to do with a folder.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take a folder of Markdown over: code, title, tier, version, owner and links are recognised, defects are named. Exit 1 when a file could not be taken.
    Import(Import),
    /// Write the version in force of every document, else its newest draft, as Markdown into an empty folder or an earlier export.
    Export(Export),
}

/// What imported documents become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum As {
    /// Drafts.
    Draft,
    /// In force at once, with a reason and without signatures.
    Effective,
}

/// An import.
#[derive(Debug, Clone, Args)]
pub struct Import {
    #[command(flatten)]
    data: Data,
    /// The folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only say what would happen; nothing is kept.
    #[arg(long)]
    dry_run: bool,
    /// What the documents become.
    #[arg(long = "as", value_enum, default_value = "draft", value_name = "STATE")]
    standing: As,
    /// Why they are taken over: kept with each version and in its history.
    #[arg(long, value_name = "TEXT", default_value = "Import")]
    reason: String,
    /// How documents are recognised, instead of the patterns that Cairn ships (docs-templates/recognise.toml).
    #[arg(long, value_name = "FILE")]
    patterns: Option<PathBuf>,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// An export.
#[derive(Debug, Clone, Args)]
pub struct Export {
    #[command(flatten)]
    data: Data,
    /// The folder: empty, or an earlier export, which is replaced.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Earlier versions too, under `history/`.
    #[arg(long)]
    all_versions: bool,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs a command of documents; answers the exit code.
///
/// # Errors
/// When the folder or the database cannot be read or written.
pub fn run(command: &Command) -> Result<i32> {
    match command {
        Command::Import(args) => import(args),
        Command::Export(args) => export(args),
    }
}

fn import(args: &Import) -> Result<i32> {
    let patterns = match &args.patterns {
        Some(file) => Patterns::parse(&std::fs::read_to_string(file)?)?,
        None => Patterns::shipped()?,
    };
    let contents = documents::read_folder(&args.folder)?;
    let (config, ledger) = args.data.open()?;
    let actor = Arc::new(Actor::cli(&crate::config::os_user()));
    let standing = if args.standing == As::Effective { Standing::Effective } else { Standing::Draft };
    let options = ImportOptions { dry_run: args.dry_run, standing, reason: args.reason.clone(), patterns };
    let report = documents::import(&ledger, &actor, &config.evidence_dir(), &contents, &options)?;
    if args.json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(i32::from(!report.errors.is_empty()))
}

fn tell(report: &ImportReport) {
    let word = |key: &str, params: &[(&str, String)]| t(Lang::En, key, params);
    for document in &report.documents {
        let label = document.label.clone().unwrap_or_default();
        let outcome = format!("{:?}", document.outcome).to_lowercase();
        for file in &document.files {
            say(format!(
                "{outcome:<8} tier {}  {} {label}  {}  ({})",
                file.tier.value, file.code.value, file.title.value, file.path
            ));
        }
    }
    for file in &report.others {
        let verb = if file.kept { "kept" } else { "ignored" };
        say(format!("{verb:<8} {}: {}", file.path, word(&format!("library-passed-{}", file.reason), &[])));
    }
    for file in &report.passed {
        say(format!("{:<8} {}: {}", "ignored", file.path, word(&format!("library-passed-{}", file.reason), &[])));
    }
    for defect in &report.defects {
        say(format!("defect   {}:{}: {}", defect.path, defect.line, defect.message(Lang::En)));
    }
    for error in &report.errors {
        complain(&format_args!("cairn: {}:{}: {}", error.path, error.line, error.problem.message(Lang::En)));
    }
    let [created, changed, same, refused] =
        [Outcome::Created, Outcome::Changed, Outcome::Same, Outcome::Refused].map(|o| report.count(o));
    let texts: usize = report.documents.iter().map(|document| document.files.len()).sum();
    let head = if report.dry_run { "Dry run, nothing kept. " } else { "" };
    say(format!(
        "{head}{texts} texts of {} documents: {created} created, {changed} changed, {same} the same, {refused} refused. {} defects.",
        report.documents.len(),
        report.defects.len()
    ));
}

fn export(args: &Export) -> Result<i32> {
    let (config, ledger) = args.data.open()?;
    let actor = Actor::cli(&crate::config::os_user());
    let report = documents::export(&ledger.db, &actor, &config.evidence_dir(), &args.folder, args.all_versions)?;
    if args.json {
        say(serde_json::to_string_pretty(&report)?);
        return Ok(0);
    }
    say(format!(
        "{} documents ({} in force, {} drafts) and {} earlier versions in {} files under {}",
        report.documents,
        report.effective,
        report.drafts,
        report.history,
        report.files,
        args.folder.display()
    ));
    if report.withdrawn > 0 {
        say(format!("{} withdrawn documents without a draft stand under history/ only", report.withdrawn));
    }
    for code in &report.left_out {
        say(format!("left out {code}: it is withdrawn and has no draft; only --all-versions writes it, under history/"));
    }
    Ok(0)
}
