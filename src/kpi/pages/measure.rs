//! `/kpis/{centre}/{code}`: one KPI of a centre: value with its proof, trend, control chart, definition in words, signals, target.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{self, ControlView};
use super::figures::{Figures, Subject, rule_name};
use super::{strata, words};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::control::Grain;
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::definition::{Definition, check_expression};
use crate::kpi::pack::Limits;
use crate::kpi::service::{ChartSource, Versions};
use crate::kpi::{self, Input, Known, LimitBook, Period, SetTarget, Signal, SignalDetail, SignalState};
use crate::text::{Lang, t};
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

/// The fields of the target form; KPI and centre come from the address.
#[derive(Deserialize)]
pub(super) struct TargetForm {
    starts_on: chrono::NaiveDate,
    #[serde(default, deserialize_with = "kpi::optional_number")]
    target: Option<f64>,
    #[serde(default, deserialize_with = "kpi::optional_number")]
    floor: Option<f64>,
    #[serde(default, deserialize_with = "kpi::optional_number")]
    low: Option<f64>,
    #[serde(default, deserialize_with = "kpi::optional_number")]
    high: Option<f64>,
    #[serde(default, deserialize_with = "kpi::optional_number")]
    outer_low: Option<f64>,
    #[serde(default, deserialize_with = "kpi::optional_number")]
    outer_high: Option<f64>,
    reason: String,
}

impl TargetForm {
    pub(super) fn of(self, code: &str, centre_id: String) -> SetTarget {
        let Self { starts_on, target, floor, low, high, outer_low, outer_high, reason } = self;
        SetTarget { code: code.to_owned(), centre_id, starts_on, target, floor, low, high, outer_low, outer_high, reason }
    }
}

/// A signal in a list.
#[derive(Serialize)]
pub(super) struct SignalRow {
    href: String,
    period: String,
    rule: String,
    state: &'static str,
    state_name: String,
    explanation: Option<String>,
    by: Option<String>,
    due_on: String,
}

impl SignalRow {
    pub(super) fn of(r: &Reading<'_>, signal: &Signal) -> Self {
        let late = signal.state == SignalState::Open && signal.due_on < r.today;
        let kind = match signal.state {
            SignalState::Open if late => "overdue",
            SignalState::Open => "waiting",
            SignalState::Explained => "done",
            SignalState::Cycle => "in_progress",
            SignalState::Withdrawn => "cancelled",
        };
        Self {
            href: format!("/kpis/signals/{}", signal.id),
            period: signal.period.clone(),
            rule: numbered(signal, r.lang),
            state: kind,
            state_name: r.t(&format!("kpis-signal-{}", signal.state.as_str())),
            explanation: signal.explanation.clone(),
            by: signal.explained_by.clone(),
            due_on: signal.due_on.to_string(),
        }
    }
}

/// The rule with its number, where it has one.
fn numbered(signal: &Signal, lang: Lang) -> String {
    let name = rule_name(signal.rule, lang);
    let detail: Option<SignalDetail> = signal.detail.to().ok();
    match detail.and_then(|detail| detail.rule_number) {
        Some(number) => t(lang, "kpis-rule-numbered", &[("number", number), ("name", name)]),
        None => name,
    }
}

/// A figure shown beside the value.
#[derive(Serialize)]
struct Aside {
    name: String,
    value: Option<String>,
}

#[derive(Serialize)]
struct Proof {
    value: Option<String>,
    unit: String,
    numerator: String,
    denominator: String,
    cases: String,
    interval: Option<String>,
    /// How the interval was computed, or why there is none.
    interval_by: Option<String>,
    state: &'static str,
    missing: Option<String>,
    beside: Vec<Aside>,
    /// The channels that it weighs.
    strata: Option<strata::Strata>,
    /// Where its rows are.
    rows: String,
    inputs: Vec<Input>,
}

#[derive(Serialize)]
struct MeasureView {
    centre: String,
    centre_name: String,
    code: String,
    name: String,
    sub: String,
    period: String,
    tabs: Vec<words::Tab>,
    /// The month shown, as the address has it.
    at: String,
    words: String,
    usual: Option<String>,
    limits: String,
    measured: bool,
    proof: Option<Proof>,
    monthly: Option<Figures>,
    control: Option<ControlView>,
    owner: Option<String>,
    signals: Vec<SignalRow>,
    may_manage: bool,
    band: bool,
    form: serde_json::Value,
}

/// What the address asks for: the period, and what the points of the control chart stand for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    pub(super) period: Option<String>,
    pub(super) points: Option<String>,
}

/// One KPI.
pub(crate) async fn show(visit: Visit, path: Path<(String, String)>, asked: Query<Asked>) -> PageResult {
    let (centre, code) = path.into_inner();
    visit
        .page("kpis/measure.html", move |r| {
            let view = view(r, &centre, &code, &asked, None)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

/// Sets the centre's own target.
pub(crate) async fn set_target(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (centre, code) = path.into_inner();
    let done = match command(&visit, &form, &centre, &code).await {
        Ok(command) => visit.write(&form, move |tx| kpi::set_target(tx, &command)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(visit.see_other(&format!("/kpis/{centre}/{code}"), Flash::ok("kpis-target-set"))),
        Err(error @ Error::Invalid(_)) => {
            visit
                .page("kpis/measure.html", move |r| {
                    let asked = Asked { period: None, points: None };
                    let view = view(r, &centre, &code, &asked, Some((&form, &error)))?;
                    Ok(View::new(Area::Kpis, view.name.clone(), view).status(422))
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

async fn command(visit: &Visit, form: &Form, centre: &str, code: &str) -> Result<SetTarget> {
    let code_of_centre = centre.to_owned();
    let id = visit
        .read(move |r| {
            let centre = kpi::visible(r.conn, &r.actor, &code_of_centre)?;
            r.actor.require_at(Permission::ManageKpis, &centre.id)?;
            Ok(centre.id)
        })
        .await?;
    visit.check_csrf(form)?;
    let limits: TargetForm = form.command()?;
    Ok(limits.of(code, id))
}

fn view(r: &mut Reading<'_>, centre: &str, code: &str, asked: &Asked, refused: Option<(&Form, &Error)>) -> Result<MeasureView> {
    let centre = kpi::visible(r.conn, &r.actor, centre)?;
    let period = words::asked(r.conn, asked.period.as_deref(), Some(&centre.id), r.today)?;
    let versions = Versions::of(r.conn, code)?;
    let known = versions.on(period.to).cloned().ok_or(Error::NotFound)?;
    let limits = LimitBook::of(r.conn, &centre.id)?.limits(&known.definition, period.to);
    let last = kpi::last_day(r.conn, &centre.id)?.map_or(period.to, |last| last.min(period.to));
    let points = asked.points.as_deref().and_then(Grain::parse);
    let source = ChartSource::of(r.conn, &centre, &known, points, last, r.today)?;
    let from = period.months_away(-12).from.min(source.first_day(&known)).min(period.from);
    let scope = versions.scope();
    let days = (reach(Period::day(from), &scope), Period::month_of(period.to).to);
    let book = DayBook::read(r.conn, &centre.id, days, &scope)?;
    let path = format!("/kpis/{}/{code}", centre.code);
    let subject = Subject { known: &known, versions: &versions, book: &book, limits, path: path.clone(), lang: r.lang };
    let proved = if known.formula.is_some() { Some(kpi::value(r.conn, &r.actor, code, &centre.code, period)?) } else { None };
    let standing = proved.as_ref().map(|value| value.state);
    let control =
        if known.formula.is_some() { Some(control::view(r, &source, &subject, &centre, (period, standing))?) } else { None };
    let monthly = subject.monthly(period);
    let signals = kpi::signals_of(r.conn, &r.actor, &centre.code, Some(code))?;
    let definition = &known.definition;
    Ok(MeasureView {
        centre: centre.code.clone(),
        centre_name: centre.name(r.lang).to_owned(),
        code: code.to_owned(),
        name: definition.name(r.lang).to_owned(),
        sub: sub(r, &known, period),
        period: words::period(period, r.lang),
        at: Period::month_of(period.to).to_string(),
        tabs: words::tabs(&path, period, r.today, r.lang),
        words: definition.words(r.lang).to_owned(),
        usual: usual(r, &known),
        limits: words::limits(definition, &limits, r.lang),
        measured: known.formula.is_some(),
        proof: proved.map(|value| proof(value, definition, r.lang)),
        monthly,
        control,
        owner: definition.owner.clone(),
        signals: signals.iter().map(|signal| SignalRow::of(r, signal)).collect(),
        may_manage: r.actor.may_at(Permission::ManageKpis, &centre.id),
        band: definition.direction == "band",
        form: if refused.is_some() { super::form_view(refused, r.lang) } else { filled(&limits, r.today) },
    })
}

/// The target form with the limits that count now.
pub(super) fn filled(limits: &Limits, today: chrono::NaiveDate) -> serde_json::Value {
    let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    json!({
        "values": {
            "target": text(limits.target),
            "floor": text(limits.floor),
            "low": text(limits.low),
            "high": text(limits.high),
            "outer_low": text(limits.outer_low),
            "outer_high": text(limits.outer_high),
            "starts_on": today.to_string(),
            "reason": "",
        },
        "errors": {},
        "summary": [],
    })
}

fn sub(r: &Reading<'_>, known: &Known, period: Period) -> String {
    t(r.lang, "kpis-measure-sub", &[("period", words::period(period, r.lang)), ("version", known.version.to_string())])
}

pub(super) fn usual(r: &Reading<'_>, known: &Known) -> Option<String> {
    let usual = known.definition.usual_target.clone()?;
    let source = known.definition.target_source.as_ref().map(|source| r.t(&format!("kpis-source-{source}")));
    Some(t(r.lang, "kpis-usual", &[("usual", usual), ("source", source.unwrap_or_default())]))
}

/// A plain share as percent, anything else with two decimals.
fn aside(expression: &str, definition: &Definition, value: f64) -> String {
    let plain = check_expression(expression, &definition.parameters).is_ok_and(|program| program.unit().is_none());
    if plain && (0.0..=1.0).contains(&value) { format!("{:.1}%", value * 100.0) } else { format!("{value:.2}") }
}

fn proof(value: kpi::Value, definition: &Definition, lang: Lang) -> Proof {
    let beside = definition.beside.iter().zip(&value.beside).map(|(one, found)| Aside {
        name: if lang == Lang::Zh { found.zh.clone() } else { found.en.clone() },
        value: found.value.map(|found| aside(&one.expression, definition, found)),
    });
    Proof {
        beside: beside.collect(),
        value: value.in_unit.map(|value| words::figure(definition, value)),
        unit: words::unit(definition, lang),
        numerator: value.numerator.to_string(),
        denominator: value.denominator.to_string(),
        cases: words::cases(definition, value.n, lang),
        interval: words::interval(definition, value.interval.map(|[low, high]| (low, high))),
        interval_by: value.value.and_then(|_| interval_by(&value, lang)),
        state: value.state.as_str(),
        missing: value.missing.map(|lack| words::lacking(lack, &value.missing_measures, &value.missing_channels, lang)),
        strata: strata::table(definition, &value.strata, lang),
        rows: format!("/kpis/{}/{}/rows?period={}", value.centre, value.code, value.period),
        inputs: value.inputs,
    }
}

fn interval_by(value: &kpi::Value, lang: Lang) -> Option<String> {
    let method = t(lang, value.interval_method.key()?, &[]);
    let key = if value.interval.is_some() { "kpis-interval-by" } else { "kpis-interval-open" };
    Some(t(lang, key, &[("method", method)]))
}
