//! One record: the entry form, the draft, the locked record.

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::Serialize;

use super::pages::centre_name;
use super::{FillRecord, Record, State, service};
use crate::actor::Permission;
use crate::db::Instant;
use crate::error::{Error, Result};
use crate::forms::{self, Field, Form, Kind};
use crate::history::{self, Line};
use crate::organisation;
use crate::text::{Lang, t};
use crate::web::{Area, Flash, FormBody, PageResult, Reading, View, Visit, escape};

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Input {
    name: String,
    label: String,
    help: Option<String>,
    kind: Kind,
    required: bool,
    options: Vec<Choice>,
    top: i64,
}

#[derive(Serialize)]
struct Item {
    field: String,
    text: String,
}

#[derive(Serialize, Default)]
struct Typed {
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Entry {
    code: String,
    title: String,
    version: String,
    /// The draft was begun on an earlier version of the form.
    moved: bool,
    register: String,
    action: String,
    discard: Option<String>,
    row_version: Option<String>,
    fields: Vec<Input>,
    centres: Vec<Choice>,
    form: Typed,
    items: Vec<Item>,
}

/// What was typed, and what was wrong with it.
#[derive(Default)]
struct Again {
    values: BTreeMap<String, String>,
    error: Option<Error>,
}

impl Again {
    fn status(&self) -> u16 {
        match &self.error {
            None => 200,
            Some(Error::Stale) => 409,
            Some(error) => error.status(),
        }
    }

    fn items(&self, lang: Lang) -> Vec<Item> {
        let Some(error) = &self.error else { return Vec::new() };
        let problems = error.problems();
        if problems.is_empty() {
            return vec![Item { field: String::new(), text: error.message(lang) }];
        }
        problems.iter().map(|p| Item { field: p.field.clone(), text: p.message(lang) }).collect()
    }
}

/// Whether the form comes back with what was typed.
fn comes_back(error: &Error) -> bool {
    matches!(error, Error::Invalid(_) | Error::Conflict(_) | Error::Stale)
}

fn input(field: &Field, lang: Lang) -> Input {
    Input {
        name: format!("values.{}", field.id),
        label: field.label.get(lang).to_owned(),
        help: field.help.as_ref().map(|help| help.get(lang).to_owned()).filter(|help| !help.is_empty()),
        kind: field.kind,
        required: field.required,
        options: field
            .options
            .iter()
            .map(|option| Choice { value: option.value.clone(), label: option.label.get(lang).to_owned() })
            .collect(),
        top: field.top(),
    }
}

fn entry(r: &mut Reading<'_>, form: &Form, draft: Option<&Record>, again: &Again) -> Result<View<Entry>> {
    r.actor.see(Permission::FillRecords)?;
    let definition = form.definition()?;
    let all = organisation::centres(r.conn)?;
    let centres = all.iter().filter(|centre| centre.active && r.actor.may_at(Permission::FillRecords, &centre.id));
    let centres: Vec<Choice> =
        centres.map(|centre| Choice { value: centre.code.clone(), label: centre.name(r.lang).to_owned() }).collect();
    let mut values = again.values.clone();
    if let (None, Some(draft)) = (&again.error, draft) {
        let written = draft.values()?;
        values.extend(
            written
                .iter()
                .map(|(id, value)| (format!("values.{id}"), value.as_str().map_or_else(|| value.to_string(), str::to_owned))),
        );
        let centre = all.iter().find(|centre| Some(&centre.id) == draft.centre_id.as_ref());
        values.extend(centre.map(|centre| ("centre".to_owned(), centre.code.clone())));
    }
    if let (None, None, [only]) = (&again.error, draft, centres.as_slice()) {
        values.insert("centre".into(), only.value.clone());
    }
    let items = again.items(r.lang);
    let action = draft.map_or_else(|| format!("/records/{}/new", escape(&form.code)), |draft| format!("/r/{}", draft.id));
    let view = Entry {
        code: form.code.clone(),
        title: form.title(r.lang).to_owned(),
        version: form.label.clone(),
        moved: draft.is_some_and(|draft| draft.form_version_id != form.version_id),
        discard: draft.map(|draft| format!("/r/{}/discard", draft.id)),
        register: format!("/records/{}", escape(&form.code)),
        row_version: draft.map(|draft| draft.row_version.to_string()),
        action,
        fields: definition.fields.iter().map(|field| input(field, r.lang)).collect(),
        centres,
        form: Typed { values, errors: items.iter().map(|item| (item.field.clone(), item.text.clone())).collect() },
        items,
    };
    let title = t(r.lang, "records-fill-in", &[("title", form.title(r.lang).to_owned())]);
    Ok(View::new(Area::Records, title, view).status(again.status()))
}

pub(super) async fn blank(visit: Visit, path: Path<String>) -> PageResult {
    visit
        .page("records/entry.html", move |r| {
            r.actor.see(Permission::FillRecords)?;
            let form = forms::by_code(r.conn, &path)?;
            entry(r, &form, None, &Again::default())
        })
        .await
}

fn done(visit: &Visit, (id, number): (String, Option<String>)) -> actix_web::HttpResponse {
    let flash = match &number {
        Some(number) => Flash::ok_with("records-submitted", number),
        None => Flash::ok("records-saved"),
    };
    visit.see_other(&format!("/r/{id}"), flash)
}

pub(super) async fn create(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let code = path.into_inner();
    let outcome = match form.command::<FillRecord>() {
        Ok(command) => {
            let command = FillRecord { form: code.clone(), ..command };
            visit.write_once(&form, move |tx| service::fill(tx, &command).map(|made| (made.id, made.number))).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(made) => Ok(done(&visit, made)),
        Err(error) if comes_back(&error) => {
            let again = Again { values: form.values(), error: Some(error) };
            visit
                .page("records/entry.html", move |r| {
                    let form = forms::by_code(r.conn, &code)?;
                    entry(r, &form, None, &again)
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn change(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = path.into_inner();
    let outcome = match form.command::<FillRecord>() {
        Ok(command) => {
            let id = id.clone();
            visit.write_once(&form, move |tx| service::save(tx, &id, &command).map(|made| (made.id, made.number))).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(made) => Ok(done(&visit, made)),
        Err(error) if comes_back(&error) => {
            let again = Again { values: form.values(), error: Some(error) };
            visit
                .page("records/entry.html", move |r| {
                    let record = service::get(r.conn, &r.actor, &id)?;
                    let form = match forms::current(r.conn, &record.form_id)? {
                        Some(form) => form,
                        None => forms::on_version(r.conn, &record.form_version_id)?,
                    };
                    entry(r, &form, Some(&record), &again)
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn discard(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    let id = path.into_inner();
    visit.write(&form, move |tx| service::discard(tx, &id)).await?;
    Ok(visit.see_other("/records", Flash::ok("records-discarded")))
}

#[derive(Serialize)]
struct Fact {
    label: String,
    value: String,
    long: bool,
    date: bool,
}

#[derive(Serialize)]
struct Show {
    code: String,
    title: String,
    version: String,
    register: String,
    number: Option<String>,
    state: &'static str,
    centre: String,
    author: String,
    at: Instant,
    hash: Option<String>,
    facts: Vec<Fact>,
    history: Vec<Line>,
    proof: bool,
}

pub(super) async fn show(visit: Visit, path: Path<String>) -> PageResult {
    let id = path.into_inner();
    // A draft of one's own is edited, everything else read: two templates, so the record is looked at first.
    let own = {
        let id = id.clone();
        visit
            .read(move |r| {
                let record = service::get(r.conn, &r.actor, &id)?;
                let editable =
                    record.state == State::Draft && record.author_id == r.actor.id && r.actor.may(Permission::FillRecords);
                Ok(editable && forms::current(r.conn, &record.form_id)?.is_some())
            })
            .await?
    };
    if own {
        return visit
            .page("records/entry.html", move |r| {
                let record = service::get(r.conn, &r.actor, &id)?;
                let form = forms::current(r.conn, &record.form_id)?.ok_or(Error::NotFound)?;
                entry(r, &form, Some(&record), &Again::default())
            })
            .await;
    }
    visit.page("records/show.html", move |r| record_page(r, &id)).await
}

fn record_page(r: &mut Reading<'_>, id: &str) -> Result<View<Show>> {
    let record = service::get(r.conn, &r.actor, id)?;
    let form = forms::on_version(r.conn, &record.form_version_id)?;
    let values = record.values()?;
    let fact = |field: &Field| Fact {
        label: field.label.get(r.lang).to_owned(),
        value: values.get(&field.id).map(|value| field.show(value, r.lang)).unwrap_or_default(),
        long: field.kind == Kind::Longtext,
        date: field.kind == Kind::Date,
    };
    let facts = form.definition()?.fields.iter().map(fact).collect();
    let centres = organisation::centres(r.conn)?;
    let name = record.number.clone().unwrap_or_else(|| r.t("records-no-number"));
    let title = format!("{} {name}", form.title(r.lang));
    let view = Show {
        code: form.code.clone(),
        title: form.title(r.lang).to_owned(),
        version: form.label.clone(),
        register: format!("/records/{}", escape(&form.code)),
        number: record.number.clone(),
        state: record.state.as_str(),
        centre: centre_name(&record, &centres, r.lang),
        author: record.author_name.clone(),
        at: record.submitted_at.unwrap_or(record.created_at),
        hash: record.content_hash.clone(),
        facts,
        history: history::of(r.conn, "record", id, r.lang, r.shell.zone)?,
        proof: r.actor.may(Permission::ReadLedger),
    };
    let state = r.t(&format!("state-{}", record.state.as_str()));
    let mut page = View::new(Area::Records, title, view);
    page.print = Some([format!("{} {} {name}", form.code, form.label), state]);
    Ok(page)
}
