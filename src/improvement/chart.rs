//! The KPI before and after as a line by weeks, with the goal and the day from which the actions count. Colours come from classes.

use std::fmt::Write as _;

use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;

use super::figures::Figures;
use super::model::Cycle;
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::kpi;
use crate::organisation::Centre;
use crate::text::t;

/// Longest span drawn.
const WEEKS: u64 = 104;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 922.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 312.0;

/// The drawing and the figures it shows.
#[derive(Serialize)]
pub(super) struct Chart {
    svg: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    week: NaiveDate,
    value: String,
    n: i64,
}

struct Week {
    monday: NaiveDate,
    value: f64,
    n: i64,
}

/// Draws it; none without two weeks of data.
pub(super) fn chart(
    conn: &mut Conn,
    actor: &Actor,
    cycle: &Cycle,
    centre: &Centre,
    today: NaiveDate,
    figures: &Figures,
) -> Result<Option<Chart>> {
    let last = cycle.check_to.unwrap_or(today).min(today);
    let first = cycle.baseline_from.max(last.checked_sub_days(Days::new(7 * WEEKS)).unwrap_or(last));
    let weeks = weeks(conn, actor, cycle, centre, first, last)?;
    if weeks.len() < 2 {
        return Ok(None);
    }
    let rows = weeks.iter().map(|week| Row { week: week.monday, value: figures.value(week.value), n: week.n }).collect();
    Ok(Some(Chart { svg: draw(&weeks, cycle, figures), rows }))
}

/// The values by ISO week; a week is never the mean of its days.
fn weeks(conn: &mut Conn, actor: &Actor, cycle: &Cycle, centre: &Centre, from: NaiveDate, to: NaiveDate) -> Result<Vec<Week>> {
    let scale = kpi::definition(conn, &cycle.kpi_code)?.definition.scale();
    let found = kpi::weekly(conn, actor, &cycle.kpi_code, &centre.code, from, to)?;
    let week = |(monday, value): (NaiveDate, kpi::KpiValue)| Some(Week { monday, value: value.value? * scale, n: value.n });
    Ok(found.into_iter().filter_map(week).collect())
}

struct Frame {
    first: NaiveDate,
    days: f64,
    low: f64,
    high: f64,
}

impl Frame {
    fn of(weeks: &[Week], goal: f64) -> Option<Self> {
        let (first, last) = (weeks.first()?.monday, weeks.last()?.monday);
        let values = || weeks.iter().map(|week| week.value).chain([goal]);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let margin = ((high - low) * 0.1).max(0.5);
        Some(Self { first, days: (last - first).num_days() as f64, low: low - margin, high: high + margin })
    }

    fn x(&self, day: NaiveDate) -> f64 {
        LEFT + (RIGHT - LEFT) * ((day - self.first).num_days() as f64 / self.days.max(1.0)).clamp(0.0, 1.0)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * (value - self.low) / (self.high - self.low)
    }
}

fn draw(weeks: &[Week], cycle: &Cycle, figures: &Figures) -> String {
    let Some(frame) = Frame::of(weeks, cycle.goal) else { return String::new() };
    let label = |key: &str, value: String| escape(&t(figures.lang, key, &[("value", value)]));
    let title = label("improvement-chart-title", weeks.len().to_string());
    let mut svg =
        format!(r#"<svg viewBox="0 0 1040 348" role="img" aria-labelledby="effect-t"><title id="effect-t">{title}</title>"#);
    if let Some(day) = cycle.acted_on {
        let x = frame.x(day);
        let width = RIGHT - x;
        put(
            &mut svg,
            format_args!(
                r#"<rect class="phb" x="{x:.1}" y="{TOP}" width="{width:.1}" height="{:.1}" opacity=".45"/>"#,
                BOTTOM - TOP
            ),
        );
    }
    for step in 0..4 {
        let value = frame.low + (frame.high - frame.low) * (0.1 + 0.8 * f64::from(step) / 3.0);
        let y = frame.y(value);
        put(
            &mut svg,
            format_args!(
                r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/><text class="e" x="44" y="{:.1}">{}</text>"#,
                y + 4.0,
                escape(&figures.value(value))
            ),
        );
    }
    months(&mut svg, weeks, &frame);
    let y = frame.y(cycle.goal);
    let goal = label("improvement-chart-goal", figures.value(cycle.goal));
    put(
        &mut svg,
        format_args!(r#"<path class="tgt" d="M{LEFT} {y:.1}H{RIGHT}"/><text class="t" x="932" y="{:.1}">{goal}</text>"#, y + 4.0),
    );
    if let Some(day) = cycle.acted_on {
        let x = frame.x(day);
        let text = label("improvement-chart-acted", day.to_string());
        let (place, anchor) = if x > 700.0 { (x - 12.0, r#" text-anchor="end""#) } else { (x + 12.0, "") };
        put(
            &mut svg,
            format_args!(
                r#"<path class="ph" d="M{x:.1} 26V{BOTTOM}"/><path class="flag" d="M{x:.1} 16l8 5-8 5z"/><text class="a" x="{place:.1}" y="25"{anchor}>{text}</text>"#
            ),
        );
    }
    let points: Vec<String> = weeks.iter().map(|week| format!("{:.1} {:.1}", frame.x(week.monday), frame.y(week.value))).collect();
    put(&mut svg, format_args!(r#"<path class="data" d="M{}"/>"#, points.join("L")));
    for (place, week) in weeks.iter().enumerate() {
        let last = if place + 1 == weeks.len() { " last" } else { "" };
        put(
            &mut svg,
            format_args!(r#"<circle class="pt{last}" cx="{:.1}" cy="{:.1}" r="2.6"/>"#, frame.x(week.monday), frame.y(week.value)),
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Ticks at the first week of every month, thinned where they would touch.
fn months(svg: &mut String, weeks: &[Week], frame: &Frame) {
    put(svg, format_args!(r#"<path class="ax" d="M{LEFT} {BOTTOM}H{RIGHT}"/>"#));
    let mut taken = f64::NEG_INFINITY;
    for week in weeks.iter().filter(|week| week.monday.day() <= 7) {
        let x = frame.x(week.monday);
        if x - taken < 64.0 {
            continue;
        }
        taken = x;
        put(
            svg,
            format_args!(
                r#"<path class="ax" d="M{x:.1} {BOTTOM}v5"/><text class="mid" x="{x:.1}" y="{}">{}</text>"#,
                BOTTOM + 20.0,
                week.monday.format("%Y-%m")
            ),
        );
    }
}

fn put(svg: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    svg.write_fmt(piece).unwrap_or_default();
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
