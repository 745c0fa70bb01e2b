//! `/kpis/signals/{id}`: what was found, on its chart, and the two answers: an explanation or a cycle.

use actix_web::web::Path;
use serde::Serialize;

use super::control::chart_name;
use super::figures::{Figures, Subject, rule_name};
use super::measure::SignalRow;
use super::words;
use crate::actor::Permission;
use crate::db::Instant;
use crate::error::{Error, Result};
use crate::history::{self, Line};
use crate::kpi::service::{ChartSource, Versions};
use crate::kpi::{self, Card, LimitBook, Period, Signal, SignalDetail, SignalState};
use crate::organisation;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

#[derive(Serialize)]
struct SignalView {
    id: String,
    name: String,
    row: SignalRow,
    centre: String,
    centre_name: String,
    code: String,
    rule: String,
    about: String,
    chart_name: Option<String>,
    owner: Option<String>,
    value: String,
    unit: String,
    lower: Option<String>,
    upper: Option<String>,
    centre_line: Option<String>,
    detail: SignalDetail,
    raised_at: Instant,
    explained_at: Option<Instant>,
    chart: Option<Figures>,
    may_answer: bool,
    may_cycle: bool,
    cycle: Option<String>,
    history: Vec<Line>,
    form: serde_json::Value,
}

/// A result of the month that may not stand, whatever the total of the card is.
#[derive(Serialize)]
pub(super) struct GateLine {
    name: String,
    href: String,
    rule: String,
    owner: Option<String>,
    late: bool,
}

/// The open gates of a card's month.
pub(super) fn gates(r: &Reading<'_>, card: &Card, signals: &[Signal]) -> Vec<GateLine> {
    let month = card.period.to_string();
    let open =
        signals.iter().filter(|signal| signal.state == SignalState::Open && signal.rule.is_of_month() && signal.period == month);
    open.map(|signal| {
        let known = card.kpis.iter().map(|kpi| &kpi.known.definition).find(|definition| definition.code == signal.code);
        GateLine {
            name: known.map_or_else(|| signal.code.clone(), |definition| definition.name(r.lang).to_owned()),
            href: format!("/kpis/signals/{}", signal.id),
            rule: rule_name(signal.rule, r.lang),
            owner: known.and_then(|definition| definition.owner.clone()),
            late: signal.due_on < r.today,
        }
    })
    .collect()
}

/// One signal.
pub(crate) async fn show(visit: Visit, id: Path<String>) -> PageResult {
    visit
        .page("kpis/signal.html", move |r| {
            let view = view(r, &id, None)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

/// Explains a signal.
pub(crate) async fn explain(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let (id, text) = (id.into_inner(), form.get("explanation").unwrap_or_default().to_owned());
    let back = format!("/kpis/signals/{id}");
    let own = id.clone();
    match visit.write(&form, move |tx| kpi::explain(tx, &own, &text)).await {
        Ok(_) => Ok(visit.see_other(&back, Flash::ok("kpis-explained"))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let status = error.status();
            visit
                .page("kpis/signal.html", move |r| {
                    let view = view(r, &id, Some((&form, &error)))?;
                    Ok(View::new(Area::Kpis, view.name.clone(), view).status(status))
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

fn view(r: &mut Reading<'_>, id: &str, refused: Option<(&Form, &Error)>) -> Result<SignalView> {
    let signal = kpi::signal(r.conn, &r.actor, id)?;
    let centre = organisation::centre(r.conn, &signal.centre_id)?;
    let versions = Versions::of(r.conn, &signal.code)?;
    let known = versions.on(Period::parse(&signal.period)?.to).cloned().ok_or(Error::NotFound)?;
    let detail: SignalDetail = signal.detail.to()?;
    let period = Period::parse(&signal.period)?;
    let last = period.to;
    let source = ChartSource::of(r.conn, &centre, &known, None, last, r.today)?;
    let from = Period::month_of(last).months_away(-12).from;
    let book = source.book(r.conn, &centre, &known, from)?;
    let limits = LimitBook::of(r.conn, &centre.id)?.limits(&known.definition, last);
    let path = format!("/kpis/{}/{}", centre.code, signal.code);
    let subject = Subject { known: &known, versions: &versions, book: &book, limits, path, lang: r.lang };
    let chart = if signal.rule.is_of_month() {
        subject.monthly(period)
    } else {
        source.charted(&known, &book).map(|charted| subject.control(&charted, &[]))
    };
    let shown = |value: Option<f64>| value.map(|value| words::figure(&known.definition, value));
    let open = signal.state == SignalState::Open;
    Ok(SignalView {
        id: signal.id.clone(),
        name: format!("{} {}", known.definition.name(r.lang), signal.period),
        row: SignalRow::of(r, &signal),
        centre: centre.code.clone(),
        centre_name: centre.name(r.lang).to_owned(),
        code: signal.code.clone(),
        rule: rule_name(signal.rule, r.lang),
        about: r.t(&format!("kpis-rule-{}-about", signal.rule.as_str().replace('_', "-"))),
        chart_name: detail.chart.map(|kind| chart_name(kind, r.lang)),
        owner: known.definition.owner.clone(),
        value: words::figure(&known.definition, detail.value),
        unit: words::unit(&known.definition, r.lang),
        lower: shown(detail.lower),
        upper: shown(detail.upper),
        centre_line: shown(detail.centre_line),
        detail,
        raised_at: signal.raised_at,
        explained_at: signal.explained_at,
        chart,
        may_answer: open && r.actor.may_at(Permission::ManageKpis, &centre.id),
        may_cycle: open && r.actor.may_at(Permission::RunCycles, &centre.id),
        history: history::of(r.conn, "signal", &signal.id, r.lang, r.shell.zone)?,
        cycle: signal.cycle_id,
        form: super::form_view(refused, r.lang),
    })
}
