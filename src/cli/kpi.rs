//! `cairn kpi`: import call logs, take batches back, show values with their proof, measure a file without storing anything.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::{Args, Subcommand};

use super::kpi_cards::{self, PublishArgs, ScorecardArgs};
use super::kpi_locks::{self, LockArgs};
use super::kpi_rows::{self, RowsArgs};
use super::{Data, Report, say};
use crate::actor::Actor;
use crate::error::{Error, Problem, Result};
use crate::kpi::{self, Import, Imported, Period, RowErrors};

/// KPIs.
#[derive(Debug, Clone, Args)]
pub struct Kpi {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Read a file of any kind of source into measures; the file is kept as evidence.
    Import(ImportArgs),
    /// Show a value with numerator, denominator, interval and the batches behind it.
    Show(ShowArgs),
    /// Show the rows behind a value, read from the kept file again.
    Rows(RowsArgs),
    /// Read and count a file, store nothing; prints checksums over all figures.
    Measure(MeasureArgs),
    /// Show the scorecard of a centre, down to the batches behind it.
    Scorecard(ScorecardArgs),
    /// Freeze the scorecard of a month; a correction is a new edition.
    Publish(PublishArgs),
    /// Compute all published values again from the kept files and name every difference.
    Verify(Report),
    /// List the KPIs and the import batches.
    List(Report),
    /// Show the definitions of the KPIs, or all versions of one.
    Definitions(DefinitionsArgs),
    /// Show the profiles of the centre types: weights, where they come from, all versions.
    Profiles(Report),
    /// Take an import batch back; what it had replaced counts again.
    Undo(UndoArgs),
    /// Lock a month of a centre: imports and take-backs that touch it are refused.
    Lock(LockArgs),
    /// Open a locked month again.
    Unlock(LockArgs),
    /// Make all measures again from the kept files and mappings, and compare.
    Rebuild(Report),
}

#[derive(Debug, Clone, Args)]
struct ImportArgs {
    #[command(flatten)]
    report: Report,
    /// How to read the file (TOML).
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The centre, when the file belongs to one and does not name it.
    #[arg(long, value_name = "CODE")]
    centre: Option<String>,
    /// Take the place of the batches that own the same days.
    #[arg(long)]
    replace: bool,
    /// Leave the rows with errors out instead of refusing the file.
    #[arg(long)]
    valid_only: bool,
    /// The day that the data reach (2026-10-31); without it that of their last event.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// The file holds the mended rows of this batch, which was taken without them.
    #[arg(long, value_name = "BATCH", conflicts_with = "replace")]
    supplements: Option<i64>,
    /// Write the rows with errors of a refused file here (CSV, with reasons).
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// The file: text, text packed with gzip, or a workbook (.xlsx).
    file: PathBuf,
}

#[derive(Debug, Clone, Args)]
struct DefinitionsArgs {
    #[command(flatten)]
    report: Report,
    /// Code of a KPI: all its versions.
    code: Option<String>,
}

#[derive(Debug, Clone, Args)]
struct ShowArgs {
    #[command(flatten)]
    report: Report,
    /// Code of the KPI, for example `service_level`.
    code: String,
    /// Code of the centre.
    #[arg(long, value_name = "CODE")]
    centre: String,
    /// `2021-01`, `2021-Q1`, `2021-W05`, `2021-01-05` or `2021-01-05..2021-01-20`.
    #[arg(long, value_name = "PERIOD")]
    period: String,
}

#[derive(Debug, Clone, Args)]
struct MeasureArgs {
    /// How to read the file (TOML); without it the columns of the synthetic logs.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The zone in which days begin.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: Tz,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
    /// The file.
    file: PathBuf,
}

#[derive(Debug, Clone, Args)]
struct UndoArgs {
    #[command(flatten)]
    data: Data,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Number of the batch.
    number: i64,
}

/// Runs a KPI command.
///
/// # Errors
/// What the use case says; files that cannot be read are named.
pub fn run(args: &Kpi) -> Result<i32> {
    match &args.command {
        Command::Import(args) => import(args),
        Command::Show(args) => show(args),
        Command::Measure(args) => measure(args),
        Command::Rows(args) => kpi_rows::rows(args),
        Command::Scorecard(args) => kpi_cards::scorecard(args),
        Command::Publish(args) => kpi_cards::publish(args),
        Command::Verify(args) => kpi_cards::verify(args),
        Command::List(args) => list(args),
        Command::Definitions(args) => definitions(args),
        Command::Profiles(args) => kpi_cards::profiles(args),
        Command::Undo(args) => undo(args),
        Command::Lock(args) => kpi_locks::lock(args),
        Command::Unlock(args) => kpi_locks::unlock(args),
        Command::Rebuild(args) => rebuild(args),
    }
}

pub(super) fn actor() -> Arc<Actor> {
    Arc::new(Actor::cli(&crate::config::os_user()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::Invalid(vec![Problem::field(path.display().to_string(), "kpi-file-open").with("cause", error)])
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| unreadable(path, &error))
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn import(args: &ImportArgs) -> Result<i32> {
    let (mapping, file) = (text(&args.mapping)?, open(&args.file)?);
    let (config, ledger) = args.report.data.open()?;
    let name = args.file.file_name().map_or_else(|| args.file.display().to_string(), |name| name.to_string_lossy().into_owned());
    let row_errors = if args.valid_only { RowErrors::LeaveOut } else { RowErrors::Refuse };
    let request = Import {
        mapping,
        centre: args.centre.clone(),
        file_name: name,
        replace: args.replace,
        replaces: None,
        row_errors,
        as_of: args.as_of,
        supplements: args.supplements,
        header: None,
    };
    let done = kpi::import(&ledger, &config.evidence_dir(), &actor(), &request, file)
        .or_else(|error| refused(args, &config.evidence_dir(), error))?;
    let batch = done.batch();
    if args.report.json {
        let (identical, replaced, signals) = match &done {
            Imported::Identical(_) => (true, Vec::new(), 0),
            Imported::New { replaced, signals, .. } => (false, replaced.clone(), signals.len()),
        };
        let report = serde_json::json!({"batch": batch, "identical": identical, "replaced": replaced, "signals": signals});
        say(serde_json::to_string_pretty(&report)?);
        return Ok(0);
    }
    match &done {
        Imported::Identical(_) => say(format!("Identical to batch {} ({}): nothing changed.", batch.number, batch.file_name)),
        Imported::New { replaced, signals, .. } => {
            say(format!(
                "Batch {}: {} rows from {} to {}, {} ignored, {} cells; evidence {}",
                batch.number,
                batch.rows_read,
                batch.first_day,
                batch.last_day,
                batch.rows_ignored,
                batch.cells,
                batch.evidence_hash
            ));
            for number in replaced {
                say(format!("Took the place of batch {number}."));
            }
            say(format!("{} signals raised.", signals.len()));
        }
    }
    Ok(0)
}

/// Hands out the rows with errors, if they are asked for.
fn refused(args: &ImportArgs, evidence_dir: &Path, error: Error) -> Result<Imported> {
    let rows = error.problems().iter().find(|problem| problem.code == "kpi-errors-file").and_then(|problem| problem.params.first());
    if let (Some(path), Some((_, id))) = (&args.errors, rows) {
        let bytes = kpi::rejected_rows(evidence_dir, &actor(), id)?;
        std::fs::write(path, bytes).map_err(|cause| unreadable(path, &cause))?;
    }
    Err(error)
}

fn show(args: &ShowArgs) -> Result<i32> {
    let period = Period::parse(&args.period)?;
    let (_, ledger) = args.report.data.open()?;
    let value = ledger.db.read(|conn| kpi::value(conn, &actor(), &args.code, &args.centre, period))?;
    if args.report.json {
        say(serde_json::to_string_pretty(&value)?);
        return Ok(0);
    }
    say(format!("{} of {} in {} (definition v{})", value.code, value.centre, value.period, value.definition_version));
    match (value.value, value.interval) {
        (Some(found), Some([low, high])) => {
            say(format!("{} / {} = {found}, 95 % interval {low} to {high}, n = {}", value.numerator, value.denominator, value.n));
        }
        (Some(found), None) => say(format!("{} / {} = {found}, n = {}", value.numerator, value.denominator, value.n)),
        (None, _) => say("no value"),
    }
    for one in &value.strata {
        let mean = one.mean.map_or_else(|| "no values".to_owned(), |mean| format!("mean {mean}"));
        let (share, counts) = (one.share * 100.0, one.counts * 100.0);
        say(format!("channel {}: {mean}, n = {}, weight {} ({share:.1} %), counts {counts:.1} %", one.channel, one.n, one.weight));
    }
    for input in &value.inputs {
        say(format!("from batch {} ({}), evidence {}", input.batch, input.file, input.evidence));
    }
    Ok(0)
}

fn measure(args: &MeasureArgs) -> Result<i32> {
    use crate::kpi::intake::{CentreZones, Setting, read};
    use crate::kpi::mapping::SourceMapping;
    use crate::kpi::measure_report::{BENCH_MAPPING, bench_table, quantities};

    let mapping = args.mapping.as_deref().map(text).transpose()?.unwrap_or_else(|| BENCH_MAPPING.to_owned());
    let mapping = SourceMapping::from_toml(&mapping).map_err(|error| kpi::bad_mapping(&error))?;
    let (zones, scratch) = (CentreZones::any(args.zone), std::env::temp_dir());
    let setting = Setting { scratch: &scratch, zones: &zones, names: None, as_of: None };
    let read = read(open(&args.file)?, &mapping, setting, &mut std::io::sink())
        .map_err(|error| kpi::bad_file(&args.file.display().to_string(), &error))?;
    let table = bench_table(&read);
    let quantities = quantities(&read);
    if args.json {
        let report = serde_json::json!({"rows": read.rows, "errors": read.error_count, "cells": read.cells.len(), "groups": table.groups,
            "checksum": table.checksum, "ratio_sum": table.ratio_sum, "quantities": quantities});
        say(report);
    } else {
        say(format!("{} rows, {} errors, {} cells, {} centre-days", read.rows, read.error_count, read.cells.len(), table.groups));
        say(format!("checksum {} ratio_sum {}", table.checksum, table.ratio_sum));
        quantities.flows.iter().for_each(|(name, sum)| say(format!("{name} {sum}")));
        read.errors.iter().take(20).for_each(|error| say(format!("{}: {error}", args.file.display())));
    }
    Ok(i32::from(read.error_count > 0))
}

fn list(args: &Report) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let (known, batches) = ledger.db.read(|conn| Ok((kpi::definitions(conn)?, kpi::batches(conn, &actor(), None, 100)?)))?;
    if args.json {
        let kpis: Vec<_> = known.iter().map(|known| known.definition.as_ref()).collect();
        say(serde_json::to_string_pretty(&serde_json::json!({"kpis": kpis, "batches": batches}))?);
        return Ok(0);
    }
    for one in known {
        let state = if one.formula.is_some() { "measured" } else { "waits for its data source" };
        say(format!("{:<34} v{} {} ({state})", one.definition.code, one.version, one.definition.en));
    }
    for batch in batches {
        let span = format!("{} to {}", batch.first_day, batch.last_day);
        say(format!("batch {:>4} {:<10} {span} {} rows {}", batch.number, batch.state.as_str(), batch.rows_read, batch.file_name));
    }
    Ok(0)
}

fn definitions(args: &DefinitionsArgs) -> Result<i32> {
    let (_, ledger) = args.report.data.open()?;
    let known = ledger.db.read(|conn| match &args.code {
        Some(code) => kpi::definition_history(conn, &actor(), code),
        None => kpi::definitions(conn),
    })?;
    if args.report.json {
        let mut shown = Vec::new();
        for one in &known {
            let mut body = serde_json::to_value(one.definition.as_ref())?;
            body["version"] = one.version.into();
            body["measured"] = one.formula.is_some().into();
            shown.push(body);
        }
        say(serde_json::to_string_pretty(&shown)?);
        return Ok(0);
    }
    for one in &known {
        let definition = &one.definition;
        let from = definition.starts_on.map(|day| format!(" from {day}")).unwrap_or_default();
        say(format!("{:<34} v{}{from} {} / {} ({})", definition.code, one.version, definition.zh, definition.en, definition.unit));
        if let (Some(method), Some(_)) = (definition.effective(), &args.code) {
            say(format!("    {}", method.kind.as_str()));
            let parts = [("numerator", &method.numerator), ("denominator", &method.denominator), ("minus", &method.minus)];
            let written = parts.iter().filter_map(|(name, part)| part.as_ref().map(|part| (name, part)));
            written.for_each(|(name, part)| say(format!("    {name}: {part}")));
            method.spread.iter().for_each(|name| say(format!("    of {name}")));
        }
    }
    Ok(0)
}

fn undo(args: &UndoArgs) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let (number, reason) = (args.number, args.reason.clone());
    let batch = ledger.write(&actor(), move |tx| kpi::undo(tx, number, reason.as_deref()))?;
    kpi::settle_now(&ledger, Some(&batch.id));
    say(format!("Batch {} ({}) does not count any more.", batch.number, batch.file_name));
    Ok(0)
}

fn rebuild(args: &Report) -> Result<i32> {
    let (config, ledger) = args.data.open()?;
    let done = kpi::rebuild(&ledger, &config.evidence_dir(), &actor())?;
    if args.json {
        say(serde_json::to_string_pretty(&done)?);
        return Ok(0);
    }
    for one in &done {
        say(format!("batch {}: {}", one.number, if one.repaired { "measures written again" } else { "equal" }));
    }
    Ok(0)
}
