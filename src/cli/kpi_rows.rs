//! `cairn kpi rows`: the rows behind a value, read from the kept file again.

use clap::Args;

use super::kpi::actor;
use super::{Report, say};
use crate::error::Result;
use crate::kpi::{self, AskedRows, Behind, Period, RowsView};

#[derive(Debug, Clone, Args)]
pub(super) struct RowsArgs {
    #[command(flatten)]
    report: Report,
    /// Code of the KPI, for example `service_level`.
    #[arg(value_name = "CODE")]
    code: String,
    /// Code of the centre.
    #[arg(long, value_name = "CODE")]
    centre: String,
    /// `2026-10`; quarters, weeks, years and ranges too.
    #[arg(long, value_name = "PERIOD")]
    period: String,
    /// The batch whose rows are wanted; the first one behind the value without it.
    #[arg(long, value_name = "NUMBER")]
    batch: Option<i64>,
    /// Rows passed over.
    #[arg(long, value_name = "ROWS", default_value_t = 0)]
    skip: u64,
    /// Rows shown, at most 100,000.
    #[arg(long, value_name = "ROWS", default_value_t = 100)]
    limit: u64,
}

/// 0 when the rows give what is stored, else 1.
pub(super) fn rows(args: &RowsArgs) -> Result<i32> {
    let period = Period::parse(&args.period)?;
    let (config, ledger) = args.report.data.open()?;
    let (code, centre) = (args.code.clone(), args.centre.clone());
    let asked = AskedRows { code, centre, period, batch: args.batch, skip: args.skip, take: args.limit };
    let found = kpi::behind(&ledger.db, &config.evidence_dir(), &actor(), &asked)?;
    let code = i32::from(!found.agrees());
    if args.report.json {
        say(serde_json::to_string_pretty(&RowsView::of(found))?);
    } else {
        tell(&found);
    }
    Ok(code)
}

fn tell(found: &Behind) {
    let number = |sum: Option<i128>| sum.map_or("-".to_owned(), |sum| sum.to_string());
    for file in &found.files {
        say(format!("batch {} ({}), evidence {}", file.input.batch, file.input.file, file.input.evidence));
        for sum in &file.sums {
            let read = sum.rows.map(|rows| format!(", from the rows {rows}")).unwrap_or_default();
            say(format!("  {:<34} {}{read}", sum.measure, number(sum.stored)));
        }
    }
    let Some(chosen) = found.chosen else { return say("No file adds to this period.") };
    say(format!("{} of {} rows of batch {chosen}:", found.rows.len(), found.total));
    say(format!("row\tday\tadds\t{}", found.header.join("\t")));
    for row in &found.rows {
        let adds: Vec<String> = row.adds.iter().map(|(measure, count)| format!("{measure} {count}")).collect();
        say(format!("{}\t{}\t{}\t{}", row.number, row.day, adds.join("; "), row.cells.join("\t")));
    }
    match (&found.fault, found.agrees()) {
        (Some(fault), _) => say(fault.message(crate::text::Lang::En)),
        (None, true) => say("The rows give exactly the measures that are stored."),
        (None, false) => say("The rows do not give the measures that are stored: run “cairn kpi verify”."),
    }
}
