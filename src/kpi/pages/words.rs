//! Numbers, periods and limits in the words of a language.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::db::Conn;
use crate::error::Result;
use crate::kpi::method::{Lack, Missing};
use crate::kpi::pack::{Definition, Limits};
use crate::kpi::vocabulary::Vocabulary;
use crate::kpi::{MeasureTotal, Period, Why};
use crate::text::{Lang, t};

/// One entry of a switch between views.
#[derive(Debug, Serialize)]
pub(crate) struct Tab {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// `2026年10月` or `October 2026`; other periods as written.
pub(crate) fn period(period: Period, lang: Lang) -> String {
    if !period.is_month() {
        return period.to_string();
    }
    match lang {
        Lang::Zh => format!("{}年{}月", period.from.year(), period.from.month()),
        Lang::En => period.from.format("%B %Y").to_string(),
    }
}

/// `10月` or `Oct 2026`.
fn short_month(period: Period, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月", period.from.year(), period.from.month()),
        Lang::En => period.from.format("%b %Y").to_string(),
    }
}

/// The months around one: before, itself, after (when it has begun).
pub(crate) fn months(path: &str, shown: Period, today: NaiveDate, lang: Lang) -> Vec<Tab> {
    let mut all = tabs(path, shown, today, lang);
    all.pop();
    all
}

/// The month before, this month, the month after (when it has begun), and the twelve months up to it.
pub(crate) fn tabs(path: &str, shown: Period, today: NaiveDate, lang: Lang) -> Vec<Tab> {
    let month = Period::month_of(shown.to);
    let months = [month.months_away(-1), month, month.months_away(1)].into_iter().filter(|month| month.from <= today);
    let tab =
        |month: Period| Tab { label: short_month(month, lang), href: format!("{path}?period={month}"), current: month == shown };
    let mut tabs: Vec<Tab> = months.map(tab).collect();
    let year = Period::range(month.months_away(-11).from, month.to);
    tabs.push(Tab { label: t(lang, "kpis-last-12", &[]), href: format!("{path}?period={year}"), current: year == shown });
    tabs
}

/// A number with the decimals of its KPI.
pub(super) fn figure(definition: &Definition, in_unit: f64) -> String {
    with_digits(in_unit, definition.digits())
}

/// A number with so many decimals.
pub(crate) fn with_digits(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

/// Two sentences, one after the other.
pub(super) fn together(one: String, other: &str, lang: Lang) -> String {
    one + if lang == Lang::Zh { "" } else { " " } + other
}

/// A limit as people write it: without decimals that say nothing.
fn limit(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The unit behind a number: `%`, `s`, nothing.
pub(super) fn unit(definition: &Definition, lang: Lang) -> String {
    unit_of(&definition.unit, lang)
}

/// The same of a unit by name.
pub(crate) fn unit_of(unit: &str, lang: Lang) -> String {
    t(lang, &format!("kpis-unit-{}", unit.replace('_', "-")), &[])
}

/// `目标 ≥ 80，底线 60`.
pub(super) fn limits(definition: &Definition, limits: &Limits, lang: Lang) -> String {
    limits_of(&definition.direction, limits, lang)
}

/// The same in a direction by name.
pub(crate) fn limits_of(direction: &str, limits: &Limits, lang: Lang) -> String {
    let text = |value: Option<f64>| value.map(limit).unwrap_or_default();
    match direction {
        "band" if limits.low.is_some() => t(
            lang,
            "kpis-limits-band",
            &[
                ("low", text(limits.low)),
                ("high", text(limits.high)),
                ("outerlow", text(limits.outer_low)),
                ("outerhigh", text(limits.outer_high)),
            ],
        ),
        "higher" if limits.target.is_some() => {
            t(lang, "kpis-limits-higher", &[("target", text(limits.target)), ("floor", text(limits.floor))])
        }
        "lower" if limits.target.is_some() => {
            t(lang, "kpis-limits-lower", &[("target", text(limits.target)), ("floor", text(limits.floor))])
        }
        _ => t(lang, "kpis-limits-none", &[]),
    }
}

/// On how many cases a value rests.
pub(super) fn cases(definition: &Definition, n: i64, lang: Lang) -> String {
    if definition.counts_cases() { t(lang, "kpis-n", &[("n", n.to_string())]) } else { t(lang, "kpis-census", &[]) }
}

/// `75.6–76.4` in the unit.
pub(super) fn interval(definition: &Definition, interval: Option<(f64, f64)>) -> Option<String> {
    let (low, high) = interval?;
    let scale = definition.scale();
    Some(format!("{}–{}", figure(definition, low * scale), figure(definition, high * scale)))
}

/// Why a KPI has no score.
pub(super) fn why(why: Why, lang: Lang) -> String {
    let key = match why {
        Why::NoSource => "kpis-why-source",
        Why::Few => "kpis-why-few",
        Why::NoLimits => "kpis-why-limits",
        Why::NotApplicable => "kpis-why-off",
        Why::Log(lack) => lack.code(),
    };
    t(lang, key, &[])
}

/// What the data of the period lack, with the names of the measures.
pub(super) fn lacks(missing: &Missing, lang: Lang) -> String {
    lacking(missing.reason, &missing.measures, &missing.channels, lang)
}

/// The same from its parts.
pub(super) fn lacking(reason: Lack, measures: &[String], channels: &[String], lang: Lang) -> String {
    let vocabulary = Vocabulary::shipped();
    let title = |name: &String| vocabulary.measure(name).map_or_else(|| name.clone(), |measure| measure.title(lang).to_owned());
    let separator = if lang == Lang::Zh { "、" } else { ", " };
    let mut names: Vec<String> = measures.iter().map(title).collect();
    names.extend(channels.iter().map(|code| super::strata::channel(code, lang)));
    let reason = t(lang, reason.code(), &[]);
    if names.is_empty() {
        return reason;
    }
    t(lang, "kpis-lacks-named", &[("reason", reason), ("measures", names.join(separator))])
}

/// The measures of a value with what they come to.
pub(super) fn measures(measures: &[MeasureTotal], lang: Lang) -> String {
    let vocabulary = Vocabulary::shipped();
    let title = |name: &str| vocabulary.measure(name).map_or_else(|| name.to_owned(), |measure| measure.title(lang).to_owned());
    let told = |one: &MeasureTotal| {
        let sum = one.sum.map_or_else(|| "—".to_owned(), |sum| sum.to_string());
        format!("{} {sum}", title(&one.measure))
    };
    measures.iter().map(told).collect::<Vec<_>>().join(if lang == Lang::Zh { "；" } else { "; " })
}

/// Numbers of batches: `#3 #7`.
pub(super) fn batches(numbers: &[i64]) -> String {
    numbers.iter().map(|number| format!("#{number}")).collect::<Vec<_>>().join(" ")
}

/// The period asked for, else the month of the last data, else this month.
///
/// # Errors
/// When what was asked for is no period.
pub(crate) fn asked(conn: &mut Conn, period: Option<&str>, centre_id: Option<&str>, today: NaiveDate) -> Result<Period> {
    if let Some(text) = period.filter(|text| !text.trim().is_empty()) {
        return Period::parse(text);
    }
    let last = match centre_id {
        Some(id) => crate::kpi::last_day(conn, id)?,
        None => crate::kpi::last_day_anywhere(conn)?,
    };
    Ok(Period::month_of(last.unwrap_or(today)))
}
