//! `/kpis/{centre}/{code}/phases`: the phases of a control chart, and the form that freezes new limits with a reason.

use actix_web::web::{Path, Query};
use serde::Serialize;
use serde_json::json;

use super::control::{self, ControlView};
use super::figures::Subject;
use super::measure::Asked;
use super::words;
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::control::Grain;
use crate::kpi::service::{ChartSource, Versions};
use crate::kpi::{self, FreezePhase, LimitBook};
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

#[derive(Serialize)]
struct PhasesView {
    centre: String,
    centre_name: String,
    code: String,
    name: String,
    control: ControlView,
    may_freeze: bool,
    form: serde_json::Value,
}

/// The phases of a chart.
pub(crate) async fn show(visit: Visit, path: Path<(String, String)>, asked: Query<Asked>) -> PageResult {
    let (centre, code) = path.into_inner();
    visit
        .page("kpis/phases.html", move |r| {
            let view = view(r, &centre, &code, asked.points.as_deref(), None)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

/// Freezes new limits.
pub(crate) async fn freeze(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (centre, code) = path.into_inner();
    visit.require(Permission::ManageKpis).await?;
    let points = form.get("points").map(str::to_owned);
    let done = match form.command::<FreezePhase>() {
        Ok(command) => {
            let (command, code) = (FreezePhase { centre: centre.clone(), ..command }, code.clone());
            visit.write_once(&form, move |tx| kpi::freeze(tx, &code, &command).map(|row| row.grain)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(grain) => {
            Ok(visit.see_other(&format!("/kpis/{centre}/{code}/phases?points={}", grain.as_str()), Flash::ok("kpis-phase-frozen")))
        }
        Err(error @ Error::Invalid(_)) => {
            visit
                .page("kpis/phases.html", move |r| {
                    let view = view(r, &centre, &code, points.as_deref(), Some((&form, &error)))?;
                    Ok(View::new(Area::Kpis, view.name.clone(), view).status(422))
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

fn view(
    r: &mut Reading<'_>,
    centre: &str,
    code: &str,
    points: Option<&str>,
    refused: Option<(&Form, &Error)>,
) -> Result<PhasesView> {
    let centre = kpi::visible(r.conn, &r.actor, centre)?;
    let period = words::asked(r.conn, None, Some(&centre.id), r.today)?;
    let versions = Versions::of(r.conn, code)?;
    let known = versions.on(period.to).cloned().ok_or(Error::NotFound)?;
    let limits = LimitBook::of(r.conn, &centre.id)?.limits(&known.definition, period.to);
    let last = kpi::last_day(r.conn, &centre.id)?.unwrap_or(period.to);
    let source = ChartSource::of(r.conn, &centre, &known, points.and_then(Grain::parse), last, r.today)?;
    let book = source.book(r.conn, &centre, &known, last)?;
    let path = format!("/kpis/{}/{code}", centre.code);
    let subject = Subject { known: &known, versions: &versions, book: &book, limits, path, lang: r.lang };
    let form = match refused {
        Some(_) => super::form_view(refused, r.lang),
        None => filled(&source, source.charted(&known, &book).as_ref().and_then(control::proposed)),
    };
    Ok(PhasesView {
        control: control::view(r, &source, &subject, &centre, (period, None))?,
        centre: centre.code.clone(),
        centre_name: centre.name(r.lang).to_owned(),
        code: code.to_owned(),
        name: known.definition.name(r.lang).to_owned(),
        may_freeze: known.formula.is_some() && r.actor.may_at(Permission::ManageKpis, &centre.id),
        form,
    })
}

/// The form with the days that suggest themselves.
fn filled(source: &ChartSource, proposed: Option<[chrono::NaiveDate; 3]>) -> serde_json::Value {
    let [from, to, starts_on] = proposed.map_or_else(Default::default, |days| days.map(|day| day.to_string()));
    json!({
        "values": {
            "points": source.grain.as_str(),
            "baseline_from": from,
            "baseline_to": to,
            "starts_on": starts_on,
            "reason": "",
        },
        "errors": {},
        "summary": [],
    })
}
