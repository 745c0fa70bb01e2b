//! `cairn kpi scorecard`, `publish`, `verify` and `profiles`: cards, frozen cards and their proof, and the weights behind them.

use clap::Args;

use super::kpi::actor;
use super::{Report, say};
use crate::error::Result;
use crate::kpi::{self, AskedCard, FrozenCard, FrozenKpi, Period, ProfileView, Proof, PublishScorecard};
use crate::organisation::CentreType;

#[derive(Debug, Clone, Args)]
pub(super) struct CardArgs {
    #[command(flatten)]
    report: Report,
    /// Code of the centre.
    #[arg(long, value_name = "CODE")]
    centre: String,
    /// `2026-10`; quarters, weeks, years and ranges too.
    #[arg(long, value_name = "PERIOD")]
    period: String,
}

#[derive(Debug, Clone, Args)]
pub(super) struct ScorecardArgs {
    #[command(flatten)]
    card: CardArgs,
    /// What is missing counts as 0, as in audits.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct PublishArgs {
    #[command(flatten)]
    card: CardArgs,
    /// Why there is a correction.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) fn scorecard(args: &ScorecardArgs) -> Result<i32> {
    let (args, strict) = (&args.card, args.strict);
    let asked = AskedCard { centre: args.centre.clone(), period: Period::parse(&args.period)?, strict };
    let (_, ledger) = args.report.data.open()?;
    let card = ledger.db.read(|conn| kpi::sheet(conn, &actor(), &asked))?;
    if args.report.json {
        say(serde_json::to_string_pretty(&card)?);
    } else {
        tell(&card);
    }
    Ok(0)
}

fn tell(card: &FrozenCard) {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let gaps = if card.gaps.is_empty() { "complete" } else { "incomplete" };
    let strict = if card.strict { ", strict: what is missing counts as 0" } else { "" };
    say(format!(
        "{} ({}) in {}: {} of 100, coverage {:.1} %, {gaps}{strict}",
        card.centre,
        card.centre_type,
        card.period,
        number(card.total),
        card.coverage * 100.0
    ));
    for family in &card.families {
        say(format!("{:<16} weight {:>5.1}  score {:>9}", family.code, family.weight, number(family.score)));
    }
    for FrozenKpi { code, in_unit, score, weight, contribution, .. } in &card.kpis {
        say(format!(
            "{code:<34} {:>12}  score {:>9}  weight {:>8}  brings {:>8}",
            number(*in_unit),
            number(*score),
            number(*weight),
            number(*contribution)
        ));
    }
    for (kpi, rule) in card.gates() {
        say(format!("{} {} is {}, outside its allowed range, whatever the total is", rule.as_str(), kpi.code, number(kpi.in_unit)));
    }
    for input in &card.inputs {
        say(format!("from batch {} ({}), evidence {}", input.batch, input.file, input.evidence));
    }
}

pub(super) fn publish(args: &PublishArgs) -> Result<i32> {
    let (_, ledger) = args.card.report.data.open()?;
    let command =
        PublishScorecard { centre: args.card.centre.clone(), period: args.card.period.clone(), reason: args.reason.clone() };
    let row = ledger.write(&actor(), move |tx| kpi::publish(tx, &command))?;
    if args.card.report.json {
        say(serde_json::to_string_pretty(&row)?);
    } else {
        say(format!("{} {}: edition {}, card {}", args.card.centre, row.period, row.edition, row.card_hash));
    }
    Ok(0)
}

/// 0 when everything published follows from the kept files, else 1.
pub(super) fn verify(args: &Report) -> Result<i32> {
    let (config, ledger) = args.data.open()?;
    let proof = kpi::verify(&ledger, &config.evidence_dir(), &actor())?;
    let code = i32::from(!proof.holds());
    if args.json {
        say(serde_json::to_string_pretty(&proof)?);
        return Ok(code);
    }
    let Proof { scorecards, values, scores, files, .. } = proof;
    say(format!("{scorecards} published cards, {values} values, {scores} scores, {files} files read again"));
    for bad in &proof.bad_cards {
        say(format!("CARD {} edition {}: the kept text is not {}", bad.period, bad.edition, bad.card));
    }
    for bad in &proof.bad_files {
        say(format!("FILE {:?}: batch {} ({}), evidence {}", bad.fault, bad.batch, bad.file, bad.evidence));
    }
    for found in &proof.differences {
        let computed = found.computed.map_or("cannot be computed".to_owned(), |value| format!("computed {value}"));
        let published = found.published.map_or("no value".to_owned(), |value| value.to_string());
        say(format!(
            "{} {} {} edition {} {}: published {published}, {computed}",
            if found.code.is_some() { "VALUE" } else { "SCORE" },
            found.centre,
            found.period,
            found.edition,
            found.code.as_deref().unwrap_or("total")
        ));
    }
    if proof.holds() {
        say("No difference.");
    }
    Ok(code)
}

/// The weights of the centre types, with where each number comes from; as JSON all versions.
pub(super) fn profiles(args: &Report) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let book = ledger.db.read(|conn| kpi::profiles(conn, &actor()))?;
    let all = CentreType::ALL.iter().flat_map(|centre_type| ProfileView::all(&book, *centre_type));
    if args.json {
        say(serde_json::to_string_pretty(&all.collect::<Vec<_>>())?);
        return Ok(0);
    }
    for ProfileView { centre_type, version, profile } in all {
        let from = profile.starts_on.map_or("always".to_owned(), |day| format!("from {day}"));
        say(format!("{centre_type}, version {version} ({from})"));
        for (family, weight) in &profile.family {
            say(format!("  {family:<36} {:>3} of 100     {}", weight.weight, weight.provenance));
            for (code, weight) in profile.kpi.get(family).into_iter().flatten() {
                say(format!("    {code:<34} {weight:>3} of family  {}", profile.provenance(family, code).0));
            }
        }
    }
    Ok(0)
}
