//! Opening a cycle, also from a signal; changing its plan.

use actix_web::HttpRequest;
use actix_web::web::Path;
use serde::Serialize;

use super::figures::Figures;
use super::model::{ChangePlan, OpenCycle};
use super::view::{Choice, people_who_act};
use super::{service, test};
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::{self, Period};
use crate::web::form::form_urlencoded;
use crate::web::{Area, Flash, FormBody, PageResult, Reading, Typed, View, Visit};

#[derive(Serialize)]
struct Plan {
    /// The cycle that is changed; none = a new one.
    number: Option<String>,
    form: Typed,
    centres: Vec<Choice>,
    kpis: Vec<Choice>,
    people: Vec<Choice>,
    unit: String,
}

/// The form for a new cycle; `?signal=` fills it from a signal.
pub(super) async fn new(visit: Visit, request: HttpRequest) -> PageResult {
    let query = form_urlencoded(request.query_string().as_bytes());
    let signal = query.into_iter().find(|(name, _)| name == "signal").map(|(_, value)| value).filter(|id| !id.is_empty());
    plan_page(visit, None, None, signal, 200).await
}

async fn plan_page(visit: Visit, number: Option<String>, form: Option<Typed>, signal: Option<String>, status: u16) -> PageResult {
    visit
        .page("improvement/plan.html", move |r| {
            r.actor.see(Permission::RunCycles)?;
            let form = match (form, &number, &signal) {
                (Some(form), _, _) => form,
                (None, Some(number), _) => of_cycle(r, number)?,
                (None, None, Some(signal)) => of_signal(r, signal)?,
                (None, None, None) => fresh(r),
            };
            let title = r.t(if number.is_some() { "improvement-change-plan" } else { "improvement-new" });
            let view = plan(r, number, form)?;
            Ok(View::new(Area::Improvement, title, view).status(status))
        })
        .await
}

fn plan(r: &mut Reading<'_>, number: Option<String>, form: Typed) -> Result<Plan> {
    let actor = r.actor.clone();
    let centres = kpi::centres(r.conn, &actor)?
        .into_iter()
        .filter(|centre| actor.may_at(Permission::RunCycles, &centre.id))
        .map(|centre| Choice { label: format!("{} {}", centre.code, centre.name(r.lang)), value: centre.code })
        .collect();
    let measured = kpi::definitions(r.conn)?.into_iter().filter(|known| known.formula.is_some());
    let kpis = measured
        .map(|known| Choice { label: known.definition.name(r.lang).to_owned(), value: known.definition.code.clone() })
        .collect();
    let unit = match &number {
        Some(number) => {
            let cycle = service::find(r.conn, &actor, number)?;
            Figures::of(&kpi::definition(r.conn, &cycle.kpi_code)?, r.lang).unit()
        }
        None => String::new(),
    };
    Ok(Plan { number, form, centres, kpis, people: people_who_act(r)?, unit })
}

/// The three whole months before this one as baseline, a quarter ahead as due date.
fn fresh(r: &Reading<'_>) -> Typed {
    let month = Period::month_of(r.today);
    let (from, to) = (month.months_away(-3).from.to_string(), month.months_away(-1).to.to_string());
    let due = month.months_away(3).to.to_string();
    Typed::fresh(&[("baseline_from", &from), ("baseline_to", &to), ("due_on", &due), ("owner_id", &r.actor.id)])
}

fn of_signal(r: &mut Reading<'_>, id: &str) -> Result<Typed> {
    let signal = kpi::signal(r.conn, &r.actor, id)?;
    let centre = crate::organisation::centre(r.conn, &signal.centre_id)?;
    let known = kpi::definition(r.conn, &signal.code)?;
    let name = known.definition.name(r.lang).to_owned();
    let params = [("centre", centre.name(r.lang).to_owned()), ("kpi", name), ("period", signal.period.clone())];
    let title = crate::text::t(r.lang, "improvement-from-signal-title", &params);
    let problem = crate::text::t(r.lang, "improvement-from-signal-problem", &params);
    let mut form = fresh(r);
    for (field, value) in
        [("title", title), ("problem", problem), ("centre", centre.code), ("kpi", signal.code), ("signal", signal.id)]
    {
        form.values.insert(field.to_owned(), value.into());
    }
    Ok(form)
}

fn of_cycle(r: &mut Reading<'_>, number: &str) -> Result<Typed> {
    let cycle = service::find(r.conn, &r.actor, number)?;
    let test = test::of(r.conn, &cycle)?.map(|(test, _)| test);
    let worth = test.as_ref().map(|test| test.worth).filter(|worth| *worth > 0.0);
    let days = test.as_ref().and_then(|test| test.check_days);
    Ok(Typed::fresh(&[
        ("direction", test.as_ref().map_or("", |test| test.direction.as_str())),
        ("worth", &worth.map(|worth| worth.to_string()).unwrap_or_default()),
        ("check_days", &days.map(|days| days.to_string()).unwrap_or_default()),
        ("title", &cycle.title),
        ("problem", &cycle.problem),
        ("cause", &cycle.cause),
        ("baseline_from", &cycle.baseline_from.to_string()),
        ("baseline_to", &cycle.baseline_to.to_string()),
        ("goal", &cycle.goal.to_string()),
        ("due_on", &cycle.due_on.to_string()),
        ("row_version", &cycle.row_version.to_string()),
    ]))
}

/// Opens a cycle.
pub(super) async fn open(visit: Visit, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let done = match form.command::<OpenCycle>() {
        Ok(command) => visit.write_once(&form, move |tx| service::open(tx, &command).map(|cycle| cycle.number)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(number) => Ok(visit.see_other(&format!("/p/{number}"), Flash::ok_with("improvement-opened", &number))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            plan_page(visit, None, Some(typed), None, status).await
        }
    }
}

/// The form for the plan of a cycle.
pub(super) async fn edit(visit: Visit, path: Path<String>) -> PageResult {
    plan_page(visit, Some(path.into_inner()), None, None, 200).await
}

/// Changes the plan.
pub(super) async fn change(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let number = path.into_inner();
    let done = match form.command::<ChangePlan>() {
        Ok(command) => {
            let number = number.clone();
            visit.write(&form, move |tx| service::change_plan(tx, &number, &command)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(visit.see_other(&format!("/p/{number}"), Flash::ok("improvement-plan-saved"))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            plan_page(visit, Some(number), Some(typed), None, status).await
        }
    }
}
