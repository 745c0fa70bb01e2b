//! The control chart of a KPI on its pages: points by day, week or month, what the two kinds of limits say together, what happened, phases.

use chrono::NaiveDate;
use serde::Serialize;

use super::figures::{Figures, Letter, Subject};
use super::words;
use crate::db::Instant;
use crate::error::Result;
use crate::history;
use crate::kpi::control::{self, ChartKind, Charted, Grain, Stretch, usual_rules};
use crate::kpi::definition::Definition;
use crate::kpi::scoring::Standing;
use crate::kpi::service::{ChartSource, Mark, last_close, marks};
use crate::kpi::statistics::{Process, Rule, RuleSet, gap_of};
use crate::kpi::{Known, Period, PhaseRow};
use crate::organisation::Centre;
use crate::text::{Lang, t};
use crate::web::Reading;

/// Letters of what happened; beyond them the newest are shown.
const LETTERS: usize = 26;

/// Something that happened, in the list beneath the chart.
#[derive(Serialize)]
struct Happened {
    letter: String,
    day: NaiveDate,
    sentence: String,
    href: Option<String>,
}

/// What target and process say together.
#[derive(Serialize)]
struct Said {
    kind: &'static str,
    title: String,
    text: String,
}

/// A phase in the list.
#[derive(Serialize)]
pub(super) struct PhaseLine {
    starts_on: NaiveDate,
    baseline_from: NaiveDate,
    baseline_to: NaiveDate,
    points: usize,
    chart: String,
    centre: String,
    reason: String,
    by: String,
    at: Instant,
}

/// The chart with everything that is said about it.
#[derive(Serialize)]
pub(super) struct ControlView {
    tabs: Vec<words::Tab>,
    grain: &'static str,
    chart: String,
    rules: String,
    /// What the process of the present limits is made of, in numbers.
    process: Option<String>,
    standing: Option<String>,
    provisional: bool,
    figures: Option<Figures>,
    said: Option<Said>,
    happened: Vec<Happened>,
    suggestion: Option<String>,
    phases: Vec<PhaseLine>,
    phases_href: String,
}

/// Everything that the page shows of the chart; `standing` is where the value of the shown period stands.
pub(super) fn view(
    r: &mut Reading<'_>,
    source: &ChartSource,
    subject: &Subject<'_>,
    centre: &Centre,
    (period, standing): (Period, Option<Standing>),
) -> Result<ControlView> {
    let charted = source.charted(subject.known, subject.book);
    let code = &subject.known.definition.code;
    let span = charted.as_ref().and_then(|charted| Some((charted.points.first()?.reading.period.from, source.last)));
    let happened = match span {
        Some(span) => marks(r.conn, centre, code, span)?,
        None => Vec::new(),
    };
    let happened = &happened[happened.len().saturating_sub(LETTERS)..];
    let letters: Vec<Letter> =
        happened.iter().zip('A'..='Z').map(|(mark, letter)| Letter { label: letter.into(), day: mark.day }).collect();
    let current = charted.as_ref().and_then(|charted| charted.stretches.last());
    let kind = current.map_or(subject.known.definition.chart, |stretch| stretch.kind);
    let limited = charted.as_ref().filter(|charted| !charted.stretches.is_empty());
    Ok(ControlView {
        tabs: tabs(subject, period, source.grain, r.lang),
        grain: source.grain.as_str(),
        chart: chart_name(kind, r.lang),
        rules: rules(subject.known, kind),
        process: current.map(|stretch| process_of(stretch, subject)),
        standing: current.map(|stretch| standing_of(stretch, source.set_aside(subject.known), r.lang)),
        provisional: current.is_none_or(|stretch| !stretch.frozen || stretch.parameters.provisional()),
        said: limited.and_then(|charted| said(charted, period, standing?, r.lang)),
        suggestion: limited.and_then(|charted| suggestion(charted, happened, r.lang)),
        figures: charted.as_ref().map(|charted| subject.control(charted, &letters)),
        happened: happened.iter().zip(&letters).map(|(mark, letter)| line(r, mark, letter)).collect(),
        phases: source.rows.iter().rev().map(|row| phase_line(row, subject, r.lang)).collect::<Result<_>>()?,
        phases_href: format!("{}/phases?points={}", subject.path, source.grain.as_str()),
    })
}

fn line(r: &Reading<'_>, mark: &Mark, letter: &Letter) -> Happened {
    let event = &mark.event;
    Happened {
        letter: letter.label.clone(),
        day: mark.day,
        sentence: history::line(event, r.lang, r.shell.zone).sentence,
        href: history::page_of(&event.object_kind, &event.object_id, &event.object_label),
    }
}

fn tabs(subject: &Subject<'_>, period: Period, shown: Grain, lang: Lang) -> Vec<words::Tab> {
    let tab = |grain: &Grain| words::Tab {
        label: t(lang, &format!("kpis-points-{}", grain.as_str()), &[]),
        href: format!("{}?period={period}&points={}#control", subject.path, grain.as_str()),
        current: *grain == shown,
    };
    Grain::ALL.iter().map(tab).collect()
}

/// The name of a chart.
pub(super) fn chart_name(kind: ChartKind, lang: Lang) -> String {
    t(lang, &format!("kpis-chart-{}", kind.as_str().replace('_', "-")), &[])
}

/// The numbers of the rules that points are read by.
fn rules(known: &Known, kind: ChartKind) -> String {
    let named = &known.definition.rules;
    let set = if named.is_empty() || kind == ChartKind::Ewma { usual_rules(kind) } else { RuleSet::of(named) };
    let codes: Vec<&str> = Rule::ALL.into_iter().filter(|rule| set.has(*rule)).map(control::code_of_rule).collect();
    codes.join(", ")
}

/// The numbers of the rules that a definition names; empty where it leaves that to the chart.
pub(super) fn named_rules(definition: &Definition) -> String {
    definition.rules.iter().map(|rule| control::code_of_rule(*rule)).collect::<Vec<_>>().join(", ")
}

/// What the limits rest on.
fn standing_of(stretch: &Stretch, set_aside: Option<NaiveDate>, lang: Lang) -> String {
    let params = [
        ("from", stretch.baseline.0.to_string()),
        ("to", stretch.baseline.1.to_string()),
        ("points", stretch.parameters.points.to_string()),
    ];
    let key = match (stretch.frozen, stretch.own, stretch.parameters.provisional()) {
        (true, _, false) => "kpis-limits-frozen",
        (true, _, true) => "kpis-limits-frozen-few",
        (false, true, _) => "kpis-limits-own",
        (false, false, true) => "kpis-limits-few",
        (false, false, false) => "kpis-limits-rolling",
    };
    let aside = set_aside.map(|day| t(lang, "kpis-limits-aside", &[("day", day.to_string())]));
    aside.into_iter().fold(t(lang, key, &params), |text, more| words::together(text, &more, lang))
}

/// The table of two limits with two meanings, in words.
fn said(charted: &Charted, period: Period, standing: Standing, lang: Lang) -> Option<Said> {
    let inside = match standing {
        Standing::Met | Standing::InRange => true,
        Standing::OutOfRange => false,
        Standing::NoTarget | Standing::NoData => return None,
    };
    let shown = |from: NaiveDate| (period.from..=period.to).contains(&from);
    let mut judged = charted.points.iter().filter(|point| shown(point.reading.period.from) && point.centre.is_some()).peekable();
    judged.peek()?;
    let signal = judged.any(|point| !point.rules.is_empty());
    let (kind, key) = match (inside, signal) {
        (true, false) => ("met", "in-quiet"),
        (true, true) => ("signal", "in-signal"),
        (false, false) => ("warning", "out-quiet"),
        (false, true) => ("out_of_range", "out-signal"),
    };
    let title = t(lang, &format!("kpis-quadrant-{key}"), &[]);
    Some(Said { kind, title, text: t(lang, &format!("kpis-quadrant-{key}-do"), &[]) })
}

/// A run, and a cycle that was closed since the limits began: the process may have a new level that deserves limits of its own.
fn suggestion(charted: &Charted, happened: &[Mark], lang: Lang) -> Option<String> {
    let stretch = charted.stretches.last()?;
    let since = charted.points.get(stretch.start)?.reading.period.from;
    let closed = last_close(happened).filter(|day| *day >= since)?;
    let run = run_in(charted)?;
    let params = [("closed", closed.to_string()), ("run", charted.points.get(run)?.reading.name(charted.grain))];
    Some(t(lang, "kpis-phase-suggested", &params))
}

/// The last point of the newest run in the current phase.
fn run_in(charted: &Charted) -> Option<usize> {
    let start = charted.stretches.last()?.start;
    let run = |rule: &Rule| matches!(rule, Rule::NineOnOneSide | Rule::EightOnOneSide);
    (start..charted.points.len()).rev().find(|at| charted.points[*at].rules.iter().any(run))
}

/// The numbers behind the limits, as one checks them by hand.
fn process_of(stretch: &Stretch, subject: &Subject<'_>) -> String {
    let (process, definition) = (stretch.parameters.process, &subject.known.definition);
    let number = |value: f64| words::with_digits(value * definition.scale(), definition.digits() + 1);
    let text = |key: &str, params: &[(&str, String)]| t(subject.lang, key, params);
    let centre = ("centre", number(process.centre()));
    match process {
        Process::Share { sigma_z, .. } | Process::Rate { sigma_z, .. } => {
            text("kpis-process-counts", &[centre, ("z", words::with_digits(sigma_z, 2))])
        }
        Process::Means { sigma, .. } => text("kpis-process-means", &[centre, ("sigma", number(sigma))]),
        Process::Single { sigma, .. } if stretch.kind == ChartKind::Ewma => {
            text("kpis-process-ewma", &[centre, ("sigma", number(sigma)), ("lambda", control::LAMBDA.to_string())])
        }
        Process::Single { .. } if stretch.kind.is_between() => {
            text("kpis-process-between", &[("centre", words::with_digits(gap_of(process.centre()), 1))])
        }
        Process::Single { .. } => {
            let usual = process.moving_range().map_or(0.0, |usual| usual.centre);
            text("kpis-process-single", &[centre, ("range", number(usual))])
        }
    }
}

fn phase_line(row: &PhaseRow, subject: &Subject<'_>, lang: Lang) -> Result<PhaseLine> {
    let parameters: control::Parameters = row.parameters.to()?;
    let definition = &subject.known.definition;
    let centre = if row.chart.is_between() {
        format!("{:.1}", gap_of(parameters.process.centre()))
    } else {
        words::figure(definition, parameters.process.centre() * definition.scale())
    };
    Ok(PhaseLine {
        starts_on: row.starts_on,
        baseline_from: row.baseline_from,
        baseline_to: row.baseline_to,
        points: parameters.points,
        chart: chart_name(row.chart, lang),
        centre,
        reason: row.reason.clone(),
        by: row.frozen_by.clone(),
        at: row.frozen_at,
    })
}

/// Days that a form for new limits begins with: baseline, and the day from which they judge. A run is taken for the new level; limits that
/// roll along are kept as they are; else the newest points.
pub(super) fn proposed(charted: &Charted) -> Option<[NaiveDate; 3]> {
    let points = &charted.points;
    let last = points.last()?.reading.period.to;
    if let Some(run) = run_in(charted) {
        let first = points[run.saturating_sub(8)].reading.period.from;
        return Some([first, last, first]);
    }
    let stretch = charted.stretches.last();
    if let Some(stretch) = stretch.filter(|stretch| !stretch.frozen && !stretch.own) {
        return Some([stretch.baseline.0, stretch.baseline.1, points.first()?.reading.period.from]);
    }
    let first = points[points.len().saturating_sub(control::ENOUGH)].reading.period.from;
    Some([first, last, last.succ_opt().unwrap_or(last)])
}
