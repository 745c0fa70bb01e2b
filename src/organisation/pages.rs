//! The organisation for administrators: name and zone, units, centres with their type, numbering schemes.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::model::{Centre, CentreType, ChangeOrganisation, NewCentre, NewUnit, Organisation, Unit};
use super::service;
use crate::actor::Permission;
use crate::error::Result;
use crate::text::Lang;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, Typed, View, Visit, lenient};

#[derive(Serialize)]
struct Page {
    organisation: Organisation,
    units: Vec<Unit>,
    centres: Vec<CentreRow>,
    schemes: Vec<SchemeRow>,
    form: Typed,
    /// Which form came back: `organisation`, `unit`, `scheme`.
    which: &'static str,
    zones: Vec<&'static str>,
}

#[derive(Serialize)]
struct CentreRow {
    centre: Centre,
    name: String,
    kind: String,
    unit: String,
}

#[derive(Serialize)]
struct SchemeRow {
    tier: String,
    label: String,
    purpose: &'static str,
    level: i64,
    pattern: String,
    row_version: i64,
}

/// An option of a choice.
#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
    help: Option<String>,
}

/// The organisation.
pub(super) async fn show(visit: Visit) -> PageResult {
    page(visit, Typed::default(), "", 200).await
}

async fn page(visit: Visit, form: Typed, which: &'static str, status: u16) -> PageResult {
    visit
        .page("organisation/show.html", move |r| {
            r.actor.see(Permission::ManageOrganisation)?;
            let view = view(r, form, which)?;
            Ok(View::new(Area::Admin, r.t("layout-admin-organisation"), view).status(status))
        })
        .await
}

fn view(r: &mut Reading<'_>, form: Typed, which: &'static str) -> Result<Page> {
    let units = service::units(r.conn)?;
    let unit_name =
        |id: &Option<String>| id.as_ref().and_then(|id| units.iter().find(|unit| unit.id == *id)).map(|unit| unit.code.clone());
    let centres = service::centres(r.conn)?
        .into_iter()
        .map(|centre| CentreRow {
            name: centre.name(r.lang).to_owned(),
            kind: r.t(&kind_key(centre.centre_type)),
            unit: unit_name(&centre.unit_id).unwrap_or_default(),
            centre,
        })
        .collect();
    let schemes = service::schemes(r.conn)?
        .into_iter()
        .map(|row| {
            let purpose = if row.purpose == "document_code" { "document_code" } else { "version_label" };
            SchemeRow {
                tier: r.t(&format!("tier-{}", row.tier)),
                label: r.t(&format!("organisation-scheme-{}", purpose.replace('_', "-"))),
                purpose,
                level: row.tier,
                pattern: row.pattern,
                row_version: row.row_version,
            }
        })
        .collect();
    Ok(Page { organisation: service::get(r.conn)?, centres, units, schemes, form, which, zones: service::common_zones() })
}

fn kind_key(kind: CentreType) -> String {
    format!("centre-type-{}", kind.as_str().replace('_', "-"))
}

/// Changes name and zone.
pub(super) async fn change(visit: Visit, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::ManageOrganisation).await?;
    let done = match form.command::<ChangeOrganisation>() {
        Ok(command) => visit.write(&form, move |tx| service::change(tx, &command)).await.map(drop),
        Err(error) => Err(error),
    };
    finish(visit, &form, done, "organisation", "organisation-saved").await
}

/// Adds a unit.
pub(super) async fn create_unit(visit: Visit, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::ManageOrganisation).await?;
    let done = match form.command::<NewUnit>() {
        Ok(command) => visit.write_once(&form, move |tx| service::create_unit(tx, &command).map(drop)).await,
        Err(error) => Err(error),
    };
    finish(visit, &form, done, "unit", "organisation-unit-created").await
}

/// A scheme as sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeScheme {
    purpose: String,
    #[serde(deserialize_with = "lenient::integer")]
    tier: i64,
    pattern: String,
    #[serde(deserialize_with = "lenient::integer")]
    row_version: i64,
}

/// Changes a numbering scheme.
pub(super) async fn change_scheme(visit: Visit, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::ManageOrganisation).await?;
    let done = match form.command::<ChangeScheme>() {
        Ok(c) => {
            visit.write(&form, move |tx| service::change_scheme(tx, &c.purpose, c.tier, &c.pattern, c.row_version)).await.map(drop)
        }
        Err(error) => Err(error),
    };
    finish(visit, &form, done, "scheme", "organisation-scheme-saved").await
}

async fn finish(visit: Visit, form: &Form, done: Result<()>, which: &'static str, said: &str) -> PageResult {
    match done {
        Ok(()) => Ok(visit.see_other("/organisation", Flash::ok(said))),
        Err(error) => {
            let (typed, status) = Typed::back(form, error, visit.lang())?;
            page(visit, typed, which, status).await
        }
    }
}

#[derive(Serialize)]
struct CentrePage {
    centre: Option<Centre>,
    kinds: Vec<Choice>,
    units: Vec<Choice>,
    zones: Vec<&'static str>,
    form: Typed,
}

/// The form for a new centre.
pub(super) async fn new_centre(visit: Visit) -> PageResult {
    centre_page(visit, None, None, 200).await
}

/// The form for a centre that is there.
pub(super) async fn show_centre(visit: Visit, path: Path<String>) -> PageResult {
    centre_page(visit, Some(path.into_inner()), None, 200).await
}

async fn centre_page(visit: Visit, id: Option<String>, form: Option<Typed>, status: u16) -> PageResult {
    visit
        .page("organisation/centre.html", move |r| {
            r.actor.see(Permission::ManageOrganisation)?;
            let centre = id.map(|id| service::centre(r.conn, &id)).transpose()?;
            let form = match (form, &centre) {
                (Some(form), _) => form,
                (None, Some(centre)) => values_of(centre),
                (None, None) => Typed::fresh(&[("zone", &service::get(r.conn)?.zone)]),
            };
            let units = service::units(r.conn)?
                .into_iter()
                .map(|u| Choice { label: format!("{} {}", u.code, u.name), value: u.id, help: None })
                .collect();
            let title = centre.as_ref().map_or_else(|| r.t("organisation-centre-new"), |centre| centre.name(r.lang).to_owned());
            let view = CentrePage { kinds: kinds(r.lang), units, zones: service::common_zones(), form, centre };
            Ok(View::new(Area::Admin, title, view).status(status))
        })
        .await
}

fn values_of(centre: &Centre) -> Typed {
    let version = centre.row_version.to_string();
    Typed::fresh(&[
        ("code", &centre.code),
        ("name", &centre.name),
        ("name_en", centre.name_en.as_deref().unwrap_or_default()),
        ("unit_id", centre.unit_id.as_deref().unwrap_or_default()),
        ("zone", &centre.zone),
        ("centre_type", centre.centre_type.as_str()),
        ("active", if centre.active { "on" } else { "" }),
        ("row_version", &version),
    ])
}

fn kinds(lang: Lang) -> Vec<Choice> {
    let text = |key: String| crate::text::t(lang, &key, &[]);
    let all = CentreType::ALL.iter();
    all.map(|kind| Choice {
        value: kind.as_str().into(),
        label: text(kind_key(*kind)),
        help: Some(text(format!("organisation-type-{}-help", kind.as_str().replace('_', "-")))),
    })
    .collect()
}

/// Adds a centre.
pub(super) async fn create_centre(visit: Visit, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::ManageOrganisation).await?;
    let done = match form.command::<NewCentre>() {
        Ok(command) => visit.write_once(&form, move |tx| service::create_centre(tx, &command).map(|centre| centre.name)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(name) => Ok(visit.see_other("/organisation", Flash::ok_with("organisation-centre-created", &name))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            centre_page(visit, None, Some(typed), status).await
        }
    }
}

/// A changed centre as sent.
#[derive(Debug, Clone, Deserialize)]
struct ChangedCentre {
    #[serde(flatten)]
    centre: NewCentre,
    #[serde(default, deserialize_with = "lenient::boolean")]
    active: bool,
    #[serde(deserialize_with = "lenient::integer")]
    row_version: i64,
}

/// Changes a centre; its code stays.
pub(super) async fn change_centre(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::ManageOrganisation).await?;
    let id = path.into_inner();
    let done = match form.command::<ChangedCentre>() {
        Ok(sent) => {
            let centre = id.clone();
            visit.write(&form, move |tx| service::change_centre(tx, &centre, &sent.centre, sent.active, sent.row_version)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(centre) => Ok(visit.see_other("/organisation", Flash::ok_with("organisation-centre-saved", &centre.name))),
        Err(error) => {
            let (typed, status) = Typed::back(&form, error, visit.lang())?;
            centre_page(visit, Some(id), Some(typed), status).await
        }
    }
}
