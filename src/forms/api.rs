//! Forms as JSON: what a program needs to fill one in.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::OpenApi;

use super::{Field, Form, Label};
use crate::actor::{Actor, Permission};
use crate::api::{ApiResult, ApiVisit, Page};
use crate::error::Result;

/// A form in force.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FormLine {
    /// Code.
    code: String,
    /// Title.
    title: Label,
    /// Label of the version in force.
    version: String,
}

/// A form in force with what it asks for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FormView {
    /// Code.
    code: String,
    /// Title.
    title: Label,
    /// Label of the version in force.
    version: String,
    /// Number scheme of its records; none = year, month and a serial.
    number: Option<String>,
    /// What is to be filled in, in order.
    fields: Vec<Field>,
}

/// Forms are documents, and what a record is filled in on.
fn admit(actor: &Actor) -> Result<()> {
    if actor.may(Permission::FillRecords) { Ok(()) } else { actor.see(Permission::ReadDocuments) }
}

fn title(form: &Form) -> Label {
    Label { zh: form.title_zh.clone(), en: form.title_en.clone() }
}

/// All forms in force, by code.
#[utoipa::path(get, path = "/api/v1/forms", tag = "records", responses((status = 200, body = Page<FormLine>)))]
pub(super) async fn list(visit: ApiVisit) -> ApiResult {
    let forms = visit
        .read(|r| {
            admit(&r.actor)?;
            super::in_force(r.conn)
        })
        .await?;
    let items = forms.into_iter().map(|form| FormLine { title: title(&form), code: form.code, version: form.label }).collect();
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

/// The version of a form that is in force, with its fields.
#[utoipa::path(get, path = "/api/v1/forms/{code}", tag = "records", params(("code" = String, Path, description = "Code")),
    responses((status = 200, body = FormView)))]
pub(super) async fn form(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    let view = visit
        .read(move |r| {
            admit(&r.actor)?;
            let form = super::by_code(r.conn, &code)?;
            let declared = form.definition()?;
            Ok(FormView {
                title: title(&form),
                code: form.code,
                version: form.label,
                number: declared.number,
                fields: declared.fields,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(OpenApi)]
#[openapi(paths(list, form))]
struct Contract;

/// This slice's part of the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}
