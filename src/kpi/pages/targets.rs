//! `/kpis/targets/{centre}`: every KPI of a centre with its limits, since when and from where, and whether it applies; each is changed in
//! its place, from a day on, with a reason.

use std::collections::BTreeMap;

use actix_web::web::{Path, Query};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::measure::{TargetForm, filled};
use super::words;
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::pack::Limits;
use crate::kpi::{self, Known, LimitBook, ProfileBook, SetApplicability, SwitchBook};
use crate::organisation::Centre;
use crate::text::t;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

/// Which row is open.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    edit: Option<String>,
}

#[derive(Serialize)]
struct Row {
    code: String,
    name: String,
    href: String,
    weight: Option<String>,
    unit: String,
    limits: String,
    /// There are some.
    limited: bool,
    /// The day from which the centre's own limits count; none: those of the definition.
    since: Option<String>,
    source: String,
    applies: bool,
    /// Why it was switched, and from when on.
    switched: Option<String>,
    switched_on: Option<String>,
    band: bool,
    /// Its form is open.
    open: bool,
}

#[derive(Serialize)]
struct Targets {
    code: String,
    name: String,
    rows: Vec<Row>,
    may_manage: bool,
    form: serde_json::Value,
    switch: serde_json::Value,
}

/// What stands in the open row.
enum Refused {
    Limits(Form, Error),
    Switch(Form, Error),
}

/// The targets of a centre.
pub(crate) async fn show(visit: Visit, code: Path<String>, asked: Query<Asked>) -> PageResult {
    let edit = asked.into_inner().edit;
    page(visit, code.into_inner(), edit, None).await
}

async fn page(visit: Visit, centre: String, edit: Option<String>, refused: Option<Refused>) -> PageResult {
    visit
        .page("kpis/targets.html", move |r| {
            let centre = kpi::visible(r.conn, &r.actor, &centre)?;
            let view = view(r, &centre, edit.as_deref(), refused.as_ref())?;
            let title = t(r.lang, "kpit-title", &[("centre", view.name.clone())]);
            let status = refused.as_ref().map_or(200, |refused| match refused {
                Refused::Limits(_, error) | Refused::Switch(_, error) => error.status(),
            });
            Ok(View::new(Area::Kpis, title, view).status(status))
        })
        .await
}

fn view(r: &mut Reading<'_>, centre: &Centre, edit: Option<&str>, refused: Option<&Refused>) -> Result<Targets> {
    let (limits, switches) = (LimitBook::of(r.conn, &centre.id)?, SwitchBook::of(r.conn, &centre.id)?);
    let profiles = ProfileBook::read(r.conn)?;
    let profile = profiles.on(centre.centre_type, r.today).ok_or(Error::NotFound)?.profile.clone();
    let may_manage = r.actor.may_at(Permission::ManageKpis, &centre.id);
    let known = kpi::definitions(r.conn)?;
    let weight = |known: &Known| {
        let (family, weight) = profile.of_kpi(&known.definition.code)?;
        let family = profile.family.get(family).map_or(0, |family| family.weight);
        Some(f64::from(weight) * f64::from(family) / 100.0)
    };
    let mut all: Vec<(Option<f64>, &Known)> = known.iter().map(|known| (weight(known), known)).collect();
    all.sort_by(|one, other| other.0.unwrap_or(-1.0).total_cmp(&one.0.unwrap_or(-1.0)));
    let open = edit.filter(|_| may_manage);
    let counting = |known: &Known| limits.limits(&known.definition, r.today);
    let rows = all.iter().map(|(weight, known)| row(r, centre, (*weight, known), &limits, &switches, open)).collect();
    let shown = known.iter().find(|known| Some(known.definition.code.as_str()) == open).map(counting).unwrap_or_default();
    let (mut form, mut switch) = (filled(&shown, r.today), empty_switch(r.today));
    match refused {
        Some(Refused::Limits(typed, error)) => form = super::form_view(Some((typed, error)), r.lang),
        Some(Refused::Switch(typed, error)) => switch = super::form_view(Some((typed, error)), r.lang),
        None => {}
    }
    Ok(Targets { code: centre.code.clone(), name: centre.name(r.lang).to_owned(), rows, may_manage, form, switch })
}

fn empty_switch(today: NaiveDate) -> serde_json::Value {
    let first = kpi::Period::month_of(today).from;
    json!({"values": {"starts_on": first.to_string()}, "errors": {}, "summary": []})
}

fn row(
    r: &Reading<'_>,
    centre: &Centre,
    (weight, known): (Option<f64>, &Known),
    limits: &LimitBook,
    switches: &SwitchBook,
    open: Option<&str>,
) -> Row {
    let definition = &known.definition;
    let own = limits.own(&definition.code, r.today);
    let counting: Limits = own.map_or(definition.limits, |(_, limits)| limits);
    let switch = switches.switch(&definition.code, r.today);
    let from_pack = || match &definition.provenance {
        Some(provenance) => t(r.lang, "kpit-definition-from", &[("from", r.t(&format!("kpis-source-{provenance}")))]),
        None => r.t("kpit-definition"),
    };
    Row {
        code: definition.code.clone(),
        name: definition.name(r.lang).to_owned(),
        href: format!("/kpis/{}/{}", centre.code, definition.code),
        weight: weight.map(|weight| format!("{weight:.1}%")),
        unit: words::unit(definition, r.lang),
        limits: words::limits(definition, &counting, r.lang),
        limited: counting.scale().is_some(),
        since: own.map(|(from, _)| from.to_string()),
        source: if own.is_some() { r.t("kpit-own") } else { from_pack() },
        applies: switch.is_none_or(|switch| switch.applies),
        switched: switch.map(|switch| switch.reason.clone()),
        switched_on: switch.map(|switch| switch.starts_on.to_string()),
        band: definition.direction == "band",
        open: open == Some(definition.code.as_str()),
    }
}

/// The centre's id, for whoever may manage its KPIs.
async fn managed(visit: &Visit, centre: &str) -> Result<String> {
    let centre = centre.to_owned();
    visit
        .read(move |r| {
            let centre = kpi::visible(r.conn, &r.actor, &centre)?;
            r.actor.require_at(Permission::ManageKpis, &centre.id)?;
            Ok(centre.id)
        })
        .await
}

/// Sets the limits of a KPI from a day on.
pub(crate) async fn set(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (centre, code) = path.into_inner();
    let id = managed(&visit, &centre).await?;
    visit.check_csrf(&form)?;
    let done = match form.command::<TargetForm>() {
        Ok(limits) => {
            let command = limits.of(&code, id);
            visit.write(&form, move |tx| kpi::set_target(tx, &command)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(visit.see_other(&format!("/kpis/targets/{centre}"), Flash::ok("kpis-target-set"))),
        Err(error @ Error::Invalid(_)) => page(visit, centre, Some(code), Some(Refused::Limits(form, error))).await,
        Err(error) => Err(error.into()),
    }
}

/// Switches a KPI of a centre off or on, from a day on.
pub(crate) async fn switch(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (centre, code) = path.into_inner();
    let id = managed(&visit, &centre).await?;
    visit.check_csrf(&form)?;
    let done = match switched(&form, &code, id) {
        Ok(command) => visit.write(&form, move |tx| kpi::set_applicability(tx, &command)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(row) => {
            let flash = Flash::ok(if row.applies { "kpit-switched-on" } else { "kpit-switched-off" });
            Ok(visit.see_other(&format!("/kpis/targets/{centre}"), flash))
        }
        Err(error @ Error::Invalid(_)) => page(visit, centre, Some(code), Some(Refused::Switch(form, error))).await,
        Err(error) => Err(error.into()),
    }
}

fn switched(form: &Form, code: &str, centre_id: String) -> Result<SetApplicability> {
    let starts_on = form.get("starts_on").and_then(|day| day.parse::<NaiveDate>().ok());
    let starts_on = starts_on.ok_or_else(|| Error::field("starts_on", "required"))?;
    let typed: BTreeMap<String, String> = form.values();
    Ok(SetApplicability {
        code: code.to_owned(),
        centre_id,
        starts_on,
        applies: typed.get("applies").is_some_and(|sent| sent == "yes"),
        reason: typed.get("reason").cloned().unwrap_or_default(),
    })
}
