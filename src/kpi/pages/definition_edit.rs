//! The form of a KPI definition: a new one, a change, the check while it is typed. What is wrong is said at its place.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{definition_form, definitions, figures};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::control::{ChartKind, Grain, code_of_rule};
use crate::kpi::definition::{DIRECTIONS, RULES, SOURCES, UNITS, check_expression};
use crate::kpi::method::MethodKind;
use crate::kpi::statistics::Rule;
use crate::kpi::vocabulary::Vocabulary;
use crate::kpi::{self, Known, SignalRule};
use crate::text::{Lang, t};
use crate::web::{Area, Flash, Form, FormBody, PageError, PageResult, Reading, View, Visit};

/// What the live check asks.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    expression: String,
    #[serde(default)]
    parameters: String,
}

/// Checks one expression while it is typed: a fragment that says what it counts, or what is wrong and where.
pub(crate) async fn check(visit: Visit, typed: Query<Typed>) -> std::result::Result<HttpResponse, PageError> {
    let html = visit
        .read(move |r| {
            r.actor.see(Permission::ManageKpis)?;
            let found = judged(&typed.expression, &typed.parameters, r.lang);
            let page = tera::Value::from_serializable(&json!({"lang": r.lang.tag()}));
            r.site.templates.render("kpis/check.html", &page, &found)
        })
        .await?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}

fn judged(expression: &str, parameters: &str, lang: Lang) -> Value {
    match check_expression(expression, &definition_form::parameters_of(parameters)) {
        Ok(program) if program.is_condition() => json!({"fine": t(lang, "kpid-check-condition", &[])}),
        Ok(program) => {
            let unit = program.unit().text(Vocabulary::shipped(), lang);
            json!({"fine": t(lang, "kpid-check-unit", &[("unit", unit)])})
        }
        Err(problem) => {
            let number =
                |name: &str| problem.params.iter().find(|(param, _)| param == name).and_then(|(_, text)| text.parse().ok());
            let place = number("start").zip(number("end")).and_then(|(start, end)| definition_form::cut(expression, start, end));
            json!({"wrong": problem.message(lang), "place": place})
        }
    }
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Editing {
    code: Option<String>,
    name: String,
    action: String,
    version: Option<i64>,
    /// A change must say from when on it counts.
    dated: bool,
    families: Vec<Choice>,
    kinds: Vec<Choice>,
    units: Vec<Choice>,
    directions: Vec<Choice>,
    rules: Vec<Choice>,
    provenances: Vec<Choice>,
    charts: Vec<Choice>,
    grains: Vec<Choice>,
    /// The rules that points can be read by, with their numbers.
    chart_rules: Vec<Choice>,
    form: Value,
    /// The check was asked for and found nothing.
    sound: bool,
}

fn editing(r: &mut Reading<'_>, known: Option<&Known>, form: Value, sound: bool) -> Result<Editing> {
    let lang = r.lang;
    let family = |family: crate::kpi::pack::Family| Choice { label: family.name(lang).to_owned(), value: family.code };
    let families = kpi::families(r.conn)?.into_iter().map(family).collect();
    let choices = |values: &[&str], label: &dyn Fn(&str) -> String| -> Vec<Choice> {
        values.iter().map(|value| Choice { value: (*value).to_owned(), label: label(value) }).collect()
    };
    let units: Vec<&str> = UNITS.iter().map(|(unit, ..)| *unit).collect();
    let code = known.map(|known| known.definition.code.clone());
    Ok(Editing {
        action: code.as_ref().map_or_else(|| "/kpis/definitions".to_owned(), |code| format!("/kpis/definitions/{code}")),
        name: known.map_or_else(|| t(lang, "kpid-new", &[]), |known| known.definition.name(lang).to_owned()),
        code,
        version: known.map(|known| known.version),
        dated: known.is_some(),
        families,
        kinds: MethodKind::ALL
            .iter()
            .map(|kind| Choice { value: kind.as_str().to_owned(), label: definitions::kind_name(*kind, lang) })
            .collect(),
        units: choices(&units, &|unit| definitions::unit_name(unit, lang)),
        directions: choices(DIRECTIONS, &|direction| definitions::direction_name(direction, lang)),
        rules: choices(RULES, &|rule| definitions::rule_name(rule, lang)),
        charts: ChartKind::ALL
            .iter()
            .map(|kind| Choice { value: kind.as_str().to_owned(), label: super::control::chart_name(*kind, lang) })
            .collect(),
        grains: Grain::ALL
            .iter()
            .map(|grain| Choice {
                value: grain.as_str().to_owned(),
                label: t(lang, &format!("kpis-points-{}", grain.as_str()), &[]),
            })
            .collect(),
        chart_rules: Rule::ALL
            .iter()
            .map(|rule| Choice { value: code_of_rule(*rule).to_owned(), label: figures::rule_name(SignalRule::of(*rule), lang) })
            .collect(),
        provenances: choices(SOURCES, &|source| t(lang, &format!("kpis-source-{source}"), &[])),
        form,
        sound,
    })
}

/// The empty form.
pub(crate) async fn new(visit: Visit) -> PageResult {
    visit
        .page("kpis/definition_form.html", move |r| {
            r.actor.see(Permission::ManageKpis)?;
            let values = json!({"direction": "higher", "n_rule": "P", "unit": "percent", "method.kind": "proportion"});
            let form = json!({"values": values, "errors": {}, "places": {}, "summary": []});
            let view = editing(r, None, form, false)?;
            Ok(View::new(Area::Kpis, r.t("kpid-new"), view))
        })
        .await
}

/// The form with the newest version in it; a change counts from the first of this month on unless another day is chosen.
pub(crate) async fn edit(visit: Visit, code: Path<String>) -> PageResult {
    visit
        .page("kpis/definition_form.html", move |r| {
            r.actor.see(Permission::ManageKpis)?;
            let known = kpi::definition(r.conn, &code)?;
            let mut values = serde_json::to_value(definition_form::fields(&known.definition))?;
            let first = kpi::Period::month_of(r.today).from;
            let starts_on = known.definition.starts_on.map_or(first, |before| before.max(first));
            values["starts_on"] = json!(starts_on.to_string());
            let form = json!({"values": values, "errors": {}, "places": {}, "summary": []});
            let view = editing(r, Some(&known), form, false)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

/// Adds a KPI.
pub(crate) async fn create(visit: Visit, FormBody(form): FormBody) -> PageResult {
    save(visit, form, None).await
}

/// Adds a version.
pub(crate) async fn change(visit: Visit, code: Path<String>, FormBody(form): FormBody) -> PageResult {
    save(visit, form, Some(code.into_inner())).await
}

async fn save(visit: Visit, form: Form, code: Option<String>) -> PageResult {
    let known = code.clone();
    let before = visit
        .read(move |r| {
            r.actor.require(Permission::ManageKpis)?;
            known.map(|code| kpi::definition(r.conn, &code)).transpose()
        })
        .await?;
    visit.check_csrf(&form)?;
    let (command, unread) = definition_form::command(&form, before.as_ref().map(|known| known.definition.as_ref()));
    if !unread.is_empty() || form.get("_check").is_some() {
        let families = visit.read(|r| Ok(kpi::families(r.conn)?.into_iter().map(|family| family.code).collect::<Vec<_>>())).await?;
        let mut problems = unread;
        problems.extend(command.definition.problems(&families));
        return again(visit, form, command, before, problems).await;
    }
    let saved = command.clone();
    match visit.write(&form, move |tx| kpi::save_definition(tx, &saved)).await {
        Ok(known) => {
            let to = format!("/kpis/definitions/{}", known.definition.code);
            Ok(visit.see_other(&to, Flash::ok_with("kpid-saved", &format!("v{}", known.version))))
        }
        // What was typed stays; saved once more, it becomes the newer version.
        Err(Error::Stale) => {
            let stale = vec![crate::error::Problem::whole("kpi-definition-stale")];
            again(visit, form, command, before, stale).await
        }
        Err(Error::Invalid(problems)) => again(visit, form, command, before, problems).await,
        Err(error) => Err(error.into()),
    }
}

/// The form as it was typed, with what is wrong and where.
async fn again(
    visit: Visit,
    form: Form,
    command: kpi::SaveDefinition,
    before: Option<Known>,
    problems: Vec<crate::error::Problem>,
) -> PageResult {
    visit
        .page("kpis/definition_form.html", move |r| {
            let shown = definition_form::refused(&form, &problems, &command, r.lang);
            let view = editing(r, before.as_ref(), shown, problems.is_empty())?;
            Ok(View::new(Area::Kpis, view.name.clone(), view).status(if problems.is_empty() { 200 } else { 422 }))
        })
        .await
}
