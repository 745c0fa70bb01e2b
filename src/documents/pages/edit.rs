//! The editor: a new document, a draft's content, preview and keeping what is typed. A conflict shows both texts and loses neither.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::super::command::{Bilingual, NewDocument, SaveDraft};
use super::super::declaration;
use super::super::model::{Document, Version};
use super::super::render::{self, Source};
use super::super::service::{autosave, derive, draft, read};
use super::{Choice, Filled, refused};
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::organisation;
use crate::text::{Lang, t};
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit, block};

/// `?restore=1` takes back what was typed and not saved.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Restore {
    restore: Option<String>,
}

/// `?text=` language of the text to preview.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    text: Option<String>,
}

/// The editor's content.
#[derive(Serialize)]
struct Editor {
    document: Document,
    version: Version,
    form: Filled,
    owners: Vec<Choice>,
    /// Rendered texts beside the editors.
    preview: BTreeMap<&'static str, String>,
    /// What the other one saved meanwhile.
    theirs: Option<Theirs>,
    /// Something typed earlier is kept.
    kept: Option<autosave::Kept>,
    /// What is wrong with the stored declaration of a form: it can be saved so, not submitted.
    faults: Vec<String>,
}

/// The stored content, shown beside what was typed.
#[derive(Serialize)]
struct Theirs {
    at: crate::db::Instant,
    title: Bilingual,
    text: Bilingual,
}

/// The form of a new document.
#[derive(Serialize)]
struct Blank {
    form: Filled,
    tiers: Vec<Choice>,
    owners: Vec<Choice>,
}

fn owners(r: &mut Reading<'_>) -> Result<Vec<Choice>> {
    let english = r.lang == Lang::En;
    let units = organisation::units(r.conn)?;
    let choice = |unit: organisation::Unit| {
        let name = unit.name_en.filter(|_| english).unwrap_or(unit.name);
        Choice { label: format!("{} {name}", unit.code), value: unit.code, help: String::new() }
    };
    Ok(units.into_iter().map(choice).collect())
}

pub(super) async fn blank(visit: Visit) -> PageResult {
    visit.page("documents/new.html", |r| new_page(r, Filled::default())).await
}

fn new_page(r: &mut Reading<'_>, form: Filled) -> Result<View<Blank>> {
    r.actor.see(Permission::WriteDocuments)?;
    let tiers =
        (1..=4).map(|tier| Choice { value: tier.to_string(), label: r.t(&format!("tier-{tier}")), help: String::new() }).collect();
    let view = Blank { form, tiers, owners: owners(r)? };
    Ok(View::new(Area::Documents, r.t("documents-new"), view))
}

pub(super) async fn create(visit: Visit, FormBody(form): FormBody) -> PageResult {
    let done = match form.command::<NewDocument>() {
        Ok(command) => visit.write_once(&form, move |tx| Ok(draft::create(tx, &command)?.1.id)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(version) => Ok(visit.see_other(&format!("/documents/{version}/edit"), Flash::ok("documents-created"))),
        Err(error) => {
            let problems = refused(error)?;
            let page = move |r: &mut Reading<'_>| Ok(new_page(r, Filled::of(&form).with(&problems, r.lang))?.status(422));
            visit.page("documents/new.html", page).await
        }
    }
}

pub(super) async fn show(visit: Visit, id: Path<String>, restore: Query<Restore>) -> PageResult {
    visit
        .page("documents/edit.html", move |r| {
            let (document, version) = draft::for_editing(r.conn, &r.actor, &id)?;
            let mut form = stored(r, &version)?;
            let mut kept = autosave::kept(r.conn, &r.actor, &version.id)?;
            if restore.restore.is_some()
                && let Some(typed) = kept.take()
            {
                form.values.extend(
                    typed.values.into_iter().filter(|(name, _)| !name.starts_with('_')).map(|(name, value)| (name, value.into())),
                );
            }
            editor(r, document, version, form, kept)
        })
        .await
}

/// The form as the stored draft fills it.
fn stored(r: &mut Reading<'_>, version: &Version) -> Result<Filled> {
    let mut form = Filled::default();
    let extra = version.extras()?;
    form.set("title.zh", version.title_zh.clone().unwrap_or_default());
    form.set("title.en", version.title_en.clone().unwrap_or_default());
    for lang in Lang::ALL {
        form.set(&format!("text.{}", lang.code()), read::text(r.conn, version, lang)?.unwrap_or_default());
    }
    form.set("parents", version.parent_codes()?.join(if r.lang == Lang::En { ", " } else { "，" }));
    form.set("owner", extra.owner);
    form.set("form", declaration::shown(&extra.form)?);
    form.set("row_version", version.row_version);
    Ok(form)
}

fn editor(
    r: &mut Reading<'_>,
    document: Document,
    version: Version,
    form: Filled,
    kept: Option<autosave::Kept>,
) -> Result<View<Editor>> {
    let title = t(r.lang, "documents-editing", &[("what", format!("{} {}", document.code, version.label))]);
    let mut preview = BTreeMap::new();
    for lang in Lang::ALL {
        let text = form.values.get(&format!("text.{}", lang.code())).and_then(|value| value.as_str()).unwrap_or_default();
        preview.insert(lang.code(), rendered(text, version.title(lang), lang, r.lang));
    }
    let faults = faults(&document, &version)?.iter().map(|problem| problem.message(r.lang)).collect();
    let view = Editor { owners: owners(r)?, document, version, form, preview, theirs: None, kept, faults };
    Ok(View::new(Area::Documents, title, view))
}

/// What is wrong with the declaration of a form's draft.
fn faults(document: &Document, version: &Version) -> Result<Vec<Problem>> {
    if document.tier != 4 {
        return Ok(Vec::new());
    }
    match declaration::check(&version.extras()?.form) {
        Ok(_) => Ok(Vec::new()),
        Err(error) => refused(error),
    }
}

/// The preview of a text, or why there is none.
fn rendered(text: &str, title: &str, lang: Lang, page: Lang) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    match render::render(text, &Source { lang, title, files: &BTreeMap::new() }) {
        Ok(made) => made.html.clone(),
        // The messages are ours; numbers are their only parameters.
        Err(error) => format!("<p class=\"err\">{}</p>", error.message(page)),
    }
}

pub(super) async fn save(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    let version = id.into_inner();
    let done = match form.command::<SaveDraft>() {
        Ok(command) => save_prepared(&visit, &form, &version, command).await,
        Err(error) => Err(error),
    };
    match done {
        Ok((document, version)) => {
            let name = format!("{} {}", document.code, version.label);
            let next = if !faults(&document, &version)?.is_empty() {
                format!("/documents/{}/edit", version.id)
            } else if form.get("next") == Some("submit") {
                format!("/documents/{}/submit", version.id)
            } else {
                reader(&document, &version)
            };
            Ok(visit.see_other(&next, Flash::ok_with("documents-saved", &name)))
        }
        Err(Error::Stale) => conflict(visit, version, form).await,
        Err(error) => {
            let problems = refused(error)?;
            let again = move |r: &mut Reading<'_>| refilled(r, &version, &form, &problems, None);
            visit.page("documents/edit.html", again).await
        }
    }
}

/// Renders before the write, which then finds the texts rendered.
async fn save_prepared(visit: &Visit, form: &Form, version: &str, command: SaveDraft) -> Result<(Document, Version)> {
    let (title, text, id) = (command.title.clone(), command.text.clone(), version.to_owned());
    block(move || derive::prepare(&title, &text)).await?;
    visit.write(form, move |tx| draft::save(tx, &id, &command)).await
}

/// Where a draft is read.
pub(super) fn reader(document: &Document, version: &Version) -> String {
    format!("{}?v={}", render::href(&document.code), version.label)
}

/// The editor again, with what was typed.
fn refilled(r: &mut Reading<'_>, version: &str, form: &Form, problems: &[Problem], theirs: Option<Theirs>) -> Result<View<Editor>> {
    let (document, version) = draft::for_editing(r.conn, &r.actor, version)?;
    let mut filled = Filled::of(form).with(problems, r.lang);
    let status = if theirs.is_some() { 409 } else { 422 };
    if theirs.is_some() {
        filled.set("row_version", version.row_version);
    }
    let mut view = editor(r, document, version, filled, None)?;
    view.view.theirs = theirs;
    Ok(view.status(status))
}

/// Somebody saved meanwhile: both texts, and a form that saves over theirs knowingly.
async fn conflict(visit: Visit, version: String, form: Form) -> PageResult {
    visit
        .page("documents/edit.html", move |r| {
            let (_, stored) = draft::for_editing(r.conn, &r.actor, &version)?;
            let mut text = Bilingual::default();
            for lang in Lang::ALL {
                text.set(lang, read::text(r.conn, &stored, lang)?);
            }
            let title = Bilingual { zh: stored.title_zh.clone(), en: stored.title_en.clone() };
            refilled(r, &version, &form, &[], Some(Theirs { at: stored.updated_at, title, text }))
        })
        .await
}

pub(super) async fn preview(visit: Visit, which: Query<Which>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let html = visit
        .read(move |r| {
            r.actor.see(Permission::WriteDocuments)?;
            let lang = which.text.as_deref().and_then(Lang::parse).unwrap_or(r.lang);
            let value = |part: &str| form.get(&format!("{part}.{}", lang.code())).unwrap_or_default().to_owned();
            Ok(rendered(&value("text"), &value("title"), lang, r.lang))
        })
        .await?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}

pub(super) async fn autosave(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    visit
        .read(move |r| {
            let (_, version) = draft::for_editing(r.conn, &r.actor, &id)?;
            autosave::keep(&r.site.ledger, &r.actor, &version.id, &form.values())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
